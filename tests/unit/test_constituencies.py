"""Sums by constituency against plain loops, and the table that is made of them."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from sim.core.axes import CONSTITUENCIES, SIZE_CLASSES, STAGES
from sim.core.columns import Block
from sim.data.fields import N_FIELDS
from sim.engines.constituencies import Constituencies, count_leaving, count_standing
from sim.record.constituency_table import constituency_table
from tests.small import leave, people

P, FIELD = 4, 2
SIZE_OF = np.array([3, 0, 0, 1, 2, 1, 3, 2])  # size class of eight institutions, two a place
FIRST = dict(zip(CONSTITUENCIES, (0, P, P + len(STAGES), P + len(STAGES) + len(SIZE_CLASSES))))


@pytest.fixture
def block() -> Block:
    """People of one field with papers and fear, some of whom have left."""
    rng, n = np.random.default_rng(4), 2000
    block = people(n, P)
    block.institution[:n] = block.place[:n] * 2 + rng.integers(0, 2, n)
    block.fear[:n] = rng.random(n) * (block.place[:n] == 1)
    block.papers_fractional[:n] = rng.exponential(0.5, n) * (rng.random(n) < 0.6)
    leave(block, np.arange(100))
    return block


def members(block: Block, i: int) -> list[int]:
    """Members that a person belongs to."""
    of = {"origin": block.origin[i], "stage": block.stage[i], "field": FIELD}
    of["institution_size"] = SIZE_OF[block.institution[i]]
    return [first + int(of[kind]) for kind, first in FIRST.items()]


def test_people_papers_and_fear_equal_a_plain_loop(block: Block) -> None:
    found = Constituencies.none(P)
    count_standing(block.rows.people, block.rows.output, FIELD, SIZE_OF, found)
    expected = Constituencies.none(P)
    for i in block.alive():
        for m in members(block, i):
            expected.researchers[block.place[i], m] += 1
            expected.papers[block.place[i], m] += block.papers_fractional[i]
            expected.fear[block.place[i], m] += block.fear[i]
    assert expected.researchers.shape == (P, FIRST["field"] + N_FIELDS)
    for ours, theirs in zip(found, expected):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    assert found.researchers.sum() == len(CONSTITUENCIES) * block.n_alive
    assert found.fear[1].any()
    assert not found.fear[[0, 2, 3]].any()


def test_a_second_field_is_added_to_the_first(block: Block) -> None:
    one, both = Constituencies.none(P), Constituencies.none(P)
    count_standing(block.rows.people, block.rows.output, FIELD, SIZE_OF, one)
    for field in (FIELD, FIELD + 1):
        count_standing(block.rows.people, block.rows.output, field, SIZE_OF, both)
    last = FIRST["field"]
    np.testing.assert_array_equal(both.researchers[:, :last], 2 * one.researchers[:, :last])
    np.testing.assert_array_equal(both.researchers[:, last + FIELD], both.researchers[:, last + FIELD + 1])


def test_leavers_are_counted_as_what_they_were(block: Block) -> None:
    rows = block.alive()[::7]
    number = np.zeros((P, FIRST["field"] + N_FIELDS), np.int64)
    count_leaving(block.rows.people, rows, FIELD, SIZE_OF, number)
    expected = Counter((int(block.place[i]), m) for i in rows for m in members(block, i))
    assert {(int(a), int(m)): int(number[a, m]) for a, m in np.argwhere(number)} == expected


def test_the_table_has_members_with_somebody_papers_or_exits_and_no_others() -> None:
    counts = Constituencies.none(P)
    exits = np.zeros_like(counts.researchers)
    counts.researchers[0, 1], counts.papers[0, 1], counts.fear[0, 1] = 4, 1.5, 3.0
    exits[2, FIRST["stage"] + 2] = 3
    counts.researchers[3, FIRST["field"]] = 1
    table = constituency_table(counts, exits, 100.0)
    assert {name: values.tolist() for name, values in table.items() if name != "fear_mean"} == {
        "place": [0, 2, 3],
        "kind": [0, 1, 3],
        "member": [1, FIRST["stage"] + 2, FIRST["field"]],
        "n_researchers": [400.0, 0.0, 100.0],
        "papers_fractional": [150.0, 0.0, 0.0],
        "new_exits": [0.0, 300.0, 0.0],
    }
    np.testing.assert_array_equal(table["fear_mean"], [0.75, np.nan, 0.0])
