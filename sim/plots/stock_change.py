"""Who ends up with more researchers, who with fewer, and by which way: entrants, moves, exits."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.analysis.pairs import plain
from sim.analysis.text import decimals, error, number
from sim.core.axes import BASELINE
from sim.plots import effects
from sim.plots.captions import short_names
from sim.plots.style import GREY, INK, SERIES, page, signed_tick, styled
from sim.plots.world_map import MAP, Places, draw_map, within_noise

COLUMNS = ("n_researchers", "new_entrants", "new_moves_in", "new_moves_out", "new_exits")
PARTS = {
    "entrants": "entrants",
    "moves": "moves in minus out",
    "exits": "exits (more of them to the left)",
}
COLORS = (SERIES[0], SERIES[5], SERIES[3])
ROW, FOOT, HEAD = 0.165, 0.42, 0.3  # inches: a place's bar, axis and keys below the bars, heading above them
ROWS = 7  # places named on each side
NOTES = (
    "Bars: entrants, moves and exits that the change adds up from, mean over runs, each side on its own scale. "
    "Diamonds: the change, given beside it ± one standard error of chance. Places that are hatched have no bar.",
)


def stock_change(place_year: pd.DataFrame, years: tuple[int, int]) -> pd.DataFrame:
    """Change of the stock at the end of the years by place, run by run, and the flows that it is the sum of.

    Scenario and baseline are the same before `years` begin, so that ``stock = entrants + moves + exits`` exactly.

    Parameters
    ----------
    place_year : one scenario and its baseline in one mode.
    years : from the first policy to the last year, inclusive.

    Returns
    -------
    Columns of the run, place, stock, entrants, moves (in minus out), exits (counted as losses): persons, scenario minus
    baseline; percent: of the baseline's stock at the end.
    """
    frame = plain(place_year)
    frame = frame[frame["year"].between(*years)]
    run = [*effects.keys(frame), "place"]
    flows = frame.groupby(run)[list(COLUMNS[1:])].sum().astype(float)
    end = frame[frame["year"] == years[1]].set_index(run)["n_researchers"].astype(float)
    table = pd.DataFrame(
        {
            "stock": end,
            "percent": end,
            "entrants": flows["new_entrants"],
            "moves": flows["new_moves_in"] - flows["new_moves_out"],
            "exits": -flows["new_exits"],
        }
    ).reset_index()
    return effects.paired(table, ["stock", *PARTS, "percent"], ["place"], percent=["percent"])


def _bars(ax: Axes, rows: pd.DataFrame, names: Mapping[str, str], title: str, most: int) -> None:
    """Stacked bars of the parts by place, the sum as a diamond and in figures; room for `most` places."""
    ax.set_title(title, size=7.5)
    if rows.empty:
        ax.text(0.5, 0.5, "none beyond chance", transform=ax.transAxes, ha="center", size=7, color=GREY)
        ax.set_axis_off()
        return
    at = np.arange(len(rows))[::-1]
    parts = rows[list(PARTS)].to_numpy()
    for sign in (1, -1):
        side = np.maximum(sign * parts, 0.0)
        starts = np.cumsum(side, axis=1) - side
        for k, color in enumerate(COLORS):
            ax.barh(at, sign * side[:, k], left=sign * starts[:, k], color=color, height=0.62, lw=0)
    ax.plot(rows["mean"], at, "D", ms=3.2, mfc="white", mec=INK, mew=0.8)
    for y, mean, se in zip(at, rows["mean"], rows["se"]):
        words = number(mean, decimals(se, mean), "+") + error(se, mean)
        ax.annotate(words, (1, y), (4, 0), ("axes fraction", "data"), textcoords="offset points", size=6.5, va="center")
    ax.set_yticks(at, labels=[names.get(p, p) for p in rows["place"]])
    ax.tick_params(axis="y", length=0)
    ax.axvline(0, color=GREY, lw=0.6)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.grid(axis="x")
    ax.set_ylim(len(rows) - most - 0.6, len(rows) - 0.4)
    ax.locator_params(axis="x", nbins=3)
    ax.xaxis.set_major_formatter(signed_tick)


def _persons(change: pd.DataFrame, noise: Collection[str]) -> pd.DataFrame:
    """Mean and standard error of the stock's change and means of its parts, of places whose change is no chance."""
    out = effects.band(change, "stock", ["place"])[["place", "mean", "se"]]
    out = out.merge(change.groupby("place", as_index=False)[list(PARTS)].mean(), on="place")
    return out[~out["place"].isin(noise)].sort_values("mean")


def noise_of(change: pd.DataFrame, scale: float) -> set[str]:
    """Places whose change in persons may be chance; of `stock_change`."""
    persons = effects.band(change, "stock", ["place"])
    return set(persons["place"][within_noise(persons, persons["mean"] / scale)].astype(str))


def stock_change_map(
    place_year: pd.DataFrame,
    places: Places,
    years: tuple[int, int],
    scale: float,
    *,
    title: str,
    caption: str = "",
) -> Figure:
    """Map of the change of the stock in per cent, and bars of what the largest changes are made of.

    Parameters
    ----------
    place_year : one scenario and its baseline in one mode.
    places : names and positions; `WorldData` will do.
    years : from the first policy to the last year, inclusive.
    scale : people whom an agent stands for.
    """
    change = stock_change(place_year, years)
    shares = effects.band(change, "percent", ["place"])
    noise = noise_of(change, scale)
    persons = _persons(change, noise)
    names = short_names(places)
    subtitle = f"Researchers at the end of {years[1]}, scenario minus {BASELINE}, % of the {BASELINE}'s"
    gains, losses = persons[persons["mean"] > 0].iloc[::-1].head(ROWS), persons[persons["mean"] < 0].head(ROWS)
    most = max(len(gains), len(losses), 2)
    bars = FOOT + ROW * most + HEAD
    with styled():
        sheet = page(title, subtitle, caption, MAP + bars)
        draw_map(sheet, bars, shares, places, noise)
        for left, rows, word in ((1.3, gains, "gains"), (4.75, losses, "losses")):
            heading = f"Largest {word}, people in {years[1]}"
            _bars(sheet.axes(left, FOOT, 1.4, ROW * most), rows, names, heading, most)
        handles = [Patch(color=color) for color in COLORS]
        keys = sheet.axes(0, 0, sheet.width, 0.2, frameon=False, xticks=[], yticks=[])
        sum_key = Line2D([], [], ls="", marker="D", ms=3.2, mfc="white", mec=INK)
        keys.legend([*handles, sum_key], [*PARTS.values(), "sum"], loc="center", ncols=4, handlelength=1.2)
    return sheet.figure
