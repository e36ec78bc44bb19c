"""International share of papers by place: simulated against data."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.analysis.outcomes import value
from sim.analysis.pairs import plain
from sim.core.axes import BASELINE
from sim.plots import effects
from sim.plots.labels import label_points
from sim.plots.style import GREY, INK, SERIES, page, styled

BODY = 5.2  # inches, square panel
NEAR = 5.0  # percentage points: the grey strip


def compare_shares(place_year: pd.DataFrame, observed: Mapping[str, float], years: tuple[int, int]) -> pd.DataFrame:
    """Simulated (baseline, headline mode, mean of `years`) and observed shares in percent.

    Returns
    -------
    Columns place, simulated, low, high, observed, papers (a year); only places with data, largest first.
    """
    table = plain(place_year)
    table = table[table["year"].between(*years)]
    if BASELINE in set(table["scenario"]):
        table = table[table["scenario"] == BASELINE]
    table = table[table["mode"] == effects.headline_mode(table)]
    run = [*effects.keys(table), "place"]
    sums = table.groupby(run, as_index=False)[["papers_international", "papers_whole"]].sum()
    sums["share"] = 100 * value(sums, "international_share")
    out = effects.band(sums, "share", ["place"]).rename(columns={"mean": "simulated"})
    papers = sums.groupby("place")["papers_whole"].mean() / (years[1] - years[0] + 1)
    out["papers"] = out["place"].map(papers)
    out["observed"] = 100 * out["place"].map(dict(observed)).astype(float)
    return out.dropna(subset=["observed", "simulated"]).sort_values("papers", ascending=False, ignore_index=True)


def mean_absolute_error(table: pd.DataFrame) -> float:
    """Unweighted mean over places, percentage points."""
    return float((table["simulated"] - table["observed"]).abs().mean())


def international_share(
    table: pd.DataFrame,
    names: Mapping[str, str],
    *,
    title: str = "International share of papers: simulated and observed",
    caption: str = "",
) -> Figure:
    """Scatter of `compare_shares` with the 1:1 line and a strip of five points on each side.

    Places further than `NEAR` from the data are set in the second colour.
    """
    x, y = table["observed"].to_numpy(), table["simulated"].to_numpy()
    edge = min(5 * np.ceil(max(float(x.max()), float(y.max())) / 5 + 0.2), 100.0)
    start = max(5 * np.floor(min(float(x.min()), float(y.min())) / 5 - 0.2), 0.0)
    far = np.abs(x - y) > NEAR
    colors = np.where(far, SERIES[1], SERIES[0])
    area = 8 + 110 * np.sqrt(table["papers"].to_numpy() / max(float(table["papers"].max()), 1.0))
    with styled():
        sheet = page(title, "% of each place's papers with an author abroad", caption, BODY)
        ax = sheet.axes(0.45, 0.38, sheet.width - 0.5, BODY - 0.45)
        line = np.array([start, edge])
        ax.fill_between(line, line - NEAR, line + NEAR, color="#f0f0f0", lw=0, zorder=0)
        ax.plot(line, line, color=GREY, lw=0.8, zorder=1)
        ax.vlines(x, table["lo"], table["hi"], color=colors, lw=1.6, alpha=0.16, zorder=1)
        ax.scatter(x, y, s=area, c=colors, alpha=0.75, edgecolors="white", linewidths=0.5, zorder=3)
        ax.set(xlim=(start, edge), ylim=(start, edge), xlabel="Data, %", ylabel="Simulated, %")
        diagonal = np.column_stack([np.linspace(start, edge, 80)] * 2)
        label_points(
            ax, x, y, [names.get(p, p) for p in table["place"]], markers=np.sqrt(area) / 2,
            colors=[SERIES[1] if f else INK for f in far], order=np.argsort(-np.abs(x - y)), blocked=diagonal,
        )  # fmt: skip
    return sheet.figure
