"""Remembered co-authors: each tie is one word, so that a person's ties are one half of a cache line.

From the upper end: row of the co-author plus one (32 bits), tag of their uid (26), year of the last joint paper
modulo 64 (6). The tag tells that a reused row is somebody else; the year tells which ties are of this year. 0 is no
tie.
"""

from __future__ import annotations

import numpy as np

from sim.core.columns import NONE
from sim.core.kernels import njit
from sim.core.randomness import mix

_ROW, _TAG, _TAG_ONLY, _YEARS = np.uint64(32), np.uint64(6), np.uint64((1 << 26) - 1), np.uint64(63)
_UPPER, _ZERO, _ONE = np.uint64(38), np.uint64(0), np.uint64(1)


@njit(cache=True, inline="always")
def uid_tag(uid: np.uint64) -> np.uint32:
    """26-bit tag of a uid; two people share one with probability 2**-26."""
    return np.uint32(mix(uid) >> _UPPER)


@njit(cache=True, inline="always")
def tie_word(row: int, tag: np.uint32, year: int) -> np.uint64:
    """Tie to the person with a tag in a row, of a joint paper in `year`."""
    return ((np.uint64(row) + _ONE) << _ROW) | (np.uint64(tag) << _TAG) | (np.uint64(year) & _YEARS)


@njit(cache=True, inline="always")
def tie_row(tie: np.uint64) -> np.int64:
    """Row that a tie remembers, -1 if there is none."""
    return np.int64(tie >> _ROW) - 1


@njit(cache=True, inline="always")
def alive(people: np.ndarray, tie: np.uint64) -> np.bool_:
    """True if the remembered row is still the remembered person."""
    row = np.int64(tie >> _ROW) - 1
    return row >= 0 and people[row].uid != 0 and (mix(people[row].uid) >> _UPPER) == ((tie >> _TAG) & _TAG_ONLY)


@njit(cache=True, inline="always")
def place_of(people: np.ndarray, tie: np.uint64) -> np.uint8:
    """Place where a remembered co-author works now; NONE if they left research or there is no tie."""
    return people[np.int64(tie >> _ROW) - 1].place if alive(people, tie) else NONE


@njit(cache=True, inline="always")
def all_bits(true: bool) -> np.uint64:
    """Word of ones if true, of zeros if not."""
    return _ZERO - np.uint64(true)


@njit(cache=True, inline="always")
def either(mask: np.uint64, one: np.uint64, other: np.uint64) -> np.uint64:
    """`one` where the mask has ones, `other` where it has zeros."""
    return other ^ ((one ^ other) & mask)


@njit(cache=True, inline="always")
def tie_rank(tie: np.uint64, year: np.uint64, odd: np.uint64) -> np.uint64:
    """Rank of a tie of this year, 1 to 2**26, by its tag and in another order each year; 0 for an older one or none."""
    fresh = all_bits((tie & _YEARS) == year) & all_bits(tie != _ZERO)
    return ((((tie >> _TAG) * odd) & _TAG_ONLY) + _ONE) & fresh


@njit(cache=True, inline="always")
def with_tie(
    tie0: np.uint64, tie1: np.uint64, tie2: np.uint64, tie3: np.uint64, tie: np.uint64, odd: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Four ties of a person with one of this year added: this year's come first, by descending rank, then older ones.

    If there are more than fit, those of the highest rank stay; so the result does not depend on the order in which
    papers are gone through. This is the innermost step of the whole model: written out for `N_TIES` = 4 and without
    branches, which would be guessed wrong half the time.

    Parameters
    ----------
    tie : word of `tie_word`, of this year; odd : odd number of the year, uint64.
    """
    year, person = tie & _YEARS, tie >> _TAG
    rank = tie_rank(tie, year, odd)
    # ties that stand before the new one keep their place; the others move down until the place is reached where the
    # same person stood
    keep0, keep1 = all_bits(tie_rank(tie0, year, odd) > rank), all_bits(tie_rank(tie1, year, odd) > rank)
    keep2, keep3 = all_bits(tie_rank(tie2, year, odd) > rank), all_bits(tie_rank(tie3, year, odd) > rank)
    met0 = all_bits(tie0 >> _TAG == person)
    met1 = met0 | all_bits(tie1 >> _TAG == person)
    met2 = met1 | all_bits(tie2 >> _TAG == person)
    new0 = either(keep0, tie0, tie)
    new1 = either(keep1, tie1, either(keep0, tie, either(met0, tie1, tie0)))
    new2 = either(keep2, tie2, either(keep1, tie, either(met1, tie2, tie1)))
    new3 = either(keep3, tie3, either(keep2, tie, either(met2, tie3, tie2)))
    return new0, new1, new2, new3
