"""A chunk: a few minutes of runs, done anywhere, whose rows are written as one part of the store.

The baseline of a family is run once; scenarios branch from its states. Asked to stop (SIGTERM: preemption, timeout,
Ctrl-C of the driver), a chunk leaves the run it is in, writes what is finished, and ends.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.record.tables import PLACE_COLUMNS
from sim.running.advance import RunFailed, peak_memory_mb
from sim.running.manifest import now
from sim.running.model import Model
from sim.store.sweep import RUN_FIELDS, SweepStore
from sim.sweep.batches import Piece
from sim.sweep.family import FamilyRun, Tables
from sim.sweep.plan import Task
from sim.sweep.spec import Record

FLUSH_BYTES = 256 << 20  # rows held in memory before a part is written


class Stopping(BaseException):
    """The chunk was asked to stop."""


@dataclass(frozen=True)
class ChunkJob:
    """What a worker needs to compute a chunk; picklable, small.

    Attributes
    ----------
    id : name of the chunk and of its part.
    store : folder of the store, absolute.
    seconds : expected time.
    digest : of `record`; runs kept otherwise do not count as done.
    cache : folder of histories that chunks share.
    """

    id: str
    store: Path
    model: Model
    pieces: tuple[Piece, ...]
    record: Record
    digest: str
    seconds: float
    cache: Path | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of its runs."""
        return tuple(key for piece in self.pieces for key in piece.keys)


def run_chunk(job: ChunkJob) -> None:
    """Compute the runs of a chunk that the store does not hold yet, and write them and the failures.

    Raises
    ------
    StoreError : the store cannot be written; nothing that was written before is lost.
    """
    store = SweepStore(job.store)
    store.refresh()
    with _stop_flag() as flag:
        chunk = _Chunk(job, store, store.done(job.digest), flag)
        try:
            for piece in job.pieces:
                chunk.live_piece(piece)
        except Stopping:
            chunk.flush()
            if chunk.family is not None:  # last, as whoever stops this may not wait for long
                chunk.family.leave()
        chunk.flush()


@dataclass
class _Chunk:
    """Rows and failures gathered so far."""

    job: ChunkJob
    store: SweepStore
    there: Mapping[str, str]
    stop: threading.Event
    rows: dict[str, list[pa.Table]] = field(default_factory=dict)
    runs: list[dict[str, Any]] = field(default_factory=list)
    failures: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    held: int = 0
    family: FamilyRun | None = None  # that is being run

    def live_piece(self, piece: Piece) -> None:
        """All runs of a family that are to be done here, its baseline first."""
        todo = [task for task in piece.tasks if task.key not in self.there]
        if not todo:
            return
        job = self.job
        family = self.family = FamilyRun(job.model, piece, job.record.tables, job.cache, self._tick, self.notes)
        try:
            family.prepare({task.after for task in [*todo, piece.paired]})
        except RunFailed as error:
            self._failed(todo, error)
            return
        for task in todo:
            self._tick()
            begin = time.perf_counter()
            try:
                tables = family.run(task)
            except RunFailed as error:
                self._failed([task], error)
                continue
            self._finished(task, tables, time.perf_counter() - begin)

    def flush(self) -> None:
        """Write what is gathered."""
        if self.runs:
            name = f"{self.job.id}-{secrets.token_hex(4)}"
            tables = {table: pa.concat_tables(rows).unify_dictionaries() for table, rows in self.rows.items()}
            runs = pa.Table.from_pylist(self.runs, RUN_FIELDS)
            self.store.write_part(name, self.job.digest, runs, tables, notes=list(dict.fromkeys(self.notes)))
        if self.failures:
            self.store.write_failures(f"{self.job.id}-{secrets.token_hex(4)}", self.failures)
        self.rows, self.runs, self.failures, self.held = {}, [], [], 0
        self.notes.clear()

    def _tick(self) -> None:
        if self.stop.is_set():
            raise Stopping

    def _finished(self, task: Task, tables: Tables, seconds: float) -> None:
        for name, pieces in tables.items():
            rows = select(name, pa.concat_tables(pieces), self.job.record)
            self.rows.setdefault(name, []).append(rows.add_column(0, "run", _constant(task.key, rows.num_rows)))
            self.held += rows.nbytes
        self.runs.append(dict(zip(RUN_FIELDS.names, (task.key, seconds, peak_memory_mb()))))
        if self.held > FLUSH_BYTES:
            self.flush()

    def _failed(self, tasks: Sequence[Task], error: RunFailed) -> None:
        why = {"stage": error.stage, "message": error.message, "traceback": error.trace}
        where = {"host": socket.gethostname(), "time": now()}
        for task in tasks:
            self.failures.append({"run": task.key, **why, **where, "config": self.job.model.as_yaml(task.cfg)})


def select(name: str, table: pa.Table, record: Record) -> pa.Table:
    """Rows of a table that are kept: by year, by place and by value."""
    if record.first_year is not None and "year" in table.column_names:
        table = table.filter(pc.greater_equal(table["year"], record.first_year))
    columns = [name for name in table.column_names if name in PLACE_COLUMNS and name != "origin"]
    if record.places is not None and columns:
        keep = _among(table, columns[0], record.places)
        for column in columns[1:]:
            keep = pc.or_(keep, _among(table, column, record.places))
        table = table.filter(keep)
    if name in record.only:
        table = table.filter(_among(table, *record.only[name]))
    return table


def _among(table: pa.Table, column: str, values: Sequence[str]) -> pa.ChunkedArray:
    return pc.is_in(table[column].cast(pa.string()), value_set=pa.array(values, pa.string()))


def _constant(text: str, n: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, np.int32)), pa.array([text]))


@contextmanager
def _stop_flag() -> Iterator[threading.Event]:
    """Event that SIGTERM sets; in the main thread of a process only, elsewhere nobody can send one."""
    flag = threading.Event()
    if threading.current_thread() is not threading.main_thread() or os.name == "nt":
        yield flag
        return
    before = signal.signal(signal.SIGTERM, lambda number, frame: flag.set())
    try:
        yield flag
    finally:
        signal.signal(signal.SIGTERM, before)
