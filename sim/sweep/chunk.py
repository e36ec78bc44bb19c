"""A chunk: a few minutes of runs, done anywhere, whose rows are written as one part of the store.

The baseline of a family is lived once; scenarios branch from its states. Asked to stop (SIGTERM: preemption, timeout,
Ctrl-C of the driver), a chunk leaves the run it is in, writes what is finished, and ends.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.record.cache import DamagedEntry, History, HistoryCache
from sim.record.checkpoint import open_checkpoints
from sim.record.recorder import PLACE_COLUMNS
from sim.record.sinks import MemorySink
from sim.record.sweep_store import RUN_FIELDS, SweepStore
from sim.running.living import Life, RunFailed, live, peak_memory_mb
from sim.running.manifest import now
from sim.running.model import Arrays, Model, WorldLike
from sim.running.worker import pack_macros, unpack_macros
from sim.sweep.plan import Piece, Task
from sim.sweep.spec import Record

FLUSH_BYTES = 256 << 20  # rows held in memory before a part is written
Tables = Mapping[str, Sequence[pa.Table]]


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
        """Keys of its runs that are recorded."""
        return tuple(task.key for piece in self.pieces for task in piece.tasks if task.recorded)


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
            pass
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
    held: int = 0

    def live_piece(self, piece: Piece) -> None:
        """All runs of a family that are to be done here, its baselines first."""
        todo = [task for task in piece.tasks if task.key not in self.there]
        if not todo:
            return
        family = _Family(self.job, piece, self._tick)
        try:
            family.prepare({task.after for task in [*todo, *family.needed(todo)]})
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
            if task.recorded:
                self._finished(task, tables, time.perf_counter() - begin)

    def flush(self) -> None:
        """Write what is gathered."""
        if self.runs:
            name = f"{self.job.id}-{secrets.token_hex(4)}"
            tables = {table: pa.concat_tables(rows).unify_dictionaries() for table, rows in self.rows.items()}
            self.store.write_part(name, self.job.digest, pa.Table.from_pylist(self.runs, RUN_FIELDS), tables)
        if self.failures:
            self.store.write_failures(f"{self.job.id}-{secrets.token_hex(4)}", self.failures)
        self.rows, self.runs, self.failures, self.held = {}, [], [], 0

    def _tick(self) -> None:
        if self.stop.is_set():
            raise Stopping

    def _finished(self, task: Task, tables: Tables, seconds: float) -> None:
        for name, pieces in tables.items():
            rows = select(pa.concat_tables(pieces), self.job.record)
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


class _Family:
    """The runs of one family: states at the years where they branch, macro states of the baselines.

    Parameters
    ----------
    tick : called after each year; raises `Stopping`.
    """

    def __init__(self, job: ChunkJob, piece: Piece, tick: Callable[[], None]) -> None:
        self._job, self._piece, self._tick = job, piece, tick
        self._model, self._cfg, self._replicate = job.model, piece.baseline, piece.replicate
        self._cache = HistoryCache(job.cache) if job.cache is not None else None
        self._states: dict[int, Arrays | None] = {self._cfg.start - 1: None}
        self._tables: dict[int, list[Mapping[str, pa.Table]]] = {self._cfg.start - 1: []}
        self._macros: dict[str, Arrays] = {}
        self._world: WorldLike | None = None
        self._year = self._cfg.start - 1

    def needed(self, tasks: Sequence[Task]) -> list[Task]:
        """Baselines that the runs are paired with."""
        return [task for mode, task in self._piece.baselines.items() if any(other.mode == mode for other in tasks)]

    def prepare(self, years: set[int]) -> None:
        """Live the baseline through the years at whose end runs branch, or find them in the cache."""
        for year in sorted(years - self._states.keys()):
            key = self._model.run_key(self._cfg, self._replicate, end=year)
            if not self._found(year, key):
                self._advance(year, key)

    def run(self, task: Task) -> Tables:
        """Tables of a run from its first year to its last; a baseline leaves its macro states."""
        baseline = self._piece.baselines.get(task.mode)
        is_baseline = baseline is not None and task.key == baseline.key
        paired = None if is_baseline or baseline is None else unpack_macros(self._macros_of(baseline))
        state = self._states[task.after]

        def begin(found: Arrays | None) -> WorldLike:
            given = found if found is not None else None if state is None else {k: v.copy() for k, v in state.items()}
            if given is None:
                return self._model.new(task.cfg, self._replicate, task.mode, paired)
            return self._model.resume(task.cfg, given, self._replicate, task.mode, paired)

        name = f"{task.cfg.scenario}/{task.mode} replicate {self._replicate}"
        world, own = self._live(name, task.key, begin, task.after + 1, task.cfg.end, task.cfg)
        if is_baseline:
            self._macros[task.key] = pack_macros(world.macros)
            if self._piece.keep:
                self._save(f"macros-{task.key}", History(task.cfg.end, self._macros[task.key], {}))
        return self._joined([*self._tables[task.after], own])

    def _macros_of(self, baseline: Task) -> Arrays:
        """Macro states of a baseline: from this chunk, from the cache, or lived for it."""
        if baseline.key not in self._macros:
            found = self._load(f"macros-{baseline.key}")
            if found is None:
                self.run(baseline)
            else:
                self._macros[baseline.key] = found.state
        return self._macros[baseline.key]

    def _found(self, year: int, key: str) -> bool:
        history = self._load(key)
        if history is None:
            return False
        self._states[year], self._tables[year] = history.state, [history.tables]
        return True

    def _advance(self, year: int, key: str) -> None:
        """Live the baseline on to the end of a year, from where it is or from the nearest state before."""
        before = max(known for known in self._states if known < year)
        world = self._world if self._year == before else None
        state = self._states[before]

        def begin(found: Arrays | None) -> WorldLike:
            if found is None and world is not None:
                return world
            given = found if found is not None else state
            if given is None:
                return self._model.new(self._cfg, self._replicate, "scripted", None)
            return self._model.resume(self._cfg, dict(given), self._replicate, "scripted", None)

        # Its checkpoints are not those of a history lived from the start, whose tables begin earlier.
        own = key if before < self._cfg.start else hashlib.sha256(f"{key} {before}".encode()).hexdigest()[:20]
        name = f"history of replicate {self._replicate}"
        self._world, tables = self._live(name, own, begin, before + 1, year, self._cfg)
        self._year = year
        self._states[year] = {name: np.array(values) for name, values in self._world.state().items()}
        self._tables[year] = [*self._tables[before], tables]
        if self._piece.keep:
            joined = {name: pa.concat_tables(parts) for name, parts in self._joined(self._tables[year], None).items()}
            self._save(key, History(year, self._states[year] or {}, joined))

    def _live(
        self, name: str, key: str, begin: Callable[[Arrays | None], WorldLike], first: int, until: int, cfg: Any
    ) -> tuple[WorldLike, Mapping[str, pa.Table]]:
        sink = MemorySink()
        about = {"of": name, "world": cfg.world, "scale": cfg.scale, "seed": cfg.seed}
        with open_checkpoints(self._job.cache, key, cfg.checkpoint_seconds, about, []) as checkpoints:
            life = Life(name, begin, first, until, self._model.places(cfg))
            world, _ = live(life, sink, checkpoints, self._tick)
            checkpoints.remove()
        return world, sink.tables()

    def _joined(self, parts: Sequence[Mapping[str, pa.Table]], names: Sequence[str] | None = ()) -> Tables:
        """Pieces of each recorded table (with None, of all tables) in the order of years."""
        wanted = self._job.record.tables if names is not None else tuple(dict.fromkeys(n for p in parts for n in p))
        found = {name: [part[name] for part in parts if name in part] for name in wanted}
        return {name: pieces for name, pieces in found.items() if pieces}

    def _load(self, key: str) -> History | None:
        if self._cache is None:
            return None
        try:
            return self._cache.load(key) if self._cache.check(key) else None
        except (DamagedEntry, OSError):
            return None

    def _save(self, key: str, history: History) -> None:
        """For other chunks; if it cannot be written they live it themselves."""
        if self._cache is None:
            return
        about = {"world": self._cfg.world, "scale": self._cfg.scale, "replicate": self._replicate}
        try:
            with self._cache.lock(key):
                self._cache.save(key, history, about)
        except (OSError, pa.ArrowException):
            return


def select(table: pa.Table, record: Record) -> pa.Table:
    """Rows of the years and places that are kept."""
    if record.first_year is not None and "year" in table.column_names:
        table = table.filter(pc.greater_equal(table["year"], record.first_year))
    columns = [name for name in table.column_names if name in PLACE_COLUMNS and name != "origin"]
    if record.places is not None and columns:
        wanted = pa.array(record.places, pa.string())
        keep = pc.is_in(table[columns[0]].cast(pa.string()), value_set=wanted)
        for name in columns[1:]:
            keep = pc.or_(keep, pc.is_in(table[name].cast(pa.string()), value_set=wanted))
        table = table.filter(keep)
    return table


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
