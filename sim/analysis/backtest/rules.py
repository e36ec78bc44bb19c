"""Rules that compete: the last value, means and lines, the damped trend of the model, and library forecasts."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from itertools import product

import numpy as np

from sim.data.paths import HORIZONS, Path, slope, steps, to_link

Forecast = Callable[[np.ndarray, str], np.ndarray]  # history [T, S], link -> change in the link's scale [5, S]
ALL = 1000  # more years than any series has
LAST = "last value"
LINES = {f"line of {'all' if y == ALL else y} years": y for y in (5, 10, ALL)}  # log-linear or logit-linear trends
MEAN = "mean of 5 years"
LIBRARY = ("exponential smoothing", "damped Holt", "theta")
YEARS, SHRINK, DAMPING = (4, 5, 8, 15), (0.0, 1.0), (0.5, 0.7, 0.85, 0.95, 1.0)
ZERO = np.zeros(HORIZONS)


def path_of(kind: str, link: str, years: int = 0, shrink: float = 0.0, damping: float = 0.0) -> Path:
    """A rule without spread."""
    return Path(kind, link, years, shrink, damping, ZERO, ZERO)


def in_words(years: int, shrink: float, damping: float) -> str:
    """A rule of the model as a reader says it."""
    if years == 0:
        return LAST
    shrunk = f", less {shrink:g} standard error" if shrink else ""
    return f"trend of {years} years{shrunk}, damped by {damping:g} a year"


def trends() -> dict[str, tuple[int, float, float]]:
    """Damped trends of the model by name: years, shrink, damping."""
    return {in_words(*values): values for values in product(YEARS, SHRINK, DAMPING)}


def own_rules() -> dict[str, Forecast]:
    """What needs no library: the naive rules and the model's."""
    rules: dict[str, Forecast] = {LAST: _last, MEAN: _mean}
    rules |= {name: _line(years) for name, years in LINES.items()}
    return rules | {name: _trend(*values) for name, values in trends().items()}


def _last(history: np.ndarray, link: str) -> np.ndarray:
    return np.zeros((HORIZONS, *history.shape[1:]))


def _mean(history: np.ndarray, link: str) -> np.ndarray:
    window = to_link(history[-5:], link)
    window = np.where(np.isfinite(window).all(axis=0), window, 0.0)
    return np.tile(window.mean(axis=0) - window[-1], (HORIZONS, 1))


def _line(years: int) -> Forecast:
    """Straight line of the last years, from the last value, neither shrunk nor damped nor bounded."""

    def forecast(history: np.ndarray, link: str) -> np.ndarray:
        return np.multiply.outer(steps(1.0, HORIZONS), slope(history, path_of("", link, years), most=np.inf))

    return forecast


def _trend(years: int, shrink: float, damping: float) -> Forecast:
    def forecast(history: np.ndarray, link: str) -> np.ndarray:
        path = path_of("", link, years, shrink, damping)
        return np.multiply.outer(steps(damping, HORIZONS), slope(history, path))

    return forecast


def library_rules() -> dict[str, Forecast]:
    """Forecasts of statsmodels, fitted to each series in the link's scale."""
    try:
        from statsmodels.tsa.api import Holt, SimpleExpSmoothing
        from statsmodels.tsa.forecasting.theta import ThetaModel
    except ImportError as missing:
        raise ImportError("the page of the backtest needs statsmodels: pip install '.[fit]' in the clone") from missing

    def smoothing(y: np.ndarray) -> np.ndarray:
        return np.asarray(SimpleExpSmoothing(y, initialization_method="estimated").fit().forecast(HORIZONS))

    def holt(y: np.ndarray) -> np.ndarray:
        return np.asarray(Holt(y, damped_trend=True, initialization_method="estimated").fit().forecast(HORIZONS))

    def theta(y: np.ndarray) -> np.ndarray:
        return np.asarray(ThetaModel(y, period=1, deseasonalize=False).fit().forecast(HORIZONS))

    return {name: _each(fit) for name, fit in zip(LIBRARY, (smoothing, holt, theta))}


def _each(fit: Callable[[np.ndarray], np.ndarray]) -> Forecast:
    """A forecast of one series [T] -> [5] for all series of a history; the last value where values are too few."""

    def forecast(history: np.ndarray, link: str) -> np.ndarray:
        known = to_link(history, link)
        out = np.zeros((HORIZONS, known.shape[1]))
        for s in range(known.shape[1]):
            gaps = np.flatnonzero(~np.isfinite(known[:, s]))
            y = known[(gaps[-1] + 1 if len(gaps) else 0) :, s]
            if len(y) >= 5 and np.ptp(y) > 0.0:
                with warnings.catch_warnings():
                    warnings.simplefilter(
                        "ignore"
                    )  # of short series that converge badly: their errors count as they are
                    out[:, s] = fit(y) - y[-1]
        return np.where(np.isfinite(out), out, 0.0)

    return forecast
