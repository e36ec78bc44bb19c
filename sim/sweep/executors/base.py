"""Where chunks are computed: processes of this machine, Slurm job arrays, a Ray cluster; one small face for all.

An executor is believed in one thing only: that a chunk is no longer being computed. Whether it is done, the store says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

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

    def submit(self, jobs: Sequence[ChunkJob]) -> None:
        """Hand over chunks."""

    def poll(self, seconds: float) -> list[Ended]:
        """Chunks that ended since, or vanished; waits up to so long for one."""

    def running(self) -> int:
        """Chunks being computed now, those that wait in a queue left out."""

    def stop(self, kill: bool = False) -> None:
        """Let chunks leave their run and write what they have; `kill`: end them at once."""

    def close(self) -> None:
        """Release everything."""
