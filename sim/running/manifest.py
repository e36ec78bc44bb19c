"""``manifest.json``: what a folder holds, where it comes from and how it went."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sim.config.schema import ON_REQUEST
from sim.core.digest import file_digest
from sim.policy.schema import Policy
from sim.running.execute import Execution
from sim.running.model import Model
from sim.running.plan import Plan, modes_of
from sim.store.edition import KEY, OUTPUTS_VERSION
from sim.store.entry import DamagedEntry, damage, new_file, read_json
from sim.store.files import seal, unsealed
from sim.store.runs import table_checksums

PACKAGES = ("numpy", "numba", "scipy", "pandas", "pyarrow", "mesa", "matplotlib", "hydra-core", "omegaconf", "rich")
NAME = "manifest.json"


def describe(plan: Plan, model: Model) -> dict[str, Any]:
    """What is known of a command before it runs."""
    cfg = plan.cfg
    return {
        KEY: OUTPUTS_VERSION,
        "status": "running",
        "stage": "start",
        "message": "",
        "command_key": plan.command_key,
        "experiment": cfg.experiment,
        "scenarios": list(plan.recorded),
        "policies": {name: _policy(policy) for name, policy in cfg.policies.items()},
        "modes": list(modes_of(cfg)),
        "replicates": cfg.replicates,
        "seed": cfg.seed,
        "scale": cfg.scale,
        "world": cfg.world,
        "threat": cfg.threat,
        "years": [cfg.start, cfg.end],
        "first_policy_year": plan.first_policy_year,
        "branch_year": plan.branch,
        "left_out": {} if cfg.panel.size else ON_REQUEST,
        "runs": [{"key": run.key, **asdict(run.id)} for run in plan.recorded_runs],
        "checksums": {"data": model.data_checksums(cfg)},
        **origin(),
    }


def _policy(policy: Policy) -> dict[str, Any]:
    """Who issues a policy and what differs from its own file: dates moved (as written), first issuers."""
    return {
        "title": policy.title,
        "issuer": list(policy.issuer),
        "shift": policy.shift,
        "reissued_from": list(policy.reissued_from),
    }


def origin() -> dict[str, Any]:
    """What computes, and since when: version, commit, Python, machine and packages."""
    revision, changed = git_revision()
    return {
        "version": package_version("talent-circulation"),
        "git_revision": revision,
        "git_changed": changed,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
        "packages": {name: package_version(name) for name in PACKAGES},
        "started": now(),
    }


def results(plan: Plan, execution: Execution, folder: Path, peak_memory_mb: float) -> dict[str, Any]:
    """What is known once the tables are written."""
    metas = [execution.metas[run.key] for run in plan.recorded_runs]
    unread = sorted({lever for meta in metas for lever in meta.levers_never_read})
    files = {path.name: file_digest(path) for path in sorted(folder.iterdir()) if path.name != NAME and path.is_file()}
    return {
        "runs": [asdict(meta) for meta in metas],
        "levers_never_read": unread,
        "peak_memory_mb": {"main": round(peak_memory_mb), "worker": round(execution.peak_worker_mb)},
        "checksums": {"data": execution.model.data_checksums(plan.cfg), "files": files},
    }


def write(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest beside and rename it."""
    with new_file(folder / NAME) as beside:
        beside.write_text(json.dumps({**manifest, "seal": seal(manifest)}, indent=1) + "\n", encoding="utf-8")


def read(folder: Path) -> dict[str, Any] | None:
    """Manifest of a folder; None if there is none that can be read and is of a command."""
    try:
        found = read_json(folder / NAME)
    except DamagedEntry:
        return None
    return found if isinstance(found.get("command_key"), str) else None


def has_tables(manifest: Mapping[str, Any] | None) -> bool:
    """True if the tables are complete: the command is done, or only its summary or figures failed."""
    return manifest is not None and (
        manifest.get("status") == "done"
        or (manifest.get("status") == "failed" and manifest.get("stage") in ("summary", "figures"))
    )


def damage_of(folder: Path, manifest: Mapping[str, Any]) -> str:
    """What is wrong with the tables of a finished folder, in words; nothing if they are as they were written."""
    try:
        return unsealed(manifest) or damage(folder, table_checksums(manifest))
    except (KeyError, TypeError, AttributeError):
        return f"{NAME} does not say the checksums of all tables"


def now() -> str:
    """Time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def git_revision() -> tuple[str | None, bool | None]:
    """Commit of the clone this code runs from, and whether tracked files were changed since; nulls outside a clone."""
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        return None, None
    try:
        commit = _git(root, "rev-parse", "HEAD")
        return commit, bool(_git(root, "status", "--porcelain", "--untracked-files=no"))
    except (OSError, subprocess.SubprocessError):
        return None, None


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, timeout=10, check=True)
    return done.stdout.strip()


def package_version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
