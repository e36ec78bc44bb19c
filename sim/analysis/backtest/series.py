"""The series that a backtest is made on, by kind: a world's tables to their last year of outcomes, never beyond."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from sim.data.clock import FIRST_YEAR, FLOWS_FROM, PAPERS_FROM
from sim.data.files import floats, read_columns
from sim.data.paths import LARGE_PAIR, to_link
from sim.data.tables import WorldData
from sim.data.worlds import folder_of

ORIGINS = 9  # years from which the future is asked
LAST_HORIZON = 3  # years of data after the last of them
FEWEST = 6  # values that a series has at least up to an origin
LARGE_JOINT = 200.0  # joint works a year of a pair that is looked at
STRAIGHT = {"log": 1e-4, "linear": 2e-6}  # change of slope below which a value lies on a line between two data


@dataclass(frozen=True)
class Series:
    """Series of one kind, S of them over T years to the last with data.

    Attributes
    ----------
    kind : name; link : scale of errors; last : last year with data.
    values : [T, S]; weight : [T, S], of an error of a forecast made in that year.
    measured : [T, S] bool, False where a value is unknown or filled in: no forecast starts there or is held against it.
    cluster : [S] int, series with the same number are drawn together in the bootstrap.
    """

    kind: str
    link: str
    last: int
    values: np.ndarray
    weight: np.ndarray
    measured: np.ndarray
    cluster: np.ndarray

    @property
    def origins(self) -> range:
        """Positions in `values` of the years from which the future is asked."""
        end = len(self.values) - 1 - LAST_HORIZON
        return range(max(end - ORIGINS + 1, FEWEST - 1), end + 1)

    def year(self, position: int) -> int:
        """Calendar year of a position in `values`."""
        return self.last - len(self.values) + 1 + position

    def until(self, year: int) -> Series:
        """The same series as they were known at the end of a year."""
        n = len(self.values) - (self.last - year)
        parts = {name: getattr(self, name)[:n] for name in ("values", "weight", "measured")}
        return replace(self, last=year, **parts)


def all_series(data: WorldData) -> list[Series]:
    """Series by kind, in the order of ``paths.csv``; the last are for information only."""
    makers: list[Callable[[WorldData], Series | None]] = [
        papers, entrants, exits, moves, pairs, shares, top, affinity, spending, income, stocks,
    ]  # fmt: skip
    return [series for series in (maker(data) for maker in makers) if series is not None]


def _since(data: WorldData, values: np.ndarray, first: int) -> np.ndarray:
    """Rows of a [T, ...] array from 1980 that belong to a year of outcomes from `first` on."""
    return values[first - FIRST_YEAR : data.end - FIRST_YEAR + 1]


def _of_places(data: WorldData, kind: str, link: str, values: np.ndarray, measured: np.ndarray | None = None) -> Series:
    """Series by place that end in the last year; years after the last known value are cut off."""
    n = int(np.flatnonzero(np.isfinite(values).any(axis=1))[-1]) + 1
    stock = data.researchers[-len(values) :][:n]
    known = np.isfinite(to_link(values[:n], link))
    return Series(
        kind=kind,
        link=link,
        last=data.end - (len(values) - n),
        values=values[:n],
        weight=np.sqrt(stock),
        measured=known if measured is None else known & measured[:n],
        cluster=np.arange(values.shape[1]),
    )


def papers(data: WorldData) -> Series:
    """Papers a head, fractional counts (in the model: papers led a person)."""
    return _of_places(data, "papers", "log", data.papers_fractional / _since(data, data.researchers, PAPERS_FROM))


def entrants(data: WorldData) -> Series:
    """New researchers by host."""
    return _of_places(data, "entrants", "log", _since(data, data.entries, FLOWS_FROM))


def exits(data: WorldData) -> Series:
    """Exits over the stock of the year before."""
    return _of_places(data, "exits", "log", _rate(data, data.exits))


def moves(data: WorldData) -> Series:
    """Moves out of and into each place over its stock of the year before, side by side."""
    out, into = (_of_places(data, "moves", "log", _rate(data, m)) for m in (data.moves_out, data.moves_in))
    values, weight, measured, cluster = (
        np.concatenate([getattr(out, name), getattr(into, name)], axis=-1)
        for name in ("values", "weight", "measured", "cluster")
    )
    return Series("moves", "log", out.last, values, weight, measured, cluster)


def _rate(data: WorldData, events: np.ndarray) -> np.ndarray:
    """Events over the stock of the year before, from the first year of flows on."""
    return _since(data, events, FLOWS_FROM) / data.researchers[FLOWS_FROM - FIRST_YEAR - 1 : -1]


def pairs(data: WorldData) -> Series:
    """Moves of larger directed pairs over the stock of the place they leave."""
    first = _first_years(len(data.flows))
    a, b = np.nonzero(data.flows[:first].mean(axis=0) >= LARGE_PAIR)
    flows = data.flows[:, a, b]
    values = flows / data.researchers[FLOWS_FROM - FIRST_YEAR - 1 : -1][:, a]
    return Series("pairs", "log", data.end, values, _recent(flows), flows > 0, cluster=a)


def _first_years(n: int) -> int:
    """Years of n up to the first origin: which pairs are large is not read from the years asked for."""
    return max(n - LAST_HORIZON - ORIGINS + 1, FEWEST)


def _recent(counts: np.ndarray) -> np.ndarray:
    """Root of the mean of up to five years to each year [T, S]: the weight of a pair."""
    return np.sqrt([counts[max(t - 4, 0) : t + 1].mean(axis=0) for t in range(len(counts))])


def shares(data: WorldData) -> Series:
    """International share of papers; years on a straight line (1999-2002) are not held against a forecast."""
    values = _since(data, data.intl_share, PAPERS_FROM)
    return _of_places(data, "shares", "logit", values, ~_straight(values, "linear"))


def top(data: WorldData) -> Series:
    """Share of papers in the world's top 1 % (in the model: quality of a place)."""
    return _of_places(data, "top", "log", data.top1_fractional)


def affinity(data: WorldData) -> Series | None:
    """Observed over expected joint works of larger pairs, if the world has joint works by year."""
    path = folder_of(data.world) / "joint_works.csv"
    if not path.exists():
        return None
    index = {code: i for i, code in enumerate(data.iso3)}
    table = read_columns(path)
    a, b = (np.array([index[code] for code in table.pop(key)]) for key in ("place_a", "place_b"))
    years = sorted(int(name[1:]) for name in table if int(name[1:]) <= data.end)
    works = np.zeros((len(years), data.n_places, data.n_places))
    for t, year in enumerate(years):
        works[t, a, b] = works[t, b, a] = floats(table[f"y{year}"])
    works[:, np.eye(data.n_places, dtype=bool)] = 0.0
    totals = works.sum(axis=2)
    a, b = np.nonzero(np.triu(works[: _first_years(len(years))].mean(axis=0) >= LARGE_JOINT, 1))
    joint = works[:, a, b]
    values = joint * totals.sum(axis=1, keepdims=True) / (totals[:, a] * totals[:, b])
    return Series("affinity", "log", years[-1], values, _recent(joint), joint > 0, cluster=a)


def spending(data: WorldData) -> Series:
    """Spending on R&D; straight lines between the years of a survey are not held against a forecast."""
    values = _since(data, data.gerd_musd, PAPERS_FROM)
    return _of_places(data, "spending", "log", values, ~_straight(values, "log"))


def _straight(values: np.ndarray, link: str) -> np.ndarray:
    """Values [T, S] on a line between the year before and the year after, in a scale: filled in, not measured."""
    line = np.zeros(values.shape, bool)
    line[1:-1] = np.abs(np.diff(to_link(values, link), n=2, axis=0)) < STRAIGHT[link]
    return line


def income(data: WorldData) -> Series:
    """Income a head."""
    return _of_places(data, "income", "log", _since(data, data.income, PAPERS_FROM))


def stocks(data: WorldData) -> Series:
    """Researchers; in the model they follow from entrants, exits and moves."""
    return _of_places(data, "stocks", "log", _since(data, data.researchers, FLOWS_FROM))
