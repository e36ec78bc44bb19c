"""Commands that do not fail: help, lists, a new scenario, runs handed to the runner, multirun, Hydra's options."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import sim.cli.run
from sim.cli.lists import KINDS
from sim.cli.main import main
from sim.config.load import load_config
from sim.config.schema import Config
from sim.policy.levers import LEVERS

Output = pytest.CaptureFixture[str]


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[Config]:
    """Configurations that reached the runner, which runs nothing here; scale 7 fails."""
    seen: list[Config] = []

    def run_command(cfg: Config) -> int:
        seen.append(cfg)
        return 1 if cfg.scale == 7 else 0

    monkeypatch.setattr(sim.cli.run, "run_command", run_command)
    return seen


def test_a_run_reaches_the_runner_checked(ran: list[Config]) -> None:
    assert main([]) == 0
    assert main(["+scenario=restrictive", "scale=1000"]) == 0
    assert ran == [load_config(), load_config("+scenario=restrictive", "scale=1000")]


def test_exit_code_is_the_runners(ran: list[Config]) -> None:
    assert main(["scale=7"]) == 1


def test_multirun_runs_every_combination_in_order(ran: list[Config], capsys: Output) -> None:
    assert main(["-m", "+scenario=restrictive,open", "scale=7,1000"]) == 1  # one failed, the others ran all the same
    assert [(cfg.scenario, cfg.scale) for cfg in ran] == [
        ("restrictive", 7),
        ("restrictive", 1000),
        ("open", 7),
        ("open", 1000),
    ]
    assert capsys.readouterr().out == ""  # standard output belongs to the runs


def test_launchers_of_hydra_run_the_same_jobs(
    ran: list[Config], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["talent-circulation"])
    assert main(["-m", "+scenario=restrictive,open", "hydra/launcher=basic"]) == 0
    assert ran == [load_config("+scenario=restrictive"), load_config("+scenario=open")]


def test_interrupt_ends_with_130(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    def interrupted(cfg: Config) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(sim.cli.run, "run_command", interrupted)
    assert main([]) == 130


def test_unexpected_error_is_one_line_unless_asked_for(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    def broken(cfg: Config) -> int:
        raise RuntimeError("something is wrong")

    monkeypatch.setattr(sim.cli.run, "run_command", broken)
    assert main([]) == 1
    assert capsys.readouterr().err == "error: RuntimeError: something is wrong (--traceback shows where)\n"
    with pytest.raises(RuntimeError):
        main(["--traceback"])


def test_help_and_version(capsys: Output) -> None:
    assert main(["--help"]) == 0
    assert "+scenario=NAME" in capsys.readouterr().out
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == sim.__version__ == version("talent-circulation")


def test_hydra_prints_the_composed_configuration(capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["talent-circulation"])
    assert main(["+scenario=open", "--cfg", "job"]) == 0
    assert "us_talent:" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("scenarios", ["baseline ", "restrictive ", "proportionate ", "open ", "china_initiative "]),
        ("policies", ["us_talent ", "Talent recruiting by the United States"]),
        ("levers", [*LEVERS]),
        ("places", ["CHN ", "United States", "G7 "]),
        (
            "outcomes",
            [
                "papers_international ",
                "two countries or more",
                "international_share ",
                "papers_international / papers_whole",
            ],
        ),
        ("parameters", ["params.security.fear_decay ", "0.02 to 0.8", "assumption"]),
        ("tables", ["place_year ", "a row for a place and year"]),
    ],
)
def test_lists(kind: str, words: list[str], capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "600")  # nothing is broken over lines
    assert main(["list", kind]) == 0
    out = capsys.readouterr().out
    assert all(word in out for word in words)


@pytest.mark.parametrize("kind", [*KINDS])
def test_lists_fit_eighty_columns_and_lose_no_word(kind: str, capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    for columns in ("80", "600"):
        monkeypatch.setenv("COLUMNS", columns)
        assert main(["list", kind]) == 0
        told.append(capsys.readouterr().out)
    assert max(map(len, told[0].splitlines())) <= 80
    assert told[0].split() == told[1].split()


def test_lists_tell_what_holds_all_words(capsys: Output) -> None:
    assert main(["list", "parameters", "fear", "DECAY"]) == 0
    assert capsys.readouterr().out.startswith("params.security.fear_decay")
    assert main(["list", "parameters", "nonsense"]) == 1
    assert capsys.readouterr().err == "error: command line: list parameters: nothing holds 'nonsense'\n"


def test_who_reads_no_further_ends_it_quietly() -> None:
    script = f"{sys.executable} -m sim list outcomes | head -1"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == 1 and not done.stderr


def test_lists_are_quick_to_start() -> None:
    heavy = ["mesa", "numba", "pandas", "matplotlib", "pyarrow", "scipy", "hydra"]
    code = (
        "import sys; from sim.cli.main import main\n"
        "for kind in ('scenarios', 'policies', 'levers', 'places', 'outcomes', 'tables'): main(['list', kind])\n"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("override", ["'{key}=+100 %'", '"{key}=+100 %"', "{key}=+100%", "'{key}=x2'", "{key}=x2"])
def test_units_are_typed_into_a_shell_as_documented(override: str) -> None:
    words = override.format(key="policies.jpn_returns.levers.doctoral_places.values.2018-11-01")
    command = f"{sys.executable} -m sim explain japan_returns {words}"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "400"}
    )
    assert "0.6931 log change of places (+100 %)" in done.stdout
