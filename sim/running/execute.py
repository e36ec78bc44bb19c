"""Carry out runs: histories first, then baselines, then the scenarios that are paired with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

import pyarrow as pa

from sim.running.branch import is_sound, kept, macros_key
from sim.running.compiling import compiled_aside
from sim.running.model import Arrays, Model
from sim.running.plan import Past, Run
from sim.running.pool import InlinePool, ProcessPool, Watcher, make_pool
from sim.running.worker import Done, HistoryJob, RunJob, do_history, do_run
from sim.store.checkpoint import discard
from sim.store.history import History, HistoryCache
from sim.store.parts import PartMeta, PartStore
from sim.store.runs import RunTables


@dataclass
class Execution:
    """State of runs that are being carried out.

    Attributes
    ----------
    runs : of one command or of several; those that have the same key are the same and computed once.
    cache, parts : where histories and finished runs lie on disk; None keeps both in memory.
    metas, tables, histories, macros : what is finished, by key.
    """

    runs: Iterable[Run]
    model: Model
    cache: HistoryCache | None = None
    parts: PartStore | None = None
    notes: list[str] = field(default_factory=list)
    metas: dict[str, PartMeta] = field(default_factory=dict)
    tables: dict[str, Mapping[str, pa.Table]] = field(default_factory=dict)
    histories: dict[str, History | None] = field(default_factory=dict)
    macros: dict[str, Arrays] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=lambda: {"history_jobs": 0.0, "run_jobs": 0.0})
    peak_worker_mb: float = 0.0
    _waiting: dict[Future[Done], Past | Run] = field(default_factory=dict)
    _left: list[Run] = field(default_factory=list)
    _past_tables: dict[str, Mapping[str, pa.Table]] = field(default_factory=dict)
    _threads: int = 1

    def __post_init__(self) -> None:
        self._runs = list({run.key: run for run in self.runs}.values())
        self._pasts = {run.past.key: run.past for run in self._runs if run.past is not None}

    def prepare(self) -> int:
        """Find what is there already.

        Returns
        -------
        Years left to simulate.
        """
        if self.parts is not None:
            for run in self._runs:
                if (meta := self.parts.meta(run.key)) is not None:
                    self._finish(run, meta, self.parts.tables(run.key))
        if self.cache is not None:
            for key in self._pasts:
                if is_sound(self.cache, key, self.notes):
                    self.histories[key] = None  # lies in the cache
        self._left = [run for run in self._runs if not self._is_done(run)]
        self._discard_checkpoints()
        shared = sum(past.until - past.cfg.start + 1 for past in self._missing())
        return shared + sum(run.cfg.end - run.after for run in self._left)

    def carry_out(self, threads: int, watcher: Watcher, advanced: Callable[[], None] = lambda: None) -> None:
        """Do all that is left in up to `threads` processes; on any error or interrupt every process is stopped.

        Parameters
        ----------
        advanced : called whenever something is finished.
        """
        missing = self._missing()
        if not missing and not self._left:
            return
        workers = min(threads, max(len(self._left), len(missing)))
        self._threads = max(1, threads // workers)  # what is left over goes to the kernels of each
        with compiled_aside(watcher, threads - 1) as watching:
            self._work(make_pool(workers, watching), missing, advanced)

    def _work(self, pool: InlinePool | ProcessPool, missing: Sequence[Past], advanced: Callable[[], None]) -> None:
        """Hand in what is left whenever it can be begun, histories that are missing first."""
        try:
            for past in missing:
                self._waiting[pool.submit(do_history, self._history_job(past))] = past
            self._submit_ready(pool)
            while self._waiting:
                for future in pool.wait(set(self._waiting)):
                    self._take(self._waiting.pop(future), future.result())
                self._submit_ready(pool)
                advanced()
        except BaseException:
            pool.stop()
            raise
        pool.close()

    def _discard_checkpoints(self) -> None:
        """Delete checkpoints of what is finished: a command killed just then has left them."""
        if self.cache is not None:
            left = {run.key for run in self._left}
            discard(self.cache.root, {*self.histories, *(run.key for run in self._runs if run.key not in left)})

    def run_tables(self, run: Run) -> RunTables | None:
        """Tables of a run, history and part apart; None while one of them is missing."""
        if run.key not in self.tables or not self._has_past(run):
            return None
        return RunTables(run.id, self._history_tables(run.past), self.tables[run.key])

    def _submit_ready(self, pool: InlinePool | ProcessPool) -> None:
        """Hand in the runs whose history and partner are there."""
        later = []
        for run in self._left:
            if self._has_past(run) and (run.partner is None or run.partner in self.macros):
                self._waiting[pool.submit(do_run, self._run_job(run))] = run
            else:
                later.append(run)
        self._left = later

    def _take(self, what: Past | Run, done: Done) -> None:
        """Book a finished job."""
        self.notes += done.notes
        self.peak_worker_mb = max(self.peak_worker_mb, done.peak_memory_mb)
        if self.cache is not None:
            self.cache.touch(list(self._pasts))
        if isinstance(what, Run):
            self.seconds["run_jobs"] += done.seconds
            if done.macros is not None:
                self.macros[what.key] = done.macros
            tables = self.parts.tables(what.key) if self.parts is not None else done.tables
            assert done.meta is not None and tables is not None
            self._finish(what, done.meta, tables)
        else:
            self.seconds["history_jobs"] += done.seconds
            self.histories[what.key] = done.history

    def _finish(self, run: Run, meta: PartMeta, tables: Mapping[str, pa.Table]) -> None:
        self.metas[run.key], self.tables[run.key] = meta, tables

    def _is_done(self, run: Run) -> bool:
        """True if a run need not be computed: it is stored, and its macro states are at hand if others need them."""
        if run.key not in self.metas:
            return False
        if not self._is_needed(run) or run.key in self.macros:
            return True
        if (macros := kept(self.cache, macros_key(run.key), self.notes)) is not None:
            self.macros[run.key] = macros.state
        return macros is not None

    def _is_needed(self, run: Run) -> bool:
        """True if a run that is still to be computed is paired with this one."""
        return any(other.partner == run.key and other.key not in self.metas for other in self._runs)

    def _has_past(self, run: Run) -> bool:
        """True if nothing that the run begins with is missing."""
        return run.past is None or run.past.key in self.histories

    def _missing(self) -> list[Past]:
        """Histories that are not there."""
        return [past for key, past in self._pasts.items() if key not in self.histories]

    def _history_job(self, past: Past) -> HistoryJob:
        root = self.cache.root if self.cache else None
        cfg = replace(past.cfg, threads=self._threads)
        return HistoryJob(self.model, cfg, past.replicate, past.until, past.key, root)

    def _run_job(self, run: Run) -> RunJob:
        history = None if run.past is None else self.histories[run.past.key] or run.past.key
        return RunJob(
            self.model,
            replace(run, cfg=replace(run.cfg, threads=self._threads)),
            history,
            root=self.cache.root if self.cache else None,
            parts=self.parts.folder if self.parts else None,
            paired=None if run.partner is None else self.macros[run.partner],
            keep_macros=any(other.partner == run.key for other in self._runs),
        )

    def _history_tables(self, past: Past | None) -> Mapping[str, pa.Table]:
        if past is None:
            return {}
        if (history := self.histories[past.key]) is not None:
            return history.tables
        assert self.cache is not None
        if past.key not in self._past_tables:  # the same for all runs that share it
            self._past_tables[past.key] = self.cache.tables(past.key)
        return self._past_tables[past.key]
