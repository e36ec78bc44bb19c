"""Where people are five years after they entered research in the United States, by origin: stays after study there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.core.columns import Columns
from sim.data.tables import WorldData

AFTER, YEARS = 5, 10  # years after entry at which stays are counted, and last years of data in which


@dataclass(frozen=True)
class Stays:
    """Agents by origin, of the last `YEARS` years of data together.

    Attributes
    ----------
    there, at_home, elsewhere : [P], where they are `AFTER` years after they entered in the United States.
    """

    there: np.ndarray
    at_home: np.ndarray
    elsewhere: np.ndarray

    @classmethod
    def none(cls, n_places: int) -> Stays:
        """Nobody seen yet."""
        return cls(*np.zeros((3, n_places)))

    @property
    def number(self) -> np.ndarray:
        """All who were seen [P]."""
        return self.there + self.at_home + self.elsewhere

    def see(self, year: int, data: WorldData, columns: Columns) -> None:
        """Count people at the start of a year."""
        if not 0 <= data.end - year < YEARS:
            return
        usa = data.iso3.index("USA")
        for block in columns:
            rows = block.alive()
            rows = rows[(block.entry_place[rows] == usa) & (block.entry_year[rows] == year - AFTER)]
            rows = rows[block.origin[rows] != usa]
            origin, place = block.origin[rows], block.place[rows]
            there, home = place == usa, place == origin
            for counts, which in ((self.there, there), (self.at_home, home), (self.elsewhere, ~there & ~home)):
                counts += np.bincount(origin[which], minlength=len(counts))
