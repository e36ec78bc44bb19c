"""Entries: what is stored is there as a whole or not at all, and is believed only if it is as it was written.

An entry is a file, or a folder. It is written under a name aside, flushed, renamed, and the folder that holds it is
flushed too, so that no kill, full disk or power cut leaves half of it under its name. What an entry says of itself lies
in a file of JSON that is written last: it holds the checksums of the other files, and one of itself.

Histories, checkpoints, parts of commands and of sweeps, finished folders, figures and pages are all written this way.
Checksums find damage, not malice: whoever may write into a folder can write entries that are believed.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import UnionType
from typing import Any

from sim.core.digest import file_digest
from sim.core.read import Told

_ASIDE = re.compile(r"\..+\.[0-9a-f]+\.(?:tmp|old)")
_FILE = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)*")  # a path that leads nowhere but down
_TAKEN = (errno.ENOTEMPTY, errno.EEXIST, errno.EACCES, errno.ENOTDIR)  # a name that is there already, by platform
_NO_FLUSH = (errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES)  # folders of some file systems cannot be flushed


class DamagedEntry(Told):
    """Files that do not fit their checksums, their key or this program's version."""


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Folder to write an entry into; it gets its name when the block ends well and vanishes when it does not."""
    aside = _aside(path, "tmp")
    aside.mkdir(parents=True)
    try:
        yield aside
        put(aside, path)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Name to write a file under; it gets its own when the block ends well and goes when it does not."""
    aside = _aside(path, "tmp")
    try:
        yield aside
        _flush_file(aside)
        if path.is_dir() and not path.is_symlink():
            remove(path)  # no file can take the place of a folder
        aside.replace(path)
        _flush_folder(path.parent)
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def put(folder: Path, path: Path) -> None:
    """Give a finished folder its name; what had it goes, but comes back if the renaming fails.

    Another process may put or remove the same entry at this moment.
    """
    _flush_tree(folder)
    for attempt in range(100):
        old = _aside(path, "old")
        with suppress(FileNotFoundError):
            path.rename(old)
        try:
            folder.rename(path)
        except OSError as error:
            if error.errno in _TAKEN and attempt < 99:  # another process has just put its own
                delete(old)
                continue
            with suppress(OSError):
                old.rename(path)
            raise
        try:
            _flush_folder(path.parent)
        finally:
            delete(old)
        return


def remove(path: Path) -> None:
    """Delete an entry; renamed first, so that nobody finds half of it. Another process may be first."""
    doomed = _aside(path, "old")
    with suppress(FileNotFoundError):
        path.rename(doomed)
        delete(doomed)


def delete(path: Path) -> None:
    """Delete a file, a link or a folder, as far as that is possible; where links lead nothing is touched."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def sweep_up(folder: Path, name: str = "*", unused_seconds: float = 0.0) -> None:
    """Delete what killed processes left aside in a folder, of one entry or all; nothing that is not named so."""
    before = time.time() - unused_seconds
    for path in folder.glob(f".{name}.*"):
        with suppress(OSError):
            if _ASIDE.fullmatch(path.name) and path.lstat().st_mtime <= before:
                delete(path)


def _aside(path: Path, kind: str) -> Path:
    """Name beside an entry that no other process uses."""
    return path.with_name(f".{path.name}.{secrets.token_hex(6)}.{kind}")


def _flush_tree(folder: Path) -> None:
    """Have the disk hold a folder with all that is in it."""
    for path in folder.iterdir():
        if path.is_dir():
            _flush_tree(path)
        else:
            _flush_file(path)
    _flush_folder(folder)


def _flush_file(path: Path) -> None:
    with path.open("r+b") as opened:  # Windows flushes only what may be written
        os.fsync(opened.fileno())


def _flush_folder(folder: Path) -> None:
    """Have the disk hold the names in a folder, where the system has a way to ask for that."""
    if os.name == "nt":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno not in _NO_FLUSH:
            raise
    finally:
        os.close(number)


def write_label(path: Path, said: Mapping[str, Any], checksums: Mapping[str, str] | None = None) -> None:
    """Write what an entry says of itself, after all that it holds.

    Parameters
    ----------
    checksums : SHA-256 of files by name; by default of all that lie beside it.
    """
    if checksums is None:
        checksums = {file.name: file_digest(file) for file in sorted(path.parent.iterdir())}
    meta = {**said, "checksums": checksums}
    path.write_text(json.dumps({**meta, "checksum": _digest(meta)}, indent=1), encoding="utf-8")


def read_label(path: Path, shape: Mapping[str, type | UnionType]) -> dict[str, Any]:
    """What an entry says of itself, as it was written; its other files are for `check`.

    Parameters
    ----------
    shape : what it has to say, with the type of each value.

    Raises
    ------
    DamagedEntry : it is missing, cannot be read, is no file of this program, or has changed since it was written.
    """
    meta = read_json(path)
    own = meta.pop("checksum", None)
    for name, kind in {**shape, "checksums": dict}.items():
        if not isinstance(meta.get(name), kind):
            raise DamagedEntry(f"{path.name} does not say its {name}")
    if own is not None and own != _digest(meta):  # earlier editions had none
        raise DamagedEntry(f"{path.name} does not fit its checksum")
    return meta


def read_json(path: Path) -> dict[str, Any]:
    """Mapping in a file of JSON that may hold anything; `DamagedEntry` if it is missing or none."""
    try:
        if not _is_file(path):
            raise DamagedEntry(f"{path.name} is no file")
        found = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise DamagedEntry(f"{path.name} is missing") from error
    except (OSError, ValueError, RecursionError) as error:
        raise DamagedEntry(f"{path.name} cannot be read ({error})") from error
    if not isinstance(found, dict):
        raise DamagedEntry(f"{path.name} is not of this program")
    return found


def check(folder: Path, meta: Mapping[str, Any]) -> None:
    """Raise `DamagedEntry` if the files of an entry do not fit the checksums that `read_label` found."""
    if wrong := damage(folder, meta["checksums"]):
        raise DamagedEntry(wrong)


def damage(folder: Path, checksums: Mapping[str, str]) -> str:
    """What is wrong with files that were written with these SHA-256 checksums, in words; nothing if all are sound."""
    for name, checksum in checksums.items():
        if not _FILE.fullmatch(name):
            return f"it names {name!r}, which is no file of its own"
        try:
            if not _is_file(folder / name):
                return f"{name} is no file"
            if file_digest(folder / name) != checksum:
                return f"{name} does not fit its checksum"
        except FileNotFoundError:
            return f"{name} is missing"
        except OSError as error:
            return f"{name} cannot be read ({error.strerror})"
    return ""


def _is_file(path: Path) -> bool:
    """True for what can be read to its end: no folder, pipe or device."""
    path.stat()  # `is_file` would be silent about a file that is missing
    return path.is_file()


def _digest(meta: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(meta, sort_keys=True).encode()).hexdigest()
