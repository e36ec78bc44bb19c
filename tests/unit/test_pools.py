"""Keyed pools: everybody in proportion to places offered, nobody twice, whatever the rows."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy import stats

from sim.core.columns import Block
from sim.core.randomness import Stream, fold, person_key
from sim.engines.pools import (
    BLOCK,
    FEW,
    LOAD,
    NOBODY,
    Pool,
    build_pools,
    cell,
    draw_person,
    guide,
    invert,
    pool_size,
)
from tests.small import ALPHA, key, leave, people

P = 4


def test_guided_search_inverts_the_cumulative_distribution() -> None:
    cumulative = np.array([[0.1, 0.1, 0.6, 1.0], [0.0, 0.5, 0.5, 1.0]])
    guides = guide(cumulative)
    drawn = [invert(cumulative, guides, 0, u) for u in (0.05, 0.1, 0.1001, 0.6, 0.7, 0.999999)]
    assert drawn == [0, 0, 2, 2, 3, 3], "a place of share 0 is never drawn"
    rng = np.random.default_rng(4)
    many = np.cumsum(rng.dirichlet(np.full(52, 0.2), 8), axis=1)
    many[:, -1] = 1.0
    steps = guide(many)
    us = rng.random(2000)
    for a in range(8):
        assert [invert(many, steps, a, u) for u in us] == np.searchsorted(many[a], us).tolist()


def pools(block: Block, n_slots: np.ndarray) -> Pool:
    n_slots = np.where(block.rows.people["uid"] != 0, n_slots, 0).astype(np.uint16)
    return build_pools(block.rows.people, n_slots, key(Stream.POOL), P)


def owners(pool: Pool) -> np.ndarray:
    """Row in each cell of a field's pools, -1 where it is empty."""
    bits = np.unpackbits(pool.taken.view(np.uint8), bitorder="little")[: len(pool.table)]
    return np.where(bits == 1, (pool.table & np.uint64(0xFFFFFFFF)).astype(np.int64), -1)


def test_pools_hold_every_slot_of_every_living_member_once() -> None:
    block = people(3000, P)
    leave(block, np.arange(50))
    n_slots = np.random.default_rng(0).poisson(1.5, 3000).astype(np.uint16)
    pool = pools(block, n_slots)
    uid, place = block.rows.people["uid"], block.rows.people["place"]
    for p in range(P):
        piece = owners(pool)[pool.start[p] : pool.start[p] + pool.size[p]]
        total = n_slots[(place == p) & (uid != 0)].sum()
        assert total == np.count_nonzero(piece >= 0)
        assert pool.size[p] == pool_size(total)
        found = Counter(piece[piece >= 0].tolist())
        members = np.flatnonzero((place == p) & (uid != 0) & (n_slots > 0))
        assert found == {int(i): int(n_slots[i]) for i in members}


def table_of(block: Block, n_slots: np.ndarray, p: int, size: int) -> list[int]:
    """Row in each cell of a place, -1 where it is empty: slot after slot, and of two the higher priority stays."""
    table: list[tuple[int, int] | None] = [None] * size
    for i in np.flatnonzero(block.rows.people["place"] == p).tolist():
        mine = person_key(key(Stream.POOL), block.rows.people["uid"][i])
        for k in range(n_slots[i]):
            word = np.uint64(fold(np.uint64(mine), np.uint64(k)))
            at, slot = int(cell(word, size)), (int(word) >> 32, i)
            while (old := table[at]) is not None:
                table[at], slot = max(old, slot), min(old, slot)
                at = (at + 1) % size
            table[at] = slot
    return [slot[1] if slot else -1 for slot in table]


@pytest.mark.parametrize("n", [1, BLOCK, 3 * BLOCK + 7])
def test_blocks_fill_the_cells_that_slot_after_slot_would(n: int) -> None:
    block, rng = people(n, P, abroad=0.0), np.random.default_rng(n)
    block.place[:n] = rng.choice([0, 0, 0, 1, 3], n)  # nobody in place 2
    leave(block, np.arange(3, n, 7))
    n_slots = np.where(rng.random(n) < 0.2, rng.integers(FEW, 60, n), rng.integers(0, FEW + 2, n))
    n_slots[-1] = 200  # the most that anyone may offer
    n_slots = np.where(block.rows.people["uid"] != 0, n_slots, 0).astype(np.uint16)
    pool = pools(block, n_slots)
    assert pool.size[2] == 0
    for p in (0, 1, 3):
        found = owners(pool)[pool.start[p] : pool.start[p] + pool.size[p]].tolist()
        assert found == table_of(block, n_slots, p, int(pool.size[p]))


def test_everyone_is_drawn_in_proportion_to_what_they_offer() -> None:
    block = people(300, P, abroad=0.0)
    n_slots = np.random.default_rng(0).poisson(2.0, 300).astype(np.uint16)
    place = block.rows.people["place"]
    members = np.flatnonzero((place == 1) & (n_slots > 0))
    team, drawn, pool = np.empty(0, np.int32), np.zeros(300, int), pools(block, n_slots)
    n = 400 * len(members)
    for k in range(n):
        drawn[draw_person(pool, 1, np.uint64(fold(np.uint64(9), np.uint64(k))), 16, team, 0, 0, 1.0)] += 1
    assert drawn[np.setdiff1d(np.arange(300), members)].sum() == 0
    expected = n * (n_slots[members] / n_slots[members].sum())
    assert stats.chisquare(drawn[members], expected).pvalue > ALPHA


def test_nobody_is_drawn_who_is_on_the_team_already() -> None:
    block = people(12, P, abroad=0.0)
    block.origin[:12] = block.place[:12] = 2
    n_slots = np.ones(12, np.uint16)
    pool, team = pools(block, n_slots), np.empty(13, np.int32)
    for size in range(12):
        row = draw_person(pool, 2, np.uint64(fold(np.uint64(4), np.uint64(size))), 16, team, 0, size, 1.0)
        assert row >= 0 and row not in team[:size]
        team[size] = row
    assert sorted(team[:12]) == list(range(12)), "all can be reached"
    assert draw_person(pool, 2, np.uint64(1), 16, team, 0, 12, 1.0) == NOBODY, "nobody left"
    assert draw_person(pool, 0, np.uint64(1), 16, team, 0, 0, 1.0) == NOBODY, "an empty place"


def test_pools_do_not_depend_on_the_order_of_rows() -> None:
    """Property 1: which row a newborn gets depends on who left anywhere, and must not change anyone's partners."""
    block = people(2000, P)
    n_slots = np.random.default_rng(0).poisson(1.5, 2000).astype(np.uint16)
    order = np.random.default_rng(1).permutation(2000)
    rows = block.rows.people
    one, other = (
        np.where(found >= 0, who["uid"][found], 0)
        for who, slots in ((rows, n_slots), (rows[order], n_slots[order]))
        for found in [owners(build_pools(who, slots, key(Stream.POOL), P))]
    )
    np.testing.assert_array_equal(one, other)


def test_pools_are_filled_to_a_half_to_seven_tenths_and_grow_in_steps() -> None:
    totals = np.unique(np.geomspace(10, 1e7, 3000).astype(np.int64))
    sizes = np.array([pool_size(t) for t in totals])
    assert (np.diff(sizes) >= 0).all()
    load = totals / sizes
    assert load.max() <= LOAD and load[totals > 200].min() > 0.8 * LOAD - 0.02
    assert (np.diff(sizes) > 0).mean() < 0.05, "a little growth leaves the number of cells alone"


def test_an_agent_on_the_team_comes_again_only_for_want_of_others_and_never_the_leads() -> None:
    block = people(3, P, ties=False)
    block.place[:3] = 1
    pool = pools(block, np.ones(3, np.uint16))
    team, keys = np.array([0, 1, 2], np.int32), [np.uint64(fold(np.uint64(11), np.uint64(k))) for k in range(200)]
    drawn = {n: {int(draw_person(pool, 1, k, 16, team, 0, n, 0.4)) for k in keys} for n in (1, 2, 3)}
    assert drawn == {1: {1, 2}, 2: {2}, 3: {1, 2}}
    assert {int(draw_person(pool, 1, k, 16, team, 0, 3, 1.0)) for k in keys} == {NOBODY}, "an agent is one person"
    alone = build_pools(block.rows.people[:1], np.ones(1, np.uint16), key(Stream.POOL), P)
    assert {int(draw_person(alone, 1, k, 16, team, 0, 1, 0.4)) for k in keys} == {NOBODY}
