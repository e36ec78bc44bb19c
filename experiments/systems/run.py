"""Every system alone: what it moves at its default strength, with its band: ``python -m experiments.systems.run``.

Each system of `experiments.systems.table` is pulled alone, from 2018 on, in pairs of runs that share history and random
draws; its outcomes are yearly means over 2018-2025. The page ``docs/systems.md`` is written from the table and from
what was measured. A system whose claim is emergent is measured again with its nearest parameter at both ends of its
range (one of which is neutral, where the range has it): its label falls to *assumed* if the sign does not survive.
"""

from __future__ import annotations

import argparse
import sys
from datetime import date
from multiprocessing import get_context

from experiments.systems.measure import work
from experiments.systems.page import HEAD, PAGE, lines
from experiments.systems.table import SYSTEMS
from sim.running.manifest import package_version


def main() -> int:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--scale", type=int, default=100)
    parser.add_argument("--replicates", type=int, default=5)
    parser.add_argument("--processes", type=int, default=2)
    every = tuple(system.name for system in SYSTEMS)
    text = "names of systems, as in the page; rows are then printed, not written"
    parser.add_argument("--only", nargs="+", choices=every, metavar="NAME", help=text)
    args = parser.parse_args()
    names = tuple(args.only or every)
    tasks = [(args.scale, replicate, names) for replicate in range(args.replicates)]
    with get_context("spawn").Pool(args.processes) as pool:
        results = list((pool.imap if args.processes > 1 else map)(work, tasks))
    made = f"{package_version('talent-circulation')}, {date.today()}"
    settings = f"{args.replicates} replicates, one agent for {args.scale} researchers; version {made}"
    page = HEAD.format(settings=settings) + "\n".join(lines(results, names)) + "\n"
    if args.only:
        print(page[page.index("| system") :])
    else:
        PAGE.write_text(page, encoding="utf-8")
        print(f"wrote {PAGE}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
