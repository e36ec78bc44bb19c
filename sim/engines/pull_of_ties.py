"""How past co-authors pull people to the places where they work (ODD 7.4)."""

from __future__ import annotations

import numpy as np

from sim.core.axes import NONE
from sim.core.kernels import njit
from sim.core.ties import tie_row


def tie_factors(strength: np.ndarray, exponent: float) -> np.ndarray:
    """Factor ``(1 + sum of strengths) ** exponent`` on a destination, by the set of ties that are there.

    Parameters
    ----------
    strength : [N_TIES], of the most valued tie first.

    Returns
    -------
    factor : [2 ** N_TIES], index with bit k set if the k-th most valued tie is there; 1 at index 0.
    """
    there = (np.arange(2 ** len(strength))[:, None] >> np.arange(len(strength))[None, :]) & 1
    factor: np.ndarray = (1.0 + there @ strength) ** exponent
    return factor


@njit(cache=True, inline="always")
def places_with_ties(places: np.ndarray, ties: np.ndarray, i: int, found: np.ndarray, which: np.ndarray) -> int:
    """Distinct other places that hold co-authors of i, with the set of these ties as bits; returns how many."""
    n = 0
    for t in range(ties.shape[1]):
        row = tie_row(ties[i, t])
        b = places[row] if row >= 0 else NONE
        if b == NONE or b == places[i]:
            continue
        k = 0
        while k < n and found[k] != b:
            k += 1
        if k == n:
            found[n] = b
            which[n] = 0
            n += 1
        which[k] |= 1 << t
    return n


@njit(cache=True, inline="always")
def add_ties(
    total: float,
    base: np.ndarray,
    attract: np.ndarray,
    home: int,
    returns: float,
    found: np.ndarray,
    which: np.ndarray,
    tie_factor: np.ndarray,
) -> float:
    """Intensity of one person summed over places, from the `total` of their cell, which knows no ties and returns.

    Parameters
    ----------
    base, attract : [P to], of the person's cell; returns : factor on going home.
    found, which : of `places_with_ties`; tie_factor : `MoveFactors.tie`.
    """
    home_has_tie = False
    for k in range(found.shape[0]):
        d = found[k]
        factor = tie_factor[which[k]]
        if d == home:
            home_has_tie = True
            factor *= returns
        total += base[d] * attract[d] * (factor - 1.0)
    if returns != 1.0 and not home_has_tie:
        total += base[home] * attract[home] * (returns - 1.0)
    return total
