"""The command ``sweep`` as a user types it: what it prints, what it leaves, how it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from sim.analysis import connect, load
from sim.cli.main import main
from sim.core.read import ConfigError
from tests.sweep.small_sweep import small_sweep

ROOT = Path(__file__).parents[2]
Output = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def question(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of an experiment with the small sweep, in an empty working directory."""
    folder = tmp_path_factory.mktemp("work") / "experiments" / "doors"
    folder.mkdir(parents=True)
    small = {"replicates": 1, "grid": {"params.security.leak_rate": [0.001]}}
    OmegaConf.save(OmegaConf.create({**small_sweep(folder), "small": small}), folder / "sweep.yaml")
    return folder


@pytest.fixture
def work(question: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory."""
    monkeypatch.chdir(question.parents[1])
    return question.parents[1]


FILE = "experiments/doors/sweep.yaml"


def test_dry_run_says_what_would_be_run_and_writes_nothing(work: Path, capsys: Output) -> None:
    assert main(["sweep", FILE, "--dry-run", "replicates=7"]) == 0
    said = capsys.readouterr().out
    assert "1 scenario, 2 draws, 7 replicates: 28 runs, 0 of them done" in said
    assert "params.security.leak_rate: 0.001, 0.01" in said and "28 runs to compute, about" in said
    assert said.splitlines()[-1] == str(Path("outputs/doors/sweep"))
    assert not (work / "outputs").exists()


def test_a_sweep_from_dry_run_to_frames(work: Path, capsys: Output) -> None:
    assert main(["sweep", "status", FILE, "--small"]) == 1
    assert "holds no sweep; run `talent-circulation sweep FILE` first" in capsys.readouterr().err
    words = [sys.executable, "-m", "sim.sweep", FILE, "--small"]
    done = subprocess.run(
        words, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == str(Path("outputs/doors/small"))
    assert "2 of 2 runs done, 2 of them now" in done.stderr
    assert main(["sweep", FILE, "--small"]) == 0
    assert "0 of them now" in capsys.readouterr().err
    assert main(["sweep", "status", FILE, "--small"]) == 0
    said = capsys.readouterr().out
    assert "2 of 2 runs done, 0 failed, 0 missing; no driver is running" in said
    assert main(["sweep", "compact", "outputs/doors/small"]) == 0
    for frames in (load(FILE, small=True), load("outputs/doors/small")):
        assert set(frames["world_year"]["scenario"]) == {"baseline", "closed"}
    import duckdb

    connection = duckdb.connect()
    os.chdir("outputs/doors/small")
    connection.execute(Path("views.sql").read_text(encoding="utf-8"))
    assert connection.sql("SELECT count(*) FROM runs WHERE status = 'done'").fetchall() == [(2,)]
    assert connection.sql("SELECT count(*) FROM world_year").fetchall() == [(2 * 8,)]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["absent/sweep.yaml"], "absent/sweep.yaml: no such sweep"),
        ([FILE, "--small", "scale"], "'scale' cannot be read; write key=value"),
        ([FILE, "--exector", "x"], "sweep: unrecognized arguments: --exector"),
        ([FILE, "--executor", "condor"], "invalid choice: 'condor'"),
        ([FILE, "--workers", "0", "--small", "replicates=3"], "executor.workers: 0 is out of range"),
        ([FILE, "executor.wokers=2", "--small", "replicates=3"], "executor.wokers: unknown key; did you mean workers?"),
        ([FILE, "replicates=0"], f"{FILE}: replicates: 0 is out of range; allowed: 1 to 100000"),
        ([FILE, "scale=0"], "scale: 0 is out of range; allowed: 1 to 100000"),
        ([FILE, "scale=0"], f"error: command line, on top of {FILE}: scale: 0 is out of range"),
        ([FILE, "replicates=0"], f"error: command line, on top of {FILE}: replicates: 0 is out of range"),
        (
            [FILE, "--small", "scal=3"],
            f"error: command line, on top of {FILE}: scal: unknown key; did you mean scale? allowed: title, "
            "config_dir, scenarios, compare, replicates, grid, list, sample, record, chunk_minutes, executor, scale, ",
        ),
        (
            [FILE, "params.security.leakrate=0.1"],
            f"error: command line, on top of {FILE}: params.security.leakrate: unknown key; did you mean leak_rate?",
        ),
        (
            ["stat", FILE],
            "error: command line: sweep: 'stat' is neither a file nor a sub-command; did you mean status? allowed: "
            "FILE, such as experiments/threshold/sweep.yaml, or status FILE|FOLDER, compact FILE|FOLDER",
        ),
        (["status"], "command line: sweep status: the following arguments are required: FILE|FOLDER; see --help"),
        (["--dry-run"], "command line: sweep: the following arguments are required: FILE; see --help"),
        (["status", "experiments"], "experiments: holds no sweep"),
        (["compact", "absent"], "absent: no such sweep"),
    ],
)
def test_bad_words_are_named(work: Path, capsys: Output, words: list[str], message: str) -> None:
    assert main(["sweep", *words]) == 1
    assert message in capsys.readouterr().err


def test_results_that_are_not_there_are_asked_for_as_a_folder(work: Path) -> None:
    for reader in (load, connect):
        with pytest.raises(ConfigError, match=r"^outputs/nosuch: no such folder; give a folder of finished runs"):
            reader("outputs/nosuch")


def test_help_and_no_words(capsys: Output) -> None:
    assert main(["sweep", "--help"]) == 0
    text = capsys.readouterr().out
    assert "--only-failed" in text and "compact" in text
    assert main(["sweep"]) == 1


def test_store_below_a_file_is_refused_with_one_line(work: Path, capsys: Output) -> None:
    (work / "occupied").write_text("a file")
    assert main(["sweep", FILE, "--small", "outdir=occupied"]) == 1
    said = capsys.readouterr().err
    assert "error: occupied/doors/small cannot be written (Not a directory)" in said and "Traceback" not in said
