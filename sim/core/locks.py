"""Locks of the operating system on files: they outlive no process, however it ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


@contextmanager
def file_lock(path: Path, waits: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Exclusive lock of the operating system on a file: released by itself when the process ends, however it ends.

    The file goes when the lock is released; who waited for it meanwhile makes a new one.

    Parameters
    ----------
    waits : called once if another process holds the lock, before it is waited for.
    """
    file = _locked(path, wait=False)
    if file is None:
        waits()
        file = _locked(path, wait=True)
    assert file is not None
    with _held(file, path):
        yield


@contextmanager
def lock_if_free(path: Path, seconds: float = 0.0) -> Iterator[bool]:
    """The same lock, but others are waited for at most some seconds; True if it was had."""
    until = time.monotonic() + seconds
    while (file := _locked(path, wait=False)) is None:
        if time.monotonic() >= until:
            yield False
            return
        time.sleep(0.05)
    with _held(file, path):
        yield True


@contextmanager
def _held(file: IO[bytes], path: Path) -> Iterator[None]:
    try:
        yield
    finally:
        with suppress(OSError):  # Windows does not delete an open file
            path.unlink(missing_ok=True)
        _release(file)
        file.close()


def _locked(path: Path, wait: bool) -> IO[bytes] | None:
    """Open file with its lock held; None if another process holds it and is not to be waited for."""
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b")
        try:
            if not _acquire(file, wait):
                file.close()
                return None
            if _is_still(path, file):
                return file
        except BaseException:
            file.close()
            raise
        file.close()  # whoever held the lock deleted the file


def _is_still(path: Path, file: IO[bytes]) -> bool:
    """True if the path still names this file."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def _acquire(file: IO[bytes], wait: bool) -> bool:
    if sys.platform == "win32":
        import msvcrt

        while True:
            try:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
                return True
            except OSError:  # LK_LOCK gives up after ten seconds
                if not wait:
                    return False
    else:
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True


def _release(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_UN)
