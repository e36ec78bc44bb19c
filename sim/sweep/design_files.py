"""What a store says of the sweep that it serves: the design asked for last, which gives the runs their names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sim.core.read import ConfigError
from sim.record.tables import declared
from sim.running.manifest import origin
from sim.store.edition import KEY, OF_A_STORE, OUTPUTS_VERSION, OtherEdition, check_edition
from sim.store.sweep import writing_into
from sim.sweep.plan import Plan
from sim.sweep.spec import Record, Spec, find_file, read_spec

ABOUT, DESIGN, DRAWS = "sweep.json", "design.parquet", "draws.parquet"


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
    update_about(root, about)


def update_about(root: Path, values: Mapping[str, Any]) -> None:
    """Add to ``sweep.json``; raises `StoreError` if it cannot be written."""
    try:
        kept = read_about(root)
    except OtherEdition:
        raise
    except ConfigError:  # one that is missing or damaged is made anew
        kept = {}
    with writing_into(root, root / ABOUT) as aside:
        aside.write_text(json.dumps({**kept, **values}, indent=1, default=str) + "\n", encoding="utf-8")


def read_about(root: Path) -> dict[str, Any]:
    """What ``sweep.json`` says; raises `ConfigError` if the folder is no store, `OtherEdition` if not this one's."""
    try:
        about: dict[str, Any] = json.loads((root / ABOUT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        text = "holds no sweep; run `talent-circulation sweep FILE` first, or give the folder that it wrote"
        raise ConfigError([f"{root}: {text}"]) from None
    except (OSError, ValueError) as error:
        raise ConfigError([f"{root / ABOUT}: cannot be read ({error}); give the sweep's command again"]) from None
    if isinstance(about, dict):
        check_edition(about, root, OF_A_STORE)
    return about


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
