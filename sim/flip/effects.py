"""What the runs did: the effect of each scenario in every draw and replicate, and the margins that decide an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from sim.analysis.open_results import load
from sim.analysis.summary import Period
from sim.comparison.reading import Comparison
from sim.flip.design import Design


@dataclass(frozen=True)
class Margin:
    """A number that is above 0 at the documented values or below, and whose sign is the answer.

    Attributes
    ----------
    names : the scenario, or the two whose order it tells.
    values : [draws, replicates], in per cent of the reference or percentage points; NaN where there is no run.
    """

    names: tuple[str, ...]
    values: np.ndarray

    @property
    def means(self) -> np.ndarray:
        """[draws], over the replicates that there are."""
        return mean(self.values)

    @property
    def error(self) -> float:
        """Standard error by chance of the mean of a draw with all replicates, pooled over these draws."""
        whole = self.values[np.isfinite(self.values).all(axis=1)]
        return float(np.sqrt(whole.var(axis=1, ddof=1).mean() / whole.shape[1])) if len(whole) else float("nan")


def mean(values: np.ndarray) -> np.ndarray:
    """Mean over the replicates that there are [draws]; NaN where there is none."""
    there = np.isfinite(values)
    n = there.sum(axis=1)
    return np.where(n > 0, np.where(there, values, 0.0).sum(axis=1) / np.maximum(n, 1), np.nan)


@dataclass(frozen=True)
class Effects:
    """Effects of all runs.

    Attributes
    ----------
    values : by scenario [draws, replicates]; NaN where there is no run.
    unit : of all of them.
    """

    values: Mapping[str, np.ndarray]
    unit: str

    def margins(self) -> list[Margin]:
        """Of one scenario its effect; of several the lead of each over the next, in their order at draw 0."""
        if len(self.values) == 1:
            return [Margin((label,), values) for label, values in self.values.items()]
        order = sorted(self.values, key=lambda label: -float(mean(self.values[label])[0]))
        return [Margin((one, other), self.values[one] - self.values[other]) for one, other in pairwise(order)]


def effects_of(folder: Path, design: Design) -> Effects:
    """Effects that a store holds: in per cent of the reference, of shares in percentage points.

    Where the reference has nothing of the outcome, such as costs of rules, they are amounts.
    """
    asked, draws = design.asked, len(design.rows)
    question, outcome = asked.question, asked.outcome
    frames = load(folder)
    comparison = Comparison(
        folder, frames, question.scenarios, question.reference, question.titles, question.configs, question.period,
        draws - 1, asked.replicates, question.command, frames.manifest,
    )  # fmt: skip
    last = question.period.last
    years = Period(last, last) if outcome.last else question.period
    units = comparison.units(outcome.name, keep={"place": asked.places}, years=years)
    if outcome.share:
        told, unit = 100.0 * units["effect"], "% points"
    elif (units["reference"] > 0).all():
        told, unit = 100.0 * units["effect"] / units["reference"], "%"
    else:
        told, unit = units["effect"], outcome.unit if outcome.last else f"{outcome.unit} a year"
    units = units.assign(told=told)
    found = {}
    for label in question.scenarios:
        wide = units[units["scenario"] == label].pivot(index="draw", columns="replicate", values="told")
        found[label] = wide.reindex(index=range(draws), columns=range(asked.replicates)).to_numpy(dtype=float)
    return Effects(found, unit)
