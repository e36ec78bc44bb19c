"""The key of a run: a hash of all that can change its results, and of nothing else.

Histories, checkpoints, finished parts and folders of results are named by it. It covers the configuration (policies
without their explanations), the last year, replicate and mode; the tables of the world; the code that can change
results; the packages that compute and the processor architecture. A change of any of these leaves old files unread.
How files are laid out is not in it: `sim.store.history.VERSION` says that.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sim.config.schema import Config
from sim.core.digest import PACKAGE, children, digest, file_digest, modules
from sim.data.tables import load_world_data
from sim.data.threat import threat_digest
from sim.data.worlds import folder_of
from sim.params import GovernmentParams, PathParams
from sim.policy.ladder import LADDERS, Ladders

# Settings that say how, where and how often to run, not what comes out of one run.
NOT_IN_KEY = {
    "threads", "outdir", "experiment", "replicates", "compare", "figures", "progress", "checkpoint_seconds",
    "government", "titles", "scenario",
}  # fmt: skip

# What can change the numbers of a run. Configuration is in the key by its values, storing and drawing change nothing.
PACKAGES = ("core", "data", "policy", "engines", "agents", "phases", "record")
FILES = (
    "params.py", "world.py", "config/timeline.py", "running/execute.py", "running/advance.py", "running/branch.py",
    "running/model.py", "running/plan.py", "running/worker.py", "sweep/family.py",
)  # fmt: skip
NOT_CODE_OF_A_RUN = ("data/build", "data/map")  # build the tables, whose checksums are in the key


def run_key(cfg: Config, replicate: int, mode: str = "scripted", end: int | None = None) -> str:
    """Key of one run.

    Parameters
    ----------
    cfg : configuration of the arm (``cfg.baseline()`` for the baseline).
    replicate : number of the replicate.
    mode : what governments do in this run, ``scripted`` or ``reactive``.
    end : last year, if not the configuration's (a history that ends at the branch year).
    """
    if end is not None and end <= load_world_data(cfg.world).end:  # of a history: what comes after the data cannot act
        cfg = replace(cfg, params=replace(cfg.params, paths=PathParams()))
    if mode == "scripted":  # how governments would react
        cfg = replace(cfg, params=replace(cfg.params, government=GovernmentParams()))
    what = [*_relevant(cfg, mode), f"end {end or cfg.end}", f"replicate {replicate}", f"mode {mode}"]
    what += [_surroundings(cfg.world)]
    return hashlib.sha256("\n".join(what).encode()).hexdigest()[:20]


def _relevant(cfg: Config, mode: str) -> Iterator[str]:
    """Texts of the sections of a configuration that can change results.

    With scripted governments nothing but policies pulls levers: strengths of those they leave alone cannot act, and
    draws that differ in these only share their runs.
    """
    pulled = {use.lever for use in cfg.uses}
    for f in fields(cfg):
        value = getattr(cfg, f.name)
        if f.name in NOT_IN_KEY or f.name == "end":
            continue
        if f.name == "effects" and mode == "scripted":
            value = {lever: effects for lever, effects in value.items() if lever in pulled}
        if f.name == "ladder":
            if mode == "scripted" and not cfg.policies:
                continue  # nobody climbs, and nothing imposed is compared with it
            value = _packages(value)
        if f.name == "threat":  # its contents, whatever it is called
            value = threat_digest(cfg.threat, cfg.world)
        yield f"{f.name} {_policies(value) if f.name == 'policies' else _text(value)}"


def _text(value: Any) -> str:
    """Plain values and dataclasses as JSON; not by `asdict`, which copies deeply and takes ten times as long."""
    return json.dumps(value, sort_keys=True, default=lambda other: vars(other) if is_dataclass(other) else str(other))


def _policies(policies: Mapping[str, Any]) -> str:
    """Policies without their titles and sources."""
    kept = {
        name: {"issuer": policy.issuer, "levers": {n: _use(use) for n, use in policy.levers.items()}}
        for name, policy in policies.items()
    }
    return _text(kept)


@lru_cache
def _surroundings(world: str) -> str:
    """Data, code and platform."""
    return json.dumps([data_checksums(world), code_digest(), _platform()], sort_keys=True)


def _use(use: Any) -> dict[str, Any]:
    """What a lever does, without the words that explain it."""
    return {
        "lever": use.lever,
        "values": {day.isoformat(): value for day, value in use.values.items()},
        "scope": use.scope,
        "ladder": use.ladder,
    }


def _packages(ladders: Ladders) -> dict[str, Any]:
    """What the rungs of each ladder hold, without titles and sources."""
    return {
        name: [
            {local: {**vars(entry), "source": ""} for local, entry in rung.entries.items()}
            for rung in getattr(ladders, name).rungs
        ]
        for name in LADDERS
    }


@lru_cache
def data_checksums(world: str) -> dict[str, str]:
    """SHA-256 of every table of a world, by file name."""
    return {path.name: file_digest(path) for path in children(folder_of(world), "*.csv")}


@lru_cache
def code_digest() -> str:
    """SHA-256 over the code that can change results."""
    return digest(code_files())


def code_files() -> list[Path]:
    """Files of the code that can change results, in order of their names."""
    files = [path for name in PACKAGES for path in modules(PACKAGE / name)]
    outside = [PACKAGE / name for name in NOT_CODE_OF_A_RUN]
    inside = [path for path in files if not any(path.is_relative_to(folder) for folder in outside)]
    return sorted([*inside, *(PACKAGE / name for name in FILES)])


def _platform() -> list[str]:
    """Results are the same bits within one set of packages and one processor architecture."""
    return [platform.machine(), *(f"{name} {version(name)}" for name in ("numpy", "numba", "scipy"))]
