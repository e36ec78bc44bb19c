"""Carry out a comparison into one folder, which is the store of its sweep: nothing is computed twice, and more draws
refine what is there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from sim.analysis.sweep_frames import write_views
from sim.comparison.design import spec_of_question
from sim.comparison.question import Question
from sim.running.model import Model, RealModel
from sim.store.sweep import writing_into
from sim.sweep.driver import Progress
from sim.sweep.run import Outcome, Sweep, silent
from sim.sweep.run import carry_out as carry_out_sweep

ABOUT = "comparison.json"
CONFIGS = "configs"


@dataclass
class Job:
    """A comparison that is planned: its folder, and the sweep that fills it."""

    question: Question
    sweep: Sweep

    @property
    def folder(self) -> Path:
        return self.sweep.folder


def plan(question: Question, model: Model | None = None) -> Job:
    """Plan a comparison; nothing is written."""
    model = model or RealModel()
    some = next(iter(question.configs.values()))
    experiment = "compare" if "experiment" not in question.fixed else some.experiment
    folder = Path(some.outdir) / experiment / _key(question, model)
    return Job(question, Sweep.open(spec_of_question(question, experiment), folder, model))


def carry_out(
    question: Question | Job,
    *,
    model: Model | None = None,
    show: Callable[[Progress], None] = silent,
    note: Callable[[str], None] = silent,
) -> Outcome:
    """Compute what is missing and write what `sim.comparison.read_comparison` reads.

    Raises
    ------
    ConfigError : bad input, or another process works on the same folder.
    StoreError : the folder cannot be written; what was written is kept.
    """
    job = question if isinstance(question, Job) else plan(question, model)
    _write(job)  # first: what is done of an interrupted comparison can be read
    outcome = carry_out_sweep(job.sweep, show=show, note=note)
    write_views(job.folder)
    return outcome


def _key(question: Question, model: Model) -> str:
    """Name of the folder: all that is asked but how many draws, which are added to those that are there."""
    text = [f"{label} {model.run_key(cfg, 0, cfg.government.mode)}" for label, cfg in question.configs.items()]
    text += [question.reference, str(question.period), str(sorted(question.fixed))]
    return hashlib.sha256("\n".join(text).encode()).hexdigest()[:16]


def _write(job: Job) -> None:
    """What was asked, and the configuration of every scenario, aside and renamed."""
    question = job.question
    about = {
        "scenarios": list(question.scenarios),
        "reference": question.reference,
        "titles": dict(question.titles),
        "period": asdict(question.period),
        "draws": question.draws,
        "replicates": question.replicates,
        "repeated": question.repeated,
        "command": question.command,
        "configs": {label: f"{CONFIGS}/{number}.yaml" for number, label in enumerate(question.configs)},
    }
    for label, name in about["configs"].items():  # type: ignore[attr-defined]
        with writing_into(job.folder, job.folder / name) as aside:
            aside.write_text(job.sweep.model.as_yaml(question.configs[label]), encoding="utf-8")
    with writing_into(job.folder, job.folder / ABOUT) as aside:
        aside.write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
