"""World map of net flows of researchers, with the places that gain and lose most, and the data."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.plots import effects
from sim.plots.captions import short_names
from sim.plots.style import GREY, INK, page, signed_tick, styled
from sim.plots.world_map import GAIN, LOSS, MAP, NOTHING, Places, draw_map

BARS = 1.62  # inches
ROWS = 8  # places named on each side of the bars
NOTES = (
    "Bars: mean over runs, each side on its own scale. Black lines: two standard errors of chance each way; a bar is "
    "pale if they reach zero.",
    "Diamonds: data (Scopus, Akbaritabar et al. 2024).",
)


def net_rates(place_year: pd.DataFrame, years: tuple[int, int]) -> pd.DataFrame:
    """Net moves by place: per 1,000 researchers and year, and persons a year, mean over `years` (inclusive).

    Returns
    -------
    Columns place, mean, se (per 1,000), persons, persons_se.
    """
    table = effects.place_outcomes(place_year, ("net_moves", "researchers"))
    table = table[table["year"].between(*years)]
    sums = table.groupby([*effects.keys(table), "place"], as_index=False)[["net_moves", "researchers"]].sum()
    sums["rate"] = 1000 * sums["net_moves"] / sums["researchers"].where(sums["researchers"] > 0)
    sums["persons"] = sums["net_moves"] / (years[1] - years[0] + 1)
    persons = effects.band(sums, "persons", ["place"]).rename(columns={"mean": "persons", "se": "persons_se"})
    return effects.band(sums, "rate", ["place"])[["place", "mean", "se"]].merge(
        persons[["place", "persons", "persons_se"]], on="place"
    )


def _draw_bars(
    ax: Axes, rows: pd.DataFrame, names: Mapping[str, str], color: str, title: str, data: Mapping[str, float]
) -> None:
    """Horizontal bars of persons a year, paler within two standard errors of zero, and the data as diamonds."""
    ax.set_title(title, size=7.5)
    if rows.empty:
        ax.text(0.5, 0.5, "none", transform=ax.transAxes, ha="center", size=7, color=GREY)
        ax.set_axis_off()
        return
    at = np.arange(len(rows))[::-1]
    values, reach = rows["persons"].to_numpy(), 2 * rows["persons_se"].fillna(0.0).to_numpy()
    for y, value, error in zip(at, values, reach):
        ax.barh(y, value, color=color, height=0.62, alpha=0.8 if abs(value) >= error else 0.3)
    ax.hlines(at, values - reach, values + reach, color=INK, lw=0.9)
    ax.plot([data.get(p, np.nan) for p in rows["place"]], at, "D", ms=3.2, mfc="white", mec=INK, mew=0.8)
    ax.set_yticks(at, labels=[names.get(p, p) for p in rows["place"]])
    ax.tick_params(axis="y", length=0)
    ax.axvline(0, color=GREY, lw=0.6)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.grid(axis="x")
    ax.set_ylim(-0.6, ROWS - 0.4)
    ax.locator_params(axis="x", nbins=4)
    ax.xaxis.set_major_formatter(signed_tick)


def net_flow_map(
    place_year: pd.DataFrame,
    places: Places,
    years: tuple[int, int],
    data: Mapping[str, float],
    *,
    caption: str = "",
) -> Figure:
    """Map of net moves per 1,000 researchers, and the largest gains and losses beside the data.

    Parameters
    ----------
    place_year : one scenario and mode.
    places : names and positions; `WorldData` will do.
    years : first and last year of the mean, inclusive.
    data : persons a year by place as observed, drawn as diamonds on the bars.
    """
    rates = net_rates(place_year, years)
    span = f"{years[0]}–{years[1]}" if years[1] > years[0] else str(years[0])
    names = short_names(places)
    with styled():
        sheet = page(
            f"Who gains researchers by moves, who loses them, {span}",
            "Moves in minus moves out, per 1,000 researchers a year",
            caption,
            MAP + BARS,
        )
        draw_map(sheet, BARS, rates, places)
        named = rates.sort_values("persons")
        losers = named[named["persons"] < -NOTHING].head(ROWS)
        winners = named[named["persons"] > NOTHING].iloc[::-1].head(ROWS)
        for left, rows, color, word in ((1.3, winners, GAIN, "gains"), (4.78, losers, LOSS, "losses")):
            heading = f"Largest {word}, people a year"
            _draw_bars(sheet.axes(left, 0.18, 2.0, 1.05), rows, names, color, heading, data)
    return sheet.figure
