"""Multirun by Hydra's launchers, as a user types it: joblib and basic here, Slurm and Ray in tests/cluster."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sim.cli.multirun import _check_launcher, _for_hydra, _named
from sim.core.read import ConfigError
from tests.sweep.small_sweep import POLICY

SMALL = "world=g20 scale=100000 figures=false compare=false replicates=1 start=2012 end=2019 government.mode=scripted"


def multirun(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command with a launcher, run in an empty folder."""
    command = [sys.executable, "-m", "sim", "-m", *SMALL.split(), *words]
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r}); sys.argv[0] = 'sim'"
    start = [sys.executable, "-c", f"{code}; from sim.cli.main import main; sys.exit(main(sys.argv[1:]))"]
    return subprocess.run([*start, *command[3:]], cwd=folder, capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize("launcher", ["joblib", "basic"])
def test_own_scenario_and_a_job_that_fails(tmp_path: Path, launcher: str) -> None:
    scenario = tmp_path / "own" / "scenario" / "closed.yaml"
    scenario.parent.mkdir(parents=True)
    scenario.write_text(POLICY, encoding="utf-8")
    bad = tmp_path / "outputs" / "bad"
    bad.parent.mkdir()
    bad.write_text("a file where a folder should be")
    words = ["--config-dir", "own", "scenario=closed", "policies.door.levers.visa.values.2018-01-01=0.4"]
    done = multirun(tmp_path, f"hydra/launcher={launcher}", *words, "experiment=bad,good")
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr and "experiment=bad" in done.stderr
    (run,) = (tmp_path / "outputs" / "good").iterdir()  # the other job was done all the same
    assert list(run.rglob("world_year*.parquet"))
    assert {path.name for path in tmp_path.iterdir()} == {"own", "outputs"}


def test_overrides_are_such_that_hydra_takes_them() -> None:
    assert _for_hydra("scenario=open,closed") == "+scenario=open,closed"
    assert _for_hydra("effects.investigations.deterrence=0.1") == "++effects.investigations.deterrence=0.1"
    assert _for_hydra("+seed=range(0,3)") == "++seed=range(0,3)"
    assert _for_hydra("world=g20") == "world=g20"


def test_a_world_of_ones_own_goes_by_its_absolute_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine").mkdir()
    assert _for_hydra("world=full,mine") == f"+world_folder=full,'{tmp_path}/mine'"


def test_a_table_of_threats_of_ones_own_goes_by_its_absolute_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.csv").touch()
    assert _for_hydra("threat=votes,mine.csv") == f"+threat_file=votes,'{tmp_path}/mine.csv'"
    assert _for_hydra("threat=votes") == "threat=votes"
    assert _named(f"+threat_file='{tmp_path}/mine.csv'") == f"threat='{tmp_path}/mine.csv'"


def test_unknown_launcher() -> None:
    with pytest.raises(ConfigError, match=r"no launcher 'slurmm'; did you mean slurm\? allowed: basic, joblib"):
        _check_launcher(["hydra/launcher=slurmm"])
