"""Experiments with a known answer, measured: ``python -m experiments.acceptance.run`` writes their table.

Each is measured as it stands and with each mechanism that it needs taken out, over replicates, and its row of
``docs/systems.md`` is written from what was found.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from multiprocessing import get_context

from experiments.acceptance.kinds import Experiment
from experiments.acceptance.page import placed, row
from experiments.acceptance.pooled import Sums, pooled
from experiments.acceptance.table import EXPERIMENTS
from experiments.acceptance.worlds import Changes
from experiments.systems.page import PAGE
from sim.running.manifest import package_version

Task = tuple[str, int, int, Changes]  # experiment, scale, replicate, what is changed


def work(task: Task) -> Sums:
    """Counts of one replicate."""
    name, scale, replicate, changes = task
    return next(e for e in EXPERIMENTS if e.name == name).collect(scale, replicate, changes)


def tasks(experiment: Experiment, scale: int | None, replicates: int) -> Iterator[Task]:
    """Replicates as it stands, then of each mutation."""
    for changes in ((), *(mutation.changes for mutation in experiment.mutations)):
        for replicate in range(replicates):
            yield experiment.name, scale or experiment.page_scale, replicate, changes


def main() -> int:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--scale", type=int, help="by default 100, and 50 where few people or pairs count")
    parser.add_argument("--replicates", type=int, default=4)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only", nargs="+", choices=[e.name for e in EXPERIMENTS], metavar="NAME",
                        help="names of experiments; rows are then printed, not written")  # fmt: skip
    args = parser.parse_args()
    chosen = [e for e in EXPERIMENTS if not args.only or e.name in args.only]
    todo = [task for experiment in chosen for task in tasks(experiment, args.scale, args.replicates)]
    with get_context("spawn").Pool(args.processes) as pool:
        found = iter(list((pool.imap if args.processes > 1 else map)(work, todo)))
    rows = []
    for experiment in chosen:
        arms = [
            pooled([next(found) for _ in range(args.replicates)], experiment.numbers)
            for _ in range(1 + len(experiment.mutations))
        ]
        rows.append(row(experiment, arms[0], dict(zip(experiment.mutations, arms[1:]))))
    if args.only:
        print("\n".join(rows))
        return 0
    one_for = "/".join(str(scale) for scale in sorted({args.scale or e.page_scale for e in EXPERIMENTS}))
    version = package_version("talent-circulation")
    settings = f"{args.replicates} replicates, one agent for {one_for} researchers; version {version}"
    PAGE.write_text(placed(PAGE.read_text(encoding="utf-8"), iter(rows), settings), encoding="utf-8")
    print(f"wrote {PAGE}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
