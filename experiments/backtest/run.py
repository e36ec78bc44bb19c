"""The whole model against years it has not seen: ``python -m experiments.backtest.run``.

For each origin: tables and fit on data to it (`talent-circulation refit`), the scripted baseline lived on to the last
year of data, and its outcomes compared with data and with forecasts that know data to the origin. Writes
``errors.csv``, ``forecasts.csv``, the figure and the page.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from experiments.backtest import gravity, page
from experiments.backtest.forecasts import ask
from experiments.backtest.model import baseline, fitted
from experiments.common.made import made, write_made
from sim.analysis.refit import ROUNDS
from sim.data.tables import load_world_data
from sim.data.worlds import folder_of

HERE = Path(__file__).parent
ORIGINS = (2012, 2014)
LAST = 2017


def compare(data: str, worlds: Mapping[int, str], scale: int, replicates: int, outdir: Path, threads: int,
            folder: Path) -> None:  # fmt: skip
    """Run the fitted worlds, by origin, and write ``errors.csv`` and ``forecasts.csv`` into a folder."""
    errors: list[dict[str, object]] = []
    values: list[dict[str, object]] = []
    for origin, world in worlds.items():
        tables = baseline(world, scale, replicates, origin, LAST, outdir, threads)
        for asked in ask(load_world_data(data), load_world_data(world), tables, origin):
            errors += asked.errors()
            values += asked.values()
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("errors.csv", errors), ("forecasts.csv", values)):
        pd.DataFrame(rows).to_csv(folder / name, index=False, float_format="%.6g", lineterminator="\n")


def main(words: Sequence[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--scale", type=int, default=10)
    parser.add_argument("--replicates", type=int, default=4)
    text = "folder of the refitted tables, one an origin, and of the runs; what is there is not done again"
    parser.add_argument("--fit", type=Path, default=Path("outputs/backtest"), help=text)
    parser.add_argument("--fit-scale", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--data", default="full", help="world whose tables are cut at the origins")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--out", type=Path, help="folder for tables and figure; those here, and the page, are then left alone"
    )
    args = parser.parse_args(words)
    if not gravity.installed():
        print("pyfixest is not installed: no forecast by gravity (pip install '.[gravity]')", file=sys.stderr)
    worlds = {}
    for origin in ORIGINS:
        fit = fitted(folder_of(args.data), args.fit / f"to_{origin}", origin, args.fit_scale, args.rounds)
        worlds[origin] = str(fit)
    folder = args.out or HERE
    compare(args.data, worlds, args.scale, args.replicates, args.fit, args.threads, folder)
    about = f"world {args.data}; fitted with one agent for {args.fit_scale}, {args.rounds} rounds"
    write_made(folder, made(args.replicates, [args.scale], about))
    page.write(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
