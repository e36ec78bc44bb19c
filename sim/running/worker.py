"""Jobs as they are done in a worker process: a replicate's history, or one run after the branch year."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sim.config.schema import Config
from sim.phases.macro import Macro
from sim.record.recorder import Sink
from sim.running.advance import Span, Tick, advance, peak_memory_mb
from sim.running.model import Arrays, Model, WorldLike, begin_world
from sim.running.plan import Run
from sim.store.checkpoint import Checkpoints, open_checkpoints
from sim.store.history import DamagedEntry, History, HistoryCache, remove_entry
from sim.store.parts import PartMeta, PartStore, write_meta
from sim.store.sinks import FileSink, MemorySink


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
    paired : macro states of the paired baseline run as flat arrays, None without partner.
    keep_macros : this is a baseline whose macro states others need.
    """

    model: Model
    run: Run
    history: History | str | None
    root: Path | None
    parts: Path | None
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


def do_history(job: HistoryJob, tick: Tick) -> Done:
    """Compute a history and put it into the cache, unless another process has done so meanwhile."""
    begin, notes = time.perf_counter(), list[str]()
    history = None
    if job.root is None:
        history = _history(job, None, notes, tick)
    else:
        cache = HistoryCache(job.root)
        with cache.lock(job.key):
            if not is_sound(cache, job.key, notes):
                remove_entry(job.root, job.key)  # or its checkpoints would pass for those of a finished history
                history = _history(job, cache, notes, tick)
    return Done(time.perf_counter() - begin, peak_memory_mb(), notes, history)


def is_sound(cache: HistoryCache, key: str, notes: list[str]) -> bool:
    """True if the entry can be used; a damaged one is noted and will be computed again."""
    try:
        return cache.check(key)
    except DamagedEntry as error:
        notes.append(f"cache entry {cache.path(key)} is damaged or foreign ({error}); computing it again")
        return False


def _history(job: HistoryJob, cache: HistoryCache | None, notes: list[str], tick: Tick) -> History | None:
    """Compute a history; None if the cache has taken it."""
    cfg, name = job.cfg, f"history of replicate {job.replicate}"
    about = {"world": cfg.world, "threat": cfg.threat, "scale": cfg.scale, "seed": cfg.seed, "replicate": job.replicate}
    root = cache.root if cache is not None else None
    begin = partial(begin_world, job.model, cfg, job.replicate, "scripted", None)
    span = Span(name, begin, cfg.start, job.year, job.model.places(cfg))
    with open_checkpoints(root, job.key, cfg.checkpoint_seconds, {"of": name, **about}, notes) as checkpoints:
        sink = MemorySink()
        world, _ = advance(span, sink, checkpoints, tick)
        history = History(job.year, world.state(), sink.tables())
        if cache is None or not _saved(cache, job.key, history, about, notes):
            return history
        checkpoints.remove()
    return None


def _saved(cache: HistoryCache, key: str, history: History, about: Mapping[str, Any], notes: list[str]) -> bool:
    """Put something into the cache; if that fails, for lack of space, the command goes on with what is in memory."""
    try:
        cache.save(key, history, about)
        return True
    except (OSError, pa.ArrowException) as error:
        notes.append(f"{cache.path(key)} cannot be written ({error}); it is not kept for other commands")
        return False


def do_run(job: RunJob, tick: Tick) -> Done:
    """Compute one run; its tables go to the part store or back to the caller."""
    run, notes = job.run, list[str]()
    about = {
        "of": str(run.id),
        "world": run.cfg.world,
        "threat": run.cfg.threat,
        "scale": run.cfg.scale,
        "seed": run.cfg.seed,
    }
    root = job.root if job.parts is not None else None
    with open_checkpoints(root, run.key, run.cfg.checkpoint_seconds, about, notes) as checkpoints:
        if job.parts is None:
            sink = MemorySink()
            done = _run(job, sink, checkpoints, tick)
            done.tables = sink.tables()
        else:
            with PartStore(job.parts).writing(run.key) as folder:
                with FileSink(folder) as files:
                    done = _run(job, files, checkpoints, tick)
                assert done.meta is not None
                write_meta(folder, done.meta)
        checkpoints.remove()
    return done


def _run(job: RunJob, sink: Sink, checkpoints: Checkpoints, tick: Tick) -> Done:
    begin, run, notes = time.perf_counter(), job.run, checkpoints.notes
    span = Span(str(run.id), partial(_begin_run, job), run.after + 1, run.cfg.end, job.model.places(run.cfg))
    world, resumed = advance(span, sink, checkpoints, tick)
    unread = job.model.levers_never_read(run.cfg)
    macros = pack_macros(world.macros) if job.keep_macros else None
    if macros is not None and job.root is not None:
        history = History(run.cfg.end, macros, {})
        _saved(HistoryCache(job.root), macros_key(run), history, {"of": str(run.id)}, notes)
    seconds, peak, at = time.perf_counter() - begin, peak_memory_mb(), run.id
    meta = PartMeta(run.key, at.scenario, at.mode, at.draw, at.replicate, seconds, peak, False, unread, resumed)
    return Done(seconds, peak, notes, macros=macros, meta=meta)


def _begin_run(job: RunJob, state: Arrays | None) -> WorldLike:
    """World of a run: from a checkpoint's state, else from its history, else at its start."""
    paired = None if job.paired is None else unpack_macros(job.paired)
    if state is None and isinstance(job.history, History):
        state = {name: values.copy() for name, values in job.history.state.items()}  # the world changes its arrays
    elif state is None and isinstance(job.history, str):
        state = HistoryCache(job.root).load(job.history, tables=False).state
    return begin_world(job.model, job.run.cfg, job.run.id.replicate, job.run.id.mode, paired, state)


def macros_key(run: Run) -> str:
    """Cache key of the macro states of a baseline run."""
    return f"macros-{run.key}"


def pack_macros(macros: Mapping[int, Any]) -> Arrays:
    """Macro states as flat arrays, ``year.name``; of all years, since who is paired with them may branch earlier."""
    arrays = {year: macro.arrays() for year, macro in macros.items()}
    return {f"{year}.{name}": values for year, found in arrays.items() for name, values in found.items()}


def unpack_macros(arrays: Mapping[str, np.ndarray]) -> dict[int, Any]:
    """Macro states by year from `pack_macros`."""
    by_year: dict[int, Arrays] = {}
    for key, values in arrays.items():
        year, name = key.split(".", 1)
        by_year.setdefault(int(year), {})[name] = values
    return {year: Macro(**values) for year, values in by_year.items()}
