"""Figures, numbers and page of the experiment, from its runs: ``python -m experiments.reaction.figures``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from experiments.common.figures import draw
from experiments.common.numbers import at, read_numbers, write_numbers
from experiments.common.page import write_page
from experiments.reaction.answer import answer
from experiments.reaction.numbers import CHINA_AT_US, all_numbers
from experiments.reaction.run import STORE
from experiments.reaction.runs import Runs
from sim.plots.style import GREY, INK, SERIES, page, styled

HERE = Path(__file__).parent
CASES = {"baseline": ("without a US restriction", GREY), "restricts": ("with a US restriction", SERIES[1])}
WIDE = 0.5  # inches between panels


def followers_figure(numbers: pd.DataFrame, about: str) -> Figure:
    """Chances of a first step by year: an ally protects or restricts, China restricts the United States."""
    panels = {
        "an ally protects": "A large ally has new rules\non research security, %",
        "an ally restricts": "A large ally restricts\nsome country, %",
        CHINA_AT_US: "China restricts\nthe United States, %",
    }
    caption = (
        "Chance that the step has been taken by the end of a year; large ally: mean of the nine largest. Lines: "
        "medians over our priors; bands: 90 % of draws."
    )
    with styled():
        sheet = page("Allies follow more than China answers", about, caption, 2.35)
        width = (sheet.width - 0.45 - 2 * WIDE) / 3
        for k, (outcome, head) in enumerate(panels.items()):
            axes = sheet.axes(0.3 + k * (width + WIDE), 0.2, width, 1.6)
            for case, (_, colour) in CASES.items():
                rows = at(numbers, outcome, part="followers", case=case)
                axes.fill_between(rows["year"], rows["lo"], rows["hi"], color=colour, alpha=0.2, lw=0)
                axes.plot(rows["year"], rows["median"], color=colour, lw=1.8)
            axes.set_title(head)
            axes.set_ylim(0, 100)
            axes.set_xlim(2018, 2035)
            axes.set_xticks([2020, 2025, 2030, 2035])
        keys = [Patch(color=colour) for _, colour in CASES.values()]
        sheet.legend(keys, [label for label, _ in CASES.values()])
    return sheet.figure


def matrix_figure(numbers: pd.DataFrame, about: str) -> Figure:
    """Heat maps of the reaction matrix, the largest places, with their names."""
    caption = (
        "A column: if the country below it takes one step more in 2018, how many more steps the country on the left is "
        "expected to take in 2019–23. White: its own further steps, in numbers.csv."
    )
    panels = {
        "protect to protect": "One protects: others protect", "restrict to protect": "One restricts: others protect",
        "restrict to restrict": "One restricts: others restrict", "promote to promote": "One promotes: others promote",
    }  # fmt: skip
    wide, high, left, foot = 3.0, 2.1, 0.85, 0.78
    found = {name: numbers[numbers["part"] == f"matrix, {name}"] for name in panels}
    places = list(dict.fromkeys(next(iter(found.values()))["outcome"]))
    others = ~np.eye(len(places), dtype=bool)
    # rows are who reacts
    cells = {name: rows["mean"].to_numpy().reshape(others.shape).T for name, rows in found.items()}
    top = max(float(np.abs(values[others]).max()) for values in cells.values())
    with styled():
        sheet = page(
            "How one government's step moves others",
            f"Further steps per 100 histories, one agent for 100 researchers; {about.rpartition('; ')[2]}",
            caption,
            2 * high + foot + 0.55,
        )
        for k, (name, head) in enumerate(panels.items()):
            row, column = divmod(k, 2)
            axes = sheet.axes(left + column * (wide + 0.12), foot + (1 - row) * (high + 0.28), wide, high)
            shown = np.where(others, cells[name], np.nan)
            axes.imshow(shown, cmap="PuOr_r", norm=TwoSlopeNorm(0.0, -top, top), aspect="auto")
            _name(axes, places, below=row == 1, beside=column == 0)
            axes.set_title(head, pad=4)
            for i, j in np.argwhere(np.abs(np.nan_to_num(shown)) >= 0.5):
                tone = "white" if abs(shown[i, j]) > 0.6 * top else INK
                axes.text(j, i, f"{shown[i, j]:.0f}".replace("-", "−"), ha="center", va="center", size=5.5, color=tone)
    return sheet.figure


def _name(axes: Axes, names: list[str], below: bool, beside: bool) -> None:
    places, nothing = range(len(names)), [""] * len(names)
    axes.set_xticks(places, names if below else nothing, rotation=90, size=6.0)
    axes.set_yticks(places, names if beside else nothing, size=6.0)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def split_figure(numbers: pd.DataFrame, about: str) -> Figure:
    """What each kind of reaction adds to the effect of the restriction, on rungs and on papers."""
    panels = {
        "mean rung of protect, 2035": "Protect, mean\nrung, 2035",
        "restrictions, 2035": "Restrict, pairs\nof countries, 2035",
        "mean rung of promote, 2035": "Promote, mean\nrung, 2035",
        f"{CHINA_AT_US}, 2035": "Chance that China\nrestricts US",
        "papers, nine allies": "Papers of nine\nallies, %",
    }
    kinds = {
        "retaliation": "retaliation", "following": "following allies", "alarm": "alarm at cases",
        "competition": "competition for talent",
    }  # fmt: skip
    n = int(numbers.loc[numbers["part"] == "split", "n"].max())
    caption = (
        "Effect of the restriction with all reactions, minus that with one kind switched off; papers: sums of 2031–35. "
        f"Dots: mean; thick: two standard errors over worlds; thin: 90 % of {n} draws."
    )
    with styled():
        sheet = page("Which reaction does what", f"Added to the effect of a US restriction. {about}", caption, 1.85)
        left, gap = 1.25, 0.28
        width = (sheet.width - left - gap * (len(panels) - 1)) / len(panels)
        for k, (outcome, head) in enumerate(panels.items()):
            axes = sheet.axes(left + k * (width + gap), 0.22, width, 1.25)
            rows = at(numbers, outcome, part="split").set_index("case").loc[list(kinds)]
            y = np.arange(len(rows))
            axes.axvline(0.0, color=GREY, lw=0.6)
            axes.hlines(y, rows["lo"], rows["hi"], color=SERIES[0], lw=0.8)
            axes.hlines(
                y, rows["mean"] - 2 * rows["se"], rows["mean"] + 2 * rows["se"], color=SERIES[0], lw=3, alpha=0.5
            )
            axes.plot(rows["mean"], y, "o", color=SERIES[0], ms=3.5)
            axes.set_yticks(y, list(kinds.values()) if k == 0 else [""] * len(y))
            axes.tick_params(axis="y", length=0)
            axes.set_ylim(len(y) - 0.5, -0.5)
            axes.set_title(head, size=7)
            axes.locator_params(axis="x", nbins=3)
    return sheet.figure


FIGURES: dict[str, Callable[[pd.DataFrame, str], Figure]] = {
    "followers": followers_figure, "matrix": matrix_figure, "split": split_figure,
}  # fmt: skip


def main(words: list[str] | None = None) -> list[Path]:
    """Write numbers, figures and the generated parts of the page."""
    parser = argparse.ArgumentParser(prog="python -m experiments.reaction.figures")
    parser.add_argument("--small", action="store_true", help="the small runs; figures go into their folder")
    parser.add_argument("--store", type=Path, help="folder of the runs")
    args = parser.parse_args(words)
    runs = Runs(args.store or STORE / ("small" if args.small else "runs"))
    folder = runs.folder if args.small else HERE
    file = write_numbers(folder, all_numbers(runs))
    numbers, about = read_numbers(folder), f"{runs.sentence()}."
    if not args.small:
        write_page(HERE / "README.md", answer(numbers), runs.sentence())
    return [file, *draw(folder, {name: partial(figure, numbers, about) for name, figure in FIGURES.items()})]


if __name__ == "__main__":
    main()
