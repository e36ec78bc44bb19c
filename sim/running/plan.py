"""What a command has to compute: its runs, the history they share, and the keys of both."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from sim.config.schema import Config
from sim.core.axes import BASELINE, MODES, SCRIPTED
from sim.running.model import Model
from sim.store.parts import RunId


@dataclass(frozen=True)
class Run:
    """One run to compute; `cfg` carries its policies and mode, `key` names everything that can change its results."""

    id: RunId
    cfg: Config
    key: str


@dataclass(frozen=True)
class Plan:
    """Runs of a command in the order of their rows in the tables.

    Attributes
    ----------
    branch : last year of the shared history; None if a policy is in force from the first year, or the run starts late.
    history_keys : cache key of the history by replicate.
    recorded : scenarios that go into the tables, in the modes of `modes` (a baseline that only lends its macro states
        is not recorded).
    """

    cfg: Config
    baseline: Config
    runs: tuple[Run, ...]
    branch: int | None
    first_policy_year: int | None
    history_keys: dict[int, str]
    recorded: tuple[str, ...]
    modes: tuple[str, ...]
    places: tuple[str, ...]

    @property
    def after(self) -> int:
        """Last year before the runs begin: of the history, or the year before the first."""
        return self.cfg.start - 1 if self.branch is None else self.branch

    @property
    def recorded_runs(self) -> tuple[Run, ...]:
        return tuple(run for run in self.runs if run.id.scenario in self.recorded and run.id.mode in self.modes)

    @property
    def command_key(self) -> str:
        """Name of the command's folder: a hash of the keys of its runs."""
        text = "\n".join(f"{run.id.scenario} {run.id.mode} {run.key}" for run in self.recorded_runs)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def partner(self, run: Run) -> Run | None:
        """Scripted baseline run of the same draw and replicate, from which differences act; None for itself."""
        wanted = replace(run.id, scenario=BASELINE, mode=SCRIPTED)
        return None if run.id == wanted else next((other for other in self.runs if other.id == wanted), None)


def modes_of(cfg: Config) -> tuple[str, ...]:
    """Modes of governments that a configuration asks for, direct effects first."""
    mode = str(cfg.government.mode)
    return MODES if mode == "both" else (mode,)


def branch_year(start: int, end: int, first_policy_year: int | None, data_end: int) -> int | None:
    """Last year before anything can differ from the baseline, at most `data_end`; None if there is no such year.

    Reactive governments do not act before the data end, so that a run does not depend on where it branches.
    """
    last = min(data_end, end if first_policy_year is None else min(end, first_policy_year - 1))
    return last if last >= start else None


def make_plan(cfg: Config, model: Model) -> Plan:
    """Runs of a command: the scripted baseline, which all others are paired with, and what is recorded, by mode."""
    first = model.first_policy_year(cfg)
    branch = branch_year(cfg.start, cfg.end, first, model.data_end(cfg))
    baseline = cfg.baseline()
    name = scenario_name(cfg)
    recorded = (BASELINE,) if name == BASELINE else (BASELINE, name) if cfg.compare else (name,)
    modes = modes_of(cfg)
    arms = dict.fromkeys([(BASELINE, SCRIPTED), *((scenario, mode) for scenario in recorded for mode in modes)])
    runs = tuple(
        Run(RunId(scenario, mode, 0, replicate), arm, model.run_key(arm, replicate, mode))
        for scenario, mode in arms
        for arm in [baseline if scenario == BASELINE else cfg]
        for replicate in range(cfg.replicates)
    )
    replicates = range(cfg.replicates if branch is not None else 0)
    keys = {replicate: model.run_key(baseline, replicate, end=branch) for replicate in replicates}
    return Plan(cfg, baseline, runs, branch, first, keys, recorded, modes, model.places(cfg))


def scenario_name(cfg: Config) -> str:
    """Name of the scenario in the tables; policies given without one must not pass for the baseline."""
    return "custom" if cfg.policies and cfg.scenario == BASELINE else cfg.scenario
