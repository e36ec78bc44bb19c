"""Outcomes over time as differences from the baseline, with bands and policy dates: the world and single places."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy.special import stdtrit

from sim.analysis.summary import CERTAIN
from sim.analysis.text import few
from sim.plots import effects
from sim.plots.policy_lines import PolicyDate, draw_policy_dates, key_to_lines
from sim.plots.style import GREY, INK, MODE_LINES, MODE_NAMES, SERIES, Page, page, signed_tick, styled
from sim.plots.world_map import HATCH_WITHIN

LEFT, RIGHT = 0.44, 0.1  # inches kept free beside each panel


LineStyle = tuple[str, Any, str]  # colour, dashes, text in the legend
Styles = Mapping[tuple[str, str], LineStyle]  # by scenario and mode


@dataclass(frozen=True)
class Outcome:
    """One panel: column of `effects.place_outcomes`, title, unit line, and how the difference is taken.

    Parameters
    ----------
    kind : ``percent`` of the baseline, ``points`` (share as percentage points) or ``plain``.
    """

    column: str
    title: str
    unit: str
    kind: str


RESEARCHERS = Outcome("researchers", "Researchers", "% of baseline", "percent")
PAPERS = Outcome("papers", "Papers", "% of baseline", "percent")
INTERNATIONAL = Outcome("international", "International share", "percentage points", "points")
TOP1 = Outcome("top1", "Top-1 % papers", "% of baseline", "percent")
PROTECTED = Outcome("protected", "Protected", "points of what could leak", "points")
CASES = Outcome("cases", "Investigations", "a year", "plain")
MID_YEAR = 0.5  # where the value of a year stands between its ticks, so that no effect precedes its policy
NOTHING = 1e-9  # largest change that is rounding
HEADS = 0.24  # inches for place names above the columns
SUBTITLE = "Scenario minus baseline, the world without the policy"
MOVES = Outcome("moves", "Moves between places", "% of baseline", "percent")
NET_MOVES = Outcome("net_rate", "Net moves", "per 1,000 researchers", "plain")
WORLD_OUTCOMES = (RESEARCHERS, MOVES, PAPERS, INTERNATIONAL, TOP1, CASES)
PLACE_OUTCOMES = (RESEARCHERS, NET_MOVES, PAPERS, INTERNATIONAL, TOP1, PROTECTED)


def differences(outcomes: pd.DataFrame, panels: Sequence[Outcome]) -> pd.DataFrame:
    """Paired differences of all panels in the unit of each, by scenario, mode, run, year and place."""
    columns = [p.column for p in panels]
    percent = [p.column for p in panels if p.kind == "percent"]
    out = effects.paired(outcomes, columns, ["year", "place"], percent)
    for panel in panels:
        if panel.kind == "points":
            out[panel.column] *= 100
    return out


def most_affected(
    place_year: pd.DataFrame, first: int, count: int, issuers: Sequence[str] = (), scale: float = 1.0
) -> list[str]:
    """Places whose papers change most in number from year `first` on; the (two most changed) issuers come first.

    Only changes beyond two paired standard errors and of `FEW` papers of agents count: places without one are left
    out, apart from issuers. A single run has no error and ranks by size alone.

    Parameters
    ----------
    scale : people whom an agent stands for.
    """
    table = effects.place_outcomes(place_year, ("papers",))
    table = table[(table["year"] >= first) & (table["mode"] == effects.headline_mode(table))]
    sums = table.groupby([*effects.keys(table), "place"], as_index=False)[["papers"]].sum()
    change = effects.band(effects.paired(sums, ["papers"], ["place"]), "papers", ["scenario", "place"])
    noise = (change["mean"].abs() < 2 * change["se"]) | (change["mean"] / scale).map(few)
    change["size"] = change["mean"].abs().mask(noise, 0.0)
    ranked = change.groupby("place")["size"].max().sort_values(ascending=False, kind="stable")
    own = [place for place in ranked.index if place in issuers][:2]
    return list(dict.fromkeys([*own, *ranked.index[ranked > 0]]))[:count]


def style_of(
    series: Sequence[tuple[str, str]], titles: Mapping[str, str] = MappingProxyType({})
) -> dict[tuple[str, str], LineStyle]:
    """Colour, line and legend text of each (scenario, mode): modes of one scenario, or several scenarios by title."""
    several = len({s for s, _ in series}) > 1
    out = {}
    for i, (scenario, mode) in enumerate(series):
        name = MODE_NAMES.get(mode, mode)
        out[(scenario, mode)] = (
            SERIES[i % len(SERIES)],
            MODE_LINES.get(mode, "-"),
            titles.get(scenario, scenario) if several else name,
        )
    return out


def time_axis(ax: Axes, first: int, last: int, most: float = 5.0) -> None:
    """Ticks on 1 January of years, at most so many intervals; the axis ends on that of `last`."""
    span = last - first
    step = next(s for s in (1, 2, 5, 10, 20) if span / s <= most)
    ax.set_xlim(first, last)
    ax.set_xticks([y for y in range(first, last + 1) if y % step == 0])
    ax.grid(axis="y")
    ax.tick_params(axis="x", length=2)


def _value_axis(ax: Axes) -> None:
    ax.locator_params(axis="y", nbins=5)
    ax.yaxis.set_major_formatter(signed_tick)


def _least_span(ax: Axes, least: float) -> None:
    """Widen the value axis around its middle, so that noise does not fill a panel in which nothing happens."""
    low, high = ax.get_ylim()
    if high - low < least:
        middle = (low + high) / 2
        ax.set_ylim(middle - least / 2, middle + least / 2)


def _panel(ax: Axes, table: pd.DataFrame, panel: Outcome, styles: Styles) -> None:
    """Lines and bands of one outcome at one place."""
    ax.axhline(0, color=GREY, lw=0.7, zorder=1)
    for (scenario, mode), (color, line, _) in styles.items():
        rows = table[(table["scenario"] == scenario) & (table["mode"] == mode)]
        curve = effects.band(rows, panel.column, ["year"])
        if curve.empty:
            continue
        middle = curve["year"] + MID_YEAR
        ax.fill_between(middle, curve["lo"], curve["hi"], color=color, alpha=0.18, lw=0, zorder=2)
        ax.plot(middle, curve["mean"], color=color, ls=line, lw=1.4, zorder=3)
    if not (table[panel.column].abs() > NOTHING).any():
        words = "no change" if table[panel.column].notna().any() else "nothing to measure"
        ax.text(0.5, 0.62, words, transform=ax.transAxes, ha="center", size=7, color=GREY)


def departs(rows: pd.DataFrame, column: str) -> bool:
    """Whether total and direct effects of a scenario differ beyond chance, in the mean of the years.

    Chance is `HATCH_WITHIN` standard errors, as on the map: with so many panels some would pass two. Where replicates
    are so few that the printed table asks for more, so does this.

    Parameters
    ----------
    rows : of one place, in both modes; with one mode only there is nothing to be told apart, and it is shown.
    """
    by_mode = dict(list(rows.set_index(["draw", "replicate", "year"]).groupby("mode")[column]))
    if not {"scripted", "reactive"} <= set(by_mode):
        return True
    gap = (by_mode["reactive"] - by_mode["scripted"]).groupby(level=["draw", "replicate"]).mean().to_numpy()
    errors = max(HATCH_WITHIN, float(stdtrit(len(gap) - 1, CERTAIN))) if len(gap) > 1 else 0.0
    reach = errors * float(gap.std(ddof=1)) / len(gap) ** 0.5 if len(gap) > 1 else 0.0
    return abs(float(gap.mean())) > max(reach, NOTHING)


def _shown(table: pd.DataFrame, panel: Outcome, styles: Styles) -> Styles:
    """Lines of one panel: total effects beside direct ones only where they differ."""
    beside = [s for s, mode in styles if mode == "reactive" and (s, "scripted") in styles]
    same = {(s, "reactive") for s in beside if not departs(table[table["scenario"] == s], panel.column)}
    return {key: style for key, style in styles.items() if key not in same}


def _legend(sheet: Page, styles: Styles, shown: Collection[tuple[str, str]]) -> None:
    styles = {key: style for key, style in styles.items() if key in shown}
    handles = [Line2D([], [], color=c, ls=ls, lw=1.6) for c, ls, _ in styles.values()]
    sheet.legend(handles, [text for _, _, text in styles.values()])


def grid(sheet: Page, rows: int, columns: int, height: float, above: float = 0.42, below: float = 0.2) -> np.ndarray:
    """Axes [rows, columns] over the width of the page, from 0.2 inches (the legend) below its top.

    Parameters
    ----------
    height : of a row, inches; `above` and `below` of them are kept free for heads and tick labels.
    """
    width = sheet.width / columns
    out = np.empty((rows, columns), dtype=object)
    for r in range(rows):
        bottom = sheet.height - 0.2 - (r + 1) * height + below
        for c in range(columns):
            out[r, c] = sheet.axes(c * width + LEFT, bottom, width - LEFT - RIGHT, height - above - below)
    return out


def outcome_bands(
    world_year: pd.DataFrame,
    place_year: pd.DataFrame,
    years: tuple[int, int],
    *,
    events: Sequence[PolicyDate] = (),
    titles: Mapping[str, str] = MappingProxyType({}),
    title: str = "World: difference from the baseline",
    caption: str = "",
) -> Figure:
    """Six outcomes of the world as differences from the baseline, with bands over runs and dated policy lines.

    Parameters
    ----------
    years : first and last year shown.
    titles : of the scenarios by name.
    """
    table = differences(effects.world_outcomes(world_year, place_year), WORLD_OUTCOMES)
    table = table[table["year"].between(*years)]
    styles = style_of(effects.series_of(table), titles)
    with styled():
        sheet = page(title, SUBTITLE, caption, 0.2 + 2 * 1.75, key=key_to_lines(events))
        shown: set[tuple[str, str]] = set()
        for ax, panel in zip(grid(sheet, 2, 3, 1.75).ravel(), WORLD_OUTCOMES):
            own = _shown(table, panel, styles)
            shown.update(own)
            _panel(ax, table, panel, own)
            time_axis(ax, years[0], years[1] + 1)
            _least_span(ax, 0.2)
            _value_axis(ax)
            draw_policy_dates(ax, events)
            ax.set_title(panel.title, pad=20)
            ax.annotate(panel.unit, (0, 1), (0, 9.5), "axes fraction", textcoords="offset points", size=6.5, color=GREY)
        _legend(sheet, styles, shown)
    return sheet.figure


def place_bands(
    place_year: pd.DataFrame,
    places: Sequence[str],
    years: tuple[int, int],
    *,
    names: Mapping[str, str],
    events: Sequence[PolicyDate] = (),
    titles: Mapping[str, str] = MappingProxyType({}),
    title: str = "Places most affected: difference from the baseline",
    caption: str = "",
) -> Figure:
    """The six outcomes (rows) for a few places (columns), each row on one scale.

    Parameters
    ----------
    places : alpha-3 codes, at most five.
    titles : of the scenarios by name.
    """
    here = place_year[place_year["place"].isin(list(places))]
    table = differences(effects.place_outcomes(here, [panel.column for panel in PLACE_OUTCOMES]), PLACE_OUTCOMES)
    table = table[table["year"].between(*years)]
    styles = style_of(effects.series_of(table), titles)
    rows, height = len(PLACE_OUTCOMES), 1.04
    with styled():
        sheet = page(title, SUBTITLE, caption, 0.2 + HEADS + rows * height + 0.18, key=key_to_lines(events))
        shown: set[tuple[str, str]] = set()
        axes = grid(replace(sheet, height=sheet.height - HEADS), rows, len(places), height, above=0.24, below=0.02)
        for r, panel in enumerate(PLACE_OUTCOMES):
            for ax, place in zip(axes[r], places):
                here = table[table["place"] == place]
                own = _shown(here, panel, styles)
                shown.update(own)
                _panel(ax, here, panel, own)
                time_axis(ax, years[0], years[1] + 1, most=3.5)  # narrow panels, whose labels would run together
            _share_scale(list(axes[r]))
            for c, ax in enumerate(axes[r]):
                _value_axis(ax)
                draw_policy_dates(ax, events, numbers=r == 0)
                ax.tick_params(labelleft=c == 0, labelbottom=r == len(PLACE_OUTCOMES) - 1)
        _row_heads(axes, [names.get(p, p) for p in places])
        _legend(sheet, styles, shown)
    return sheet.figure


def _share_scale(axes: list[Axes]) -> None:
    """One value scale for a row of panels."""
    low, high = min(a.get_ylim()[0] for a in axes), max(a.get_ylim()[1] for a in axes)
    for ax in axes:
        ax.set_ylim(low, high)
        _least_span(ax, 0.2)


def _row_heads(axes: np.ndarray, names: Sequence[str]) -> None:
    """Outcome and unit at the head of each row, place names at the head of each column."""
    for r, panel in enumerate(PLACE_OUTCOMES):
        words = f"{panel.title}, {panel.unit}"
        axes[r, 0].annotate(
            words, (0, 1), (0, 8 if r == 0 else 4), "axes fraction", textcoords="offset points",
            size=7, color=INK, va="bottom",
        )  # fmt: skip
    for ax, name in zip(axes[0], names):
        ax.annotate(name, (0, 1), (0, 20), "axes fraction", textcoords="offset points", size=8, weight="bold")
