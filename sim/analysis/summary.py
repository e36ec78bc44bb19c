"""The table that a command prints: main outcomes, with the paired effect, its standard error and a 90 % band."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from rich.console import Console
from rich.table import Table

from sim.analysis.leak_account import ABSENCE, LEAKS, clear_absence, minus_bare_risk
from sim.analysis.pairs import UNIT, estimate, paired_difference
from sim.config.schema import Config
from sim.core.axes import BASELINE
from sim.data.clock import DATA_END
from sim.policy.schema import Policy
from sim.store.frames import Frames
from sim.store.runs import MODES

WORLD = "World"
RUN = ["scenario", "mode", *UNIT]
EFFECTS = {"scripted": "direct effect", "reactive": "total effect"}
LEVELS = {"scripted": "scripted governments", "reactive": "reactive governments"}
COLUMNS = "area outcome scenario mode reference mean se lo hi n".split()
_PLACE_COLUMNS = (
    "n_researchers n_foreign_origin new_moves_in new_moves_out papers_whole papers_fractional papers_international "
    "papers_international_fractional top1_whole top1_fractional top1_at_baseline_threshold "
    "top1_fractional_at_baseline_threshold leaks_prevented leaks_avoided_by_lost_activity new_cases compliance_musd"
).split()
BY_ABSENCE = "leaks avoided by absence a year"


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


def period_of(start: int, end: int, first_policy_year: int | None) -> Period:
    """From the first policy on; without one, the years after the fitted history (or the last ten of a short run)."""
    if first_policy_year is not None and first_policy_year <= end:
        return Period(max(start, first_policy_year), end)
    return Period(DATA_END + 1, end) if end > DATA_END else Period(max(start, end - 9), end)


def areas_of(cfg: Config, members: Mapping[str, Sequence[str]]) -> list[Area]:
    """Issuing places and places that the policies name as origins, partners or destinations.

    Parameters
    ----------
    members : ISO3 codes by word (place or group) as written in the policies.
    """
    policies = cfg.policies.values()
    issuers = dict.fromkeys(word for policy in policies for word in policy.issuer)
    affected = dict.fromkeys(word for policy in policies for word in named_places(policy) if word not in issuers)
    own = dict.fromkeys(code for word in issuers for code in members[word])
    other = dict.fromkeys(code for word in affected for code in members[word] if code not in own)
    found = (("Issuer", issuers, own), ("Affected", affected, other))
    return [Area(f"{role}: {_shown(list(words))}", tuple(codes)) for role, words, codes in found if codes]


def named_places(policy: Policy) -> Iterator[str]:
    """Places and groups that the levers of a policy name as origins, partners or destinations."""
    for use in policy.levers.values():
        for words in (use.scope.origins, use.scope.partners, use.scope.destinations):
            yield from words or ()


def _shown(words: Sequence[str]) -> str:
    if "ALL" in words:  # the group of every place, of which the issuers are left out
        return "all others"
    return ", ".join(words) if len(words) <= 5 else ", ".join(words[:4]) + f" and {len(words) - 4} more"


def outcomes(frames: Frames, period: Period, areas: Sequence[Area]) -> pd.DataFrame:
    """Main outcomes of every run, long.

    Returns
    -------
    Columns scenario, mode, draw, replicate, area, outcome, amount. Counts are yearly means of the period, researchers
    those of its last year, shares in per cent.
    """
    columns = ["year", "place", *RUN, *_PLACE_COLUMNS, *LEAKS]
    place = frames.read("place_year", columns, [("year", ">=", period.first), ("year", "<=", period.last)])
    world = frames["world_year"]
    world = world[(world["year"] >= period.first) & (world["year"] <= period.last)]
    place["leaks"] = place[list(LEAKS)].sum(axis=1)
    place[ABSENCE] = minus_bare_risk(place)
    # Runs without a paired baseline have no other threshold than their own.
    place["top1"] = place["top1_at_baseline_threshold"].fillna(place["top1_whole"])
    place["top1_once"] = place["top1_fractional_at_baseline_threshold"].fillna(place["top1_fractional"])
    found = [_world_outcomes(world, place, period)]
    found += [_area_outcomes(area, place[place["place"].isin(area.places)], period) for area in areas]
    return pd.concat(found, ignore_index=True)


def _sums(frame: pd.DataFrame, period: Period) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sums by run over all rows, and over those of the last year."""
    numbers = frame.select_dtypes("number").columns.difference([*UNIT, "year"])
    typed = frame.astype(dict.fromkeys(numbers, float))
    last = typed[typed["year"] == period.last]
    return (rows.groupby(RUN, observed=True)[list(numbers)].sum() for rows in (typed, last))  # type: ignore[return-value]


def _world_outcomes(world: pd.DataFrame, place: pd.DataFrame, period: Period) -> pd.DataFrame:
    total, last = _sums(world, period)
    places, _ = _sums(place, period)
    n = period.years
    return _long(
        WORLD,
        {
            f"researchers, {period.last}": last["n_researchers"],
            "papers a year": total["papers"] / n,
            "international share of papers, %": 100 * total["papers_international"] / total["papers"],
            "top-1 % papers a year": places["top1_once"] / n,
            "moves a year": total["new_moves"] / n,
            "leaks a year": total["leaks"] / n,
            "leaks prevented a year": places["leaks_prevented"] / n,
            "leaks avoided by lost work a year": places["leaks_avoided_by_lost_activity"] / n,
            BY_ABSENCE: places[ABSENCE] / n,
            "investigations a year": places["new_cases"] / n,
            "compliance cost, M$ a year": total["compliance_musd"] / n,
        },
    )


def _area_outcomes(area: Area, place: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Outcomes of an area; papers of several places by fractional counts, which count a joint paper once."""
    total, last = _sums(place, period)
    n = period.years
    if len(area.places) == 1:
        papers = {
            "international share of papers, %": 100 * total["papers_international"] / total["papers_whole"],
            "top-1 % papers a year, whole counts": total["top1"] / n,
        }
    else:
        share = total["papers_international_fractional"] / total["papers_fractional"]
        papers = {
            "international share of papers, % (fractional)": 100 * share,
            "top-1 % papers a year (fractional)": total["top1_once"] / n,
        }
    return _long(
        area.name,
        {
            f"researchers, {period.last}": last["n_researchers"],
            "foreign-origin share, %": 100 * last["n_foreign_origin"] / last["n_researchers"],
            "net moves a year": (total["new_moves_in"] - total["new_moves_out"]) / n,
            "papers a year (fractional)": total["papers_fractional"] / n,
            **papers,
            "leaks a year": total["leaks"] / n,
            "leaks prevented a year": total["leaks_prevented"] / n,
            "leaks avoided by lost work a year": total["leaks_avoided_by_lost_activity"] / n,
            BY_ABSENCE: total[ABSENCE] / n,
            "investigations a year": total["new_cases"] / n,
            "compliance cost, M$ a year": total["compliance_musd"] / n,
        },
    )


def _long(area: str, series: Mapping[str, pd.Series]) -> pd.DataFrame:
    wide = pd.DataFrame(series).reset_index()
    return wide.melt(id_vars=RUN, var_name="outcome", value_name="amount").assign(area=area)


def effects(frames: Frames, period: Period, areas: Sequence[Area]) -> pd.DataFrame:
    """Main outcomes with their baseline level and paired effects, tidy.

    Returns
    -------
    Columns area, outcome, scenario, mode, reference (baseline level), mean, se, lo, hi, n. Without a baseline to
    compare with, mean … n are those of the level itself, and reference is missing.
    """
    long = outcomes(frames, period, areas)
    order = {pair: i for i, pair in enumerate(dict.fromkeys(zip(long["area"], long["outcome"])))}
    if set(long["scenario"]) > {BASELINE}:
        found = paired_difference(long, "amount", by=["area", "outcome"], missing=math.nan).drop(columns="value")
        found = clear_absence(found, found["outcome"] == BY_ABSENCE)
    else:
        long = long[long["outcome"] != BY_ABSENCE]  # only a baseline shows who is absent
        groups = long.groupby(["scenario", "mode", "area", "outcome"], observed=True, sort=False)["amount"]
        rows = [(*key, math.nan, *vars(estimate(values.to_numpy())).values()) for key, values in groups]
        names = ["scenario", "mode", "area", "outcome", "reference", "mean", "se", "lo", "hi", "n"]
        found = pd.DataFrame(rows, columns=names)
    ranked = found.to_dict("records")
    ranked.sort(key=lambda row: (order[row["area"], row["outcome"]], MODES.index(row["mode"])))
    return pd.DataFrame(ranked, columns=COLUMNS)


def show(table: pd.DataFrame, title: str, notes: Sequence[str] = (), console: Console | None = None) -> None:
    """Print the result of `effects`; one table a mode where the terminal is too narrow for both side by side.

    Parameters
    ----------
    notes : further lines below the table.
    """
    console = console or Console(highlight=False)
    if not console.is_terminal:
        console.width = 140
    modes = [mode for mode in MODES if mode in set(table["mode"])]
    paired = bool(table["reference"].notna().any())
    groups = [modes] if console.width >= 50 + 36 * len(modes) else [[mode] for mode in modes]
    for group in groups:
        console.print(_rich_table(table, title, group, paired))
    effect = "Effects: scenario minus baseline, replicate by replicate. " if paired else ""
    band = "± one standard error of the mean; another replicate falls into the band with 90 % probability."
    for note in (effect + band, *notes):
        console.print(f"[dim]{note}[/dim]")


def _rich_table(table: pd.DataFrame, title: str, modes: Sequence[str], paired: bool) -> Table:
    out = Table(title=title, title_justify="left", title_style="bold", header_style="", pad_edge=False, box=None)
    out.add_column("", no_wrap=True)
    names = EFFECTS if paired else LEVELS
    if paired:
        out.add_column("baseline", justify="right")
    for mode in modes:
        out.add_column(names[mode] + " ± s.e.", justify="right")
        out.add_column("90 % band", justify="right")
    rows = {(row["area"], row["outcome"], row["mode"]): row for _, row in table.iterrows()}
    area = None
    for this, outcome in dict.fromkeys(zip(table["area"], table["outcome"])):
        if this != area:
            out.add_row(f"[bold]{this}[/bold]")
            area = this
        found = [rows.get((this, outcome, mode)) for mode in modes]
        out.add_row("  " + outcome, *_cells(found, paired))
    return out


def _cells(found: Sequence[pd.Series | None], paired: bool) -> list[str]:
    cells: list[str] = []
    for i, row in enumerate(found):
        if row is None:
            cells += ["–"] * (3 if paired and i == 0 else 2)
            continue
        mean, se, lo, hi, reference = (float(row[name]) for name in ("mean", "se", "lo", "hi", "reference"))
        if max(abs(mean), abs(lo), abs(hi)) < 1e-9 * abs(reference):  # rounding of sums, not an effect
            mean = se = lo = hi = 0.0
        digits, sign = decimals(se, mean), "+" if paired else ""
        if paired and i == 0:
            # No more digits than the effect has, and no fraction of a thousand.
            cells.append(number(reference, min(max(digits, 0), max(decimals(0.0, reference) + 1, 0))))
        cells.append(number(mean, digits, sign) + ("" if math.isnan(se) else f" ± {number(se, digits)}"))
        cells.append("–" if math.isnan(lo) else f"{number(lo, digits, sign)} … {number(hi, digits, sign)}")
    return cells


def decimals(se: float, value: float) -> int:
    """Decimal places that show two digits of the standard error (three of the value if there is none)."""
    size = abs(se) if math.isfinite(se) and se > 0 else abs(value) / 10
    return 0 if not math.isfinite(size) or size == 0 else min(6, max(-12, 1 - math.floor(math.log10(size))))


def number(value: float, digits: int, sign: str = "") -> str:
    """A number with thousands separators, rounded to digits that may lie left of the point."""
    if math.isnan(value):
        return "–"
    rounded = round(value, digits) + 0.0  # no minus in front of zero
    text = f"{rounded:{sign if rounded != 0 else ''},.{max(digits, 0)}f}"
    return text.replace("-", "−")
