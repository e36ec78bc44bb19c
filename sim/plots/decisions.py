"""What reactive governments decided in one run: changes of each lever over time, place by place."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.agents.governments.rules import RULES
from sim.plots.style import GREY, PALE, SERIES, page, styled

ROW = 0.185  # inches a place
COLUMNS, GAP, HEAD, LEFT = 3, 0.16, 0.42, 0.42
UP, DOWN, REFUSED = SERIES[0], SERIES[1], GREY


def decision_figure(decisions: pd.DataFrame, names: list[str], title: str, subtitle: str, n_places: int = 12) -> Figure:
    """Small multiples by lever: a triangle up or down for each change, by the share of the lever's range.

    Parameters
    ----------
    decisions : table `decisions` of one run.
    names : place codes by index.
    n_places : places that decided most, one a row.
    """
    counts = decisions["place"].value_counts()
    chosen = sorted(counts.sort_index().sort_values(ascending=False, kind="stable").index[:n_places])
    rows = -(-len(RULES) // COLUMNS)
    panel = HEAD + ROW * len(chosen)
    caption = (
        "The larger a triangle, the larger the change against the lever's range. A cross is an ally's demand refused. "
        f"Shown are the {len(chosen)} governments with most decisions, by size of their research system, "
        "by the year in which a change comes into force. Triggers, opposition and what was conceded are in "
        "decisions.parquet."
    )
    with styled():
        sheet = page(title, subtitle, caption, rows * panel + 0.46)
        width = (sheet.width - LEFT - (COLUMNS - 1) * GAP) / COLUMNS
        sheet.legend(_keys(), ["raised or tightened", "lowered or relaxed", "demand refused"])
        for k, rule in enumerate(RULES):
            row, column = divmod(k, COLUMNS)
            axes = sheet.axes(
                LEFT + column * (width + GAP), (rows - 1 - row) * panel + 0.2, width, ROW * len(chosen)
            )  # fmt: skip
            _panel(axes, decisions[decisions["lever"] == rule.lever], rule.hi, chosen)
            axes.set_title(rule.lever.replace("_", " "))
            axes.set_yticks(range(len(chosen)), [names[p] for p in chosen] if column == 0 else [""] * len(chosen))
            axes.set_xlim(decisions["year"].min() - 0.7, decisions["year"].max() + 1.7)
    return sheet.figure


def _panel(axes: Axes, found: pd.DataFrame, hi: float, chosen: list[int]) -> None:
    at = {place: k for k, place in enumerate(chosen)}
    axes.hlines(range(len(chosen)), 0, 1, transform=axes.get_yaxis_transform(), color=PALE, linewidth=0.4)
    mine = found[found["place"].isin(chosen)]
    y = mine["place"].map(at).to_numpy(float)
    change = ((mine["after"] - mine["before"]) / hi).to_numpy(float)
    year, refused = mine["effective_year"].to_numpy(float), (mine["answer"] == "refused").to_numpy(bool)
    area = 9 + 260 * np.abs(change)
    for keep, marker, colour in ((change > 0, "^", UP), (change < 0, "v", DOWN)):
        axes.scatter(year[keep], y[keep], s=area[keep], marker=marker, color=colour, linewidths=0)
    axes.scatter(year[refused], y[refused], s=7, marker="x", color=REFUSED, linewidths=0.6)
    axes.set_ylim(len(chosen) - 0.4, -0.6)
    axes.tick_params(length=0, axis="y")
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))


def _keys() -> list[Line2D]:
    return [
        Line2D([], [], linestyle="", marker=marker, markersize=4, color=colour, markeredgecolor=colour)
        for marker, colour in (("^", UP), ("v", DOWN), ("x", REFUSED))
    ]
