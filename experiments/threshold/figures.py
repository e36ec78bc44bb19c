"""Figure, numbers and table of the threshold: ``python -m experiments.threshold.figures [--small] [--store FOLDER]``.

Reads the stores of ``sweep.yaml`` and ``threshold_institutions.yaml`` through `sim.analysis.load`; runs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.common.figures import finish
from experiments.common.numbers import at
from experiments.common.page import ANSWER, NONE, cell, markdown
from experiments.common.store import open_store
from experiments.threshold.answer import answer
from experiments.threshold.numbers import DEFAULT, FROM, HIGH, LOW, SIZES, numbers_of
from sim.plots.style import INK, PALE, SERIES, page, styled

HERE = Path(__file__).parent
SIZE_WORDS = dict(zip(SIZES, ("under 15 M$", "15 to 50 M$", "50 to 250 M$", "250 M$ and more")))
TALL = 1.95  # inches a panel
AXIS = "Line, million $ of federal support a year"


def who_pays(numbers: pd.DataFrame, about: str) -> Figure:
    """Over the line: who is covered, what is stopped, what it costs by size and by point."""
    lines = sorted({str(t) for t in numbers["threshold"] if t}, key=float)
    caption = (
        "Hazard: what would leak without the rule. Grey bars: documented ranges of what the elements prevent; "
        "whiskers: chance, two standard errors. Size of institutions: federal support a year."
    )
    with styled():
        sheet = page(
            "The line of federal support decides how much is protected, hardly at what price",
            f"All four elements in full, in the United States, from July 2026 to 2035. {about[0].upper()}{about[1:]}.",
            caption,
            2 * TALL + 0.75,
        )
        width = sheet.width / 2
        spots = [(k % 2 * width + 0.45, (1 - k // 2) * (TALL + 0.28) + 0.32) for k in range(4)]
        axes = [sheet.axes(*spot, width - 0.6, TALL - 0.3) for spot in spots]
        _covered(axes[0], numbers, lines)
        _stopped(axes[1], numbers, lines)
        _by_support(axes[2], numbers, lines)
        _price(axes[3], numbers, lines)
        for ax in axes:
            ax.margins(y=0.08)
            ax.set_ylim(0, None)
            ax.set_xticks(range(len(lines)), lines)
            ax.set_xlim(-0.6, len(lines) - 0.4)
            ax.grid(True, axis="y")
        for ax in axes[2:]:
            ax.set_xlabel(AXIS)
        sheet.legend(*axes[0].get_legend_handles_labels())
    return sheet.figure


def _over(numbers: pd.DataFrame, outcome: str, lines: Sequence[str], **case: object) -> pd.DataFrame:
    """Rows of an outcome, one a line that has it; ``x``, its place."""
    found = at(numbers, outcome, **case)
    found = found[found["threshold"].isin(lines)]
    return found.assign(x=[lines.index(line) for line in found["threshold"]]).sort_values("x")


def _covered(ax: Axes, numbers: pd.DataFrame, lines: Sequence[str]) -> None:
    below = [0.0] * len(lines)
    for size, color in zip(SIZES, SERIES):
        mean = _over(numbers, "institutions covered", lines, size=size).set_index("x")["mean"]
        heights = [float(mean.get(x, 0.0)) for x in range(len(lines))]
        ax.bar(range(len(lines)), heights, bottom=below, color=color, width=0.7, label=SIZE_WORDS[size])
        below = [b + m for b, m in zip(below, heights)]
    ax.set_title("Institutions covered")


def _stopped(ax: Axes, numbers: pd.DataFrame, lines: Sequence[str]) -> None:
    low, high = (
        _over(numbers, "hazard stopped", lines, protection=end, size="").set_index("x")["mean"] for end in (LOW, HIGH)
    )
    for x in low.index:
        ax.bar(x, high[x] - low[x], bottom=low[x], color=PALE, width=0.5)
    _points(ax, _over(numbers, "hazard stopped", lines, protection=DEFAULT, size=""), INK)
    ax.set_title("Hazard stopped, %")


def _by_support(ax: Axes, numbers: pd.DataFrame, lines: Sequence[str]) -> None:
    for size, color in zip(SIZES, SERIES):
        rows = _over(numbers, "cost by support", lines, size=size)
        ax.plot(rows["x"], rows["mean"], "o-", color=color, ms=3.5, lw=1.3)
    ax.set_title("Compliance, $ per 1,000 $ of support")


def _price(ax: Axes, numbers: pd.DataFrame, lines: Sequence[str]) -> None:
    _points(ax, _over(numbers, "price, with time", lines, protection=DEFAULT, size=""), INK)
    ax.set_title("Cost of a point of the hazard, M$ a year")


def _points(ax: Axes, rows: pd.DataFrame, color: str) -> None:
    ax.errorbar(
        rows["x"], rows["mean"], yerr=2 * rows["se"].fillna(0), fmt="o-", color=color, ms=3.5, lw=1.3, elinewidth=0.8
    )


OUTCOMES = ("hazard stopped", "papers lost", "researcher time", "compliance", "price, money only", "price, with time")


def tables(numbers: pd.DataFrame) -> Mapping[str, str]:
    """The sentences and the table of the page."""
    rules = [rule for rule in dict.fromkeys(numbers["rule"]) if rule]
    rules.sort(key=lambda rule: float(rule.removeprefix(FROM).removesuffix(" M$")) if rule.startswith(FROM) else 1e9)
    units = dict(zip(numbers["outcome"], numbers["unit"]))
    head = ["rule", *(f"{outcome} ({units[outcome]})" for outcome in OUTCOMES)]
    lines = [[rule, *(_short(numbers, outcome, rule) for outcome in OUTCOMES)] for rule in rules]
    return {ANSWER: answer(numbers), "rules": markdown(head, lines)}


def _short(numbers: pd.DataFrame, outcome: str, rule: str) -> str:
    """Mean ± standard error, without the band."""
    row: Any = next(at(numbers, outcome, rule=rule, protection=DEFAULT).itertuples(), None)
    return cell(row, NONE).partition(" (")[0]


def main(words: Sequence[str] | None = None) -> list[Path]:
    """Numbers, sentences and figure from the stores."""
    opened = open_store(HERE, words)
    numbers = numbers_of(opened)
    return finish(opened, numbers, tables, {"who_pays": partial(who_pays, numbers, opened.settings())})


if __name__ == "__main__":
    for path in main():
        print(path)
