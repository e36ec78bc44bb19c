"""The four ties of a person: the compiled step for a single one, and the same rule in plain Python."""

from __future__ import annotations

import numpy as np

from sim.core.columns import N_TIES
from sim.core.kernels import njit
from sim.core.vectors import remember


@njit(cache=True)
def add_tie(ties, row, tie, memory):
    """Add a tie to those of a person, as papers do."""
    remember(ties, row, tie, memory)


def add_plainly(ties: np.ndarray, row: int, tie: np.uint64, memory: int) -> None:
    """The same by the rule: of every person (match, tag, row) the newest, and of these the four largest words."""

    def person(word: int) -> tuple[int, int]:
        return (word >> 50) - memory * (word & 127), word >> 7 & 2**43 - 1

    new = int(tie)
    others = [int(old) for old in ties[row] if person(int(old)) != person(new)]
    ties[row] = sorted([*others, new], reverse=True)[:N_TIES]
