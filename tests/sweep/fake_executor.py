"""Chunks done in this process, some of which vanish as if their process had been killed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim.sweep.chunk import ChunkJob, run_chunk
from sim.sweep.driver import Driver
from sim.sweep.executors.base import Ended
from sim.sweep.run import Sweep
from tests.sweep.small_sweep import small_spec


@dataclass
class FakeExecutor:
    """Does chunks in this process; those in `vanish` end without a row, as if their process had been killed."""

    vanish: set[int] = field(default_factory=set)
    deadly: set[str] = field(default_factory=set)
    error: str = "killed"
    capacity: int = 1
    workers: int = 1
    jobs: list[ChunkJob] = field(default_factory=list)
    waiting: list[ChunkJob] = field(default_factory=list)
    stopped: list[bool] = field(default_factory=list)

    def adopt(self) -> list[ChunkJob]:
        return []

    def submit(self, jobs: Sequence[ChunkJob]) -> None:
        self.jobs += jobs
        self.waiting += jobs

    def poll(self, seconds: float) -> list[Ended]:
        ended = []
        for job in self.waiting:
            lost = len(self.jobs) - 1 in self.vanish or self.deadly & set(job.keys)
            if not lost:
                run_chunk(job)
            ended.append(Ended(job.id, self.error if lost else ""))
        self.waiting = []
        return ended

    def running(self) -> int:
        return len(self.waiting)

    def stop(self, kill: bool = False) -> None:
        self.stopped.append(kill)

    def close(self) -> None:
        return


def drive(folder: Path, executor: FakeExecutor, notes: list[str], store: str = "driven", **more: object) -> Driver:
    """Driver over the small sweep, planned and not yet carried out."""
    sweep = Sweep.open(small_spec(folder, **more), folder / store)
    todo = sweep.missing()
    show, note = lambda _: None, notes.append
    return Driver(sweep.plan, sweep.model, sweep.store, executor, sweep.digest, todo, None, 1, show, note)
