"""The driver of a sweep: hands chunks to an executor, looks what the store holds, hands in again what was lost.

What counts are the rows in the store. What a chunk did not leave there when it ended is handed in again in halves, so
that a run which kills its process is soon alone, costs itself only and is then noted as a failure.
"""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim.running.manifest import now
from sim.running.model import Model
from sim.store.sweep import StoreError, SweepStore
from sim.sweep.batches import Batch, Piece, batches, halves, restricted, with_threads
from sim.sweep.chunk import ChunkJob
from sim.sweep.executors.base import STORE_ERROR, Ended, Executor
from sim.sweep.plan import Plan

ATTEMPTS = 3  # times that a run is tried alone after chunks with it have vanished
PER_WORKER = 4  # chunks a worker at least, so that no worker is idle for long at the end
QUEUED_SECONDS = 15.0  # of work a chunk at least where it has to go through a queue, which costs a second or two
STOP_SECONDS = 60.0  # for workers to write what they have
INDEX_SECONDS = 60.0  # between savings of the index


@dataclass
class Progress:
    """Where a sweep stands; handed to whoever shows it."""

    total: int
    done: int
    failed: int = 0
    running: int = 0
    began: float = field(default_factory=time.monotonic)
    done_before: int = 0
    work_left: float = 0.0
    work_done: float = 0.0
    workers: int = 1

    @property
    def remaining(self) -> int:
        """Runs neither done nor failed."""
        return max(self.total - self.done - self.failed, 0)

    @property
    def seconds_left(self) -> float | None:
        """Expected wall time, by the share of expected work that is done; None before anything is."""
        spent = time.monotonic() - self.began
        return spent * self.work_left / self.work_done if self.work_done > 0 else None


@dataclass
class Driver:
    """One sweep being carried out.

    Parameters
    ----------
    wanted : keys of the runs to compute.
    digest : of what is recorded.
    cache : folder of histories that chunks share; None: each chunk runs its own.
    threads : of the kernels in each chunk.
    show : told of progress; note : told one line.
    """

    plan: Plan
    model: Model
    store: SweepStore
    executor: Executor
    digest: str
    wanted: set[str]
    cache: Path | None
    threads: int
    show: Callable[[Progress], None]
    note: Callable[[str], None]
    _jobs: dict[str, ChunkJob] = field(default_factory=dict)  # in flight
    _opens: dict[str, frozenset[str]] = field(default_factory=dict)
    _opening: set[str] = field(default_factory=set)
    _waiting: deque[tuple[ChunkJob, Batch]] = field(default_factory=deque)
    _lost: dict[str, int] = field(default_factory=dict)
    _failed: set[str] = field(default_factory=set)
    _done: set[str] = field(default_factory=set)  # when the store was looked at last
    _keys: set[str] = field(default_factory=set)  # of all runs of the plan
    _saved: float = field(default_factory=time.monotonic)

    def carry_out(self) -> Progress:
        """Compute all that is wanted.

        Raises
        ------
        StoreError : the store cannot be written.
        """
        self._keys, self._done = self.plan.keys, set(self.store.done(self.digest))
        self.progress = Progress(len(self._keys), 0, workers=self.executor.workers)
        adopted = self.executor.adopt()
        self._jobs = {job.id: job for job in adopted}
        flying = {key for job in adopted for key in job.keys}
        if adopted:
            self.note(f"{len(adopted)} chunks with {len(flying)} runs are still being computed; waiting for them")
        self._plan_chunks(self.wanted - flying)
        self._count()
        self.progress.done_before = self.progress.done
        try:
            self._loop()
        except BaseException:
            self._end()
            raise
        finally:
            self._save_index()
        self._count()
        return self.progress

    def _loop(self) -> None:
        while self._waiting or self._jobs:
            self._hand_over()
            ended = [(self._jobs.pop(end.chunk), end) for end in self.executor.poll(0.5)]
            for job, end in ended:  # out of flight all of them, also if the first one ends the sweep
                self._take(job, end)
            self._count()
            if time.monotonic() - self._saved > INDEX_SECONDS:
                self._save_index()

    def _plan_chunks(self, keys: set[str]) -> None:
        speed = self._speed()
        families = [(f, f.tasks.keys() & keys) for f in self.plan.families.values()]
        total = speed * sum(self.plan.seconds(family, wanted) for family, wanted in families if wanted)
        least = 0.0 if self.executor.capacity is not None else QUEUED_SECONDS
        target = min(60 * self.plan.spec.chunk_minutes, max(total / (PER_WORKER * self.executor.workers), least))
        for batch in batches(self.plan, keys, max(target, 1e-3), speed):
            self._waiting.append((self._job(batch.pieces, batch.seconds), batch))
            self._opening |= batch.opens

    def _speed(self) -> float:
        """Measured over expected seconds, by the runs that are stored already."""
        seconds = [row for part in self.store.parts.values() for row in part.runs["seconds"].to_pylist()[:200]]
        some = next(iter(self.plan.families.values()), None)
        if len(seconds) < 10 or some is None:
            return 1.0
        task = next(iter(some.tasks.values()))
        expected = some.year_seconds * (task.cfg.end - task.after)
        return min(max(sum(seconds) / len(seconds) / max(expected, 1e-6), 0.02), 50.0)

    def _job(self, pieces: Sequence[Piece], seconds: float) -> ChunkJob:
        return ChunkJob(
            id=f"chunk-{secrets.token_hex(6)}",
            store=self.store.root.absolute(),
            model=self.model,
            pieces=tuple(with_threads(piece, self.threads) for piece in pieces),
            record=self.plan.spec.record,
            digest=self.digest,
            seconds=seconds,
            cache=self.cache,
        )

    def _hand_over(self) -> None:
        room = len(self._waiting) if self.executor.capacity is None else self.executor.capacity - len(self._jobs)
        ready, later = list[tuple[ChunkJob, Batch]](), deque[tuple[ChunkJob, Batch]]()
        while self._waiting and len(ready) < room:
            job, batch = self._waiting.popleft()
            if batch.needs & self._opening:
                later.append((job, batch))
            else:
                ready.append((job, batch))
        self._waiting.extendleft(reversed(later))
        if ready:
            self.executor.submit([job for job, _ in ready])
            for job, batch in ready:
                self._jobs[job.id] = job
                self._opens[job.id] = batch.opens

    def _take(self, job: ChunkJob, ended: Ended) -> None:
        """Book a chunk that ended; what of it is neither done nor failed goes in again."""
        self._opening -= self._opens.pop(job.id, frozenset())
        if ended.error.startswith(STORE_ERROR):
            raise StoreError(ended.error.removeprefix(STORE_ERROR))
        self._look()
        failed = {row["run"] for row in self.store.failures_of(job.id)}
        self._failed |= failed
        self.progress.work_done += job.seconds
        left = [key for key in job.keys if key not in self._done and key not in failed]
        if left:
            self._hand_in_again(job, left, ended.error or "it ended without its rows")

    def _hand_in_again(self, job: ChunkJob, left: Sequence[str], why: str) -> None:
        """In two halves, so that a run which kills its process is soon alone; alone it is tried `ATTEMPTS` times."""
        if len(left) == 1:
            self._lost[left[0]] = self._lost.get(left[0], 0) + 1
            if self._lost[left[0]] >= ATTEMPTS:
                self._give_up(job, left[0], why)
                return
        self.note(f"{len(left)} runs of {job.id} are missing ({why}); handing them in again")
        pieces = [piece for piece in (restricted(piece, set(left)) for piece in job.pieces) if piece.tasks]
        for part, opens, needs in halves(pieces, job.id):
            n = sum(len(piece.tasks) for piece in part)
            again = self._job(part, job.seconds * n / len(job.keys))
            self._waiting.append((again, Batch(again.pieces, again.seconds, opens, needs)))
            self._opening |= opens

    def _give_up(self, job: ChunkJob, key: str, why: str) -> None:
        """Note a run that has no rows and no traceback, as its process never came to write them."""
        cfg = next(task.cfg for piece in job.pieces for task in piece.tasks if task.key == key)
        message = f"{why}; alone in its process {ATTEMPTS} times"
        row = {"run": key, "stage": "worker", "message": message, "traceback": "", "host": "", "time": now()}
        self.store.write_failures(f"{job.id}-{secrets.token_hex(4)}", [{**row, "config": self.model.as_yaml(cfg)}])
        self._failed.add(key)

    def _look(self) -> None:
        """See what the store holds now."""
        self.store.refresh()
        self._done = set(self.store.done(self.digest))

    def _count(self) -> None:
        self.progress.done = len(self._done & self._keys)
        self.progress.failed = len((self._failed & self._keys) - self._done)
        self.progress.running = self.executor.running()
        unfinished = [*self._jobs.values(), *(job for job, _ in self._waiting)]
        self.progress.work_left = sum(job.seconds for job in unfinished)
        self.show(self.progress)

    def _end(self) -> None:
        """Let workers write what they have."""
        until = time.monotonic() + STOP_SECONDS
        try:
            while self._jobs and self._working() and time.monotonic() < until:
                self.executor.stop()
                for ended in self.executor.poll(0.5):
                    self._jobs.pop(ended.chunk, None)
        except KeyboardInterrupt:
            self.executor.stop(kill=True)
        if self._jobs:
            self.executor.stop(kill=True)
        self._look()
        self._count()

    def _working(self) -> bool:
        """An interrupt may have come when it was known that chunks have ended, but not yet here."""
        return self.executor.capacity is None or self.executor.running() > 0

    def _save_index(self) -> None:
        self._saved = time.monotonic()
        try:
            self.store.save_index()
        except StoreError:
            return  # it is made anew when it is missing
