"""Forecasts of one origin side by side, with the data that they are held against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from experiments.backtest import gravity
from experiments.backtest.errors import CHANCE, CHANGE, GRAVITY, LAST, LINE, MODEL, TREND, chance, lines
from experiments.backtest.naive import WINDOWS, chosen_window, from_link, last_value, line, log_linear, to_link
from experiments.backtest.outcomes import OUTCOMES, Outcome, Shown, Tables, Yearly, shown
from sim.data.clock import FIRST_YEAR
from sim.data.tables import WorldData

MANY = 1000  # moves from which a pair is listed
LISTED = (MODEL, CHANGE, LAST, TREND, GRAVITY)


@dataclass(frozen=True)
class Asked:
    """One outcome asked of all methods at one origin.

    Attributes
    ----------
    data : what came, [H, N]; of : forecasts [H, N] by method; windows : of trends that chose one.
    chance : error that chance alone gives the model's mean.
    """

    outcome: Outcome
    origin: int
    data: Yearly
    of: Mapping[str, np.ndarray]
    windows: Mapping[str, str]
    chance: float

    @property
    def case(self) -> dict[str, object]:
        """Columns that name it."""
        return {"outcome": self.outcome.name, "origin": self.origin}

    def errors(self) -> Iterator[dict[str, object]]:
        """Lines of ``errors.csv``."""
        outcome, data = self.outcome, self.data
        for row in lines(self.of, data.values, data.weight, outcome.link, summed=outcome.summed):
            yield {**self.case, **row, "window": self.windows.get(str(row["method"]), "")}
        yield {**self.case, "horizon": 0, "method": CHANCE, "error": self.chance, "log_error": np.nan, "window": ""}

    def values(self) -> Iterator[dict[str, object]]:
        """Lines of ``forecasts.csv``: every unit and year; of summed outcomes the sums of larger units."""
        real, of, weight = self.data.values, dict(self.of), self.data.weight
        years = [self.data.first + h for h in range(len(real))]
        if self.outcome.summed:
            real, of, years = real.sum(axis=0)[None], {k: v.sum(axis=0)[None] for k, v in of.items()}, [years[-1]]
        for h, year in enumerate(years):
            for i, unit in enumerate(self.data.units):
                if not self.outcome.summed or real[h, i] >= MANY:
                    found = {method: of[method][h, i] for method in LISTED if method in of}
                    row = {"year": year, "unit": unit, "weight": weight[h, i], "data": real[h, i]}
                    yield {**self.case, **row, **found}


def ask(data: WorldData, world: WorldData, tables: Tables, origin: int) -> Iterator[Asked]:
    """All outcomes of which data follow an origin.

    Parameters
    ----------
    data : with all years; world : that the model ran with, whose spending and income gravity is given too.
    tables : of the model, from the origin or an earlier year on.
    """
    for outcome in OUTCOMES:
        seen = outcome.seen(data, origin)
        future, past = seen.after(origin), seen.to(origin)
        n = len(future.values)
        if n == 0:
            continue
        trends = {TREND: log_linear, LINE: line}
        windows = {name: chosen_window(past, n, outcome.link, trend) for name, trend in trends.items()}
        simulated = shown(outcome, tables, seen)
        start = origin + 1 - simulated.first
        of = {
            MODEL: simulated.mean[start : start + n],
            LAST: last_value(past.values, n),
        }
        for name, trend in trends.items():
            of[name] = trend(past.values, n, WINDOWS[windows[name]], outcome.link)
        for name, years in WINDOWS.items():
            of[f"{TREND}, {name}"] = log_linear(past.values, n, years, outcome.link)
        if not outcome.summed:  # a year's small numbers have no level to start from
            of[CHANGE] = change(outcome, simulated, past)[:n]
        if outcome.name == "flows" and gravity.installed():
            of[GRAVITY] = flows_by_gravity(data, world, past, n)
        noise = chance(simulated.error[start : start + n], future.values, future.weight, summed=outcome.summed)
        yield Asked(outcome, origin, future, of, windows, noise)


def change(outcome: Outcome, simulated: Shown, past: Yearly) -> np.ndarray:
    """The model's change since the origin put on the data's own level there, [H, N]; not what the model says.

    Its error is that of the path alone: what is left of the model's error is the gap between model and data at the
    origin.
    """
    start = past.first + len(past.values) - simulated.first
    path = to_link(simulated.mean[start - 1 :], outcome.link)
    return from_link(to_link(past.values[-1], outcome.link) + path[1:] - path[0], outcome.link)


def flows_by_gravity(data: WorldData, world: WorldData, past: Yearly, n: int) -> np.ndarray:
    """Flows [n, N] by gravity: stocks of later years by their own log-linear trend, money as the model has it."""
    stocks = next(outcome for outcome in OUTCOMES if outcome.name == "stocks")
    origin = past.first + len(past.values) - 1
    stock = stocks.seen(data, origin).to(origin)
    trend = log_linear(stock.values, n, WINDOWS[chosen_window(stock, n, stocks.link)], stocks.link)
    rows = slice(past.first - FIRST_YEAR, origin + n + 1 - FIRST_YEAR)
    sizes = {
        "stock": np.concatenate([stock.values, trend]),
        "income": world.income[rows],
        "gerd": world.gerd_musd[rows],
    }
    table = gravity.panel(sizes, past.units, data.iso3, past.first)
    known = table["year"] <= origin
    return gravity.forecast(past.values, table[known], table[~known])
