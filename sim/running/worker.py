"""Jobs as they are done in a worker process: a replicate's history, or one run after the branch year."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from sim.record.checkpoint import DamagedEntry, History, HistoryCache
from sim.record.recorder import Recorder, Sink
from sim.record.sinks import FileSink, MemorySink
from sim.record.store import PartMeta, PartStore, write_meta
from sim.running.model import Arrays, Model, WorldLike
from sim.running.plan import Run

if TYPE_CHECKING:
    from sim.config import Config


class RunFailed(Exception):
    """A run stopped with an error; survives the way from a worker process.

    Parameters
    ----------
    stage : what was being done, with replicate and year.
    message : the error in one line.
    trace : its traceback, shown on request only.
    """

    def __init__(self, stage: str, message: str, trace: str = "") -> None:
        super().__init__(stage, message, trace)
        self.stage, self.message, self.trace = stage, message, trace

    def __str__(self) -> str:
        return f"{self.stage}: {self.message}"


@dataclass(frozen=True)
class HistoryJob:
    """Baseline of one replicate until the branch year; `root` is the cache's folder, None to keep it in memory."""

    model: Model
    cfg: Config
    replicate: int
    year: int
    key: str
    root: Path | None


@dataclass(frozen=True)
class RunJob:
    """One run after its history.

    Attributes
    ----------
    history : the history itself, its cache key, or None to start at ``cfg.start``.
    root : folder of the cache; parts : folder of the parts, None to return the tables.
    after : last year of the history (the year before ``cfg.start`` without one).
    paired : macro states of the paired baseline run as flat arrays, None without partner.
    keep_macros : this is a baseline whose macro states others need.
    """

    model: Model
    run: Run
    history: History | str | None
    root: Path | None
    parts: Path | None
    after: int
    paired: Arrays | None = None
    keep_macros: bool = False


@dataclass
class Done:
    """What a job hands back: small things, and tables or history only when nothing goes to disk."""

    seconds: float
    peak_memory_mb: float
    notes: list[str] = field(default_factory=list)
    history: History | None = None
    tables: Mapping[str, pa.Table] | None = None
    macros: Arrays | None = None
    meta: PartMeta | None = None


Tick = Callable[[], None]


def do_history(job: HistoryJob, tick: Tick) -> Done:
    """Compute a history and put it into the cache, unless another process has done so meanwhile."""
    begin, notes = time.perf_counter(), list[str]()
    history = None
    if job.root is None:
        history = _history(job, tick)
    else:
        cache = HistoryCache(job.root)
        with cache.lock(job.key):
            if not is_sound(cache, job.key, notes):
                about = {
                    "world": job.cfg.world,
                    "scale": job.cfg.scale,
                    "seed": job.cfg.seed,
                    "replicate": job.replicate,
                }
                cache.save(job.key, _history(job, tick), about)
    return Done(time.perf_counter() - begin, peak_memory_mb(), notes, history)


def is_sound(cache: HistoryCache, key: str, notes: list[str]) -> bool:
    """True if the entry can be used; a damaged one is noted and will be computed again."""
    try:
        return cache.check(key)
    except DamagedEntry as error:
        notes.append(f"history cache entry {cache.path(key)} is damaged ({error}); computing it again")
        return False


def _history(job: HistoryJob, tick: Tick) -> History:
    with _stage(f"history of replicate {job.replicate}") as reached:
        world = job.model.new(job.cfg, job.replicate, "scripted", None)
        sink = MemorySink()
        _record(world, job.year, Recorder(job.model.places(job.cfg), sink), tick, reached)
        return History(job.year, world.state(), sink.tables())


def do_run(job: RunJob, tick: Tick) -> Done:
    """Compute one run; its tables go to the part store or back to the caller."""
    if job.parts is None:
        sink = MemorySink()
        done = _run(job, sink, tick)
        done.tables = sink.tables()
        return done
    with PartStore(job.parts).writing(job.run.key) as folder:
        files = FileSink(folder)
        try:
            done = _run(job, files, tick)
        finally:
            files.close()
        assert done.meta is not None
        write_meta(folder, done.meta)
    return done


def _run(job: RunJob, sink: Sink, tick: Tick) -> Done:
    begin, run = time.perf_counter(), job.run
    with _stage(str(run.id)) as reached:
        world = _start(job)
        _record(world, run.cfg.end, Recorder(job.model.places(run.cfg), sink), tick, reached)
        unread = job.model.levers_never_read(run.cfg)
    macros = pack_macros(world.macros, job.after) if job.keep_macros else None
    if macros is not None and job.root is not None:
        HistoryCache(job.root).save(macros_key(run), History(run.cfg.end, macros, {}), {"macros": str(run.id)})
    seconds, peak, where = time.perf_counter() - begin, peak_memory_mb(), run.id
    meta = PartMeta(run.key, where.scenario, where.mode, where.draw, where.replicate, seconds, peak, False, unread)
    return Done(seconds, peak, macros=macros, meta=meta)


def _start(job: RunJob) -> WorldLike:
    cfg, replicate, mode = job.run.cfg, job.run.id.replicate, job.run.id.mode
    paired = None if job.paired is None else unpack_macros(job.paired)
    if job.history is None:
        return job.model.new(cfg, replicate, mode, paired)
    if isinstance(job.history, History):
        state = {name: values.copy() for name, values in job.history.state.items()}  # the world changes its arrays
    else:
        state = HistoryCache(job.root).load(job.history, tables=False).state
    return job.model.resume(cfg, state, replicate, mode, paired)


def _record(world: WorldLike, until: int, recorder: Recorder, tick: Tick, reached: dict[str, int]) -> None:
    for result in world.run(until=until):
        reached["year"] = result.year
        recorder.add(result)
        tick()


@contextmanager
def _stage(name: str) -> Iterator[dict[str, int]]:
    """Turn any error inside into a `RunFailed` that says where it happened."""
    reached: dict[str, int] = {}
    try:
        yield reached
    except Exception as error:
        stage = f"{name}, after {reached['year']}" if reached else f"{name}, first year"
        raise RunFailed(stage, f"{type(error).__name__}: {error}", traceback.format_exc()) from error


def macros_key(run: Run) -> str:
    """Cache key of the macro states of a baseline run."""
    return f"macros-{run.key}"


def pack_macros(macros: Mapping[int, Any], after: int) -> Arrays:
    """Macro states of the years after a year as flat arrays, ``year.name``."""
    kept = {year: macro.arrays() for year, macro in macros.items() if year > after}
    return {f"{year}.{name}": values for year, arrays in kept.items() for name, values in arrays.items()}


def unpack_macros(arrays: Mapping[str, np.ndarray]) -> dict[int, Any]:
    """Macro states by year from `pack_macros`."""
    from sim.macro import Macro

    by_year: dict[int, Arrays] = {}
    for key, values in arrays.items():
        year, name = key.split(".", 1)
        by_year.setdefault(int(year), {})[name] = values
    return {year: Macro(**values) for year, values in by_year.items()}


def peak_memory_mb() -> float:
    """Largest resident memory of this process so far, in MB (0 where the platform does not tell)."""
    status = Path("/proc/self/status")
    if status.is_file():  # getrusage would count the parent's memory too, which a new process shares until it starts
        lines = status.read_text(encoding="ascii", errors="replace").splitlines()
        return next((int(line.split()[1]) / 1e3 for line in lines if line.startswith("VmHWM")), 0.0)
    try:
        import resource
    except ImportError:
        return 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
