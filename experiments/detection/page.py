"""Answer, figure and page of what S3 leaves, from ``numbers.csv``: ``python -m experiments.detection.page``."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from experiments.acceptance.worlds import config
from experiments.common.made import write_from_numbers
from experiments.common.numbers import at
from experiments.common.page import ANSWER, estimated, markdown
from sim.params import Params
from sim.plots.style import GREY, INK, SERIES, page, styled
from sim.world import World

HERE = Path(__file__).parent
DETECTION = (1e-3, 1.0)
FIRST, LAST = 2018, 2022
COUNTED = 396  # cases: 150 people investigated (P14) and 246 letters (P15)
BOUND = 3.0  # leaks found, which chance turns into none in 5 % of cases (Poisson)
PER_CASE, CASES = "leaks found per 100 cases", "cases"


def largest_detection(numbers: pd.DataFrame, cases: float) -> pd.Series:
    """Largest detection, by leak rate, at which so many cases find no more than `BOUND` leaks; above 1: any."""
    per_case = at(numbers, PER_CASE).set_index("leak rate")["mean"] / 100.0
    bounds: pd.Series = BOUND / (cases * per_case)
    return bounds


def certain_hazard() -> float:
    """Leak rate at which the way with the largest weight leaks from every exposed project-year, at full threat."""
    weights = World(config(100_000)).setting.way_weights
    return float(1.0 / weights.max())


def region(numbers: pd.DataFrame, settings: str) -> Figure:
    """The region that is left, in the plane of leak rate and detection."""
    own, rates = float(at(numbers, CASES)["mean"].mean()), numbers["leak rate"]
    security = Params().security
    title = "What no charge of spying in four years leaves possible"
    lead = f"China Initiative and NIH letters, United States, {FIRST}–{LAST}. {settings}."
    caption = (
        f"Below the line, cases find at most {BOUND:g} leaks (solid: the {COUNTED} of the sources; dashed: the "
        f"{own:,.0f} of the model). Right of the dotted line, equal shares of the ways cannot hold. Point: defaults."
    )
    with styled():
        sheet = page(title, lead, caption, 2.6)
        ax = sheet.axes(0.72, 0.42, sheet.width - 0.87, 2.05)
        for cases, line in ((float(COUNTED), "-"), (own, "--")):
            bounds = largest_detection(numbers, cases)
            ax.plot(bounds.index, bounds, line, color=INK, lw=1.3)
            if line == "-":
                ax.fill_between(bounds.index, DETECTION[0], bounds, color=SERIES[0], alpha=0.16, lw=0)
        ax.axvline(certain_hazard(), color=GREY, lw=1.0, ls=":")
        ax.plot(security.leak_rate, security.detection, "o", ms=4.5, color=SERIES[1])
        ax.set(xscale="log", yscale="log", xlim=(rates.min(), rates.max()), ylim=DETECTION)
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(lambda value, _: f"{value:g}")
        ax.set_xlabel("Leaks of an exposed sensitive project-year")
        ax.set_ylabel("Share of leakers looked at\nwho are found")
        ax.text(1.3e-4, 1.6e-3, "possible", color=SERIES[0])
        ax.text(2.2e-2, 0.3, "leaks would have\nbeen found", color=INK)
        ax.grid(True)
    return sheet.figure


def table(numbers: pd.DataFrame) -> str:
    """Markdown table: leaks found, and the detection that is left, by leak rate."""
    rows = at(numbers, PER_CASE).set_index("leak rate")
    left = largest_detection(numbers, COUNTED)
    lines = [
        [f"{rate:g}", estimated(row["mean"], row["se"]), "any" if left[rate] >= 1.0 else f"{left[rate]:.2g}"]
        for rate, row in rows.iterrows()
    ]
    head = ["leak rate", "leaks found per 100 cases, at full detection", f"largest detection, {COUNTED} cases"]
    return markdown(head, lines)


def most(numbers: pd.DataFrame, rate: float) -> str:
    """Largest detection at a leak rate as text, per cent with the error of chance."""
    row = at(numbers, PER_CASE, **{"leak rate": rate}).iloc[0]
    left = 100.0 * BOUND / (COUNTED * row["mean"] / 100.0)
    return f"{estimated(left, left * row['se'] / row['mean'])} %"


def answer(numbers: pd.DataFrame) -> str:
    """Three sentences."""
    left = largest_detection(numbers, COUNTED)
    bounded = left[left < 1.0]
    free, first, last = left.index[left >= 1.0].max(), bounded.index[0], bounded.index[-1]
    return (
        f"That nobody among {COUNTED} people investigated in {FIRST}–{LAST} was charged with spying bounds how often "
        "knowledge leaks only together with how well investigations find it: if "
        f"{_rate(last)} exposed sensitive project-years leaked, they found at most {most(numbers, last)} of the "
        f"leakers whom they looked at, and if {_rate(first)} did, at most {most(numbers, first)}. Up to {_rate(free)} "
        f"nothing follows at all: even a perfect investigator would have found fewer than {BOUND:g} leaks, and chance "
        f"turns {BOUND:g} into none once in twenty times. So what is known is a product, leak rate times detection "
        f"below {product(numbers):.2g}, and a large leak rate is possible if hardly anybody is ever found."
    )


def product(numbers: pd.DataFrame) -> float:
    """Bound of leak rate times detection."""
    left = largest_detection(numbers, COUNTED)
    return float((left * left.index).mean())


def finding(numbers: pd.DataFrame) -> str:
    """The answer in a sentence."""
    return (
        "Only a product is bounded: leak rate times the share of leakers looked at whom investigations find is below "
        f"{product(numbers):.2g}."
    )


def _rate(rate: float) -> str:
    """``3 in 1,000``."""
    of = next(n for n in (10, 100, 1_000, 10_000) if rate * n > 1.0 - 1e-9)
    return f"{rate * of:g} in {of:,}"


def blocks(numbers: pd.DataFrame) -> dict[str, str]:
    """What the page has from the numbers, by place."""
    return {ANSWER: answer(numbers), "region": table(numbers)}


def write(folder: Path = HERE) -> list[Path]:
    """Figure and, here, the page anew from the numbers; returns what was written."""
    return write_from_numbers(
        HERE, folder, blocks, finding, lambda numbers, line: {"region": partial(region, numbers, line)}
    )


if __name__ == "__main__":
    for path in write():
        print(path)
