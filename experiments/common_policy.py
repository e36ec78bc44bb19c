"""What the experiments on single policies share: opening a store, paired effects, numbers, tables of a page.

Nothing here runs the model; everything is read through `sim.analysis.load`.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.page import estimated, markdown, write_page
from sim.analysis import load
from sim.analysis.balance.inputs import quotient
from sim.analysis.pairs import Estimate, estimate, paired_units
from sim.analysis.text import decimals, number
from sim.plots.style import save
from sim.store.frames import Frames

KEYS = ["scenario", "mode", "draw", "replicate"]
BAND = "Bands: where a further replicate would fall with a probability of 90 %."


@dataclass(frozen=True)
class Opened:
    """A store and where its figures go.

    Attributes
    ----------
    frames : of the store; folder : of figures and numbers; page : the README, None for a small store.
    """

    frames: Frames
    store: Path
    folder: Path
    page: Path | None

    def run_sentence(self) -> str:
        """Scale, replicates, years and world of the sweep."""
        about = self.frames.manifest
        settings, n = about["settings"], about["replicates"]
        world = f", world {settings['world']}" if settings.get("world", "full") != "full" else ""
        agents = f"one agent for {settings.get('scale', 100):,} researchers"
        return f"{n} replicate{'s' * (n != 1)} a point, {agents}{world}, to {settings.get('end', 2035)}"

    def settings(self) -> str:
        """The same with the model's version and the day, for a page of numbers."""
        about = self.frames.manifest
        return f"{self.run_sentence()}; version {about['version']}, {str(about['started'])[:10]}"

    def beside(self, name: str) -> Opened:
        """Another sweep of the same experiment, whose store lies beside this one's."""
        store = self.store.parent.parent / name / self.store.name
        return Opened(load(store), store, self.folder, self.page)


def open_store(here: Path, words: Sequence[str] | None = None) -> Opened:
    """The store that a command line names: ``[--small] [--store FOLDER]``.

    Parameters
    ----------
    here : folder of the experiment, whose name is its sweep's.
    """
    parser = argparse.ArgumentParser(prog=f"python -m experiments.{here.name}.figures")
    parser.add_argument("--small", action="store_true", help="the small store; figures go into its folder")
    parser.add_argument("--store", type=Path, help="folder of the store, outputs/NAME/sweep by default")
    args = parser.parse_args(words)
    store = args.store or Path("outputs") / here.name / ("small" if args.small else "sweep")
    folder, page = (store, None) if args.small else (here, here / "README.md")
    return Opened(load(store), store, folder, page)


def effects(frame: pd.DataFrame, values: Sequence[str], by: Sequence[str] = ()) -> pd.DataFrame:
    """Sums of columns in a scenario less those of the baseline of the same draw and replicate.

    Parameters
    ----------
    frame : with the columns `KEYS` and `by`; a cell that a run does not list is 0.

    Returns
    -------
    One row a scenario, draw, replicate and cell: these columns, the effects under the names of `values`, and the
    baseline's sums under ``base_NAME``.
    """
    cells = [*KEYS, *by]
    found = [
        paired_units(frame, name, by).rename(columns={"effect": name, "reference": f"base_{name}"}).set_index(cells)
        for name in values
    ]
    return pd.concat(found, axis=1).sort_index().reset_index()


def with_axes(frame: pd.DataFrame, frames: Frames) -> pd.DataFrame:
    """The draws' columns added to rows that name a draw."""
    return frame.merge(frames["draws"], on="draw", how="left", validate="many_to_one")


@dataclass
class Numbers:
    """Lines of ``numbers.csv``: the columns that name a case, outcome, unit, and the estimate."""

    case: tuple[str, ...]
    rows: list[dict[str, object]] = field(default_factory=list)

    def add(self, case: Mapping[str, object], outcome: str, unit: str, found: Estimate) -> None:
        """One number with its standard error and band."""
        self.rows.append({**{name: case[name] for name in self.case}, "outcome": outcome, "unit": unit, **vars(found)})

    def frame(self) -> pd.DataFrame:
        """Tidy."""
        return pd.DataFrame(self.rows)


def ratio(over: np.ndarray, under: np.ndarray) -> Estimate:
    """Quotient of two means over replicates; without a value where the denominator is not clear of zero.

    One replicate says nothing about how clear it is: there the plain quotient is given, without a band.
    """
    if len(under) == 1:
        return estimate(over / under) if under[0] else estimate(np.full(1, np.nan))
    return quotient(over, under)


def clear(found: Estimate) -> bool:
    """True if a mean differs from zero by two standard errors."""
    return bool(found.mean != 0 and abs(found.mean) >= 2.0 * np.nan_to_num(found.se))


def at(numbers: pd.DataFrame, outcome: str, **case: object) -> pd.DataFrame:
    """Lines of one outcome and of the cases asked for."""
    keep = numbers["outcome"] == outcome
    for name, value in case.items():
        keep &= numbers[name] == value
    return numbers[keep]


def cell(row: Any) -> str:
    """Mean ± standard error (band) of a line of numbers."""
    if row is None or not math.isfinite(row.mean):
        return "not clear of zero"
    if row.se <= 1e-9 * abs(row.mean):  # follows from the inputs, the same in every replicate
        return number(row.mean, decimals(row.se, row.mean))
    return estimated(row.mean, row.se, row.lo, row.hi)


def pivot(numbers: pd.DataFrame, row: str, across: str, outcomes: Sequence[str]) -> str:
    """Markdown table: a line an outcome and a value of `row`, a column a value of `across`; – where there is none."""
    columns = list(dict.fromkeys(numbers[across]))
    lines = []
    for outcome in outcomes:
        for key, group in numbers[numbers["outcome"] == outcome].groupby(row, sort=False):
            found = {getattr(line, across): line for line in group.itertuples()}
            named = f"{outcome}, {key} ({group['unit'].iloc[0]})"
            lines.append([named, *(cell(found[c]) if c in found else "–" for c in columns)])
    return markdown([f"by {across}", *(f"{column:g}" for column in columns)], lines)


def read_numbers(file: Path) -> pd.DataFrame:
    """Lines of a ``numbers.csv`` as they were written; empty words stay empty words."""
    return pd.read_csv(file, keep_default_na=False, na_values={name: [""] for name in ("mean", "se", "lo", "hi")})


def finish(
    opened: Opened,
    numbers: pd.DataFrame,
    tables: Callable[[pd.DataFrame], Mapping[str, str]],
    figures: Mapping[str, Callable[[], Figure]],
) -> list[Path]:
    """Write ``numbers.csv``, the page's tables and the figures; returns what was written."""
    file = opened.folder / "numbers.csv"
    numbers.to_csv(file, index=False, float_format="%.6g")
    if opened.page is not None:
        # from the file, as every reader gets them: rounding twice can differ in the last digit
        write_page(opened.page, tables(read_numbers(file)), opened.settings())
    found = [file]
    for name, draw in figures.items():
        found += save(draw(), opened.folder / "figures", name)
    return found


def line(
    ax: Axes, x: Sequence[float], rows: pd.DataFrame, color: str, label: str, band: bool = True, **kw: Any
) -> None:
    """Means joined by a line, with the band shaded."""
    mean, lo, hi = (rows[name].to_numpy(dtype=float) for name in ("mean", "lo", "hi"))
    ax.fill_between(list(x), lo, hi, color=color, alpha=0.15, lw=0)
    ax.plot(list(x), mean, "o-", color=color, label=label, lw=1.4, ms=2.8)
