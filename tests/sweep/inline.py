"""A sweep that is done in this process, for tests that damage its store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim.store.sweep import StoreError
from sim.sweep.chunk import ChunkJob, run_chunk
from sim.sweep.executors.base import STORE_ERROR, Ended
from sim.sweep.run import Outcome, Sweep, carry_out
from tests.sweep.small_sweep import SETTINGS, small_spec

RATES = [0.001, 0.01, 0.05, 0.1]


@dataclass
class Inline:
    """Does chunks in this process."""

    capacity: int = 1
    workers: int = 1
    waiting: list[ChunkJob] = field(default_factory=list)

    def adopt(self) -> list[ChunkJob]:
        return []

    def submit(self, jobs: Sequence[ChunkJob]) -> None:
        self.waiting += jobs

    def poll(self, seconds: float) -> list[Ended]:
        jobs, self.waiting = self.waiting, []
        return [self._done(job) for job in jobs]

    def _done(self, job: ChunkJob) -> Ended:
        try:
            run_chunk(job)
        except StoreError as error:
            return Ended(job.id, f"{STORE_ERROR}{error}")
        return Ended(job.id)

    def running(self) -> int:
        return len(self.waiting)

    def stop(self, kill: bool = False) -> None:
        return

    def close(self) -> None:
        return


@dataclass
class Small:
    """A sweep of 16 runs in a folder, done in this process.

    Attributes
    ----------
    notes : what it said the last time.
    """

    folder: Path
    store: Path
    notes: list[str] = field(default_factory=list)

    def sweep(self) -> Sweep:
        settings = {**SETTINGS, "end": 2018}
        spec = small_spec(
            self.folder, settings=settings, grid={"params.security.leak_rate": RATES}, chunk_minutes=0.01
        )  # fmt: skip
        return Sweep.open(spec, self.store)

    def run(self) -> Outcome:
        self.notes.clear()
        return carry_out(self.sweep(), note=self.notes.append)

    def parts(self) -> list[Path]:
        return sorted((self.store / "parts").glob("[!.]*"))
