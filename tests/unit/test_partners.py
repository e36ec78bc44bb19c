"""Distributions of team sizes, partner places and openness of papers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from sim.engines.partners import (
    CELLS,
    MAX_TEAM,
    foreign_distribution,
    openness_cells,
    partner_weights,
    share_abroad,
    team_distribution,
)

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


def test_partner_places_have_the_gravity_form() -> None:
    rng = np.random.default_rng(2)
    affinity, mass, home = rng.random((P, P)), rng.uniform(10, 100, P), rng.uniform(5, 20, P)
    trust, joint = rng.uniform(0.5, 1.0, (P, P)), rng.normal(0, 0.1, (P, P))
    found = partner_weights(affinity, mass, home, 0.9, trust, 0.5, joint)
    foreign, abroad = np.diff(foreign_distribution(found), axis=1, prepend=0.0), share_abroad(found, 1.3)
    for a in range(P):
        weight = affinity[a] * mass**0.9 * trust[a] ** 0.5 * np.exp(joint[a]) / np.sqrt(home[a] * home)
        weight[a] = 0.0
        np.testing.assert_allclose(foreign[a], weight / weight.sum(), rtol=1e-9, atol=1e-15)
        assert foreign[a, a] == 0.0, "the own place is not abroad"
        assert abroad[a] == pytest.approx(1.3 * weight.sum() / (1.3 * weight.sum() + mass[a] ** 0.9), rel=1e-12)
    assert (share_abroad(found, 2.0) > abroad).all() and (share_abroad(found, 0.0) == 0.0).all()


def test_partner_places_end_at_one_and_leave_their_input_alone() -> None:
    weight = np.random.default_rng(0).random((52, 52)) / 3
    before = weight.copy()
    cumulative = foreign_distribution(weight)
    np.testing.assert_array_equal(weight, before)
    assert (cumulative[:, -1] == 1.0).all() and cumulative[-1, -2] == 1.0, "the last place never draws itself"
    assert (np.diff(cumulative, axis=1) >= -1e-15).all()


def test_a_lone_place_without_papers_yet_works_at_home() -> None:
    weight = partner_weights(np.ones((2, 2)), np.zeros(2), np.ones(2), 0.9, np.ones((2, 2)), 0.5, np.zeros((2, 2)))
    np.testing.assert_array_equal(share_abroad(weight, 1.0), 0.0)
    assert (foreign_distribution(weight)[:, -1] == 1.0).all(), "who does look abroad draws some place"


# --- openness of papers -----------------------------------------------------------------------------------------
SHARES = np.concatenate([[0.0, 1e-4, 0.003], np.linspace(0.01, 0.99, 57), [0.9999, 1.0]])


@pytest.mark.parametrize("spread", [0.05, 0.5, 1.0, 1.6, 3.0, 20.0, 500.0])
def test_openness_has_the_mean_asked_for_and_rises_with_cell_and_share(spread: float) -> None:
    cells = openness_cells(SHARES, spread)
    assert cells.shape == (len(SHARES), CELLS)
    np.testing.assert_allclose(cells.mean(axis=1), SHARES, atol=1e-12)
    assert ((cells >= 0.0) & (cells <= 1.0)).all()
    assert (np.diff(cells, axis=1) >= -1e-12).all(), "along cells"
    assert (np.diff(cells, axis=0) >= -1e-12).all(), "a more open place is more open in every cell"


@pytest.mark.parametrize("spread", [0.5, 1.6, 3.0, 20.0])
@pytest.mark.parametrize("at", [1, 8, 20, 32, 50, 63])
def test_openness_is_the_mean_of_the_beta_quantiles_of_each_cell(spread: float, at: int) -> None:
    share = (at / CELLS) ** 2  # a share of the table itself, so exact
    quantile = stats.beta(spread * share, spread * (1.0 - share)).ppf
    cells = openness_cells(np.array([share]), spread)[0]
    for c in (0, 1, 20, 40, 62, 63):
        expected = CELLS * integrate.quad(quantile, c / CELLS, (c + 1) / CELLS, epsabs=1e-9, limit=200)[0]
        assert cells[c] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("spread", [0.5, 1.6, 3.0, 20.0])
def test_between_two_shares_of_the_table_openness_is_nearly_the_quantile(spread: float) -> None:
    u = (np.arange(CELLS * 20) + 0.5) / (CELLS * 20)
    for share in (np.array([3.5, 12.5, 27.5, 45.5, 61.5]) / CELLS) ** 2:  # in the middle between two of the table
        expected = stats.beta(spread * share, spread * (1.0 - share)).ppf(u).reshape(CELLS, 20).mean(axis=1)
        found = openness_cells(np.array([share]), spread)[0]
        assert np.abs(found - expected).max() < 0.04
        assert found.std() == pytest.approx(expected.std(), abs=4e-3)


def test_at_a_large_spread_all_papers_are_alike_and_at_a_small_one_all_or_nothing() -> None:
    share = np.array([0.1, 0.5, 0.8])
    np.testing.assert_allclose(openness_cells(share, 1e6), np.repeat(share[:, None], CELLS, axis=1), atol=3e-3)
    cells = openness_cells(share, 1e-3)
    either = (cells < 1e-3) | (cells > 1.0 - 1e-3)
    assert either.mean() > 1.0 - 3 / CELLS, "but for the cells where nothing becomes all"
    np.testing.assert_allclose((cells > 0.5).mean(axis=1), share, atol=1.0 / CELLS)
