"""Cases and incidents are drawn as real counts: right in the mean, keyed by the cell, monotone in the rate."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engines.security import cases, incidents

EXPOSED = np.array([[0.0, 3000.0], [16_000.0, 16_000.0]])  # [place, origin]
TIED = np.array([[0.0, 0.0], [5000.0, 16_000.0]])  # [place, state]
RATE = np.array([[0.0, 0.0], [0.0, 0.00384]])  # 61.44 a year, all on one origin
PRECISION = np.array([[1.0, 1.0], [1.0, 0.3]])


def drawn(years: range, rate: np.ndarray = RATE) -> tuple[np.ndarray, np.ndarray]:
    found = [cases(rate, PRECISION, TIED, EXPOSED, 0, 0, year) for year in years]
    return np.stack([c.by_risk for c in found]), np.stack([c.by_profile for c in found])


def test_counts_have_the_right_mean() -> None:
    """|z| < 4.5 for each of three means: wrongly red once in about 50,000 choices of the keys."""
    n = 400
    by_risk, by_profile = drawn(range(n))
    expected = RATE[1, 1] * TIED[1, 1]
    for mean, wanted in (
        (by_profile[:, 1, 1].mean(), 0.7 * expected),
        (by_risk[:, 1, 1].mean(), 0.15 * expected),
        (by_risk[:, 1, 0].mean(), 0.15 * expected),  # risk falls on every exposed origin alike
    ):
        assert abs(mean - wanted) / np.sqrt(wanted / n) < 4.5
    assert by_profile[:, 1, 0].sum() == 0 and by_risk[:, 0].sum() == 0


def test_cases_count_by_ties_to_the_state_not_by_people_of_the_origin() -> None:
    """Target P16: 246 of 32,000 with co-authors in China, of any origin; a fifth of these are of that origin here."""
    tied, exposed = np.array([[32_000.0]]), np.array([[6_400.0]])
    found = [cases(np.array([[0.0019]]), np.array([[0.3]]), tied, exposed, 0, 0, year).total for year in range(400)]
    assert np.mean(found) == pytest.approx(0.0019 * 32_000, abs=4.5 * np.sqrt(0.0019 * 32_000 / 400))


def test_a_higher_rate_only_adds_cases() -> None:
    lower, higher = drawn(range(50)), drawn(range(50), 1.1 * RATE)
    assert all((b >= a).all() for a, b in zip(lower, higher)) and higher[1].sum() > lower[1].sum()


def test_a_pair_keeps_its_draw_whatever_happens_elsewhere() -> None:
    expected = np.full((5, 5), 3.0)
    other = expected.copy()
    other[2, 3] = 300.0
    before, after = incidents(expected, 1, 2, 2020), incidents(other, 1, 2, 2020)
    changed = before != after
    assert changed[2, 3] and changed.sum() == 1
    assert (incidents(expected, 1, 3, 2020) != before).any()
