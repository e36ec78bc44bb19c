"""What a store says of the sweep that it serves: the design asked for last, which gives the runs their names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.core.digest import file_digest
from sim.core.read import ConfigError
from sim.record.tables import declared
from sim.running.manifest import origin
from sim.store.edition import KEY, OF_A_STORE, OUTPUTS_VERSION, OtherEdition, check_edition
from sim.store.entry import DamagedEntry, damage, read_json
from sim.store.sweep import writing_into
from sim.sweep.plan import Plan
from sim.sweep.spec import Record, Spec, find_file, read_spec

ABOUT, DESIGN, DRAWS = "sweep.json", "design.parquet", "draws.parquet"
AGAIN = "give the sweep's command again"
_SAID = {"title": str, "record_digest": str, "axes": list, "record": dict, "columns": dict, "checksums": dict}


def record_digest(record: Record) -> str:
    """Name of what is kept of each run: runs that were kept otherwise are computed again."""
    kept = {key: value for key, value in asdict(record).items() if key != "only" or value}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:12]


def write_design(root: Path, plan: Plan, digest: str) -> None:
    """Write design, draws and what is known of the sweep; each aside and renamed.

    Raises
    ------
    StoreError : the folder cannot be written.
    """
    spec = plan.spec
    about = {
        KEY: OUTPUTS_VERSION,
        "title": spec.title,
        "name": spec.name,
        "file": Path(spec.file).name,
        "settings": dict(spec.settings),
        "scenarios": [scenario.label for scenario in spec.scenarios],
        "compare": spec.compare,
        "replicates": spec.replicates,
        "axes": list(plan.draws.names),
        "sample": None if spec.sample is None else asdict(spec.sample),
        "record": asdict(spec.record),
        "record_digest": digest,
        "columns": {table: declared(table).required for table in spec.record.tables},
        "runs": len(plan.keys),
        **origin(),
    }
    for name, frame in ((DESIGN, plan.rows), (DRAWS, plan.draws.table())):
        with writing_into(root, root / name) as aside:
            frame.to_parquet(aside, index=False)
    try:
        kept = read_about(root)
    except OtherEdition:
        raise
    except ConfigError:  # one that is missing or damaged is made anew
        kept = {}
    checksums = {name: file_digest(root / name) for name in (DESIGN, DRAWS)}
    _write_about(root, {**kept, **about, "checksums": checksums})


def update_about(root: Path, values: Mapping[str, Any]) -> None:
    """Add to ``sweep.json``; raises `ConfigError` if it cannot be read, `StoreError` if it cannot be written."""
    _write_about(root, {**read_about(root), **values})


def _write_about(root: Path, about: Mapping[str, Any]) -> None:
    with writing_into(root, root / ABOUT) as aside:
        aside.write_text(json.dumps(about, indent=1, default=str) + "\n", encoding="utf-8")


def read_about(root: Path) -> dict[str, Any]:
    """What ``sweep.json`` says; raises `ConfigError` if the folder is no store, `OtherEdition` if not this one's."""
    if not (root / ABOUT).is_file():
        text = "holds no sweep; run `talent-circulation sweep FILE` first, or give the folder that it wrote"
        raise ConfigError([f"{root}: {text}"])
    try:
        about = read_json(root / ABOUT)
    except DamagedEntry as error:
        raise ConfigError([f"{root}: {error}; {AGAIN}"]) from None
    if isinstance(about.get("record_digest"), str):  # in every edition; without it, the file is of no sweep
        check_edition(about, root, OF_A_STORE)
    if not _is_ours(about):
        raise ConfigError([f"{root / ABOUT}: does not say what a sweep does; {AGAIN}"])
    return about


def _is_ours(about: Mapping[str, Any]) -> bool:
    """True if what readers take of it has the types that they expect."""
    return (
        all(isinstance(about.get(name), kind) for name, kind in _SAID.items())
        and all(isinstance(name, str) for name in [*about["axes"], *about["columns"]])
        and all(_are_names(names) for names in [about["record"].get("tables"), *about["columns"].values()])
    )


def _are_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) and name.isidentifier() for name in value)


def read_design(root: Path, about: Mapping[str, Any]) -> pa.Table:
    """Rows of the design asked for last, one a run; `ConfigError` if it, or its draws, are not as they were written."""
    if wrong := damage(root, about["checksums"]):
        raise ConfigError([f"{root}: {wrong}; {AGAIN}"])
    try:
        return pq.read_table(root / DESIGN, columns=["scenario", "run"])
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise ConfigError([f"{root / DESIGN}: cannot be read ({error}); {AGAIN}"]) from None


def store_folder(spec: Spec, small: bool = False) -> Path:
    """Folder of a sweep's store: ``outputs/NAME/sweep``, or ``small``."""
    outdir = Path(str(spec.settings.get("outdir", "outputs")))
    return outdir / spec.name / ("small" if small else "sweep")


def folder_of(path: Path, small: bool = False, changes: dict[str, Any] | None = None) -> Path:
    """Store of a sweep's file, or the folder itself if it is one."""
    if (path / ABOUT).is_file():
        return path
    if path.is_dir() and not (path / "sweep.yaml").is_file():
        read_about(path)
    return store_folder(read_spec(find_file(path), changes, small), small)
