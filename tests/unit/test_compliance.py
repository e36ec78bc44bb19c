"""Rules cost money and time; half of the money once; small institutions pay more of what they have (S5)."""

from __future__ import annotations

import numpy as np

from sim.engines.compliance import by_group, compliance, first_year_cost
from sim.params import Params

PARAMS = Params().compliance
FEDERAL = np.array([20.0, 60.0, 400.0, 0.0])
PLACE, PEOPLE = np.array([0, 0, 0, 1]), np.array([100.0, 400.0, 3000.0, 50.0])
NOTHING, NO_PLACE = np.zeros(4), np.zeros(2)


def test_half_of_a_new_rules_cost_is_paid_once() -> None:
    cost = first_year_cost(np.full(4, 0.1), np.full(4, 0.001), FEDERAL)
    new = compliance(cost, NOTHING, NOTHING, NO_PLACE, PLACE, PEOPLE, PARAMS)
    later = compliance(cost, cost, NOTHING, NO_PLACE, PLACE, PEOPLE, PARAMS)
    np.testing.assert_allclose(new.musd, cost)
    np.testing.assert_allclose(later.musd, (1 - PARAMS.one_time_share) * cost)
    gone = compliance(NOTHING, cost, NOTHING, NO_PLACE, PLACE, PEOPLE, PARAMS)
    assert (gone.musd == 0).all() and not gone.covered.any()


def test_a_fixed_part_makes_the_cost_regressive() -> None:
    share = first_year_cost(np.full(4, 0.061), np.full(4, 0.00068), FEDERAL)[:3] / FEDERAL[:3]
    assert (np.diff(share) < 0).all()
    assert 0.001 <= share[0] <= 0.007 and share[2] < 0.004  # S5: 0.1-0.7 % of a small budget, under 0.4 % of a large


def test_time_of_place_and_institution_compound_and_never_exceed_the_people() -> None:
    found = compliance(NOTHING, NOTHING, np.array([0.1, 0, 0, 1.0]), np.array([0.2, 0.5]), PLACE, PEOPLE, PARAMS)
    np.testing.assert_allclose(found.researcher_years, [28.0, 80.0, 600.0, 50.0])
    assert found.covered.tolist() == [True, False, False, True]
    no_rule = compliance(NOTHING, NOTHING, NOTHING, NO_PLACE, PLACE, PEOPLE, PARAMS)
    assert (no_rule.researcher_years == 0).all() and (no_rule.musd == 0).all()


def test_groups_add_up() -> None:
    np.testing.assert_array_equal(by_group(FEDERAL, PLACE, 3), [480.0, 0.0, 0.0])
