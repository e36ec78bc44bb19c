"""Experiments with a known answer, measured: ``python -m experiments.acceptance.run`` writes numbers, figure and page.

Each is measured as it stands and with each mechanism that it needs taken out, over replicates.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from multiprocessing import get_context
from pathlib import Path

import pandas as pd

from experiments.acceptance import page
from experiments.acceptance.kinds import Experiment
from experiments.acceptance.pooled import Sums, pooled
from experiments.acceptance.table import EXPERIMENTS
from experiments.acceptance.worlds import Changes
from experiments.common.made import version_and_day
from experiments.common.numbers import write_numbers

HERE = Path(__file__).parent
Task = tuple[str, int, int, Changes]  # experiment, scale, replicate, what is changed


def work(task: Task) -> Sums:
    """Counts of one replicate."""
    name, scale, replicate, changes = task
    return next(e for e in EXPERIMENTS if e.name == name).collect(scale, replicate, changes)


def arms(experiment: Experiment) -> dict[str, Changes]:
    """What is changed, by what is taken out; nothing first. Mutations of one name are one arm."""
    return {"": (), **{mutation.name: mutation.changes for mutation in experiment.mutations}}


def tasks(experiment: Experiment, scale: int, replicates: int) -> Iterator[Task]:
    """Replicates of each arm."""
    for changes in arms(experiment).values():
        for replicate in range(replicates):
            yield experiment.name, scale, replicate, changes


def rows(experiment: Experiment, runs: Iterator[Sums], scale: int, replicates: int) -> Iterator[dict[str, object]]:
    """Numbers of one experiment, in the order of its tasks."""
    bars = {bar.outcome: bar.words for bar in experiment.bars}
    about = {"scale": scale, "replicates": replicates, "made": version_and_day()}
    for without in arms(experiment):
        found = pooled([next(runs) for _ in range(replicates)], experiment.numbers)
        for name, (mean, se) in found.items():
            case = {"experiment": experiment.name, "without": without, "outcome": name, "must be": bars.get(name, "")}
            yield case | {"mean": mean, "se": se} | about


def replaced(old: pd.DataFrame | None, new: pd.DataFrame) -> pd.DataFrame:
    """Numbers with those of some experiments replaced, in the order of the table; of experiments that exist."""
    both = new if old is None else pd.concat([old[~old["experiment"].isin(new["experiment"])], new])
    names = [e.name for e in EXPERIMENTS]
    known = both[both["experiment"].isin(names)]
    return known.sort_values("experiment", key=lambda column: column.map(names.index), kind="stable")


def main(words: Sequence[str] | None = None) -> list[Path]:
    """Measure, and write numbers, figure and page; returns what was written."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--scale", type=int, help="by default each at the scale of the page")
    parser.add_argument("--replicates", type=int, default=4)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only", nargs="+", choices=[e.name for e in EXPERIMENTS], metavar="NAME",
                        help="names of experiments; the others' numbers stay as they are")  # fmt: skip
    parser.add_argument("--folder", type=Path, default=HERE, help="to write to; the page only in this one")
    args = parser.parse_args(words)
    chosen = [(e, args.scale or e.page_scale) for e in EXPERIMENTS if not args.only or e.name in args.only]
    todo = [task for experiment, scale in chosen for task in tasks(experiment, scale, args.replicates)]
    if args.processes > 1:
        with get_context("spawn").Pool(args.processes) as pool:
            runs = iter(pool.map(work, todo, chunksize=1))
    else:
        runs = map(work, todo)
    found = pd.DataFrame([row for e, scale in chosen for row in rows(e, runs, scale, args.replicates)])
    args.folder.mkdir(parents=True, exist_ok=True)
    numbers = replaced(page.read(args.folder), found)
    return [write_numbers(args.folder, numbers), *page.write(args.folder)]


if __name__ == "__main__":
    for path in main():
        print(path)
