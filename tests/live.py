"""Small whole worlds for tests: run once a session, compared bit by bit or table by table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np

from sim import World, load_config
from sim.config.schema import Config
from sim.policy.levers import LEVERS
from sim.policy.schema import LeverUse, Policy, Scope
from sim.record.recorder import YearResult

SCALE = 2000
YEAR = 2018  # first year of the policies that tests make


@lru_cache(maxsize=16)
def config(*overrides: str) -> Config:
    """Configuration of a small world: scale 2000 to 2025, no panel, one thread, unless overridden."""
    return load_config(f"scale={SCALE}", "end=2025", "threads=1", "panel.size=0", *overrides)


@dataclass
class Run:
    """A world and what its years left."""

    world: World
    years: list[YearResult] = field(default_factory=list)

    def go(self, until: int | None = None) -> Run:
        """Live on until the end of a year (default: the configuration's end)."""
        self.years.extend(self.world.run(until))
        return self

    def table(self, name: str) -> dict[str, np.ndarray]:
        """One table over all recorded years, with a column `year`."""
        parts = [(result.year, result.tables[name]) for result in self.years if name in result.tables]
        years = np.concatenate([np.full(len(next(iter(t.values()))), year) for year, t in parts])
        return {**{k: np.concatenate([t[k] for _, t in parts]) for k in parts[0][1]}, "year": years}

    def state(self) -> dict[str, np.ndarray]:
        """Copy of the world's state."""
        return {name: np.array(value) for name, value in self.world.state().items()}


def start(cfg: Config, **arguments: Any) -> Run:
    """A world before its first year."""
    return Run(World(cfg, **arguments))


def resume(cfg: Config, state: dict[str, np.ndarray], **arguments: Any) -> Run:
    """A world that goes on from a state."""
    return Run(World.from_state(cfg, state, **arguments))


def differences(one: dict[str, np.ndarray], two: dict[str, np.ndarray]) -> list[str]:
    """Names of arrays that differ in any bit, in shape or in type, or that only one side has."""
    same = {k for k in one.keys() & two.keys() if _bits(one[k]) == _bits(two[k])}
    return sorted((one.keys() | two.keys()) - same)


def _bits(array: np.ndarray) -> tuple[str, tuple[int, ...], bytes]:
    array = np.asarray(array)
    return array.dtype.str, array.shape, array.tobytes()


def columns_of(state: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The researchers in a state, without governments, macro states and observations."""
    return {k: v for k, v in state.items() if k.startswith("block")}


def same_tables(one: list[YearResult], two: list[YearResult]) -> Iterator[tuple[int, str, str]]:
    """Year, table and column of everything that differs between two lists of results."""
    assert [r.year for r in one] == [r.year for r in two]
    for a, b in zip(one, two):
        assert a.tables.keys() == b.tables.keys()
        for name in a.tables:
            for column in differences(a.tables[name], b.tables[name]):
                yield a.year, name, column


def end_of(lever: str) -> float:
    """The bound of a lever's strength that is not neutral."""
    return LEVERS[lever].hi if LEVERS[lever].hi != LEVERS[lever].neutral else LEVERS[lever].lo


def with_lever(
    cfg: Config, lever: str, strength: float, issuer: tuple[str, ...] = ("USA",), year: int = YEAR, **scope: Any
) -> Config:
    """The configuration with one policy that pulls one lever from a year on.

    A lever that qualifies another (precision of investigations) is pulled together with it, at full strength.
    """
    uses = {"it": _use(lever, strength, year, scope)}
    if LEVERS[lever].of:
        base = LEVERS[LEVERS[lever].of]
        uses["base"] = _use(base.name, base.hi, year, {})
    policy = Policy(title="test", issuer=issuer, levers=uses)
    return replace(cfg, scenario="test", policies={"test": policy})


def with_everything(cfg: Config, issuer: tuple[str, ...] = ("G20",), year: int = YEAR) -> Config:
    """The configuration with every lever half pulled at once, so that no state of the world stays at rest."""
    uses = {name: _use(name, 0.5 * (lever.neutral + end_of(name)), year, {}) for name, lever in LEVERS.items()}
    policies = {"everything": Policy(title="everything", issuer=issuer, levers=uses)}
    return replace(cfg, scenario="everything", policies=policies)


def _use(lever: str, strength: float, year: int, scope: dict[str, Any]) -> LeverUse:
    return LeverUse(lever=lever, values={date(year, 1, 1): strength}, source="test", scope=Scope(**scope))
