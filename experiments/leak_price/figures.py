"""Figures and tables of the leak price: ``python -m experiments.leak_price.figures [--small] [--store FOLDER]``.

Reads the store of ``sweep.yaml`` through `sim.analysis.load`; runs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.common.figures import finish
from experiments.common.numbers import at
from experiments.common.page import NONE, cell, markdown
from experiments.common.store import open_store
from experiments.leak_price.numbers import DEFAULT, FAMILIES, numbers_of, rate_of, words
from sim.plots.style import GREY, INK, PALE, SERIES, page, styled

HERE = Path(__file__).parent
COLORS = (*SERIES, INK)
UPPER = (
    "Papers lost in the world are valued at the US's research and development spending per paper, firms' included: an "
    "upper bound."
)


def _rates(numbers: pd.DataFrame) -> dict[str, float]:
    """Cases that are about a leak rate, by rate."""
    found = {case: rate_of(case) for case in dict.fromkeys(numbers["case"])}
    return dict(sorted(((c, r) for c, r in found.items() if r is not None), key=lambda item: item[1]))


def curves(numbers: pd.DataFrame, about: str) -> Figure:
    """Break-even price over the leak rate, a panel a family of rules, by protection and by all leaks."""
    title = "Break-even price of a leak by rule, over the leak rate that nobody knows"
    lead = f"One rule at a time by the US from November 2018 on, at the strengths of the shipped policies; {about}."
    caption = (
        "A rule is worth its cost if a leak costs more than the line. Upper panels: cost by leak prevented by "
        "protection; lower panels: by leak that no longer happens, also for want of people, partners and projects. "
        f"Whole cost: compliance money and lost papers. {UPPER} Shade: two standard errors of the mean either way. "
        "A rule is missing where what it prevents, or what it costs, is not clear of zero."
    )
    rates = _rates(numbers)
    rows = (
        ("with papers, by protection", "$ a leak prevented by protection"),
        ("with papers, all leaks", "$ a leak that no longer happens"),
    )
    with styled():
        sheet = page(title, lead, caption, 2 * 2.75)
        width = (sheet.width - 0.2) / 3
        for j, (outcome, what) in enumerate(rows):
            shared: Axes | None = None
            for k, (family, rules) in enumerate(FAMILIES.items()):
                ax = sheet.axes(k * width + 0.58, (1 - j) * 2.75 + 0.4, width - 0.46, 2.1, sharey=shared)
                shared = ax
                for rule, color in zip(rules, COLORS):
                    _curve(ax, at(numbers, f"price {outcome}", rule=rule), rates, color, words(rule))
                ax.set_xscale("log")
                ax.set_yscale("log")
                ax.set_ylim(1, 1e7)
                ax.set_xlim(min(rates.values()), max(rates.values()))
                ax.yaxis.set_major_formatter(_money)
                ax.set_title(family)
                ax.set_ylabel(what if k == 0 else "")
                ax.grid(True)
                ax.tick_params(labelleft=k == 0)
                if j == 1:
                    ax.set_xlabel("Leak rate, per exposed project-year")
                if ax.get_legend_handles_labels()[0]:
                    ax.legend(loc="upper right", fontsize=6, handlelength=1.4, labelspacing=0.25, borderpad=0)
    return sheet.figure


def _curve(ax: Axes, found: pd.DataFrame, rates: Mapping[str, float], color: str, label: str) -> None:
    found = found[found["case"].isin(list(rates)) & (found["mean"] > 0) & (found["mean"] > 2 * found["se"].fillna(0))]
    if found.empty:
        return
    found = found.assign(rate=found["case"].map(rates)).sort_values("rate")
    reach = 2 * found["se"].fillna(0)
    ax.fill_between(found["rate"], found["mean"] - reach, found["mean"] + reach, color=color, alpha=0.15, lw=0)
    ax.plot(found["rate"], found["mean"], color=color, lw=1.3, label=label)


def _money(value: float, _position: float | None = None) -> str:
    """Tick of an axis in millions of dollars: 100 thousand to trillions."""
    size, unit = next((size, unit) for size, unit in ((1e6, "tn"), (1e3, "bn"), (1, "M"), (0, "k")) if value >= size)
    return f"{value / size:,.0f} {unit}" if size else f"{value * 1e3:,.0f} k"


def ranked(numbers: pd.DataFrame, about: str) -> Figure:
    """Rules by whole cost per leak at the default leak rate, with what they would cost by money alone."""
    title = "What a leak has to be worth for each rule to pay"
    lead = f"Rules of the US one at a time from November 2018, leak rate 0.003; {about}."
    caption = (
        f"Circles: by leak prevented by protection; squares: by leak that no longer happens. {UPPER} Lines: 90 % band "
        "for another replicate. In grey what cannot be divided. Diamonds (mean only): papers that the US loses, "
        "whoever writes them instead; circles and squares: papers that the world loses. Prices go with the inverse of "
        "the leak rate. Protection is an assumption: see the next figure."
    )
    part = numbers[numbers["case"] == DEFAULT]
    rules = sorted(dict.fromkeys(part["rule"]), key=lambda rule: _order(part, rule))
    marks = (
        ("price money only, by protection", "money only, prevented", SERIES[0], "o", False, 0.22),
        ("price with papers, by protection", "with papers, prevented", SERIES[0], "o", True, 0.0),
        ("price with papers, all leaks", "with papers, all fewer", SERIES[1], "s", True, -0.2),
        ("price with own papers, all leaks", "with US papers, all fewer", SERIES[2], "D", False, -0.36),
    )
    with styled():
        sheet = page(title, lead, caption, 0.29 * len(rules) + 0.75)
        ax = sheet.axes(1.55, 0.36, sheet.width - 1.65, 0.29 * len(rules) + 0.1)
        left, right, shown = 1.0, 1e6, dict[str, Any]()
        for y, rule in enumerate(reversed(rules)):
            for outcome, label, color, mark, filled, up in marks:
                row = _row(part, outcome, rule)
                if row is None or not row.mean > 0 or not row.mean > 2 * (row.se if math.isfinite(row.se) else 0):
                    continue
                if math.isfinite(row.lo) and mark != "D":
                    ax.hlines(y + up, max(row.lo, left), row.hi, color=color, lw=0.8)
                face = color if filled else "white"
                shown[label], *_ = ax.plot(row.mean, y + up, mark, color=color, mfc=face, ms=4, ls="")
            ax.text(right * 0.8, y, _note(part, rule), ha="right", va="center", color=GREY, fontsize=6)
            ax.axhline(y + 0.5, color=PALE, lw=0.4)
        ax.set_xscale("log")
        ax.set_xlim(left, right)
        ax.set_ylim(-0.6, len(rules) - 0.4)
        ax.set_yticks(range(len(rules)), [words(rule) for rule in reversed(rules)])
        ax.xaxis.set_major_formatter(_money)
        ax.set_xlabel("Break-even price, $ a leak")
        ax.grid(True, axis="x")
        labels = [label for _, label, *_ in marks if label in shown]
        sheet.legend([shown[label] for label in labels], labels)
    return sheet.figure


def _row(part: pd.DataFrame, outcome: str, rule: str) -> Any:
    return next(at(part, outcome, rule=rule).itertuples(), None)


def _order(part: pd.DataFrame, rule: str) -> tuple[int, float]:
    """Rules that protect at a price first, by price; then those that do not, by price of all leaks."""
    for group, outcome in enumerate(("price with papers, by protection", "price with papers, all leaks")):
        row = _row(part, outcome, rule)
        if row is not None and row.mean > 0:
            return group, row.mean
    return 2, 0.0


def _note(part: pd.DataFrame, rule: str) -> str:
    """What cannot be divided, in words."""
    prevented = _row(part, "leaks prevented by protection", rule)
    fewer, lost = (_row(part, name, rule) for name in ("leaks fewer", "papers lost, world"))
    words_ = []
    if prevented.mean == 0:
        words_.append("protects against nothing")
    if abs(fewer.mean) < 2 * (fewer.se if math.isfinite(fewer.se) else 0) or fewer.mean <= 0:
        words_.append("no fewer leaks")
    if lost.mean < 2 * (lost.se if math.isfinite(lost.se) else 0):
        words_.append("no loss of papers clear of zero")
    return "; ".join(words_)


CASES = {
    "protection at lower ends": ("protection at lower end", "<", SERIES[1]),
    DEFAULT: ("as assumed", "o", INK),
    "protection at upper ends": ("at upper end", ">", SERIES[2]),
    "cases frighten nobody": ("nobody afraid", "x", SERIES[3]),
    "no leaks by coercion": ("no coercion", "+", SERIES[0]),
}


def robust(numbers: pd.DataFrame, about: str) -> Figure:
    """Price by protection with every protection at its ends, and without fear."""
    title = "How far the price of a leak prevented depends on what nobody knows of protection"
    lead = f"Whole cost per leak prevented by protection, leak rate 0.003; {about}."
    caption = (
        "Every share of leaks that a rule prevents at the lower and upper end of its documented range "
        "(docs/levers.md); at a lower end of 0 nothing is prevented: no mark. Nobody afraid: chi = 0, cases frighten "
        "nobody. No coercion: the way by which most leaks go is closed. "
        f"Means over replicates. {UPPER}"
    )
    outcome = "price with papers, by protection"
    found = at(numbers, outcome)
    found = found[(found["mean"] > 0) & (found["mean"] > 2 * found["se"].fillna(0))]
    middle = found[found["case"] == DEFAULT].sort_values("mean", ascending=False)
    rules = list(middle["rule"])
    with styled():
        sheet = page(title, lead, caption, 0.23 * len(rules) + 0.75)
        ax = sheet.axes(1.55, 0.36, sheet.width - 1.65, 0.23 * len(rules) + 0.1)
        for case, (label, mark, color) in CASES.items():
            rows = found[(found["case"] == case) & found["rule"].isin(rules)]
            ax.plot(rows["mean"], [rules.index(rule) for rule in rows["rule"]], mark, color=color, ms=5, label=label)
        for y, rule in enumerate(rules):
            mean = found[(found["rule"] == rule) & found["case"].isin(list(CASES))]["mean"]
            ax.hlines(y, mean.min(), mean.max(), color=GREY, lw=0.8, zorder=0)
        ax.set_xscale("log")
        ax.set_ylim(-0.6, max(len(rules), 1) - 0.4)
        ax.set_yticks(range(len(rules)), [words(rule) for rule in rules])
        ax.xaxis.set_major_formatter(_money)
        ax.set_xlabel("Break-even price, $ a leak")
        ax.grid(True, axis="x")
        sheet.legend(*ax.get_legend_handles_labels())
    return sheet.figure


def tables(numbers: pd.DataFrame) -> Mapping[str, str]:
    """Tables of the page by name."""
    part = numbers[numbers["case"] == DEFAULT]
    rules = sorted(dict.fromkeys(part["rule"]), key=lambda rule: _order(part, rule))
    parts = {
        "effects": ("leaks prevented by protection", "leaks avoided by lost work", "leaks avoided by absence",
                    "leaks fewer", "papers lost, world", "papers lost, issuer", "compliance", "researcher time"),
        "prices": ("price money only, by protection", "price with papers, by protection",
                   "price with own papers, by protection", "price with papers, all leaks"),
    }  # fmt: skip
    found = {}
    for name, outcomes in parts.items():
        units = dict(zip(part["outcome"], part["unit"]))
        head = ["rule", *(f"{outcome} ({units.get(outcome, '')})" for outcome in outcomes)]
        lines = [[words(rule), *(_cell(part, outcome, rule) for outcome in outcomes)] for rule in rules]
        found[name] = markdown(head, lines)
    rates = _rates(numbers)
    head = ["rule", *(f"leak rate {rate:g}" for rate in rates.values())]
    for name, outcome in (("rates", "price with papers, by protection"), ("line", "leaks fewer by leak rate")):
        lines = [[words(rule), *(_cell(numbers[numbers["case"] == c], outcome, rule) for c in rates)] for rule in rules]
        found[name] = markdown(head, lines)
    cases = [case for case in CASES if (numbers["case"] == case).any()]
    outcome = "price with papers, by protection"
    lines = [[words(rule), *(_cell(numbers[numbers["case"] == c], outcome, rule) for c in cases)] for rule in rules]
    found["ends"] = markdown(["rule", *cases], lines)
    return found


def _cell(part: pd.DataFrame, outcome: str, rule: str) -> str:
    return cell(_row(part, outcome, rule), NONE)


def main(arguments: Sequence[str] | None = None) -> list[Path]:
    """Numbers, tables and figures from the store."""
    opened = open_store(HERE, arguments)
    numbers, about = numbers_of(opened), opened.run_sentence()
    draw = {"curves": curves, "ranked": ranked, "robust": robust}
    figures = {name: partial(function, numbers, about) for name, function in draw.items()}
    return finish(opened, numbers, tables, figures)


if __name__ == "__main__":
    for path in main():
        print(path)
