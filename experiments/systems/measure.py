"""Runs with and without one system, in pairs that share history and random draws, and what they differ in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import numpy as np

from experiments.systems.system import Outcome, System
from experiments.systems.table import SYSTEMS
from sim import World, load_config
from sim.analysis.outcomes import columns
from sim.config.key import run_key
from sim.config.schema import Config
from sim.core.axes import SCRIPTED
from sim.data.tables import load_world_data
from sim.phases.macro import Macro
from sim.policy.schema import LeverUse, Policy, Scope
from sim.record.recorder import YearResult

FIRST, LAST = 2018, 2025


def config(scale: int, system: System, policies: bool = True) -> Config:
    """Configuration of a system's run: its levers pulled, or the scenario in which a mechanism works."""
    extra = [f"+scenario={system.scenario}"] if system.scenario else []
    cfg = load_config(f"scale={scale}", f"end={LAST}", "threads=1", "panel.size=0", *extra)
    if not system.levers:
        return cfg
    uses = {pull.lever: _use(pull.lever, pull.strength, dict(pull.scope)) for pull in system.levers if policies}
    if not uses:
        return cfg
    return replace(cfg, scenario="alone", policies={"alone": Policy("alone", (system.issuer,), uses)})


def _use(lever: str, strength: float, scope: dict[str, Any]) -> LeverUse:
    return LeverUse(lever=lever, values={date(FIRST, 1, 1): strength}, source="benchmark", scope=Scope(**scope))


def with_value(cfg: Config, path: str, value: float | str) -> Config:
    """The configuration with a parameter (``params.a.b``), strength (``effects.a.b``) or table of threats replaced."""
    if path == "threat":
        return replace(cfg, threat=str(value))
    kind, group, name = path.split(".")
    if kind == "effects":
        return replace(cfg, effects={**cfg.effects, group: {**cfg.effects[group], name: value}})
    part = replace(getattr(cfg.params, group), **{name: value})
    return replace(cfg, params=replace(cfg.params, **{group: part}))


@cache
def history(scale: int, replicate: int) -> dict[str, np.ndarray]:
    """State of the baseline at the end of 2017."""
    world = World(load_config(f"scale={scale}", f"end={LAST}", "threads=1", "panel.size=0"), replicate)
    for _ in world.run(until=FIRST - 1):
        pass
    return {name: np.array(value) for name, value in world.state().items()}


def run_years(cfg: Config, mode: str, replicate: int) -> list[YearResult]:
    """Years from 2018 on, paired with the scripted baseline of the same parameters."""
    if mode == SCRIPTED and not cfg.policies:
        return baseline(cfg, replicate)[0]
    paired = baseline(cfg.baseline(), replicate)[1]
    return list(World.from_state(cfg, history(cfg.scale, replicate), replicate, mode, paired).run())


_BASELINES: dict[str, tuple[list[YearResult], dict[int, Macro]]] = {}


def baseline(cfg: Config, replicate: int) -> tuple[list[YearResult], dict[int, Macro]]:
    """Years of a scripted baseline from 2018 on and its macro states; the last one is kept."""
    key = run_key(cfg, replicate)
    if key not in _BASELINES:
        _BASELINES.clear()
        world = World.from_state(cfg, history(cfg.scale, replicate), replicate)
        _BASELINES[key] = list(world.run()), world.macros
    return _BASELINES[key]


def measured(years: list[YearResult], outcome: Outcome) -> float:
    """Yearly mean of an outcome (``table.column``) in its place, or in the world."""
    table, name = outcome.column.split(".")
    total = 0.0
    for result in years:
        if table not in result.tables:
            continue
        values = result.tables[table]
        amount = sum(np.nan_to_num(np.asarray(values[n], float)) for n in columns(table, [name]))
        if outcome.place:
            at = load_world_data("full").iso3.index(outcome.place)
            keys = [k for k in ("place", "place_to", "place_a", "cited_place") if k in values]
            amount = amount[values[keys[0]] == at]
        total += float(np.sum(amount))
    return total / len(years)


def arms(scale: int, system: System) -> tuple[Config, Config]:
    """Configurations without and with the system: levers not pulled and pulled, parameters neutral and at default."""
    cfg = config(scale, system)
    if system.levers:
        kept = system.levers[: system.kept]
        off = config(scale, replace(system, levers=kept)) if kept else cfg.baseline()
        return off, cfg
    off = cfg
    for path, value in system.neutral:
        off = with_value(off, path, value)
    return off, cfg


def one(scale: int, replicate: int, system: System) -> tuple[list[tuple[float, float]], list[list[float]]]:
    """One replicate: (without, with) by outcome; and the change of the first outcome at the ends of `nearest`."""
    off, on = arms(scale, system)
    without, pulled = (run_years(cfg, system.mode, replicate) for cfg in (off, on))
    levels = [(measured(without, o), measured(pulled, o)) for o in system.outcomes]
    ends = []
    for path, values in system.nearest:
        changes = []
        for value in values:
            runs = [run_years(with_value(cfg, path, value), system.mode, replicate) for cfg in (off, on)]
            first, second = (measured(years, system.outcomes[0]) for years in runs)
            changes.append(second - first)
        ends.append(changes)
    return levels, ends


def work(task: tuple[int, int, tuple[str, ...]]) -> list[Any]:
    """All asked systems of one replicate (they share its history)."""
    scale, replicate, names = task
    return [one(scale, replicate, system) for system in SYSTEMS if system.name in names]
