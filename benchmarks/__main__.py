"""All benchmarks in one table: each row a ratio measured in the same run, with its goal beside it.

``python -m benchmarks [--full] [--only mesa others scaling phases limits policy coupling sweeps command comparison]``

Takes about ten minutes on two processors of their own; ``--full``, which adds the whole world (1:1), the phases at
1:10, a sweep of 10,000 runs, the default command and a comparison, and takes more replicates for the coupling, about
an hour. More of each, and other sizes, by the modules themselves (``python -m benchmarks.scaling --help``).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial

from benchmarks import (
    against_mesa,
    against_others,
    command,
    comparison,
    coupling,
    limits,
    phases,
    policy_years,
    scaling,
    sweeps,
)
from benchmarks.rows import Row, load, show

Part = Callable[[], list[Row]]


def parts(full: bool) -> dict[str, list[Part]]:
    """What is measured, by name."""
    return {
        "mesa": [partial(against_mesa.rows, (10_000, 100_000))],
        "others": [partial(against_others.rows, 1_000_000)],
        "scaling": [partial(scaling.rows, scaling.FULL if full else scaling.SCALES)],
        "phases": [partial(phases.rows, scale) for scale in ((100, 10) if full else (100,))],
        "limits": [partial(limits.rows, scale) for scale in ((10, 1) if full else (100,))],
        "policy": [partial(policy_years.rows, scale) for scale in ((100, 10) if full else (100,))],
        "coupling": [partial(coupling.rows, 100, 8) if full else partial(coupling.rows, 1000, 4)],
        "sweeps": [partial(sweeps.rows, 10_000)] if full else [],
        "command": [command.rows, command.whole_rows] if full else [],
        "comparison": [comparison.rows] if full else [],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--full", action="store_true", help="also what takes long: the whole world, the default command"
    )
    parser.add_argument("--only", nargs="+", choices=parts(True), help="only these")
    args = parser.parse_args()
    before, found = load(), list[Row]()
    try:
        for name, measurements in parts(args.full).items():
            for measure in measurements if name in (args.only or parts(True)) else ():
                print(f"{name} …", flush=True)
                found += measure()
    finally:  # what has been measured is shown, whatever happens then
        print()
        show(found)
        print(f"before: {before}; after: {load()}")


if __name__ == "__main__":
    main()
