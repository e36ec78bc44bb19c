"""The world over time: simulated levels against data, with the years in which the model is on its own marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.outcomes import value
from sim.analysis.pairs import plain
from sim.core.axes import BASELINE
from sim.plots import effects
from sim.plots.outcomes import grid, time_axis
from sim.plots.style import GREY, INK, SERIES, joined, page, styled

ROW = 1.72  # inches


@dataclass(frozen=True)
class Level:
    """One panel: column of `world_levels`, title, unit line, name of the observed series and its source."""

    column: str
    title: str
    unit: str
    source: str


LEVELS = (
    Level("researchers", "Researchers", "million", "Scopus (Akbaritabar et al. 2024)"),
    Level("moves", "Moves between places", "thousand a year", "Scopus (Akbaritabar et al. 2024)"),
    Level("papers", "Papers", "million a year", "NSF S&E Indicators"),
    Level("international", "International share of papers", "%", "NSF (from 1996) and Aksnes & Sivertsen 2023"),
    Level("foreign", "Researchers of foreign origin", "% of all", ""),
    Level("team", "Authors per paper", "mean", ""),
)


def sources() -> str:
    """Sentence for the caption: where the observed series come from."""
    words: dict[str, list[str]] = {}
    for level in LEVELS:
        if level.source:
            words.setdefault(level.source, []).append(level.title.lower())
    return f"Data: {'; '.join(f'{source} for {joined(titles)}' for source, titles in words.items())}."


def world_levels(world_year: pd.DataFrame, place_year: pd.DataFrame) -> pd.DataFrame:
    """Levels of the world in the units of `LEVELS`, by run and year."""
    world = plain(world_year)
    run = [*effects.keys(world), "year"]
    foreign = plain(place_year[[*run, "n_foreign_origin"]]).groupby(run, as_index=False).sum()
    world = world.merge(foreign, on=run, how="left")
    out = world[run].copy()
    out["researchers"] = world["n_researchers"] / 1e6
    out["moves"] = world["new_moves"] / 1e3
    out["papers"] = world["papers"] / 1e6
    out["international"] = 100 * value(world, "international_share_world")
    out["foreign"] = 100 * value(world, "foreign_share")
    out["team"] = world["authors_per_paper_mean"].astype(float)
    return out


def _panel(ax: Axes, table: pd.DataFrame, column: str, colors: Mapping[str, str], titles: Mapping[str, str]) -> None:
    """Simulated lines and bands; several modes of a scenario share its colour, the headline mode is shown."""
    for scenario, color in colors.items():
        curve = effects.band(table[table["scenario"] == scenario], column, ["year"])
        if curve.empty:
            continue
        width = 1.6 if scenario == BASELINE else 1.1
        ax.fill_between(curve["year"], curve["lo"], curve["hi"], color=color, alpha=0.18, lw=0)
        ax.plot(curve["year"], curve["mean"], color=color, lw=width, label=titles.get(scenario, scenario))


def world_over_time(
    world_year: pd.DataFrame,
    place_year: pd.DataFrame,
    years: tuple[int, int],
    observed: Mapping[str, pd.Series],
    *,
    data_end: int,
    since: int | None = None,
    titles: Mapping[str, str] = MappingProxyType({}),
    title: str = "The world over time: simulated and observed",
    caption: str = "",
) -> Figure:
    """Levels of the world: lines for the simulation (headline mode), dots for data.

    Parameters
    ----------
    observed : column of `world_levels` -> values by year, in the units of `LEVELS`.
    data_end : last year of data; later years are shaded as projection.
    since : first year in which the scenarios may differ from the baseline: earlier they are not drawn over it.
    titles : of the scenarios by name.
    """
    table = world_levels(world_year, place_year)
    table = table[(table["mode"] == effects.headline_mode(table)) & table["year"].between(*years)]
    if since is not None and BASELINE in set(table["scenario"]):
        table = table[(table["scenario"] == BASELINE) | (table["year"] >= since - 1)]
    others = sorted(s for s in table["scenario"].unique() if s != BASELINE)
    colors = {BASELINE: INK} | {s: SERIES[i % len(SERIES)] for i, s in enumerate(others)}
    with styled():
        sheet = page(title, "", caption, 0.2 + 2 * ROW)
        axes = grid(sheet, 2, 3, ROW).ravel()
        for ax, level in zip(axes, LEVELS):
            if years[1] > data_end:
                ax.axvspan(data_end + 0.5, years[1], color="#f3f3f3", lw=0, zorder=0)
            _panel(ax, table, level.column, colors, titles)
            if level.column in observed:
                seen = observed[level.column].dropna()
                ax.plot(seen.index, seen.to_numpy(), "o", ms=2.2, mfc="white", mec=INK, mew=0.6, label="data", zorder=4)
            time_axis(ax, *years)
            ax.set_ylim(0, 1.03 * ax.get_ylim()[1])
            ax.locator_params(axis="y", nbins=5)
            ax.set_title(level.title, pad=16)
            ax.annotate(level.unit, (0, 1), (0, 5), "axes fraction", textcoords="offset points", size=6.5, color=GREY)
        handles, labels = axes[0].get_legend_handles_labels()
        if years[1] > data_end:
            handles.append(axes[0].fill_between([], [], [], color="#e6e6e6"))
            labels.append("projection")
        sheet.legend(handles, labels)
    return sheet.figure
