"""Remembered co-authors: this year's first, nobody twice, no order of papers, and a reused row is nobody's tie."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from sim.core.columns import N_TIES, NONE, Block
from sim.core.ties import alive, place_of, tie_row, tie_word, uid_tag
from tests.small import known_rows, people, remember


def year(block: Block, pairs: list[tuple[int, int]], number: int = 2000) -> None:
    """Let i remember j for each pair (i, j), in this order, in one year."""
    for i, j in pairs:
        remember(block, i, j, number)


@pytest.fixture
def block() -> Block:
    """Ten people who know nobody."""
    return people(10, 5, ties=False)


def tags_fit(block: Block, i: int) -> bool:
    return all(alive(block.rows.people, tie) for tie in block.ties[i])


def test_this_years_ties_come_before_older_ones_and_the_oldest_are_forgotten(block: Block) -> None:
    for number, j in enumerate((1, 2, 3, 4, 5)):
        year(block, [(0, j)], 2000 + number)
    assert known_rows(block, 0) == [5, 4, 3, 2]
    assert tags_fit(block, 0)


def test_meeting_again_moves_to_the_front_and_forgets_nobody(block: Block) -> None:
    for number, j in enumerate((1, 2, 3, 4)):
        year(block, [(0, j)], 2000 + number)
    year(block, [(0, 2)], 2010)
    assert known_rows(block, 0) == [2, 4, 3, 1]
    assert tags_fit(block, 0)


def test_two_papers_with_the_same_person_are_one_tie(block: Block) -> None:
    year(block, [(0, 7)], 1999)
    year(block, [(0, 1), (0, 2), (0, 1), (0, 2)])
    assert sorted(known_rows(block, 0)) == [-1, 1, 2, 7]
    assert known_rows(block, 0)[2] == 7, "the older tie stands behind"


def test_the_order_of_papers_does_not_matter(block: Block) -> None:
    year(block, [(0, 7), (0, 8)], 1999)
    before = block.ties[:10].copy()
    found = set()
    for order in permutations((1, 2, 3, 4, 5)):
        block.ties[:10] = before
        year(block, [(0, j) for j in order])
        assert tags_fit(block, 0)
        found.add(tuple(known_rows(block, 0)))
    assert len(found) == 1
    kept = found.pop()
    assert len(set(kept)) == N_TIES and set(kept) < {1, 2, 3, 4, 5}, "as many of this year's as fit"


def test_ties_of_others_are_not_touched(block: Block) -> None:
    year(block, [(3, 4)])
    assert not block.ties[:10][np.arange(10) != 3].any()


def test_the_place_of_a_tie_follows_the_person(block: Block) -> None:
    year(block, [(0, 6)])
    people, ties, _ = block.rows
    people["place"][6] = 3
    assert place_of(people, ties[0, 0]) == 3
    assert place_of(people, ties[0, 1]) == NONE, "an empty slot is nowhere"


def test_a_reused_row_is_nobodys_tie(block: Block) -> None:
    year(block, [(0, 6)])
    people, ties, _ = block.rows
    block.retire(np.array([6]))
    assert not alive(people, ties[0, 0]), "the person has left"
    assert block.allocate(1).tolist() == [6]
    block.uid[6], block.place[6] = np.uint64(123456789), 2
    assert not alive(people, ties[0, 0]), "the row is someone else's now"
    assert place_of(people, ties[0, 0]) == NONE


def test_the_newcomer_in_a_reused_row_is_a_tie_of_its_own(block: Block) -> None:
    year(block, [(0, 6)])
    block.uid[6] = np.uint64(123456789)
    year(block, [(0, 6)], 2001)
    people, ties, _ = block.rows
    assert [bool(alive(people, tie)) for tie in ties[0]] == [True, False, False, False], (
        "old and new person of the row are two ties, one of them dead"
    )


def test_tags_tell_neighbouring_uids_apart() -> None:
    tags = {int(uid_tag(np.uint64(u))) for u in range(1, 20_001)}
    # expected number of equal pairs among 20,000 tags of 26 bits: 3.0; more than ten have probability 0.0003
    assert len(tags) >= 20_000 - 10


@pytest.mark.parametrize("row", [0, 1, 123_456, 2**31 - 2])
def test_a_tie_remembers_any_row(row: int) -> None:
    assert tie_row(tie_word(row, np.uint32(7), 2035)) == row
    assert tie_row(np.uint64(0)) == -1
