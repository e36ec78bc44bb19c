"""Scenarios side by side on linear axes: a dot, a thick line of chance, a thin one of chance and assumptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from sim.comparison.bands import ENOUGH
from sim.comparison.lines import PAPERS, RESEARCHERS, TOP
from sim.comparison.reading import Comparison
from sim.plots.style import GREY, INK, SERIES, page, save, signed_tick, styled, wrapped
from sim.policy.words import short_title

OUTCOMES = (RESEARCHERS, PAPERS, TOP)
NAME = "compare"
ROW, APART, ABOVE, BELOW = 0.19, 0.26, 0.3, 0.28  # inches: a scenario, between areas, over and under the panels
LEFT, BETWEEN, SIZE = 2.3, 0.22, 7.5


def write_figure(comparison: Comparison, table: pd.DataFrame, folder: Path) -> list[Path]:
    """Draw ``compare`` into a folder.

    Parameters
    ----------
    table : as of `sim.comparison.lines.table_of`; direct effects are drawn, in per cent of the reference.
    """
    rows = table[table["mode"] == comparison.modes[0]]
    areas = list(dict.fromkeys(rows["area"]))
    labels = comparison.scenarios
    block = ROW * len(labels) + APART
    body = ABOVE + block * len(areas) + BELOW
    against = short_title(comparison.titles.get(comparison.reference, comparison.reference))
    with styled():
        sheet = page(
            "What each scenario changes, in per cent",
            f"{comparison.period}, against: {against}. Researchers are those of {comparison.period.last}.",
            _caption(comparison),
            body,
        )
        width = (sheet.width - LEFT - BETWEEN * len(OUTCOMES)) / len(OUTCOMES)
        heights = {area: body - ABOVE - block * i for i, area in enumerate(areas)}
        first: Axes | None = None
        for column, line in enumerate(OUTCOMES):
            axes = sheet.axes(LEFT + column * (width + BETWEEN), BELOW, width, body - ABOVE - BELOW)
            axes.set_ylim(BELOW, body - ABOVE)
            axes.set_title(line.words)
            axes.sharex(first or axes)
            first = first or axes
            _panel(axes, rows[rows["outcome"] == line.words], heights, labels)
        _names(sheet, areas, labels, comparison.titles, heights)
        return save(sheet.figure, folder, NAME)


def _panel(axes: Axes, rows: pd.DataFrame, heights: Mapping[str, float], labels: Sequence[str]) -> None:
    axes.axvline(0, color=GREY, lw=0.8, zorder=1)
    for row in rows.to_dict("records"):
        place = labels.index(row["scenario"])
        y, colour = heights[row["area"]] - APART - ROW * (place + 0.35), SERIES[place % len(SERIES)]
        axes.plot([row["pct_lo"], row["pct_hi"]], [y, y], color=colour, lw=1.0, zorder=2, solid_capstyle="butt")
        axes.plot(
            [row["pct_chance_lo"], row["pct_chance_hi"]], [y, y], color=colour, lw=3.4, zorder=3, solid_capstyle="butt"
        )
        axes.plot([row["pct"]], [y], "o", color=colour, ms=4, mec="white", mew=0.6, zorder=4)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.xaxis.set_major_formatter(signed_tick)
    axes.locator_params(axis="x", nbins=5)


def _names(
    sheet: Any, areas: Sequence[str], labels: Sequence[str], titles: Mapping[str, str], heights: Mapping[str, float]
) -> None:
    """Areas and scenarios at the left of the panels."""
    wide, high = sheet.figure.get_size_inches()

    def write(text: str, y: float, **look: Any) -> None:
        told = wrapped(text, SIZE, LEFT - 0.2, look.get("weight", "normal"))
        shown = told[0] + (" …" if len(told) > 1 else "")
        x, at = (sheet.left + look.pop("indent", 0.0)) / wide, (sheet.bottom + y) / high
        sheet.figure.text(x, at, shown, size=SIZE, va="center", **look)

    for area in areas:
        write(area, heights[area] - APART / 2, weight="bold", color=INK)
        for i, label in enumerate(labels):
            colour = SERIES[i % len(SERIES)]
            write(
                short_title(titles.get(label, label)),
                heights[area] - APART - ROW * (i + 0.35),
                color=colour,
                indent=0.1,
            )


def _caption(comparison: Comparison) -> str:
    chance = f"thick line: 90 % by chance ({comparison.replicates} replicates)"
    if not comparison.draws:
        return f"Dot: mean effect; {chance}. What unfixed assumptions add is not shown."
    of = "90 % of" if comparison.draws >= ENOUGH else "all"
    return (
        f"Dot: documented values of all parameters; {chance}; thin line: {of} {comparison.draws} draws over the ranges "
        "of all numbers that no data fix, chance included. Direct effects."
    )
