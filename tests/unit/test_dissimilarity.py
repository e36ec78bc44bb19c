"""Lambdas from flows of students: found again in flows that were made with them."""

from __future__ import annotations

import numpy as np
import pytest

from sim.data.build import dissimilarity
from sim.data.build.dissimilarity import Period, effects, estimate_groups, estimate_ratio, inclusive
from sim.data.tables import load_world_data
from sim.params import EntryParams
from tests.small import ALPHA

ORIGINS, HOSTS, PERIODS = 150, 24, 5
GROUP = np.repeat(np.arange(6), 4)
NORMAL = 3.9  # standard deviations that chance exceeds, either way, with ALPHA


def flows(ratio: float, groups: float, seed: int = 1) -> tuple[list[Period], np.ndarray]:
    """Students under shocks of hosts and of cohorts, by the formula of the nested logit with few abroad."""
    rng, member = np.random.default_rng(seed), np.eye(6)[GROUP]
    share = np.exp(rng.normal(5.5, 1.5, (ORIGINS, HOSTS)))
    periods = []
    for _ in range(PERIODS):
        x, cohort = rng.normal(0.0, 0.12, HOSTS), rng.normal(0.0, 0.05, ORIGINS)
        weight = share * np.exp(x)
        within, of_group = weight @ member, share @ member
        raised = of_group * (within / of_group) ** ratio  # weight of a group
        total = raised.sum(axis=1) / of_group.sum(axis=1)
        after = weight * ((within / of_group) ** (ratio - 1.0))[:, GROUP] * (total ** (groups - 1.0))[:, None]
        noise = rng.normal(0.0, 0.05, after.shape)
        counts = rng.poisson(share), rng.poisson(after * np.exp(cohort[:, None] + noise))
        before, grown = (np.where(n > 0, n, np.nan).astype(float) for n in counts)
        periods.append(Period(before, grown, np.ones(HOSTS, bool)))
    return periods, share


@pytest.mark.parametrize(("ratio", "groups"), [(0.4, 0.6), (0.8, 1.0), (1.0, 0.3)])
def test_both_lambdas_are_found_again(ratio: float, groups: float) -> None:
    periods, share = flows(ratio, groups)
    first = estimate_ratio(periods, share, GROUP, splits=4)
    second = estimate_groups(periods, share, GROUP, ratio, splits=4)
    for found, true, bias in ((first, ratio, 0.03), (second, groups, 0.05)):
        error = (found.high - found.low) / 3.29  # standard deviation, from the 90 % interval
        assert abs(found.value - true) < bias + NORMAL * error  # shocks are measured with error, which biases a little
        assert error < 0.12, "and the data of this size do fix it"
    assert ALPHA == 1e-4


def test_an_interval_of_90_percent_holds_the_truth_as_often() -> None:
    held = 0
    for seed in range(40):
        periods, share = flows(0.7, 0.6, seed=100 + seed)
        found = estimate_ratio(periods[:2], share, GROUP, splits=2)
        held += found.low <= 0.7 <= found.high
    assert held >= 27  # 36 of 40 expected; fewer than 27 with probability 2e-5


def test_a_host_whose_coverage_changed_is_left_out() -> None:
    periods, share = flows(0.6, 0.6)
    after = periods[0].after.copy()
    after[:, 3] *= 3.0
    out = Period(periods[0].before, after, np.arange(HOSTS) != 3)
    assert not out.cells()[1][:, 3].any() and out.cells()[1][:, 2].any()
    assert estimate_ratio([out, *periods[1:]], share, GROUP, splits=2).value == pytest.approx(0.6, abs=0.15)


def test_inclusive_value_of_a_group_whose_hosts_all_grow_alike_is_their_growth() -> None:
    share = np.array([[1.0, 3.0, 0.0], [0.0, 0.0, 2.0]])
    level, of_group = inclusive(share, np.array([0.2, 0.2, -0.1]), np.eye(2)[[0, 0, 1]])
    np.testing.assert_allclose(level, [[0.2, 0.0], [0.0, -0.1]], atol=1e-12)
    np.testing.assert_allclose(of_group, [[4.0, 0.0], [0.0, 2.0]])


def test_effects_of_rows_and_columns_are_taken_out_of_unbalanced_cells() -> None:
    rng = np.random.default_rng(5)
    weight = rng.exponential(1.0, (30, 8)) * (rng.random((30, 8)) < 0.7)
    values = rng.normal(size=30)[:, None] + rng.normal(size=8)
    row, column = effects(values, weight, rounds=200)
    np.testing.assert_allclose((values - row[:, None] - column)[weight > 0.0], 0.0, atol=1e-8)


def test_the_default_is_the_estimate() -> None:
    constants = load_world_data("full").constants
    default = EntryParams()
    assert default.dissimilarity_like == round(constants["lambda_like_ratio"], 2)
    assert constants["lambda_groups_low"] < default.dissimilarity < constants["lambda_groups_high"]
    assert dissimilarity.LAST == 2017
