"""Yearly inputs: cohorts by origin add up to entrants by host; after the data every series goes on by its rule."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path as File

import numpy as np
import pytest

from sim.data.clock import FIRST_YEAR
from sim.data.fields import FIELDS
from sim.data.fitted import Fitted, load_fitted, place_year_columns, save_fitted
from sim.data.inputs import Inputs, exit_hazard, load_inputs
from sim.data.paths import LARGE_PAIR, MOST, load_paths, shifted, slope
from sim.data.tables import folder_of, load_world_data
from sim.engines.hosts import Nest, entry_choice, probabilities

WORLDS = ("full", "g20")


@pytest.fixture(params=WORLDS)
def inputs(request: pytest.FixtureRequest) -> Inputs:
    return load_inputs(request.param)


@pytest.mark.parametrize("year", [1980, 1999, 2017, 2018, 2035, 2060])
def test_entrants_by_host_are_cohorts_by_origin_that_chose(year: int, inputs: Inputs) -> None:
    """At unchanged utilities the nested choice sends exactly the data's entrants to every host."""
    y, n = inputs.year(year), inputs.data.n_places
    nest = Nest(inputs.data.host_group, 0.6, 0.4)
    shares = probabilities(*entry_choice(y.home_share, y.abroad_share, np.zeros((1, n, n)), np.zeros(n), nest))
    cohort = (y.cohort_after - y.cohort_before).sum(axis=0)
    arrivals = cohort @ shares[0]
    np.testing.assert_allclose(arrivals, inputs.entries(year), rtol=1e-6, atol=1e-3)
    np.testing.assert_allclose(cohort, inputs.cohort(year), rtol=1e-9, atol=1e-6)


def test_cohorts_split_over_fields_by_their_shares(inputs: Inputs) -> None:
    y = inputs.year(2000)
    cohort = y.cohort_after - y.cohort_before
    np.testing.assert_allclose(cohort / cohort.sum(axis=0), np.tile([[f.share] for f in FIELDS], cohort.shape[1]))


def test_cohorts_follow_one_another_without_gap(inputs: Inputs) -> None:
    for year in (1980, 1981, 2017, 2018, 2040):
        np.testing.assert_array_equal(inputs.year(year).cohort_after, inputs.year(year + 1).cohort_before)


@pytest.mark.parametrize("world", WORLDS)
def test_nothing_jumps_in_the_first_year_without_data(world: str) -> None:
    """Every series moves from its last value by the first step of its rule, at most a tenth in the rule's scale."""
    inputs, rules = load_inputs(world), load_paths(folder_of(world))
    data, fitted = inputs.data, inputs.fitted
    after = inputs.year(data.end + 1)
    series = {
        "entrants": (data.entries, inputs.entries(data.end + 1), None, 1.0),
        "exits": (exit_hazard(data), after.exit_base, None, 1.0),
        "papers": (fitted.output, after.output, None, 1.0),
        "shares": (fitted.home_weight, after.home_weight, "log", 1.0),
        "top": (fitted.quality, after.quality, "linear", 1.0),
        "affinity": (data.affinity, after.affinity / fitted.affinity, None, 1.0),
    }
    for kind, (known, found, link, unit) in series.items():
        rule = rules[kind] if link is None else replace(rules[kind], link=link)
        step = rule.damping * slope(known, rule) if rule.years else np.zeros_like(known[-1])
        assert np.abs(step).max() <= MOST
        np.testing.assert_allclose(found, unit * shifted(known[-1], step, rule.link), rtol=1e-12, err_msg=kind)


def test_moves_of_large_pairs_go_on_by_the_rule_of_pairs_and_others_by_that_of_places(inputs: Inputs) -> None:
    """In the first year without data, from the fitted rates of the last one."""
    data, rules = inputs.data, inputs.paths
    large = data.flows.mean(axis=0) >= LARGE_PAIR
    assert 50 < large.sum() < 0.5 * large.size
    people = data.researchers[-len(data.flows) - 1 : -1]
    step = np.empty(large.shape)
    step[:] = (rules["moves"].damping * slope(data.moves_out / data.researchers, rules["moves"]))[:, None]
    step[large] = (rules["pairs"].damping * slope(data.flows / people[:, :, None], rules["pairs"]))[large]
    assert np.abs(step).max() <= MOST and step[large].std() > 0.001
    found = inputs.year(data.end + 1).move_base
    np.testing.assert_allclose(found, inputs.fitted.move_rate * np.exp(step), rtol=1e-9)


def test_spending_and_income_go_on_from_the_last_year_of_their_own_data(inputs: Inputs) -> None:
    data = inputs.data
    end = FIRST_YEAR + len(data.gerd_musd) - 1
    assert end > data.end
    np.testing.assert_array_equal(inputs.year(end).gerd, data.gerd_musd[-1])
    rule = inputs.paths["spending"]
    step = rule.damping * slope(data.gerd_musd, rule)
    np.testing.assert_allclose(inputs.year(end + 1).gerd, data.gerd_musd[-1] * np.exp(step), rtol=1e-12)
    rule = inputs.paths["income"]
    step = rule.damping * slope(data.income, rule)
    change = inputs.year(end + 1).relative_income - inputs.year(end).relative_income
    np.testing.assert_allclose(change - change[0], step - step[0], atol=1e-12)  # relative: less what is common


def test_rates_after_the_data_are_those_of_mean_people_as_the_data_have_them(inputs: Inputs) -> None:
    """In the last year of data, with what calibration divided put back; nothing is divided afterwards."""
    last, after = (inputs.year(inputs.data.end + k) for k in (0, 1))
    assert last.fitted and not after.fitted
    np.testing.assert_allclose(last.exit_base * inputs.fitted.exit_norm[-1], exit_hazard(inputs.data)[-1], rtol=1e-12)
    plain = Inputs(inputs.data, inputs.fitted)  # without rules: everything stays at its last value
    np.testing.assert_array_equal(plain.year(2030).exit_base, exit_hazard(inputs.data)[-1])
    np.testing.assert_allclose(plain.year(2030).move_base, inputs.fitted.move_rate, rtol=1e-12)
    np.testing.assert_array_equal(plain.entries(2030), inputs.data.entries[-1])


def test_entrants_go_on_by_a_trend_that_fades(inputs: Inputs) -> None:
    rule, end = inputs.paths["entrants"], inputs.data.end
    log = np.log(np.stack([inputs.entries(year) for year in range(end, 2061)]))
    growth = np.diff(log, axis=0)
    assert (np.abs(growth[0]) > 1e-3).sum() > 10
    np.testing.assert_allclose(growth[0], rule.damping * slope(inputs.data.entries, rule), rtol=1e-9)
    np.testing.assert_allclose(growth[1:], growth[:-1] * rule.damping, atol=1e-9)


def test_origins_of_entrants_stay_as_in_the_last_year_of_data(inputs: Inputs) -> None:
    end = inputs.data.end
    for year in (end + 1, 2060):
        np.testing.assert_array_equal(inputs.entry_mix(year), inputs.entry_mix(end))
    assert not np.array_equal(inputs.entry_mix(end - 1), inputs.entry_mix(end))


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
        assert (y.gerd > 0.0).all() and np.isfinite(y.relative_income).all() and (y.home_early > 0.0).all()
        np.testing.assert_allclose(inputs.entry_mix(year).sum(axis=1), np.ones(n))


def test_exit_hazard_gives_the_datas_exits(inputs: Inputs) -> None:
    data = inputs.data
    leave = 1.0 - np.exp(-exit_hazard(data)[1:])
    np.testing.assert_allclose(leave * data.researchers[:-1], data.exits[1:], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("world", WORLDS)
def test_fitted_years_end_with_the_data(world: str) -> None:
    data = load_world_data(world)
    assert (data.end, data.base_from, data.n_years) == (2017, 2013, 38)
    assert {len(getattr(load_fitted(world), name)) for name in place_year_columns()} == {data.n_years}


@pytest.mark.parametrize("world", WORLDS)
def test_fitted_tables_survive_saving(world: str, tmp_path: File, monkeypatch: pytest.MonkeyPatch) -> None:
    data = load_world_data(world)
    factor = np.ones((data.n_places, data.n_places))
    factor[0, 1] = factor[1, 0] = 1.234
    early = np.linspace(0.5, 3.0, data.n_places).round(3)
    rate = load_fitted(world).move_pair.round(4)  # any other number a pair
    fitted = replace(load_fitted(world), affinity=factor, home_early=early, move_rate=rate)
    save_fitted(fitted, data, tmp_path)
    monkeypatch.setattr("sim.data.fitted.folder_of", lambda _: tmp_path)
    again = load_fitted.__wrapped__(world)
    for name in (*place_year_columns(), "home_early", "move_pair", "move_rate", "affinity"):
        np.testing.assert_array_equal(getattr(again, name), getattr(fitted, name), err_msg=name)


def test_calibration_starts_from_usable_values() -> None:
    start = Fitted.start(load_world_data("g20"))
    assert not np.diag(start.move_pair).any()
    assert (start.output > 0.0).all() and (start.move_base(2017) >= 0.0).all()
    assert not np.diag(start.move_rate).any() and (start.home_early > 0.0).all()


@pytest.mark.parametrize("world", ["full", "g20"])
def test_fitted_rates_of_moving_bring_the_moves_of_the_last_year(world: str) -> None:
    """Rates times people are the flows of the data but for what the three-way fit smooths and the noise of one run."""
    shipped = load_inputs(world)
    data, moved = shipped.data, shipped.fitted.move_rate * shipped.data.researchers[-1][:, None]
    assert moved.sum() == pytest.approx(data.flows[-1].sum(), rel=0.05)
    assert np.abs(moved.sum(axis=1) - data.flows[-1].sum(axis=1)).sum() < 0.08 * moved.sum()
