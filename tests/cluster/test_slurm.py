"""The same sweep on a real Slurm as in processes, to the last bit."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from sim.sweep.run import run
from tests.cluster import slurm
from tests.sweep.small_sweep import assert_same, small_spec, small_sweep, tables

pytestmark = pytest.mark.cluster
SHORT = {"replicates": 6, "chunk_minutes": 0.01}  # three chunks
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def env() -> Iterator[dict[str, str]]:
    """Environment that points commands to a Slurm of this machine."""
    try:
        with slurm.running() as found:
            yield {**os.environ, **found}
    except slurm.NoSlurm as error:
        pytest.skip(f"SKIPPED, Slurm is not tested here: {error}")


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Store of the small sweep, done in processes."""
    folder = tmp_path_factory.mktemp("processes")
    run(small_spec(folder, **SHORT), folder / "store")
    return folder / "store"


def write(folder: Path, **more: object) -> Path:
    """File of the small sweep."""
    file = folder / "toy" / "sweep.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(yaml.safe_dump(small_sweep(file.parent, **more)), encoding="utf-8")
    return file


def command(file: Path, *words: str) -> list[str]:
    """The sweep's command on Slurm, into a folder beside the file."""
    options = ["--executor", "slurm", "executor.partition=low", f"outdir={file.parents[1] / 'outputs'}"]
    return [sys.executable, "-m", "sim.sweep", str(file), *options, *words]


def store_of(file: Path) -> Path:
    return file.parents[1] / "outputs" / "toy" / "sweep"


def test_same_results_as_processes(env: dict[str, str], processes: Path, tmp_path: Path) -> None:
    file = write(tmp_path, **SHORT)
    done = subprocess.run(command(file), env=env, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.splitlines()[-1]) == store_of(file)
    assert len(list((store_of(file) / "parts").iterdir())) > 1  # an array, not a single task
    assert_same(tables(store_of(file)), tables(processes))
    assert not list((store_of(file) / "jobs").iterdir())  # nothing is left of jobs that ended well
