"""Remembered co-authors: this year's first, nobody twice, no order of papers, and a reused row is nobody's tie."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from sim.columns import N_TIES, Block
from sim.randomness import Stream
from sim.ties import remember, tie_alive, tie_place, uid_tag
from tests.small import key, people


def year(block: Block, pairs: list[tuple[int, int]], number: int = 2000) -> None:
    """Let i remember j for each pair (i, j), in this order, in one year."""
    n_new = np.zeros(block.n_rows, np.uint8)
    for i, j in pairs:
        remember(*block.used("uid", "tie_row", "tie_tag"), n_new, i, j, key(Stream.TIE, number))


@pytest.fixture
def block() -> Block:
    """Ten people who know nobody."""
    return people(10, 5, ties=False)


def tags_fit(block: Block, i: int) -> bool:
    return block.tie_tag[i].tolist() == [uid_tag(block.uid[j]) for j in block.tie_row[i]]


def test_this_years_ties_come_before_older_ones_and_the_oldest_are_forgotten(block: Block) -> None:
    for number, j in enumerate((1, 2, 3, 4, 5)):
        year(block, [(0, j)], 2000 + number)
    assert block.tie_row[0].tolist() == [5, 4, 3, 2]
    assert tags_fit(block, 0)


def test_meeting_again_moves_to_the_front_and_forgets_nobody(block: Block) -> None:
    for number, j in enumerate((1, 2, 3, 4)):
        year(block, [(0, j)], 2000 + number)
    year(block, [(0, 2)], 2010)
    assert block.tie_row[0].tolist() == [2, 4, 3, 1]
    assert tags_fit(block, 0)


def test_two_papers_with_the_same_person_are_one_tie(block: Block) -> None:
    year(block, [(0, 7)], 1999)
    year(block, [(0, 1), (0, 2), (0, 1), (0, 2)])
    assert sorted(block.tie_row[0].tolist()) == [-1, 1, 2, 7]
    assert block.tie_row[0, 2] == 7, "the older tie stands behind"


def test_the_order_of_papers_does_not_matter(block: Block) -> None:
    year(block, [(0, 7), (0, 8)], 1999)
    before = block.arrays()["tie_row"].copy(), block.arrays()["tie_tag"].copy()
    found = set()
    for order in permutations((1, 2, 3, 4, 5)):
        block.tie_row[:10], block.tie_tag[:10] = before
        year(block, [(0, j) for j in order])
        assert tags_fit(block, 0)
        found.add(tuple(block.tie_row[0].tolist()))
    assert len(found) == 1
    kept = found.pop()
    assert len(set(kept)) == N_TIES and set(kept) < {1, 2, 3, 4, 5}, "as many of this year's as fit"


def test_ties_of_others_are_not_touched(block: Block) -> None:
    year(block, [(3, 4)])
    assert (block.tie_row[:10][np.arange(10) != 3] == -1).all()


def test_tie_place_follows_the_person(block: Block) -> None:
    year(block, [(0, 6)])
    uid, place, row, tag = block.used("uid", "place", "tie_row", "tie_tag")
    place[6] = 3
    assert tie_place(uid, place, row[0, 0], tag[0, 0]) == 3
    assert tie_place(uid, place, row[0, 1], tag[0, 1]) == 255, "an empty slot is nowhere"


def test_a_reused_row_is_nobodys_tie(block: Block) -> None:
    year(block, [(0, 6)])
    uid, place, row, tag = block.used("uid", "place", "tie_row", "tie_tag")
    block.retire(np.array([6]))
    assert not tie_alive(uid, row[0, 0], tag[0, 0]), "the person has left"
    assert block.allocate(1).tolist() == [6]
    block.uid[6], block.place[6] = np.uint64(123456789), 2
    assert not tie_alive(uid, row[0, 0], tag[0, 0]), "the row is someone else's now"
    assert tie_place(uid, place, row[0, 0], tag[0, 0]) == 255


def test_the_newcomer_in_a_reused_row_is_a_tie_of_its_own(block: Block) -> None:
    year(block, [(0, 6)])
    block.uid[6] = np.uint64(123456789)
    year(block, [(0, 6)], 2001)
    uid, row, tag = block.used("uid", "tie_row", "tie_tag")
    alive = [bool(tie_alive(uid, r, t)) for r, t in zip(row[0], tag[0])]
    assert alive == [True, False, False, False], "old and new person of the row are two ties, one of them dead"


def test_tags_tell_neighbouring_uids_apart() -> None:
    tags = {int(uid_tag(np.uint64(u))) for u in range(1, 20_001)}
    # expected number of equal pairs among 20,000 tags of 32 bits: 0.047; more than one has probability 0.001
    assert len(tags) >= 20_000 - 1
