"""What the experiments on whole scenarios share: opening a store, yearly amounts, numbers, tables of a page.

Nothing here runs the model; everything is read through `sim.analysis.load`.
"""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis import load
from sim.analysis.frames import Frames
from sim.analysis.leak_account import LEAKS
from sim.summary import decimals, number

RUN = ["scenario", "mode", "draw", "replicate"]
BAND = "where a further replicate would fall with a probability of 90 %"


@dataclass(frozen=True)
class Opened:
    """A store and where its figures go.

    Attributes
    ----------
    frames : of the store; folder : of figures and numbers; page : the README, None for a small store.
    """

    frames: Frames
    folder: Path
    page: Path | None

    @property
    def about(self) -> Mapping[str, Any]:
        """What the store says of its sweep."""
        return self.frames.manifest

    def run_sentence(self) -> str:
        """Replicates, scale, years and world of the sweep."""
        settings, n = self.about["settings"], self.about["replicates"]
        world = f", world {settings['world']}" if settings.get("world", "full") != "full" else ""
        agents = f"one agent for {settings.get('scale', 100):,} researchers"
        years = f"{settings.get('start', 1980)}–{settings.get('end', 2035)}"
        return f"{n} replicate{'s' * (n != 1)} a point, {agents}, {years}{world}"


def options(here: Path, words: Sequence[str] | None) -> argparse.Namespace:
    """Command line of a ``figures.py``: ``[--small] [--store FOLDER]``."""
    parser = argparse.ArgumentParser(prog=f"python -m experiments.{here.name}.figures")
    parser.add_argument("--small", action="store_true", help="the small store; figures go into its folder")
    parser.add_argument("--store", type=Path, help=f"folder of the store, outputs/{here.name}/sweep by default")
    return parser.parse_args(words)


def open_store(here: Path, args: argparse.Namespace) -> Opened:
    """The store that the command line names.

    Parameters
    ----------
    here : folder of the experiment, whose name is its sweep's.
    """
    store = args.store or Path("outputs") / here.name / ("small" if args.small else "sweep")
    folder, page = (store, None) if args.small else (here, here / "README.md")
    return Opened(load(store), folder, page)


def amounts(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Rows of a table as plain numbers, with ``leaks`` if all ways are there; names of runs as plain texts."""
    out = frame.copy()
    for name in ("scenario", "mode", "place"):
        if name in out.columns:
            out[name] = out[name].astype(str).astype(object)
    out[list(columns)] = out[list(columns)].astype(float)
    if set(LEAKS) <= set(out.columns):
        out["leaks"] = out[list(LEAKS)].astype(float).sum(axis=1)
    return out


def cell(mean: float, se: float, lo: float, hi: float) -> str:
    """Mean ± standard error (band), with two digits of the standard error."""
    if not math.isfinite(mean):
        return "–"
    if se <= 1e-9 * abs(mean):  # follows from the inputs, the same in every replicate
        return number(mean, decimals(0.0, mean), "+")
    digits = decimals(se, mean)
    text = number(mean, digits, "+")
    if math.isfinite(se):
        text += f" ± {number(se, digits)}"
    if math.isfinite(lo):
        text += f" ({number(lo, digits)} … {number(hi, digits)})"
    return text


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Table whose first column is text and whose others are numbers."""
    lines = [list(head), ["---", *["---:"] * (len(head) - 1)], *(list(row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write_page(page: Path, tables: Mapping[str, str]) -> None:
    """Replace the tables of a page, each between ``<!-- table NAME -->`` and ``<!-- end -->``.

    Raises
    ------
    ValueError : the page has no place for a table.
    """
    text = page.read_text(encoding="utf-8")
    for name, table in tables.items():
        block = f"<!-- table {name} -->\n{table}\n<!-- end -->"
        text, n = re.subn(rf"<!-- table {name} -->.*?<!-- end -->", lambda _, new=block: new, text, flags=re.DOTALL)
        if n != 1:
            raise ValueError(f"{page}: {n} places for table {name}")
    page.write_text(text, encoding="utf-8")


def read_numbers(file: Path) -> pd.DataFrame:
    """Lines of a ``numbers.csv`` as they were written; empty cells are missing."""
    return pd.read_csv(file, keep_default_na=False, na_values=[""])


def share(part: pd.Series, whole: pd.Series) -> np.ndarray:
    """Quotient, NaN where the whole is zero."""
    return (part / whole.where(whole != 0)).to_numpy(dtype=float)
