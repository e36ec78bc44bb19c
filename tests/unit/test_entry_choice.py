"""The choice of a place of entry: shares by the textbook formula, and the kernel person by person."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.core.columns import Block
from sim.core.randomness import Stream, base_key, draw, gumbel, person_key
from sim.engines.choice import InstitutionShares
from sim.engines.entry import EntryChoice, EntryKeys, choose_entry, create_cohort, entry_choice
from tests.small import ALPHA, key

SIGMA = 0.75
KEY_TALENT = base_key(0, 0, Stream.TALENT, 0)
KEYS = EntryKeys(*(key(s) for s in (Stream.ENTRY_HOME, Stream.ENTRY_HOST, Stream.INSTITUTION)))


# --- the choice ---------------------------------------------------------------------------------------------
def shares(n: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Base shares: at home [O], and of each host among those abroad [O, P]."""
    rng = np.random.default_rng(8)
    abroad = rng.exponential(1.0, (n, n))
    np.fill_diagonal(abroad, 0.0)
    return rng.uniform(0.6, 0.95, n), abroad / abroad.sum(axis=1, keepdims=True)


def probabilities(odds: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Probability of each place of entry [F, O, P], home on the diagonal, by the textbook formula."""
    p_abroad = 1.0 / (1.0 + np.exp(-odds))
    p = p_abroad[..., None] * weight / np.maximum(weight.sum(axis=-1, keepdims=True), 1e-300)
    at = np.arange(odds.shape[1])
    p[:, at, at] = 1.0 - p_abroad
    return p


def chosen(change: np.ndarray, dissimilarity: float = 0.6, home_change: float = 0.0) -> np.ndarray:
    """Probabilities [O, P] after a change of utility [O, P] that is the same in all fields."""
    home, abroad = shares(len(change))
    odds, weight = entry_choice(home, abroad, change[None], np.full(len(home), home_change), dissimilarity)
    return probabilities(odds, weight)[0]


@pytest.mark.parametrize("dissimilarity", [0.2, 0.6, 1.0])
def test_with_nothing_changed_everyone_enters_at_base_shares(dissimilarity: float) -> None:
    home, abroad = shares()
    p = chosen(np.zeros((5, 5)), dissimilarity)
    expected = (1.0 - home)[:, None] * abroad + np.diag(home)
    np.testing.assert_allclose(p, expected, rtol=1e-12, atol=1e-15)


def test_refusal_diverts_to_other_hosts_and_home_and_deletes_nobody() -> None:
    change = np.zeros((5, 5))
    change[1, 3] = np.log(1.0 - 0.4)
    before, after = chosen(np.zeros((5, 5))), chosen(change)
    np.testing.assert_allclose(after.sum(axis=1), 1.0, rtol=1e-12)
    assert after[1, 3] < before[1, 3]
    gained = np.delete(after[1] - before[1], 3)
    assert (gained > 0.0).all(), "home and every other host gain"
    np.testing.assert_array_equal(np.delete(after, 1, axis=0), np.delete(before, 1, axis=0))


def test_other_hosts_gain_in_proportion_to_their_shares() -> None:
    change = np.zeros((5, 5))
    change[1, 3] = -0.5
    before, after = chosen(np.zeros((5, 5))), chosen(change)
    ratio = after[1, [0, 2, 4]] / before[1, [0, 2, 4]]
    np.testing.assert_allclose(ratio, ratio[0])


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
        gain = chosen(change, dissimilarity)[1] - chosen(np.zeros((5, 5)), dissimilarity)[1]
        stay[dissimilarity] = gain[1] / -gain[3]  # share of the diverted who stay at home
    assert stay[0.3] < stay[0.6] < stay[1.0]
    p = chosen(np.zeros((5, 5)), 1.0)[1]
    assert stay[1.0] == pytest.approx(p[1] / (1.0 - p[3]), rel=1e-9), "lambda = 1 is the plain logit"


def test_better_home_keeps_people() -> None:
    assert (chosen(np.zeros((5, 5)), home_change=0.2).diagonal() > chosen(np.zeros((5, 5))).diagonal()).all()


# --- the kernel ---------------------------------------------------------------------------------------------
def entrants(odds: np.ndarray, weight: np.ndarray, n: int = 20_000, talent_abroad: float = 0.0) -> Block:
    """Block of n entrants of every origin who have chosen by `choose_entry`."""
    block = Block(16)
    rows = create_cohort(block, 0, np.full(len(odds), n), 2000, SIGMA, KEY_TALENT)
    p, counts = len(odds), np.zeros(weight.shape, np.int64)
    institutions = InstitutionShares(2 * np.arange(p + 1), np.tile([0.25, 1.0], p))
    people = block.rows.people
    choose_entry(rows, people, EntryChoice(odds, weight, talent_abroad, SIGMA), institutions, KEYS, counts)
    origin, place = people["origin"], people["place"]
    np.testing.assert_array_equal(counts.ravel(), np.bincount(origin * p + place.astype(int), minlength=p * p))
    return block


def test_entrants_choose_with_the_probabilities_of_the_nested_logit() -> None:
    home, abroad = shares()
    odds, weight = entry_choice(home, abroad, np.zeros((1, 5, 5)), np.zeros(5), 0.6)
    block = entrants(odds[0], weight[0])
    origin, place = block.rows.people["origin"], block.rows.people["place"]
    expected = probabilities(odds, weight)[0]
    for o in range(5):
        counts = np.bincount(place[origin == o], minlength=5)
        assert stats.chisquare(counts, 20_000 * expected[o]).pvalue > ALPHA


def test_entrants_settle_where_they_enter_by_the_weights_of_institutions() -> None:
    home, abroad = shares()
    odds, weight = entry_choice(home, abroad, np.zeros((1, 5, 5)), np.zeros(5), 0.6)
    block = entrants(odds[0], weight[0], n=8000)
    people = block.rows.people
    place, entry_place, institution = (people[name] for name in ("place", "entry_place", "institution"))
    np.testing.assert_array_equal(entry_place, place)
    np.testing.assert_array_equal(institution // 2, place)
    assert stats.binomtest(int((institution % 2 == 0).sum()), len(place), 0.25).pvalue > ALPHA


def test_entrants_choose_the_largest_utility() -> None:
    """Person by person against the rule as written: fixed logistic and Gumbel errors, no shortcut."""
    home, abroad = shares()
    odds, weight = entry_choice(home, abroad, np.random.default_rng(4).normal(size=(1, 5, 5)), np.zeros(5), 0.6)
    weight[0, 2, 3] = 0.0
    block = entrants(odds[0], weight[0], n=600, talent_abroad=0.3)
    with np.errstate(divide="ignore"):
        value = np.log(weight[0])
    np.fill_diagonal(value, -np.inf)
    for i in block.alive():
        uid, o = block.uid[i], block.origin[i]
        z = np.log(float(block.talent[i])) / SIGMA + 0.5 * SIGMA
        u = draw(KEYS.home, uid)
        away = np.log(u / (1.0 - u)) < odds[0, o] + 0.3 * z - 0.5 * 0.3**2
        pkey = np.uint64(person_key(KEYS.host, uid))
        errors = [gumbel(pkey, np.uint64(d)) for d in range(5)]
        assert block.place[i] == (np.argmax(value[o] + errors) if away else o)


def test_a_refusal_moves_only_those_who_avoid_the_host_or_stay() -> None:
    """Coupling: nobody who chose another host or home before is diverted by the rules of host 3."""
    home, abroad = shares()
    change = np.zeros((1, 5, 5))
    free = entrants(*(x[0] for x in entry_choice(home, abroad, change, np.zeros(5), 0.6)), n=4000)
    change[0, 1, 3] = np.log(0.3)
    barred = entrants(*(x[0] for x in entry_choice(home, abroad, change, np.zeros(5), 0.6)), n=4000)
    moved = free.place[: free.n_rows] != barred.place[: barred.n_rows]
    assert moved.any()
    assert (free.origin[: free.n_rows][moved] == 1).all()
    stays = barred.place[: barred.n_rows] == 1  # at home now; from host 3, or from another host by the lower p
    assert (free.place[: free.n_rows][moved & ~stays] == 3).all()


def test_the_talented_go_abroad_more_often_at_an_unchanged_mean() -> None:
    home, abroad = np.full(3, 0.95), (1.0 - np.eye(3)) / 2
    odds, weight = entry_choice(home, abroad, np.zeros((1, 3, 3)), np.zeros(3), 0.6)
    plain, selected = (entrants(odds[0], weight[0], talent_abroad=t) for t in (0.0, 0.5))
    away = selected.place[: selected.n_rows] != selected.origin[: selected.n_rows]
    talent = selected.talent[: selected.n_rows]
    assert talent[away].mean() > 1.2 * talent[~away].mean()
    n_plain = np.count_nonzero(plain.place[: plain.n_rows] != plain.origin[: plain.n_rows])
    # the mean is kept to first order in the share abroad; the logit's curvature at 5 % costs about 1 %
    assert away.sum() == pytest.approx(n_plain, rel=0.06)
