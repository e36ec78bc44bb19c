"""The store of an experiment's sweep, and paired effects from its tables."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sim.analysis import load
from sim.analysis.pairs import RUN, paired_units, plain
from sim.data.threat import DEFAULT, threat_words
from sim.store.frames import Frames


@dataclass(frozen=True)
class OpenStore:
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
        threat = settings.get("threat", DEFAULT)
        world += f", threat {threat_words(threat)}" if threat != DEFAULT else ""
        agents = f"one agent for {settings.get('scale', 100):,} researchers"
        return f"{n} replicate{'s' * (n != 1)} each, {agents}{world}, to {settings.get('end', 2035)}"

    def settings(self) -> str:
        """The same with the model's version and the day, for a page of numbers."""
        about = self.frames.manifest
        return f"{self.run_sentence()}; version {about['version']}, {str(about['started'])[:10]}"

    def beside(self, name: str) -> OpenStore:
        """Another sweep of the same experiment, whose store lies beside this one's."""
        store = self.store.parent.parent / name / self.store.name
        return OpenStore(load(store), store, self.folder, self.page)


def open_store(here: Path, words: Sequence[str] | None = None) -> OpenStore:
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
    return OpenStore(load(store), store, folder, page)


def effects(frame: pd.DataFrame, values: Sequence[str], by: Sequence[str] = ()) -> pd.DataFrame:
    """Sums of columns in a scenario less those of the baseline of the same draw and replicate.

    Parameters
    ----------
    frame : with the columns `RUN` and `by`; a cell that a run does not list is 0.

    Returns
    -------
    One row a scenario, draw, replicate and cell: these columns, the effects under the names of `values`, and the
    baseline's sums under ``base_NAME``.
    """
    cells = [*RUN, *by]
    found = [
        paired_units(frame, name, by).rename(columns={"effect": name, "reference": f"base_{name}"}).set_index(cells)
        for name in values
    ]
    return pd.concat(found, axis=1).sort_index().reset_index()


def with_axes(frame: pd.DataFrame, frames: Frames) -> pd.DataFrame:
    """The draws' columns added to rows that name a draw."""
    return frame.merge(frames["draws"], on="draw", how="left", validate="many_to_one")


def amounts(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Rows of a table with these columns in double precision, and names as plain texts."""
    return plain(frame).astype(dict.fromkeys(columns, float))
