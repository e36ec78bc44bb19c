"""Distributions of team sizes and partner places."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engines.partners import MAX_TEAM, partner_distribution, partner_weights, team_distribution

P = 4


@pytest.mark.parametrize("mean", [1.3, 2.4, 3.99, 5.5, 9.0, 14.0])
@pytest.mark.parametrize("tail", [0.0, 0.03, 0.2])
def test_team_size_has_exactly_the_mean_asked_for(mean: float, tail: float) -> None:
    cumulative = team_distribution(mean, tail)[0]
    share = np.diff(cumulative, prepend=0.0)
    assert (share >= 0.0).all() and cumulative[-1] == 1.0
    assert share @ np.arange(1, MAX_TEAM + 1) == pytest.approx(mean, abs=1e-9)


def test_the_tail_makes_large_teams_more_common() -> None:
    large = [1.0 - team_distribution(4.0, tail)[0, 12] for tail in (0.0, 0.03, 0.1)]
    assert large[0] < large[1] < large[2]


def test_partner_distribution_is_the_gravity_form() -> None:
    rng = np.random.default_rng(2)
    affinity, mass, home = rng.random((P, P)), rng.uniform(10, 100, P), rng.uniform(5, 20, P)
    trust, joint = rng.uniform(0.5, 1.0, (P, P)), rng.normal(0, 0.1, (P, P))
    cumulative = partner_distribution(partner_weights(affinity, mass, home, 0.9, trust, 0.5, joint), 1.3)
    share = np.diff(cumulative, axis=1, prepend=0.0)
    for a in range(P):
        weight = 1.3 * affinity[a] * mass**0.9 * trust[a] ** 0.5 * np.exp(joint[a]) / np.sqrt(home[a] * home)
        weight[a] = mass[a] ** 0.9
        np.testing.assert_allclose(share[a], weight / weight.sum(), rtol=1e-9)


def test_a_lone_place_without_papers_yet_works_at_home() -> None:
    weight = partner_weights(np.ones((2, 2)), np.zeros(2), np.ones(2), 0.9, np.ones((2, 2)), 0.5, np.zeros((2, 2)))
    cumulative = partner_distribution(weight, 1.0)
    np.testing.assert_array_equal(np.diff(cumulative, axis=1, prepend=0.0), np.eye(2))
