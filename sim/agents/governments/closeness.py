"""Who is close to whom: the weights by which governments notice each other, from the last three years of data.

They stay as they are, so that a signal moves by what other governments do and not by the noise of a year
(docs/decisions/governments.md).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.data.tables import WorldData

ALLIED = 0.5  # half of a rest's members, or of five years, under a defence pact make an ally
YEARS = 3  # of data that weights rest on


class Closeness(NamedTuple):
    """Weights [p, b] of place b to place p.

    Attributes
    ----------
    both : half share of p's international joint papers, half share of moves and foreign entrants both ways; sum 1.
    allied : share of **all** of p's international joint papers, where b is a defence ally, else 0; sum at most 1.
    """

    both: np.ndarray
    allied: np.ndarray

    @classmethod
    def of(cls, data: WorldData) -> Closeness:
        """Weights of a world's data."""
        entered = (data.entries[-YEARS:, :, None] * data.entry_origin[-YEARS:]).sum(axis=0)  # [host, origin]
        people = data.flows[-YEARS:].sum(axis=0) + entered
        joint = shares(data.works_of_three)
        return cls(0.5 * (joint + shares(people + people.T)), np.where(allies_of(data.alliance), joint, 0.0))


def allies_of(alliance: np.ndarray) -> np.ndarray:
    """Allies [P, P] bool: a defence pact in force for at least half of the pairs of members; nobody is its own."""
    return (alliance >= ALLIED) & ~np.eye(len(alliance), dtype=bool)


def shares(amount: np.ndarray) -> np.ndarray:
    """Rows of a matrix without its diagonal, over their sums; 0 where there is nothing."""
    apart = np.where(np.eye(len(amount), dtype=bool), 0.0, np.nan_to_num(amount))
    total = apart.sum(axis=1, keepdims=True)
    found: np.ndarray = np.divide(apart, total, out=np.zeros_like(apart), where=total > 0.0)
    return found
