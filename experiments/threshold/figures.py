"""Figures, numbers and tables of the threshold: ``python -m experiments.threshold.figures [--small] [--store FOLDER]``.

Reads the stores of ``sweep.yaml`` and ``threshold_institutions.yaml`` through `sim.analysis.load`; runs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from experiments.common.figures import BAND, banded, finish
from experiments.common.numbers import at
from experiments.common.page import pivot
from experiments.common.store import open_store
from experiments.threshold.numbers import ALL, ALONE, INSTITUTIONS, NONE, SIZES, numbers_of
from sim.plots.style import GREY, INK, SERIES, page, styled

HERE = Path(__file__).parent
SIZE_WORDS = dict(zip(SIZES, ("under 15 M$", "15 to 50 M$", "50 to 250 M$", "250 M$ and more")))
HIGH = 1.95  # inches a panel
SIZE_OUTCOMES = ("institutions covered", "cost", "cost by support", "time", "papers led")
ELEMENT_OUTCOMES = (
    "leaks prevented by the elements",
    "compliance",
    "researcher time",
    "papers lost by the elements",
    "price of the elements, money only",
    "price of the elements, with time",
    "price of the elements, with papers",
)
BESIDE_OUTCOMES = (
    "leaks prevented by the elements",
    "leaks prevented, all rules",
    "papers",
    "researchers at the end",
    "price of the elements, money only",
    "price of all rules, with papers",
)


def _ticks(ax: Axes, thresholds: Sequence[float], log_y: bool = False) -> None:
    ax.set_xscale("log")
    ax.set_xticks(list(thresholds), [f"{t:g}" for t in thresholds])
    ax.set_xticks([], minor=True)
    ax.set_xlabel("Threshold, M$ of federal support a year")
    if log_y:
        ax.set_yscale("log")
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.yaxis.set_major_formatter(lambda value, _: f"{value:,g}")
        ax.yaxis.set_minor_formatter(NullFormatter())
    ax.grid(True, axis="y")


def who_pays(numbers: pd.DataFrame, about: str) -> Figure:
    """Institutions covered, cost and time by size class, all four elements."""
    title = "Who is covered by the four elements, and who pays, by the line of federal support"
    lead = f"Cybersecurity, travel security and two trainings in full in the US from July 2026; {about}."
    caption = (
        "Classes by federal support a year. Covered: institutions of the US at the end, by the mean of three years' "
        "support. Cost and time: a year in force, against the paired baseline; they follow from who is covered and are "
        "the same in every replicate but for the researchers that an institution has. No institution stays under the "
        "line on purpose (params.compliance.bunching = 0)."
    )
    part = numbers[(numbers["elements"] == ALL) & (numbers["beside"] == ALONE)]
    thresholds = sorted(part["threshold"].unique())
    x = range(len(thresholds))
    with styled():
        sheet = page(title, lead, caption, 2 * HIGH + 0.75)
        width = sheet.width / 2
        panels = (
            ("institutions covered", "Institutions covered", True),
            ("cost", "Cost, M$ a year", True),
            ("time", "Researcher time, researcher-years a year", True),
            ("cost by support", r"Cost, \$ per 1,000 \$ of support covered", False),
        )
        for k, (outcome, words, stacked) in enumerate(panels):
            ax = sheet.axes(k % 2 * width + 0.42, (1 - k // 2) * (HIGH + 0.28) + 0.32, width - 0.55, HIGH - 0.3)
            below = [0.0] * len(thresholds)
            for size, color in zip(SIZES, SERIES):
                rows = at(part, outcome, size=size).sort_values("threshold")
                mean = [float(m) for m in rows["mean"]]
                if stacked:
                    ax.bar(x, mean, bottom=below, color=color, width=0.7, label=SIZE_WORDS[size])
                    below = [b + m for b, m in zip(below, mean)]
                else:
                    shown = [(i, m) for i, m in zip(x, mean) if m > 0]
                    ax.plot([i for i, _ in shown], [m for _, m in shown], "o-", color=color, ms=3.5, lw=1.3)
            ax.set_title(words)
            ax.set_ylim(0, None)
            ax.set_xticks(list(x), [f"{t:g}" for t in thresholds])
            ax.set_xlim(-0.6, len(thresholds) - 0.4)
            ax.set_xlabel("Threshold, M$ of federal support a year")
            ax.grid(True, axis="y")
            if k == 0:
                handles = ax.get_legend_handles_labels()
        sheet.legend(*handles)
    return sheet.figure


def _lines(
    numbers: pd.DataFrame,
    axis: str,
    series: Sequence[str],
    panels: Sequence[tuple[str, str, bool]],
    words: tuple[str, str, str],
    **case: object,
) -> Figure:
    """Four panels over the threshold, a line a value of `axis`; panels are outcome, title, logarithmic."""
    thresholds = sorted(numbers["threshold"].unique())
    with styled():
        sheet = page(*words, 2 * HIGH + 0.75)
        width = sheet.width / 2
        for k, (outcome, title, log) in enumerate(panels):
            ax = sheet.axes(k % 2 * width + 0.48, (1 - k // 2) * (HIGH + 0.28) + 0.32, width - 0.6, HIGH - 0.3)
            for name, color in zip(series, (INK, *SERIES)):
                rows = at(numbers, outcome, size="", **{axis: name}, **case).sort_values("threshold").dropna()
                banded(ax, rows["threshold"], rows, color, name)
            positive = (at(numbers, outcome, size="", **case)["mean"] > 0).any()
            _ticks(ax, thresholds, log and bool(positive))
            if not log:
                ax.axhline(0, color=GREY, lw=0.6)
            ax.set_title(title)
            if k == 0:
                handles = ax.get_legend_handles_labels()
        sheet.legend(*handles)
    return sheet.figure


def elements(numbers: pd.DataFrame, about: str) -> Figure:
    """Leaks prevented, time and price of each element alone and of all."""
    series = [name for name in dict.fromkeys(numbers["elements"]) if name != NONE]
    panels = (
        ("leaks prevented by the elements", "Leaks prevented by protection, a year", False),
        ("papers lost by the elements", "Papers lost in the US, a year", False),
        ("price of the elements, money only", "Price, compliance money only, M$ a leak", True),
        ("price of the elements, with time", "Price, with researcher time, M$ a leak", True),
    )
    caption = (
        f"{BAND} Yearly means from July 2026 on against the paired baseline, for the leak rate of 0.003, which nobody "
        "knows: prices are proportional to its inverse. Time is valued at all research and development spending per "
        "researcher, firms' included, an upper bound. Travel security and the two trainings take the same hours: "
        "their lines of papers lie on each other. No investigations."
    )
    words = (
        "What each element prevents, and at what price, by the line of federal support",
        f"Each element alone, and all four, in full in the US from July 2026; {about}.",
        caption,
    )
    return _lines(numbers, "elements", series, panels, words, beside=ALONE)


def precision(numbers: pd.DataFrame, about: str) -> Figure:
    """The four elements beside investigations of different precision."""
    series = [n for n in dict.fromkeys(numbers["beside"]) if n == ALONE or str(n).startswith("precision")]
    panels = (
        ("leaks prevented by the elements", "Leaks prevented by the elements, a year", False),
        ("leaks prevented, all rules", "Leaks prevented by all rules, a year", False),
        ("papers", "Papers in the US, %", False),
        ("price of all rules, with papers", "Price of all rules, with papers, M$ a leak", True),
    )
    caption = (
        f"{BAND} The elements have no precision of their own: they fall on everyone covered. Precision is the share of "
        "investigations beside them (0.0033 cases a year per researcher with ties to China) that is aimed by risk; "
        "'nothing': no investigations. By the elements: less what the same investigations prevent without them. "
        "Papers lost are valued at all research and development spending per paper, an upper bound; leak rate 0.003."
    )
    words = (
        "The four elements beside investigations, by their precision",
        f"All four elements in full and investigations in the US from July 2026; {about}.",
        caption,
    )
    return _lines(numbers, "beside", series, panels, words, elements=ALL)


def tables(numbers: pd.DataFrame) -> Mapping[str, str]:
    """Tables of the page by name."""
    alone = numbers[(numbers["beside"] == ALONE) & (numbers["size"] == "") & (numbers["elements"] != NONE)]
    sizes = numbers[(numbers["elements"] == ALL) & numbers["size"].isin(SIZES)]
    four = numbers[(numbers["elements"] == ALL) & (numbers["size"] == "")]
    return {
        "sizes": pivot(sizes, "size", "threshold", SIZE_OUTCOMES),
        "elements": pivot(alone, "elements", "threshold", ELEMENT_OUTCOMES),
        "beside": pivot(four, "beside", "threshold", BESIDE_OUTCOMES),
    }


def main(words: Sequence[str] | None = None) -> list[Path]:
    """Numbers, tables and figures from the stores."""
    opened = open_store(HERE, words)
    numbers, about = numbers_of(opened), opened.run_sentence()
    figures = {
        "who_pays": partial(who_pays, numbers, opened.beside(INSTITUTIONS).run_sentence()),
        "elements": partial(elements, numbers, about),
        "precision": partial(precision, numbers, about),
    }
    return finish(opened, numbers, tables, figures)


if __name__ == "__main__":
    for path in main():
        print(path)
