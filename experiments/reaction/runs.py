"""Runs of the experiment as they lie in their folder, and lines of numbers made of them.

A band is the 5 and 95 % quantile over draws of the priors, chance included. A standard error is over worlds
of 2017, each with the draws that ran in it, since draws that share a world share its chance.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from sim.data.places import group
from sim.data.tables import WorldData, load_world_data

FIRST = 2018
Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Runs:
    """What `experiments.reaction.run` left in a folder."""

    folder: Path

    @cached_property
    def design(self) -> Mapping[str, int | str]:
        """How many runs of what, version and date."""
        found: dict[str, int | str] = json.loads((self.folder / "design.json").read_text(encoding="utf-8"))
        return found

    @cached_property
    def data(self) -> WorldData:
        """The world."""
        return load_world_data("full")

    @cached_property
    def codes(self) -> Mapping[str, int]:
        """Index of each place."""
        return {code: k for k, code in enumerate(self.data.iso3)}

    @cached_property
    def others(self) -> np.ndarray:
        """Places that react and restrict nobody by script: all but the United States and the rests."""
        return np.setdiff1d(np.flatnonzero(~self.data.is_rest), [self.codes["USA"]])

    @cached_property
    def allies(self) -> np.ndarray:
        """The nine largest defence allies of the United States."""
        return np.asarray(group(self.data, "US_ALLIES"))

    def of(self, kind: str) -> dict[int, Arrays]:
        """Files of a kind by number."""
        files = sorted(self.folder.glob(f"{kind}_[0-9]*.npz"), key=lambda file: int(file.stem.split("_")[-1]))
        return {int(file.stem.split("_")[-1]): dict(np.load(file)) for file in files}

    @cached_property
    def drawn(self) -> dict[int, Arrays]:
        """Draws of the priors."""
        return self.of("draw")

    @cached_property
    def conditioned(self) -> dict[int, Arrays]:
        """Draws that were run with a condition on joint work with allies too, all arms."""
        return {d: {**self.drawn[d], **trace} for d, trace in self.of("conditions").items() if d in self.drawn}

    def sentence(self) -> str:
        """What was run, with the model's version and the day."""
        about = self.design
        agents = f"one agent for {about['scale']:,} researchers"
        runs = f"{len(self.drawn)} draws of the priors in {about['replicates']} worlds of 2017"
        return f"{runs}, {agents}, to 2035; version {about['version']}, {about['started']}"

    def world(self, draw: int) -> int:
        """World of 2017 that a draw ran in."""
        return draw % int(self.design["replicates"])


class Table:
    """Lines of ``numbers.csv``."""

    def __init__(self, runs: Runs) -> None:
        self.runs = runs
        self.rows: list[dict[str, object]] = []

    def add(self, part: str, outcome: str, case: str, values: Mapping[int, float], unit: str, year: int = 0) -> None:
        """One number a draw: mean, standard error over worlds, median and band."""
        v = np.array(list(values.values()), float)
        of = pd.Series(values).groupby(self.runs.world).mean()
        se = float(of.std(ddof=1) / np.sqrt(len(of))) if len(of) > 1 else np.nan
        low, median, high = np.quantile(v, (0.05, 0.5, 0.95))
        self._row(part, outcome, case, unit, year, mean=v.mean(), se=se, lo=low, median=median, hi=high, n=len(v))

    def over(self, part: str, outcome: str, case: str, values: Sequence[float]) -> None:
        """Mean, median and band of numbers without chance."""
        low, median, high = np.quantile(values, (0.05, 0.5, 0.95))
        self._row(
            part, outcome, case, "", 0, mean=float(np.mean(values)), lo=low, median=median, hi=high, n=len(values)
        )

    def exactly(self, part: str, outcome: str, case: str, value: float, unit: str) -> None:
        """One number that is no estimate."""
        self._row(part, outcome, case, unit, 0, mean=value, n=1)

    def _row(self, part: str, outcome: str, case: str, unit: str, year: int, **numbers: float) -> None:
        self.rows.append({"part": part, "outcome": outcome, "case": case, "year": year, "unit": unit, **numbers})

    def frame(self) -> pd.DataFrame:
        """All lines."""
        columns = ["part", "outcome", "case", "year", "unit", "mean", "se", "lo", "median", "hi", "n"]
        return pd.DataFrame(self.rows).reindex(columns=columns)


def rungs(runs: Runs, trace: Arrays, arm: str) -> dict[str, np.ndarray]:
    """By year: mean rungs of protect and promote, and restricted places, of all but the United States [Y]."""
    return {
        "mean rung of protect": trace[f"{arm}.protect"][:, runs.others].mean(axis=1),
        "restrictions": trace[f"{arm}.restrict"][:, runs.others].sum(axis=(1, 2)).astype(float),
        "mean rung of promote": trace[f"{arm}.promote"][:, runs.others].mean(axis=1),
    }
