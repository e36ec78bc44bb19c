"""Figure, numbers and sentences of sensitivity.

``python -m experiments.sensitivity.figures [--small] [--store FOLDER]`` reads the store of ``sweep.yaml`` through
`sim.analysis.load`; it runs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.common.figures import finish
from experiments.common.store import open_store
from experiments.sensitivity.numbers import UNITS, design_of, numbers_of, strongest
from sim.analysis.sensitivity import ALPHA
from sim.analysis.text import decimals, number
from sim.assumptions.ranges import in_words
from sim.config.schema import parameter_table
from sim.plots.style import PALE, SERIES, joined, page, styled

HERE = Path(__file__).parent
FITTED = {row["key"] for row in parameter_table() if row["role"] == "fitted"}
SHOWN = 18  # parameters in the figure
LINE, LEFT = 0.15, 2.3  # inches a parameter, and of their names
PANELS = {
    "researchers": "Researchers in the\nUnited States, %",
    "papers": "Papers of the\nUnited States, %",
    "world papers": "Papers of\nthe world, %",
    "share protected": "Protected, of what\ncould still leak, points",
}
SENTENCES = {
    "researchers": "researchers in the United States",
    "papers": "papers of the United States",
    "world papers": "papers of the world",
    "share protected": "the protected share of what could still leak in the United States",
}


def named(parameter: str) -> str:
    """In words, marked if it is fitted."""
    return in_words(parameter) + (" (fitted)" if parameter in FITTED else "")


def part(numbers: pd.DataFrame, outcome: str, index: str) -> pd.DataFrame:
    """Lines of one index, by parameter."""
    return numbers[(numbers["outcome"] == outcome) & (numbers["index"] == index)].set_index("parameter")


def top(numbers: pd.DataFrame, outcome: str, n: int = 3) -> list[str]:
    """Parameters that move an outcome most, of those that would not pass by chance were all of them without effect."""
    rows = part(numbers, outcome, "mu_star")
    rows = rows[rows["p"] < ALPHA / len(rows)].sort_values("value", ascending=False)
    return [str(name) for name in rows.index[:n]]


def screening(numbers: pd.DataFrame, about: str) -> Figure:
    """Mean elementary effects of the strongest parameters with their intervals and noise, a panel an outcome."""
    order, whole = list(strongest(numbers)["parameter"][:SHOWN]), len(part(numbers, "papers", "mu_star"))
    title = "Which unknown numbers decide what a crackdown does"
    lead = f"Change of the scenario's effect when a parameter goes from one end of its range to the other; {about}."
    caption = (
        "Dots: mean size of the change over the design, right of the line if the effect becomes more positive (a "
        "smaller loss, more protection), left if more negative; bars: 90 % intervals. Grey: what chance gives. "
        f"Hollow: not told from chance. The {len(order)} strongest of {whole}, by their largest share of an outcome's "
        "strongest. Fitted ones go from half to twice their value, the others over their range."
    )
    y = len(order) - 1 - np.arange(len(order))
    with styled():
        sheet = page(title, lead, caption, LINE * len(order) + 0.6)
        width = (sheet.width - LEFT) / len(PANELS)
        for k, (outcome, words) in enumerate(PANELS.items()):
            ax = sheet.axes(LEFT + k * width, 0.2, width - 0.15, sheet.height - 0.55)
            rows, mean = part(numbers, outcome, "mu_star").loc[order], part(numbers, outcome, "mu").loc[order, "value"]
            side = np.where(mean < 0, -1.0, 1.0)
            noise = rows["noise"].fillna(0.0)
            ax.barh(y, 2 * noise, left=-noise, height=0.8, color=PALE, lw=0, zorder=1)
            ends = side * rows["lo"].clip(lower=0), side * rows["hi"]
            ax.hlines(y, *ends, color=SERIES[0], lw=1, alpha=0.7, zorder=2)
            clear = rows["resolved"].astype(bool).to_numpy()
            for dots, face in ((clear, SERIES[0]), (~clear, "white")):
                ax.plot((side * rows["value"])[dots], y[dots], "o", ms=3.4, mfc=face, mec=SERIES[0], mew=0.8, zorder=3)
            ax.axvline(0, color=PALE, lw=0.8, zorder=0)
            ax.set_ylim(-0.7, len(order) - 0.3)
            ax.set_yticks(y, [named(p) for p in order] if k == 0 else [], fontsize=6.5)
            ax.tick_params(axis="y", length=0)
            ax.locator_params(axis="x", nbins=4)
            ax.grid(True, axis="x")
            ax.set_title(words, fontsize=7)
    return sheet.figure


def spread(numbers: pd.DataFrame, outcome: str, index: str) -> pd.Series:
    """The one line of an outcome's spread."""
    return part(numbers, outcome, index).iloc[0]


def answer(numbers: pd.DataFrame) -> str:
    """The answer of the page."""
    ranges = [f"{SENTENCES[o]} {_range(spread(numbers, o, 'effect'), UNITS[o].removeprefix('% '))}" for o in UNITS]
    found = {o: joined([f"“{named(p)}”" for p in top(numbers, o)]) for o in UNITS}
    strong = [f"for {SENTENCES[o]} {found[o] or 'nothing that is told from chance'}" for o in UNITS]
    return (
        "Over the ranges that the sources leave open, a lasting crackdown changes, on average (in brackets: nine times "
        f"in ten), {'; '.join(ranges)}. "
        f"What decides the size most is, {'; '.join(strong)}. "
        f"{signs(numbers)}"
    )


def _range(row: pd.Series, unit: str) -> str:
    return f"{_signed(row['value'])} {unit} ({_signed(row['lo'])} to {_signed(row['hi'])})"


def _signed(value: float) -> str:
    return two_digits(value, "+")


def two_digits(value: float, sign: str = "") -> str:
    """A number of a wide range."""
    return number(value, decimals(abs(value), value), sign)


def signs(numbers: pd.DataFrame) -> str:
    """Which effects have one sign at all points, and which turn where."""
    below = {outcome: float(spread(numbers, outcome, "points below zero")["value"]) for outcome in UNITS}
    found = []
    for words, share in (("losses", 100.0), ("gains", 0.0)):
        if same := [SENTENCES[outcome] for outcome, low in below.items() if low == share]:
            names = joined(same)
            found.append(f"{names[0].upper()}{names[1:]}: {words} at every point.")
    turning = [turn(numbers, outcome, low) for outcome, low in below.items() if 0.0 < low < 100.0]
    return " ".join([*found, *turning])


def turn(numbers: pd.DataFrame, outcome: str, low: float) -> str:
    """At how many points an effect is below zero, and where the mean turns if one parameter turns it."""
    crossing = [
        f"“{named(p)}” at {level:.2g}" for p in top(numbers, outcome) for level in crossings(numbers, outcome, p)
    ]
    where = f"turned on average by {joined(crossing)}" if crossing else "and no one parameter turns the mean"
    name = SENTENCES[outcome]
    return f"{name[0].upper()}{name[1:]}: down at {low:.0f} % of the points, {where}."


def crossings(numbers: pd.DataFrame, outcome: str, parameter: str) -> list[float]:
    """Values of a parameter between which the mean effect changes sign, by a straight line between the levels."""
    rows = numbers[
        (numbers["outcome"] == outcome) & (numbers["parameter"] == parameter) & numbers["index"].str.startswith("at ")
    ]
    levels, means = rows["index"].str.removeprefix("at ").astype(float).to_numpy(), rows["value"].to_numpy(dtype=float)
    return [
        float(levels[i] - means[i] * (levels[i + 1] - levels[i]) / (means[i + 1] - means[i]))
        for i in range(len(levels) - 1)
        if means[i] * means[i + 1] < 0
    ]


def _at(rows: pd.DataFrame, parameter: str, column: str) -> float:
    return float(rows[column].to_dict()[parameter])


def sure(numbers: pd.DataFrame) -> str:
    """Sizes of the strongest parameters, and how much of the spread is chance."""
    lines = []
    for outcome, unit in UNITS.items():
        star, mu = part(numbers, outcome, "mu_star"), part(numbers, outcome, "mu")
        sizes = [
            f"{named(p)} {two_digits(_at(star, p, 'value'))} (90 % interval {two_digits(_at(star, p, 'lo'))} to "
            f"{two_digits(_at(star, p, 'hi'))}, mean {_signed(_at(mu, p, 'value'))})"
            for p in top(numbers, outcome)
        ]
        noise = float(spread(numbers, outcome, "share of noise")["value"])
        ends = spread(numbers, outcome, "extremes")
        found = int(star["resolved"].astype(bool).sum())
        lines.append(
            f"- {SENTENCES[outcome]} ({unit}): {'; '.join(sizes) or 'none'}. {found} of {len(star)} parameters are "
            f"told from chance; all points lie between {_signed(ends['lo'])} and {_signed(ends['hi'])}, and chance "
            f"makes {100 * noise:.0f} % of the variance between them."
        )
    return "\n".join(lines)


def tables(numbers: pd.DataFrame) -> Mapping[str, str]:
    """Generated parts of the page by name."""
    return {"answer": answer(numbers), "sure": sure(numbers)}


def main(words: Sequence[str] | None = None) -> list[Path]:
    """Numbers, sentences and the figure from the store."""
    opened = open_store(HERE, words)
    design = design_of(opened.frames)
    lost = f", {design.lost} incomplete ones left out" if design.lost else ""
    about = f"{design.trajectories} trajectories{lost}; {opened.run_sentence()}".replace(
        "world g20", "19 countries and four rests"
    )
    numbers = numbers_of(design)
    return finish(opened, numbers, tables, {"screening": partial(screening, numbers, about)})


if __name__ == "__main__":
    for path in main():
        print(path)
