"""Entry: identities, cohorts and the first people."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from sim.core.axes import NONE
from sim.core.columns import Block
from sim.core.randomness import Stream, base_key
from sim.engines.choice import InstitutionShares
from sim.engines.entry import (
    UID_YEAR0,
    FirstKeys,
    FirstPeople,
    cohort_counts,
    create_cohort,
    create_first_people,
    make_uids,
)
from tests.small import ALPHA

SIGMA = 0.75
KEY_TALENT = base_key(0, 0, Stream.TALENT, 0)


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
    """Agents who enter [year, F, O] when `people` [year, F, O] do."""
    total = np.concatenate([np.zeros((1, *people.shape[1:])), np.cumsum(people, axis=0)])
    return np.stack([cohort_counts(seed, 0, a, b, scale) for a, b in itertools.pairwise(total)])


@pytest.mark.parametrize("scale", [1.0, 37.0, 100.0, 1000.0])
def test_cohorts_add_up_over_years_to_within_one_agent(scale: float) -> None:
    people = np.random.default_rng(3).exponential(180.0, (40, 6, 9))
    new = yearly_cohorts(scale, people)
    assert (new >= 0).all()
    off = np.cumsum(new, axis=0) - np.cumsum(people, axis=0) / scale
    assert np.abs(off).max() < 1.0


def test_small_cohorts_enter_now_and_then_not_never() -> None:
    people = np.full((100, 6, 9), 10.0)  # a tenth of an agent a year in every cell
    new = yearly_cohorts(100.0, people)
    assert set(np.unique(new)) == {0, 1}
    assert np.isin(new.sum(axis=0), [9, 10, 11]).all()
    years = new.argmax(axis=0)
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


def test_entrants_have_unique_uids_and_nothing_of_former_owners() -> None:
    block = Block(16)
    first = create_cohort(block, 2, np.array([3, 0, 4]), 1999, SIGMA, KEY_TALENT)
    block.fear[first], block.permanent[first], block.dual[first] = 0.5, 1, 2
    block.retire(first[:2])
    second = create_cohort(block, 2, np.array([1, 2, 0]), 2000, SIGMA, KEY_TALENT)
    assert len(np.unique(block.uid[block.alive()])) == 5 + 3
    assert set(first[:2]) < set(second), "freed rows are used again"
    assert not block.fear[second].any() and not block.permanent[second].any()
    assert (block.dual[second] == NONE).all()
    np.testing.assert_array_equal(np.sort(block.origin[second]), [0, 1, 1])
    assert (block.entry_year[second] == 2000).all()


def test_one_more_entrant_changes_nobody_else() -> None:
    talents = []
    for n in (3, 4):
        block = Block(16)
        rows = create_cohort(block, 0, np.array([n, 5]), 1999, SIGMA, KEY_TALENT)
        talents.append(dict(zip(block.uid[rows].tolist(), block.talent[rows].tolist())))
    assert talents[0].items() < talents[1].items()


def test_talent_is_log_normal_with_mean_one() -> None:
    block = Block(16)
    rows = create_cohort(block, 0, np.full(10, 2000), 1999, SIGMA, KEY_TALENT)
    z = (np.log(block.talent[rows]) + 0.5 * SIGMA**2) / SIGMA
    assert stats.kstest(z, "norm").pvalue > ALPHA
    assert block.talent[rows].mean() == pytest.approx(1.0, abs=0.03)  # standard error 0.006


# --- the first people ---------------------------------------------------------------------------------------
INSTITUTIONS = InstitutionShares(np.array([0, 3, 4, 6]), np.array([0.2, 0.5, 1.0, 1.0, 0.9, 1.0]))


def first_block(turnover: float = 0.08) -> Block:
    block, n = Block(16), np.array([4000, 300, 2700])
    mix = np.array([[0.8, 0.1, 0.1], [0.0, 1.0, 0.0], [0.3, 0.0, 0.7]])
    first = FirstPeople(n, mix, np.full(3, turnover), 1980, SIGMA)
    keys = FirstKeys(base_key(0, 0, Stream.INITIAL, 1), KEY_TALENT, base_key(0, 0, Stream.INSTITUTION, 1979))
    create_first_people(block, 1, first, INSTITUTIONS, keys)
    return block


def test_first_people_fill_places_with_the_origins_of_entrants() -> None:
    block = first_block()
    origin, place = block.rows.people["origin"], block.rows.people["place"]
    np.testing.assert_array_equal(np.bincount(place), [4000, 300, 2700])
    assert stats.chisquare(np.bincount(origin[place == 0]), [3200, 400, 400]).pvalue > ALPHA
    assert (origin[place == 1] == 1).all()
    assert not (origin[place == 2] == 1).any()


def test_first_people_have_unique_uids_older_than_the_first_cohort() -> None:
    block = first_block()
    assert len(np.unique(block.uid[: block.n_rows])) == 7000
    entry_year, stage = block.rows.people["entry_year"], block.rows.people["stage"]
    assert entry_year.max() == 1979 and entry_year.min() >= UID_YEAR0
    age = 1980 - entry_year
    np.testing.assert_array_equal(stage, np.select([age < 8, age < 20], [0, 1], 2))


def test_first_people_are_as_old_as_turnover_says() -> None:
    age = 1980 - first_block(0.1).rows.people["entry_year"]
    # 1 + floor of an exponential with rate 0.1: 10.5 on average but for the cap at 41 years
    below = 1.0 - np.exp(-0.1 * np.array([5.0, 10.0, 20.0, 40.0]))
    observed = [np.count_nonzero(age <= a) for a in (5, 10, 20, 40)]
    for k, p in zip(observed, below):
        assert stats.binomtest(k, len(age), p).pvalue > ALPHA


def test_first_people_enter_where_they_work_and_pick_institutions_by_weight() -> None:
    people = first_block().rows.people
    place, entry_place, institution = (people[name] for name in ("place", "entry_place", "institution"))
    np.testing.assert_array_equal(entry_place, place)
    counts = np.bincount(institution, minlength=6)
    assert counts[3] == 300
    assert stats.chisquare(counts[:3], 4000 * np.array([0.2, 0.3, 0.5])).pvalue > ALPHA
    assert stats.chisquare(counts[4:], 2700 * np.array([0.9, 0.1])).pvalue > ALPHA
