"""Carry out a plan: histories first, then baselines, then the scenarios that are paired with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

import pyarrow as pa

from sim.running.branch import is_sound, kept, macros_key
from sim.running.compiling import compiled_aside
from sim.running.model import Arrays, Model
from sim.running.plan import Plan, Run
from sim.running.pool import InlinePool, ProcessPool, Watcher, make_pool
from sim.running.worker import Done, HistoryJob, RunJob, do_history, do_run
from sim.store.checkpoint import discard
from sim.store.history import History, HistoryCache
from sim.store.parts import PartMeta, PartStore
from sim.store.runs import RunTables


@dataclass
class Execution:
    """State of a plan that is being carried out.

    Attributes
    ----------
    cache, parts : where histories and finished runs lie on disk; None keeps both in memory.
    metas, tables, histories, macros : what is finished, by run key or replicate.
    """

    plan: Plan
    model: Model
    cache: HistoryCache | None = None
    parts: PartStore | None = None
    notes: list[str] = field(default_factory=list)
    metas: dict[str, PartMeta] = field(default_factory=dict)
    tables: dict[str, Mapping[str, pa.Table]] = field(default_factory=dict)
    histories: dict[int, History | None] = field(default_factory=dict)
    macros: dict[str, Arrays] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=lambda: {"history_jobs": 0.0, "run_jobs": 0.0})
    peak_worker_mb: float = 0.0
    _waiting: dict[Future[Done], int | Run] = field(default_factory=dict)
    _left: list[Run] = field(default_factory=list)
    _threads: int = 1

    def prepare(self) -> int:
        """Find what is there already.

        Returns
        -------
        Years left to simulate.
        """
        if self.parts is not None:
            for run in self.plan.runs:
                if (meta := self.parts.meta(run.key)) is not None:
                    self._finish(run, meta, self.parts.tables(run.key))
        if self.cache is not None:
            for replicate, key in self.plan.history_keys.items():
                if is_sound(self.cache, key, self.notes):
                    self.histories[replicate] = None  # lies in the cache
        self._left = [run for run in self.plan.runs if not self._is_done(run)]
        self._discard_checkpoints()
        cfg, after = self.plan.cfg, self.plan.after
        missing = len(self.plan.history_keys.keys() - self.histories.keys())
        return missing * (after - cfg.start + 1) + len(self._left) * (cfg.end - after)

    def carry_out(self, threads: int, watcher: Watcher, advanced: Callable[[], None] = lambda: None) -> None:
        """Do all that is left in up to `threads` processes; on any error or interrupt every process is stopped.

        Parameters
        ----------
        advanced : called whenever something is finished.
        """
        missing = [r for r in self.plan.history_keys if r not in self.histories]
        if not missing and not self._left:
            return
        workers = min(threads, max(len(self._left), len(missing)))
        self._threads = max(1, threads // workers)  # what is left over goes to the kernels of each
        with compiled_aside(threads - 1):
            self._work(make_pool(workers, watcher), missing, advanced)

    def _work(self, pool: InlinePool | ProcessPool, missing: Sequence[int], advanced: Callable[[], None]) -> None:
        """Hand in what is left whenever it can be begun, histories that are missing first."""
        try:
            for replicate in missing:
                self._waiting[pool.submit(do_history, self._history_job(replicate))] = replicate
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
            done = {key for replicate, key in self.plan.history_keys.items() if replicate in self.histories}
            left = {run.key for run in self._left}
            discard(self.cache.root, done | {run.key for run in self.plan.runs if run.key not in left})

    def run_tables(self, run: Run) -> RunTables | None:
        """Tables of a run, history and part apart; None while one of them is missing."""
        there = self.plan.branch is None or run.id.replicate in self.histories
        if not there or run.key not in self.tables:
            return None
        return RunTables(run.id, self._history_tables(run.id.replicate), self.tables[run.key])

    def _submit_ready(self, pool: InlinePool | ProcessPool) -> None:
        """Hand in the runs whose history and partner are there."""
        later = []
        for run in self._left:
            partner = self.plan.partner(run)
            ready = run.id.replicate in self.histories or self.plan.branch is None
            if ready and (partner is None or partner.key in self.macros):
                self._waiting[pool.submit(do_run, self._run_job(run, partner))] = run
            else:
                later.append(run)
        self._left = later

    def _take(self, what: int | Run, done: Done) -> None:
        """Book a finished job."""
        self.notes += done.notes
        self.peak_worker_mb = max(self.peak_worker_mb, done.peak_memory_mb)
        if self.cache is not None:
            self.cache.touch(list(self.plan.history_keys.values()))
        if isinstance(what, Run):
            self.seconds["run_jobs"] += done.seconds
            if done.macros is not None:
                self.macros[what.key] = done.macros
            tables = self.parts.tables(what.key) if self.parts is not None else done.tables
            assert done.meta is not None and tables is not None
            self._finish(what, done.meta, tables)
        else:
            self.seconds["history_jobs"] += done.seconds
            self.histories[what] = done.history

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
        partners = (other for other in self.plan.runs if self.plan.partner(other) == run)
        return any(other.key not in self.metas for other in partners)

    def _history_job(self, replicate: int) -> HistoryJob:
        plan, root = self.plan, self.cache.root if self.cache else None
        cfg = replace(plan.baseline, threads=self._threads)
        return HistoryJob(self.model, cfg, replicate, plan.after, plan.history_keys[replicate], root)

    def _run_job(self, run: Run, partner: Run | None) -> RunJob:
        replicate, plan = run.id.replicate, self.plan
        history = None if plan.branch is None else self.histories[replicate] or plan.history_keys[replicate]
        return RunJob(
            self.model,
            replace(run, cfg=replace(run.cfg, threads=self._threads)),
            history,
            root=self.cache.root if self.cache else None,
            parts=self.parts.folder if self.parts else None,
            after=plan.after,
            paired=None if partner is None else self.macros[partner.key],
            keep_macros=any(plan.partner(other) == run for other in plan.runs),
        )

    def _history_tables(self, replicate: int) -> Mapping[str, pa.Table]:
        if self.plan.branch is None:
            return {}
        history = self.histories[replicate]
        if history is not None:
            return history.tables
        assert self.cache is not None
        return self.cache.tables(self.plan.history_keys[replicate])
