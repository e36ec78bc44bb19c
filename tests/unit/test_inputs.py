"""Yearly inputs: cohorts by origin add up to entrants by host; rates hold after 2017."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.data.clock import FIRST_YEAR
from sim.data.fields import FIELDS
from sim.data.fitted import Fitted, load_fitted, place_year_columns, save_fitted
from sim.data.inputs import ENTRY_DAMPING, Inputs, load_inputs
from sim.data.tables import load_world_data
from sim.engines.entry import entry_choice

WORLDS = ("full", "g20")


@pytest.fixture(params=WORLDS)
def inputs(request: pytest.FixtureRequest) -> Inputs:
    return load_inputs(request.param)


@pytest.mark.parametrize("year", [1980, 1999, 2017, 2018, 2035, 2060])
def test_entrants_by_host_are_cohorts_by_origin_that_chose(year: int, inputs: Inputs) -> None:
    """At unchanged utilities the nested choice sends exactly the data's entrants to every host."""
    y, n = inputs.year(year), inputs.data.n_places
    odds, weight = entry_choice(y.home_share, y.abroad_share, np.zeros((1, n, n)), np.zeros(n), 0.6)
    abroad = 1.0 / (1.0 + np.exp(-odds[0]))
    cohort = (y.cohort_after - y.cohort_before).sum(axis=0)
    arrivals = (cohort * abroad) @ weight[0] + cohort * (1.0 - abroad)
    np.testing.assert_allclose(arrivals, inputs.entries(year), rtol=1e-6, atol=1e-3)
    np.testing.assert_allclose(cohort, inputs.cohort(year), rtol=1e-9, atol=1e-6)


def test_cohorts_split_over_fields_by_their_shares(inputs: Inputs) -> None:
    y = inputs.year(2000)
    cohort = y.cohort_after - y.cohort_before
    np.testing.assert_allclose(cohort / cohort.sum(axis=0), np.tile([[f.share] for f in FIELDS], cohort.shape[1]))


def test_cohorts_follow_one_another_without_gap(inputs: Inputs) -> None:
    for year in (1980, 1981, 2017, 2018, 2040):
        np.testing.assert_array_equal(inputs.year(year).cohort_after, inputs.year(year + 1).cohort_before)


def test_entrants_grow_on_ever_more_slowly_after_the_data(inputs: Inputs) -> None:
    log = np.log(np.stack([inputs.entries(year) for year in range(2017, 2061)])[1:])
    growth = np.diff(log, axis=0)
    big = np.abs(growth[0]) > 1e-3
    np.testing.assert_allclose(growth[1:, big] / growth[:-1, big], ENTRY_DAMPING, rtol=1e-6)


def test_rates_after_the_data_are_the_last_ones_or_the_means_of_the_last_five_years(inputs: Inputs) -> None:
    late = [inputs.year(year) for year in range(2013, 2018)]
    after = inputs.year(2030)
    for name in ("output", "home_weight", "affinity"):
        np.testing.assert_array_equal(getattr(after, name), getattr(late[-1], name), err_msg=name)
    for name in ("exit_base", "quality", "freedom", "move_base"):
        np.testing.assert_allclose(
            getattr(after, name), np.mean([getattr(y, name) for y in late], axis=0), err_msg=name
        )
    for name in ("funding_per_head", "income", "prestige", "students", "permanent_share", "size_share"):
        mean = np.mean([getattr(y.reference, name) for y in late], axis=0)
        np.testing.assert_allclose(getattr(after.reference, name), mean, err_msg=name)


def test_affinity_is_data_times_the_fitted_factor() -> None:
    data = load_world_data("g20")
    fitted = replace(Fitted.start(data), affinity=np.full((data.n_places, data.n_places), 2.0))
    np.testing.assert_array_equal(Inputs(data, fitted).year(1999).affinity, 2.0 * data.affinity[1999 - FIRST_YEAR])


def test_rates_are_usable_everywhere(inputs: Inputs) -> None:
    n = inputs.data.n_places
    for year in range(FIRST_YEAR, 2061, 5):
        y = inputs.year(year)
        assert (y.exit_base >= 0.0).all() and (y.move_base >= 0.0).all() and (y.output > 0.0).all()
        assert not np.diag(y.move_base).any(), "nobody moves to where they are"
        assert ((y.home_share >= 0.0) & (y.home_share <= 1.0)).all()
        np.testing.assert_allclose(y.abroad_share.sum(axis=1), 1.0, rtol=1e-9)
        assert not np.diag(y.abroad_share).any()
        assert (y.affinity > 0.0).all() and np.array_equal(y.affinity, y.affinity.T)
        assert (y.gerd > 0.0).all() and (y.income > 0.0).all() and ((y.freedom >= 0.0) & (y.freedom <= 1.0)).all()
        np.testing.assert_allclose(inputs.entry_mix(year).sum(axis=1), np.ones(n))


def test_exit_hazard_gives_the_datas_exits(inputs: Inputs) -> None:
    from sim.data.inputs import exit_hazard

    data = inputs.data
    leave = 1.0 - np.exp(-exit_hazard(data)[1:])
    np.testing.assert_allclose(leave * data.researchers[:-1], data.exits[1:], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("world", WORLDS)
def test_fitted_years_end_with_the_data(world: str) -> None:
    data = load_world_data(world)
    assert (data.end, data.base_from, data.n_years) == (2017, 2013, 38)
    assert {len(getattr(load_fitted(world), name)) for name in place_year_columns()} == {data.n_years}


@pytest.mark.parametrize("world", WORLDS)
def test_fitted_tables_survive_saving(world: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = load_world_data(world)
    factor = np.ones((data.n_places, data.n_places))
    factor[0, 1] = factor[1, 0] = 1.234
    fitted = replace(load_fitted(world), affinity=factor)
    save_fitted(fitted, data, tmp_path)
    monkeypatch.setattr("sim.data.fitted.folder_of", lambda _: tmp_path)
    again = load_fitted.__wrapped__(world)
    for name in (*place_year_columns(), "move_pair", "affinity"):
        np.testing.assert_array_equal(getattr(again, name), getattr(fitted, name), err_msg=name)


def test_calibration_starts_from_usable_values() -> None:
    start = Fitted.start(load_world_data("g20"))
    assert not np.diag(start.move_pair).any()
    assert (start.output > 0.0).all() and (start.move_base(2030) >= 0.0).all()
