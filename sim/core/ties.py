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

from sim.core.columns import NONE
from sim.core.kernels import njit
from sim.core.randomness import mix
from sim.data.clock import FIRST_YEAR

STEPS = 64  # of match and memory in one standard deviation
OFFSET = 8 * STEPS  # so that every priority is above 0
MATCHES = np.round(STEPS * ndtri((np.arange(4096) + 0.5) / 4096)).astype(np.int16)  # standard normal quantiles
_YEAR_BITS, _ROW_BITS, _TAG_BITS = 7, 25, 18
_ROW, _TAG, _PRIORITY = np.uint64(7), np.uint64(32), np.uint64(50)
_YEARS, _ROWS = np.uint64((1 << _YEAR_BITS) - 1), np.uint64((1 << _ROW_BITS) - 1)
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


@njit(cache=True, inline="always")
def same_two(one: np.uint64, other: np.uint64, memory: int) -> np.uint64:
    """Word of ones if both ties are to the same person (row, tag and match), of zeros if not.

    At scales above 1 two ties to one agent with different matches are ties to two of the people it stands for.
    """
    weight = np.uint64(memory)
    one_plain = (one >> _ROW) - ((weight * (one & _YEARS)) << (_PRIORITY - _ROW))
    other_plain = (other >> _ROW) - ((weight * (other & _YEARS)) << (_PRIORITY - _ROW))
    return all_bits(one_plain == other_plain)


@njit(cache=True, inline="always")
def all_bits(true: bool) -> np.uint64:
    """Word of ones if true, of zeros if not."""
    return _ZERO - np.uint64(true)


@njit(cache=True, inline="always")
def either(mask: np.uint64, one: np.uint64, other: np.uint64) -> np.uint64:
    """`one` where the mask has ones, `other` where it has zeros."""
    return other ^ ((one ^ other) & mask)


@njit(cache=True, inline="always")
def with_tie(
    tie0: np.uint64, tie1: np.uint64, tie2: np.uint64, tie3: np.uint64, tie: np.uint64, memory: int
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Four ties of a person, in descending order, with one added: the four highest of the set stay.

    So the result does not depend on the order in which papers are gone through. Of the same person's only the newer
    one stays. This is the innermost step of the whole model: written out for `N_TIES` = 4 and without branches, which
    would be guessed wrong half the time.

    Parameters
    ----------
    tie : word of `tie_word`, of this year, so never older than one of the same person.
    """
    # ties that stand above the new one keep their place; the others move down until the place is reached where the
    # same person stood
    keep0, keep1, keep2, keep3 = all_bits(tie0 > tie), all_bits(tie1 > tie), all_bits(tie2 > tie), all_bits(tie3 > tie)
    met0 = same_two(tie0, tie, memory)
    met1 = met0 | same_two(tie1, tie, memory)
    met2 = met1 | same_two(tie2, tie, memory)
    new0 = either(keep0, tie0, tie)
    new1 = either(keep1, tie1, either(keep0, tie, either(met0, tie1, tie0)))
    new2 = either(keep2, tie2, either(keep1, tie, either(met1, tie2, tie1)))
    new3 = either(keep3, tie3, either(keep2, tie, either(met2, tie3, tie2)))
    return new0, new1, new2, new3


@njit(cache=True, nogil=True)
def forget(ties: np.ndarray, gone: np.ndarray) -> None:
    """Remove ties to those who left research; what is left moves up.

    Parameters
    ----------
    ties : [n_rows, N_TIES], in and out; gone : bool [n_rows], true in the rows of those who left.
    """
    for i in range(ties.shape[0]):
        kept = 0
        for t in range(ties.shape[1]):
            tie = ties[i, t]
            if tie != _ZERO and not gone[np.int64((tie >> _ROW) & _ROWS)]:
                ties[i, kept] = tie
                kept += 1
        for t in range(kept, ties.shape[1]):
            if ties[i, t] != _ZERO:
                ties[i, t] = _ZERO
