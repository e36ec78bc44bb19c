"""Lasting co-authors: each tie is one word, so that a person's ties are one half of a cache line.

From the upper end: priority (14 bits), tag of the co-author's uid (18), their row (25), year of the last joint paper
(7). Ties are ordered by their words, so by value: ``priority = OFFSET + 64 match + memory (year - 1980)``, where
`match` is how well the two work together, in standard deviations, and `memory` what a year of distance weighs, in
64ths of one. The value stays as it is until the two meet again, so the match can be read back from priority and year
(docs/decisions/lasting-ties.md). 0 is no tie.

Whoever leaves research is forgotten at once (`forget`): the row of a tie is always that of the remembered person.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from sim.core.axes import NONE
from sim.core.kernels import njit
from sim.core.randomness import mix
from sim.data.clock import FIRST_YEAR

STEPS = 64  # of match and memory in one standard deviation
OFFSET = 8 * STEPS  # so that every priority is above 0
MATCHES = np.round(STEPS * ndtri((np.arange(4096) + 0.5) / 4096)).astype(np.int16)  # standard normal quantiles
ROW_BIT, _TAG_BIT, PRIORITY_BIT = 7, 32, 50
YEARS = (1 << ROW_BIT) - 1
_TAG_BITS = PRIORITY_BIT - _TAG_BIT
_ROW, _TAG, _PRIORITY = np.uint64(ROW_BIT), np.uint64(_TAG_BIT), np.uint64(PRIORITY_BIT)
_YEARS, _ROWS = np.uint64(YEARS), np.uint64((1 << (_TAG_BIT - ROW_BIT)) - 1)
_TAGS, _MATCH = np.uint32((1 << _TAG_BITS) - 1), np.uint32(_TAG_BITS)
_SHIFT = np.uint64(64 - _TAG_BITS)
_MATCH_INDEX = np.uint64(64 - 12)
_ZERO = np.uint64(0)


@njit(cache=True, inline="always")
def match_of(word: np.uint64) -> np.int64:
    """Match of two people, in 64ths of a standard deviation, from the upper 12 bits of a hashed word."""
    return np.int64(MATCHES[word >> _MATCH_INDEX])


@njit(cache=True, inline="always")
def uid_tag(uid: np.uint64) -> np.uint32:
    """18-bit tag of a uid: an order of people that does not depend on their rows."""
    return np.uint32(mix(uid) >> _SHIFT)


@njit(cache=True, inline="always")
def mark_of(match: int, tag: np.uint32) -> np.uint32:
    """What a tie says about a co-author besides row and year: match and tag."""
    return (np.uint32(match + OFFSET) << _MATCH) | np.uint32(tag)


@njit(cache=True, inline="always")
def match_in(mark: np.uint32) -> np.int64:
    """Match of a mark."""
    return np.int64(mark >> _MATCH) - OFFSET


@njit(cache=True, inline="always")
def with_tag(mark: np.uint32, tag: np.uint32) -> np.uint32:
    """The same match with somebody else's tag: how the other one remembers."""
    return np.uint32((mark >> _MATCH) << _MATCH) | np.uint32(tag)


@njit(cache=True, inline="always")
def tie_word(row: int, mark: np.uint32, year: int, memory: int) -> np.uint64:
    """Tie to the person in a row, of a joint paper in `year`."""
    age = np.uint64(year - FIRST_YEAR) & _YEARS
    return (np.uint64(mark) << _TAG) + ((np.uint64(memory) * age) << _PRIORITY) | (np.uint64(row) << _ROW) | age


@njit(cache=True, inline="always")
def tie_row(tie: np.uint64) -> np.int64:
    """Row that a tie remembers, -1 if there is none."""
    return np.int64((tie >> _ROW) & _ROWS) if tie != _ZERO else np.int64(-1)


@njit(cache=True, inline="always")
def tie_year(tie: np.uint64) -> np.int64:
    """Year of the last joint paper; the first year of all if there is no tie."""
    return np.int64(tie & _YEARS) + FIRST_YEAR


@njit(cache=True, inline="always")
def tie_mark(tie: np.uint64, memory: int) -> np.uint32:
    """Mark that a tie was made with."""
    return np.uint32((tie - ((np.uint64(memory) * (tie & _YEARS)) << _PRIORITY)) >> _TAG)


@njit(cache=True, inline="always")
def place_of(people: np.ndarray, tie: np.uint64) -> np.uint8:
    """Place where a remembered co-author works now; NONE if there is no tie."""
    return people[np.int64((tie >> _ROW) & _ROWS)].place if tie != _ZERO else NONE


@njit(cache=True, nogil=True)
def forget(ties: np.ndarray, gone: np.ndarray) -> None:
    """Remove ties to those who left research; what is left moves up.

    Parameters
    ----------
    ties : [n_rows, N_TIES], in and out; gone : bool [n_rows], true in the rows of those who left.
    """
    for i in range(ties.shape[0]):
        lost = False  # to hear that nobody is gone, which is the rule, takes no branch; no tie looks like one to row 0
        for t in range(ties.shape[1]):
            lost |= gone[np.int64((ties[i, t] >> _ROW) & _ROWS)]
        if not lost:
            continue
        kept = 0
        for t in range(ties.shape[1]):
            tie = ties[i, t]
            if tie != _ZERO and not gone[np.int64((tie >> _ROW) & _ROWS)]:
                ties[i, kept] = tie
                kept += 1
        ties[i, kept:] = _ZERO
