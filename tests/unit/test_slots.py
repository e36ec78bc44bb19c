"""One partner slot: lasting co-authors, new people, refusals with their cause, and who comes instead."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.core.randomness import Stream, fold
from sim.core.ties import MATCHES
from sim.engines import teams
from sim.engines.teams import BY_FEAR, BY_RULE, NOT_REFUSED, match_of_new, rank_shares
from tests.slots import FRIENDS, LEAD, PER_PLACE, P, Slot, ask, friend, places_of, rows_of, villages
from tests.small import ALPHA, Rules, key, remember

FIRST_TIE = 1e12  # preference that leaves the first tie all repeat slots


def assert_share(hits: int, n: int, share: float) -> None:
    """A count is binomial with the share, exactly so if that is 0 or 1."""
    assert stats.binomtest(int(hits), n, share).pvalue > ALPHA


# --- where a slot looks -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("p", [0.0, 0.1, 0.7, 1.0])
def test_a_new_partner_is_abroad_as_often_as_the_paper_is_open(p: float) -> None:
    places = places_of(ask(villages(), Rules(P, repeat=0.0), p))
    assert places.sum() == 4000, "places have people"
    assert_share(4000 - places[0], 4000, p)
    if p > 0.0:
        assert stats.chisquare(places[1:]).pvalue > ALPHA, "places abroad by their distribution, here even"


def test_a_more_open_paper_only_turns_slots_abroad() -> None:
    less, more = (ask(villages(), Rules(P, repeat=0.0), p) for p in (0.3, 0.5))
    changed = [(one, other) for one, other in zip(less, more) if one != other]
    assert changed and all(one.place == 0 != other.place for one, other in changed)


def test_where_nobody_has_time_another_place_is_drawn_up_to_three_times() -> None:
    block = villages()
    block.place[block.place == 3] = 2  # place 3 is empty
    slots = ask(block, Rules(P, repeat=0.0), 1.0)
    assert_share(sum(slot.row < 0 for slot in slots), len(slots), (1 / 3) ** 4)
    assert all(slot.cause == NOT_REFUSED for slot in slots), "to find nobody is no refusal"


def test_new_partners_are_sought_at_the_origin_first() -> None:
    block = villages()
    block.origin[LEAD] = 2
    places = places_of(ask(block, Rules(P, repeat=0.0, origin=0.4), 0.5))
    expected = 0.6 * np.array([0.5, 0.5 / 3, 0.5 / 3, 0.5 / 3]) + 0.4 * np.array([0, 0, 1, 0])
    assert stats.chisquare(places, expected * places.sum()).pvalue > ALPHA
    block.origin[LEAD] = 0
    assert ask(block, Rules(P, repeat=0.0, origin=0.4)) == ask(block, Rules(P, repeat=0.0)), "nothing at home"


# --- lasting co-authors -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("looseness", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_a_tie_abroad_comes_where_the_slot_looks_abroad_or_is_loose(p: float, looseness: float) -> None:
    block = villages()
    remember(block, LEAD, friend(1), match=33)
    slots = ask(block, Rules(P, repeat=1.0, preference=FIRST_TIE, looseness=looseness), p)
    came = [slot for slot in slots if slot.row == friend(1)]
    assert_share(len(came), len(slots), p + (1.0 - p) * looseness)
    assert all(slot.match == 33 for slot in came), "the match of the tie"
    assert all(slot.place == 0 for slot in slots if slot.row != friend(1)), "others are new, at home"


@pytest.mark.parametrize("looseness", [0.0, 1.0])
def test_a_tie_at_home_comes_where_the_slot_looks_home(looseness: float) -> None:
    block = villages()
    remember(block, LEAD, friend(0))
    slots = ask(block, Rules(P, repeat=1.0, preference=FIRST_TIE, looseness=looseness), 0.3)
    assert_share(rows_of(slots)[friend(0)], len(slots), 0.7)
    assert places_of(slots)[0] == rows_of(slots)[friend(0)], "a slot abroad is never loose"


@pytest.mark.parametrize("repeat", [0.0, 0.4, 1.0])
def test_past_co_authors_are_asked_for_the_share_of_repeat_slots(repeat: float) -> None:
    block = villages()
    remember(block, LEAD, friend(0))
    slots = ask(block, Rules(P, repeat=repeat, preference=FIRST_TIE), 0.0)
    assert_share(rows_of(slots)[friend(0)], len(slots), repeat)


@pytest.mark.parametrize("preference", [1.0, 2.0, 4.0])
def test_the_most_valued_are_asked_most(preference: float) -> None:
    block = villages()
    known = [friend(0, 1), friend(0, 2), friend(0, 3), friend(1)]
    for j, match in zip(known, (40, 30, 20, 10)):
        remember(block, LEAD, j, match=match)
    counts = rows_of(ask(block, Rules(P, repeat=1.0, preference=preference, looseness=1.0), 0.0))
    shares = np.diff(np.concatenate([[0.0], (np.arange(1, 5) / 4) ** (1.0 / preference)]))
    np.testing.assert_allclose(np.cumsum(shares)[:3], rank_shares(preference))
    assert preference == 1.0 or (np.diff(shares) < 0.0).all()
    assert stats.chisquare([counts[j] for j in known], shares * counts.total()).pvalue > ALPHA


@pytest.mark.parametrize(
    ("p", "looseness", "asked"), [(1.0, 0.0, (0, 2)), (0.0, 0.0, (1, 3)), (0.0, 1.0, (0, 1, 2, 3))]
)
def test_ranks_count_the_ties_that_are_where_the_slot_looks(p: float, looseness: float, asked: tuple[int, ...]) -> None:
    block = villages()
    known = [friend(1), friend(0, 1), friend(2), friend(0, 2)]
    for j, match in zip(known, (40, 30, 20, 10)):
        remember(block, LEAD, j, match=match)
    counts = rows_of(ask(block, Rules(P, repeat=1.0, preference=2.0, looseness=looseness), p))
    shares = np.diff(np.sqrt(np.arange(5) / 4))[: len(asked)]
    found = [counts[known[t]] for t in asked]
    rest, expected = counts.total() - sum(found), 1.0 - shares.sum()
    if len(asked) < 4:
        assert not any(counts[known[t]] for t in range(4) if t not in asked)
        found, shares = [*found, rest], np.append(shares, expected)
    assert stats.chisquare(found, shares * counts.total()).pvalue > ALPHA


def test_the_share_of_a_missing_tie_goes_to_new_people() -> None:
    block = villages()
    remember(block, LEAD, friend(0))
    slots = ask(block, Rules(P, repeat=1.0, preference=1.0), 0.0)
    assert_share(rows_of(slots)[friend(0)], len(slots), 0.25)
    assert all(slot.place == 0 for slot in slots)


def test_a_tie_on_the_team_already_is_not_asked_again() -> None:
    block = villages()
    remember(block, LEAD, friend(0))
    rules = Rules(P, repeat=1.0, preference=FIRST_TIE)
    assert rows_of(ask(block, rules, 0.0, team=(LEAD, friend(0))))[friend(0)] == 0
    rules.same = 0.3  # another of those that the agent stands for
    slots = ask(block, rules, 0.0, team=(LEAD, friend(0)))
    assert_share(rows_of(slots)[friend(0)], len(slots), 0.7)


# --- refusals ---------------------------------------------------------------------------------------------------
def causes(slots: list[Slot]) -> np.ndarray:
    return np.bincount([slot.cause for slot in slots], minlength=3)


def test_rules_refuse_first_then_fear() -> None:
    block, rules = villages(), Rules(P, repeat=0.0, refill=0.0, fear=0.8)
    rules.friction[0, 0, 1:], rules.threat[0, 1:] = 0.3, 0.5
    block.fear[LEAD] = 0.9
    fear = 0.8 * 0.9 * 0.5
    slots = ask(block, rules, 1.0)
    expected = np.array([0.7 * (1.0 - fear), 0.3, 0.7 * fear])
    assert (NOT_REFUSED, BY_RULE, BY_FEAR) == (0, 1, 2)
    assert stats.chisquare(causes(slots), expected * len(slots)).pvalue > ALPHA
    for slot in slots:
        assert (slot.row < 0) == (slot.cause != NOT_REFUSED) == (slot.barred > 0)
    assert causes(ask(block, rules, 0.0)).tolist() == [4000, 0, 0], "nobody refuses at home"
    assert causes(ask(block, rules, 1.0, kind=3))[BY_RULE] == 0, "rules of another kind of project"


def test_a_partner_in_fear_refuses_the_place_of_the_lead() -> None:
    block, rules = villages(), Rules(P, repeat=0.0, refill=0.0, fear=0.8)
    rules.threat[1:, 0] = 0.5  # the lead's place is a threat to others, not they to it
    block.fear[PER_PLACE : P * PER_PLACE] = 1.0
    slots = ask(block, rules, 1.0)
    assert_share(causes(slots)[BY_FEAR], len(slots), 0.4)
    assert causes(slots)[BY_RULE] == 0


def test_a_lasting_co_author_is_refused_like_anybody() -> None:
    block, rules = villages(), Rules(P, repeat=1.0, preference=FIRST_TIE, refill=0.0)
    remember(block, LEAD, friend(1))
    rules.friction[:, 0, 1] = 0.3
    slots = ask(block, rules, 1.0)
    assert_share(causes(slots)[BY_RULE], len(slots), 0.3)
    assert {slot.row for slot in slots} == {-1, friend(1)}


def test_more_friction_only_refuses_more() -> None:
    few, many = Rules(P, repeat=0.0, refill=0.0), Rules(P, repeat=0.0, refill=0.0)
    few.friction[:, 0, 1:], many.friction[:, 0, 1:] = 0.2, 0.4
    for one, other in zip(ask(villages(), few), ask(villages(), many)):
        assert one == other or (one.cause == NOT_REFUSED and other.cause == BY_RULE)


# --- who comes instead ------------------------------------------------------------------------------------------
def refilled(p: float, ties: dict[int, int], **changes: float) -> list[Slot]:
    """Slots of which those towards place 1 are refused by rule, always filled elsewhere; ties by row, with match."""
    block, rules = villages(), Rules(P, refill=1.0, **changes)
    rules.friction[:, 0, 1] = 1.0
    for j, match in ties.items():
        remember(block, LEAD, j, match=match)
    slots = [slot for slot in ask(block, rules, p) if slot.cause != NOT_REFUSED]
    assert {slot.barred for slot in slots} == {1}
    return slots


def test_another_lasting_co_author_comes_first() -> None:
    ties = {friend(1): 40, friend(2): 30, friend(3): 20, friend(0): 10}
    slots = refilled(1.0, ties, repeat=1.0, preference=1.0)
    # of the four, the one in the refused place is not asked; then a place: two free ones of three, or home
    counts = rows_of(slots)
    named = [counts[friend(2)], counts[friend(3)], counts[friend(0)]]
    assert stats.chisquare([*named, len(slots) - sum(named)]).pvalue > ALPHA
    assert {slot.match for slot in slots if slot.row == friend(3)} == {20}
    others = places_of([slot for slot in slots if slot.row % PER_PLACE >= FRIENDS])
    assert others[1] == 0 and stats.chisquare(others[[0, 2, 3]]).pvalue > ALPHA


def test_a_co_author_under_rules_or_on_the_team_does_not_come_instead() -> None:
    block, rules = villages(), Rules(P, refill=1.0, repeat=1.0, preference=1.0)
    rules.friction[:, 0, 1], rules.friction[:, 0, 2] = 1.0, 0.01
    for j, match in ((friend(1), 40), (friend(2), 30), (friend(3), 20)):
        remember(block, LEAD, j, match=match)
    refused = [s for s in ask(block, rules, 1.0, team=(LEAD, friend(3))) if s.barred == 1]
    assert len(refused) > 500 and not {friend(1), friend(2), friend(3)} & {slot.row for slot in refused}
    assert {slot.place for slot in refused} == {0, 3}, "nor anybody from a place under rules"


@pytest.mark.parametrize("p", [0.4, 1.0])
def test_then_another_place_abroad_then_home(p: float) -> None:
    places = places_of(refilled(p, {}, repeat=0.0))
    expected = np.array([1.0 - p + p / 3, 0.0, p / 3, p / 3])
    assert places[1] == 0
    assert stats.chisquare(places[[0, 2, 3]], (expected * places.sum())[[0, 2, 3]]).pvalue > ALPHA


@pytest.mark.parametrize("refill", [0.0, 0.35, 1.0])
def test_a_share_of_refused_slots_is_filled(refill: float) -> None:
    rules = Rules(P, refill=refill, repeat=0.0)
    rules.friction[:, 0, 1:] = 1.0
    refused = [slot for slot in ask(villages(), rules, 1.0) if slot.cause != NOT_REFUSED]
    assert len(refused) == 4000
    assert_share(sum(slot.row >= 0 for slot in refused), len(refused), refill)


# --- what papers and people are to each other -------------------------------------------------------------------
def test_a_paper_has_its_own_openness_or_that_of_its_lead() -> None:
    openness = np.linspace(0.0, 1.0, 64)[None, :]
    words = [np.uint64(fold(np.uint64(3), np.uint64(k))) for k in range(6000)]
    for personal in (0.0, 0.35, 1.0):
        found = np.array([teams.paper_openness(openness, 0, 0.5, word, personal) for word in words])
        own = openness[0, 32]
        assert_share((found == own).sum(), len(words), personal + (1.0 - personal) / 64)
        rest = np.bincount(np.round(found[found != own] * 63).astype(int), minlength=64)
        assert personal == 1.0 or stats.chisquare(np.delete(rest, 32)).pvalue > ALPHA


def test_the_match_of_two_is_of_the_pair_where_agents_are_people() -> None:
    of_pair, skeys = key(Stream.MATCH, 0), [np.uint64(fold(np.uint64(8), np.uint64(k))) for k in range(5000)]
    one, other = np.uint64(2**50 + 3), np.uint64(2**49 + 7)
    match = match_of_new(one, other, skeys[0], 1.0, of_pair)
    assert match == MATCHES[int(fold(fold(of_pair, other), one)) >> 52]
    assert {match_of_new(a, b, s, 1.0, of_pair) for a, b in ((one, other), (other, one)) for s in skeys} == {match}
    many = np.array([match_of_new(one, np.uint64(u), skeys[0], 1.0, of_pair) for u in range(1, 5001)])
    assert stats.kstest(many / 64, "norm").pvalue > ALPHA


@pytest.mark.parametrize("same", [0.01, 0.5])
def test_where_agents_stand_for_many_a_share_are_the_same_two(same: float) -> None:
    of_pair, skeys = key(Stream.MATCH, 0), [np.uint64(fold(np.uint64(8), np.uint64(k))) for k in range(20_000)]
    one, other = np.uint64(2**50 + 3), np.uint64(2**49 + 7)
    pair = match_of_new(one, other, skeys[0], 1.0, of_pair)
    found = np.array([match_of_new(one, other, s, same, of_pair) for s in skeys])
    assert_share((found == pair).sum(), len(found), same + (1.0 - same) * (pair == MATCHES).mean())
    others = found[found != pair] / 64
    assert stats.kstest(others, "norm").pvalue > ALPHA, "the others are any two"
