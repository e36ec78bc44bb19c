"""One way to branch, for commands and sweeps: begin a world where its past is known, go on, keep what others need.

A world begins from a checkpoint of the same years, else from the state of a history (in memory or in the cache) or from
another world that goes on, else at its start. Histories, and the macro states of baselines that other runs are paired
with, are kept in the cache; what cannot be kept or read is noted, and never fails a run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sim.config.schema import Config
from sim.phases.macro import Macro
from sim.record.recorder import Sink
from sim.running.advance import Span, Tick, advance
from sim.running.model import Arrays, Model, WorldLike, begin_world
from sim.store.checkpoint import Checkpoints, open_checkpoints
from sim.store.entry import DamagedEntry
from sim.store.history import History, HistoryCache


@dataclass(frozen=True)
class Branch:
    """Years of one run or history, and where they begin.

    Attributes
    ----------
    name : for messages.
    key : of its checkpoints.
    first, until : first and last year.
    past : a state, the key of a history in the cache, or a world that goes on; None for the start.
    paired : macro states of the paired baseline run as flat arrays, None without partner.
    """

    name: str
    key: str
    cfg: Config
    replicate: int
    mode: str
    first: int
    until: int
    past: Mapping[str, np.ndarray] | str | WorldLike | None = None
    paired: Arrays | None = None

    @property
    def about(self) -> dict[str, Any]:
        """What ``cache list`` shows of it."""
        cfg = self.cfg
        settings = {"world": cfg.world, "threat": cfg.threat, "scale": cfg.scale, "seed": cfg.seed}
        return {"of": self.name, **settings, "replicate": self.replicate}

    def checkpoints(self, root: Path | None, notes: list[str]) -> AbstractContextManager[Checkpoints]:
        """Checkpoints of it, held against other processes; `root` is the cache, None for none."""
        return open_checkpoints(root, self.key, self.cfg.checkpoint_seconds, self.about, notes)

    def live(
        self, model: Model, cache: HistoryCache | None, sink: Sink, checkpoints: Checkpoints, tick: Tick
    ) -> tuple[WorldLike, int | None]:
        """Live through the years; the world at their end, and the year of the checkpoint that it went on from."""

        def begin(state: Arrays | None) -> WorldLike:
            past = self.past
            if state is None and past is not None:
                if isinstance(past, str):
                    assert cache is not None
                    state = cache.load(past, tables=False).state
                elif isinstance(past, Mapping):
                    state = {name: values.copy() for name, values in past.items()}  # others branch from it too
                else:
                    return past
            paired = None if self.paired is None else unpack_macros(self.paired)
            return begin_world(model, self.cfg, self.replicate, self.mode, paired, state)

        span = Span(self.name, begin, self.first, self.until, model.places(self.cfg))
        return advance(span, sink, checkpoints, tick)


def is_sound(cache: HistoryCache, key: str, notes: list[str]) -> bool:
    """True if an entry can be used; a damaged one is noted and will be computed again."""
    with _noted(cache, key, notes):
        return cache.check(key)
    return False


def kept(cache: HistoryCache | None, key: str, notes: list[str]) -> History | None:
    """A history or macro states of the cache; None if they are not there, or (noted) not sound."""
    if cache is not None and cache.path(key).exists():
        with _noted(cache, key, notes):
            return cache.load(key)
    return None


@contextmanager
def _noted(cache: HistoryCache, key: str, notes: list[str]) -> Iterator[None]:
    try:
        yield
    except (DamagedEntry, OSError) as error:
        notes.append(f"cache entry {cache.path(key)} is damaged or foreign ({error}); computing it again")


def keep(cache: HistoryCache | None, key: str, history: History, about: Mapping[str, Any], notes: list[str]) -> bool:
    """Put something into the cache; if that fails, for lack of space, who computed it goes on from memory."""
    if cache is None:
        return False
    try:
        cache.save(key, history, about)
        return True
    except (OSError, pa.ArrowException) as error:
        notes.append(f"{cache.path(key)} cannot be written ({error}); it is not kept for other commands")
        return False


def macros_key(key: str) -> str:
    """Cache key of the macro states of a baseline run."""
    return f"macros-{key}"


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
