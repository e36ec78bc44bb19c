"""A family of runs with the same parameters and replicate: their baseline is run once, scenarios branch from it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from sim.running.advance import Tick
from sim.running.branch import Branch, keep, kept, macros_key, pack_macros
from sim.running.model import Arrays, Model, WorldLike
from sim.store.history import History, HistoryCache
from sim.store.sinks import MemorySink
from sim.sweep.batches import Piece
from sim.sweep.plan import Task

Tables = Mapping[str, Sequence[pa.Table]]


class FamilyRun:
    """The runs of one family: states at the years where they branch, macro states of the baseline.

    Parameters
    ----------
    tables : names of the tables that are recorded.
    cache : folder of histories and macro states that chunks share; None for none.
    tick : called after each year; may raise to end it all.
    notes : gets what could not be read or kept, and is computed again by this chunk or another.
    """

    def __init__(
        self, model: Model, piece: Piece, tables: Sequence[str], cache: Path | None, tick: Tick, notes: list[str]
    ) -> None:
        self._model, self._piece, self._recorded, self._tick, self._notes = model, piece, tables, tick, notes
        self._cfg, self._replicate = piece.baseline, piece.replicate
        self._cache = HistoryCache(cache) if cache is not None else None
        self._states: dict[int, Arrays | None] = {self._cfg.start - 1: None}
        self._tables: dict[int, list[Mapping[str, pa.Table]]] = {self._cfg.start - 1: []}
        self._shared: dict[int, Mapping[str, pa.Table]] = {}  # recorded tables until a branch, read once for all runs
        self._macros: dict[str, Arrays] = {}
        self._world: WorldLike | None = None
        self._year = self._cfg.start - 1

    def prepare(self, years: set[int]) -> None:
        """Live the baseline through the years at whose end runs branch, or find them in the cache."""
        for year in sorted(years - self._states.keys()):
            key = self._model.run_key(self._cfg, self._replicate, end=year)
            if not self._found(year, key):
                self._advance(year, key)
        if self._world is not None:  # runs branch from states
            self._world.let_go()
            self._world = None

    def run(self, task: Task) -> Tables:
        """Tables of a run from its first year to its last; a baseline leaves its macro states."""
        is_baseline = task.key == self._piece.paired.key
        branch = Branch(
            f"{task.cfg.scenario}/{task.mode} replicate {self._replicate}",
            task.key,
            task.cfg,
            self._replicate,
            task.mode,
            task.after + 1,
            task.cfg.end,
            self._states[task.after],
            None if is_baseline else self._macros_of(self._piece.paired),
        )
        world, own = self._live(branch)
        if is_baseline:
            self._macros[task.key] = pack_macros(world.macros)
            if self._piece.keep:
                self._save_macros(task.key)
        world.let_go()
        return _joined([self._before(task.after), own], self._recorded)

    def _before(self, year: int) -> Mapping[str, pa.Table]:
        """Recorded tables of the baseline until the end of a year."""
        if year not in self._shared:
            self._shared[year] = _concatenated(self._tables[year], self._recorded)
        return self._shared[year]

    def _macros_of(self, baseline: Task) -> Arrays:
        """Macro states of a baseline: from this chunk, from the cache, or run for it."""
        if baseline.key not in self._macros:
            found = kept(self._cache, macros_key(baseline.key), self._notes)
            if found is None:
                self.run(baseline)
            else:
                self._macros[baseline.key] = found.state
        return self._macros[baseline.key]

    def _found(self, year: int, key: str) -> bool:
        history = kept(self._cache, key, self._notes)
        if history is None:
            return False
        self._states[year], self._tables[year] = history.state, [history.tables]
        return True

    def _advance(self, year: int, key: str) -> None:
        """Live the baseline on to the end of a year, from where it is or from the nearest state before."""
        before = max(known for known in self._states if known < year)
        past = self._world if self._world is not None and self._year == before else self._states[before]
        # Its checkpoints are not those of a history run from the start, whose tables begin earlier.
        own = key if before < self._cfg.start else hashlib.sha256(f"{key} {before}".encode()).hexdigest()[:20]
        self._world, tables = self._live(replace(self._history(year, own), first=before + 1, past=past))
        self._year = year
        self._states[year] = {name: np.array(values) for name, values in self._world.state().items()}
        self._tables[year] = [*self._tables[before], tables]
        if self._piece.keep:
            self._save_history(year, key)

    def _history(self, year: int, key: str) -> Branch:
        """The baseline from its start to the end of a year."""
        name = f"history of replicate {self._replicate}"
        return Branch(name, key, self._cfg, self._replicate, "scripted", self._cfg.start, year)

    def _live(self, branch: Branch) -> tuple[WorldLike, Mapping[str, pa.Table]]:
        sink = MemorySink()
        with branch.checkpoints(self._cache.root if self._cache is not None else None, self._notes) as checkpoints:
            world, _ = branch.live(self._model, self._cache, sink, checkpoints, self._tick)
            checkpoints.remove()
        return world, sink.tables()

    def leave(self) -> None:
        """Into the cache what runs of this family that are not finished can go on from."""
        for year in self._states.keys() - {self._cfg.start - 1}:
            self._save_history(year, self._model.run_key(self._cfg, self._replicate, end=year))
        for key in self._macros:
            self._save_macros(key)

    def _save_history(self, year: int, key: str) -> None:
        parts = self._tables[year]
        tables = _concatenated(parts, dict.fromkeys(name for part in parts for name in part))
        history = History(year, self._states[year] or {}, tables)
        keep(self._cache, key, history, self._history(year, key).about, self._notes)

    def _save_macros(self, key: str) -> None:
        history = History(self._cfg.end, self._macros[key], {})
        keep(self._cache, macros_key(key), history, self._history(self._cfg.end, key).about, self._notes)


def _joined(parts: Sequence[Mapping[str, pa.Table]], names: Iterable[str]) -> Tables:
    """Pieces of each of these tables in the order of years."""
    found = {name: [part[name] for part in parts if name in part] for name in names}
    return {name: pieces for name, pieces in found.items() if pieces}


def _concatenated(parts: Sequence[Mapping[str, pa.Table]], names: Iterable[str]) -> dict[str, pa.Table]:
    return {name: pa.concat_tables(pieces) for name, pieces in _joined(parts, names).items()}
