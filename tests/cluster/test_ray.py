"""The same sweep on a real Ray as in processes, to the last bit."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
import yaml

from tests.cluster import ray_venv
from tests.cluster.looking import LONGER, assert_each_once, cpu_seconds, half_way
from tests.sweep.small_sweep import assert_same, small_sweep, tables

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("ray")]
LONG = {"replicates": 6, "chunk_minutes": 0.025, "settings": LONGER}
SHORT = {"replicates": 6, "chunk_minutes": 0.01}  # three chunks


@pytest.fixture(scope="module")
def python() -> Path:
    """Python of an environment with Ray."""
    try:
        return ray_venv.python()
    except ray_venv.NoRay as error:
        pytest.skip(f"SKIPPED, Ray is not tested here: {error}")


def start(python: Path, folder: Path, kind: str, workers: int = 2, **more: object) -> subprocess.Popen[str]:
    """The sweep's command in that environment; its store is ``folder/KIND/toy/sweep``."""
    file = folder / "toy" / "sweep.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump(small_sweep(file.parent, **more)), encoding="utf-8")
    words = ["-m", "sim.sweep", str(file), "--executor", kind, "--workers", str(workers), f"outdir={folder / kind}"]
    env = {key: value for key, value in os.environ.items() if key != "RAY_ADDRESS"}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [str(python), *words], cwd=ray_venv.ROOT, env=env, stdout=pipe, stderr=subprocess.STDOUT, text=True
    )


def run(python: Path, folder: Path, kind: str, **more: object) -> Path:
    """Store of the sweep, done."""
    process = start(python, folder, kind, 2, **more)
    said = process.communicate(timeout=600)[0]
    assert process.returncode == 0, said
    return folder / kind / "toy" / "sweep"


def workers_of(driver: int) -> list[int]:
    """Processes of Ray that are at work on a chunk, among the descendants of the driver."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = []
    for pid in parents:
        above = pid
        while above > 1 and above != driver:
            above = parents.get(above, 0)
        if above == driver and _title(pid).startswith("ray::_work"):
            found.append(pid)
    return found


def _title(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def test_same_results_as_processes(python: Path, tmp_path: Path) -> None:
    processes, ray = (run(python, tmp_path, kind, **SHORT) for kind in ("processes", "ray"))
    assert len(list((ray / "parts").iterdir())) > 1
    assert_same(tables(ray), tables(processes))


def test_multirun_with_the_launcher(python: Path, tmp_path: Path) -> None:
    small = "world=g20 scale=100000 figures=false compare=false replicates=1 start=2012 end=2019".split()
    words = ["hydra/launcher=ray", *small, "government.mode=scripted", f"outdir={tmp_path}", "seed=1,2"]
    done = subprocess.run(
        [str(python), "-m", "sim", "-m", *words], cwd=ray_venv.ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "baseline").glob("*/world_year.parquet"))) == 2


@pytest.mark.full
def test_killed_worker(python: Path, tmp_path: Path) -> None:
    processes = run(python, tmp_path, "processes", **LONG)
    driver = start(python, tmp_path, "ray", 2, **LONG)
    end = time.monotonic() + 120
    while not (found := workers_of(driver.pid)):
        assert driver.poll() is None and time.monotonic() < end
        time.sleep(0.2)
    time.sleep(2)
    os.kill(found[0], signal.SIGKILL)
    said = driver.communicate(timeout=600)[0]
    assert driver.returncode == 0 and "handing them in again" in said, said
    ray = tmp_path / "ray" / "toy" / "sweep"
    assert_each_once(ray)
    assert_same(tables(ray), tables(processes))


@pytest.mark.full
def test_interrupted_driver(python: Path, tmp_path: Path) -> None:
    long, enough = {**LONG, "replicates": 30, "chunk_minutes": 1}, half_way()
    driver = start(python, tmp_path, "ray", 1, **long)
    store = tmp_path / "ray" / "toy" / "sweep"
    end = time.monotonic() + 180
    while not any(cpu_seconds(pid) > enough for pid in workers_of(driver.pid)):
        assert driver.poll() is None and time.monotonic() < end
        time.sleep(0.1)
    assert not list(store.glob("parts/*"))
    driver.send_signal(signal.SIGINT)
    said = driver.communicate(timeout=120)[0]
    assert driver.returncode == 130, said
    assert list(store.glob("parts/*")), said  # the worker wrote the runs that it had finished
    assert run(python, tmp_path, "ray", **long) == store
    assert_each_once(store)
