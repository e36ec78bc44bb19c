"""The choice of a place of entry: shares by the textbook formula, and the kernel person by person."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.core.columns import NONE, Block
from sim.core.randomness import Stream, base_key, draw, gumbel, person_key
from sim.engines.choice import InstitutionShares
from sim.engines.entry import create_cohort
from sim.engines.hosts import (
    EntryChoice,
    EntryKeys,
    Nest,
    base_odds,
    choose_entry,
    deterred,
    entry_choice,
    probabilities,
)
from tests.small import ALPHA, key

SIGMA = 0.75
KEY_TALENT = base_key(0, 0, Stream.TALENT, 0)
STREAMS = "ENTRY_HOME ENTRY_HOST ENTRY_TURNED ENTRY_THEN ENTRY_BARRED INSTITUTION"
KEYS = EntryKeys(*(key(Stream[name]) for name in STREAMS.split()))
GROUP = np.array([0, 1, 1, 0, 0])  # hosts 3 and 4 are like host 0
NEST = Nest(GROUP, 0.6, 0.4)


# --- the choice ---------------------------------------------------------------------------------------------
def shares(n: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Base shares: at home [O], and of each host among those abroad [O, P]."""
    rng = np.random.default_rng(8)
    abroad = rng.exponential(1.0, (n, n))
    np.fill_diagonal(abroad, 0.0)
    return rng.uniform(0.6, 0.95, n), abroad / abroad.sum(axis=1, keepdims=True)


def chosen(change: np.ndarray, nest: Nest = NEST, home_change: float = 0.0) -> np.ndarray:
    """Probabilities [O, P] after a change of utility [O, P] that is the same in all fields."""
    home, abroad = shares(len(change))
    return probabilities(*entry_choice(home, abroad, change[None], np.full(len(home), home_change), nest))[0]


def textbook(change: np.ndarray, nest: Nest, home_change: float = 0.0) -> np.ndarray:
    """The same written as in the books: inclusive values from hosts to groups to abroad, one origin at a time."""
    home, abroad = shares(len(change))
    found = np.zeros(change.shape)
    for o in range(len(home)):
        within, of_group = {}, {}
        for g in set(nest.group.tolist()):
            hosts = [d for d in range(len(home)) if nest.group[d] == g and d != o]
            v = {d: nest.like * np.log(abroad[o, d] / sum(abroad[o, hosts])) + change[o, d] for d in hosts}
            top = sum(np.exp(v[d] / nest.like) for d in hosts)
            if top > 0.0:
                within[g] = {d: np.exp(v[d] / nest.like) / top for d in hosts}
                of_group[g] = sum(abroad[o, hosts]) * np.exp(nest.like * np.log(top) / nest.groups)
        inclusive = nest.groups * np.log(sum(of_group.values()))
        odds = (1.0 - home[o]) / home[o] * np.exp(inclusive - home_change)
        for g, weight in of_group.items():
            for d, p in within[g].items():
                found[o, d] = odds / (1.0 + odds) * weight / sum(of_group.values()) * p
        found[o, o] = 1.0 / (1.0 + odds)
    return found


NESTS = [Nest(GROUP, 0.2, 0.2), Nest(GROUP, 0.6, 0.4), Nest(GROUP, 1.0, 0.2), Nest(GROUP, 1.0, 1.0)]


@pytest.mark.parametrize("nest", NESTS)
def test_with_nothing_changed_everyone_enters_at_base_shares(nest: Nest) -> None:
    home, abroad = shares()
    p = chosen(np.zeros((5, 5)), nest)
    expected = (1.0 - home)[:, None] * abroad + np.diag(home)
    np.testing.assert_allclose(p, expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("nest", NESTS)
def test_shares_are_those_of_the_nested_logit(nest: Nest) -> None:
    change = np.random.default_rng(3).normal(0.0, 0.3, (5, 5))
    change[1, 3] = change[2, 1] = -np.inf  # host 3 is one of several like hosts, host 1 alone in its group for origin 2
    np.testing.assert_allclose(chosen(change, nest, 0.1), textbook(change, nest, 0.1), rtol=1e-10)


def test_with_one_lambda_groups_do_not_matter() -> None:
    change = np.random.default_rng(3).normal(0.0, 0.3, (5, 5))
    two, one = chosen(change, Nest(GROUP, 0.6, 0.6)), chosen(change, Nest(np.zeros(5, np.int64), 0.6, 0.6))
    np.testing.assert_allclose(two, one, rtol=1e-12)
    home, abroad = shares()
    weight = abroad * np.exp(change / 0.6)  # and it is the logit of two levels
    odds = (1.0 - home) / home * weight.sum(axis=1) ** 0.6
    np.testing.assert_allclose(two.diagonal(), 1.0 / (1.0 + odds), rtol=1e-12)
    np.testing.assert_allclose(two[1, 3] / two[1, 4], weight[1, 3] / weight[1, 4], rtol=1e-12)


@pytest.mark.parametrize("nest", NESTS)
def test_a_refusal_takes_its_share_off_the_hosts_weight_in_its_group(nest: Nest) -> None:
    change = np.zeros((5, 5))
    change[1, 3] = nest.like * np.log(1.0 - 0.1)
    before, after = chosen(np.zeros((5, 5)), nest), chosen(change, nest)
    assert after[1, 3] / after[1, 4] == pytest.approx(0.9 * before[1, 3] / before[1, 4], rel=1e-12)


def test_refusal_diverts_to_other_hosts_and_home_and_deletes_nobody() -> None:
    change = np.zeros((5, 5))
    change[1, 3] = np.log(1.0 - 0.4)
    before, after = chosen(np.zeros((5, 5))), chosen(change)
    np.testing.assert_allclose(after.sum(axis=1), 1.0, rtol=1e-12)
    assert after[1, 3] < before[1, 3]
    gained = np.delete(after[1] - before[1], 3)
    assert (gained > 0.0).all(), "home and every other host gain"
    np.testing.assert_array_equal(np.delete(after, 1, axis=0), np.delete(before, 1, axis=0))


def test_like_hosts_gain_most_in_proportion_to_their_shares_and_home_least() -> None:
    change = np.zeros((5, 5))
    change[1, 3] = -0.5
    ratio = chosen(change)[1] / chosen(np.zeros((5, 5)))[1]
    assert ratio[0] == pytest.approx(ratio[4]), "both are like host 3"
    assert ratio[0] > ratio[2] > ratio[1] > 1.0


def test_a_closed_host_takes_nobody_and_all_closed_means_home() -> None:
    change = np.zeros((5, 5))
    change[1, 3] = -np.inf
    assert chosen(change)[1, 3] == 0.0
    change[1] = -np.inf
    p = chosen(change)
    assert p[1, 1] == 1.0 and p[1].sum() == 1.0


def test_smaller_dissimilarity_sends_more_of_the_refused_to_other_hosts() -> None:
    """At lambda near 0 hosts are near perfect substitutes; at 1 the alternatives are all alike, home included."""
    change = np.zeros((5, 5))
    change[1, 3] = -0.3
    stay = {}
    for dissimilarity in (0.3, 0.6, 1.0):
        nest = Nest(GROUP, dissimilarity, dissimilarity)
        gain = chosen(change, nest)[1] - chosen(np.zeros((5, 5)), nest)[1]
        stay[dissimilarity] = gain[1] / -gain[3]  # share of the diverted who stay at home
    assert stay[0.3] < stay[0.6] < stay[1.0]
    p = chosen(np.zeros((5, 5)))[1]
    assert stay[1.0] == pytest.approx(p[1] / (1.0 - p[3]), rel=1e-9), "lambda = 1 is the plain logit"


def test_most_go_to_like_hosts_if_these_are_near_perfect_substitutes() -> None:
    change = np.zeros((5, 5))
    change[1, 3] = 0.05 * np.log(0.9)
    gain = chosen(change, Nest(GROUP, 1.0, 0.05))[1] - chosen(np.zeros((5, 5)))[1]
    assert gain[[0, 4]].sum() / -gain[3] > 0.9


def test_better_home_keeps_people() -> None:
    assert (chosen(np.zeros((5, 5)), home_change=0.2).diagonal() > chosen(np.zeros((5, 5))).diagonal()).all()


# --- where the deterred go ----------------------------------------------------------------------------------
def test_the_deterred_of_a_closed_host_are_all_who_would_have_come_and_go_where_shares_rise() -> None:
    change = np.zeros((5, 5))
    change[1, 3] = -np.inf
    before, after = chosen(np.zeros((5, 5))), chosen(change)
    lost = deterred(np.full((1, 5), 1000.0), before, after[None], GROUP)
    gain = 1000.0 * (after[1] - before[1])
    expected = (gain[1], gain[0] + gain[4], gain[2])
    for found, value in zip(lost, expected):
        assert found[1, 3] == pytest.approx(value)
        assert np.count_nonzero(found) == 1
    assert sum(expected) == pytest.approx(1000.0 * before[1, 3])


def test_fields_under_other_rules_are_added_up() -> None:
    change = np.zeros((2, 5, 5))
    change[1, 1, 3] = -0.5
    home, abroad = shares()
    p = probabilities(*entry_choice(home, abroad, change, np.zeros(5), NEST))
    people = np.zeros((2, 5))
    people[:, 1] = 300.0, 700.0
    one, only = deterred(people, p[0], p, GROUP), deterred(people[1:], p[0], p[1:], GROUP)
    np.testing.assert_allclose(one, only)
    assert one.home[1, 3] > 0.0


# --- the kernel ---------------------------------------------------------------------------------------------
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
