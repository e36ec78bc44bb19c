"""What four years without a charge of spying leave of leak rate and detection: ``python -m experiments.detection.run``.

Runs `china_initiative` over leak rates at full detection, counts the leaks that cases would have found, and draws for
which leak rate and detection none could have been found (S3). Leaks found are in proportion to detection.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.acceptance.worlds import Lived, branch, config, history, summed
from experiments.common.figures import draw
from experiments.common.numbers import Numbers, at, read_numbers, write_numbers
from experiments.common.page import estimated, markdown, write_page
from sim.analysis.pairs import estimate
from sim.data.tables import load_world_data
from sim.params import Params
from sim.plots.style import GREY, INK, SERIES, page, styled
from sim.world import World

HERE = Path(__file__).parent
RATES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
DETECTION = (1e-3, 1.0)
FIRST, LAST = 2018, 2022
COUNTED = 396  # cases: 150 people investigated (P14) and 246 letters (P15)
BOUND = 3.0  # leaks found, which chance turns into none in 5 % of cases (Poisson)
SECURITY = "params.security"
PER_CASE, CASES = "leaks found per 100 cases", "cases"


def measure(scale: int, replicates: int) -> pd.DataFrame:
    """Cases of the United States and the leaks that they find at full detection, by leak rate."""
    found = Numbers(("leak rate",))
    usa = load_world_data("full").iso3.index("USA")
    runs: dict[float, list[tuple[float, float]]] = {rate: [] for rate in RATES}
    for replicate in range(replicates):
        past = history(scale, replicate, ())
        for rate in RATES:
            runs[rate].append(_arm(scale, past, replicate, rate, usa))
    for rate, pairs in runs.items():
        cases, leaks = np.array(pairs).T
        found.add({"leak rate": rate}, CASES, f"in {FIRST}-{LAST}", estimate(cases))
        found.add({"leak rate": rate}, PER_CASE, "at full detection", estimate(100.0 * leaks / cases))
    return found.frame()


def _arm(scale: int, past: Lived, replicate: int, rate: float, usa: int) -> tuple[float, float]:
    changes = ((f"{SECURITY}.leak_rate", rate), (f"{SECURITY}.detection", 1.0))
    years = branch(config(scale, changes, "+scenario=china_initiative"), past, replicate, LAST).years
    cases, leaks = (summed(years, "place_year", name, FIRST, LAST)[usa] for name in ("new_cases", "leaks_found"))
    return float(cases), float(leaks)


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
    own = float(at(numbers, CASES)["mean"].mean())
    security = Params().security
    title = "What no charge of spying in four years leaves of leak rate and detection"
    lead = f"China Initiative and NIH letters, United States, {FIRST}–{LAST}; {settings}."
    caption = (
        f"Below the line so many cases find no more than {BOUND:g} leaks, which chance turns into none once in twenty "
        f"times. Solid: the {COUNTED} cases that the sources count (P14, P15); dashed: the {own:,.0f} that the model "
        "opens. Right of the dotted line one way at least leaks from every exposed project-year, if the four ways have "
        "equal shares. Point: the defaults, both assumptions. Detection: share of leakers whom a case is about that "
        "it finds."
    )
    with styled():
        sheet = page(title, lead, caption, 2.6)
        ax = sheet.axes(0.55, 0.42, sheet.width - 0.7, 2.05)
        for cases, line in ((float(COUNTED), "-"), (own, "--")):
            bounds = largest_detection(numbers, cases)
            ax.plot(bounds.index, bounds, line, color=INK, lw=1.3)
            if line == "-":
                ax.fill_between(bounds.index, DETECTION[0], bounds, color=SERIES[0], alpha=0.16, lw=0)
        ax.axvline(certain_hazard(), color=GREY, lw=1.0, ls=":")
        ax.plot(security.leak_rate, security.detection, "o", ms=4.5, color=SERIES[1])
        ax.set(xscale="log", yscale="log", xlim=(RATES[0], RATES[-1]), ylim=DETECTION)
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(lambda value, _: f"{value:g}")
        ax.set_xlabel("Leak rate: leaks of an exposed sensitive project-year")
        ax.set_ylabel("Detection")
        ax.text(1.3e-4, 1.6e-3, "left by S3", color=SERIES[0])
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


def main(words: Sequence[str] | None = None) -> list[Path]:
    """Measure, and write numbers, figure and table; returns what was written."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--scale", type=int, default=100)
    parser.add_argument("--replicates", type=int, default=4)
    parser.add_argument("--folder", type=Path, default=HERE, help="to write to; the page only in this one")
    args = parser.parse_args(words)
    settings = f"{args.replicates} replicates, one agent for {args.scale} researchers"
    file = write_numbers(args.folder, measure(args.scale, args.replicates))
    numbers = read_numbers(args.folder)
    if args.folder == HERE:
        write_page(HERE / "README.md", {"region": table(numbers)}, settings)
    return [file, *draw(args.folder, {"region": partial(region, numbers, settings)})]


if __name__ == "__main__":
    for path in main():
        print(path)
