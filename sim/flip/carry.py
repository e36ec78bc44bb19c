"""Carry out a question on the machinery of sweeps: a screening, the ends of what it finds, lines for what matters most.

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

from sim.comparison.question import subject_of
from sim.core.read import ConfigError
from sim.flip.asked import SHOWN, Asked
from sim.flip.choice import Choice, choose, least_seen
from sim.flip.design import Design, Line, design_of, spec_of_design
from sim.flip.effects import Effects, effects_of, mean
from sim.flip.factorial import signs
from sim.flip.turning import Turn, turn_of
from sim.running.model import Model, RealModel
from sim.store.sweep import writing_into
from sim.sweep.driver import Progress
from sim.sweep.run import Sweep, silent
from sim.sweep.run import carry_out as carry_out_sweep

NAME = "flip"
MEASURED = 1.8  # CPU seconds of these short runs, start and storing included, for each that a sweep expects


@dataclass(frozen=True)
class Finding:
    """One number that matters, and where the answer turns along it.

    Attributes
    ----------
    effects : by scenario, its effect at each value of the line.
    """

    line: Line
    documented: float
    turn: Turn
    effects: Mapping[str, Sequence[float]]

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
    table : all numbers, the strongest first, as of `sim.flip.choice.ranked`.
    """

    asked: Asked
    folder: Path
    findings: tuple[Finding, ...]
    effects: Mapping[str, float]
    unit: str
    error: float
    table: pd.DataFrame

    @property
    def told(self) -> str:
        """How many numbers matter clearly, in a sentence."""
        n = len(self.findings)
        if n == SHOWN:
            return ""
        few = f"only {('', 'one matters', 'two matter')[n]} clearly" if n else "none matters clearly"
        return f"Of {len(self.asked.items)} numbers that no data fix {few}: what the others do is lost in chance here."

    @property
    def resolution(self) -> str:
        """How finely was looked, and what cannot be seen so."""
        asked = self.asked
        runs = len(signs(len(asked.items), asked.blocks))
        least = least_seen(self.error)
        return (
            f"{len(asked.items)} numbers screened by {runs} sets of values, one agent for {asked.config.scale:,} "
            f"researchers, world {asked.config.world} from {asked.config.start}; the {asked.tried} strongest tried "
            f"alone, from end to end; {asked.points} points of each line, {asked.replicates} replicates, all other "
            f"numbers as documented. What moves the answer by less than "
            f"{least:.2g} {self.unit} from end to end cannot be told from chance."
        )

    def write(self) -> None:
        """Write ``flip.json`` and ``flip.csv`` (all numbers of the screening), aside and renamed."""
        asked = self.asked
        about = {
            "scenarios": list(asked.scenarios),
            "subjects": [subject_of(asked.question.configs[label], asked.question.period) for label in asked.scenarios],
            "scale": asked.config.scale,
            "reference": asked.question.reference,
            "place": asked.place,
            "where": asked.where,
            "outcome": asked.outcome.words,
            "column": asked.outcome.name,
            "unit": self.unit,
            "command": asked.question.command,
            "effects": dict(self.effects),
            "error_by_chance": self.error,
            "resolution": self.resolution,
            "told": self.told,
            "rows": [finding.as_mapping() for finding in self.findings],
        }
        with writing_into(self.folder, self.folder / f"{NAME}.json") as aside:
            aside.write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        words = {item.key: item.words for item in asked.items}
        table = self.table.assign(words=self.table["parameter"].map(words))
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
        what += map(
            str, (asked.blocks, asked.tried, asked.points, asked.replicates, [item.key for item in asked.items])
        )
        return Path(asked.config.outdir) / NAME / _digest(what)

    def seconds(self) -> float:
        """Rough guess of what is to be computed, ends and lines included, on one core."""
        missing, plan, asked = self.sweep.missing(), self.sweep.plan, self.asked
        families = list(plan.families.values())
        screening = sum(plan.seconds(f, keys) for f in families if (keys := f.tasks.keys() & missing))
        points = 2 * asked.tried + (asked.points - 2) * SHOWN
        each = sum(plan.seconds(f, f.tasks.keys()) for f in families) / len(families)
        return MEASURED * (screening + (points * asked.replicates * each if missing else 0.0))

    def carry_out(self, *, show: Callable[[Progress], None] = silent, note: Callable[[str], None] = silent) -> Found:
        """Compute what is missing, find the answer and write it.

        Raises
        ------
        ConfigError : too many runs failed, or another process works on the same store.
        StoreError : the store cannot be written; what was written is kept.
        """

        def run(design: Design) -> Effects:
            sweep = Sweep.open(spec_of_design(design), self.sweep.folder, self.model)
            carry_out_sweep(sweep, show=show, note=note)
            return effects_of(sweep.folder, design)

        asked = self.asked
        choice = choose(asked, lambda design: run(design).margins())
        n, tried = len(choice.named), len(choice.tried)
        note(f"{len(asked.items)} numbers are screened, {tried} tried; now the lines of the {n} that matter clearly")
        lines = design_of(asked, dict.fromkeys(choice.tried, 2) | dict.fromkeys(choice.named, asked.points))
        found = self._found(lines, run(lines), choice)
        found.write()
        return found

    def _found(self, design: Design, effects: Effects, choice: Choice) -> Found:
        means = {label: mean(values) for label, values in effects.values.items()}
        if any(pd.isna(values[0]) for values in means.values()):
            why = f"talent-circulation sweep status {self.sweep.folder}"
            raise ConfigError([f"flip: runs at the documented values failed; {why} says why"])
        margins, findings = effects.margins(), []
        lines = {line.item: line for line in design.lines}
        for line in (lines[item] for item in choice.named):
            here = self.asked.documented(line.item)
            told = {label: [float(values[draw]) for draw in line.draws] for label, values in means.items()}
            findings.append(Finding(line, here, turn_of(line, margins, here), told))
        central = {label: float(values[0]) for label, values in means.items()}
        error = max(margin.error for margin in margins)
        return Found(self.asked, self.folder, tuple(findings), central, effects.unit, error, choice.table)


def _runs(asked: Asked, model: Model) -> Path:
    """Folder of the runs: named by the scenarios, so that other places and outcomes find them there."""
    configs = asked.question.configs
    what = [f"{label} {model.run_key(cfg, 0, cfg.government.mode)}" for label, cfg in configs.items()]
    what.append(str(asked.question.period.first))
    return Path(asked.config.outdir) / NAME / "runs" / _digest(what)


def _digest(what: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(what).encode()).hexdigest()[:16]
