"""Answer, figure and page of the deterred, from ``numbers.csv``: ``python -m experiments.deterred.page``."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from experiments.common.made import write_from_numbers
from experiments.common.numbers import at
from experiments.common.page import ANSWER, estimated
from sim.analysis.deterred import SAID, WHERE
from sim.analysis.text import decimals, number
from sim.data.tables import load_world_data
from sim.plots.style import INK, PALE, SERIES, page, styled, wrapped

HERE = Path(__file__).parent
ENDS = ("run", "low", "high")  # λ of the run, and both ends of its sampling interval
PERSONS = "persons"
MANY = 100.0  # persons a year; scenarios that deter fewer are not drawn
EXAMPLE = "restrictive"
COLOURS = (SERIES[0], SERIES[4], PALE)  # in the order of WHERE
MADE = (
    "All scenarios, with λ at both ends of its interval, are in [numbers.csv](numbers.csv): persons are a year, all "
    "else is per cent of them."
)
ROW, LEFT, RIGHT = 0.29, 3.2, 0.75  # inches


def short(title: str) -> str:
    """A title without its genre and without what follows a name; of a place's measures, what they begin with."""
    text = title.removeprefix("Historical analogue: ")
    head = text.partition(": ")[0]
    text = head if " " in head else text.partition(", ")[0]
    return text[:1].upper() + text[1:]


def table(numbers: pd.DataFrame, outcome: str, column: str = "mean") -> pd.DataFrame:
    """One number, a row a scenario, a column a λ; only of scenarios that deter many, the most first."""
    persons = at(numbers, PERSONS, **{"lambda": ENDS[0]}).set_index("scenario")["mean"]
    many = persons[persons >= MANY].sort_values(ascending=False).index
    wide = at(numbers, outcome).pivot_table(column, "scenario", "lambda", dropna=False)
    return wide.reindex(index=many, columns=list(ENDS))


def titles(numbers: pd.DataFrame) -> dict[str, str]:
    """Titles by scenario."""
    return dict(zip(numbers["scenario"], numbers["title"]))


def ends() -> tuple[float, float]:
    """Both ends of the sampling interval of λ, the upper one no more than 1."""
    constants = load_world_data("full").constants
    return float(constants["lambda_groups_low"]), min(float(constants["lambda_groups_high"]), 1.0)


def share(numbers: pd.DataFrame, where: str) -> str:
    """Per cent of the deterred of the example that go somewhere, with both ends of λ."""
    own = at(numbers, where, scenario=EXAMPLE, **{"lambda": ENDS[0]}).iloc[0]
    span = sorted(table(numbers, where).loc[EXAMPLE])
    return f"{estimated(own['mean'], own['se'])} % ({number(span[0], 0)} to {number(span[-1], 0)} %)"


def finding(numbers: pd.DataFrame) -> str:
    """The answer in a sentence."""
    home, like = (share(numbers, where) for where in ("home", "like"))
    return (
        f"Of those whom a lasting crackdown of the United States keeps away, {home} stay at home and {like} go to a "
        "similar host; in brackets, what data leave open."
    )


def answer(numbers: pd.DataFrame) -> str:
    """Three sentences."""
    persons, home = table(numbers, PERSONS), table(numbers, "home")
    low, high = ends()

    where = ", ".join(f"{share(numbers, name)} {said}" for name, said in zip(WHERE, SAID))
    own = at(numbers, PERSONS, scenario=EXAMPLE, **{"lambda": ENDS[0]}).iloc[0]
    most = table(numbers, "like").max(axis=1).to_numpy(float)
    other = table(numbers, "other").max(axis=1).to_numpy(float)
    always = int(((home.min(axis=1) > most) & (home.min(axis=1) > other)).sum())
    first = home["run"].gt(table(numbers, "like")["run"]) & home["run"].gt(table(numbers, "other")["run"])
    not_home = [f"“{short(titles(numbers)[name])}”" for name in home.index[~first]]
    return (
        f"Of the {estimated(own['mean'], own['se'])} people a year whom a lasting crackdown of the United States keeps "
        f"from starting there in its first ten years, {where}. The ranges are not chance but one number that data "
        f"hardly fix, how far hosts abroad stand in for each other: student flows put it between {low:.2f} and "
        f"{high:g} (0: who loses a host takes another one abroad; 1: other hosts are no nearer than home). Home takes "
        f"most of the deterred in {first.sum():d} of the {len(home)} scenarios that turn away {MANY:.0f} a year or more"
        + (f" (not in {' and '.join(not_home)}, which turn people away from hosts abroad)" if not_home else "")
        + f", and in {always} of them at every value of that number; from {number(persons['run'].min(), 0)} to "
        f"{number(persons['run'].max(), -2)} people a year are turned away."
    )


def figure(numbers: pd.DataFrame, settings: str) -> Figure:
    """A bar a scenario, divided by where the deterred go; lines: the share at home at both ends of λ."""
    shares = {where: table(numbers, where) for where in WHERE}
    persons, names = table(numbers, PERSONS)["run"], titles(numbers)
    few = len(at(numbers, PERSONS, **{"lambda": ENDS[0]})) - len(persons)
    caption = (
        f"Expected numbers, first ten years; scenarios that turn away {MANY:.0f} a year or more ({few} others do not). "
        "Line: what student flows leave open of the share at home."
    )
    with styled():
        lead = f"Per cent of the people a year whom hosts lose to policy, by where they start instead. {settings}."
        sheet = page("Where people go who are turned away", lead, caption, ROW * len(persons) + 0.65)
        ax = sheet.axes(LEFT, 0.36, sheet.width - LEFT - RIGHT, ROW * len(persons))
        _bars(ax, shares)
        labels = ["\n".join(wrapped(short(names[name]), 7, LEFT - 0.3)) for name in persons.index]
        ax.set_yticks(range(len(labels)), labels)
        for y, value in enumerate(persons):
            text = f"{number(value, min(decimals(0.0, value), 0))}"
            ax.annotate(text, (1, y), (38, 0), ("axes fraction", "data"), textcoords="offset points", va="center",
                        ha="right", size=7)  # fmt: skip
        ax.annotate("a year", (1, -0.8), (38, 0), ("axes fraction", "data"), textcoords="offset points", ha="right",
                    va="center", size=7, annotation_clip=False)  # fmt: skip
        sheet.legend([Patch(color=colour) for colour in COLOURS], ["home", "a similar host", "elsewhere"])
    return sheet.figure


def _bars(ax: Axes, shares: dict[str, pd.DataFrame]) -> None:
    """Stacked shares, and the ends of the first one."""
    left = np.zeros(len(next(iter(shares.values()))))
    for (_, wide), colour in zip(shares.items(), COLOURS):
        width = wide["run"].to_numpy(float)
        ax.barh(np.arange(len(left)), width, left=left, color=colour, height=0.62)
        left = left + width
    home = shares["home"]
    ax.hlines(np.arange(len(left)), home["low"], home["high"], color=INK, lw=1.1)
    ax.set(xlim=(0, 100), ylim=(len(left) - 0.5, -0.5), xlabel="per cent")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def blocks(numbers: pd.DataFrame) -> dict[str, str]:
    """What the page has from the numbers, by place."""
    return {ANSWER: answer(numbers), "made": MADE}


def write(folder: Path = HERE) -> list[Path]:
    """Figure and, here, the page anew from the numbers; returns what was written."""
    return write_from_numbers(
        HERE, folder, blocks, finding, lambda numbers, line: {"where": partial(figure, numbers, line)}
    )


if __name__ == "__main__":
    for path in write():
        print(path)
