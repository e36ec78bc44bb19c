"""Forecasts that know nothing but the series: the last value, and trends in logs or log odds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from experiments.backtest.errors import weighted
from experiments.backtest.outcomes import Yearly

WINDOWS = {"5 years": 5, "10 years": 10, "all years": 100}  # last years from which the slope is taken
TRIED = 5  # origins before the forecast's own on which the window is chosen
LEAST = 0.0005  # shares are held at least this far from 0 and 1 where log odds are taken
Trend = Callable[[np.ndarray, int, int, str], np.ndarray]


def to_link(values: np.ndarray, link: str) -> np.ndarray:
    """Values in the scale of the trend: ``log``, ``log1p`` (counts that may be 0) or ``logit``."""
    if link == "logit":
        share = np.clip(values, LEAST, 1.0 - LEAST)
        return np.log(share / (1.0 - share))
    return np.log1p(values) if link == "log1p" else np.log(np.maximum(values, 1e-9))


def from_link(values: np.ndarray, link: str) -> np.ndarray:
    """Values of the scale of the trend as they are; counts not below 0."""
    if link == "logit":
        return 1.0 / (1.0 + np.exp(-values))
    return np.maximum(np.expm1(values), 0.0) if link == "log1p" else np.exp(values)


def last_value(history: np.ndarray, n: int) -> np.ndarray:
    """The last value of a history [T, N] for the `n` years after it."""
    return np.repeat(history[-1:], n, axis=0)


def line(history: np.ndarray, n: int, window: int, link: str) -> np.ndarray:
    """The line through the last `window` years of a history [T, N], by least squares in the link's scale, `n` years on.

    It jumps in the first year from the last value to the line.
    """
    y = to_link(history[-window:], link)
    t = np.arange(len(y)) - (len(y) - 1) / 2.0
    slope = t @ y / (t @ t)
    later = t[-1] + np.arange(1, n + 1)
    return from_link(y.mean(axis=0) + later[:, None] * slope, link)


def log_linear(history: np.ndarray, n: int, window: int, link: str) -> np.ndarray:
    """The slope of that line from the last value on, [n, N]."""
    y = to_link(history[-window:], link)
    t = np.arange(len(y)) - (len(y) - 1) / 2.0
    return from_link(y[-1] + np.arange(1, n + 1)[:, None] * (t @ y / (t @ t)), link)


def chosen_window(seen: Yearly, n: int, link: str, trend: Trend = log_linear) -> str:
    """The window whose trends erred least from the five years before the end of the data, up to `n` years ahead.

    Parameters
    ----------
    seen : data to the origin of the forecast and no further.
    """
    end = seen.first + len(seen.values) - 1

    def error(name: str) -> float:
        found = []
        for origin in range(end - TRIED, end):
            past, future = seen.to(origin), seen.after(origin)
            forecast = trend(past.values, min(n, end - origin), WINDOWS[name], link)
            found += [weighted(*year) for year in zip(forecast, future.values, future.weight)]
        return float(np.mean(found))

    return min(WINDOWS, key=error)
