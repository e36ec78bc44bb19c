"""History cache: the state of the baseline world at the branch year, with the tables recorded until then.

One folder an entry, named by a hash of everything that can change its content. An entry is written beside and
renamed under a lock, so that it is complete or absent; it is compressed, and every file carries a checksum that is
verified on load. An entry that is damaged or of another version is computed again.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sim.record.files import LazyTables, file_lock, read_state, sha256, write_state, write_table

VERSION = 1
CAP_BYTES = 4 * 1024**3  # least recently used entries beyond this go
KEEP_SECONDS = 2 * 3600  # never an entry used so recently: a command that runs now may need it


class DamagedEntry(Exception):
    """A cache entry whose files do not fit its checksums or its version."""


@dataclass
class History:
    """State at the end of the branch year and the tables recorded until then (without the run's constant columns)."""

    year: int
    state: dict[str, np.ndarray]
    tables: Mapping[str, pa.Table]


@dataclass(frozen=True)
class CacheEntry:
    """One line of ``cache list``."""

    key: str
    path: Path
    bytes: int
    used: float
    about: Mapping[str, Any]

    def __str__(self) -> str:
        day = time.strftime("%Y-%m-%d %H:%M", time.localtime(self.used))
        about = "  ".join(f"{name}={value}" for name, value in self.about.items())
        return f"{self.key}  {self.bytes / 1e6:8.1f} MB  used {day}  {about}"


def cache_dir() -> Path:
    """Folder of the cache: ``TALENT_CIRCULATION_CACHE`` or the platform's place for caches."""
    if given := os.environ.get("TALENT_CIRCULATION_CACHE"):
        return Path(given).expanduser() / "history"
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "talent-circulation" / "history"


class HistoryCache:
    """Entries of one cache folder.

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
        return self.path(key).is_dir() and bool(self._meta(key))

    def save(self, key: str, history: History, about: Mapping[str, Any]) -> None:
        """Write an entry beside and rename it; an entry that is already there is replaced."""
        aside = self.root / f".{key}.{os.getpid()}.tmp"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        try:
            write_state(aside / "state.arrow", history.state)
            (aside / "tables").mkdir()
            for name, table in history.tables.items():
                write_table(aside / "tables" / f"{name}.arrow", table)
            sums = {path.relative_to(aside).as_posix(): sha256(path) for path in sorted(aside.rglob("*.arrow"))}
            meta = {"version": VERSION, "year": history.year, "about": dict(about), "checksums": sums}
            (aside / "meta.json").write_text(json.dumps(meta, indent=1), encoding="utf-8")
            self.remove(key)
            aside.rename(self.path(key))
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        prune_cache(root=self.root, max_bytes=CAP_BYTES, unused_seconds=KEEP_SECONDS)

    def load(self, key: str, state: bool = True, tables: bool = True) -> History:
        """Read an entry, or only its state or only its tables; raises `DamagedEntry` if it is not sound."""
        meta = self._meta(key)
        folder = self.path(key)
        os.utime(folder)  # the time of last use, for pruning
        arrays = read_state(folder / "state.arrow") if state else {}
        return History(meta["year"], arrays, self.tables(key) if tables else {})

    def tables(self, key: str) -> Mapping[str, pa.Table]:
        """Tables of an entry that `check` found sound, read when asked for."""
        return LazyTables({path.stem: path for path in sorted((self.path(key) / "tables").glob("*.arrow"))})

    def remove(self, key: str) -> None:
        """Delete an entry; renamed first, so that nobody finds half of it."""
        if self.path(key).exists():
            doomed = self.root / f".{key}.{os.getpid()}.old"
            self.path(key).rename(doomed)
            shutil.rmtree(doomed, ignore_errors=True)

    @contextmanager
    def lock(self, key: str) -> Iterator[None]:
        """Hold the entry's lock: a second process that wants the same history waits and then finds it."""
        self.root.mkdir(parents=True, exist_ok=True)
        with file_lock(self.root / f".{key}.lock"):
            yield

    def _meta(self, key: str) -> dict[str, Any]:
        folder = self.path(key)
        try:
            meta: dict[str, Any] = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
            if meta["version"] != VERSION:
                raise DamagedEntry(f"version {meta['version']}, this program writes {VERSION}")
            for name, checksum in meta["checksums"].items():
                if sha256(folder / name) != checksum:
                    raise DamagedEntry(f"checksum of {name} does not fit")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DamagedEntry(str(error)) from error
        return meta


def list_cache(root: Path | None = None) -> list[CacheEntry]:
    """Entries of the cache, most recently used first."""
    root = root or cache_dir()
    entries = []
    for folder in root.iterdir() if root.is_dir() else ():
        if folder.is_dir() and not folder.name.startswith("."):
            size = sum(path.stat().st_size for path in folder.rglob("*.arrow"))
            entries.append(CacheEntry(folder.name, folder, size, folder.stat().st_mtime, _about(folder)))
    return sorted(entries, key=lambda entry: -entry.used)


def _about(folder: Path) -> dict[str, Any]:
    try:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        return {"year": meta["year"], **meta["about"]}
    except (OSError, ValueError, KeyError):
        return {"damaged": True}


def prune_cache(root: Path | None = None, *, max_bytes: int = 0, unused_seconds: float = 0.0) -> list[CacheEntry]:
    """Delete least recently used entries until the rest fits.

    Parameters
    ----------
    max_bytes : size to shrink the cache to; 0 deletes every entry.
    unused_seconds : spare entries used more recently than this.

    Returns
    -------
    The deleted entries.
    """
    root = root or cache_dir()
    kept, gone, now = 0, [], time.time()
    for entry in list_cache(root):
        kept += entry.bytes
        if kept > max_bytes and now - entry.used >= unused_seconds:
            HistoryCache(root).remove(entry.key)
            gone.append(entry)
    if root.is_dir():
        _sweep(root, now)
    return gone


def _sweep(root: Path, now: float) -> None:
    """Delete what killed processes left behind: folders written aside, and locks."""
    for path in root.glob(".*"):
        if now - path.stat().st_mtime > KEEP_SECONDS:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
