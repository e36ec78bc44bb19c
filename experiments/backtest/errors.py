"""Measures of error, the same for every outcome and every forecast, and what they say of the model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pandas as pd

MODEL, CHANGE, CHANCE = "model", "model's change", "chance"
LAST, TREND, GRAVITY = "last value", "log-linear trend", "gravity"
LINE = "log-linear line"
RULES = (LAST, TREND)
BEHIND = 1.10  # the model may be this many times as far off as the better rule
BETTER = 4  # outcomes of which it must be nearer than the better rule
FEW = {"logit": 0.001, "log1p": 1.0, "log": 1.0}  # added to both before logs are compared: 0.1 %, one person or paper


def weighted(forecast: np.ndarray, data: np.ndarray, weight: np.ndarray) -> float:
    """Weighted mean absolute error: sum of absolute gaps over the sum of the data, both times their weight.

    Of a share with the place's papers as weight it is the error in numbers of such papers.
    """
    return float((weight * np.abs(forecast - data)).sum() / (weight * data).sum())


def in_logs(forecast: np.ndarray, data: np.ndarray, few: float) -> float:
    """Mean absolute gap of logs, in which every place or pair counts the same."""
    return float(np.abs(np.log((forecast + few) / (data + few))).mean())


def lines(
    forecasts: Mapping[str, np.ndarray], data: np.ndarray, weight: np.ndarray, link: str, *, summed: bool
) -> Iterator[dict[str, object]]:
    """Errors of forecasts [H, N] by method: a line a year ahead, and with horizon 0 one for all years.

    The latter is the mean of the years' errors; if `summed`, the error of the years' sum.
    """
    few = FEW[link]
    for method, forecast in forecasts.items():
        found = [(weighted(f, d, w), in_logs(f, d, few)) for f, d, w in zip(forecast, data, weight)]
        if summed:
            total, real = forecast.sum(axis=0), data.sum(axis=0)
            every = (weighted(total, real, weight[0]), in_logs(total, real, few))
        else:
            every = tuple(np.mean(found, axis=0))
        for horizon, (error, log_error) in enumerate([every, *found]):
            yield {"horizon": horizon, "method": method, "error": error, "log_error": log_error}


def chance(error: np.ndarray, data: np.ndarray, weight: np.ndarray, *, summed: bool) -> float:
    """Weighted error that chance alone gives a mean over replicates with these standard errors [H, N].

    Years are taken as independent of each other where they are summed.
    """
    gap = np.sqrt(2.0 / np.pi) * error  # mean absolute value of a normal error
    if summed:
        return float((weight[0] * np.sqrt((gap**2).sum(axis=0))).sum() / (weight[0] * data.sum(axis=0)).sum())
    return float(np.mean([(w * g).sum() / (w * d).sum() for g, d, w in zip(gap, data, weight)]))


def cells(errors: pd.DataFrame) -> dict[tuple[str, int, int, str], float]:
    """Errors by outcome, origin, horizon and method."""
    keys = (errors[name].tolist() for name in ("outcome", "origin", "horizon", "method"))
    return dict(zip(zip(*keys), errors["error"].tolist()))


def origins(errors: pd.DataFrame, outcome: str | None = None) -> list[int]:
    """Origins, of all outcomes or of one."""
    rows = errors if outcome is None else errors[errors["outcome"] == outcome]
    return sorted({int(origin) for origin in rows["origin"]})


def together(errors: pd.DataFrame, column: str = "error") -> pd.DataFrame:
    """Errors over all years after an origin, mean over origins: a row an outcome, a column a method."""
    rows = errors[errors["horizon"] == 0]
    return rows.pivot_table(column, "outcome", "method", sort=False)


def ratios(errors: pd.DataFrame, column: str = "error", rules: Iterable[str] = RULES) -> pd.Series:
    """The model's error over that of the better rule, by outcome."""
    table = together(errors, column)
    return table[MODEL] / table[list(rules)].min(axis=1)


def verdict(ratio: pd.Series) -> tuple[int, tuple[str, ...], bool]:
    """Outcomes of which the model is nearer than the better rule; those where it is too far behind; bar met or not."""
    better = int((ratio < 1.0).sum())
    behind = tuple(str(name) for name in ratio.index[ratio > BEHIND])
    return better, behind, better >= BETTER and not behind
