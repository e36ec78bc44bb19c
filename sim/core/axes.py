"""Names of the axes that engines, policies and tables share: stages, size classes, kinds of project, ways, modes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

STAGES = ("early", "established", "senior")
SIZE_CLASSES = ("small", "medium", "large", "very_large")  # federal money below 15, 50, 250 M$ a year and above; S5
CONSTITUENCIES = ("origin", "stage", "institution_size", "field")  # kinds of groups of the people of a place
KINDS = ("open_basic", "open_applied", "sensitive_basic", "sensitive_applied")  # index = applied + 2*sensitive
WAYS = ("reward", "deception", "coercion", "theft")
SCRIPTED = "scripted"
MODES = (SCRIPTED, "reactive")  # governments only carry out policy (direct effects), or also decide (total effects)
NONE = np.uint8(255)  # index of a place that is none
BASELINE = "baseline"  # name of the scenario without any policy


@dataclass(frozen=True)
class Threshold:
    """Rules of one place that start at the same size of institution.

    Attributes
    ----------
    place : index; musd : threshold, million $ a year; fixed_musd : fixed cost of a first year at one institution.
    """

    place: int
    musd: float
    fixed_musd: float
