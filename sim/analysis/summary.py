"""Numbers of the table that a command prints: main outcomes, with the paired effect, its error and a 90 % band."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from sim.analysis.outcomes import BILL, OUTCOMES, WORLD, add, columns, value
from sim.analysis.pairs import ESTIMATE, RUN, UNIT, bands, paired_difference
from sim.config.schema import Config
from sim.core.axes import BASELINE, MODES, WAYS
from sim.data.places import ALL
from sim.record.tables import declared
from sim.store.frames import Frames

NUMBERS = ("mean", "se", "lo", "hi")
ROUNDING = 1e-9  # of the baseline's level: less is rounding of sums, not an effect
COLUMNS = ["area", "outcome", "scenario", "mode", "reference", *ESTIMATE, "agents"]


# Projects of agents that are exposed or not; exposure by deception is an expectation.
_EXPOSED_AGENTS = frozenset(f"exposed_{way}" for way in WAYS if way != "deception")


@dataclass(frozen=True)
class Line:
    """One line of the table: shares in per cent, amounts a year, or of the `last` year; {last} stands for that year."""

    text: str
    outcome: str
    table: str = "place_year"
    last: bool = False

    @property
    def counts_agents(self) -> bool:
        """True of sums in which every agent, or each of their papers or projects, is one; not of expectations."""
        if self.outcome in OUTCOMES:
            return OUTCOMES[self.outcome].unit == "persons"
        column = next(c for c in declared(self.table).columns if c.name == self.outcome)
        counted = (column.unit == "persons" and column.kind == "count") or self.outcome.startswith("papers")
        return counted or self.outcome in _EXPOSED_AGENTS


PROTECTED = "of what could still leak, stopped by protection, %"
_STOCK = Line("researchers, {last}", "n_researchers", last=True)
_CASES = (
    Line("investigations a year", "new_cases"),
    Line("investigations that find an undisclosed tie a year", "cases_that_found"),
)
_SECURITY = (
    *(Line(f"sensitive projects exposed a year, {way}", f"exposed_{way}") for way in WAYS),
    Line(PROTECTED, "protected"),
    *_CASES,
)
_COST = "compliance cost, M$ a year"
_BILL = (
    *(Line(f"{use}, M$ a year", column) for column, use in BILL.items() if column != "budget_security_musd"),
    Line("new money, M$ a year", "budget_new_musd"),
)
_GUARDED = frozenset(line.text for line in _SECURITY)  # left out unless a policy protects
_MONEY = frozenset({_COST, *(line.text for line in _BILL)})  # left out where nothing is spent: never 0 ± 0
WORLD_LINES = (
    Line("researchers, {last}", "n_researchers", "world_year", last=True),
    Line("papers a year", "papers", "world_year"),
    Line("international share of papers, %", "international_share_world", "world_year"),
    Line("top-1 % papers a year", "top1_once"),
    Line("moves a year", "new_moves", "world_year"),
    *_CASES,
    Line(_COST, "compliance_musd", "world_year"),
    *_BILL,
)
_ONE_PLACE = (
    Line("international share of papers, %", "international_share"),
    Line("top-1 % papers a year, whole counts", "top1"),
)
_PLACES = (  # fractional counts, which count a joint paper once
    Line("international share of papers, % (fractional)", "international_share_fractional"),
    Line("top-1 % papers a year (fractional)", "top1_once"),
)
_AREA = (
    _STOCK,
    Line("foreign-origin share, %", "foreign_share", last=True),
    Line("net moves a year", "net_moves"),
    Line("papers a year (fractional)", "papers_fractional"),
)
_AREA_END = (*_SECURITY, Line(_COST, "compliance_musd"), *_BILL)


@dataclass(frozen=True)
class Area:
    """A line of places that are summed up: the issuers of the policies, the places they bear on."""

    name: str
    places: tuple[str, ...]


@dataclass(frozen=True)
class Period:
    """Years over which yearly means are taken."""

    first: int
    last: int

    @property
    def years(self) -> int:
        return self.last - self.first + 1

    def __str__(self) -> str:
        return f"{self.first}–{self.last}"


def period_of(start: int, end: int, first_policy_year: int | None, data_end: int) -> Period:
    """From the first policy on; without one, the years after the fitted history (or the last ten of a short run)."""
    if first_policy_year is not None and first_policy_year <= end:
        return Period(max(start, first_policy_year), end)
    return Period(data_end + 1, end) if end > data_end else Period(max(start, end - 9), end)


def areas_of(
    cfg: Config, members: Mapping[str, Sequence[str]], names: Mapping[str, str] = MappingProxyType({})
) -> list[Area]:
    """Issuing places and places that the policies name as origins, partners or destinations.

    Parameters
    ----------
    members : ISO3 codes by word (place or group) as written in the policies.
    names : of places by ISO3 code.
    """
    policies = cfg.policies.values()
    # Everybody together is the world, which has lines of its own.
    issuers = dict.fromkeys(word for policy in policies for word in policy.issuer if word != ALL)
    affected = dict.fromkeys(word for policy in policies for word in policy.named if word not in issuers)
    own = dict.fromkeys(code for word in issuers for code in members[word])
    other = dict.fromkeys(code for word in affected for code in members[word] if code not in own)
    found = (("Issuer", issuers, own), ("Affected", affected, other))
    return [Area(f"{role}: {_shown(list(words), names)}", tuple(codes)) for role, words, codes in found if codes]


def _shown(words: Sequence[str], names: Mapping[str, str]) -> str:
    if ALL in words:  # the group of every place, of which the issuers are left out
        return "all others"
    words = [names.get(word, word) for word in words]
    return ", ".join(words) if len(words) <= 5 else ", ".join(words[:4]) + f" and {len(words) - 4} more"


def lines_of(area: Area | None) -> tuple[Line, ...]:
    """Lines of an area, or of the world; what is protected is told of one place, since leaks of several do not add."""
    if area is None:
        return WORLD_LINES
    if len(area.places) == 1:
        return (*_AREA, *_ONE_PLACE, *_AREA_END)
    return (*_AREA, *_PLACES, *(line for line in _AREA_END if line.outcome != "protected"))


def _without_noise(found: pd.DataFrame) -> pd.DataFrame:
    """Effects that are only rounding of sums as 0."""
    size = found[["mean", "lo", "hi"]].abs().max(axis=1)
    noise = size < ROUNDING * found["reference"].abs()
    return found.assign(**{name: found[name].mask(noise & found[name].notna(), 0.0) for name in NUMBERS})


def _idle(found: pd.DataFrame, protects: bool) -> pd.Series:
    """Rows that say nothing: money that no run spends, and security that nobody touches and nothing changes."""
    zero = (found[list(NUMBERS)].fillna(0.0) == 0.0).all(axis=1)
    unspent = found["outcome"].isin(_MONEY) & zero & (found["reference"].fillna(0.0) == 0.0)
    if protects:
        return unspent
    still = zero.groupby([found["area"], found["outcome"]]).transform("all")  # in every mode
    idle: pd.Series = unspent | found["outcome"].isin(_GUARDED) & still
    return idle


def outcomes(frames: Frames, period: Period, areas: Sequence[Area]) -> pd.DataFrame:
    """Main outcomes of every run, long.

    Returns
    -------
    Columns scenario, mode, draw, replicate, area, outcome, amount. Counts are yearly means of the period, researchers
    those of its last year, shares in per cent.
    """
    rows: dict[str, pd.DataFrame] = {}
    for table in ("world_year", "place_year"):
        names = dict.fromkeys(line.outcome for area in (None, *areas) for line in lines_of(area) if line.table == table)
        key = ["year", *(["place"] if table == "place_year" else []), *RUN]
        years = [("year", ">=", period.first), ("year", "<=", period.last)]
        rows[table] = add(frames.read(table, [*key, *columns(table, names)], years), names)
    found = [_long(WORLD, rows, WORLD_LINES, period)]
    place = rows["place_year"]
    for area in areas:
        own = {"place_year": place[place["place"].isin(area.places)]}
        found.append(_long(area.name, own, lines_of(area), period))
    return pd.concat(found, ignore_index=True)


def _long(name: str, rows: Mapping[str, pd.DataFrame], lines: Sequence[Line], period: Period) -> pd.DataFrame:
    """Amounts of one area by run; papers of several places by fractional counts."""
    totals = {(table, last): _totals(rows[table], period, last) for table in rows for last in (False, True)}
    wide = {}
    for line in lines:
        found = value(totals[line.table, line.last], line.outcome)
        share = line.outcome in OUTCOMES and bool(OUTCOMES[line.outcome].per)
        scaled = 100 * found if share else found if line.last else found / period.years
        wide[line.text.format(last=period.last)] = scaled
    return pd.DataFrame(wide).reset_index().melt(id_vars=RUN, var_name="outcome", value_name="amount").assign(area=name)


def _totals(frame: pd.DataFrame, period: Period, last: bool) -> pd.DataFrame:
    """Sums by run over all rows, or over those of the last year."""
    numbers = frame.select_dtypes("number").columns.difference([*UNIT, "year"])
    typed = frame.astype(dict.fromkeys(numbers, float))
    typed = typed[typed["year"] == period.last] if last else typed
    return typed.groupby(RUN, observed=True)[list(numbers)].sum()


def effects(frames: Frames, period: Period, areas: Sequence[Area], scale: float, protects: bool = True) -> pd.DataFrame:
    """Main outcomes with their baseline level and paired effects, tidy.

    Parameters
    ----------
    scale : people whom an agent stands for.
    protects : a policy touches security; if none does, its outcomes are told only where they change.

    Returns
    -------
    Columns area, outcome, scenario, mode, reference (baseline level), mean, se, lo, hi, n, agents (how many agents, or
    papers of agents, the mean is over the whole period; missing for expectations and shares). Without a baseline to
    compare with, mean … n are those of the level itself, and reference is missing.
    """
    long = outcomes(frames, period, areas)
    order = {pair: i for i, pair in enumerate(dict.fromkeys(zip(long["area"], long["outcome"])))}
    if set(long["scenario"]) > {BASELINE}:
        found = paired_difference(long, "amount", by=["area", "outcome"], missing=math.nan).drop(columns="value")
    else:
        found = bands(long, "amount", ["scenario", "mode", "area", "outcome"], sort=False).assign(reference=math.nan)
    found = _without_noise(found)
    found = found[~_idle(found, protects)]
    lines = {
        line.text.format(last=period.last): line
        for area in (None, *areas)
        for line in lines_of(area)
        if line.counts_agents
    }
    people = [scale / (1 if lines[o].last else period.years) if o in lines else math.nan for o in found["outcome"]]
    ranked = found.assign(agents=found["mean"].abs() / people).to_dict("records")
    ranked.sort(key=lambda row: (order[row["area"], row["outcome"]], MODES.index(row["mode"])))
    return pd.DataFrame(ranked, columns=COLUMNS)
