"""Remembered co-authors: a row and the tag of its owner's uid, so that a reused row is nobody's tie."""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.randomness import mix


@njit(cache=True, inline="always")
def uid_tag(uid):  # type: ignore[no-untyped-def]
    """32-bit tag of a uid; two people share one with probability 2**-32."""
    return np.uint32(mix(uid) >> np.uint64(32))


@njit(cache=True, inline="always")
def tie_alive(uid, row, tag):  # type: ignore[no-untyped-def]
    """True if the remembered row is still the remembered person."""
    return row >= 0 and uid[row] != 0 and uid_tag(uid[row]) == tag


@njit(cache=True, inline="always")
def tie_place(uid, place, row, tag):  # type: ignore[no-untyped-def]
    """Place where a remembered co-author works now; 255 if they left research or the slot is empty."""
    return place[row] if tie_alive(uid, row, tag) else np.uint8(255)


@njit(cache=True)
def remember(uid, tie_row, tie_tag, i, j):  # type: ignore[no-untyped-def]
    """Make j the most recent tie of i: newest first, the oldest is forgotten."""
    tag = uid_tag(uid[j])
    last = tie_row.shape[1] - 1
    for t in range(tie_row.shape[1]):
        if tie_row[i, t] == j and tie_tag[i, t] == tag:
            last = t
            break
    for t in range(last, 0, -1):
        tie_row[i, t] = tie_row[i, t - 1]
        tie_tag[i, t] = tie_tag[i, t - 1]
    tie_row[i, 0] = j
    tie_tag[i, 0] = tag
