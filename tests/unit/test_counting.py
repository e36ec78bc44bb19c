"""Head counts against plain loops."""

from __future__ import annotations

import numpy as np

from sim.core.axes import NONE
from sim.core.columns import Block
from sim.core.ties import place_of, tie_year
from sim.engines.counting import HeadCounts, count_people
from tests.small import leave, people

P = 4


def count(block: Block, threat: np.ndarray, watched: np.ndarray, active_from: float = 0.0) -> HeadCounts:
    """What `count_people` counts."""
    counts = HeadCounts.zeros(P, 8, np.flatnonzero(watched))
    people, ties, _ = block.rows
    count_people(people, ties, threat, active_from, counts)
    return counts


def test_count_people_equals_a_plain_loop() -> None:
    block = people(2000, P)
    leave(block, np.arange(100))
    block.institution[:2000] = block.place[:2000] % 4 * 2
    block.prev_place[500:900] = block.origin[500:900]
    block.fear[:2000] = 0.25
    counts = count(block, np.zeros((P, P)), np.ones(P, bool))
    expected = HeadCounts.zeros(P, 8, np.arange(P))
    for i in block.alive():
        o, a = block.origin[i], block.place[i]
        expected.cells[o, a, block.stage[i]] += 1
        if block.prev_place[i] != NONE:
            expected.came_from[a, block.prev_place[i]] += 1
        expected.by_institution[block.institution[i]] += 1
        expected.n_permanent[a] += block.permanent[i]
        expected.fear_sum[o, a] += 0.25
        if block.stage[i] > 0:
            abroad = {place_of(block.rows.people, tie) for tie in block.ties[i]} | {block.dual[i]}
            for b in abroad - {NONE, a}:
                expected.tied[a, b, o] += 1
    assert expected.tied.any()
    for found, wanted in zip(counts, expected):
        np.testing.assert_array_equal(found, wanted)
    assert counts.cells.sum() == counts.stock.sum() == block.n_alive


def test_old_ties_are_no_ties_and_second_affiliations_stay() -> None:
    block, nobody = people(2000, P), np.zeros((P, P))
    years = sorted({int(tie_year(tie)) for i in block.alive() for tie in block.ties[i] if tie})
    every = count(block, nobody, np.ones(P, bool)).tied
    np.testing.assert_array_equal(count(block, nobody, np.ones(P, bool), years[0]).tied, every)
    left = count(block, nobody, np.ones(P, bool), years[-1] + 1).tied
    duals = np.zeros_like(left)
    for i in block.alive():
        if block.stage[i] > 0 and block.dual[i] not in (NONE, block.place[i]):
            duals[block.place[i], block.dual[i], block.origin[i]] += 1
    np.testing.assert_array_equal(left, duals)
    assert duals.sum() < every.sum()


def exposed_by_hand(block: Block, threat: np.ndarray) -> np.ndarray:
    """Exposed people of all places [place, origin]."""
    expected = np.zeros((P, P), np.int64)
    for i in block.alive():
        near = [place_of(block.rows.people, tie) for tie in block.ties[i]]
        near.append(block.dual[i])
        if block.stage[i] > 0 and any(b != NONE and threat[block.place[i], b] > 0 for b in near):
            expected[block.place[i], block.origin[i]] += 1
    return expected


def test_the_exposed_are_counted_where_they_are_watched() -> None:
    block = people(3000, P)
    leave(block, np.arange(100))
    block.institution[:3000] = 0
    threat = np.zeros((P, P))
    threat[0, 1] = threat[2, 3] = 0.4
    expected = exposed_by_hand(block, threat)
    assert expected[0].sum() > 0 and expected[2].sum() > 0 and expected[[1, 3]].sum() == 0
    np.testing.assert_array_equal(count(block, threat, np.ones(P, bool)).exposed, expected)
    expected[2] = 0
    np.testing.assert_array_equal(count(block, threat, np.array([True, True, False, True])).exposed, expected)
