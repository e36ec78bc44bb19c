"""Choices with fixed errors: a place by weights and Gumbel numbers, an institution by shares."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.kernels import njit
from sim.core.randomness import uniform, unit

ROUNDING = 1.0 + 1e-6  # on upper bounds: more than single precision can lose


class InstitutionShares(NamedTuple):
    """Institutions of all places, place by place.

    Attributes
    ----------
    first : [P + 1], first institution of each place.
    cumulative : [I], share of the place's researchers, summed up within each place.
    """

    first: np.ndarray
    cumulative: np.ndarray


@njit(cache=True)
def choose(weight: np.ndarray, pkey: np.uint64) -> int:
    """Index of the largest ``ln(weight) + Gumbel``, -1 if no weight is positive.

    The Gumbel numbers are ``-ln(-ln u)`` with u of (pkey, index), so this is the smallest ``-ln(u) / weight``;
    since -ln(u) >= 1 - u, most logarithms need not be taken.
    """
    best = -1
    least = np.inf
    for d in range(weight.shape[0]):
        if weight[d] > 0.0:
            u = unit(pkey, np.uint64(d))
            if 1.0 - u < least * weight[d] * ROUNDING:
                value = -np.log(u) / weight[d]
                if value < least:
                    best, least = d, value
    return best


@njit(cache=True)
def choose_institution(
    uid: np.uint64, place: np.int64, first: np.ndarray, cumulative: np.ndarray, key: np.uint64
) -> np.uint16:
    """Institution of a person who comes to a place, by `InstitutionShares`; the same one whenever in that year."""
    u = uniform(key, uid, np.uint64(place))
    low = first[place]
    high = first[place + 1] - 1
    while low < high:
        middle = (low + high) // 2
        if cumulative[middle] < u:
            low = middle + 1
        else:
            high = middle
    return np.uint16(low)
