"""What commands have to compute: their runs, the histories they share, and the keys of both."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sim.config.schema import Config
from sim.core.axes import BASELINE, MODES, SCRIPTED
from sim.running.model import Model
from sim.store.parts import RunId


@dataclass(frozen=True)
class Past:
    """A history that runs branch from: a replicate of the baseline `cfg` until a year; `key` is that of the cache."""

    key: str
    cfg: Config
    replicate: int
    until: int


@dataclass(frozen=True)
class Run:
    """One run to compute.

    Attributes
    ----------
    cfg : carries its policies and mode; key : names everything that can change its results.
    past : where it begins, None for the start.
    partner : key of the scripted baseline run of its replicate, from which differences act; None for that one itself.
    """

    id: RunId
    cfg: Config
    key: str
    past: Past | None = None
    partner: str | None = None

    @property
    def after(self) -> int:
        """Last year before the run's own: of its history, or the year before the first."""
        return self.cfg.start - 1 if self.past is None else self.past.until


@dataclass(frozen=True)
class Plan:
    """Runs of a command in the order of their rows in the tables.

    Attributes
    ----------
    branch : last year of the shared history; None if a policy is in force from the first year, or the run starts late.
    recorded : scenarios that go into the tables, in the modes of `modes` (a baseline that only lends its macro states
        is not recorded).
    """

    cfg: Config
    baseline: Config
    runs: tuple[Run, ...]
    branch: int | None
    first_policy_year: int | None
    recorded: tuple[str, ...]
    modes: tuple[str, ...]
    places: tuple[str, ...]

    @property
    def recorded_runs(self) -> tuple[Run, ...]:
        return tuple(run for run in self.runs if run.id.scenario in self.recorded and run.id.mode in self.modes)

    @property
    def command_key(self) -> str:
        """Name of the command's folder: a hash of the keys of its runs."""
        text = "\n".join(f"{run.id.scenario} {run.id.mode} {run.key}" for run in self.recorded_runs)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


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
    return make_plans([cfg], model)[0]


def make_plans(cfgs: Sequence[Config], model: Model) -> list[Plan]:
    """Plans of several commands. Those with the same history branch from it in the same year, the earliest of theirs.

    Where runs have the same key, in one plan or in several, they are the same run, and so are histories.
    """
    firsts = [model.first_policy_year(cfg) for cfg in cfgs]
    branches = [
        branch_year(cfg.start, cfg.end, first, model.data_end(cfg)) for cfg, first in zip(cfgs, firsts, strict=True)
    ]
    pasts = [model.run_key(cfg.baseline(), 0, end=model.data_end(cfg)) for cfg in cfgs]  # names of what may be shared
    earliest: dict[str, int] = {}
    for past, branch in zip(pasts, branches, strict=True):
        if branch is not None:
            earliest[past] = min(branch, earliest.get(past, branch))
    shared = [earliest.get(past) for past in pasts]
    return [
        Plan(
            cfg, cfg.baseline(), tuple(_runs(cfg, model, None if branch is None else until, until)),
            None if branch is None else until, first, recorded_of(cfg), modes_of(cfg), model.places(cfg),
        )
        for cfg, first, branch, until in zip(cfgs, firsts, branches, shared, strict=True)
    ]  # fmt: skip


def _runs(cfg: Config, model: Model, branch: int | None, shared: int | None) -> Iterator[Run]:
    """Runs of a configuration, which branch in a year; those of its baseline, in the one that all agree on."""
    baseline = cfg.baseline()
    recorded, modes, replicates = recorded_of(cfg), modes_of(cfg), range(cfg.replicates)
    partners = [model.run_key(baseline, replicate, SCRIPTED) for replicate in replicates]

    def past(replicate: int, until: int | None) -> Past | None:
        if until is None:
            return None
        return Past(model.run_key(baseline, replicate, end=until), baseline, replicate, until)

    for scenario, mode in dict.fromkeys([(BASELINE, SCRIPTED), *((name, mode) for name in recorded for mode in modes)]):
        arm, until = (baseline, shared) if scenario == BASELINE else (cfg, branch)
        for replicate in replicates:
            at = RunId(scenario, mode, 0, replicate)
            partner = None if (scenario, mode) == (BASELINE, SCRIPTED) else partners[replicate]
            yield Run(at, arm, model.run_key(arm, replicate, mode), past(replicate, until), partner)


def recorded_of(cfg: Config) -> tuple[str, ...]:
    """Scenarios that a configuration has in its tables."""
    name = scenario_name(cfg)
    return (BASELINE,) if name == BASELINE else (BASELINE, name) if cfg.compare else (name,)


def scenario_name(cfg: Config) -> str:
    """Name of the scenario in the tables; policies given without one must not pass for the baseline."""
    return "custom" if cfg.policies and cfg.scenario == BASELINE else cfg.scenario
