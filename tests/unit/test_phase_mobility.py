"""The phase of mobility hands channels and differences from the paired baseline to engines the right way round."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.data.inputs import Inputs
from sim.phases import mobility
from sim.phases.setting import funding_change
from sim.world import World
from tests.unit.one_year import HOST, ORIGIN, OTHER, P, cells, context, pair

U = (np.arange(200_000) + 0.5) / 200_000  # evenly spread numbers from 0 to 1


MOVE_OPENNESS = [
    ("hostility", (HOST, ORIGIN), 0.5, {(ORIGIN, HOST)}),
    ("visa_delay", (ORIGIN, OTHER), 0.5, {(ORIGIN, OTHER)}),
    ("move_refused", (slice(None), ORIGIN, OTHER), 0.5, {(ORIGIN, OTHER)}),
]


@pytest.mark.parametrize("name, at, value, where", MOVE_OPENNESS)
def test_barriers_to_moves_close_one_way_for_one_origin(
    name: str, at: tuple, value: float, where: set[tuple[int, int]], world: World
) -> None:
    before, after = (u.openness for u in pair(mobility.utilities, world, **{name: (at, value)}))
    assert cells(before != after, (1, 2)) == where
    assert (after <= before).all()


def test_nobody_needs_a_visa_for_home(world: World) -> None:
    every = slice(None)
    closed = context(world, move_refused=((every, every, every), 1.0), visa_delay=((every, every), 1.0))
    openness = mobility.utilities(world.setting, closed).openness
    home = np.eye(P, dtype=bool)
    assert (openness[:, home] == 1.0).all() and not openness[:, ~home].any()


MOVE_PULL = [("income_recruits", 0.2), ("students_to_recruits", 0.2), ("permanent_offer", 0.05), ("funding", 1.3)]


@pytest.mark.parametrize("name, value", MOVE_PULL)
def test_promotion_pulls_to_the_place_that_promotes(name: str, value: float, world: World) -> None:
    before, after = (u.pull for u in pair(mobility.utilities, world, **{name: ((OTHER,), value)}))
    assert cells(before != after, (2,)) == {(OTHER,)}
    assert (after[:, :, OTHER] > before[:, :, OTHER]).all()


def test_tenure_weighs_more_early_than_late(world: World) -> None:
    before, after = (u.pull for u in pair(mobility.utilities, world, permanent_offer=((OTHER,), 0.05)))
    gain = np.log(after / before)[:, 0, OTHER]
    assert gain[0] > gain[1] > gain[2] > 0.0


def test_a_ban_on_leaving_holds_people_where_it_is(world: World) -> None:
    before, after = (u.push for u in pair(mobility.utilities, world, outmove_refused=((HOST,), 0.4)))
    np.testing.assert_allclose(after[:, :, HOST], 0.6 * before[:, :, HOST])
    np.testing.assert_array_equal(np.delete(after, HOST, axis=2), np.delete(before, HOST, axis=2))


def test_vacancies_follow_budgets_and_posts(world: World) -> None:
    before = mobility.vacancies(world.setting, context(world))
    for name, value, factor in (("funding", 1.5, 1.5), ("permanent_offer", 0.1, 1.1)):
        after = mobility.vacancies(world.setting, context(world, **{name: ((OTHER,), value)}))
        assert after[OTHER] == pytest.approx(factor * before[OTHER])
        np.testing.assert_array_equal(np.delete(after, OTHER), np.delete(before, OTHER))


def test_income_at_home_calls_people_home(world: World) -> None:
    inputs = world.inputs.year(2018)
    richer = inputs.relative_income.copy()
    richer[OTHER] += np.log(2.0)
    before, after = (mobility.home_factor(world.setting, i) for i in (inputs, replace(inputs, relative_income=richer)))
    assert after[OTHER] > before[OTHER] and (before >= 1.0).all()
    np.testing.assert_array_equal(np.delete(after, OTHER), np.delete(before, OTHER))


def test_what_grows_everywhere_calls_nobody_home(world: World) -> None:
    data = world.setting.data
    richer = Inputs(replace(data, income=1.5 * data.income), world.inputs.fitted)
    for year in (1990, 2017, 2025):
        ours, theirs = (inputs.year(year).relative_income for inputs in (Inputs(data, world.inputs.fitted), richer))
        np.testing.assert_allclose(theirs, ours, atol=1e-12)


def test_nothing_draws_movers_without_policy(world: World) -> None:
    """Whatever prestige, posts, size and students have become: the baseline is what they are compared with."""
    destination, here = mobility.drift(world.setting, context(world))
    assert not destination.any() and not here.any()


DRIFT = {"prestige": True, "permanent_share": True, "size_share": False, "students": False, "researchers": False}


@pytest.mark.parametrize("name", DRIFT)
def test_what_differs_from_the_paired_baseline_draws_movers(name: str, world: World) -> None:
    """All of it draws to a place; prestige and posts also hold people there."""
    ctx = context(world)
    less = getattr(ctx.macro, name).copy()
    less[OTHER] *= 1.25 if name == "researchers" else 0.8  # fewer people have more money a head
    changed = replace(ctx, baseline=replace(ctx.macro, **{name: less}))
    destination, here = mobility.drift(world.setting, changed)
    assert cells(destination != 0.0, (2,)) == {(OTHER,)} and (destination[:, :, OTHER] > 0.0).all()
    assert cells(here != 0.0, (2,)) == ({(OTHER,)} if DRIFT[name] else set())
    assert (here[:, :, OTHER] >= 0.0).all()


def test_funding_per_head_is_that_of_the_paired_baseline_shared_among_the_people_who_are_here(world: World) -> None:
    ctx = context(world, funding=((OTHER,), 1.3))
    heads = ctx.macro.researchers.copy()
    heads[HOST] *= 1.1
    change = funding_change(replace(ctx, baseline=replace(ctx.macro, researchers=heads)))
    assert change[OTHER] == pytest.approx(np.log(1.3)) and change[HOST] == pytest.approx(np.log(1.1))
    assert not np.delete(change, [OTHER, HOST]).any()


def test_rates_of_moving_are_divided_by_the_paired_baselines_norm(world: World) -> None:
    ctx = context(world)
    own = mobility.mean_move_factor(world.setting, ctx, world.columns)
    np.testing.assert_array_equal(mobility.move_norm(world.setting, ctx, world.columns), own)
    other = replace(ctx, baseline=replace(ctx.macro, move_norm=2.0 * own))
    np.testing.assert_array_equal(mobility.move_norm(world.setting, other, world.columns), 2.0 * own)
    fitted = replace(other, inputs=world.inputs.year(2017))
    np.testing.assert_array_equal(mobility.move_norm(world.setting, fitted, world.columns), 1.0)


def test_a_tie_draws_by_the_share_of_repeated_work_that_goes_to_it(world: World) -> None:
    """Strengths are four times the shares in which repeat slots name the ties, so they sum to 4 (P27)."""
    m, gamma = world.setting.params.mobility, world.setting.params.collaboration.repeat_preference
    factor = mobility.move_factors(world.setting, world.inputs.year(2018)).tie
    strength = factor[[1, 2, 4, 8]] ** (1.0 / m.tie) - 1.0
    share = np.array([np.mean(np.trunc(4.0 * U**gamma) == rank) for rank in range(4)])
    np.testing.assert_allclose(strength, 4.0 * share, atol=4.0 / len(U))
    assert strength.sum() == pytest.approx(4.0) and (np.diff(strength) < 0.0).all()
    assert factor[0] == 1.0 and factor[-1] == pytest.approx(5.0**m.tie)


def test_going_home_early_is_fitted_by_origin_and_can_be_left_out(world: World) -> None:
    inputs, setting = world.inputs.year(2018), world.setting
    np.testing.assert_array_equal(mobility.move_factors(setting, inputs).home_early, inputs.home_early)
    assert np.ptp(inputs.home_early) > 0.1
    off = replace(setting.params, mobility=replace(setting.params.mobility, home_early=0.0))
    np.testing.assert_array_equal(mobility.move_factors(replace(setting, params=off), inputs).home_early, 1.0)
