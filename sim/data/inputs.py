"""What the world gives each year: cohorts, rates and resources, from data, fitted tables and what follows them.

Up to the last year of data a year's inputs are data and fitted values. Afterwards every series goes on from its last
value by the rule of its kind (`sim.data.paths`), and rates of exits and moves are those of a mean person, to be divided
by the mean personal factors of the paired baseline (docs/decisions/paired-norms.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from zlib import crc32

import numpy as np

from sim.data.clock import FIRST_YEAR, FLOWS_FROM, LAST_YEAR
from sim.data.fields import field_array
from sim.data.fitted import Fitted, load_fitted
from sim.data.paths import HORIZONS, LARGE_PAIR, Path, continued, drawn, load_paths
from sim.data.tables import WorldData, folder_of, load_world_data
from sim.params import PathParams

LAST_VALUE = Path("", "linear", 0, 0.0, 0.0, np.zeros(HORIZONS), np.zeros(HORIZONS))


@dataclass(frozen=True)
class Units:
    """Scale of a series that is not the one its kind was tried on, and its units for one of the kind's errors.

    Attributes
    ----------
    link : scale, empty for that of the kind; common, own : of errors that all places share, and of a place's own.
    """

    link: str = ""
    common: float = 1.0
    own: float = 1.0


# Measured at 1:1000 by changing one place, or all: log odds of the international share move by 0.3 to 0.4 (own) and
# 0.74 (all) for one in ln home weight, ln of the share of top papers by 1.3 to 1.8 for one in quality
HOME_WEIGHTS, QUALITIES = Units("log", 1.35, 2.7), Units("linear", 0.6, 0.6)


@dataclass(frozen=True)
class YearInputs:
    """Inputs of one year; people in real persons, money in million 2021 PPP dollars.

    Attributes
    ----------
    year : calendar year; fitted : True up to the last year of data.
    cohort_before, cohort_after : [F, O], cumulative new researchers by field and origin, to last and this year.
    home_share : [O], base share of the cohort that enters at home.
    abroad_share : [O, P], base shares of hosts among those who enter abroad; rows sum to 1.
    exit_base : [P], exit hazard of a person with personal factor 1, or (not `fitted`) of the mean person.
    move_base : [P, P], move intensity of a person with factors of 1, or (not `fitted`) of the mean person.
    home_early : [P], factor on going home in the first years after study abroad, by origin.
    output : [P], papers led a year by a person with talent 1; home_weight, quality : [P].
    affinity : [P, P], observed over expected joint papers of two places, data times the fitted factor of the pair.
    gerd, income : [P], R&D spending and GDP a head; relative_income : [P], ln of income over the mean of researchers.
    """

    year: int
    fitted: bool
    cohort_before: np.ndarray
    cohort_after: np.ndarray
    home_share: np.ndarray
    abroad_share: np.ndarray
    exit_base: np.ndarray
    move_base: np.ndarray
    home_early: np.ndarray
    output: np.ndarray
    home_weight: np.ndarray
    quality: np.ndarray
    affinity: np.ndarray
    gerd: np.ndarray
    income: np.ndarray
    relative_income: np.ndarray


@dataclass(frozen=True)
class PathDraw:
    """A draw of what comes after the data: `number` 0 is the rules themselves; `spread` times the errors."""

    number: int = 0
    spread: float = 1.0

    @classmethod
    def of(cls, params: PathParams) -> PathDraw:
        """The draw that parameters ask for."""
        return cls(int(params.draw), params.spread) if params.draw >= 1.0 else cls()


class Inputs:
    """All years' inputs of one world; `year` gives one of them.

    Parameters
    ----------
    paths : rules by kind of series for what comes after the data; without any, all stay at their last value.
    """

    def __init__(
        self,
        data: WorldData,
        fitted: Fitted,
        paths: Mapping[str, Path] = MappingProxyType({}),
        draw: PathDraw | None = None,
    ) -> None:
        self.data, self.fitted, self.paths, self._draw = data, fitted, paths, draw or PathDraw()
        self._shares = field_array("share")
        self._gerd, self._income = self._on("spending", data.gerd_musd), self._on("income", data.income)
        self._entries = self._on("entrants", data.entries)
        self._exits = self._on("exits", exit_hazard(data))
        self._output = self._on("papers", fitted.output)
        self._home_weight = self._on("shares", fitted.home_weight, HOME_WEIGHTS)
        self._quality = self._on("top", fitted.quality, QUALITIES)
        self._affinity = self._on("affinity", data.affinity)
        self._moves = self._move_change()
        self._cumulative: dict[int, np.ndarray] = {FIRST_YEAR - 1: np.zeros(data.n_places)}
        self._years: dict[int, YearInputs] = {}  # runs of one process share them

    def _later(self, kind: str, series: np.ndarray, n: int, units: Units = Units()) -> np.ndarray:
        """The n years after the last of a series [T, ...] by the rule of its kind and the draw of its errors."""
        path = self.paths[kind] if self.paths else LAST_VALUE
        path = replace(path, link=units.link or path.link, common=units.common * path.common, own=units.own * path.own)
        later = continued(series, path, n)
        if self._draw.number == 0:
            return later
        z = self._normals(kind, 1 + series.shape[1])
        own = z[1:] if series.ndim == 2 else np.sqrt(0.5) * (z[1:, None] + z[None, 1:])
        return drawn(later, path, z[0], own)

    def _normals(self, stream: str, n: int) -> np.ndarray:
        """Standard normal numbers [n] of the draw, apart by kind of series, times its spread."""
        of_kind = np.random.default_rng([self._draw.number, crc32(stream.encode())])
        return self._draw.spread * of_kind.standard_normal(n)

    def _on(self, kind: str, series: np.ndarray, units: Units = Units()) -> np.ndarray:
        """A series from 1980 [T, ...] gone on to `LAST_YEAR`, see `_later`."""
        return np.concatenate([series, self._later(kind, series, LAST_YEAR - FIRST_YEAR + 1 - len(series), units)])

    def _move_change(self) -> np.ndarray:
        """Rates of moving after the data over those of the last year [years, P from, P to].

        The rule of larger pairs, else that of places; errors are drawn by place, of leaving and of arriving.
        """
        data, n = self.data, LAST_YEAR - self.data.end
        leaving = data.moves_out / np.maximum(data.researchers, 1.0)
        path, of_pairs = (self.paths[kind] if self.paths else LAST_VALUE for kind in ("moves", "pairs"))
        by_place = continued(leaving, path, n) / np.maximum(leaving[-1], 1e-300)
        change = np.repeat(by_place[:, :, None], data.n_places, axis=2)
        large = data.flows.mean(axis=0) >= LARGE_PAIR
        rate = (data.flows / data.researchers[FLOWS_FROM - FIRST_YEAR - 1 : -1, :, None])[:, large]
        change[:, large] = continued(rate, of_pairs, n) / np.maximum(rate[-1], 1e-300)
        if self._draw.number == 0:
            return change
        z = self._normals("moves", 1 + 2 * data.n_places)
        out, into = np.split(z[1:], 2)
        return drawn(change, path, z[0], out[:, None] + into[None, :])

    def entries(self, year: int) -> np.ndarray:
        """New researchers by host [P], real persons."""
        return self._entries[max(year - FIRST_YEAR, 1)]

    def people_between(self, first: int, last: int) -> np.ndarray:
        """Persons who are researchers at some time in these years, by place of entry [P] (data, then trend)."""
        stock = self.data.researchers[min(first, self.data.end) - FIRST_YEAR]
        return stock + sum((self.entries(year) for year in range(first + 1, last + 1)), np.zeros(self.data.n_places))

    def most_people(self, first: int, last: int) -> float:
        """Most persons who are researchers at one time in these years (data, then the trend of entries and exits)."""
        end = min(last, self.data.end)
        stocks = self.data.researchers[max(first - FIRST_YEAR, 0) : end - FIRST_YEAR + 1].sum(axis=1)
        most, stock = float(stocks.max(initial=0.0)), self.data.researchers[-1]
        for year in range(self.data.end + 1, last + 1):
            stock = stock * np.exp(-self._exits[year - FIRST_YEAR]) + self.entries(year)
            most = max(most, float(stock.sum()))
        return most

    def entry_mix(self, year: int) -> np.ndarray:
        """Origin mix of entrants [host, origin], rows sum to 1; after the data that of the last year."""
        t = min(year, self.data.end) - FIRST_YEAR
        base = self.data.entry_origin[t]
        odds = np.where(np.eye(len(base), dtype=bool), 1.0, self.fitted.entry_odds[t][:, None])
        weight = base * odds
        return weight / weight.sum(axis=1, keepdims=True)

    def cohort(self, year: int) -> np.ndarray:
        """New researchers of a year by origin [O], wherever they enter."""
        return self.entries(year) @ self.entry_mix(year)

    def _cohort_to(self, year: int) -> np.ndarray:
        """Cumulative new researchers by origin up to a year."""
        if year not in self._cumulative:
            self._cumulative[year] = self._cohort_to(year - 1) + self.cohort(year)
        return self._cumulative[year]

    def year(self, year: int) -> YearInputs:
        """Inputs of one calendar year from 1980 on; the same object at each call."""
        if year not in self._years:
            self._years[year] = self._make(year)
        return self._years[year]

    def _make(self, year: int) -> YearInputs:
        after = self._cohort_to(year)
        before = self._cohort_to(year - 1)
        joint = self.entries(year)[:, None] * self.entry_mix(year)  # [host, origin]
        total = np.maximum(joint.sum(axis=0), 1e-12)
        home_share = joint.diagonal() / total
        abroad = joint.T.copy()
        np.fill_diagonal(abroad, 0.0)
        abroad_sum = abroad.sum(axis=1, keepdims=True)
        uniform = (1.0 - np.eye(self.data.n_places)) / (self.data.n_places - 1)
        abroad = np.where(abroad_sum > 0, abroad / np.maximum(abroad_sum, 1e-12), uniform)
        fitted, t = self.fitted, year - FIRST_YEAR
        known = year <= self.data.end
        return YearInputs(
            year=year,
            fitted=known,
            cohort_before=before[None, :] * self._shares[:, None],
            cohort_after=after[None, :] * self._shares[:, None],
            home_share=home_share,
            abroad_share=abroad,
            exit_base=self._exits[t] / (fitted.exit_norm[t] if known else 1.0),
            move_base=fitted.move_base(year) if known else fitted.move_rate * self._moves[year - self.data.end - 1],
            home_early=fitted.home_early,
            output=self._output[t],
            home_weight=self._home_weight[t],
            quality=self._quality[t],
            affinity=self._affinity[t] * fitted.affinity,
            gerd=self._gerd[t],
            income=self._income[t],
            relative_income=self._relative_income(t),
        )

    def _relative_income(self, t: int) -> np.ndarray:
        """ln of income over its mean, weighted with researchers: what grows everywhere calls nobody home [P]."""
        income, weight = np.log(self._income[t]), self.data.researchers[min(t, len(self.data.researchers) - 1)]
        return income - (weight * income).sum() / weight.sum()


def exit_hazard(data: WorldData) -> np.ndarray:
    """Exit hazard [T, P]: -ln(1 - exits / stock of the year before)."""
    share = np.zeros_like(data.researchers)
    share[1:] = data.exits[1:] / data.researchers[:-1]
    share[0] = share[1]
    return -np.log1p(-np.clip(share, 0.0, 0.6))


@lru_cache(maxsize=4)
def load_inputs(world: str, draw: PathDraw = PathDraw()) -> Inputs:
    """Inputs of a world with its shipped data and fitted tables."""
    return Inputs(load_world_data(world), load_fitted(world), load_paths(folder_of(world)), draw)
