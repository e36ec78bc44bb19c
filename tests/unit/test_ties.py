"""Lasting co-authors: what a tie says, the four most valued stay, no order of papers, nobody who left."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from sim.core.axes import NONE
from sim.core.columns import N_TIES, Block
from sim.core.ties import (
    MATCHES,
    OFFSET,
    STEPS,
    forget,
    mark_of,
    match_in,
    match_of,
    place_of,
    tie_mark,
    tie_row,
    tie_word,
    uid_tag,
    with_tag,
)
from sim.data.clock import FIRST_YEAR, LAST_YEAR
from tests.four_ties import add_tie
from tests.small import known_rows, leave, matches, people, remember, tie_to

LONGEST_MEMORY = 64  # a year of distance weighs a whole standard deviation of the match
EXTREMES = (int(MATCHES[0]), -1, 0, 17, int(MATCHES[-1]))


@pytest.fixture
def block() -> Block:
    """Ten people who know nobody."""
    return people(10, 5, ties=False)


# --- one tie ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("memory", [0, 1, 16, LONGEST_MEMORY])
@pytest.mark.parametrize("row", [0, 1, 123_456, 2**25 - 1])
def test_a_tie_says_who_when_and_how_well(row: int, memory: int) -> None:
    for match in EXTREMES:
        for tag in (0, 1, 2**18 - 1):
            for year in (FIRST_YEAR, 2000, LAST_YEAR):
                tie = np.uint64(tie_word(row, mark_of(match, np.uint32(tag)), year, memory))
                assert tie_row(tie) == row
                mark = tie_mark(tie, memory)
                assert match_in(mark) == match and int(mark) & (2**18 - 1) == tag
                assert (int(tie) & 127) + FIRST_YEAR == year
                # written out in whole numbers of any length: nothing runs over
                value = OFFSET + match + memory * (year - FIRST_YEAR)
                assert 0 < value < 2**14
                assert int(tie) == value << 50 | tag << 32 | row << 7 | year - FIRST_YEAR


def test_no_tie_is_to_nobody(block: Block) -> None:
    assert tie_row(np.uint64(0)) == -1
    assert place_of(block.rows.people, np.uint64(0)) == NONE


def test_a_better_match_and_a_newer_paper_are_worth_more() -> None:
    def word(match: int, year: int) -> int:
        return int(tie_word(5, mark_of(match, np.uint32(3)), year, 16))

    assert word(1, 2000) > word(0, 2000) and word(0, 2001) > word(0, 2000)
    assert word(16, 2000) < word(0, 2001) < word(17, 2000), "a year weighs 16 steps; what is even, the year decides"
    assert tie_word(9, mark_of(40, np.uint32(1)), 1980, 0) > tie_word(9, mark_of(39, np.uint32(1)), 2060, 0)


def test_a_mark_keeps_its_match_under_another_tag() -> None:
    for match in EXTREMES:
        mark = with_tag(mark_of(match, np.uint32(2**18 - 1)), np.uint32(5))
        assert match_in(mark) == match and int(mark) & (2**18 - 1) == 5


def test_matches_are_standard_normal() -> None:
    assert MATCHES.mean() == 0.0 and MATCHES.std() / STEPS == pytest.approx(1.0, abs=2e-3)
    assert (np.diff(MATCHES) >= 0).all() and (-MATCHES[::-1] == MATCHES).all()
    for u in (0.01, 0.3, 0.9):
        assert match_of(np.uint64(int(u * 2**64))) / STEPS == pytest.approx(stats.norm.ppf(u), abs=0.02)


def test_tags_tell_neighbouring_uids_apart() -> None:
    tags = {int(uid_tag(np.uint64(u))) for u in range(1, 2001)}
    # expected number of equal pairs among 2000 tags of 18 bits: 7.6; more than 20 have probability 0.0001
    assert len(tags) >= 2000 - 20 and max(tags) < 2**18


# --- four ties --------------------------------------------------------------------------------------------------
def test_the_four_most_valued_stay_in_order(block: Block) -> None:
    for j, match in ((1, 10), (2, -30), (3, 50), (4, 0), (5, 20)):
        remember(block, 0, j, match=match)
    assert known_rows(block, 0) == [3, 5, 1, 4]
    assert matches(block, 0) == [50, 20, 10, 0]


def test_a_poor_match_of_this_year_does_not_replace_a_good_one(block: Block) -> None:
    for j in (1, 2, 3, 4):
        remember(block, 0, j, 2000, match=60)
    remember(block, 0, 5, 2003, match=0)
    assert 5 not in known_rows(block, 0)
    remember(block, 0, 5, 2004, match=0)  # four years at 16 steps are more than 60
    assert known_rows(block, 0)[0] == 5


def test_meeting_again_renews_the_tie_and_forgets_nobody(block: Block) -> None:
    for j, match in ((1, 0), (2, 10), (3, 20), (4, 30)):
        remember(block, 0, j, 2000, match)
    remember(block, 0, 1, 2002, 0)
    assert known_rows(block, 0) == [1, 4, 3, 2]
    assert matches(block, 0) == [0, 30, 20, 10], "how well two work together stays"
    before = block.ties[0].copy()
    remember(block, 0, 1, 2002, 0)
    np.testing.assert_array_equal(block.ties[0], before)


def test_two_people_of_one_agent_are_two_ties(block: Block) -> None:
    remember(block, 0, 6, 2000, match=5)
    remember(block, 0, 6, 2000, match=-5)
    remember(block, 0, 6, 2001, match=-5)
    assert known_rows(block, 0) == [6, 6, -1, -1]
    assert matches(block, 0) == [-5, 5]


def four_of(papers: list[tuple[int, int, int, int]], memory: int) -> list[int]:
    """The rule, by sets: of every person (row, tag, match) the newest paper, and of these the four largest words."""
    newest: dict[tuple[int, int, int], int] = {}
    for row, tag, match, year in papers:
        newest[row, tag, match] = max(year, newest.get((row, tag, match), 0))
    words = {
        (OFFSET + match + memory * (year - FIRST_YEAR)) << 50 | tag << 32 | row << 7 | year - FIRST_YEAR
        for (row, tag, match), year in newest.items()
    }
    return (sorted(words, reverse=True) + [0] * N_TIES)[:N_TIES]


@pytest.mark.parametrize("memory", [0, 1, 16, LONGEST_MEMORY])
def test_ties_are_the_four_largest_of_a_set_whatever_the_order_within_years(memory: int) -> None:
    rng = np.random.default_rng(memory)
    for _ in range(150):
        years = np.sort(rng.choice(np.arange(FIRST_YEAR, LAST_YEAR + 1), rng.integers(1, 5), replace=False))
        few = int(rng.integers(2, 9))  # people and matches, so that the same ones meet again and values are even
        papers = []
        for year in years.tolist():
            for _ in range(rng.integers(0, 9)):
                row = int(rng.integers(0, few))
                papers.append((row, row * 1000 % 2**18, int(rng.choice(EXTREMES[: 1 + few % 5])), year))
        expected = four_of(papers, memory)
        for _ in range(3):
            order = sorted(papers, key=lambda paper: (paper[3], rng.random()))
            ties = np.zeros((1, N_TIES), np.uint64)
            for row, tag, match, year in order:
                add_tie(ties, 0, np.uint64(tie_word(row, mark_of(match, np.uint32(tag)), year, memory)), memory)
            assert ties[0].tolist() == expected


def test_all_orders_of_a_year_give_the_same(block: Block) -> None:
    remember(block, 0, 7, 1999, 30)
    remember(block, 0, 2, 1999, -10)
    before = block.ties[0].copy()
    found = set()
    for order in permutations(((1, 0), (2, -10), (3, 5), (4, -20), (5, 90))):
        block.ties[0] = before
        for j, match in order:
            remember(block, 0, j, 2000, match)
        found.add(tuple(block.ties[0].tolist()))
    assert len(found) == 1
    assert known_rows(block, 0) == [5, 7, 3, 1], "the older, better tie is among this year's"


def test_ties_of_others_are_not_touched(block: Block) -> None:
    remember(block, 3, 4)
    assert not block.ties[:10][np.arange(10) != 3].any()


def test_the_place_of_a_tie_follows_the_person(block: Block) -> None:
    remember(block, 0, 6)
    block.place[6] = 3
    assert place_of(block.rows.people, block.ties[0, 0]) == 3
    assert place_of(block.rows.people, block.ties[0, 1]) == NONE, "an empty slot is nowhere"


# --- forgetting -------------------------------------------------------------------------------------------------
def test_those_who_left_are_forgotten_and_the_others_move_up(block: Block) -> None:
    for j, match in ((1, 40), (2, 30), (3, 20), (4, 10)):
        remember(block, 0, j, match=match)
    remember(block, 5, 2)
    remember(block, 6, 1)
    leave(block, np.array([2, 3]))
    assert known_rows(block, 0) == [1, 4, -1, -1] and matches(block, 0) == [40, 10]
    assert not block.ties[5].any()
    assert known_rows(block, 6) == [1, -1, -1, -1], "who stays is remembered"


def test_nothing_of_the_gone_is_left_and_nothing_else_is_lost() -> None:
    block = people(3000, 5)
    gone = np.random.default_rng(2).random(3000) < 0.3
    before = block.ties[:3000].copy()
    forget(block.rows.ties, gone)
    for i in range(3000):
        kept = [tie for tie in before[i] if tie and not gone[tie_row(tie)]]
        assert block.ties[i].tolist() == kept + [0] * (N_TIES - len(kept))


def test_the_newcomer_in_a_reused_row_is_nobodys_tie(block: Block) -> None:
    remember(block, 0, 6)
    leave(block, np.array([6]))
    assert block.allocate(1).tolist() == [6]
    block.uid[6], block.place[6] = np.uint64(123456789), 2
    assert known_rows(block, 0) == [-1] * N_TIES
    remember(block, 0, 6, 2001)
    assert block.ties[0, 0] == tie_to(block, 6, 2001)
