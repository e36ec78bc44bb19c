"""The year's plan of moves against sums by hand: barriers, programmes and chairs with slots, vacancies."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from sim.engines.move_plan import Vacancies, inflow
from tests.unit.move_years import N_FIELDS, N_PLACES, arrivals, neutral, plan_of, random_year


# --- the plan -----------------------------------------------------------------------------------------------
def test_plan_equals_sums_by_hand() -> None:
    year = random_year()
    plan = plan_of(year)
    assert plan.group.tolist() == list(range(N_FIELDS))
    for f, c, o, s, e in product(range(N_FIELDS), range(N_PLACES), range(N_PLACES), range(3), range(2)):
        total = plain = 0.0
        for d in range(N_PLACES):
            homing = year["home"][o] if d == o else 1.0
            attract = year["pull"][s, e, d] * year["openness"][f, o, d] * homing
            assert plan.attract[f, o, s, e, d] == pytest.approx(attract, rel=1e-12)
            total += year["base"][c, d] * attract
            plain += year["base"][c, d] * homing
        assert plan.total[f, c, o, s, e] == pytest.approx(total, rel=1e-12)
        scale = year["push"][s, e, c] * (total / plain) ** (year["spread"] - 1.0)
        assert plan.leaving[f, c, o, s, e] == pytest.approx(scale, rel=1e-12)


def test_fields_under_the_same_rules_share_one_plan() -> None:
    year = random_year(n_fields=4)
    year["openness"][1] = year["openness"][3] = year["openness"][0]
    plan = plan_of(year)
    assert plan.group.tolist() == [0, 0, 1, 0]
    apart = plan_of(year | {"openness": year["openness"] * (1.0 - 1e-15 * np.arange(4)[:, None, None])})
    assert apart.group.tolist() == [0, 1, 2, 3]
    for name in ("attract", "total", "leaving", "hazard"):
        np.testing.assert_allclose(getattr(plan, name)[plan.group], getattr(apart, name), rtol=1e-12)
    np.testing.assert_allclose(plan.accept, apart.accept, rtol=1e-12)


def test_neutral_plan_leaves_the_fitted_rates_alone() -> None:
    plan = plan_of(neutral())
    np.testing.assert_array_equal(plan.leaving, np.ones_like(plan.leaving))
    np.testing.assert_array_equal(plan.accept, np.ones(N_PLACES))


def test_inflow_equals_a_plain_loop() -> None:
    year = random_year()
    plan = plan_of(year)
    expected = arrivals(year, plan).sum(axis=(0, 1, 3))  # [origin, elite, to]
    found = inflow(year["base"], plan.attract[plan.group], year["people"] * plan.leaving[plan.group])
    np.testing.assert_allclose(found, expected, rtol=1e-12)


# --- barriers -----------------------------------------------------------------------------------------------
def barrier(spread: float) -> tuple[np.ndarray, np.ndarray]:
    """Moves [origin, from, to] without and with a rule of place 2 that refuses 60 % of origin 0."""
    flows = []
    for refused in (0.0, 0.6):
        year = neutral() | {"spread": spread}
        year["openness"][:, 0, 2] = 1.0 - refused
        flows.append(arrivals(year, plan_of(year)).sum(axis=(0, 3, 4)).transpose(1, 0, 2))
    return flows[0], flows[1]


@pytest.mark.parametrize("spread", [0.0, 0.5, 1.0])
def test_barrier_touches_only_the_origin_it_names(spread: float) -> None:
    free, barred = barrier(spread)
    np.testing.assert_array_equal(barred[1:], free[1:])
    assert (barred[0, :, 2] <= free[0, :, 2]).all() and barred[0, :, 2].sum() < free[0, :, 2].sum()


def test_barrier_that_stops_all_leaves_other_destinations_as_they_were() -> None:
    free, barred = barrier(1.0)
    np.testing.assert_allclose(barred[0, :, 2], 0.4 * free[0, :, 2], rtol=1e-12)
    np.testing.assert_allclose(np.delete(barred[0], 2, axis=1), np.delete(free[0], 2, axis=1), rtol=1e-12)


def test_barrier_that_diverts_all_keeps_the_number_of_moves() -> None:
    free, barred = barrier(0.0)
    np.testing.assert_allclose(barred[0].sum(axis=1), free[0].sum(axis=1), rtol=1e-12)
    others = np.delete(barred[0], 2, axis=1), np.delete(free[0], 2, axis=1)
    assert (others[0] >= others[1]).all()


def test_barrier_between_diverts_part_and_stops_part() -> None:
    free, barred = barrier(0.5)
    total_free, total_barred = free[0].sum(axis=1), barred[0].sum(axis=1)
    stop_all = barrier(1.0)[1][0].sum(axis=1)
    from_elsewhere = np.arange(N_PLACES) != 2
    assert (total_barred < total_free)[from_elsewhere].all(), "some moves are stopped"
    assert (total_barred > stop_all)[from_elsewhere].all(), "some are diverted"


def test_a_world_closed_to_an_origin_stops_its_moves_at_any_spread() -> None:
    for spread in (0.0, 0.5, 1.0):
        year = neutral() | {"spread": spread}
        year["openness"][:, 1, :] = 0.0
        plan = plan_of(year)
        assert np.isfinite(plan.leaving).all()
        assert arrivals(year, plan)[:, :, 1].sum() == 0.0


# --- programmes, chairs, vacancies --------------------------------------------------------------------------
def with_programme(pull: float, slots: float, **changes: float) -> tuple[float, float]:
    """Arrivals at place 1 without and with its programme for origin 0."""
    year = neutral() | changes
    before = arrivals(year, plan_of(year))[..., 1].sum()
    year["programmes"].pull[0, 1], year["programmes"].slots[1] = np.exp(pull), slots
    return before, arrivals(year, plan_of(year))[..., 1].sum()


def test_programme_moves_are_bound_by_slots() -> None:
    for slots in (0.0, 5.0, 20.0):
        before, after = with_programme(2.0, slots)
        assert after - before <= slots * (1.0 + 1e-9)
        assert after - before >= 0.5 * slots, "slots that people want are used"


@pytest.mark.parametrize("openness", [1.0, 0.5, 0.2])
@pytest.mark.parametrize("chairs", [0.0, 1.5])
def test_slots_bind_behind_barriers_and_beside_chairs(openness: float, chairs: float) -> None:
    year = neutral()
    year["openness"][:, 0] *= openness
    before = arrivals(year, plan_of(year))[..., 1].sum()
    year["programmes"].pull[0, 1], year["programmes"].slots[1] = np.exp(2.0), 20.0
    year["chairs"].pull[1], year["chairs"].slots[1] = np.exp(chairs), 15.0
    added = arrivals(year, plan_of(year))[..., 1].sum() - before
    assert 0.0 < added <= (20.0 + (15.0 if chairs else 0.0)) * (1.0 + 1e-9)


def test_slots_that_nobody_wants_stay_empty() -> None:
    before, few = with_programme(0.1, 1e6)
    _, many = with_programme(0.1, 1e9)
    assert few == many > before


def test_a_programme_with_slots_for_all_pulls_as_it_says() -> None:
    before, after = with_programme(0.3, 1e9, spread=1.0)
    year = neutral() | {"spread": 1.0}
    theirs = arrivals(year, plan_of(year))[:, :, 0, ..., 1].sum()
    assert after - before == pytest.approx((np.exp(0.3) - 1.0) * theirs, rel=1e-9)


def test_chairs_draw_only_the_elite() -> None:
    year = neutral()
    before = arrivals(year, plan_of(year)).sum(axis=(0, 1, 2, 3))  # [elite, to]
    year["chairs"].pull[3], year["chairs"].slots[3] = np.exp(1.0), 1e9
    after = arrivals(year, plan_of(year)).sum(axis=(0, 1, 2, 3))
    assert after[1, 3] > 1.2 * before[1, 3]
    np.testing.assert_array_equal(after[0], before[0])


def test_vacancies_bound_arrivals() -> None:
    year = random_year() | {"vacancies": Vacancies(np.array([0.5, 1e9, 0.6, 1e9]), None)}
    plan = plan_of(year)
    expected = arrivals(year, plan).sum(axis=(0, 1, 2, 3, 4)) * plan.accept
    reference = arrivals(neutral(), plan_of(neutral())).sum(axis=(0, 1, 2, 3, 4))
    np.testing.assert_allclose(expected[[0, 2]], np.array([0.5, 0.6]) * reference[[0, 2]], rtol=1e-12)
    np.testing.assert_array_equal(plan.accept[[1, 3]], 1.0)


def test_vacancies_are_the_paired_baselines_arrivals_whoever_is_here() -> None:
    """Twice the people bring twice the arrivals, for whom there are only the baseline's vacancies."""
    usual = plan_of(neutral()).arrivals
    year = neutral()
    more = year | {"people": 2.0 * year["people"]}
    for slack in (1.0, 1.4, 2.0):
        paired = plan_of(more | {"vacancies": Vacancies(np.full(N_PLACES, slack), usual)})
        np.testing.assert_allclose(paired.accept, slack / 2.0, rtol=1e-12)
        np.testing.assert_allclose(paired.arrivals, 2.0 * usual, rtol=1e-12)
    alone = plan_of(more | {"vacancies": Vacancies(np.full(N_PLACES, 1.4), None)})
    np.testing.assert_array_equal(alone.accept, 1.0)


def test_arrivals_of_a_neutral_plan_are_the_flows_it_brings() -> None:
    year = neutral()
    plan = plan_of(year)
    np.testing.assert_allclose(plan.arrivals, arrivals(year, plan).sum(axis=(0, 1, 2, 3, 4)), rtol=1e-12)
