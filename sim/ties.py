"""Remembered co-authors: a row and the tag of its owner's uid, so that a reused row is nobody's tie."""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.randomness import fold, mix


@njit(cache=True, inline="always")
def uid_tag(uid):
    """32-bit tag of a uid; two people share one with probability 2**-32."""
    return np.uint32(mix(uid) >> np.uint64(32))


@njit(cache=True, inline="always")
def tie_alive(uid, row, tag):
    """True if the remembered row is still the remembered person."""
    return row >= 0 and uid[row] != 0 and uid_tag(uid[row]) == tag


@njit(cache=True, inline="always")
def tie_place(uid, place, row, tag):
    """Place where a remembered co-author works now; 255 if they left research or the slot is empty."""
    return place[row] if tie_alive(uid, row, tag) else np.uint8(255)


@njit(cache=True)
def remember(uid, tie_row, tie_tag, n_new, i, j, key):
    """Put j among this year's ties of i: those come first, ordered by a keyed hash, then older ones.

    If there are more than fit, the largest hashes of the year stay; so the result does not depend on the order
    in which papers are gone through.

    Parameters
    ----------
    n_new : [rows] uint8, ties of this year that each person has so far; updated.
    key : of the year.
    """
    width = tie_row.shape[1]
    tag = uid_tag(uid[j])
    at = width  # where j stands already, else past the end
    for t in range(width):
        if tie_row[i, t] == j and tie_tag[i, t] == tag:
            at = t
            break
    if at < n_new[i]:
        return
    rank = fold(key, np.uint64(tag))
    to = 0
    while to < n_new[i] and fold(key, np.uint64(tie_tag[i, to])) > rank:
        to += 1
    if to == width:
        return
    for t in range(min(at, width - 1), to, -1):
        tie_row[i, t] = tie_row[i, t - 1]
        tie_tag[i, t] = tie_tag[i, t - 1]
    tie_row[i, to] = j
    tie_tag[i, to] = tag
    n_new[i] = min(n_new[i] + 1, width)
