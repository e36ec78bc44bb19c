"""Settings of executors are read strictly, and what is missing is said in one line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sim.core.read import ConfigError
from sim.sweep.executors import make_executor
from sim.sweep.executors.slurm_settings import read_settings
from tests.sweep.small_sweep import small_spec


def test_every_problem_with_slurm_settings_is_named() -> None:
    with pytest.raises(ConfigError) as caught:
        read_settings({"partiton": "x", "cpus": 0, "memory_gb": "much", "setup": "module load", "account": True})
    messages = "\n".join(caught.value.messages)
    assert "executor.partiton: unknown key; did you mean partition? allowed: partition, account" in messages
    assert "executor.cpus: 0 is out of range; allowed: 1 to 1024" in messages
    assert "executor.memory_gb: 'much' is not a number" in messages
    assert "executor.setup: 'module load' is not a list of lines of shell" in messages
    assert "executor.account: true is not a text" in messages


def test_slurm_is_asked_for_what_was_given() -> None:
    given = {"partition": 2024, "time_minutes": 1, "memory_gb": 0.5, "cpus": 2, "max_jobs": 7, "setup": ["true"]}
    asked = read_settings({**given, "qos": None, "nice": 5}).for_submitit()
    assert asked["partition"] == "2024" and asked["mem"] == "512M" and asked["array_parallelism"] == 7
    assert asked["additional_parameters"] == {"requeue": True, "signal": "TERM@20", "nice": 5}
    assert "qos" not in asked and asked["setup"] == ["true"]


def test_missing_programs_and_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match="slurm: sbatch, srun, squeue, scancel not found"):
        make_executor({"kind": "slurm"}, tmp_path)
    monkeypatch.setitem(sys.modules, "submitit", None)
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ConfigError, match=r"\.\[cluster\]"):
        make_executor({"kind": "slurm"}, tmp_path)
    with pytest.raises(ConfigError, match=r"\.\[ray\]"):
        make_executor({"kind": "ray"}, tmp_path)
    with pytest.raises(ConfigError, match=r"executor.partition: unknown key; .*allowed: workers, address, cpus"):
        make_executor({"kind": "ray", "partition": "short"}, tmp_path)


def test_another_kind_on_the_command_line_forgets_the_settings_of_the_file(tmp_path: Path) -> None:
    from sim.sweep.spec import spec_of
    from tests.sweep.small_sweep import small_sweep

    raw = small_sweep(tmp_path)
    assert small_spec(tmp_path).executor == {"kind": "processes", "workers": 1}
    changes = {"executor.partition": "short", "executor.kind": "slurm"}
    changed = spec_of(raw, "sweep.yaml", "toy", tmp_path, changes)
    assert changed.executor == {"kind": "slurm", "partition": "short"}
    kept = spec_of(raw, "sweep.yaml", "toy", tmp_path, {"executor.kind": "processes"})
    assert kept.executor == {"kind": "processes", "workers": 1}
