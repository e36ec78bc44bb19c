"""Keyed pools: drawing a person of a place in proportion to places offered, coupled between runs.

The slots that a place's people offer on others' papers lie in a hash table with ordered linear probing (`build_pools`).
A draw names a cell, so a person more or less touches only the draws that name their cells, and everyone can be reached
(docs/decisions/keyed-pools.md).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.axes import NONE
from sim.core.kernels import njit
from sim.core.prefetch import prefetch
from sim.core.randomness import fold, person_key

MAX_TRIES = 64
NOBODY = -1
LOAD = 0.7  # slots per cell of a pool: 1.4 looks find somebody, and chains stay short
BLOCK = 256  # people whose slots are put into the table side by side
FEW = 4  # slots, that most people do not exceed
_EMPTY = np.uint64(0)
_LOW, _HIGH, _HALF = np.uint64(0xFFFFFFFF), np.uint64(0xFFFFFFFF00000000), np.uint64(32)
GUIDE = 64  # equal steps of probability that a search in a distribution can start from


class Pool(NamedTuple):
    """Slots that a field's people offer, place after place.

    Attributes
    ----------
    table : uint64 [cells], row of the slot's owner in the lower 32 bits and the slot's priority above.
    taken : uint64, a bit for each cell that is not empty. Small enough for the cache, so that a draw knows at once
        which cell it will read.
    start, size : [P] first cell and number of cells of each place, 0 for a place without slots.
    """

    table: np.ndarray
    taken: np.ndarray
    start: np.ndarray
    size: np.ndarray


@njit(cache=True, inline="always")
def cell(word: np.uint64, size: int) -> np.int64:
    """Cell of a hash in a pool of any size, by its lower 32 bits."""
    return np.int64(((word & _LOW) * np.uint64(size)) >> _HALF)


@njit(cache=True)
def pool_size(total: int) -> np.int64:
    """Cells for a number of slots: a multiple of a power of two with three leading bits, so that loads are 0.56-0.7.

    In steps of a fifth to a quarter, since every draw of a place changes when its number of cells does.
    """
    size = np.int64(total / LOAD) + 2
    step = 1
    while size > 8 * step:
        step *= 2
    return (size + step - 1) // step * step


@njit(cache=True, nogil=True)
def build_pools(people: np.ndarray, n_slots: np.ndarray, key_pool: np.uint64, n_places: int) -> Pool:
    """Hash tables of slots offered by place, with ordered linear probing.

    Ordered (Amble & Knuth 1974, doi:10.1093/comjnl/17.2.135): the layout depends on who is in the pool, never on
    the rows they have.

    Parameters
    ----------
    n_slots : uint16 [n_rows], slots offered in the year; 0 in a free row.
    """
    slots = np.zeros(int(NONE) + 1, np.int64)  # a free row is nowhere
    for i in range(people.shape[0]):
        slots[people[i].place] += n_slots[i]
    size = slots[:n_places].copy()
    start = np.zeros(n_places, np.int64)
    n_cells = 0
    for p in range(n_places):
        start[p] = n_cells
        if size[p] > 0:
            size[p] = pool_size(size[p])
            n_cells += size[p]
    table = np.zeros(max(n_cells, 1), np.uint64)
    for first in range(0, people.shape[0], BLOCK):
        block, offered = people[first : first + BLOCK], n_slots[first : first + BLOCK]
        owner, words = slots_of(block, offered, key_pool)
        fill(block, first, owner, words, table, start, size)
    return Pool(table, mark_taken(table), start, size)


@njit(cache=True, nogil=True)
def slots_of(people: np.ndarray, n_slots: np.ndarray, key_pool: np.uint64) -> tuple[np.ndarray, np.ndarray]:
    """Owner and hashed word of each slot that a block of people offers.

    Who offers many is rare: the first few are written down for all, and what is one too many is written over, so that
    nothing has to be guessed.

    Returns
    -------
    owner : [slots], number within the block; words : uint64 [slots].
    """
    n = 0
    for i in range(n_slots.shape[0]):
        n += n_slots[i]
    owner, words = np.empty(n + FEW, np.int64), np.empty(n + FEW, np.uint64)
    keys = np.empty(BLOCK, np.uint64)
    for i in range(people.shape[0]):
        keys[i] = people[i].uid
    for i in range(people.shape[0]):
        keys[i] = person_key(key_pool, keys[i])
    m = 0
    for i in range(people.shape[0]):
        for k in range(FEW):
            owner[m + k], words[m + k] = i, k
        for k in range(FEW, n_slots[i]):
            owner[m + k], words[m + k] = i, k
        m += n_slots[i]
    for m in range(n):
        words[m] = fold(keys[owner[m]], words[m])
    return owner[:n], words[:n]


@njit(cache=True, nogil=True)
def fill(
    people: np.ndarray,
    row: int,
    owner: np.ndarray,
    words: np.ndarray,
    table: np.ndarray,
    start: np.ndarray,
    size: np.ndarray,
) -> None:
    """Put the slots of a block into the table, as rows + 1: the higher priority keeps the cell, the other looks on.

    Parameters
    ----------
    people : of the block, whose first row is `row`; owner, words : of `slots_of`.
    """
    at_first = np.empty(owner.shape[0], np.int64)
    for m in range(owner.shape[0]):
        p = people[owner[m]].place
        at_first[m] = start[p] + cell(words[m], size[p])
        prefetch(table, at_first[m])
    for m in range(owner.shape[0]):
        p = people[owner[m]].place
        at, first, end = at_first[m], start[p], start[p] + size[p]
        slot = (words[m] & _HIGH) | np.uint64(row + owner[m] + 1)
        for _ in range(2):  # most need no more; nobody changes nothing
            table[at], slot = max(table[at], slot), min(table[at], slot)
            at = at + 1 if at + 1 < end else first
        while slot != _EMPTY:
            table[at], slot = max(table[at], slot), min(table[at], slot)
            at = at + 1 if at + 1 < end else first


@njit(cache=True, nogil=True)
def mark_taken(table: np.ndarray) -> np.ndarray:
    """`Pool.taken` of a table of rows + 1, which becomes one of rows."""
    taken = np.zeros((table.shape[0] >> 6) + 1, np.uint64)
    for at in range(table.shape[0]):
        there = np.uint64(table[at] != _EMPTY)
        table[at] -= there
        taken[at >> 6] |= there << np.uint64(at & 63)
    return taken


@njit(cache=True, inline="always")
def is_taken(taken: np.ndarray, at: int) -> bool:
    """True if a cell holds somebody."""
    return (taken[at >> 6] >> np.uint64(at & 63)) & np.uint64(1) != 0


@njit(cache=True, inline="always")
def in_team(team: np.ndarray, first: int, n: int, row: int) -> bool:
    """True if the row is among the n authors that start at `first`."""
    for k in range(first, first + n):  # noqa: SIM110 (kernels have no generators)
        if team[k] == row:
            return True
    return False


@njit(cache=True, inline="always")
def owner(table: np.ndarray, at: int) -> np.int64:
    """Row of the person who holds a cell."""
    return np.int64(table[at] & _LOW)


@njit(cache=True, borrows=True)
def draw_person(
    pool: Pool, p: int, key: np.uint64, stream: int, team: np.ndarray, first: int, n: int, same: float
) -> np.int64:
    """Row of a person of place p who is not on the team yet, in proportion to what they offer; -1 if none is found.

    `key`, `stream` : the draw's key and the number of its first look.
    `team`, `first`, `n` : as in `in_team`.
    `same` : 1 if an agent is one person; below 1 one on the team comes again, as another of the people it stands for,
        where there is nobody else. Never the lead's: people of one agent move together, which partners do not.
    """
    cells = pool.size[p]
    again = np.int64(NOBODY)
    for r in range(MAX_TRIES if cells > 0 else 0):
        at = pool.start[p] + cell(fold(key, np.uint64(stream + r)), cells)
        if is_taken(pool.taken, at):
            row = owner(pool.table, at)
            if not in_team(team, first, n, row):
                return row
            if again < 0 and row != team[first] and same < 1.0:
                again = row
    return again


@njit(cache=True)
def guide(cumulative: np.ndarray) -> np.ndarray:
    """First places to look at [R, GUIDE] for inverting the rows of a cumulative distribution [R, N]."""
    out = np.zeros((cumulative.shape[0], GUIDE), np.uint8)
    for a in range(cumulative.shape[0]):
        at = 0
        for g in range(GUIDE):
            while cumulative[a, at] < g / GUIDE:
                at += 1
            out[a, g] = at
    return out


@njit(cache=True, inline="always")
def invert(cumulative: np.ndarray, guides: np.ndarray, a: int, u: float) -> np.int64:
    """First index of row a whose cumulative share is at least u; the last entry of a row is 1."""
    at = np.int64(guides[a, np.int64(u * GUIDE)])
    while cumulative[a, at] < u:
        at += 1
    return at
