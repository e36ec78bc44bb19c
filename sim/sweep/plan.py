"""Runs of a sweep: their keys, the families that share a history, and chunks of a few minutes."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from sim.config.schema import Config
from sim.core.axes import BASELINE, SCRIPTED
from sim.core.read import ConfigError, unknown
from sim.running.model import Model
from sim.running.plan import branch_year, modes_of
from sim.sweep.design import Arm, Draws, make_draws
from sim.sweep.spec import Spec

# Seconds that a year takes: fixed, and for each of the world's researchers / scale. For the first chunks only; then
# what was measured counts.
YEAR_SECONDS, AGENT_SECONDS, RESEARCHERS = 0.010, 0.5e-6, 1.1e7
POPULATING_YEARS = 2.0  # years that it takes to make the first people of a world


@dataclass(frozen=True)
class Task:
    """One run to compute.

    Attributes
    ----------
    key : content key of the run.
    after : last year that it shares with the baseline of its family; the year before the first if none.
    """

    key: str
    cfg: Config
    mode: str
    after: int


@dataclass
class Family:
    """Runs that share parameters and chance: their histories are parts of one baseline, run once.

    Attributes
    ----------
    baseline : configuration without policies; replicate : number of the replicate.
    paired : the scripted baseline, from which differences act in all other runs.
    tasks : all runs by key, baselines first.
    """

    baseline: Config
    replicate: int
    paired: Task
    tasks: dict[str, Task] = field(default_factory=dict)

    @property
    def year_seconds(self) -> float:
        """Expected seconds that a year takes."""
        return YEAR_SECONDS + AGENT_SECONDS * RESEARCHERS / self.baseline.scale

    def years(self, keys: Set[str]) -> float:
        """Years to simulate for these runs: history, baseline if it is needed, and what comes after the branches."""
        tasks = [task for key, task in self.tasks.items() if key in keys]
        own = sum(task.cfg.end - task.after for task in tasks)
        shared = max((task.after for task in tasks), default=self.baseline.start - 1) - self.baseline.start + 1
        lent = 0 if self.paired.key in keys else self.paired.cfg.end - self.paired.after
        return own + shared + lent + POPULATING_YEARS


@dataclass
class Plan:
    """All runs of a sweep.

    Attributes
    ----------
    rows : design: scenario, mode, draw, replicate, run; in the order of the tables.
    families : by key of their baseline.
    unread : levers that are set but change nothing in these years or places.
    """

    spec: Spec
    draws: Draws
    rows: pd.DataFrame
    families: dict[str, Family]
    unread: tuple[str, ...] = ()

    @property
    def keys(self) -> set[str]:
        """Keys of all runs that are recorded."""
        return set(self.rows["run"])

    def seconds(self, family: Family, keys: Set[str]) -> float:
        """Expected seconds for runs of a family."""
        return family.years(keys) * family.year_seconds


def make_plan(spec: Spec, model: Model) -> Plan:
    """Compose scenarios, set draws, key runs; raises `ConfigError` with all problems of all draws (the first 20)."""
    draws = make_draws(spec)
    composed = [Arm(spec, scenario) for scenario in spec.scenarios or (None,)]
    builder = _Builder(spec, model)
    problems: list[str] = []
    said: set[str] = set()
    for number, values in enumerate(draws.values):
        for arm in composed:
            try:
                cfg = arm.config(values, f"draw {number}")
            except ConfigError as error:
                for message in error.messages:  # of the first draw that it is true of
                    text = message.replace(f"draw {number}: ", "", 1)
                    problems += [] if text in said else [message]
                    said.add(text)
                continue
            builder.add(arm.label, number, cfg)
        if len(problems) >= 20:
            break
    problems += builder.problems or _unrecorded(spec, builder.families.values(), model)
    if problems:
        raise ConfigError(problems[:20])
    return Plan(spec, draws, builder.frame(), builder.families, builder.unread)


def _unrecorded(spec: Spec, families: Iterable[Family], model: Model) -> list[str]:
    """What is wrong with the years and places that are to be kept."""
    problems: dict[str, None] = {}
    baselines = {(family.baseline.world, family.baseline.end): family.baseline for family in families}
    for cfg in baselines.values():
        if spec.record.first_year is not None and spec.record.first_year > cfg.end:
            problems[f"{spec.file}: record.first_year: is after the last year, {cfg.end}: nothing would be kept"] = None
        for place in spec.record.places or ():
            if place not in (places := model.places(cfg)):
                problems[f"{spec.file}: record.places: {unknown(place, 'place', places)}"] = None
    return list(problems)


def _family(baseline: Config, replicate: int, key: str, model: Model) -> Family:
    """A family without runs; `key` is that of its scripted baseline."""
    after = branch_year(baseline.start, baseline.end, None, model.data_end(baseline))
    assert after is not None
    return Family(baseline, replicate, Task(key, baseline, SCRIPTED, after))


class _Builder:
    """Collects rows of the design and families; a run that comes twice is computed once."""

    def __init__(self, spec: Spec, model: Model) -> None:
        self._spec, self._model = spec, model
        self._rows: dict[tuple[str, str, int, int], str] = {}
        self.families: dict[str, Family] = {}
        self.problems: list[str] = []
        self._unread: dict[str, None] = {}
        self._read: set[str] = set()
        self._first_years: dict[tuple[int, str, int, int], tuple[Any, int | None]] = {}

    def add(self, label: str, draw: int, cfg: Config) -> None:
        """All replicates and modes of a scenario under a draw, with their baselines."""
        first = self._first_year(cfg)
        baseline = cfg.baseline()
        branch = branch_year(cfg.start, cfg.end, first, self._model.data_end(cfg))
        after = cfg.start - 1 if branch is None else branch
        modes = modes_of(cfg)
        if self._spec.reactive_draws is not None and draw >= self._spec.reactive_draws:
            modes = (SCRIPTED,)
        for replicate in range(self._spec.replicates + (draw < self._spec.repeated)):
            trunk = self._model.run_key(baseline, replicate)
            family = self.families.setdefault(trunk, _family(baseline, replicate, trunk, self._model))
            for mode in modes:
                if label == BASELINE or self._spec.compare:
                    key = self._baseline(family, baseline, mode)
                    self._name_baseline(key, label, mode, draw, replicate)
                if label != BASELINE:
                    key = self._model.run_key(cfg, replicate, mode)
                    self._rows[label, mode, draw, replicate] = key
                    family.tasks.setdefault(key, Task(key, cfg, mode, after))

    def _name_baseline(self, key: str, label: str, mode: str, draw: int, replicate: int) -> None:
        """A draw has one baseline; note a scenario that would be paired with another's."""
        if self._rows.setdefault((BASELINE, mode, draw, replicate), key) != key:
            text = f"{self._spec.file}: scenarios.{label}: sets more than policies, so its baseline is not that of the "
            text += "other scenarios; move what differs to settings, or to grid or list, where it makes a draw"
            if text not in self.problems:
                self.problems.append(text)

    def _baseline(self, family: Family, cfg: Config, mode: str) -> str:
        """Key of the baseline of a mode, which becomes one of the family's runs.

        Draws that differ only in how governments would react share the scripted one, hence a family, but not this.
        """
        task = family.paired
        if mode != SCRIPTED:
            task = replace(task, key=self._model.run_key(cfg, family.replicate, mode), cfg=cfg, mode=mode)
        if task.key not in family.tasks:
            family.tasks = {task.key: task, **family.tasks}
        return task.key

    @property
    def unread(self) -> tuple[str, ...]:
        """Levers that change nothing under any draw: one that a draw switches off is no mistake."""
        return tuple(lever for lever in self._unread if lever not in self._read)

    def _first_year(self, cfg: Config) -> int | None:
        at = (id(cfg.policies), cfg.world, cfg.start, cfg.end)
        if at not in self._first_years:  # policies are kept, so that their id stays theirs
            self._first_years[at] = cfg.policies, self._model.first_policy_year(cfg)
            unread = self._model.levers_never_read(cfg) if cfg.policies else []
            names = {f"policies.{name}.levers.{use}" for name, policy in cfg.policies.items() for use in policy.levers}
            self._read |= names - set(unread)
            self._unread |= dict.fromkeys(unread)
        return self._first_years[at][1]

    def frame(self) -> pd.DataFrame:
        """Design in the order of the file: scenarios (baseline first), modes, draws, replicates."""
        names = ["scenario", "mode", "draw", "replicate"]
        frame = pd.DataFrame(list(self._rows), columns=names)
        frame["run"] = list(self._rows.values())
        order = {label: i for i, label in enumerate((BASELINE, *(s.label for s in self._spec.scenarios)))}
        return frame.iloc[frame["scenario"].map(order).argsort(kind="stable")].reset_index(drop=True)
