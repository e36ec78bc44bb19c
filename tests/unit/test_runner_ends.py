"""Commands that fail, draw, and say how far they are, on the toy world."""

from __future__ import annotations

import json
import signal
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from unittest.mock import Mock

import pytest
from toy_command import folder_of, hidden
from toy_model import ToyModel, toy_config

from sim.api import run
from sim.cli.main import main
from sim.cli.run import run_command
from sim.running.command import Command
from sim.running.progress import Reporter
from sim.running.signals import Terminated

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


def test_traceback_is_asked_for_by_the_option_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def failing(command: Command, draw: object) -> bool:
        raise ValueError("no such colour")

    monkeypatch.setattr("sim.cli.run._carry_out", failing)
    monkeypatch.setattr(Command, "fail", lambda *_: None)
    for words in (["scale=8000"], ["-m", "scale=8000,9000"]):
        assert main(words) == 1
        assert "Traceback" not in capsys.readouterr().err
        assert main(["--traceback", *words]) == 1
        assert "no such colour" in (err := capsys.readouterr().err) and "Traceback" in err


@pytest.mark.parametrize("code", [129, 130, 143])
def test_jobs_of_a_multirun_end_with_the_one_that_was_asked_to_end(code: int, monkeypatch: pytest.MonkeyPatch):
    asked = []

    def run_job(overrides: list[str], *_: object) -> int:
        asked.append(overrides)
        return code

    monkeypatch.setattr("sim.cli.multirun._run", run_job)
    assert main(["-m", "scale=8000,9000"]) == code and len(asked) == 1


def test_balance_ends_as_the_main_command_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    for error, code, said in (
        (Terminated(signal.SIGTERM), 143, "interrupted"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (BrokenProcessPool(), 1, "a worker process was killed"),
    ):
        monkeypatch.setattr(Command, "tables", Mock(side_effect=error))
        with pytest.raises(SystemExit) as ended:
            main(["balance", "restrictive", "scale=8000", f"outdir={tmp_path}"])
        assert ended.value.code == code and said in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["--traceback", "balance", "restrictive", "scale=8000", f"outdir={tmp_path}"])
    assert "Traceback" in capsys.readouterr().err


def test_a_folder_whose_manifest_cannot_be_read_is_not_replaced_without_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    cfg = toy_config(tmp_path)
    assert run_command(cfg, model=ToyModel()) == 0
    folder = folder_of(capsys)
    (folder / "manifest.json").write_text("{")
    assert run_command(cfg, model=ToyModel()) == 0
    assert f"{folder} is damaged (no manifest.json that can be read)" in capsys.readouterr().err


def test_a_folder_that_may_not_be_opened_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    cfg, model = toy_config(tmp_path), ToyModel(log=str(tmp_path / "log"))
    assert run_command(cfg, model=model) == 0
    folder, built = folder_of(capsys), len(model.built())
    (folder / "manifest.json").write_text("{")
    monkeypatch.setattr("sim.running.command.os.access", lambda path, mode: False)  # as root may open everything
    assert run_command(cfg, model=model) == 1
    assert f"error: outdir: cannot write to {folder} (Permission denied)" in capsys.readouterr().err
    assert len(model.built()) == built and (folder / "manifest.json").read_text() == "{"


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


def test_lines_say_the_true_share(capsys: pytest.CaptureFixture[str]):
    with Reporter(220) as reporter:
        for done in (10, 34, 40, 50, 220):
            reporter.years(done)
    shares = [line.partition(" years ")[2].partition(",")[0] for line in capsys.readouterr().err.splitlines()]
    assert shares == ["(15 %)", "(22 %)", "(100 %)"]
