"""Entries: written aside, flushed, renamed, and the folder that holds their name flushed too; or not there at all."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.store import entry
from sim.store.entry import DamagedEntry, check, new_file, new_folder, put, read_label, remove, sweep_up, write_label


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What was flushed and renamed, in order, by name; what has none yet is called aside."""
    found: list[tuple[str, str]] = []
    fsync, rename, replace = os.fsync, Path.rename, Path.replace

    def noting(made: Callable[[Path, Path], Path]) -> Callable[[Path, Path], Path]:
        def renamed(path: Path, target: Path) -> Path:
            result = made(path, target)
            found.append(("renamed", Path(target).name))
            return result

        return renamed

    def flush(number: int) -> None:
        name = Path(os.readlink(f"/proc/self/fd/{number}")).name
        found.append(("flushed", "aside" if name.startswith(".") else name))
        fsync(number)

    monkeypatch.setattr(os, "fsync", flush)
    monkeypatch.setattr(Path, "rename", noting(rename))
    monkeypatch.setattr(Path, "replace", noting(replace))
    return found


needs_names = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="names of open files")


@needs_names
def test_a_folder_is_on_the_disk_with_all_in_it_before_it_has_its_name_and_then_the_name(
    tmp_path: Path, done: list[tuple[str, str]]
) -> None:
    with new_folder(tmp_path / "entry") as folder:
        (folder / "inner").mkdir()
        (folder / "inner" / "a").write_text("a")
        (folder / "b").write_text("b")
    at = done.index(("renamed", "entry"))
    assert {name for what, name in done[:at] if what == "flushed"} == {"a", "b", "inner", "aside"}
    assert done[at + 1] == ("flushed", tmp_path.name)


@needs_names
def test_a_file_too(tmp_path: Path, done: list[tuple[str, str]]) -> None:
    with new_file(tmp_path / "entry") as aside:
        aside.write_text("a")
    assert done == [("flushed", "aside"), ("renamed", "entry"), ("flushed", tmp_path.name)]


def test_who_fails_while_writing_leaves_what_was_there(tmp_path: Path) -> None:
    for new in (new_file, new_folder):
        path = tmp_path / new.__name__
        with new(path) as aside:
            (aside / "x" if new is new_folder else aside).write_text("before")
        with pytest.raises(KeyboardInterrupt), new(path) as aside:
            (aside / "x" if new is new_folder else aside).write_text("half")
            raise KeyboardInterrupt
        assert (path / "x" if new is new_folder else path).read_text() == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new_file", "new_folder"]


def test_what_had_the_name_comes_back_if_the_new_one_cannot_have_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = tmp_path / "entry", tmp_path / "new"
    for folder in (old, new):
        folder.mkdir()
        (folder / "x").write_text(folder.name)
    rename = Path.rename

    def failing(path: Path, target: Path) -> Path:
        if path == new:
            raise OSError(errno.EIO, "Input/output error")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OSError, match="Input/output error"):
        put(new, old)
    assert (old / "x").read_text() == "entry"


def test_a_folder_in_the_place_of_a_file_goes(tmp_path: Path) -> None:
    (tmp_path / "entry" / "below").mkdir(parents=True)
    with new_file(tmp_path / "entry") as aside:
        aside.write_text("a")
    assert (tmp_path / "entry").read_text() == "a"


def test_a_link_that_goes_takes_nothing_with_it(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "x").write_text("mine")
    (tmp_path / "entry").symlink_to(tmp_path / "mine")
    remove(tmp_path / "entry")
    assert not (tmp_path / "entry").exists() and (tmp_path / "mine" / "x").read_text() == "mine"


def test_only_what_is_named_aside_is_swept_up(tmp_path: Path) -> None:
    ours = [f".entry.{'0' * 12}.tmp", f".entry.{'f' * 12}.old"]
    others = [".entry.lock", ".bashrc.tmp", ".other.mine.old", "entry.0123.tmp", "entry"]
    for name in (*ours, *others):
        (tmp_path / name).mkdir()
    sweep_up(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(others)


@pytest.mark.parametrize("name", ["../outside", "/etc/hostname", "a/../../outside", ".hidden", "", "a//b"])
def test_checksums_of_files_elsewhere_are_damage(tmp_path: Path, name: str) -> None:
    with pytest.raises(DamagedEntry, match="which is no file of its own"):
        check(tmp_path, {"checksums": {name: "0"}})


def test_a_label_says_what_it_must_or_is_no_label(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    write_label(tmp_path / "meta.json", {"year": 2017})
    assert read_label(tmp_path / "meta.json", {"year": int})["checksums"].keys() == {"x"}
    with pytest.raises(DamagedEntry, match=r"meta\.json does not say its year"):
        read_label(tmp_path / "meta.json", {"year": str})
    said = json.loads((tmp_path / "meta.json").read_text())
    (tmp_path / "meta.json").write_text(json.dumps(said | {"year": 2018}))
    with pytest.raises(DamagedEntry, match=r"meta\.json does not fit its checksum"):
        read_label(tmp_path / "meta.json", {"year": int})


def test_file_systems_that_cannot_flush_a_folder_are_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(number: int) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "fsync", refusing)
    entry._flush_folder(tmp_path)
