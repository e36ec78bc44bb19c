"""Where chunks are computed: processes of this machine, Slurm job arrays, a Ray cluster; one small face for all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.sweep.executors.base import Executor
from sim.sweep.executors.processes import ProcessExecutor


def make_executor(settings: dict[str, Any], store: Path) -> Executor:
    """Executor of the kind asked for; raises `ConfigError` for settings it does not know.

    Parameters
    ----------
    settings : ``kind`` and the kind's own settings.
    store : folder of the store, for what an executor keeps of its jobs.
    """
    given = {key: value for key, value in settings.items() if key != "kind"}
    if settings["kind"] == "slurm":
        from sim.sweep.executors.slurm import SlurmExecutor

        return SlurmExecutor.from_settings(given, store)
    if settings["kind"] == "ray":
        from sim.sweep.executors.ray import RayExecutor

        return RayExecutor.from_settings(given, store)
    return ProcessExecutor.from_settings(given, store)
