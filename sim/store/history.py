"""Cache folder: histories that scenarios branch from, macro states of baselines, checkpoints of unfinished runs.

One folder an entry, named by the key of what it holds (`sim.config.key`): a hash of everything that can change its
content, so that an entry is right or absent, never out of date. It is an `sim.store.entry`, compressed, and verified
on load: one that is damaged, foreign or of another version is computed again. What is not named like an entry is never
touched.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sim.core.kernel_folder import PROGRAM, platform_cache
from sim.core.locks import file_lock, lock_if_free
from sim.core.read import ConfigError
from sim.store.entry import DamagedEntry, check, new_folder, read_label, remove, sweep_up, write_label
from sim.store.files import LazyTables, read_state, write_state, write_table

VERSION = 3
FOLDER = f"history-{VERSION}"  # one an edition: entries of an earlier one stay where they are
CAP_BYTES = 4 * 1024**3  # least recently used entries beyond this go
KEEP_SECONDS = 2 * 3600  # never an entry used so recently: a command that runs now may need it
META, STATE = "meta.json", "state.arrow"
CHECKPOINT = "checkpoint-"  # in front of the key of a run or history that is not finished
_SAID = {"program": str, "version": int, "key": str, "year": int, "about": dict}
_NAME = rf"(?:macros-|{CHECKPOINT})?[0-9a-f]{{20}}(?:\.\d)?"
_ENTRY = re.compile(_NAME)
_LOCK = re.compile(rf"\.{_NAME}\.lock")


@dataclass
class History:
    """State at the end of the branch year and the tables recorded until then (without the run's constant columns)."""

    year: int
    state: dict[str, np.ndarray]
    tables: Mapping[str, pa.Table]


@dataclass(frozen=True)
class CacheEntry:
    """One line of ``cache list``; `kind` is history, macros or checkpoint."""

    name: str
    path: Path
    bytes: int
    used: float
    about: Mapping[str, Any]

    @property
    def kind(self) -> str:
        return self.name.split("-")[0] if "-" in self.name else "history"

    def __str__(self) -> str:
        day = time.strftime("%Y-%m-%d %H:%M", time.localtime(self.used))
        about = "  ".join(f"{name}={value}" for name, value in self.about.items())
        return f"{self.name:33}  {self.bytes / 1e6:8.1f} MB  used {day}  {about}"


def cache_dir() -> Path:
    """Folder of the cache: ``TALENT_CIRCULATION_CACHE``, the platform's place for caches, or one for passing files.

    The last is for users without a home, as in a container with a free user id.
    """
    given = os.environ.get("TALENT_CIRCULATION_CACHE")
    try:
        return (Path(given).expanduser() if given else platform_cache()) / FOLDER
    except RuntimeError:
        if given:
            text = f"there is no home folder for '{given}'; give the whole path"
            raise ConfigError([f"TALENT_CIRCULATION_CACHE: {text}"]) from None
        return Path(tempfile.gettempdir()) / f"{PROGRAM}-{os.getuid()}" / FOLDER


def older_caches() -> list[Path]:
    """Folders of earlier editions beside the cache, which nothing reads and nothing deletes."""
    here = cache_dir()
    return [path for path in sorted(here.parent.glob("history*")) if path.is_dir() and path != here]


class HistoryCache:
    """Finished entries of one cache folder.

    Parameters
    ----------
    root : folder of the entries; by default `cache_dir`.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or cache_dir()

    def path(self, key: str) -> Path:
        """Folder of an entry, there or not."""
        return self.root / key

    def check(self, key: str) -> bool:
        """True if the entry is there and sound; raises `DamagedEntry` if it is there and not sound."""
        return self.path(key).exists() and bool(self._meta(key))

    def save(self, key: str, history: History, about: Mapping[str, Any]) -> None:
        """Write an entry beside and rename it; an entry that is already there is replaced."""
        with new_folder(self.path(key)) as folder:
            (folder / "tables").mkdir()
            sums = {STATE: write_state(folder / STATE, history.state)}
            for name, table in history.tables.items():
                sums[f"tables/{name}.arrow"] = write_table(folder / "tables" / f"{name}.arrow", _joined(table))
            write_meta(folder / META, key, history.year, about, sums)
        prune_cache(root=self.root, max_bytes=CAP_BYTES, unused_seconds=KEEP_SECONDS)

    def load(self, key: str, state: bool = True, tables: bool = True) -> History:
        """Read an entry, or only its state or only its tables; raises `DamagedEntry` if it is not sound."""
        meta = self._meta(key)
        self.touch([key])
        arrays = read_state(self.path(key) / STATE) if state else {}
        return History(meta["year"], arrays, self.tables(key) if tables else {})

    def touch(self, keys: Sequence[str]) -> None:
        """Note that entries are in use, so that they are not pruned."""
        for key in keys:
            with suppress(OSError):  # it may be another user's
                os.utime(self.path(key))

    def tables(self, key: str) -> Mapping[str, pa.Table]:
        """Tables of an entry that `check` found sound, read when asked for."""
        names = read_label(self.path(key) / META, _SAID)["checksums"]
        return LazyTables({Path(name).stem: self.path(key) / name for name in names if name != STATE})

    def lock(self, key: str, waits: Callable[[], None] = lambda: None) -> AbstractContextManager[None]:
        """Hold the entry's lock: a second process that wants it waits (`waits` says so) and then finds the history."""
        return file_lock(lock_path(self.root, key), waits)

    def _meta(self, key: str) -> dict[str, Any]:
        meta = read_meta(self.path(key) / META, key)
        if STATE not in meta["checksums"]:
            raise DamagedEntry(f"{META} names no state")
        return meta


def write_meta(path: Path, key: str, year: int, about: Mapping[str, Any], checksums: Mapping[str, str]) -> None:
    """Write what an entry or a checkpoint holds: version, key, last year, checksums of its files."""
    said = {"program": PROGRAM, "version": VERSION, "key": key, "year": year, "about": about}
    write_label(path, said, checksums)


def read_meta(path: Path, key: str) -> dict[str, Any]:
    """What `write_meta` wrote, if it is this program's, of this key, and all files beside it fit their checksums."""
    meta = read_label(path, _SAID)
    if meta["program"] != PROGRAM:
        raise DamagedEntry(f"{path.name} is not of this program")
    if meta["version"] != VERSION:
        raise DamagedEntry(f"of version {meta['version']}, this program reads {VERSION}")
    if meta["key"] != key:
        raise DamagedEntry(f"{path.name} belongs to {meta['key']}")
    check(path.parent, meta)
    return meta


def lock_path(root: Path, name: str) -> Path:
    """Lock file of an entry."""
    return root / f".{name}.lock"


def list_cache(root: Path | None = None) -> list[CacheEntry]:
    """Entries of the cache, most recently used first."""
    root = root or cache_dir()
    entries = []
    for folder in root.iterdir() if root.is_dir() else ():
        if _ENTRY.fullmatch(folder.name):
            with suppress(OSError):  # another process has just removed it
                size = sum(path.stat().st_size for path in folder.rglob("*.arrow"))
                entries.append(CacheEntry(folder.name, folder, size, folder.stat().st_mtime, _about(folder)))
    return sorted(entries, key=lambda entry: -entry.used)


def _about(folder: Path) -> dict[str, Any]:
    """What an entry says of itself; of several checkpoints, the newest."""
    try:
        meta = read_label(max(folder.glob("*.json")), _SAID)
        return {"year": meta["year"], **meta["about"]}
    except (DamagedEntry, ValueError):
        return {"damaged": True}


def prune_cache(root: Path | None = None, *, max_bytes: int = 0, unused_seconds: float = 0.0) -> list[CacheEntry]:
    """Delete least recently used entries until the rest fits.

    Parameters
    ----------
    max_bytes : size to shrink the cache to; 0 deletes every entry that no process is writing.
    unused_seconds : spare entries used more recently than this.

    Returns
    -------
    The deleted entries.
    """
    root = root or cache_dir()
    kept, gone, now = 0, [], time.time()
    for entry in list_cache(root):
        kept += entry.bytes
        finished = entry.kind == "checkpoint" and (root / entry.name.removeprefix(CHECKPOINT).split(".")[0]).exists()
        beyond = kept > max_bytes and now - entry.used >= unused_seconds
        if (beyond or finished) and remove_if_free(root, entry.name):
            gone.append(entry)
    if root.is_dir():
        _sweep(root, now)
    return gone


def remove_if_free(root: Path, name: str) -> bool:
    """Delete an entry unless a process holds its lock or it may not be deleted; True if it is gone."""
    try:
        with lock_if_free(lock_path(root, name)) as free:
            if free:
                remove(root / name)
        return free
    except OSError:  # another user's
        return False


def _sweep(root: Path, now: float) -> None:
    """Delete what killed processes left behind: entries written aside, and locks that nobody holds."""
    sweep_up(root, unused_seconds=KEEP_SECONDS)
    for path in root.glob(".*.lock"):
        with suppress(OSError):
            if now - path.stat().st_mtime > KEEP_SECONDS and _LOCK.fullmatch(path.name):
                with lock_if_free(path):
                    pass  # releasing it deletes the file


def _joined(table: pa.Table) -> pa.Table:
    """The same rows in one batch: compressed year by year they take three times as long to write and to read."""
    return table.combine_chunks().cast(table.schema)  # names keep their narrow indices
