"""What a folder holds: an error where it cannot be read, on every version of Python."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from sim.core import digest


def test_names_that_match_in_order_and_nothing_where_no_folder_is(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", ".c.csv", "d.txt"):
        (tmp_path / name).touch()
    assert [path.name for path in digest.children(tmp_path, "*.csv")] == [".c.csv", "a.csv", "b.csv"]
    assert digest.children(tmp_path / "none") == digest.children(tmp_path / "d.txt") == []


def test_python_files_below_too(tmp_path: Path) -> None:
    inner = tmp_path / "b" / "c"
    inner.mkdir(parents=True)
    for path in (tmp_path / "d.py", inner / "a.py", inner / "a.csv"):
        path.touch()
    assert list(digest.modules(tmp_path)) == [inner / "a.py", tmp_path / "d.py"]
    assert set(digest.modules(digest.PACKAGE)) == set(digest.PACKAGE.rglob("*.py"))


def test_a_folder_that_cannot_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(folder: Path) -> list[str]:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(folder))

    monkeypatch.setattr(os, "listdir", broken)
    for look in (digest.children, lambda folder: list(digest.modules(folder))):
        with pytest.raises(OSError, match=str(tmp_path)):
            look(tmp_path)
