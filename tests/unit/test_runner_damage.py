"""Finished folders that are not as they were written: told, never read as results, computed again."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from toy_command import flip, folder_of, same, tables_of
from toy_model import ToyModel, toy_config

from sim.api import run
from sim.cli.run import run_command
from sim.record.tables import TABLES
from sim.store.entry import DamagedEntry, write_label
from sim.store.frames import load

pytestmark = pytest.mark.usefixtures("cache")


def _flip(folder: Path) -> None:
    flip(folder / "place_year.parquet")


def _rename(folder: Path) -> None:
    """A bit in the name of a column, which then is another one."""
    path = folder / "place_year.parquet"
    path.write_bytes(path.read_bytes().replace(b"papers_whole", b"papers_whold"))


def _lose(folder: Path) -> None:
    for name in ("field_year", "flow_year"):
        (folder / f"{name}.parquet").unlink()


def _forget(folder: Path) -> None:
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"flow_year.parquet"', '"elsewhere.parquet"'))


def _swap(folder: Path) -> None:
    """Rows of one replicate are said to be another's."""
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"replicate": 0', '"replicate": 1', 1))


DAMAGES = {
    _swap: "manifest.json is not as it was written",
    _flip: "place_year.parquet does not fit its checksum",
    _rename: "place_year.parquet does not fit its checksum",
    _lose: "flow_year.parquet is missing",
    _forget: "",
}


@pytest.fixture
def finished(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Folder of a finished command."""
    assert run_command(toy_config(tmp_path), model=ToyModel()) == 0
    return folder_of(capsys)


@pytest.mark.parametrize(
    "replicates",
    [pytest.param(2, id="the same command"), pytest.param(3, id="a larger one", marks=pytest.mark.full)],
)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_folder_is_told_and_its_runs_are_computed_again(
    finished: Path,
    tmp_path: Path,
    damage: Callable[[Path], None],
    replicates: int,
    capsys: pytest.CaptureFixture[str],
):
    damage(finished)
    model = ToyModel(log=str(tmp_path / "log"))
    cfg = toy_config(tmp_path, replicates=replicates)
    assert run_command(cfg, model=model) == 0
    captured = capsys.readouterr()
    if damage is not _forget:
        assert captured.err.count(f"{finished} is damaged ({DAMAGES[damage]}); nothing is taken from it") == 1
    assert len([line for line in model.built() if line.startswith("resume")]) == 4 * replicates, "nothing was taken"
    stored, fresh = tables_of(load(captured.out.strip().splitlines()[-1])), tables_of(run(cfg, model=ToyModel()))
    assert all(same(stored[name], fresh[name]) for name in TABLES)


def test_a_part_that_fits_its_checksums_but_cannot_be_read_is_computed_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """As one was that was taken over from a damaged folder: the command must not fail for good."""
    cfg = toy_config(tmp_path)
    assert run_command(cfg, model=ToyModel(fail_in=2021)) == 1
    meta = sorted((tmp_path / "outputs" / "toy").glob(".*.work/parts/*/meta.json"))[0]
    (meta.parent / "place_year.arrow").write_bytes(b"no table")
    said = json.loads(meta.read_text())
    meta.unlink()
    write_label(meta, {"run": said["run"]})
    assert run_command(cfg, model=ToyModel()) == 0
    capsys.readouterr()


def test_whole_folders_lend_what_a_damaged_one_cannot(
    finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert run_command(toy_config(tmp_path, experiment="z", replicates=3), model=ToyModel()) == 0
    _flip(finished)
    model = ToyModel(log=str(tmp_path / "log"))
    assert run_command(replace(toy_config(tmp_path), replicates=4), model=model) == 0
    assert {line.split()[-1] for line in model.built()} == {"3"}


def test_a_folder_that_could_not_be_mended_does_not_pass_for_whole(
    finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    _flip(finished)
    assert run_command(toy_config(tmp_path), model=ToyModel(fail_in=2020)) == 1
    assert {path.name for path in finished.iterdir()} == {"manifest.json", "config.yaml"}


def test_loading_compares_each_table_with_its_checksum(finished: Path):
    _flip(finished)
    frames = load(finished)
    assert len(frames["world_year"])
    for _ in range(2):
        with pytest.raises(DamagedEntry, match=r"place_year\.parquet does not fit its checksum"):
            frames["place_year"]
    _lose(finished)
    with pytest.raises(DamagedEntry, match=r"flow_year\.parquet is missing"):
        load(finished)["flow_year"]


def test_pages_have_checksums_of_their_own(finished: Path):
    """Also where the manifest's are not compared: a bit within a page's values is found by the page itself."""
    path, said = finished / "place_year.parquet", set()
    whole = path.read_bytes()
    for at in np.linspace(0.01, 0.5, 50):
        flip(path, at)
        try:
            load(finished, verify=False)["place_year"]
        except (OSError, pa.ArrowException) as error:
            said.add("CRC" in str(error))
        path.write_bytes(whole)
    assert True in said


def test_tables_are_on_the_disk_before_the_folder_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    flushed, rename, renamed = set[int](), Path.rename, dict[str, frozenset[int]]()

    def noting(path: Path, target: Path) -> Path:
        if path.is_dir() and "cache" not in path.parts:
            renamed[path.parent.name] = frozenset(file.stat().st_ino for file in path.iterdir()) - flushed
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", lambda number: flushed.add(os.fstat(number).st_ino))
    monkeypatch.setattr(Path, "rename", noting)
    assert run_command(toy_config(tmp_path), model=ToyModel()) == 0
    assert len(renamed) == 2 and set(renamed.values()) == {frozenset()}, "the parts, and the folder itself"
