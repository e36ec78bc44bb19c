"""The model's part: tables and fit on data to an origin, the baseline lived on to the last year of data."""

from __future__ import annotations

from pathlib import Path

from experiments.backtest.outcomes import Tables
from sim.config.load import load_config
from sim.running.command import Command
from sim.running.model import RealModel

DONE = "world.csv"  # the last file that a refit puts into its folder


def fitted(data: Path, folder: Path, to: int, scale: int, rounds: int) -> Path:
    """Folder of tables rebuilt and fitted on data to a year; fitted now unless it is there."""
    if not (folder / DONE).exists():
        from sim.analysis.refit import Recipe, refit

        refit(data, to, folder, Recipe(scale=scale, rounds=rounds))
    return folder


def baseline(world: str, scale: int, replicates: int, first: int, last: int, outdir: Path, threads: int) -> Tables:
    """Tables of the baseline of a world, years `first` to `last`; what is finished on disk is not computed again."""
    cfg = load_config(
        f"world={world}", f"scale={scale}", f"replicates={replicates}", f"end={last}", f"threads={threads}",
        f"outdir={outdir}", "experiment=runs", "government.mode=scripted", "panel.size=0",
    )  # fmt: skip
    return Tables(Command(cfg, RealModel()).tables(), first, last, replicates)
