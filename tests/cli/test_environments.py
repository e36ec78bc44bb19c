"""Where and how a command is started: encodings, closed and full outputs, no home folder, limits, order of words."""

from __future__ import annotations

import io
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main as cli
from sim.cli.main import main
from sim.core.read import ConfigError
from sim.running.streams import write_plainly
from sim.store.history import cache_dir
from sim.sweep.driver import Progress
from sim.sweep.status import LiveStatus

ROOT = Path(__file__).parents[2]
TOY = """
import sys
sys.path[:0] = {paths!r}
from pathlib import Path
from toy_model import ToyModel, toy_config
from sim.cli.run import run_command
sys.exit(run_command(toy_config(Path({folder!r})), model=ToyModel()))
"""


def toy(folder: Path, stdout: Any, **env: str) -> subprocess.CompletedProcess[bytes]:
    """A command on the toy world, as a process."""
    code = TOY.format(paths=[str(ROOT), str(ROOT / "tests" / "unit")], folder=str(folder))
    env = {**os.environ, "TALENT_CIRCULATION_CACHE": str(folder / "cache"), **env}
    return subprocess.run([sys.executable, "-c", code], stdout=stdout, stderr=subprocess.PIPE, env=env, check=False)


def manifests(folder: Path) -> list[str]:
    return [path.read_text() for path in (folder / "outputs").glob("*/[!.]*/manifest.json")]


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_summary_is_printed_in_any_encoding_and_a_minus_stays_one(tmp_path: Path, encoding: str) -> None:
    done = toy(tmp_path, subprocess.PIPE, PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode(encoding)
    assert "2018-2022" in text.replace("–", "-") and "-2,000" in text and "?" not in text
    (manifest,) = manifests(tmp_path)
    assert '"status": "done"' in manifest


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_a_summary_that_cannot_be_printed_costs_no_results(tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = toy(tmp_path, full)
    assert done.returncode == 1
    said = done.stderr.decode()
    assert "the summary could not be printed (No space left on device); all results are in" in said
    assert "Exception" not in said
    (manifest,) = manifests(tmp_path)
    assert '"status": "done"' in manifest


def test_letters_are_replaced_by_what_they_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    write_plainly()
    stream.write("−8,900 ± 5,800 … 日")
    stream.flush()
    assert stream.buffer.getvalue() == b"-8,900 +/- 5,800 ... ?"  # type: ignore[attr-defined]


def test_a_list_that_is_cut_off_by_its_reader_ends_without_a_word(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", "list", "places"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) == 141


def _no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(path: Path) -> Path:
        if str(path).startswith("~"):
            raise RuntimeError("Could not determine home directory.")
        return path

    for name in ("HOME", "XDG_CACHE_HOME", "TALENT_CIRCULATION_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "expanduser", nobody)
    monkeypatch.setattr(Path, "home", classmethod(lambda cls: cls("~").expanduser()))


def test_without_a_home_the_cache_lies_among_passing_files(monkeypatch: pytest.MonkeyPatch) -> None:
    _no_home(monkeypatch)
    assert cache_dir().is_relative_to(tempfile.gettempdir())
    monkeypatch.setenv("TALENT_CIRCULATION_CACHE", "~nosuch/x")
    with pytest.raises(ConfigError, match="TALENT_CIRCULATION_CACHE: there is no home folder for '~nosuch/x'"):
        cache_dir()


@pytest.mark.parametrize("words", [["+scenario=open"], ["sweep", "x.yaml"], ["balance", "open"], ["-m", "seed=1,2"]])
def test_a_small_address_space_is_named_and_not_waited_in(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda what: (700_000 * 1024, resource.RLIM_INFINITY))
    assert main(words) == 1
    expected = "error: the address space is limited to 0.7 GB (ulimit -v); allowed: no limit, or 4 GB at least\n"
    assert capsys.readouterr().err == expected
    assert main(["list", "places"]) == 0


@pytest.mark.parametrize("option", [["--config-dir", "{}"], ["--config-dir={}"], ["-cd", "{}"]])
@pytest.mark.parametrize("words", [["explain", "mine"], ["list", "scenarios"]])
def test_the_folder_may_stand_before_the_command(
    words: list[str], option: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new-scenario", "mine", "--config-dir", str(tmp_path)]) == 0
    capsys.readouterr()
    before = [word.format(tmp_path) for word in option]
    assert main([*before, *words]) == 0
    first = capsys.readouterr().out
    assert main([*words, *before]) == 0
    assert capsys.readouterr().out == first and "One sentence, for captions" in first


@pytest.mark.parametrize("command", sorted(cli.COMMANDS))
def test_help_of_every_command_prints_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert "talent-circulation" in capsys.readouterr().out


def test_a_sweeps_title_is_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    now = Progress(total=2, done=1, failed=1)
    with LiveStatus("big [/red] sweep", show=True) as status:
        status.progress(now)
    assert "big [/red] sweep" in capsys.readouterr().err


def test_lists_tell_of_files_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "scenario").mkdir()
    (tmp_path / "scenario" / "mine.yaml").symlink_to("/nonexistent")
    assert main(["list", "scenarios", "--config-dir", str(tmp_path)]) == 0
    assert "(is no file that can be read)" in capsys.readouterr().out
