"""Forecasts of one origin side by side, with the data that they are held against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from experiments.backtest import gravity
from experiments.backtest.errors import CHANCE, CHANGE, GRAVITY, LAST, MODEL, TREND, chance, lines
from experiments.backtest.naive import chosen_window, from_link, last_value, log_linear, to_link
from experiments.backtest.outcomes import OUTCOMES, Outcome, Shown, Tables, Yearly, shown
from sim.data.clock import FIRST_YEAR
from sim.data.tables import WorldData

STEADY = 5  # years before the origin over which small numbers are averaged
MANY = 1000  # moves from which a pair is listed


@dataclass(frozen=True)
class Asked:
    """One outcome asked of all methods at one origin.

    Attributes
    ----------
    data : what came, [H, N]; of : forecasts [H, N] by method; window : years of the line through the logs.
    chance : error that chance alone gives the model's mean.
    """

    outcome: Outcome
    origin: int
    data: Yearly
    of: Mapping[str, np.ndarray]
    window: int
    chance: float

    @property
    def case(self) -> dict[str, object]:
        """Columns that name it."""
        return {"outcome": self.outcome.name, "origin": self.origin}

    def errors(self) -> Iterator[dict[str, object]]:
        """Lines of ``errors.csv``."""
        outcome, data = self.outcome, self.data
        for line in lines(self.of, data.values, data.weight, outcome.link, summed=outcome.summed):
            yield {**self.case, **line, "window": self.window if line["method"] == TREND else ""}
        yield {**self.case, "horizon": 0, "method": CHANCE, "error": self.chance, "log_error": np.nan, "window": ""}

    def values(self) -> Iterator[dict[str, object]]:
        """Lines of ``forecasts.csv``: every unit and year; of summed outcomes the sums of larger units."""
        real, of = self.data.values, dict(self.of)
        years = [self.data.first + h for h in range(len(real))]
        if self.outcome.summed:
            real, of, years = real.sum(axis=0)[None], {k: v.sum(axis=0)[None] for k, v in of.items()}, [years[-1]]
        for h, year in enumerate(years):
            for i, unit in enumerate(self.data.units):
                if not self.outcome.summed or real[h, i] >= MANY:
                    found = {method: values[h, i] for method, values in of.items()}
                    yield {**self.case, "year": year, "unit": unit, "data": real[h, i], **found}


def ask(data: WorldData, world: WorldData, tables: Tables, origin: int) -> Iterator[Asked]:
    """All outcomes of which data follow an origin.

    Parameters
    ----------
    data : with all years; world : that the model ran with, whose spending and income gravity is given too.
    tables : of the model, from `STEADY` years before the origin's end on.
    """
    for outcome in OUTCOMES:
        seen = outcome.seen(data, origin)
        future, past = seen.after(origin), seen.to(origin)
        n = len(future.values)
        if n == 0:
            continue
        window = chosen_window(past, n, outcome.link)
        simulated = shown(outcome, tables, seen)
        start = origin + 1 - simulated.first
        of = {
            MODEL: simulated.mean[start : start + n],
            CHANGE: change(outcome, simulated, past)[:n],
            LAST: last_value(past.values, n),
            TREND: log_linear(past.values, n, window, outcome.link),
        }
        if outcome.name == "flows" and gravity.installed():
            of[GRAVITY] = flows_by_gravity(data, world, past, n)
        noise = chance(simulated.error[start : start + n], future.values, future.weight, summed=outcome.summed)
        yield Asked(outcome, origin, future, of, window, noise)


def change(outcome: Outcome, simulated: Shown, past: Yearly) -> np.ndarray:
    """The model's change since the origin put on the data's own level there, [H, N]; not what the model says.

    Its error is that of the path alone: what is left of the model's error is the gap between model and data at the
    origin. Where years are summed, levels are means of the last `STEADY` years.
    """
    start = past.first + len(past.values) - simulated.first
    steady = STEADY if outcome.summed else 1
    level = to_link(past.values[-steady:].mean(axis=0), outcome.link)
    own = to_link(simulated.mean[start - steady : start].mean(axis=0), outcome.link)
    return from_link(to_link(simulated.mean[start:], outcome.link) + level - own, outcome.link)


def flows_by_gravity(data: WorldData, world: WorldData, past: Yearly, n: int) -> np.ndarray:
    """Flows [n, N] by gravity: stocks of later years by their own log-linear trend, money as the model has it."""
    stocks = next(outcome for outcome in OUTCOMES if outcome.name == "stocks")
    origin = past.first + len(past.values) - 1
    stock = stocks.seen(data, origin).to(origin)
    trend = log_linear(stock.values, n, chosen_window(stock, n, stocks.link), stocks.link)
    rows = slice(past.first - FIRST_YEAR, origin + n + 1 - FIRST_YEAR)
    sizes = {"stock": np.concatenate([stock.values, trend]), "income": world.income[rows], "gerd": world.gerd_musd[rows]}
    table = gravity.panel(sizes, past.units, data.iso3, past.first)
    known = table["year"] <= origin
    return gravity.forecast(past.values, table[known], table[~known])
