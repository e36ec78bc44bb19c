"""Jobs as they are done in a worker process: a replicate's history, or one run after the branch year."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from sim.config.schema import Config
from sim.record.recorder import Sink
from sim.running.advance import Tick, peak_memory_mb
from sim.running.branch import Branch, is_sound, keep, macros_key, pack_macros
from sim.running.model import Arrays, Model
from sim.running.plan import Run
from sim.store.checkpoint import Checkpoints
from sim.store.entry import remove
from sim.store.history import History, HistoryCache
from sim.store.parts import PartMeta, PartStore, write_part_meta
from sim.store.sinks import FileSink, MemorySink

WAITS = "Another process computes the history of replicate {}; waiting until it is there …"


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
        with cache.lock(job.key, lambda: print(WAITS.format(job.replicate), file=sys.stderr, flush=True)):
            if not is_sound(cache, job.key, notes):
                remove(cache.path(job.key))  # or its checkpoints would pass for those of a finished history
                history = _history(job, cache, notes, tick)
    return Done(time.perf_counter() - begin, peak_memory_mb(), notes, history)


def _history(job: HistoryJob, cache: HistoryCache | None, notes: list[str], tick: Tick) -> History | None:
    """Compute a history; None if the cache has taken it."""
    name = f"history of replicate {job.replicate}"
    branch = Branch(name, job.key, job.cfg, job.replicate, "scripted", job.cfg.start, job.year)
    with branch.checkpoints(job.root, notes) as checkpoints:
        sink = MemorySink()
        world, _ = branch.live(job.model, cache, sink, checkpoints, tick)
        history = History(job.year, world.state(), sink.tables())
        world.let_go()
        if not keep(cache, job.key, history, branch.about, notes):
            return history
        checkpoints.remove()
    return None


def do_run(job: RunJob, tick: Tick) -> Done:
    """Compute one run; its tables go to the part store or back to the caller."""
    run, history = job.run, job.history
    past = history.state if isinstance(history, History) else history
    branch = Branch(
        str(run.id), run.key, run.cfg, run.id.replicate, run.id.mode, run.after + 1, run.cfg.end, past, job.paired
    )  # fmt: skip
    with branch.checkpoints(job.root if job.parts is not None else None, []) as checkpoints:
        if job.parts is None:
            sink = MemorySink()
            done = _run(job, branch, sink, checkpoints, tick)
            done.tables = sink.tables()
        else:
            with PartStore(job.parts).writing(run.key) as folder:
                with FileSink(folder) as files:
                    done = _run(job, branch, files, checkpoints, tick)
                assert done.meta is not None
                write_part_meta(folder, done.meta)
        checkpoints.remove()
    return done


def _run(job: RunJob, branch: Branch, sink: Sink, checkpoints: Checkpoints, tick: Tick) -> Done:
    begin, run, notes = time.perf_counter(), job.run, checkpoints.notes
    cache = None if job.root is None else HistoryCache(job.root)
    world, resumed = branch.live(job.model, cache, sink, checkpoints, tick)
    unread = job.model.levers_never_read(run.cfg)
    macros = pack_macros(world.macros) if job.keep_macros else None
    world.let_go()
    if macros is not None:
        keep(cache, macros_key(run.key), History(run.cfg.end, macros, {}), branch.about, notes)
    seconds, peak, at = time.perf_counter() - begin, peak_memory_mb(), run.id
    meta = PartMeta(run.key, at.scenario, at.mode, at.draw, at.replicate, seconds, peak, False, unread, resumed)
    return Done(seconds, peak, notes, macros=macros, meta=meta)
