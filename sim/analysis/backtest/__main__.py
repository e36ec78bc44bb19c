"""``python -m sim.analysis.backtest [--out docs/backtest.md] [--library]``: choose the rules, write ``paths.csv``.

Rules of each world take seconds and need no library. ``--library`` also tries forecasts of statsmodels for the page,
which takes some ten minutes; without it that section stays as it is.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sim.analysis.backtest.choice import choose_paths
from sim.analysis.backtest.page import write_page
from sim.data.paths import save_paths
from sim.data.tables import WORLDS, folder_of, load_world_data


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Choose the rules after the data; write paths.csv and the page.")
    parser.add_argument("--out", type=Path, default=None, help="also write the page to this file")
    parser.add_argument("--library", action="store_true", help="try library forecasts anew for the page (minutes)")
    args = parser.parse_args()
    worlds = [load_world_data(world) for world in WORLDS]
    found = [choose_paths(data) for data in worlds]
    for world, paths in zip(WORLDS, found):
        save_paths(paths, folder_of(world))
    if args.out:
        write_page(worlds[0], list(zip(worlds, found))[1:], args.out, args.library)


if __name__ == "__main__":
    main()
