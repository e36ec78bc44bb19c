"""Where chunks are computed: processes of this machine, Slurm job arrays, a Ray cluster; one small face for all.

An executor is believed in one thing only: that a chunk is no longer being computed. Whether it is done, the store says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sim.sweep.chunk import ChunkJob

STORE_ERROR = "store: "  # in front of an error that says the store cannot be written: the sweep ends


@dataclass(frozen=True)
class Ended:
    """A chunk that is no longer computed; `error` says why if it did not end by itself."""

    chunk: str
    error: str = ""


class Executor(Protocol):
    """Face of all executors.

    Attributes
    ----------
    capacity : chunks that are usefully in flight; None: hand over all there are.
    workers : chunks computed at once, for estimates.
    """

    @property
    def capacity(self) -> int | None: ...

    @property
    def workers(self) -> int: ...

    def adopt(self) -> list[ChunkJob]:
        """Chunks of a driver that was killed which are still being computed; they count as submitted."""
        ...

    def submit(self, jobs: Sequence[ChunkJob]) -> None:
        """Hand over chunks."""
        ...

    def poll(self, seconds: float) -> list[Ended]:
        """Chunks that ended since, or vanished; waits up to so long for one."""
        ...

    def running(self) -> int:
        """Chunks being computed now, those that wait in a queue left out."""
        ...

    def stop(self, kill: bool = False) -> None:
        """Let chunks leave their run and write what they have; `kill`: end them at once."""
        ...

    def close(self) -> None:
        """Release everything."""
        ...


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
    from sim.sweep.executors.processes import ProcessExecutor

    return ProcessExecutor.from_settings(given, store)
