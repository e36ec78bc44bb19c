"""Checkpoints of a run or history while it is computed: killed at any moment, it goes on from the newest of them.

A folder of the cache holds, by the year at whose end they were taken::

    1995.arrow         state of the world
    1995.TABLE.arrow   rows recorded since the checkpoint before, so that nothing is written twice
    1995.json          version, key, and the checksums of the state and of all rows until then

Every file is an entry (`sim.store.entry`), the last one makes the checkpoint count. The newest two are kept, so that a
damaged one costs little. A checkpoint never fails a run: if it cannot be written, that is noted and no more are tried.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sim.core.locks import lock_if_free
from sim.record.recorder import Sink
from sim.store.entry import DamagedEntry, delete, new_file, sweep_up
from sim.store.files import read_state, read_table, write_state, write_table
from sim.store.history import CHECKPOINT, lock_path, read_meta, remove_if_free, write_meta

COMPRESSION = "lz4"  # the run waits meanwhile
KEPT = 2
SLOTS = 8  # processes that may compute the same run at once, for commands with different output folders
WAIT_SECONDS = 10.0  # a worker whose command was killed may need a moment to end
_META = re.compile(r"\d+\.json")


@dataclass
class Checkpoints:
    """Checkpoints of one run, in a folder that no other process uses.

    Parameters
    ----------
    folder : where they lie, made when it is needed; None if there are to be none.
    key : of the run or history.
    seconds : wall time between checkpoints, which are taken at the end of a year.
    about : what ``cache list`` shows.
    notes : what the user should be told.
    """

    folder: Path | None
    key: str
    seconds: float
    about: Mapping[str, Any]
    notes: list[str]
    _saved: dict[str, str] = field(default_factory=dict)  # checksums of the tables' parts, oldest first
    _pending: dict[str, list[pa.RecordBatch]] = field(default_factory=dict)
    _last: float = field(default_factory=time.monotonic)

    def newest(self) -> tuple[int, dict[str, np.ndarray]] | None:
        """Year and state of the newest sound checkpoint; one that is not sound is noted and deleted."""
        for path in reversed(self._begin()):
            try:
                meta = read_meta(path, self.key)
                state = read_state(path.with_suffix(".arrow"))
            except (DamagedEntry, OSError) as error:
                self.notes.append(f"checkpoint {path} cannot be used ({error}); going on from the one before it")
                delete(path)
                continue
            sums = meta["checksums"]
            self._saved = {name: sums[name] for name in sums if name != f"{meta['year']}.arrow"}
            self._last = time.monotonic()
            return meta["year"], state
        return None

    def _begin(self) -> list[Path]:
        """Files of the checkpoints that are there; where they cannot be looked at, there are to be none."""
        try:
            if self.folder is not None:
                sweep_up(self.folder)  # nobody else is here: a process that was killed while it wrote has left it
            return self._metas()
        except OSError as error:
            self._give_up(error)
            return []

    def restore(self, sink: Sink) -> None:
        """Hand the tables of the checkpoint that `newest` found to a sink, batch by batch as they were recorded."""
        assert self.folder is not None
        for name in self._saved:
            for batch in read_table(self.folder / name).to_batches():
                sink.write(name.split(".")[1], batch)

    def recording(self, sink: Sink) -> Sink:
        """A sink that passes on what it gets and keeps it for the next checkpoint."""
        return _Tee(self, sink) if self.folder is not None else sink

    def keep(self, table: str, batch: pa.RecordBatch) -> None:
        """Hold a batch until the next checkpoint."""
        if self.folder is not None:
            self._pending.setdefault(table, []).append(batch)

    @property
    def due(self) -> bool:
        """True if it is time for one."""
        return self.folder is not None and time.monotonic() - self._last >= self.seconds

    def take(self, year: int, state: Callable[[], Mapping[str, np.ndarray]]) -> None:
        """Write a checkpoint; `state` may give views, which are written before this returns."""
        if self.folder is None:
            return
        try:
            self._write(self.folder, year, state())
        except (OSError, pa.ArrowException) as error:
            self._give_up(error)
        self._last = time.monotonic()

    def _give_up(self, error: Exception) -> None:
        assert self.folder is not None
        self.notes.append(f"no more checkpoints of {self.folder.name}: they cannot be read or written ({error})")
        self.folder = None
        self._pending.clear()

    def remove(self) -> None:
        """Delete all of them: the run is finished."""
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _write(self, folder: Path, year: int, state: Mapping[str, np.ndarray]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        sums = dict(self._saved)
        for table, batches in self._pending.items():
            with new_file(folder / f"{year}.{table}.arrow") as path:
                sums[f"{year}.{table}.arrow"] = write_table(path, pa.Table.from_batches(batches), COMPRESSION)
        with new_file(folder / f"{year}.arrow") as path:
            checksum = write_state(path, state, COMPRESSION)
        with new_file(folder / f"{year}.json") as path:
            write_meta(path, self.key, year, self.about, sums | {f"{year}.arrow": checksum})
        self._saved = sums
        self._pending.clear()
        for old in self._metas()[:-KEPT]:
            old.unlink(missing_ok=True)
            old.with_suffix(".arrow").unlink(missing_ok=True)

    def _metas(self) -> list[Path]:
        """Files that make checkpoints count, oldest first."""
        found = self.folder.glob("*.json") if self.folder is not None else ()
        return sorted((path for path in found if _META.fullmatch(path.name)), key=lambda path: int(path.stem))


class _Tee:
    def __init__(self, checkpoints: Checkpoints, sink: Sink) -> None:
        self._checkpoints, self._sink = checkpoints, sink

    def write(self, table: str, batch: pa.RecordBatch) -> None:
        self._sink.write(table, batch)
        self._checkpoints.keep(table, batch)


@contextmanager
def open_checkpoints(
    root: Path | None, key: str, seconds: float, about: Mapping[str, Any], notes: list[str]
) -> Iterator[Checkpoints]:
    """Checkpoints of a run, held against other processes.

    Parameters
    ----------
    root : folder of the cache; None for a run that leaves the disk alone.
    seconds : wall time between checkpoints; 0 for none, then those that are there are not read either.
    """
    with ExitStack() as held:
        folder = None
        if root is not None and seconds > 0:
            try:
                names = _slots(key)
                free = (
                    name
                    for k, name in enumerate(names)
                    if held.enter_context(lock_if_free(lock_path(root, name), 0.0 if k else WAIT_SECONDS))
                )
                folder = next((root / name for name in free), None)
            except OSError as error:
                notes.append(f"no checkpoints in {root}: it cannot be written ({error.strerror})")
        yield Checkpoints(folder, key, seconds, about, notes)


def discard(root: Path, keys: Set[str]) -> None:
    """Delete checkpoints of runs that are finished, except those that another process still writes."""
    for name in _existing(root, keys):
        remove_if_free(root, name)


def count(root: Path, keys: Set[str]) -> int:
    """How many of these runs have a checkpoint."""
    return len({name.split(".")[0] for name in _existing(root, keys) if any((root / name).glob("*.json"))})


def _existing(root: Path, keys: Set[str]) -> list[str]:
    names = [path.name for path in root.glob(f"{CHECKPOINT}*")]
    return [name for name in names if name.removeprefix(CHECKPOINT).split(".")[0] in keys]


def _slots(key: str) -> list[str]:
    return [f"{CHECKPOINT}{key}", *(f"{CHECKPOINT}{key}.{k}" for k in range(1, SLOTS))]
