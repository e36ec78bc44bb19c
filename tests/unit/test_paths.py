"""Series after the data: last value, shrunken damped trend, draws of their errors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path as File

import numpy as np
import pytest

from sim.data.paths import MOST, Path, continued, drawn, error, load_paths, save_paths, slope, steps

SPREAD = np.array([0.01, 0.02, 0.03, 0.04, 0.05])
PLAIN = Path("papers", "log", years=5, shrink=0.0, damping=1.0, common=SPREAD, own=2.0 * SPREAD)


def test_a_pure_trend_goes_on_exactly() -> None:
    t = np.arange(12.0)
    growth = np.array([0.05, -0.03])
    np.testing.assert_allclose(
        continued(np.exp(np.outer(t, growth)), PLAIN, 8), np.exp(np.outer(11.0 + np.arange(1, 9), growth)), rtol=1e-12
    )
    odds = np.exp(np.outer(t, growth))
    share = continued(odds / (1.0 + odds), replace(PLAIN, link="logit"), 3)
    np.testing.assert_allclose(np.log(share / (1.0 - share)), np.outer(12.0 + np.arange(3), growth), rtol=1e-10)
    line = continued(np.outer(t, growth), replace(PLAIN, link="linear"), 3)
    np.testing.assert_allclose(line, np.outer(12.0 + np.arange(3), growth), rtol=1e-12)


def test_a_trend_without_error_is_not_shrunk() -> None:
    series = np.exp(0.04 * np.arange(9.0))[:, None]
    assert slope(series, replace(PLAIN, shrink=1.0)) == pytest.approx(0.04)


def test_shrinking_takes_off_one_standard_error_of_least_squares() -> None:
    from scipy.stats import linregress

    log = np.array([0.0, 0.11, 0.09, 0.22, 0.24, 0.38])
    fit = linregress(np.arange(6), log)
    assert slope(np.exp(log)[:, None], PLAIN)[0] == pytest.approx(fit.slope)
    assert slope(np.exp(log)[:, None], replace(PLAIN, shrink=1.0))[0] == pytest.approx(fit.slope - fit.stderr)


def test_up_and_down_is_no_trend() -> None:
    series = np.exp(np.array([0.0, 0.3, 0.0, 0.3, 0.0, 0.3]))[:, None]
    assert slope(series, PLAIN)[0] > 0.0
    np.testing.assert_array_equal(continued(series, replace(PLAIN, shrink=1.0), 4), np.broadcast_to(series[-1], (4, 1)))


def test_the_first_year_follows_the_last_value_and_not_the_line_through_the_window() -> None:
    series = np.exp(np.array([0.0, 0.02, 0.04, 0.06, 0.08, 0.6]))[:, None]
    later = continued(series, replace(PLAIN, damping=0.5), 1)
    assert np.log(later[0, 0] / series[-1, 0]) == pytest.approx(0.5 * slope(series, PLAIN)[0])


def test_without_a_window_every_year_has_the_bits_of_the_last() -> None:
    series = np.random.default_rng(1).uniform(0.1, 0.9, (7, 3, 2))
    for link in ("log", "logit", "linear"):
        later = continued(series, replace(PLAIN, link=link, years=0), 5)
        np.testing.assert_array_equal(later, np.broadcast_to(series[-1], (5, 3, 2)))


def test_a_damped_trend_comes_to_rest() -> None:
    moved = steps(0.7, 200)
    assert moved[0] == 0.7
    assert moved[-1] == pytest.approx(0.7 / 0.3)
    np.testing.assert_allclose(np.diff(moved[:30])[1:] / np.diff(moved[:30])[:-1], 0.7, rtol=1e-6)
    np.testing.assert_array_equal(steps(0.0, 3), 0.0)


def test_slopes_are_bounded() -> None:
    series = np.exp(np.outer(np.arange(6.0), [0.5, -0.5, 0.05]))
    np.testing.assert_allclose(slope(series, PLAIN), [MOST, -MOST, 0.05])


def test_shares_stay_between_nought_and_one() -> None:
    rising = np.linspace(0.90, 0.995, 10)[:, None]
    path = replace(PLAIN, link="logit")
    later = continued(rising, path, 60)
    assert (later > rising[-1]).all() and (later < 1.0).all()
    assert (drawn(later, path, 5.0, np.array([5.0])) <= 1.0).all()
    np.testing.assert_array_equal(continued(np.array([[0.5, 0.5], [0.0, 1.0]]), path, 2), [[0.0, 1.0]] * 2)


def test_nought_stays_nought_and_unknown_stays_unknown() -> None:
    series = np.array([[1.0, 0.0, np.nan, 2.0], [2.0, 3.0, 1.0, np.nan], [3.0, 4.0, 2.0, 4.0], [4.0, 0.0, np.nan, 5.0]])
    later = continued(series, replace(PLAIN, years=3), 2)
    assert (later[:, 0] > 4.0).all()
    np.testing.assert_array_equal(later[:, 1:], [[0.0, np.nan, 5.0]] * 2)  # a gap in the window is no trend
    np.testing.assert_array_equal(drawn(later, PLAIN, 1.0, np.zeros(4))[:, 1:3], [[0.0, np.nan]] * 2)


def test_errors_have_the_spread_of_the_backtest_and_then_grow_with_the_root_of_time() -> None:
    h = np.arange(1, 21)
    np.testing.assert_allclose(error(PLAIN, h, 1.0, 0.0)[:5], SPREAD)
    np.testing.assert_allclose(error(PLAIN, h, 0.0, 1.0)[:5], 2.0 * SPREAD)
    assert error(PLAIN, 20, 1.0, 0.0) == pytest.approx(2.0 * SPREAD[-1])
    np.testing.assert_allclose(error(PLAIN, h, -1.5, np.array([2.0, 0.0]))[2], [-0.045 + 0.12, -0.045])


def test_draws_of_nought_leave_the_bits_alone() -> None:
    values = np.random.default_rng(2).uniform(0.01, 0.99, (6, 4))
    for link in ("log", "logit", "linear"):
        np.testing.assert_array_equal(drawn(values, replace(PLAIN, link=link), 0.0, np.zeros(4)), values)


def test_drawn_series_spread_as_stated() -> None:
    """Standard deviation of 20,000 draws within 2.5 %: five standard errors, false alarm below 1 in a million."""
    rng = np.random.default_rng(3)
    values = np.full((10, 20_000), 0.4)
    for link, scale in (("log", np.log), ("logit", lambda x: np.log(x / (1.0 - x)))):
        path = replace(PLAIN, link=link)
        own = scale(drawn(values, path, 0.0, rng.normal(size=20_000))).std(axis=1)
        np.testing.assert_allclose(own, [*(2.0 * SPREAD), *(0.1 * np.sqrt(np.arange(6, 11) / 5.0))], rtol=0.025)


def test_rules_are_read_as_they_were_written(tmp_path: File) -> None:
    paths = [replace(PLAIN, chosen_by="a test, with a comma"), Path("exits", "logit", 0, 1.0, 0.85, SPREAD, SPREAD)]
    save_paths(paths, tmp_path)
    found = load_paths(tmp_path)
    assert list(found) == ["papers", "exits"]
    for path in paths:
        for name, value in vars(path).items():
            np.testing.assert_array_equal(getattr(found[path.kind], name), value)
    text = (tmp_path / "paths.csv").read_text(encoding="utf-8").replace("logit", "probit")
    (tmp_path / "paths.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"exits: unknown link 'probit'; there are log, logit, linear"):
        load_paths(tmp_path)
