"""The model fitted anew to any last year of data: check, cut, choose what comes after the data, calibrate.

The shipped tables are made by this recipe with its defaults, from the yearly files that lie beside them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from sim.analysis.backtest import choose_paths
from sim.analysis.calibrate import Seen, on_bounds, rounds
from sim.analysis.exposure import exposure_of_runs
from sim.analysis.targets import international_targets, papers_targets
from sim.config.load import load_config
from sim.core.read import ConfigError
from sim.data.build.cut import check_sums, write_tables
from sim.data.build.sense import check_sense
from sim.data.check import Problems, last_year, read_folder
from sim.data.clock import SHELF_YEAR
from sim.data.fitted import Fitted, load_fitted, save_exposure, save_fitted
from sim.data.layout import later_data
from sim.data.paths import save_paths
from sim.data.tables import WorldData, load_world_data

SCALE, ROUNDS, SEED = 10, 16, 0  # the recipe of the shipped fit
PART = ".refit"  # folder inside the one to write, until everything is there
LATER = "later_data.md"


@dataclass(frozen=True)
class Recipe:
    """What a refit depends on besides data: researchers an agent, rounds of calibration, seed."""

    scale: int = SCALE
    rounds: int = ROUNDS
    seed: int = SEED


def refit(folder: Path, year: int, out: Path, recipe: Recipe, say: Callable[[str], None] = print) -> None:
    """Check the yearly files of a folder and write tables and fit to `year` into another one.

    The same folder is taken too if `year` is its last one, so that no year is lost.

    Nothing is written before all is checked, and files take their names when all are there: who interrupts a refit
    leaves the folder as it was.

    Raises
    ------
    ConfigError : with every problem of every file; or if files would be written over that hold later years, which the
        cut ones would lose.
    """
    problems = Problems()
    grids = read_folder(folder, year, problems)
    check_sums(grids, year, problems)
    check_sense(grids, year, problems)
    if problems.found:
        raise ConfigError(problems.messages())
    if folder.resolve() == out.resolve() and year < (last := last_year(grids["people"])):
        raise ConfigError([f"command line: --out: '{out}' is the folder of the data, whose years {year + 1} to {last} "
                           f"would be lost; allowed: another folder, or --to {last}"])  # fmt: skip
    part = out / PART
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        write_tables(grids, year, part)
        later = later_data(year)
        (part / LATER).write_text(later_page(year, later, recipe), encoding="utf-8")
        for file, what in later:
            say(f"later data: {file}: {what}")
        data = load_world_data.__wrapped__(str(part))  # of this moment, whatever this process read before
        save_paths(choose_paths(data), part)
        _fit(data, part, recipe, say)
        for path in sorted(part.iterdir()):
            os.replace(path, out / path.name)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _fit(data: WorldData, folder: Path, recipe: Recipe, say: Callable[[str], None]) -> None:
    """Calibrate and write the fitted tables."""
    cfg = replace(load_config(f"seed={recipe.seed}", "panel.size=0"), scale=recipe.scale)
    fitted = Fitted.start(data)
    for k, (fitted, seen) in enumerate(rounds(cfg, data, recipe.rounds), start=1):
        say(f"round {k} of {recipe.rounds}: {progress(data, fitted, seen)}")
    save_fitted(fitted, data, folder)
    fitted = load_fitted.__wrapped__(str(folder))  # as it will be read, so that its runs can be made again
    save_exposure(replace(fitted, exposure=exposure_of_runs(cfg, data, fitted)), data, folder)


def progress(data: WorldData, fitted: Fitted, seen: Seen) -> str:
    """How far the run of a round was from the last five years of data, and what stands on the bounds of the fit."""
    recent, target = slice(-5, None), papers_targets(data)
    papers = np.abs(seen.papers[recent] - target[recent]).sum() / target[recent].sum()
    share = seen.international[recent].sum(axis=0) / np.maximum(seen.whole[recent].sum(axis=0), 1)
    gap = np.abs(share - international_targets(data)[recent].mean(axis=0)).mean()
    stock = np.abs(seen.people[-1] - data.researchers[-1]).sum() / data.researchers[-1].sum()
    bounds = ", ".join(f"{number} {name}" for name, number in on_bounds(fitted).items())
    return f"papers {papers:.1%}, international share {gap:.3f}, people {stock:.1%} off; on a bound: {bounds}"


def later_page(year: int, later: list[tuple[str, str]], recipe: Recipe) -> str:
    """Text of later_data.md."""
    rows = [f"| {file} | {what} |" for file, what in later]
    if year < SHELF_YEAR:
        rows.append("| parameters | `params.*` are those of the model as shipped, set and fitted on data to 2017 |")
    head = [f"# Data after {year} in these tables", "", f"Outcomes end in {year}. What still holds something later, as "
            "the yearly files are shipped (your own may differ):", "", "| file | what |", "|---|---|"]  # fmt: skip
    end = f"Fitted in {recipe.rounds} rounds at one agent for {recipe.scale} researchers, seed {recipe.seed}."
    return "\n".join([*head, *rows, "", end, ""])
