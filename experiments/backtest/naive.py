"""Forecasts that know nothing but the series: the last value, and a straight line in logs or log odds."""

from __future__ import annotations

import numpy as np

from experiments.backtest.errors import weighted
from experiments.backtest.outcomes import Yearly

WINDOWS = (5, 10, 100)  # last years through which the line goes; 100 is all there are
TRIED = 5  # origins before the forecast's own on which the window is chosen
LEAST = 0.0005  # shares are held at least this far from 0 and 1 where log odds are taken


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


def log_linear(history: np.ndarray, n: int, window: int, link: str) -> np.ndarray:
    """The line through the last `window` years of a history [T, N], least squares in the link's scale, for `n` years."""
    y = to_link(history[-window:], link)
    t = np.arange(len(y)) - (len(y) - 1) / 2.0
    slope = t @ y / (t @ t)
    later = t[-1] + np.arange(1, n + 1)
    return from_link(y.mean(axis=0) + later[:, None] * slope, link)


def chosen_window(seen: Yearly, n: int, link: str) -> int:
    """The window whose lines erred least from the five years before the end of the data, up to `n` years ahead.

    Parameters
    ----------
    seen : data to the origin of the forecast and no further.
    """
    end = seen.first + len(seen.values) - 1

    def error(window: int) -> float:
        found = []
        for origin in range(end - TRIED, end):
            asked = min(n, end - origin)
            past, future = seen.to(origin), seen.after(origin)
            line = log_linear(past.values, asked, window, link)
            found += [
                weighted(f, d, w) for f, d, w in zip(line, future.values, future.weight)
            ]
        return float(np.mean(found))

    return min(WINDOWS, key=error)
