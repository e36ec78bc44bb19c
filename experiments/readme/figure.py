"""The README's figure: what the crackdown changes for whom, in people, papers and top papers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.common.figures import labelled_bars
from sim.analysis.outcomes import WORLD
from sim.analysis.text import decimals, number
from sim.plots.style import GREY, page, styled
from sim.plots.world_map import GAIN, LOSS

ROW = 0.27  # inches
LEFT, GAP = 1.1, 0.98


@dataclass(frozen=True)
class Column:
    """One panel: outcome in the numbers, outcome of `place_year`, of the last year or a yearly mean, and heading."""

    outcome: str
    value: str
    last: bool
    title: str


COLUMNS = (
    Column("researchers", "n_researchers", True, "Researchers"),
    Column("papers", "papers_fractional", False, "Papers a year"),
    Column("top-1 % papers", "top1_once", False, "Top-1 % papers a year"),
)


def costs(numbers: pd.DataFrame, years: str, size: str) -> Figure:
    """Three panels of bars, a row a place; every column adds up to the world.

    Parameters
    ----------
    numbers : of `experiments.readme.run.numbers_of`, as read from the file.
    years : of the yearly means.
    size : how much was run.
    """
    places = list(dict.fromkeys(numbers["place"]))
    last = years[-4:]
    caption = (
        f"Bars: change, with two standard errors of chance ({size}); in brackets, per cent. Joint papers are shared "
        "among places, so that every column adds up."
    )
    with styled():
        sheet = page(
            "What a lasting crackdown of the United States costs, and whom",
            "Investigations by profile, visa refusals and bans from November 2018 on, against the same world without "
            f"them: researchers at the end of {last}, papers a year in {years}.",
            caption,
            ROW * len(places) + 0.3,
        )
        width = (sheet.width - LEFT) / len(COLUMNS)
        for k, column in enumerate(COLUMNS):
            ax = sheet.axes(LEFT + k * width, 0.05, width - GAP, ROW * len(places))
            _bars(ax, numbers[numbers["outcome"] == column.outcome], places)
            ax.set_title(column.title, loc="left")
            ax.set_yticks(range(len(places)), places if k == 0 else [""] * len(places))
            ax.get_yticklabels()[-1].set_weight("bold")
    return sheet.figure


def _bars(ax: Axes, rows: pd.DataFrame, places: list[str]) -> None:
    """Bars of one panel, and the numbers beside them."""
    amounts = rows[rows["unit"] != "%"].set_index("place").loc[places]
    shares = rows[rows["unit"] == "%"].set_index("place").loc[places]
    mean, se = (amounts[name].to_numpy(float) for name in ("mean", "se"))
    colors = np.where(np.array(places) == WORLD, GREY, np.where(mean < 0, LOSS, GAIN))
    words = []
    for value, error, share, share_se in zip(mean, se, shares["mean"], shares["se"]):
        relative = number(share, min(max(decimals(share_se, share), 0), 1), "+")
        words.append(number(value, decimals(error, value), "+") + (f" ({relative} %)" if np.isfinite(share) else ""))
    labelled_bars(ax, mean, se, words, colors.tolist())
    ax.axhline(len(places) - 1.5, color=GREY, lw=0.5)
