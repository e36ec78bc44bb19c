"""What the world gives each year: cohorts, rates and resources, from data, fitted tables and damped trends.

Up to 2017 a year's inputs are data and fitted rates. After 2017 output per person, home weights and affinities
stay at their last value, other base rates at their 2013-17 means, entrants follow their place's 2012-17 growth damped
by 0.85 a year, and spending and income run on in the data tables (ODD 6). References are what utility changes are
measured from: the year's own data while rates are fitted, the 2013-17 means afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.data.clock import BASE_YEARS, FIRST_YEAR, LAST_YEAR
from sim.data.fields import field_array
from sim.data.fitted import Fitted, load_fitted
from sim.data.tables import WorldData, extend_inputs, load_world_data

ENTRY_DAMPING = 0.85


@dataclass(frozen=True)
class References:
    """Levels from which changes of utility are measured, each [P]."""

    funding_per_head: np.ndarray
    income: np.ndarray
    freedom: np.ndarray
    prestige: np.ndarray
    students: np.ndarray
    permanent_share: np.ndarray
    size_share: np.ndarray


@dataclass(frozen=True)
class YearInputs:
    """Inputs of one year; people in real persons, money in million 2021 PPP dollars.

    Attributes
    ----------
    year : calendar year.
    cohort_before, cohort_after : [F, O], cumulative new researchers by field and origin, to last and this year.
    home_share : [O], base share of the cohort that enters at home.
    abroad_share : [O, P], base shares of hosts among those who enter abroad; rows sum to 1.
    exit_base : [P], exit hazard of a person with personal factor 1.
    move_base : [P, P], move intensity of a person with micro factor 1.
    output : [P], papers led a year by a person with talent 1; home_weight, quality : [P], fitted.
    affinity : [P, P], observed over expected joint papers of two places, data times the fitted factor of the pair.
    gerd, income, freedom : [P].
    """

    year: int
    cohort_before: np.ndarray
    cohort_after: np.ndarray
    home_share: np.ndarray
    abroad_share: np.ndarray
    exit_base: np.ndarray
    move_base: np.ndarray
    output: np.ndarray
    home_weight: np.ndarray
    quality: np.ndarray
    affinity: np.ndarray
    gerd: np.ndarray
    income: np.ndarray
    freedom: np.ndarray
    reference: References


class Inputs:
    """All years' inputs of one world; `year` gives one of them."""

    def __init__(self, data: WorldData, fitted: Fitted) -> None:
        self.data = data
        self.fitted = fitted
        self._shares = field_array("share")
        self._exit_base = exit_hazard(data) / fitted.exit_norm
        self._gerd, self._income = extend_inputs(data.gerd_musd, LAST_YEAR), extend_inputs(data.income, LAST_YEAR)
        self._cumulative: dict[int, np.ndarray] = {FIRST_YEAR - 1: np.zeros(data.n_places)}
        self._entry_growth = entry_growth(data.entries[-6:])
        self._years: dict[int, YearInputs] = {}  # runs of one process share them

    def entries(self, year: int) -> np.ndarray:
        """New researchers by host [P], real persons."""
        if year <= self.data.end:
            return self.data.entries[max(year - FIRST_YEAR, 1)]
        damping = sum(ENTRY_DAMPING**n for n in range(1, year - self.data.end + 1))
        return self.data.entries[-BASE_YEARS:].mean(axis=0) * np.exp(self._entry_growth * (2.0 + damping))

    def people_between(self, first: int, last: int) -> np.ndarray:
        """Persons who are researchers at some time in these years, by place of entry [P] (data, then trend)."""
        stock = self.data.researchers[min(first, self.data.end) - FIRST_YEAR]
        return stock + sum((self.entries(year) for year in range(first + 1, last + 1)), np.zeros(self.data.n_places))

    def entry_mix(self, year: int) -> np.ndarray:
        """Origin mix of entrants [host, origin], rows sum to 1."""
        mix = self.data.entry_origin
        base = mix[year - FIRST_YEAR] if year <= self.data.end else mix[-BASE_YEARS:].mean(axis=0)
        odds = np.where(np.eye(len(base), dtype=bool), 1.0, self._base(self.fitted.entry_odds, year)[:, None])
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

    def _base(self, series: np.ndarray, year: int) -> np.ndarray:
        """Value of a fitted series [T, P]: the year's own to 2017, the 2013-17 mean afterwards."""
        return series[year - FIRST_YEAR] if year <= self.data.end else series[-BASE_YEARS:].mean(axis=0)

    def _last(self, series: np.ndarray, year: int) -> np.ndarray:
        """Value of a series [T, ...]: the year's own to 2017, the last one afterwards."""
        value: np.ndarray = series[min(year, self.data.end) - FIRST_YEAR]
        return value

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
        data, t = self.data, year - FIRST_YEAR
        gerd, income = self._gerd[t], self._income[t]
        # what happens to academic freedom after 2017 is policy, not an input: see docs/decisions/freedom.md
        freedom = self._base(data.freedom[: data.n_years], year)
        return YearInputs(
            year=year,
            cohort_before=before[None, :] * self._shares[:, None],
            cohort_after=after[None, :] * self._shares[:, None],
            home_share=home_share,
            abroad_share=abroad,
            exit_base=self._base(self._exit_base, year),
            move_base=self.fitted.move_base(year),
            output=self._last(self.fitted.output, year),
            home_weight=self._last(self.fitted.home_weight, year),
            quality=self._base(self.fitted.quality, year),
            affinity=self._last(data.affinity, year) * self.fitted.affinity,
            gerd=gerd,
            income=income,
            freedom=freedom,
            reference=self._reference(year),
        )

    def _reference(self, year: int) -> References:
        data, fitted, n = self.data, self.fitted, self.data.n_years
        return References(
            funding_per_head=self._base(data.gerd_musd[:n] / data.researchers, year),
            income=self._base(data.income[:n], year),
            freedom=self._base(data.freedom[:n], year),
            prestige=self._base(fitted.prestige, year),
            students=self._base(fitted.students, year),
            permanent_share=self._base(fitted.permanent_share, year),
            size_share=self._base(data.researchers / data.researchers.sum(axis=1, keepdims=True), year),
        )


def entry_growth(entries: np.ndarray, most: float = 0.10) -> np.ndarray:
    """Growth of entrants a year [P] from the last years' [6, P]: a trend, shrunk by its standard error and bounded.

    Two end years alone would carry a small system's jump on (Iraq: +58 % a year); see docs/decisions/entry-growth.md.
    """
    years = np.arange(len(entries)) - (len(entries) - 1) / 2.0
    log = np.log(np.maximum(entries, 1.0))
    slope = years @ log / (years @ years)
    residual = log - log.mean(axis=0) - np.outer(years, slope)
    error = np.sqrt((residual**2).sum(axis=0) / (len(entries) - 2) / (years @ years))
    return np.clip(np.sign(slope) * np.maximum(np.abs(slope) - error, 0.0), -most, most)


def exit_hazard(data: WorldData) -> np.ndarray:
    """Exit hazard [T, P]: -ln(1 - exits / stock of the year before)."""
    share = np.zeros_like(data.researchers)
    share[1:] = data.exits[1:] / data.researchers[:-1]
    share[0] = share[1]
    return -np.log1p(-np.clip(share, 0.0, 0.6))


@lru_cache(maxsize=4)
def load_inputs(world: str) -> Inputs:
    """Inputs of a world with its shipped data and fitted tables."""
    return Inputs(load_world_data(world), load_fitted(world))
