"""What four years without a charge of spying leave of leak rate and detection: ``python -m experiments.detection.run``.

Runs `china_initiative` over leak rates at full detection and counts the leaks that cases would have found. Leaks found
are in proportion to detection. Writes ``numbers.csv``, the figure and the page.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.acceptance.worlds import Lived, branch, config, history, summed
from experiments.common.made import made, write_made
from experiments.common.numbers import Numbers, write_numbers
from experiments.detection import page
from experiments.detection.page import CASES, FIRST, LAST, PER_CASE
from sim.analysis.pairs import estimate
from sim.data.tables import load_world_data

HERE = Path(__file__).parent
RATES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
SECURITY = "params.security"


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


def main(words: Sequence[str] | None = None) -> list[Path]:
    """Measure, and write numbers, figure and page; returns what was written."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--scale", type=int, default=100)
    parser.add_argument("--replicates", type=int, default=4)
    parser.add_argument("--folder", type=Path, default=HERE, help="to write to; the page only in this one")
    args = parser.parse_args(words)
    write_made(args.folder, made(args.replicates, [args.scale]))
    return [write_numbers(args.folder, measure(args.scale, args.replicates)), *page.write(args.folder)]


if __name__ == "__main__":
    for path in main():
        print(path)
