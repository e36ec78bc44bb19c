"""Commands that fail, draw, and say how far they are, on the toy world."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from toy_command import folder_of, hidden
from toy_model import ToyModel, toy_config

from sim.api import run
from sim.cli.run import run_command

pytestmark = pytest.mark.usefixtures("cache")


@pytest.mark.parametrize("threads", [1, pytest.param(2, marks=pytest.mark.full)])
def test_a_failed_run_says_where_and_leaves_a_manifest(
    tmp_path: Path, threads: int, capsys: pytest.CaptureFixture[str]
):
    cfg = toy_config(tmp_path, threads=threads)
    assert run_command(cfg, model=ToyModel(fail_in=2020)) == 1
    captured = capsys.readouterr()
    assert "papers became negative" in captured.err and "Traceback" not in captured.err and captured.out == ""
    (folder,) = (path for path in (tmp_path / "outputs" / "toy").iterdir() if not path.name.startswith("."))
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["status"] == "failed" and manifest["message"] == "FloatingPointError: papers became negative"
    assert manifest["stage"].startswith("toy/") and "after 2019" in manifest["stage"]
    assert {path.name for path in folder.iterdir()} == {"manifest.json", "config.yaml"}
    assert run_command(cfg, model=ToyModel()) == 0  # the same command, mended, replaces it
    assert json.loads((folder / "manifest.json").read_text())["status"] == "done"
    assert hidden(folder.parent) == []


def test_traceback_on_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("TALENT_DEBUG", "1")
    assert run_command(toy_config(tmp_path), model=ToyModel(fail_in=2020)) == 1
    assert "Traceback" in capsys.readouterr().err


def test_unwritable_folder_is_one_message_before_anything_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "outputs").write_text("a file")
    model = ToyModel(log=str(tmp_path / "log"))
    assert run_command(toy_config(tmp_path), model=model) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("error: outdir: cannot write to") and len(captured.err.splitlines()) == 1
    assert model.built() == [] and captured.out == ""


def test_figures_are_drawn_from_the_finished_folder_and_redrawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    seen = []

    def draw(frames, cfg, folder):
        seen.append(len(frames["world_year"]))
        (folder / "one.png").write_text(f"{len(seen)}")

    cfg = toy_config(tmp_path, figures="on")
    assert run_command(cfg, model=ToyModel(), draw=draw) == run_command(cfg, model=ToyModel(), draw=draw) == 0
    folder = folder_of(capsys)
    assert seen == [104, 104] and (folder / "figures" / "one.png").read_text() == "2"
    assert hidden(folder.parent) == []


def test_failed_figures_keep_the_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    def draw(frames, cfg, folder):
        raise ValueError("no such colour")

    model = ToyModel(log=str(tmp_path / "log"))
    cfg = toy_config(tmp_path, figures="on")
    assert run_command(cfg, model=model, draw=draw) == 1
    (folder,) = (tmp_path / "outputs" / "toy").iterdir()
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["status"], manifest["stage"]) == ("failed", "figures")
    built = len(model.built())
    assert run_command(cfg, model=model, draw=lambda *_: None) == 0
    assert len(model.built()) == built
    assert json.loads((folder / "manifest.json").read_text())["status"] == "done"


@pytest.mark.parametrize("threads", [1, pytest.param(2, marks=pytest.mark.full)])
def test_compiling_is_told_once(tmp_path: Path, threads: int, capsys: pytest.CaptureFixture[str]):
    cfg = toy_config(tmp_path, threads=threads, end=2018)
    run(cfg, model=ToyModel())
    quiet = capsys.readouterr().err
    assert "Compiling" not in quiet and "Compiled" not in quiet
    run(cfg, model=ToyModel(compiles=True))
    said = capsys.readouterr().err
    assert said.count("Compiling") == 1 and said.count("Compiled kernels in") == 1
    assert said.index("Compiling") < said.index("Compiled kernels in")


def test_progress_is_a_line_per_tenth_without_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    run(toy_config(tmp_path, progress="auto"), model=ToyModel())
    lines = [line for line in capsys.readouterr().err.splitlines() if "years" in line]
    assert len(lines) == 10 and "(100 %)" in lines[-1]
