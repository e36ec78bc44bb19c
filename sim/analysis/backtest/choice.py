"""Errors of the rules in the backtest, the choice of one by kind, and the spread of its errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.analysis.backtest.rules import LAST, LINES, Forecast, own_rules, path_of, trends
from sim.analysis.backtest.series import Series, all_series
from sim.data.paths import HORIZONS, Path, to_link
from sim.data.tables import WorldData

DRAWS = 400
BLOCK = 3  # neighbouring origins that are drawn together: their years overlap
SEED = 20171231
UNDAMPED = 1.0  # never chosen: five years say nothing against a trend that does not fade in forty
INFORMATION = ("stocks",)  # series that the model makes itself


@dataclass(frozen=True)
class Backtest:
    """Errors of all rules on the series of one kind.

    Attributes
    ----------
    error : rule -> [O, 5, S], actual less forecast in the link's scale, 0 where there is none.
    weight : [O, 5, S], 0 where there is no error.
    """

    series: Series
    error: dict[str, np.ndarray]
    weight: np.ndarray

    def mean(self, rule: str, horizon: int | None = None) -> float:
        """Weighted mean absolute error of a rule, over all horizons or at one (from 1)."""
        at = slice(None) if horizon is None else slice(horizon - 1, horizon)
        weight = self.weight[:, at]
        return float((weight * np.abs(self.error[rule][:, at])).sum() / weight.sum())

    def best_line(self) -> str:
        """The best of the log-linear (logit-linear) trends."""
        return min(LINES, key=self.mean)

    def better_naive(self) -> str:
        """The better of the last value and the best line."""
        return min((LAST, self.best_line()), key=self.mean)

    def sampled(self, rules: list[str]) -> np.ndarray:
        """Mean absolute errors [draws, rules] with places and blocks of neighbouring origins drawn anew.

        Both with replacement (a pigeonhole bootstrap: Owen 2007, doi:10.1214/07-AOAS122), since errors of one place
        over the years and of all places in a year go together.
        """
        rng = np.random.default_rng(SEED)
        n_origins, n_clusters = len(self.weight), int(self.series.cluster.max()) + 1
        member = np.eye(n_clusters)[self.series.cluster]  # [S, C]
        loss = np.stack([(self.weight * np.abs(self.error[rule])).sum(axis=1) @ member for rule in rules])
        mass = self.weight.sum(axis=1) @ member
        present = np.unique(self.series.cluster)
        places = np.stack([np.bincount(rng.choice(present, len(present)), minlength=n_clusters) for _ in range(DRAWS)])
        starts = rng.integers(0, n_origins, (DRAWS, -(-n_origins // BLOCK)))
        drawn = ((starts[:, :, None] + np.arange(BLOCK)) % n_origins).reshape(DRAWS, -1)[:, :n_origins]
        origins = np.stack([np.bincount(row, minlength=n_origins) for row in drawn])
        total = np.einsum("bo,koc,bc->bk", origins, loss, places, optimize=True)
        out: np.ndarray = total / np.einsum("bo,oc,bc->b", origins, mass, places, optimize=True)[:, None]
        return out

    def noise(self, rule: str, other: str) -> float:
        """Standard error of the difference between the mean errors of two rules."""
        return float(np.diff(self.sampled([rule, other]), axis=1).std())


def backtest(series: Series, rules: dict[str, Forecast], origins: Sequence[int] | None = None) -> Backtest:
    """Errors of rules on series of one kind at each origin and 1-5 years on, as far as the data reach."""
    origins = series.origins if origins is None else origins
    known = to_link(series.values, series.link)
    shape = (len(origins), HORIZONS, series.values.shape[1])
    change, weight = np.zeros(shape), np.zeros(shape)
    error = {name: np.zeros(shape) for name in rules}
    for i, t in enumerate(origins):
        later = slice(t + 1, t + 1 + HORIZONS)
        n = len(series.values[later])
        there = series.measured[later] & series.measured[t]
        change[i, :n] = np.where(there, known[later] - np.where(series.measured[t], known[t], 0.0), 0.0)
        weight[i, :n] = np.where(there, series.weight[t], 0.0)
        for name, rule in rules.items():
            error[name][i] = (weight[i] > 0) * (change[i] - rule(series.values[: t + 1], series.link))
    return Backtest(series, error, weight)


def chosen(tried: Backtest) -> str:
    """Name of the rule of a kind: of those within one standard error of the best forecast the one that moves least.

    The best may be a plain line. What moves least is the last value, then the trend with the strongest damping, since
    damping decides what happens beyond the backtest's five years; of equally damped ones it is what errs least. If
    nothing comes that near the best, the rule is what errs least.
    """
    rules = {LAST: (0, 0.0, 0.0)} | {name: values for name, values in trends().items() if values[2] < UNDAMPED}
    names = [*rules, *LINES]
    means = np.array([tried.mean(name) for name in names])
    sampled = tried.sampled(names)
    best = int(means.argmin())
    noise = (sampled - sampled[:, [best]]).std(axis=0)
    near = [name for name, mean, se in zip(names, means, noise) if name in rules and mean - means[best] <= se]
    if not near:
        return min(rules, key=tried.mean)
    return min(near, key=lambda name: (rules[name][2], tried.mean(name)))


def spread(tried: Backtest, rule: str) -> tuple[np.ndarray, np.ndarray]:
    """Standard deviation of a rule's errors about 0 by horizon: common to all series [5], and each one's own [5].

    Common is the weighted mean of an origin's errors, less what own errors alone would put into it. Neither falls with
    the horizon: of long ones there are few origins, and less error later than sooner is their chance.
    """
    common, own = np.zeros(HORIZONS), np.zeros(HORIZONS)
    for h in range(HORIZONS):
        used = tried.weight[:, h].sum(axis=1) > 0
        share = tried.weight[used, h] / tried.weight[used, h].sum(axis=1, keepdims=True)
        error = tried.error[rule][used, h]
        mean = (share * error).sum(axis=1)
        double = (share**2).sum(axis=1)
        variance = (share * (error - mean[:, None]) ** 2).sum(axis=1) / (1.0 - double)
        own[h] = np.sqrt(variance.mean())
        common[h] = np.sqrt(max((mean**2 - variance * double).mean(), 0.0))
    return np.maximum.accumulate(common), np.maximum.accumulate(own)


def path_from(tried: Backtest, year: int) -> Path:
    """The chosen rule of a kind with its spread; `year` is the last of the data."""
    rule = chosen(tried)
    series = tried.series
    common, own = (np.round(part, 4) for part in spread(tried, rule))  # as ``paths.csv`` has them
    values = trends().get(rule, (0, 0.0, 0.0))
    first, last = series.year(series.origins[0]), series.year(series.origins[-1])
    basis = f"backtest on data to {min(series.last, year)}; origins {first}-{last}"
    return replace(path_of(series.kind, series.link, *values), common=common, own=own, chosen_by=basis)


def asked_later(series: Series, year: int) -> tuple[str, Backtest]:
    """The rule that is chosen on data to a year, and the errors of all rules in the years after it."""
    rule = chosen(backtest(series.until(year), own_rules()))
    return rule, backtest(series, own_rules(), [len(series.values) - 1 - (series.last - year)])


def choose_paths(data: WorldData) -> list[Path]:
    """Rule and spread of each kind, chosen on the world's data to their last year of outcomes."""
    found = {
        s.kind: path_from(backtest(s, own_rules()), data.end) for s in all_series(data) if s.kind not in INFORMATION
    }
    if "affinity" not in found:
        found["affinity"] = replace(path_of("affinity", "log"), chosen_by="assumption: no joint works by year")
    return list(found.values())
