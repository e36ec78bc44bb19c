"""Figures, numbers and sentences: ``python -m experiments.scenario_comparison.figures [--small] [--store FOLDER]``.

Reads the stores of ``sweep.yaml`` and ``scenario_comparison_ends.yaml`` through `sim.analysis.load`; runs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.common.figures import finish, labelled_bars
from experiments.common.numbers import read_numbers
from experiments.common.page import write_page
from experiments.common.store import open_store
from experiments.scenario_comparison.answer import ENDS, at, blocks, ends
from experiments.scenario_comparison.numbers import FIRST, OLD_YEARS, numbers_of, window_of
from sim.analysis.text import decimals, number
from sim.plots.style import GREY, INK, MODE_NAMES, PALE, SERIES, page, signed_tick, styled
from sim.plots.world_map import GAIN, LOSS

HERE = Path(__file__).parent
LINE = 0.18  # inches a scenario
LEFT, GAP = 2.12, 0.72
Panel = tuple[str, str, str, str]  # area, outcome, unit, words
BARS: tuple[Panel, ...] = (
    ("issuers", "papers", "papers a year", "Papers of the issuers|a year"),
    ("world", "papers", "papers a year", "Papers of the world|a year"),
    ("issuers", "protected", "% points", "Of what could still leak,|protection stops, %"),
)
BOTH: tuple[Panel, ...] = (
    ("issuers", "researchers", "% of those at the end", "Researchers of the issuers|at the end, %"),
    ("world", "papers", "%", "Papers of the world, %|"),
)
WINDOW = f"Star: begins before {FIRST}, first {OLD_YEARS} years."
MARKS = "Lines: chance, two standard errors each way; grey numbers are not clear of zero. Dagger: several issuers."


def order_of(numbers: pd.DataFrame) -> list[str]:
    """Scenarios from the largest loss of the world's papers to the largest gain; direct effects."""
    return list(at(numbers, *BARS[1][:3]).sort_values("mean")["scenario"])


def labels_of(numbers: pd.DataFrame, order: Sequence[str]) -> list[str]:
    """Titles, with a star for those that begin early and a dagger for those of several issuers."""
    rows = at(numbers, *BARS[1][:3]).set_index("scenario").loc[list(order)]
    stars = [" *" if first < FIRST else "" for first in rows["first"]]
    daggers = [" †" if len(window_of(name, {}).issuers) > 1 else "" for name in order]
    return [f"{title}{star}{dagger}" for title, star, dagger in zip(rows["title"], stars, daggers)]


def comparison(numbers: pd.DataFrame, about: str) -> Figure:
    """Direct effects: bars and numbers of all scenarios."""
    order = order_of(numbers)
    height = LINE * len(order)
    lead = f"Every shipped scenario minus the same world without it, direct effects. {about[0].upper()}{about[1:]}."
    with styled():
        sheet = page("What each scenario costs, and what it protects", lead, f"{MARKS} {WINDOW}", height + 0.45)
        width = (sheet.width - LEFT) / len(BARS)
        for k, panel in enumerate(BARS):
            ax = sheet.axes(LEFT + k * width, 0.05, width - GAP, height)
            rows = at(numbers, *panel[:3]).set_index("scenario").reindex(order)
            mean, se = (rows[name].to_numpy(float) for name in ("mean", "se"))
            most = 1 if panel[2] == "% points" else 0
            words = [number(m, min(decimals(s, m), most), "+") if m else "0" for m, s in zip(mean, se)]
            labelled_bars(ax, mean, se, words, np.where(mean < 0, LOSS, GAIN).tolist())
            for text, clear in zip(ax.texts, np.abs(mean) >= 2 * np.nan_to_num(se)):
                text.set_color(INK if clear else GREY)
            _rows(ax, panel[3], labels_of(numbers, order) if k == 0 else [""] * len(order))
    return sheet.figure


def direct_and_total(numbers: pd.DataFrame, about: str) -> Figure:
    """Direct beside total effects: dots with two standard errors."""
    order, modes = order_of(numbers), list(dict.fromkeys(numbers["mode"]))
    height = 1.2 * LINE * len(order)
    title = "Direct and total effects: does it matter that governments react?"
    caption = (
        f"Total effects: governments also answer each other. Lines: chance, two standard errors each way. {WINDOW}"
    )
    with styled():
        sheet = page(title, f"{about[0].upper()}{about[1:]}.", caption, height + 0.75)
        width = (sheet.width - LEFT) / len(BOTH)
        for k, panel in enumerate(BOTH):
            ax = sheet.axes(LEFT + k * width, 0.2, width - 0.25, height)
            for shift, mode, color in zip((-0.17, 0.17), modes, SERIES):
                rows = at(numbers, *panel[:3], mode=mode).set_index("scenario").loc[order]
                y, reach = np.arange(len(order)) + shift, 2 * rows["se"].fillna(0.0)
                ax.hlines(y, rows["mean"] - reach, rows["mean"] + reach, color=color, lw=0.9)
                ax.plot(rows["mean"], y, "o", ms=3.2, color=color)
            ax.axvline(0, color=INK, lw=0.7, zorder=1)
            ax.set_ylim(len(order) - 0.5, -0.5)
            ax.grid(True, axis="x", color=PALE, lw=0.4)
            ax.xaxis.set_major_formatter(signed_tick)
            ax.tick_params(axis="y", length=0)
            ax.spines["left"].set_visible(False)
            _rows(ax, panel[3], labels_of(numbers, order) if k == 0 else [""] * len(order))
        handles = [ax.plot([], [], "o", ms=3.5, color=color)[0] for color, _ in zip(SERIES, modes)]
        sheet.legend(handles, [MODE_NAMES[mode] for mode in modes])
    return sheet.figure


def _rows(ax: Axes, words: str, names: Sequence[str]) -> None:
    """Heading, names of rows, every second row shaded."""
    for row in range(0, len(names), 2):
        ax.axhspan(row - 0.5, row + 0.5, color="#f4f4f4", lw=0, zorder=0)
    ax.set_yticks(range(len(names)), names)
    ax.set_title(words.replace("|", "\n"), fontsize=7)


def main(words: Sequence[str] | None = None) -> list[Path]:
    """Write numbers, sentences and figures; returns what was written."""
    opened = open_store(HERE, words)
    about, beside = opened.run_sentence(), opened.beside("scenario_comparison_ends")
    numbers = numbers_of(opened.frames, beside.frames)
    figures = {"comparison": partial(comparison, numbers, about)}
    if "reactive" in set(numbers["mode"]):
        figures["direct_and_total"] = partial(direct_and_total, numbers, about)
    written = finish(opened, numbers, blocks, figures)
    if opened.page is not None:
        write_page(opened.page, {ENDS: ends(read_numbers(HERE))}, beside.settings())
    return written


if __name__ == "__main__":
    for path in main():
        print(path)
