"""A family of runs with the same parameters and replicate: their baseline is run once, scenarios branch from it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sim.running.advance import Span, Tick, advance
from sim.running.model import Arrays, Model, WorldLike, begin_world
from sim.running.worker import pack_macros, unpack_macros
from sim.store.checkpoint import open_checkpoints
from sim.store.history import DamagedEntry, History, HistoryCache
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
    """

    def __init__(self, model: Model, piece: Piece, tables: Sequence[str], cache: Path | None, tick: Tick) -> None:
        self._model, self._piece, self._recorded, self._root, self._tick = model, piece, tables, cache, tick
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

    def run(self, task: Task) -> Tables:
        """Tables of a run from its first year to its last; a baseline leaves its macro states."""
        is_baseline = task.key == self._piece.paired.key
        paired = None if is_baseline else unpack_macros(self._macros_of(self._piece.paired))
        state = self._states[task.after]

        def begin(found: Arrays | None) -> WorldLike:
            if found is None and state is not None:
                found = {name: values.copy() for name, values in state.items()}  # other runs branch from it too
            return begin_world(self._model, task.cfg, self._replicate, task.mode, paired, found)

        name = f"{task.cfg.scenario}/{task.mode} replicate {self._replicate}"
        world, own = self._run_years(name, task.key, begin, task.after + 1, task.cfg.end, task.cfg)
        if is_baseline:
            self._macros[task.key] = pack_macros(world.macros)
            if self._piece.keep:
                self._save_macros(task.key)
        return _joined([self._before(task.after), own], self._recorded)

    def _before(self, year: int) -> Mapping[str, pa.Table]:
        """Recorded tables of the baseline until the end of a year."""
        if year not in self._shared:
            self._shared[year] = _concatenated(self._tables[year], self._recorded)
        return self._shared[year]

    def _macros_of(self, baseline: Task) -> Arrays:
        """Macro states of a baseline: from this chunk, from the cache, or run for it."""
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
            given = state if found is None else found
            return begin_world(self._model, self._cfg, self._replicate, "scripted", None, given)

        # Its checkpoints are not those of a history run from the start, whose tables begin earlier.
        own = key if before < self._cfg.start else hashlib.sha256(f"{key} {before}".encode()).hexdigest()[:20]
        name = f"history of replicate {self._replicate}"
        self._world, tables = self._run_years(name, own, begin, before + 1, year, self._cfg)
        self._year = year
        self._states[year] = {name: np.array(values) for name, values in self._world.state().items()}
        self._tables[year] = [*self._tables[before], tables]
        if self._piece.keep:
            self._save_history(year, key)

    def _run_years(
        self, name: str, key: str, begin: Callable[[Arrays | None], WorldLike], first: int, until: int, cfg: Any
    ) -> tuple[WorldLike, Mapping[str, pa.Table]]:
        sink = MemorySink()
        about = {"of": name, "world": cfg.world, "scale": cfg.scale, "seed": cfg.seed}
        with open_checkpoints(self._root, key, cfg.checkpoint_seconds, about, []) as checkpoints:
            span = Span(name, begin, first, until, self._model.places(cfg))
            world, _ = advance(span, sink, checkpoints, self._tick)
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
        self._save(key, History(year, self._states[year] or {}, tables))

    def _save_macros(self, key: str) -> None:
        self._save(f"macros-{key}", History(self._cfg.end, self._macros[key], {}))

    def _load(self, key: str) -> History | None:
        if self._cache is None or not self._cache.path(key).exists():
            return None
        try:
            return self._cache.load(key)
        except (DamagedEntry, OSError):
            return None

    def _save(self, key: str, history: History) -> None:
        """For other chunks; if it cannot be written they run it themselves."""
        if self._cache is None:
            return
        about = {"world": self._cfg.world, "scale": self._cfg.scale, "replicate": self._replicate}
        try:
            with self._cache.lock(key):
                self._cache.save(key, history, about)
        except (OSError, pa.ArrowException):
            return


def _joined(parts: Sequence[Mapping[str, pa.Table]], names: Iterable[str]) -> Tables:
    """Pieces of each of these tables in the order of years."""
    found = {name: [part[name] for part in parts if name in part] for name in names}
    return {name: pieces for name, pieces in found.items() if pieces}


def _concatenated(parts: Sequence[Mapping[str, pa.Table]], names: Iterable[str]) -> dict[str, pa.Table]:
    return {name: pa.concat_tables(pieces) for name, pieces in _joined(parts, names).items()}
