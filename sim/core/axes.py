"""Names of the axes that engines, policies and tables share: stages, kinds of project, ways of leakage, modes."""

from __future__ import annotations

from dataclasses import dataclass

STAGES = ("early", "established", "senior")
KINDS = ("open_basic", "open_applied", "sensitive_basic", "sensitive_applied")  # index = applied + 2*sensitive
WAYS = ("reward", "deception", "coercion", "theft")
SCRIPTED = "scripted"
MODES = (SCRIPTED, "reactive")  # governments only carry out policy (direct effects), or also decide (total effects)
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
