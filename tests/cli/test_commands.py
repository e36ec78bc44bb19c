"""Commands that do not fail: help, lists, a new scenario, runs handed to the runner, multirun, Hydra's options."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import sim.cli.run
from sim.cli.main import main
from sim.config.folders import config_root
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
    assert capsys.readouterr().out.strip()[0].isdigit()


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
    ],
)
def test_lists(kind: str, words: list[str], capsys: Output) -> None:
    assert main(["list", kind]) == 0
    out = capsys.readouterr().out
    assert all(word in out for word in words)


def test_lists_are_quick_to_start() -> None:
    heavy = ["mesa", "numba", "pandas", "matplotlib", "pyarrow", "scipy", "hydra"]
    code = (
        "import sys; from sim.cli.main import main\n"
        "for kind in ('scenarios', 'policies', 'levers', 'places', 'outcomes'): main(['list', kind])\n"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_new_scenario_runs_and_is_never_overwritten(
    ran: list[Config], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new-scenario", "mine", "--config-dir", "own"]) == 0
    file = Path("own/scenario/mine.yaml")
    assert capsys.readouterr().out.splitlines() == [
        f"wrote {file}",
        "run it: python -m sim --config-dir own +scenario=mine",
    ]
    assert file.read_text().count("#") > 10
    assert main(["--config-dir", "own", "+scenario=mine"]) == 0
    assert ran[-1].scenario == "mine"
    assert len(ran[-1].policies["mine"].levers) == 2
    file.write_text("precious")
    assert main(["new-scenario", "mine", "--config-dir", "own"]) == 1
    assert file.read_text() == "precious"
    assert "exists already" in capsys.readouterr().err
    assert main(["new-scenario", "restrictive", "--config-dir", "own"]) == 1
    assert main(["new-scenario", "us_talent", "--config-dir", "own"]) == 1
    assert main(["new-scenario", "baseline", "--config-dir", "own"]) == 1


def test_new_scenario_goes_beside_the_user_and_never_among_the_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.chdir(tmp_path)
    shipped = sorted(config_root().rglob("*"))
    assert main(["new-scenario", "mine"]) == 0
    assert sorted(config_root().rglob("*")) == shipped
    assert "--config-dir my_scenarios +scenario=mine" in capsys.readouterr().out
    assert Path("my_scenarios/scenario/mine.yaml").is_file()
    assert load_config("+scenario=mine", config_dir="my_scenarios").scenario == "mine"


@pytest.mark.parametrize("override", ["'{key}=+100 %'", '"{key}=+100 %"', "{key}=+100%", "'{key}=x2'", "{key}=x2"])
def test_units_are_typed_into_a_shell_as_documented(override: str) -> None:
    words = override.format(key="policies.jpn_returns.levers.doctoral_places.values.2018-11-01")
    command = f"{sys.executable} -m sim explain japan_returns {words}"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "400"}
    )
    assert "0.6931 log change of places (+100 %)" in done.stdout
