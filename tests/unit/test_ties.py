"""Remembered co-authors: newest first, nobody twice, and a reused row is nobody's tie."""

from __future__ import annotations

import numpy as np

from sim.columns import N_TIES
from sim.ties import remember, tie_alive, tie_place, uid_tag
from tests.small import people


def test_newest_first_and_the_oldest_is_forgotten() -> None:
    block = people(10, 2, ties=False)
    uid, row, tag = block.used("uid", "tie_row", "tie_tag")
    for j in range(1, N_TIES + 2):
        remember(uid, row, tag, 0, j)
    assert row[0].tolist() == list(range(N_TIES + 1, 1, -1))
    assert tag[0].tolist() == [uid_tag(uid[j]) for j in row[0]]


def test_meeting_again_moves_to_the_front_and_forgets_nobody() -> None:
    block = people(10, 2, ties=False)
    uid, row, tag = block.used("uid", "tie_row", "tie_tag")
    for j in (1, 2, 3, 4):
        remember(uid, row, tag, 0, j)
    remember(uid, row, tag, 0, 2)
    assert row[0].tolist() == [2, 4, 3, 1]
    assert tag[0].tolist() == [uid_tag(uid[j]) for j in row[0]]


def test_ties_of_others_are_not_touched() -> None:
    block = people(10, 2, ties=False)
    uid, row, tag = block.used("uid", "tie_row", "tie_tag")
    remember(uid, row, tag, 3, 4)
    assert (row[np.arange(10) != 3] == -1).all()


def test_tie_place_follows_the_person() -> None:
    block = people(10, 5, ties=False)
    uid, place, row, tag = block.used("uid", "place", "tie_row", "tie_tag")
    remember(uid, row, tag, 0, 6)
    place[6] = 3
    assert tie_place(uid, place, row[0, 0], tag[0, 0]) == 3
    assert tie_place(uid, place, row[0, 1], tag[0, 1]) == 255, "an empty slot is nowhere"


def test_a_reused_row_is_nobodys_tie() -> None:
    block = people(10, 5, ties=False)
    uid, place, row, tag = block.used("uid", "place", "tie_row", "tie_tag")
    remember(uid, row, tag, 0, 6)
    block.retire(np.array([6]))
    assert not tie_alive(uid, row[0, 0], tag[0, 0]), "the person has left"
    reused = block.allocate(1)
    assert reused.tolist() == [6]
    block.uid[6] = np.uint64(123456789)
    block.place[6] = 2
    assert not tie_alive(uid, row[0, 0], tag[0, 0]), "the row is someone else's now"
    assert tie_place(uid, place, row[0, 0], tag[0, 0]) == 255


def test_the_newcomer_in_a_reused_row_is_a_tie_of_its_own() -> None:
    block = people(10, 5, ties=False)
    uid, row, tag = block.used("uid", "tie_row", "tie_tag")
    remember(uid, row, tag, 0, 6)
    block.uid[6] = np.uint64(123456789)
    remember(uid, row, tag, 0, 6)
    alive = [bool(tie_alive(uid, r, t)) for r, t in zip(row[0], tag[0])]
    assert alive == [True, False, False, False], "old and new person of the row are two ties, one of them dead"


def test_tags_tell_neighbouring_uids_apart() -> None:
    tags = {int(uid_tag(np.uint64(u))) for u in range(1, 20_001)}
    # expected number of equal pairs among 20,000 tags of 32 bits: 0.047; more than one has probability 0.001
    assert len(tags) >= 20_000 - 1
