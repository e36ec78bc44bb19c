"""Figure and tables of the leak price: ``python -m experiments.leak_price.figures [--small] [--store FOLDER]``.

Reads the stores of ``sweep.yaml`` and ``leak_price_checks.yaml`` through `sim.analysis.load`; runs nothing.
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
from experiments.leak_price.answer import answer
from experiments.leak_price.numbers import DEFAULT, HIGH, LESS, LOW, RATE, RULES, STOPPED, numbers_of
from sim.plots.style import GREY, INK, PALE, SERIES, page, styled

HERE = Path(__file__).parent
ROW = 0.27  # inches a rule
LEFT, RIGHT = 1.0, 2000.0  # M$ a point
KINDS = {STOPPED: ("o", INK), LESS: ("s", SERIES[1])}


def priced(numbers: pd.DataFrame) -> list[tuple[str, str]]:
    """Rules with a price, cheapest first, each with what it is a price of: hazard stopped, or gone with the work."""
    found = []
    for rule in dict.fromkeys(numbers["rule"]):
        kinds = (kind for kind in KINDS if _clear(_row(numbers, _price(kind), rule)))
        if (kind := next(kinds, None)) is not None:
            found.append((_row(numbers, _price(kind), rule).mean, rule, kind))
    return [(rule, kind) for _, rule, kind in sorted(found)]


def _clear(row: Any) -> bool:
    """True of a price above zero by two standard errors."""
    return row is not None and row.mean > 2 * row.se


def without_price(numbers: pd.DataFrame) -> list[str]:
    """Rules whose price is not clear of zero, or that stop nothing clear of zero."""
    named = {rule for rule, _ in priced(numbers)}
    return [rule for rule in dict.fromkeys(numbers["rule"]) if rule not in named]


def _unpriced(numbers: pd.DataFrame, rule: str) -> str:
    """What stands in place of a price."""
    shown = (STOPPED, LESS, "papers lost, share")
    stopped, less, papers = (_short(_row(numbers, outcome, rule)) for outcome in shown)
    return f"no price: {stopped} % stopped, {less} % gone in all; papers lost {papers} %"


def prices(numbers: pd.DataFrame, about: str) -> Figure:
    """Price of a point of the hazard by rule, at the ends of protection and with any shares of the ways."""
    rules = [*priced(numbers), *((rule, "") for rule in without_price(numbers))]
    caption = (
        "Wide bars: the range of what a rule prevents (arrow: it may be nothing); thin bars: any shares of the four "
        "ways of leaking; whiskers: chance. Squares: the work, the tie or the person is gone."
    )
    with styled():
        high = ROW * len(rules) + 0.1
        sheet = page(
            "What does a point of protection cost?", f"{LEAD}. {about[0].upper()}{about[1:]}.", caption, high + 1.05
        )
        ax = sheet.axes(2.15, 0.38, sheet.width - 2.3, high)
        for y, (rule, kind) in enumerate(reversed(rules)):
            if kind:
                _bars(ax, numbers, rule, kind, y)
            else:
                ax.text(LEFT * 1.1, y, _unpriced(numbers, rule), va="center", color=GREY, fontsize=6.5)
            ax.axhline(y + 0.5, color=PALE, lw=0.4)
        ax.set_xscale("log")
        ax.set_xlim(LEFT, RIGHT)
        ax.set_ylim(-0.6, max(len(rules), 1) - 0.4)
        ax.set_yticks(range(len(rules)), [RULES[rule] for rule, _ in reversed(rules)])
        ax.xaxis.set_major_formatter(money)
        ax.set_xlabel("Cost of a percentage point of the hazard, $ a year")
        ax.grid(True, axis="x")
        _per_leak(ax, numbers)
        for kind, (mark, color) in KINDS.items():
            words = "stopped" if kind == STOPPED else "gone with work, tie or person"
            ax.plot([], [], mark, color=color, ms=4.5, label=words)
        ax.plot([], [], color=PALE, lw=7, label="ends of protection")
        ax.plot([], [], color=SERIES[0], lw=2.2, label="any mix of ways")
        sheet.legend(*ax.get_legend_handles_labels())
    return sheet.figure


LEAD = "One rule at a time by the United States from November 2018 on, to 2035"


def _bars(ax: Axes, numbers: pd.DataFrame, rule: str, kind: str, y: int) -> None:
    mark, color = KINDS[kind]
    row = _row(numbers, _price(kind), rule)
    low, high = (_row(numbers, _price(kind), rule, case) for case in (HIGH, LOW))
    if kind == STOPPED and low is not None:
        end = high.mean if high is not None and high.mean > 0 else RIGHT
        ax.plot([low.mean, end], [y, y], color=PALE, lw=7, solid_capstyle="butt", zorder=1)
        if end == RIGHT:
            ax.plot(RIGHT * 0.9, y, ">", color=GREY, ms=4, zorder=2)
    ways = [_row(numbers, f"price, any ways, {kind} {end}", rule) for end in ("low", "high")]
    if all(way is not None for way in ways):
        ax.plot([way.mean for way in ways], [y, y], color=SERIES[0], lw=2.2, solid_capstyle="butt", zorder=2)
    ax.plot([max(row.mean - 2 * row.se, LEFT), row.mean + 2 * row.se], [y, y], color=color, lw=0.8, zorder=3)
    ax.plot(row.mean, y, mark, color=color, ms=4.5, zorder=4)


def _per_leak(ax: Axes, numbers: pd.DataFrame) -> None:
    """Upper axis: the same by leak, if the leak rate is right."""
    point = float(at(numbers, "leaks without the rule", case=DEFAULT)["mean"].mean()) / 100
    upper = ax.secondary_xaxis("top", functions=(lambda x: x / point, lambda x: x * point))
    upper.set_xscale("log")
    upper.xaxis.set_major_formatter(money)
    upper.set_xlabel(f"$ a leak, if {RATE:g} of exposed project-years leak (at a tenth of that rate ten times as much)")
    upper.spines["top"].set_visible(True)


def money(value: float, _position: float | None = None) -> str:
    """Millions of dollars as text: thousands to billions."""
    size, unit = next((size, unit) for size, unit in ((1e3, "bn"), (1, "M"), (0, "k")) if value >= size)
    return f"{value / size:,.0f} {unit}" if size else f"{value * 1e3:,.0f} k"


def _price(kind: str) -> str:
    return f"price, {kind}, with papers"


def _row(numbers: pd.DataFrame, outcome: str, rule: str, case: str = DEFAULT) -> Any:
    return next(at(numbers, outcome, rule=rule, case=case).itertuples(), None)


COSTS = ("researcher time", "compliance", "papers lost", "papers lost, share")


def tables(numbers: pd.DataFrame) -> Mapping[str, str]:
    """The sentences and the table of the page."""
    order = [*(rule for rule, _ in priced(numbers)), *without_price(numbers)]
    outcomes = (STOPPED, LESS, *COSTS, _price(STOPPED), _price(LESS))
    units = dict(zip(numbers["outcome"], numbers["unit"]))
    head = [
        "rule",
        *(
            f"{outcome.removesuffix(', with papers').removesuffix(', share')} ({units[outcome]})"
            for outcome in outcomes
        ),
    ]
    lines = [[RULES[rule], *(_short(_row(numbers, outcome, rule)) for outcome in outcomes)] for rule in order]
    return {ANSWER: answer(numbers), "rules": markdown(head, lines)}


def _short(row: Any) -> str:
    """Mean ± standard error, without the band."""
    return cell(row, NONE).partition(" (")[0]


def main(arguments: Sequence[str] | None = None) -> list[Path]:
    """Numbers, sentences and figure from the stores."""
    opened = open_store(HERE, arguments)
    numbers = numbers_of(opened)
    return finish(opened, numbers, tables, {"prices": partial(prices, numbers, opened.settings())})


if __name__ == "__main__":
    for path in main():
        print(path)
