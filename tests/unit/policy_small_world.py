"""A world of four places and eight institutions for tests of policies."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

PLACES = ("USA", "CHN", "DEU", "IND")


@dataclass(frozen=True, eq=False)
class SmallWorld:
    """The fields of `sim.data.tables.WorldData` that policies read."""

    iso3: tuple[str, ...] = PLACES
    names: tuple[str, ...] = ("United States", "China", "Germany", "India")
    researchers: np.ndarray = field(default_factory=lambda: np.full((38, 4), 2e6))
    institution_place: np.ndarray = field(default_factory=lambda: np.repeat(np.arange(4), 2))
    institution_federal_musd: np.ndarray = field(default_factory=lambda: np.array([300.0, 10, 200, 20, 100, 5, 60, 1]))
    institution_weight: np.ndarray = field(default_factory=lambda: np.tile([0.7, 0.3], 4))
