"""``talent-circulation refit``: the model fitted anew to another last year of data."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from sim.analysis.refit import ROUNDS, SCALE, SEED, Recipe, refit
from sim.cli.parse import Parser
from sim.core.read import ConfigError
from sim.data.worlds import WORLDS, folder_of

FORM = "refit --to YEAR [--data FOLDER | --world full|g20] [--out FOLDER] [--scale N] [--rounds N] [--seed N]"
USAGE = """\
usage: talent-circulation refit --to YEAR [options]

Fits the model anew to another last year of data and writes a world that can be
run with world=FOLDER (docs/refit.md).

options
  --to YEAR             last year of data to fit to
  --world full|g20      whose tables (full by default)
  --data FOLDER         your own tables instead
  --out FOLDER          where to write; worlds/NAME_YEAR by default
  --scale N             researchers per agent while fitting
  --rounds N            rounds of fitting
  --seed N              random numbers

examples
  talent-circulation refit --to 2012
  talent-circulation refit --to 2015 --world g20 --out my_world
"""


def command(words: Sequence[str]) -> int:
    """Check, cut, fit, and say how to run it."""
    parser = Parser("refit")
    for name in ("--to", "--scale", "--rounds", "--seed"):
        parser.add_argument(name)
    parser.add_argument("--data")
    parser.add_argument("--world", default="full", choices=WORLDS)
    parser.add_argument("--out")
    args, rest = parser.parse_known_args(words)
    if rest or args.to is None:
        raise ConfigError([f"command line: {FORM}"])
    year = _whole("to", args.to, 1, 9999)
    recipe = Recipe(
        scale=_whole("scale", args.scale, 1, 100_000, SCALE),
        rounds=_whole("rounds", args.rounds, 1, 100, ROUNDS),
        seed=_whole("seed", args.seed, 0, 2**62, SEED),
    )
    folder = Path(os.path.expanduser(args.data)) if args.data else folder_of(args.world)
    if not folder.is_dir():
        raise ConfigError([f"command line: --data: '{args.data}' is no folder; allowed: one laid out as docs/refit.md"])
    out = Path(os.path.expanduser(args.out)) if args.out else Path("worlds") / f"{folder.resolve().name}_{year}"
    if out.exists() and not out.is_dir():
        raise ConfigError([f"command line: --out: '{out}' is a file; allowed: a folder, made if missing"])
    refit(folder, year, out, recipe, say=lambda text: print(text, flush=True))
    print(f"fitted to {year}; run it with\npython -m sim world={out}")
    return 0


def _whole(name: str, word: str | None, lo: int, hi: int, default: int = 0) -> int:
    """A whole number of the command line."""
    if word is None:
        return default
    if not (word.isascii() and word.isdigit()) or not lo <= int(word) <= hi:
        raise ConfigError([f"command line: --{name}: '{word}' is not allowed; allowed: a whole number, {lo} to {hi}"])
    return int(word)
