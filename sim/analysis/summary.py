"""Numbers of the table that a command prints: main outcomes, with the paired effect, its error and a 90 % band."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.analysis.lines import GUARDED, MONEY, Area, Line, told
from sim.analysis.outcomes import add, columns, value
from sim.analysis.pairs import ESTIMATE, RUN, UNIT, bands, paired_difference, paired_units
from sim.analysis.roles import Roles, in_words
from sim.core.axes import BASELINE, MODES
from sim.store.frames import Frames

NUMBERS = ("mean", "se", "lo", "hi")
ROUNDING = 1e-9  # of the baseline's level: less is rounding of sums, not an effect
CELL = ["area", "outcome"]
COLUMNS = [*CELL, "scenario", "mode", "reference", *ESTIMATE, "agents", "departs"]
CERTAIN = 0.975  # two-sided 95 %: about two standard errors where there are many replicates, more where there are few


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


def areas_of(roles: Roles, names: Mapping[str, str]) -> list[Area]:
    """An area for each role that some place has: ``Issuer: United States``, ``Allies: Japan, Germany …``.

    Parameters
    ----------
    names : of places by ISO3 code.
    """
    found = (
        ("Issuer", "Issuers", roles.issuers),
        ("Target", "Targets", roles.targets),
        ("Ally", "Allies", roles.allies),
        ("Rival", "Rivals", roles.rivals),
    )
    return [
        Area(f"{one if len(codes) == 1 else many}: {in_words([names[code] for code in codes])}", codes, one == "Issuer")
        for one, many, codes in found
        if codes
    ]


def _without_noise(found: pd.DataFrame) -> pd.DataFrame:
    """Effects that are only rounding of sums as 0."""
    size = found[["mean", "lo", "hi"]].abs().max(axis=1)
    noise = size < ROUNDING * found["reference"].abs()
    return found.assign(**{name: found[name].mask(noise & found[name].notna(), 0.0) for name in NUMBERS})


def _idle(found: pd.DataFrame, protects: bool) -> pd.Series:
    """Rows that say nothing: nothing of nothing, and security that nobody touches and that nothing changes."""
    zero = (found[list(NUMBERS)].fillna(0.0) == 0.0).all(axis=1)
    nothing = zero & (found["reference"].fillna(0.0) == 0.0)
    empty = nothing & found["outcome"].isin(MONEY | GUARDED)
    if protects:
        return empty
    still = zero.groupby([found["area"], found["outcome"]]).transform("all")  # in every mode
    idle: pd.Series = empty | found["outcome"].isin(GUARDED) & still
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
        lines = [line for _, _, of_area in told(areas) for line in of_area]
        names = dict.fromkeys(line.outcome for line in lines if line.table == table)
        key = ["year", *(["place"] if table == "place_year" else []), *RUN]
        years = [("year", ">=", period.first), ("year", "<=", period.last)]
        rows[table] = add(frames.read(table, [*key, *columns(table, names)], years), names)
    place = rows["place_year"]
    found = [
        _long(name, rows if area is None else {"place_year": place[place["place"].isin(area.places)]}, lines, period)
        for name, area, lines in told(areas)
    ]
    return pd.concat(found, ignore_index=True)


def _long(name: str, rows: Mapping[str, pd.DataFrame], lines: Sequence[Line], period: Period) -> pd.DataFrame:
    """Amounts of one area by run."""
    totals = {(table, last): _totals(rows[table], period, last) for table in rows for last in (False, True)}
    wide = {}
    for line in lines:
        found = value(totals[line.table, line.last], line.outcome)
        scaled = 100 * found if line.is_share else found if line.last else found / period.years
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
    papers of agents, the mean is over the whole period; missing for expectations and shares), departs (the total effect
    differs from the direct one by more than chance; the same in both modes). Without a baseline to compare with,
    mean … n are those of the level itself, and reference is missing.
    """
    long = outcomes(frames, period, areas)
    order = {pair: i for i, pair in enumerate(dict.fromkeys(zip(long["area"], long["outcome"])))}
    if set(long["scenario"]) > {BASELINE}:
        found = paired_difference(long, "amount", by=CELL, missing=math.nan).drop(columns="value")
        units = paired_units(long, "amount", by=CELL, missing=math.nan)
    else:
        found = bands(long, "amount", ["scenario", "mode", *CELL], sort=False).assign(reference=math.nan)
        units = long.assign(effect=long["amount"], reference=long["amount"])
    found = _without_noise(found)
    found = found[~_idle(found, protects)]
    departing = departures(units)
    lines = {
        (name, line.text.format(last=period.last)): line
        for name, _, of_area in told(areas)
        for line in of_area
        if line.counts_agents
    }
    cells = list(zip(found["area"], found["outcome"]))
    people = [scale / (1 if lines[c].last else period.years) if c in lines else math.nan for c in cells]
    ranked = found.assign(agents=found["mean"].abs() / people, departs=[c in departing for c in cells])
    rows = ranked.to_dict("records")
    rows.sort(key=lambda row: (order[row["area"], row["outcome"]], MODES.index(row["mode"])))
    return pd.DataFrame(rows, columns=COLUMNS)


def departures(units: pd.DataFrame) -> set[tuple[str, str]]:
    """Areas and outcomes whose total effect differs from the direct one by more than chance.

    Parameters
    ----------
    units : columns area, outcome, mode, draw, replicate, reference and effect. Both modes of a replicate share their
        random numbers, so that their difference is taken replicate by replicate; one replicate tells nothing.
    """
    from scipy.special import stdtrit  # not scipy.stats, which is slow to import

    if not {*MODES} <= set(units["mode"]):
        return set()
    direct, total = (units[units["mode"] == mode].set_index([*CELL, *UNIT]) for mode in MODES)
    both = (total["effect"] - direct["effect"]).to_frame("apart").assign(level=direct["reference"].abs())
    by = both.groupby(CELL, sort=False)
    mean, sd, n, level = by["apart"].mean(), by["apart"].std(), by["apart"].count(), by["level"].mean()
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = stdtrit(np.maximum(n - 1, 1), CERTAIN) * sd / np.sqrt(n)
    apart = (mean.abs() > chance.fillna(math.inf)) & (mean.abs() > ROUNDING * level)
    return set(apart[apart].index)
