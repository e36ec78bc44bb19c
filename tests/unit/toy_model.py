"""A world of three places that takes no time: the runner is tested on it, through the same face as the real one."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit

from sim.config.schema import Config
from sim.phases.macro import Macro
from sim.policy.schema import LeverUse, Policy, Scope
from sim.record.declaration import WORDS
from sim.record.tables import TABLES

PLACES = ("USA", "CHN", "IND")
EFFECT = 40.0  # researchers a year and unit of strength that a policy moves from USA to CHN


@dataclass
class ToyResult:
    year: int
    tables: dict[str, dict[str, np.ndarray]]


class ToyWorld:
    """Stocks walk at random, keyed by (seed, replicate, year); a policy takes people from USA, and CHN gains them.

    With reactive governments half of the effect is undone; after the data the paired baseline's first macro array
    shows in the column `top1_at_baseline_threshold`, which is null in it and before.
    """

    def __init__(self, model: ToyModel, cfg: Config, replicate: int, mode: str, paired: Mapping[int, Any] | None):
        self.model, self.cfg, self.replicate, self.mode, self.paired = model, cfg, replicate, mode, paired
        self.year, self.stock = cfg.start - 1, np.array([1e6, 2e6, 3e6])
        self.macros: dict[int, Macro] = {}

    def state(self) -> dict[str, np.ndarray]:
        macros = {f"macros.{y}.{k}": v for y, macro in self.macros.items() for k, v in macro.arrays().items()}
        return {"year": np.array(self.year), "stock": self.stock, **macros}

    def let_go(self) -> None:
        self.stock = np.zeros(0)

    def run(self, until: int | None = None) -> Iterator[ToyResult]:
        while self.year < (until or self.cfg.end):
            self.year += 1
            self.model.happens(self)
            rng = np.random.default_rng([self.cfg.seed, self.replicate, self.year])
            self.stock += np.rint(rng.normal(0, 1000, 3)) * self.cfg.scale
            shift = np.rint(self._strength() * EFFECT) * self.cfg.scale
            self.stock += np.array([-shift, shift, 0.0])
            self.macros[self.year] = Macro(**{f.name: np.full(2, float(self.replicate)) for f in fields(Macro)})
            yield ToyResult(self.year, self._tables(shift))

    def _strength(self) -> float:
        uses = [use for policy in self.cfg.policies.values() for use in policy.levers.values()]
        total = sum(v or 0.0 for use in uses for day, v in use.values.items() if day.year <= self.year)
        return total * (0.5 if self.mode == "reactive" else 1.0)

    def _tables(self, shift: float) -> dict[str, dict[str, np.ndarray]]:
        tables = {name: self._rows(name) for name in TABLES if name != "decisions"}
        alone = self.paired is None or self.year <= self.model.data_end(self.cfg)
        threshold = np.nan if alone else self.paired[self.year].z1[0]
        tables["place_year"] |= {
            "n_researchers": self.stock.copy(),
            "new_moves_in": np.array([0.0, shift, 0.0]),
            "new_moves_out": np.array([shift, 0.0, 0.0]),
            "top1_at_baseline_threshold": np.full(3, threshold),
        }
        tables["world_year"]["n_researchers"] = self.stock.sum(keepdims=True)
        tables["world_year"]["papers"] = np.array([1000.0 + shift])
        return tables

    def _rows(self, name: str) -> dict[str, np.ndarray]:
        n = 1 if name == "world_year" else 3
        rows = {}
        for column in TABLES[name].columns:
            if not column.extra:
                words = ("no", "yes") if column.kind == "flag" else WORDS.get(column.kind, PLACES)
                reasons = np.array(["", "career", "fear"])
                rows[column.name] = reasons if column.name == "exit_reason" else np.arange(n) % len(words)
        rows["year"] = np.full(n, self.year, np.int16)
        return rows


@dataclass
class ToyModel:
    """Face of the toy world.

    Parameters
    ----------
    fail_in : year in which the scenario's world raises.
    wait : seconds a year takes.
    log : file to which every world built appends a line.
    compiles : a kernel is compiled every year, as with a cold cache.
    """

    fail_in: int | None = None
    wait: float = 0.0
    log: str | None = None
    compiles: bool = False

    def happens(self, world: ToyWorld) -> None:
        if self.compiles:
            njit(lambda x: x + 1)(1)
        if self.wait:
            time.sleep(self.wait)
        if world.year == self.fail_in and world.cfg.policies:
            raise FloatingPointError("papers became negative")

    def places(self, cfg: Config) -> tuple[str, ...]:
        return PLACES

    def first_policy_year(self, cfg: Config) -> int | None:
        days = [day.year for p in cfg.policies.values() for use in p.levers.values() for day in use.values]
        return min(days, default=None)

    def run_key(self, cfg: Config, replicate: int, mode: str = "scripted", end: int | None = None) -> str:
        names = "scale seed start world scenario policies".split()
        what = [cfg.params.feedback, *(getattr(cfg, name) for name in names)]
        text = repr([what, replicate, mode, end or cfg.end])
        return hashlib.sha256(text.encode()).hexdigest()[:20]

    def new(self, cfg: Config, replicate: int, mode: str, paired: Mapping[int, Any] | None) -> ToyWorld:
        self._write(f"new {cfg.scenario} {mode} {replicate}")
        return ToyWorld(self, cfg, replicate, mode, paired)

    def resume(
        self, cfg: Config, state: dict[str, np.ndarray], replicate: int, mode: str, paired: Mapping[int, Any] | None
    ) -> ToyWorld:
        self._write(f"resume {cfg.scenario} {mode} {replicate}")
        world = ToyWorld(self, cfg, replicate, mode, paired)
        world.year, world.stock = int(state["year"]), state["stock"]
        names = [f.name for f in fields(Macro)]
        years = {int(key.split(".")[1]) for key in state if key.startswith("macros.")}
        world.macros = {y: Macro(**{name: state[f"macros.{y}.{name}"] for name in names}) for y in years}
        return world

    def data_end(self, cfg: Config) -> int:
        return 2017

    def levers_never_read(self, cfg: Config) -> list[str]:
        return ["policies.toy.levers.idle"] if cfg.policies else []

    def data_checksums(self, cfg: Config) -> dict[str, str]:
        return {"toy.csv": "0"}

    def as_yaml(self, cfg: Config) -> str:
        return f"scenario: {cfg.scenario}\n"

    def unfounded(self, cfg: Config) -> list[str]:
        return []

    def built(self) -> list[str]:
        """Worlds built so far, by any process."""
        assert self.log is not None
        return Path(self.log).read_text().splitlines() if Path(self.log).exists() else []

    def _write(self, line: str) -> None:
        if self.log:
            with open(self.log, "a") as file:
                file.write(line + "\n")


def toy_policy(year: int = 2018, strength: float = 1.0) -> dict[str, Policy]:
    """One policy of USA on CHN from the first day of a year."""
    scope = Scope(partners=("CHN",))
    use = LeverUse("visa_refusal", {date(year, 1, 1): strength}, "toy", scope)
    return {"toy": Policy("Toy", ("USA",), {"visa": use})}


def toy_config(folder: Path, **more: Any) -> Config:
    """Small configuration with the toy policy."""
    given: dict[str, Any] = {
        "scale": 10,
        "replicates": 2,
        "start": 2010,
        "end": 2022,
        "threads": 1,
        "figures": "off",
        "progress": "off",
        "outdir": str(folder / "outputs"),
        "experiment": "toy",
        "scenario": "toy",
        "policies": toy_policy(),
    }
    return Config(**(given | more))
