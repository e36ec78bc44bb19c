"""Entrants choose person by person with the nest's probabilities, and policy moves only those whom it moves."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.core.axes import NONE
from sim.core.columns import Block
from sim.core.randomness import Stream, base_key, draw, gumbel, person_key
from sim.engines.choice import InstitutionShares
from sim.engines.entry import create_cohort
from sim.engines.hosts import EntryChoice, EntryKeys, base_odds, choose_entry, deterred, entry_choice
from tests.small import ALPHA, key
from tests.unit.nest import GROUP, NEST, chosen, shares

SIGMA = 0.75
KEY_TALENT = base_key(0, 0, Stream.TALENT, 0)
STREAMS = "ENTRY_HOME ENTRY_HOST ENTRY_TURNED ENTRY_THEN ENTRY_BARRED INSTITUTION"
KEYS = EntryKeys(*(key(Stream[name]) for name in STREAMS.split()))


def choice_of(change: np.ndarray, talent_abroad: float = 0.0, barred: float = 0.0, home: float = 0.0) -> EntryChoice:
    """Choice in one field under a change of utility [O, P]."""
    home_share, abroad = shares(len(change))
    odds, host = entry_choice(home_share, abroad, change[None], np.full(len(change), home), NEST)
    changed = (change != 0.0).any(axis=1) | (home != 0.0)
    share = np.full(change.shape, barred)
    return EntryChoice(base_odds(home_share), abroad, odds[0], host[0], changed, share, talent_abroad, SIGMA)


def entrants(choice: EntryChoice, n: int = 20_000) -> Block:
    """Block of n entrants of every origin who have chosen by `choose_entry`."""
    block = Block(16)
    rows = create_cohort(block, 0, np.full(len(choice.odds), n), 2000, SIGMA, KEY_TALENT)
    p = len(choice.odds)
    counts, waiting = np.zeros((2, *choice.host.shape), np.int64)
    institutions = InstitutionShares(2 * np.arange(p + 1), np.tile([0.25, 1.0], p))
    people = block.rows.people
    choose_entry(rows, people, choice, institutions, KEYS, counts, waiting)
    origin, place, awaits = people["origin"].astype(int), people["place"].astype(int), people["awaits"].astype(int)
    np.testing.assert_array_equal(counts.ravel(), np.bincount(origin * p + place, minlength=p * p))
    waits = awaits != NONE
    np.testing.assert_array_equal(waiting.ravel(), np.bincount(origin[waits] * p + awaits[waits], minlength=p * p))
    return block


NOTHING = np.zeros((5, 5))


def closed(value: float = -np.inf) -> np.ndarray:
    """A change of host 3 for origin 1."""
    change = np.zeros((5, 5))
    change[1, 3] = value
    return change


CHANGES = {
    "nothing": NOTHING,
    "closed": closed(),
    "one host worse": closed(-0.4),
    "one host better": closed(0.4),
    "everything": np.random.default_rng(4).normal(0.0, 0.5, (5, 5)),
}


@pytest.mark.parametrize("name", CHANGES)
def test_entrants_choose_with_the_probabilities_of_the_nested_logit(name: str) -> None:
    change = CHANGES[name]
    block = entrants(choice_of(change))
    origin, place = block.rows.people["origin"], block.rows.people["place"]
    expected = chosen(change)
    for o in range(5):
        counts, possible = np.bincount(place[origin == o], minlength=5), expected[o] > 0.0
        assert not counts[~possible].any()
        assert stats.chisquare(counts[possible], 20_000 * expected[o][possible]).pvalue > ALPHA


def test_shares_are_exact_at_every_level_of_talent() -> None:
    """The share abroad of people of like talent is that of their own changed odds, not only the mean of all."""
    choice = choice_of(closed(-1.0), talent_abroad=0.5)
    block = entrants(choice)
    mine = block.rows.people["origin"] == 1
    talent, place = block.rows.people["talent"][mine], block.rows.people["place"][mine]
    z = np.log(talent.astype(float)) / SIGMA + 0.5 * SIGMA
    odds = choice.odds_now[1] + 0.5 * z - 0.5 * 0.5**2
    p = 1.0 / (1.0 + np.exp(-odds)) * choice.host_now[1, 3]
    for low, high in ((-9.0, -0.7), (-0.7, 0.7), (0.7, 9.0)):
        part = (z > low) & (z <= high)
        spread = np.sqrt((p[part] * (1.0 - p[part])).sum())
        assert abs((place[part] == 3).sum() - p[part].sum()) < 3.9 * spread  # ALPHA, both sides


def test_entrants_settle_where_they_enter_by_the_weights_of_institutions() -> None:
    block = entrants(choice_of(closed()), n=8000)
    people = block.rows.people
    place, entry_place, institution = (people[name] for name in ("place", "entry_place", "institution"))
    np.testing.assert_array_equal(entry_place, place)
    np.testing.assert_array_equal(institution // 2, place)
    assert stats.binomtest(int((institution % 2 == 0).sum()), len(place), 0.25).pvalue > ALPHA


def test_entrants_choose_the_largest_utility_at_base_shares() -> None:
    """Person by person against the rule as written: fixed logistic and Gumbel errors, no shortcut."""
    choice = choice_of(NOTHING, talent_abroad=0.3)
    choice.host[2, 3] = 0.0
    block = entrants(choice, n=600)
    with np.errstate(divide="ignore"):
        value = np.log(choice.host)
    for i in block.alive():
        uid, o = block.uid[i], block.origin[i]
        z = np.log(float(block.talent[i])) / SIGMA + 0.5 * SIGMA
        u = draw(KEYS.home, uid)
        away = np.log(u / (1.0 - u)) < choice.odds[o] + 0.3 * z - 0.5 * 0.3**2
        pkey = np.uint64(person_key(KEYS.host, uid))
        errors = [gumbel(pkey, np.uint64(d)) for d in range(5)]
        assert block.place[i] == (np.argmax(value[o] + errors) if away else o)


@pytest.mark.parametrize("talent_abroad", [0.0, 0.5])
def test_a_refusal_moves_only_those_who_would_have_come(talent_abroad: float) -> None:
    """Coupling: nobody who chose another host or home is moved by the rules of host 3, and more rules move more."""
    free, barred, harder = (
        entrants(choice_of(closed(x), talent_abroad), n=4000).rows.people for x in (0.0, np.log(0.7), np.log(0.3))
    )
    moved, more = free["place"] != barred["place"], free["place"] != harder["place"]
    assert moved.any() and more.sum() > moved.sum()
    assert (free["origin"][more] == 1).all() and (free["place"][more] == 3).all()
    assert more[moved].all()


def test_a_host_that_gets_better_only_gains() -> None:
    free, better = (entrants(choice_of(closed(x)), n=4000).rows.people["place"] for x in (0.0, 0.8))
    moved = free != better
    assert moved.any() and (better[moved] == 3).all()


def test_who_would_have_come_to_a_closed_host_goes_where_the_formula_says() -> None:
    free, shut = (entrants(choice_of(c)).rows.people for c in (NOTHING, closed()))
    turned = (free["origin"] == 1) & (free["place"] == 3)
    lost = deterred(np.ones((1, 5)), chosen(NOTHING), chosen(closed())[None], GROUP)
    parts = np.array([x[1, 3] for x in lost])
    counts = [np.isin(shut["place"][turned], places).sum() for places in ([1], [0, 4], [2])]
    assert stats.chisquare(counts, turned.sum() * parts / parts.sum()).pvalue > ALPHA


def test_of_those_turned_home_the_barred_wait_for_the_host() -> None:
    change = closed()
    change[2] = 0.4  # who changes their mind for better hosts waits for nothing
    free, none, all_, some = (
        entrants(c, 60_000).rows.people
        for c in (choice_of(NOTHING), choice_of(change), choice_of(change, barred=1.0), choice_of(change, barred=0.3))
    )
    assert (none["awaits"] == NONE).all()
    home = (free["place"] == 3) & (all_["place"] == 1) & (free["origin"] == 1)
    assert home.sum() > 100
    np.testing.assert_array_equal(all_["awaits"], np.where(home, 3, NONE))
    assert stats.binomtest(int((some["awaits"] == 3).sum()), int(home.sum()), 0.3).pvalue > ALPHA


def test_the_talented_go_abroad_more_often_at_an_unchanged_mean() -> None:
    home, abroad = np.full(3, 0.95), (1.0 - np.eye(3)) / 2
    nothing = (np.zeros(3, bool), np.zeros((3, 3)))
    base = base_odds(home)
    plain, selected = (
        entrants(EntryChoice(base, abroad, base, abroad, *nothing, talent, SIGMA)).rows.people for talent in (0.0, 0.5)
    )
    away, talent = selected["place"] != selected["origin"], selected["talent"]
    assert talent[away].mean() > 1.2 * talent[~away].mean()
    n_plain = np.count_nonzero(plain["place"] != plain["origin"])
    # the mean is kept to first order in the share abroad; the logit's curvature at 5 % costs about 1 %
    assert away.sum() == pytest.approx(n_plain, rel=0.06)
