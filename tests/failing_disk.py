"""A disk of which one call fails once: every place in `sim` that reads or writes is found, then each fails in turn."""

from __future__ import annotations

import builtins
import errno
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.store.files import _Hashed

Site = tuple[str, ...]  # what is called, and the lines of `sim` that lead there
# What is called, and where it is looked up. Half of what is to be written is there when writing fails.
CALLS: tuple[tuple[Any, str], ...] = (
    (io, "open"),
    (builtins, "open"),
    *((os, name) for name in "open mkdir rename replace unlink rmdir fsync utime scandir listdir stat".split()),
    (Path, "write_text"),
    (_Hashed, "write"),
    (pd.DataFrame, "to_parquet"),
    (pq, "write_table"),
    (pq, "read_table"),
    (pq.ParquetWriter, "__init__"),
    (pq.ParquetWriter, "write_table"),
    (pq.ParquetWriter, "close"),
    (pa, "OSFile"),
)
HERE = str(Path(__file__).parents[1] / "sim") + os.sep


@dataclass
class FailingDisk:
    """Calls made in `sim`, and which of them fails.

    Attributes
    ----------
    seen : sites in the order of their first calls.
    fails : the site whose next call fails; then None, so that it fails once.
    """

    code: int
    depth: int
    seen: dict[Site, None] = field(default_factory=dict)
    fails: Site | None = None

    def call(self, name: str, made: Callable[..., Any], *args: Any, **more: Any) -> Any:
        """Make a call, or let it fail."""
        site = self._site(name)
        if site is None:
            return made(*args, **more)
        self.seen[site] = None
        if site != self.fails:
            return made(*args, **more)
        self.fails = None
        if name == "write_text":
            made(args[0], args[1][: len(args[1]) // 2], **more)
        raise OSError(self.code, os.strerror(self.code))

    def _site(self, name: str) -> Site | None:
        """The call and the innermost lines of `sim`; None if others made it."""
        lines, frame = list[str](), sys._getframe(2)
        while frame is not None and len(lines) < self.depth:
            if (file := frame.f_code.co_filename).startswith(HERE):
                lines.append(f"{file.removeprefix(HERE)}:{frame.f_lineno}")
            if (not lines and "importlib" in file) or file.startswith(f"{HERE}config{os.sep}"):
                return None  # what is imported, and what the user wrote, is looked at elsewhere
            frame = frame.f_back
        return (name, *lines) if lines else None


@contextmanager
def failing_disk(code: int = errno.ENOSPC, depth: int = 2) -> Iterator[FailingDisk]:
    """Watch all calls; set `fails` to have one of them fail."""
    disk = FailingDisk(code, depth)
    with pytest.MonkeyPatch.context() as patch:
        for owner, name in CALLS:
            patch.setattr(owner, name, _through(disk, name, getattr(owner, name)))
        yield disk


def no_waiting(patch: pytest.MonkeyPatch) -> None:
    """Nothing is flushed for good: no power fails here, and hundreds of commands would wait for the real disk."""
    patch.setattr(os, "fsync", lambda fd: None)


def _through(disk: FailingDisk, name: str, made: Callable[..., Any]) -> Callable[..., Any]:
    def through(*args: Any, **more: Any) -> Any:
        return disk.call(name, made, *args, **more)

    return through
