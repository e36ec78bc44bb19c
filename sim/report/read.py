"""Effects of a comparison as the page needs them: of one mode, one subject, in per cent and in their own unit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.outcomes import WORLD
from sim.analysis.roles import roles_of
from sim.analysis.summary import Period
from sim.analysis.text import few
from sim.comparison.bands import DOCUMENTED, banded
from sim.comparison.reading import Comparison
from sim.core.read import ConfigError, near
from sim.data.tables import load_world_data
from sim.policy.words import short_title
from sim.report.model import Row, Scenario
from sim.report.words import PERCENT, POINTS, Effect, listed

SHOWN = 3  # places that a subject names
PALE = 0.35  # of a colour, where the sign hangs on assumptions
Kept = tuple[tuple[str, tuple[str, ...]], ...]  # columns of a table, each with the values that are kept


class Reader:
    """A comparison, its main mode, and the places that the page is about."""

    def __init__(self, comparison: Comparison, subject: Sequence[str] = ()) -> None:
        self.comparison = comparison
        self.period: Period = comparison.period
        self.last = Period(self.period.last, self.period.last)
        self.scenarios = tuple(
            Scenario(label, short_title(comparison.titles.get(label, label)), comparison.titles.get(label, label))
            for label in comparison.scenarios
        )
        self.data = load_world_data(comparison.configs[comparison.scenarios[0]].world)
        self.scale = comparison.configs[comparison.scenarios[0]].scale
        self.first_year = comparison.configs[comparison.scenarios[0]].start
        self.effects = lru_cache(maxsize=None)(self._effects)
        self.modes = comparison.modes
        self.mode = self.modes[0]
        here = set(map(str, comparison.frames.read("place_year", ["place"])["place"].unique()))
        self.names: Mapping[str, str] = comparison.names
        chosen = codes(subject, {code: name for code, name in self.names.items() if code in here})
        self.places = chosen or tuple(p for p in self._subject() if p in here) or tuple(sorted(here))
        self.world = set(self.places) == here

    def _subject(self) -> Sequence[str]:
        """Issuers that all scenarios have in common, or those of the first."""
        issuers = [self.issuers(label) for label in self.comparison.scenarios]
        common = [place for place in issuers[0] if all(place in others for others in issuers[1:])]
        return common or issuers[0]

    def issuers(self, label: str) -> tuple[str, ...]:
        """Places that issue its policies, those with most researchers first."""
        return roles_of(self.comparison.own(label), self.data).issuers

    def targets(self, label: str) -> tuple[str, ...]:
        """Places that its policies are aimed at."""
        return roles_of(self.comparison.own(label), self.data).targets

    @property
    def subject(self) -> str:
        """The places in words."""
        if self.world:
            return "the world"
        names = [article(self.names[place]) for place in self.places]
        return listed(names) if len(names) <= SHOWN else f"{', '.join(names[:2])} and {len(names) - 2} more places"

    def told(self, row: Mapping[str, Any], years: int = 1) -> bool:
        """True of a change of persons that is no chance and not of a few agents; a yearly mean is over `years`."""
        return absolute(row, "").clear and not few(row["central"] * years / self.scale)

    def shade(self, row: Mapping[str, Any]) -> float:
        """How strongly a map may colour a change: 0 if it is not `told`, 1 if its whole range has its sign."""
        effect = absolute(row, "")
        if not self.told(row):
            return 0.0
        return PALE if effect.drawn and effect.lo * effect.hi <= 0.0 else 1.0

    @property
    def agents(self) -> float:
        """Agents that stand for the subject's researchers without any policy, at the end."""
        found = self.rows("n_researchers", self.scenarios[0].label, years=self.last)
        return found[0]["reference"] / self.scale if found else math.nan

    @property
    def victim(self) -> str:
        """The one place whose exposure is told, as it never adds up: the subject's first, the world's largest."""
        if not self.world:
            return self.places[0]
        return max(self.places, key=lambda place: self.data.researchers[-1, self.data.iso3.index(place)])

    def _effects(
        self, outcome: str, by: tuple[str, ...], keep: Kept, years: Period, table: str = "place_year"
    ) -> pd.DataFrame:
        """Effects with their bands and the share of draws that agree with the documented values on the sign."""
        units = self._units(outcome, by, keep, years, table)
        cells = ["scenario", "mode", *by]
        return banded(units, cells).merge(agreement(units, cells), on=cells, how="left")

    def _units(self, outcome: str, by: tuple[str, ...], keep: Kept, years: Period, table: str) -> pd.DataFrame:
        """Paired effects run by run; cell by cell of the main mode alone, of which there are many."""
        kept = {**dict(keep), **({"mode": (self.mode,)} if by else {})}
        return self.comparison.units(outcome, by, table=table, years=years, keep=kept)

    def since(self, label: str) -> Period:
        """From the first year in which a policy of the scenario differs from the reference, to the last."""
        years = [day.year for use in self.comparison.own(label).uses for day in use.values]
        first = min([self.period.first, *years])
        return Period(max(first, self.comparison.configs[label].start), self.period.last)

    def central(
        self,
        outcome: str,
        scenario: str,
        by: tuple[str, ...],
        table: str = "place_year",
        years: Period | None = None,
        **keep: tuple[str, ...],
    ) -> pd.Series:
        """Effects at the documented values without any range, yearly means (of the period) by cell of `by`."""
        units = self._units(outcome, by, tuple(keep.items()), years or self.period, table)
        mine = units[(units["scenario"] == scenario) & (units["draw"] == DOCUMENTED)]
        return mine.groupby([*by], observed=True)["effect"].mean()

    def rows(
        self,
        outcome: str,
        scenario: str,
        by: tuple[str, ...] = (),
        *,
        mode: str = "",
        places: tuple[str, ...] | None = None,
        years: Period | None = None,
        table: str = "place_year",
        keep: Mapping[str, tuple[str, ...]] | None = None,
    ) -> list[dict[str, Any]]:
        """Effects of one scenario in one mode (the main one), of the subject unless `places` says; () is all."""
        where = self.places if places is None else places
        keep = {**(keep or {}), **({"place": where} if where and table != "world_year" else {})}
        found = self.effects(outcome, by, tuple(keep.items()), years or self.period, table)
        mine = (found["scenario"] == scenario) & (found["mode"] == (mode or self.mode))
        return [{str(name): value for name, value in row.items()} for row in found[mine].to_dict("records")]

    def row(self, outcome: str, scenario: str, label: str = "", unit: str = "", **options: Any) -> Row:
        """One effect of the subject, in per cent and in `unit`."""
        found = self.rows(outcome, scenario, **options)
        return as_row(found[0], label, unit) if found else Row(label, Effect(math.nan))


def codes(words: Sequence[str], names: Mapping[str, str]) -> tuple[str, ...]:
    """Places that are written as codes or names, or all as ``World``; `names` of places by code."""
    known: dict[str, tuple[str, ...]] = {
        word.casefold(): (code,) for code, name in names.items() for word in (code, name)
    }
    known[WORLD.casefold()] = tuple(names)
    for word in words:
        if word.casefold() not in known:
            meant = near(word, [WORLD, *names, *names.values()])
            allowed = f"allowed: {WORLD}, codes and names of talent-circulation list places"
            raise ConfigError([f"command line: --place: no place '{word}'; {meant}{allowed}"])
    return tuple(dict.fromkeys(code for word in words for code in known[word.casefold()]))


def relative(row: Mapping[str, Any]) -> Effect:
    """Change in per cent of the reference."""
    return _effect(row, "pct", PERCENT, prefix="pct_")


def absolute(row: Mapping[str, Any], unit: str, factor: float = 1.0) -> Effect:
    """Change in the outcome's own unit, times `factor`."""
    return _effect(row, "central", unit, factor=factor)


def points(row: Mapping[str, Any]) -> Effect:
    """Change of a share in points of per cent."""
    return absolute(row, POINTS, 100.0)


def as_row(row: Mapping[str, Any], label: str, unit: str) -> Row:
    """Line of an effect."""
    return Row(label, relative(row), absolute(row, unit))


def _effect(row: Mapping[str, Any], central: str, unit: str, prefix: str = "", factor: float = 1.0) -> Effect:
    ends = {end: factor * float(row[f"{prefix}{end}"]) for end in ("chance", "chance_lo", "chance_hi", "lo", "hi")}
    level = factor * float(row["reference"])
    agree, draws = float(row["agree"]), int(row["n_draws"])
    return Effect(factor * float(row[central]), agree=agree, reference=level, unit=unit, draws=draws, **ends)


def agreement(units: pd.DataFrame, cells: list[str]) -> pd.DataFrame:
    """Share of draws whose effect has the sign of that at the documented values: *cells, agree; NaN without draws.

    Parameters
    ----------
    units : columns of `cells`, draw, effect.
    """
    means = units.groupby([*cells, "draw"], observed=True, sort=False)["effect"].mean().reset_index()
    first = means["draw"] == DOCUMENTED
    central = means.loc[first, [*cells, "effect"]].rename(columns={"effect": "central"})
    drawn = means[~first].merge(central, on=cells)
    drawn["agree"] = (np.sign(drawn["effect"]) == np.sign(drawn["central"])).astype(float)
    shares = drawn.groupby(cells, observed=True)["agree"].mean()
    return central[cells].merge(shares.reset_index(), on=cells, how="left")


def article(name: str) -> str:
    """Name of a place inside a sentence."""
    needs = ("United ", "Netherlands", "Philippines", "Czech Republic", "Rest of", "Russian Federation")
    return f"the {name}" if name.startswith(needs) else name
