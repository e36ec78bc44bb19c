"""Identities, cohorts and the choice of a place of entry."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from sim.core.columns import NONE, Block
from sim.core.randomness import Stream, base_key, draw, gumbel, person_key
from sim.engines import entry as population
from sim.engines.entry import UID_YEAR0, bear, choose_entry, cohort_counts, entry_choice, first_people, make_uids
from tests.small import ALPHA, key

SIGMA = 0.75
KEY_TALENT = base_key(0, 0, Stream.TALENT, 0)
KEYS = tuple(key(s) for s in (Stream.ENTRY_HOME, Stream.ENTRY_HOST, Stream.INSTITUTION))


# --- identity -----------------------------------------------------------------------------------------------
def test_uid_holds_origin_year_field_and_ordinal() -> None:
    uid = int(make_uids(np.array([63]), np.array([2035]), 5, np.array([123_456]))[0])
    assert uid & 0xFFFFFFFF == 123_456
    assert uid >> 32 & 0xF == 5
    assert (uid >> 36 & 0xFFF) + UID_YEAR0 == 2035
    assert (uid >> 48) - 1 == 63


def test_no_uid_is_zero_even_for_the_first_of_all() -> None:
    assert make_uids(np.array([0]), np.array([UID_YEAR0]), 0, np.array([0]))[0] > 0


def test_uids_of_all_cells_are_different() -> None:
    origin, year, ordinal = (x.ravel() for x in np.meshgrid(np.arange(64), np.arange(1939, 2061), np.arange(3)))
    uids = np.concatenate([make_uids(origin, year, field, ordinal) for field in range(6)])
    assert len(np.unique(uids)) == len(uids)


# --- cohorts ------------------------------------------------------------------------------------------------
def yearly_cohorts(scale: float, people: np.ndarray, seed: int = 0) -> np.ndarray:
    """Agents born [year, F, O] when `people` [year, F, O] are."""
    total = np.concatenate([np.zeros((1, *people.shape[1:])), np.cumsum(people, axis=0)])
    return np.stack([cohort_counts(seed, 0, a, b, scale) for a, b in itertools.pairwise(total)])


@pytest.mark.parametrize("scale", [1.0, 37.0, 100.0, 1000.0])
def test_cohorts_add_up_over_years_to_within_one_agent(scale: float) -> None:
    people = np.random.default_rng(3).exponential(180.0, (40, 6, 9))
    born = yearly_cohorts(scale, people)
    assert (born >= 0).all()
    off = np.cumsum(born, axis=0) - np.cumsum(people, axis=0) / scale
    assert np.abs(off).max() < 1.0


def test_small_cohorts_are_born_now_and_then_not_never() -> None:
    people = np.full((100, 6, 9), 10.0)  # a tenth of an agent a year in every cell
    born = yearly_cohorts(100.0, people)
    assert set(np.unique(born)) == {0, 1}
    assert np.isin(born.sum(axis=0), [9, 10, 11]).all()
    years = born.argmax(axis=0)
    assert len(np.unique(years)) > 5, "cells do not all round up in the same year"


def test_cohorts_at_two_scales_are_the_same_people_counted_differently() -> None:
    people = np.random.default_rng(4).exponential(2000.0, (30, 6, 9))
    fine, coarse = yearly_cohorts(10.0, people).sum(axis=0), yearly_cohorts(100.0, people).sum(axis=0)
    assert np.abs(fine * 10.0 - coarse * 100.0).max() <= 110.0


def test_cohorts_are_fixed_by_origin_and_never_read_anything_else() -> None:
    before, after = np.zeros((6, 4)), np.full((6, 4), 730.0)
    counts = cohort_counts(0, 0, before, after, 100.0)
    after[:, 2] += 500.0
    changed = cohort_counts(0, 0, before, after, 100.0)
    np.testing.assert_array_equal(np.delete(changed, 2, axis=1), np.delete(counts, 2, axis=1))


def test_newborns_have_unique_uids_and_nothing_of_former_owners() -> None:
    block = Block(16)
    first = bear(block, 2, np.array([3, 0, 4]), 1999, KEY_TALENT, SIGMA)
    block.fear[first], block.permanent[first], block.dual[first] = 0.5, 1, 2
    block.retire(first[:2])
    second = bear(block, 2, np.array([1, 2, 0]), 2000, KEY_TALENT, SIGMA)
    assert len(np.unique(block.uid[block.alive()])) == 5 + 3
    assert set(first[:2]) < set(second), "freed rows are used again"
    assert not block.fear[second].any() and not block.permanent[second].any()
    assert (block.dual[second] == NONE).all()
    np.testing.assert_array_equal(np.sort(block.origin[second]), [0, 1, 1])
    assert (block.entry_year[second] == 2000).all()


def test_one_more_newborn_changes_nobody_else() -> None:
    talents = []
    for n in (3, 4):
        block = Block(16)
        rows = bear(block, 0, np.array([n, 5]), 1999, KEY_TALENT, SIGMA)
        talents.append(dict(zip(block.uid[rows].tolist(), block.talent[rows].tolist())))
    assert talents[0].items() < talents[1].items()


def test_talent_is_log_normal_with_mean_one() -> None:
    block = Block(16)
    rows = bear(block, 0, np.full(10, 2000), 1999, KEY_TALENT, SIGMA)
    z = (np.log(block.talent[rows]) + 0.5 * SIGMA**2) / SIGMA
    assert stats.kstest(z, "norm").pvalue > ALPHA
    assert block.talent[rows].mean() == pytest.approx(1.0, abs=0.03)  # standard error 0.006


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
    """Block of n newborns of every origin who have chosen by `choose_entry`."""
    block = Block(16)
    rows = bear(block, 0, np.full(len(odds), n), 2000, KEY_TALENT, SIGMA)
    p, counts = len(odds), np.zeros(weight.shape, np.int64)
    choose_entry(
        rows, *block.used("uid", "origin", "talent"), SIGMA, odds, weight, talent_abroad,
        2 * np.arange(p + 1), np.tile([0.25, 1.0], p), *KEYS,
        *block.used("place", "entry_place", "institution"), counts,
    )  # fmt: skip
    origin, place = block.used("origin", "place")
    np.testing.assert_array_equal(counts.ravel(), np.bincount(origin * p + place.astype(int), minlength=p * p))
    return block


def test_newborns_choose_with_the_probabilities_of_the_nested_logit() -> None:
    home, abroad = shares()
    odds, weight = entry_choice(home, abroad, np.zeros((1, 5, 5)), np.zeros(5), 0.6)
    block = entrants(odds[0], weight[0])
    origin, place = block.used("origin", "place")
    expected = probabilities(odds, weight)[0]
    for o in range(5):
        counts = np.bincount(place[origin == o], minlength=5)
        assert stats.chisquare(counts, 20_000 * expected[o]).pvalue > ALPHA


def test_newborns_settle_where_they_enter_by_the_weights_of_institutions() -> None:
    home, abroad = shares()
    odds, weight = entry_choice(home, abroad, np.zeros((1, 5, 5)), np.zeros(5), 0.6)
    block = entrants(odds[0], weight[0], n=8000)
    place, entry_place, institution = block.used("place", "entry_place", "institution")
    np.testing.assert_array_equal(entry_place, place)
    np.testing.assert_array_equal(institution // 2, place)
    assert stats.binomtest(int((institution % 2 == 0).sum()), len(place), 0.25).pvalue > ALPHA


def test_newborns_choose_the_largest_utility() -> None:
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
        u = draw(KEYS[0], uid)
        away = np.log(u / (1.0 - u)) < odds[0, o] + 0.3 * z - 0.5 * 0.3**2
        pkey = np.uint64(person_key(KEYS[1], uid))
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


# --- the first people ---------------------------------------------------------------------------------------
def first_block(turnover: float = 0.08) -> Block:
    block, n = Block(16), np.array([4000, 300, 2700])
    mix = np.array([[0.8, 0.1, 0.1], [0.0, 1.0, 0.0], [0.3, 0.0, 0.7]])
    first_people(block, 1, n, mix, np.full(3, turnover), 1980, 0, 0, SIGMA)
    return block


def test_first_people_fill_places_with_the_origins_of_entrants() -> None:
    block = first_block()
    origin, place = block.used("origin", "place")
    np.testing.assert_array_equal(np.bincount(place), [4000, 300, 2700])
    assert stats.chisquare(np.bincount(origin[place == 0]), [3200, 400, 400]).pvalue > ALPHA
    assert (origin[place == 1] == 1).all()
    assert not (origin[place == 2] == 1).any()


def test_first_people_have_unique_uids_older_than_the_first_cohort() -> None:
    block = first_block()
    assert len(np.unique(block.uid[: block.n_rows])) == 7000
    entry_year, stage = block.used("entry_year", "stage")
    assert entry_year.max() == 1979 and entry_year.min() >= UID_YEAR0
    age = 1980 - entry_year
    np.testing.assert_array_equal(stage, np.select([age < 8, age < 20], [0, 1], 2))


def test_first_people_are_as_old_as_turnover_says() -> None:
    age = 1980 - first_block(0.1).used("entry_year")[0]
    # 1 + floor of an exponential with rate 0.1: 10.5 on average but for the cap at 41 years
    below = 1.0 - np.exp(-0.1 * np.array([5.0, 10.0, 20.0, 40.0]))
    observed = [np.count_nonzero(age <= a) for a in (5, 10, 20, 40)]
    for k, p in zip(observed, below):
        assert stats.binomtest(k, len(age), p).pvalue > ALPHA


def test_settle_records_entry_and_picks_institutions_by_weight() -> None:
    block = first_block()
    first = np.array([0, 3, 4, 6])
    cumulative = np.array([0.2, 0.5, 1.0, 1.0, 0.9, 1.0])
    population.settle(
        block.alive(), block.uid, block.place, block.entry_place, block.institution, first, cumulative,
        base_key(0, 0, Stream.INSTITUTION, 1979),
    )  # fmt: skip
    place, entry_place, institution = block.used("place", "entry_place", "institution")
    np.testing.assert_array_equal(entry_place, place)
    counts = np.bincount(institution, minlength=6)
    assert counts[3] == 300
    assert stats.chisquare(counts[:3], 4000 * np.array([0.2, 0.3, 0.5])).pvalue > ALPHA
    assert stats.chisquare(counts[4:], 2700 * np.array([0.9, 0.1])).pvalue > ALPHA
