"""Figure, numbers and sentences of precision: ``python -m experiments.precision.figures [--small] [--store FOLDER]``.

Reads the store of ``sweep.yaml`` through `sim.analysis.load`; runs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from experiments.common.figures import finish
from experiments.common.numbers import at
from experiments.common.page import told
from experiments.common.store import open_store
from experiments.precision.numbers import numbers_of
from sim.plots.style import GREY, SERIES, page, styled

HERE = Path(__file__).parent
USUAL: Mapping[str, Any] = {
    "rate": 0.0033,
    "by_risk": 0,
    "chi": 84,
    "decay": 0.2,
    "undisclosed": 0.02,
    "specificity": 0.995,
    "sensitivity": 0.5,
    "deterrence": 0.05,
}
HALF, TWICE = {"rate": 0.00165}, {"rate": 0.0066}
PRICE = "researchers lost per tie found"
AIMS = {0: "by origin", 0.5: "half and half", 1: "by risk"}
RATES = {0.00165: "half as many", 0.0033: "as many as then", 0.0066: "twice as many"}
ENDS: Mapping[str, Mapping[str, Any]] = {
    "a case frightens half as much": {"chi": 42},
    "a case frightens twice as much": {"chi": 168},
    "fear fades by 2 % a year": {"decay": 0.02},
    "fear fades by 80 % a year": {"decay": 0.8},
    "0.5 % of the tied have undisclosed ties": {"undisclosed": 0.005},
    "5 % of the tied have undisclosed ties": {"undisclosed": 0.05},
}
RULE_ENDS: Mapping[str, Mapping[str, Any]] = {
    "it flags 1.5 % of the harmless": {"specificity": 0.985},
    "it flags 0.1 % of the harmless": {"specificity": 0.999},
    "it flags a fifth of the guilty": {"sensitivity": 0.2},
    "it flags nine tenths of the guilty": {"sensitivity": 0.9},
}


def line(numbers: pd.DataFrame, outcome: str, **differs: Any) -> Any:
    """The one line of an outcome at the usual values but those named; None if it was not run."""
    return next(at(numbers, outcome, **{**USUAL, **differs}).itertuples(), None)


def size(numbers: pd.DataFrame, outcome: str, **differs: Any) -> str:
    """Its mean ± standard error."""
    row = line(numbers, outcome, **differs)
    return told(row.mean, row.se)


def price_of_finding(numbers: pd.DataFrame, about: str) -> Figure:
    """Researchers lost over undisclosed ties found, a line an aim, a dot a rate."""
    title = "Whom investigations are aimed at matters more than how many there are"
    lead = (
        "Investigations in the United States of researchers with ties to China, from November 2018 on, against the "
        f"same world without them; {about}."
    )
    caption = (
        "Lines: whom cases go by; dots: half, once and twice the rate of the China Initiative and the letters of the "
        "National Institutes of Health together; bars: two standard errors either way."
    )
    with styled():
        sheet = page(title, lead, caption, 3.2)
        ax = sheet.axes(0.5, 0.4, sheet.width - 1.9, sheet.height - 0.6)
        for (aim, words), color in zip(AIMS.items(), SERIES):
            dots = [
                (rate, line(numbers, "undisclosed ties found", by_risk=aim, rate=rate),
                 line(numbers, "researchers lost", by_risk=aim, rate=rate))
                for rate in RATES
            ]  # fmt: skip
            dots = [dot for dot in dots if dot[1] is not None]
            if not dots:
                continue
            x, y = [d[1].mean for d in dots], [d[2].mean for d in dots]
            reach = [2 * d[2].se for d in dots], [2 * d[1].se for d in dots]
            ax.errorbar(x, y, *reach, fmt="o-", color=color, ms=4, lw=1.4, elinewidth=0.8)
            ax.annotate(f"cases {words}", (x[-1], y[-1]), (6, 9), textcoords="offset points", color=color)
            if aim == 0:
                for (rate, *_), a, b in zip(dots, x, y):
                    ax.annotate(RATES[rate], (a, b), (10, -4), textcoords="offset points", color=GREY)
        ax.axhline(0, color=GREY, lw=0.6)
        ax.set_xlim(left=0)
        ax.set_ylim(bottom=min(0.0, ax.get_ylim()[0]))
        ax.set_xlabel("Undisclosed ties found a year")
        ax.set_ylabel("Researchers lost by the last year, %")
        ax.grid(True)
    return sheet.figure


def answer(numbers: pd.DataFrame) -> str:
    """The answer of the page."""
    lost = {aim: size(numbers, "researchers lost", by_risk=aim) for aim in (0, 1)}
    finds = {aim: size(numbers, "cases that find one", by_risk=aim) for aim in (0, 1)}
    price = {aim: size(numbers, PRICE, by_risk=aim) for aim in (0, 1)}
    return (
        "Whom investigations are aimed at matters more than how many there are. With as many cases as under the China "
        "Initiative and the letters of the National Institutes of Health, kept up, the United States ends with "
        f"{lost[0]} % fewer researchers if cases go by Chinese origin and {lost[1]} % fewer if they go by risk; "
        f"half as many cases by origin still cost {size(numbers, 'researchers lost', **HALF)} %. "
        f"By risk {finds[1]} % of the cases find an undisclosed tie, by origin {finds[0]} %. Every tie found costs "
        f"{price[1]} researchers by risk and {price[0]} by origin, which is {size(numbers, PRICE, **HALF)} with half "
        f"as many cases and {size(numbers, PRICE, **TWICE)} with twice as many. "
        "That cases by risk cost less follows from an assumption, that a case which finds nothing frightens people "
        "like the one it is about; how much all of them cost depends on how much a case frightens, which is fitted to "
        "one survey."
    )


def sure(numbers: pd.DataFrame) -> str:
    """Ends of ranges, one at a time: researchers lost by origin, by risk, and by origin at half the rate."""
    lines = []
    for words, end in ENDS.items():
        if line(numbers, "researchers lost", **end) is not None:
            cells = (end, {**end, "by_risk": 1}, {**end, **HALF})
            lost = [size(numbers, "researchers lost", **cell) for cell in cells]
            lines.append(
                f"- {words}: {lost[0]} % by origin, {lost[1]} % by risk, {lost[2]} % by origin at half the rate"
            )
    for words, end in RULE_ENDS.items():
        if line(numbers, "researchers lost", **end, by_risk=1) is not None:
            found = size(numbers, "cases that find one", **end, by_risk=1)
            lost_by_risk = size(numbers, "researchers lost", **end, by_risk=1)
            lines.append(
                f"- the rule by risk, if {words}: {found} % of its cases find something, {lost_by_risk} % lost"
            )
    protects = [
        size(numbers, "share protected", by_risk=1, deterrence=effect)
        for effect in (0.05, 0.5)
        if line(numbers, "share protected", by_risk=1, deterrence=effect) is not None
    ]
    lines.append(f"- protection by cases aimed by risk: {' or '.join(protects)} points of what could still leak")
    return "\n".join(lines)


def tables(numbers: pd.DataFrame) -> Mapping[str, str]:
    """Generated parts of the page by name."""
    return {"answer": answer(numbers), "sure": sure(numbers)}


def main(words: Sequence[str] | None = None) -> list[Path]:
    """Numbers, sentences and the figure from the store."""
    opened = open_store(HERE, words)
    numbers = numbers_of(opened)
    draw = {"price_of_finding": partial(price_of_finding, numbers, opened.run_sentence())}
    return finish(opened, numbers, tables, draw)


if __name__ == "__main__":
    for path in main():
        print(path)
