"""The seven outcomes of the backtest: what of the data and of the model's tables they are, year by year."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.data.clock import FIRST_YEAR, FLOWS_FROM, PAPERS_FROM
from sim.data.tables import WorldData
from sim.store.frames import Frames

LARGEST = 15  # places whose papers are asked for


@dataclass(frozen=True)
class Yearly:
    """Data of one outcome.

    Attributes
    ----------
    first : year of the first row; values : [T, N], NaN where there are no data.
    weight : [T, N], what a value counts for: 1 for counts, papers of the place for its shares.
    units : [N] places, pairs of places ("CHN USA": from, to) or "world".
    """

    first: int
    values: np.ndarray
    weight: np.ndarray
    units: tuple[str, ...]

    def to(self, year: int) -> Yearly:
        """The same without what comes after a year."""
        n = year - self.first + 1
        return Yearly(self.first, self.values[:n], self.weight[:n], self.units)

    def after(self, year: int) -> Yearly:
        """What comes after a year, to the last year in which everything is known."""
        k = year - self.first + 1
        known = np.isfinite(self.values[k:]).all(axis=1)
        n = k + int(np.argmin(np.append(known, False)))
        return Yearly(year + 1, self.values[k:n], self.weight[k:n], self.units)


@dataclass(frozen=True)
class Shown:
    """One outcome as the model's replicates show it.

    Attributes
    ----------
    first : year of the first row.
    part, whole : [R, T, N]; the outcome is their quotient, and `whole` is 1 for counts.
    """

    first: int
    part: np.ndarray
    whole: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        """Mean over replicates [T, N]; of shares the quotient of the means."""
        return self.part.mean(axis=0) / np.maximum(self.whole.mean(axis=0), 1e-9)

    @property
    def error(self) -> np.ndarray:
        """Standard error of the mean over replicates [T, N], NaN for a single one."""
        n = len(self.part)
        if n < 2:
            return np.full(self.part.shape[1:], np.nan)
        single = self.part / np.maximum(self.whole, 1e-9)
        spread: np.ndarray = single.std(axis=0, ddof=1) / np.sqrt(n)
        return spread


@dataclass(frozen=True)
class Outcome:
    """One outcome.

    Attributes
    ----------
    name : key in the tables; words : on the page; link : scale of trends, ``log``, ``log1p`` or ``logit``.
    seen : its data as far as they go; units are chosen on data to the origin.
    shown : part and whole [R, T, N] in the model's tables, years from `first` to `last`, of the same units.
    summed : years after the origin are added up before they are compared.
    """

    name: str
    words: str
    link: str
    seen: Callable[[WorldData, int], Yearly]
    shown: Callable[[Tables, Yearly], tuple[np.ndarray, np.ndarray]]
    summed: bool = False


@dataclass(frozen=True)
class Tables:
    """Tables of a model's runs, and the years wanted of them."""

    frames: Frames
    first: int
    last: int
    replicates: int

    def counts(self, table: str, column: str, keys: tuple[str, ...], units: tuple[str, ...]) -> np.ndarray:
        """Sums of a column [R, T, N] by unit; `keys` are the columns whose words, joined, name one."""
        years = [("year", ">=", self.first), ("year", "<=", self.last)]
        rows = self.frames.read(table, ["replicate", "year", *keys, column], years)
        name = rows[keys[0]].astype(str) if keys else pd.Series("world", rows.index)
        for key in keys[1:]:
            name = name + " " + rows[key].astype(str)
        unit = pd.Index(units).get_indexer(pd.Index(name))
        out = np.zeros((self.replicates, self.last - self.first + 1, len(units)))
        at = rows["replicate"].to_numpy(int), rows["year"].to_numpy(int) - self.first, unit
        kept = unit >= 0
        np.add.at(out, tuple(index[kept] for index in at), rows[column].to_numpy(float)[kept])
        return out


def shown(outcome: Outcome, tables: Tables, seen: Yearly) -> Shown:
    """What the model's tables show of one outcome, for the units of the data."""
    part, whole = outcome.shown(tables, seen)
    return Shown(tables.first, part, np.broadcast_to(whole, part.shape))


def _counts(first: int, values: np.ndarray, units: tuple[str, ...]) -> Yearly:
    return Yearly(first, values, np.ones_like(values), units)


def _world_papers(data: WorldData, origin: int) -> Yearly:
    return _counts(PAPERS_FROM, data.world_papers[:, None], ("world",))


def _papers(data: WorldData, origin: int) -> Yearly:
    at_origin = np.where(data.is_rest, -1.0, np.nan_to_num(data.papers_fractional[origin - PAPERS_FROM]))
    largest = np.argsort(-at_origin)[:LARGEST]
    return _counts(PAPERS_FROM, data.papers_fractional[:, largest], tuple(data.iso3[p] for p in largest))


def _shares(data: WorldData, share: np.ndarray, papers: np.ndarray, origin: int) -> Yearly:
    """Countries whose shares are known in every year from 1996 to the origin."""
    known = np.isfinite(share[: origin - PAPERS_FROM + 1]).all(axis=0) & ~data.is_rest
    units = tuple(np.array(data.iso3)[known].tolist())
    return Yearly(PAPERS_FROM, share[:, known], np.nan_to_num(papers[:, known]), units)


def _international(data: WorldData, origin: int) -> Yearly:
    return _shares(data, data.intl_share[PAPERS_FROM - FIRST_YEAR :], data.papers_whole, origin)


def _top(data: WorldData, origin: int) -> Yearly:
    last = int(np.isfinite(data.top1_fractional).any(axis=1).nonzero()[0].max()) + PAPERS_FROM
    return _shares(data, data.top1_fractional, data.papers_fractional, min(origin, last))


def _moves(data: WorldData, origin: int) -> Yearly:
    return _counts(FLOWS_FROM, data.flows.sum(axis=(1, 2))[:, None], ("world",))


def _flows(data: WorldData, origin: int) -> Yearly:
    pair = ~data.is_rest[:, None] & ~data.is_rest[None, :] & ~np.eye(data.n_places, dtype=bool)
    units = tuple(f"{data.iso3[c]} {data.iso3[d]}" for c, d in zip(*np.nonzero(pair)))
    return _counts(FLOWS_FROM, data.flows[:, pair], units)


def _stocks(data: WorldData, origin: int) -> Yearly:
    return _counts(FLOWS_FROM, data.researchers[FLOWS_FROM - FIRST_YEAR :], data.iso3)


def _column(table: str, column: str, *keys: str) -> Callable[[Tables, Yearly], tuple[np.ndarray, np.ndarray]]:
    return lambda tables, seen: (tables.counts(table, column, keys, seen.units), np.ones(1))


def _quotient(part: str, whole: str) -> Callable[[Tables, Yearly], tuple[np.ndarray, np.ndarray]]:
    def of(tables: Tables, seen: Yearly) -> tuple[np.ndarray, np.ndarray]:
        found = (tables.counts("place_year", name, ("place",), seen.units) for name in (part, whole))
        return next(found), next(found)

    return of


OUTCOMES = (
    Outcome("world papers", "papers of the world", "log", _world_papers, _column("world_year", "papers")),
    Outcome("papers", f"papers by place, the {LARGEST} largest", "log", _papers,
            _column("place_year", "papers_fractional", "place")),
    Outcome("international share", "international share by place", "logit", _international,
            _quotient("papers_international", "papers_whole")),
    Outcome("moves", "moves between places, all", "log", _moves, _column("world_year", "new_moves")),
    Outcome("flows", "flows by pair of countries, years added up", "log1p", _flows,
            _column("flow_year", "new_moves", "place_from", "place_to"), summed=True),
    Outcome("stocks", "researchers by place", "log", _stocks, _column("place_year", "n_researchers", "place")),
    Outcome("top 1 %", "share in the top 1 % by place", "logit", _top,
            _quotient("top1_fractional", "papers_fractional")),
)  # fmt: skip
