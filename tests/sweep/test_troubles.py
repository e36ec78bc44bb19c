"""The command in trouble: points that raise or kill their process, a disk that is full, no way to write."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from sim.analysis import load
from tests.sweep.processes import Case
from tests.sweep.small_sweep import assert_same, tables

RATES = [0.001, 0.01, 0.05, 0.1]
ROOT_ON_LINUX = sys.platform.startswith("linux") and os.geteuid() == 0


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """16 runs of the command, never disturbed."""
    case = Case(tmp_path_factory.mktemp("undisturbed"), RATES, 2)
    case.finish()
    return case


@pytest.mark.full  # in one process: test_driver
def test_point_that_raises_is_told_tried_again_alone_and_forgotten(undisturbed: Case, tmp_path: Path) -> None:
    case = Case(tmp_path, RATES, 2)
    said = case.finish("Raising", code=1)
    assert "2 of 16 runs failed; the others are kept:\n  2 × FloatingPointError: papers became negative" in said
    with pytest.warns(UserWarning, match="2 of 16 runs are not there"):
        failures = load(case.store)["failures"]
    assert set(failures["scenario"]) == {"closed"} and set(failures["draw"]) == {1}
    assert failures["traceback"].str.contains("in happens").all()
    assert failures["config"].str.contains("leak_rate: 0.01").all()
    before = len(case.begun())
    case.finish("Raising", "--only-failed", code=1)
    again, runs = case.begun()[before:], load_runs(case)
    baselines = set(runs["run"][(runs["scenario"] == "baseline") & (runs["draw"] == 1)])
    assert set(again) == {*failures["run"], *baselines} and len(again) == 4  # lived to pair with, not stored again
    assert len(case.stored()) == len(set(case.stored())) == 14
    assert "16 of 16 runs done, 2 of them now" in case.finish("Logged", "--only-failed")
    assert len(load(case.store)["failures"]) == 0
    assert_same(tables(case.store), tables(undisturbed.store))


def load_runs(case: Case) -> pd.DataFrame:
    """Status of all runs, some of which are missing."""
    with pytest.warns(UserWarning, match="runs are not there"):
        return load(case.store)["runs"]


@pytest.mark.full
def test_point_that_kills_its_process_costs_itself_only(undisturbed: Case, tmp_path: Path) -> None:
    case = Case(tmp_path, RATES, 2)
    said = case.finish("Deadly", code=1)
    assert "2 of 16 runs failed; the others are kept" in said and "alone in its process 3 times" in said
    with pytest.warns(UserWarning, match="2 of 16 runs are not there"):
        failures = load(case.store)["failures"]
    assert set(failures["stage"]) == {"worker"} and failures["config"].str.contains("leak_rate: 0.01").all()
    assert "16 of 16 runs done, 2 of them now" in case.finish("Logged", "--only-failed")
    assert_same(tables(case.store), tables(undisturbed.store))


def test_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    case = Case(tmp_path / "case", RATES, 2, outdir=tmp_path / "file" / "out")
    said = case.finish(code=1)
    assert f"error: {case.store} cannot be written (Not a directory); give a folder that can" in said
    assert not case.begun()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 100 kB of its own."""
    if not ROOT_ON_LINUX or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", tmp_path]).returncode:
        pytest.skip("NOT TESTED: a disk that is really full or read-only; needs root and mount")
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


@pytest.mark.full
def test_disk_that_is_really_full_and_read_only(
    undisturbed: Case, disk: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    case = Case(tmp_path_factory.mktemp("full"), RATES, 2, outdir=disk)
    (disk / "ballast").write_bytes(bytes(30_000))
    said = case.finish(code=1)
    kept, before = case.stored(), len(case.begun())
    assert f"error: {case.store} cannot be written: the disk is full; free some space" in said
    assert f"{len(kept)} of 16 runs are kept" in said and len(kept) < 16
    subprocess.run(["mount", "-o", "remount,ro,size=10m", disk], check=True)
    assert "cannot be written (Read-only file system)" in case.finish(code=1)
    subprocess.run(["mount", "-o", "remount,rw,size=10m", disk], check=True)
    assert f"16 of 16 runs done, {16 - len(kept)} of them now" in case.finish()
    assert not set(kept) & set(case.begun()[before:])
    assert_same(tables(case.store), tables(undisturbed.store))


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write everywhere")
def test_folder_without_permission_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir(mode=0o555)
    case = Case(tmp_path / "case", RATES, 2, outdir=tmp_path / "out")
    assert "cannot be written (Permission denied)" in case.finish(code=1)
