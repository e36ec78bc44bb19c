"""Chunks in worker processes of this machine, one process a slot, so that a crash costs one chunk."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.config.schema import available_cores
from sim.core.read import Problems, check_keys, whole
from sim.running.pool import belong_to_parent, spawned
from sim.running.signals import clean_start
from sim.store.sweep import StoreError
from sim.sweep.chunk import ChunkJob, run_chunk
from sim.sweep.executors.base import STORE_ERROR, Ended


@dataclass
class _Slot:
    pool: ProcessPoolExecutor
    job: ChunkJob | None = None
    future: Future[None] | None = None


class ProcessExecutor:
    """Up to `workers` spawned processes, which end with their parent."""

    def __init__(self, workers: int) -> None:
        self.workers = self.capacity = workers
        self._slots = [_Slot(_pool()) for _ in range(workers)]

    @classmethod
    def from_settings(cls, settings: dict[str, Any], store: Path) -> ProcessExecutor:
        """From ``executor`` of a sweep: ``workers`` (default: all cores)."""
        problems = Problems()
        check_keys(settings, ("workers",), "executor", problems)
        given = settings.get("workers")
        workers = whole(available_cores() if given is None else given, "executor.workers", problems, 1, 1024)
        problems.check()
        return cls(workers)

    def adopt(self) -> list[ChunkJob]:
        """Nothing: processes end with their driver."""
        return []

    def submit(self, jobs: Sequence[ChunkJob]) -> None:
        """One chunk a free slot."""
        free = [slot for slot in self._slots if slot.job is None]
        for slot, job in zip(free, jobs, strict=False):
            slot.job = job
            try:
                slot.future = _submit(slot.pool, job)
            except BrokenProcessPool:  # its process was killed between two chunks
                slot.pool = _pool()
                slot.future = _submit(slot.pool, job)

    def poll(self, seconds: float) -> list[Ended]:
        """Chunks that ended since."""
        busy = [slot for slot in self._slots if slot.future is not None]
        if not busy:
            time.sleep(0 if not seconds else min(seconds, 0.05))
            return []
        wait([slot.future for slot in busy if slot.future], seconds, FIRST_COMPLETED)
        return [self._ended(slot) for slot in busy if slot.future is not None and slot.future.done()]

    def running(self) -> int:
        """Slots at work."""
        return sum(slot.job is not None for slot in self._slots)

    def stop(self, kill: bool = False) -> None:
        """SIGTERM, upon which a chunk writes what it has; or the end at once."""
        for slot in self._slots:
            for process in list((slot.pool._processes or {}).values()) if slot.job is not None else ():
                process.kill() if kill else process.terminate()

    def close(self) -> None:
        """End the processes, those at work too."""
        self.stop(kill=True)
        for slot in self._slots:
            slot.pool.shutdown(wait=True, cancel_futures=True)

    def _ended(self, slot: _Slot) -> Ended:
        assert slot.future is not None and slot.job is not None
        error, job = slot.future.exception(), slot.job
        slot.job = slot.future = None
        if isinstance(error, BrokenProcessPool):
            slot.pool.shutdown(wait=False)
            slot.pool = _pool()
            return Ended(job.id, "the worker process was killed or crashed (out of memory, a signal, a fault)")
        if isinstance(error, StoreError):
            return Ended(job.id, f"{STORE_ERROR}{error}")
        return Ended(job.id, "" if error is None else f"{type(error).__name__}: {error}")


def _submit(pool: ProcessPoolExecutor, job: ChunkJob) -> Future[None]:
    with clean_start():
        return pool.submit(run_chunk, job)


def _pool() -> ProcessPoolExecutor:
    return spawned(1, _begin)


def _begin() -> None:
    """First thing in a worker."""
    belong_to_parent()
    signal.signal(signal.SIGTERM, signal.SIG_DFL if os.name == "nt" else _nothing)


def _nothing(number: int, frame: object) -> None:
    """A worker between two chunks has nothing to write."""
