"""Effects fitted to, and those that were not: ``python -m experiments.doses.run`` writes numbers, figure and page."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from pathlib import Path

import pandas as pd

from experiments.acceptance.pooled import Found, Sums, pooled
from experiments.acceptance.worlds import Changes
from experiments.common.made import made, write_made
from experiments.common.numbers import write_numbers
from experiments.doses import page
from experiments.doses.effects import collect, numbers
from experiments.doses.table import EFFECTS, SERIES

HERE = Path(__file__).parent


def measured(scale: int, replicates: int, changes: Changes = (), processes: int = 1) -> dict[str, Found]:
    """Numbers over replicates."""
    tasks = [(scale, replicate, changes) for replicate in range(replicates)]
    if processes == 1:
        runs: list[Sums] = [collect(*task) for task in tasks]
    else:
        with get_context("spawn").Pool(processes) as pool:
            runs = pool.starmap(collect, tasks, chunksize=1)
    return pooled(runs, numbers)


def tidy(found: Mapping[str, Found]) -> pd.DataFrame:
    """Effects, then both shocks year by year: scenario, year, outcome, mean and standard error."""
    effects = {effect.id: ("", "", effect.id) for effect in EFFECTS}
    names = {name: effects.get(name) or _series(name) for name in found}
    rows = [(*names[name], mean, se) for name, (mean, se) in found.items()]
    return pd.DataFrame(rows, columns=["scenario", "year", "outcome", "mean", "se"])


def _series(name: str) -> tuple[str, str, str]:
    scenario, year, outcome = name.split()
    return scenario, year, SERIES[outcome]


def change(word: str) -> tuple[str, float]:
    """``params.security.chi=100`` as a pair."""
    name, _, value = word.partition("=")
    return name, float(value)


def main(words: Sequence[str] | None = None) -> list[Path]:
    """Measure, and write numbers, figure and page; returns what was written."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--scale", type=int, default=100)
    parser.add_argument("--replicates", type=int, default=4)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=HERE, help="to write to; the page only in this one")
    parser.add_argument("--set", nargs="+", type=change, default=[], metavar="params.NAME=VALUE",
                        help="other parameters; needs --folder")  # fmt: skip
    args = parser.parse_args(words)
    if args.set and args.folder == HERE:
        parser.error("--set needs --folder: the page is of the parameters as they are")
    found = measured(args.scale, args.replicates, tuple(args.set), args.processes)
    write_made(args.folder, made(args.replicates, [args.scale], *(f"{name} {value:g}" for name, value in args.set)))
    return [write_numbers(args.folder, tidy(found)), *page.write(args.folder)]


if __name__ == "__main__":
    for path in main():
        print(path)
