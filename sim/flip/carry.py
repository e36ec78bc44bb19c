"""Carry out a question on the machinery of sweeps: a screening, then lines for the numbers that matter most.

Runs lie in one store for all questions about the same scenarios; what it holds is not computed again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sim.core.read import ConfigError
from sim.flip.asked import SHOWN, Asked
from sim.flip.design import Design, Line, design_of, sample_of, spec_of_design
from sim.flip.effects import effects_of, mean
from sim.flip.screening import screened
from sim.flip.turning import Turn, turn_of
from sim.running.model import Model, RealModel
from sim.store.sweep import writing_into
from sim.sweep.driver import Progress
from sim.sweep.run import Sweep
from sim.sweep.run import carry_out as carry_out_sweep

NAME = "flip"


def _nothing(_: Any) -> None:
    return


@dataclass(frozen=True)
class Finding:
    """One number that matters, and where the answer turns along it.

    Attributes
    ----------
    effects : by scenario, its effect at each value of the line.
    moves : mean size of the change of the effect when the number crosses its range, the others anywhere in theirs.
    """

    line: Line
    documented: float
    turn: Turn
    effects: Mapping[str, Sequence[float]]
    moves: float

    def as_mapping(self) -> dict[str, Any]:
        """For ``flip.json``; effects at the ends of the range by scenario."""
        item, ends = self.line.item, self.line.item.law.between_ends()
        return {
            "key": item.key,
            "words": item.words,
            "unit": item.unit,
            "range": [ends.lo, ends.hi],
            "documented": self.documented,
            "low": {label: values[0] for label, values in self.effects.items()},
            "high": {label: values[-1] for label, values in self.effects.items()},
            "turns_at": self.turn.at if self.turn.resolved else None,
            "resolved": self.turn.resolved,
            "verdict": self.turn.verdict,
            "moves": self.moves,
            "values": list(self.line.values),
            "effects": {label: list(values) for label, values in self.effects.items()},
        }


@dataclass(frozen=True)
class Found:
    """The answer.

    Attributes
    ----------
    folder : of ``flip.csv``, ``flip.json`` and the figure.
    effects : by scenario at the documented values; unit : of all effects; error : of a margin, by chance.
    screened : all numbers, the strongest first.
    """

    asked: Asked
    folder: Path
    findings: tuple[Finding, ...]
    effects: Mapping[str, float]
    unit: str
    error: float
    screened: pd.DataFrame

    def write(self) -> None:
        """Write ``flip.json`` and ``flip.csv`` (all numbers of the screening), aside and renamed."""
        asked = self.asked
        about = {
            "scenarios": list(asked.scenarios),
            "reference": asked.question.reference,
            "place": asked.place,
            "where": asked.where,
            "outcome": asked.outcome.words,
            "column": asked.outcome.name,
            "unit": self.unit,
            "command": asked.question.command,
            "effects": dict(self.effects),
            "error_by_chance": self.error,
            "resolution": resolution(asked),
            "rows": [finding.as_mapping() for finding in self.findings],
        }
        with writing_into(self.folder, self.folder / f"{NAME}.json") as aside:
            aside.write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        words = {item.key: item.words for item in asked.items}
        table = self.screened.assign(words=self.screened["parameter"].map(words))
        with writing_into(self.folder, self.folder / f"{NAME}.csv") as aside:
            table.to_csv(aside, index=False)


@dataclass
class Job:
    """A question that is planned: where its runs and its answer go, and the sweep of its screening."""

    model: Model
    design: Design
    sweep: Sweep

    @classmethod
    def plan(cls, asked: Asked, model: Model | None = None) -> Job:
        """Plan the screening; nothing is written."""
        model, design = model or RealModel(), design_of(asked)
        return cls(model, design, Sweep.open(spec_of_design(design), _runs(asked, model), model))

    @property
    def asked(self) -> Asked:
        return self.design.asked

    @property
    def folder(self) -> Path:
        """Of the answer."""
        asked = self.asked
        what = [self.sweep.folder.name, asked.question.reference, asked.place, asked.outcome.name]
        what += map(str, (asked.trajectories, asked.points, asked.replicates, [item.key for item in asked.items]))
        return Path(asked.config.outdir) / NAME / _digest(what)

    def seconds(self) -> float:
        """Rough guess of what is to be computed, lines included, on one core."""
        missing, plan = self.sweep.missing(), self.sweep.plan
        families = list(plan.families.values())
        screening = sum(plan.seconds(f, keys) for f in families if (keys := f.tasks.keys() & missing))
        lines = SHOWN * self.asked.points * self.asked.replicates
        return screening + lines * sum(plan.seconds(f, f.tasks.keys()) for f in families) / len(families)

    def carry_out(
        self, *, show: Callable[[Progress], None] = _nothing, note: Callable[[str], None] = _nothing
    ) -> Found:
        """Compute what is missing, find the answer and write it.

        Raises
        ------
        ConfigError : too many runs failed, or another process works on the same store.
        StoreError : the store cannot be written; what was written is kept.
        """
        carry_out_sweep(self.sweep, show=show, note=note)
        asked, by_key = self.asked, {item.key: item for item in self.asked.items}
        table = screened(sample_of(asked), effects_of(self.sweep.folder, self.design).margins())
        design = design_of(asked, [by_key[key] for key in table["parameter"][:SHOWN]])
        note(f"{len(by_key)} numbers are screened; now the values at which the {len(design.lines)} strongest turn it")
        sweep = Sweep.open(spec_of_design(design), self.sweep.folder, self.model)
        carry_out_sweep(sweep, show=show, note=note)
        found = self._found(design, table)
        found.write()
        return found

    def _found(self, design: Design, table: pd.DataFrame) -> Found:
        effects = effects_of(self.sweep.folder, design)
        means = {label: mean(values) for label, values in effects.values.items()}
        if any(pd.isna(values[0]) for values in means.values()):
            why = f"talent-circulation sweep status {self.sweep.folder}"
            raise ConfigError([f"flip: runs at the documented values failed; {why} says why"])
        margins, findings = effects.margins(), []
        for line, moves in zip(design.lines, table["mu_star"]):
            here = self.asked.documented(line.item)
            told = {label: [float(values[draw]) for draw in line.draws] for label, values in means.items()}
            findings.append(Finding(line, here, turn_of(line, margins, here), told, float(moves)))
        central = {label: float(values[0]) for label, values in means.items()}
        return Found(
            self.asked, self.folder, tuple(findings), central, effects.unit, max(m.error for m in margins), table
        )


def resolution(asked: Asked) -> str:
    """How finely was looked, in a sentence."""
    n = asked.trajectories
    return (
        f"{len(asked.items)} numbers screened by {n} {'trajectory' if n == 1 else 'trajectories'} of Morris, "
        f"one agent for {asked.config.scale:,} researchers; turning values from {asked.points} points of each range "
        f"with {asked.replicates} replicates, all other numbers as documented."
    )


def _runs(asked: Asked, model: Model) -> Path:
    """Folder of the runs: named by the scenarios, so that other places and outcomes find them there."""
    configs = asked.question.configs
    what = [f"{label} {model.run_key(cfg, 0, cfg.government.mode)}" for label, cfg in configs.items()]
    what.append(str(asked.question.period.first))
    return Path(asked.config.outdir) / NAME / "runs" / _digest(what)


def _digest(what: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(what).encode()).hexdigest()[:16]
