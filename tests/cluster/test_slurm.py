"""The same sweep on a real Slurm as in processes, to the last bit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from sim.sweep.run import run
from tests.cluster import slurm
from tests.cluster.looking import LONGER, assert_each_once, cpu_seconds, half_way
from tests.sweep.small_sweep import assert_same, small_spec, small_sweep, tables

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("slurm")]
LONG = {"replicates": 6, "chunk_minutes": 0.025, "settings": LONGER}
BEGUN = 1.5  # seconds of processor in which a worker has started
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


def test_what_sbatch_refuses_is_said(env: dict[str, str], tmp_path: Path) -> None:
    done = subprocess.run(
        command(write(tmp_path, **SHORT), "executor.partition=nowhere"),
        env=env, cwd=ROOT, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 1
    assert "error: executor: sbatch:" in done.stderr and "invalid partition" in done.stderr.lower()
    assert "Traceback" not in done.stderr


def test_multirun_with_the_launcher(env: dict[str, str], tmp_path: Path) -> None:
    small = "world=g20 scale=100000 figures=false compare=false replicates=1 start=2012 end=2019".split()
    asked = [f"hydra.launcher.{each}" for each in ("partition=low", "cpus_per_task=1", "mem_gb=1")]
    words = ["hydra/launcher=slurm", *asked, *small, "government.mode=scripted", f"outdir={tmp_path}"]
    done = subprocess.run(
        [sys.executable, "-m", "sim", "-m", *words, "seed=1,2"],
        env=env, cwd=ROOT, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "baseline").glob("*/world_year.parquet"))) == 2


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Store of the longer sweep, done in processes."""
    folder = tmp_path_factory.mktemp("undisturbed")
    run(small_spec(folder, **LONG), folder / "store")
    return folder / "store"


class Driver:
    """The sweep's command as a process, and a look at its tasks."""

    def __init__(self, env: dict[str, str], file: Path, *words: str) -> None:
        self.env, self.store = env, store_of(file)
        self.process = subprocess.Popen(
            command(file, *words), env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def tasks(self, *states: str) -> list[str]:
        """Ids of tasks in the queue in these states, all without."""
        lines = ask(self.env, "squeue", "-h", "-r", "-p", "low", "-o", "%i %T").splitlines()
        return [line.split()[0] for line in lines if not states or line.split()[1] in states]

    def until(self, true: Callable[[], object], seconds: float = 120) -> None:
        """Wait; the driver must live on meanwhile."""
        end = time.monotonic() + seconds
        while not true():
            assert self.process.poll() is None and time.monotonic() < end, self.end()
            time.sleep(0.1)

    def until_working(self) -> list[str]:
        """Tasks that have come so far that their runs have begun, by processor time, as machines differ in speed."""
        found: list[str] = []

        def look() -> list[str]:
            running = self.tasks("RUNNING")
            found[:] = [t for t in running if any(cpu_seconds(pid) > BEGUN for pid in workers(self.env, t))]
            return found

        self.until(look)
        return found

    def end(self, number: int = signal.SIGTERM) -> str:
        """End it; returns what it printed."""
        self.process.send_signal(number)
        return self.process.communicate(timeout=120)[0]


def ask(env: dict[str, str], *words: str) -> str:
    return subprocess.run(words, env=env, capture_output=True, text=True, timeout=60, check=True).stdout.strip()


def workers(env: dict[str, str], task: str) -> list[int]:
    """Python processes of a task."""
    job, _, number = task.partition("_")
    which = {f"SLURM_ARRAY_JOB_ID={job}", f"SLURM_ARRAY_TASK_ID={number}"} if number else {f"SLURM_JOB_ID={job}"}
    marks = which | {f"SLURM_CONF={env['SLURM_CONF']}"}
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes().split(b"\0")
            variables = set((path / "environ").read_text(errors="replace").split("\0"))
        except OSError:
            continue
        if b"submitit.core._submit" in words and b"python" in words[0] and marks <= variables:
            found.append(int(path.name))
    return found


def submissions(env: dict[str, str]) -> int:
    """Jobs and arrays that the controller has taken so far."""
    log = Path(env["SLURM_CONF"]).with_name("slurmctld.log")
    return log.read_text().count("_slurm_rpc_submit_batch_job: JobId=")


@pytest.mark.full
def test_killed_driver_adopts_what_is_in_the_queue(env: dict[str, str], undisturbed: Path, tmp_path: Path) -> None:
    file = write(tmp_path, **LONG)
    driver = Driver(env, file)
    driver.until_working()
    driver.end(signal.SIGKILL)
    left, before = driver.tasks(), submissions(env)
    assert left
    again = Driver(env, file)
    said = again.process.communicate(timeout=600)[0]
    assert again.process.returncode == 0 and "are still being computed" in said, said
    assert submissions(env) == before
    assert_each_once(again.store)
    assert_same(tables(again.store), tables(undisturbed))


@pytest.mark.full
def test_ctrl_c_cancels_and_keeps_what_is_finished(env: dict[str, str], undisturbed: Path, tmp_path: Path) -> None:
    file, enough = write(tmp_path, **{**LONG, "chunk_minutes": 1}), half_way()
    driver = Driver(env, file)
    driver.until_working()
    driver.until(lambda: any(cpu_seconds(pid) > enough for task in driver.tasks() for pid in workers(env, task)))
    said = driver.end(signal.SIGINT)
    assert driver.process.returncode == 130, said
    assert not driver.tasks()
    assert list(driver.store.glob("parts/*")), said  # a task told to end wrote the runs that it had finished
    again = Driver(env, file)
    said = again.process.communicate(timeout=600)[0]
    assert again.process.returncode == 0, said
    assert_each_once(again.store)
    assert_same(tables(again.store), tables(undisturbed))


@pytest.mark.full
def test_cancelled_preempted_and_timed_out(env: dict[str, str], undisturbed: Path, tmp_path: Path) -> None:
    file = write(tmp_path, **LONG)
    driver = Driver(env, file, "executor.time_minutes=1")
    first = driver.until_working()[0]
    ask(env, "scancel", first)
    driver.until(lambda: first not in driver.tasks())
    assert driver.until_working()
    rival = ask(env, "sbatch", "--parsable", "-p", "high", "-c", "2", "-o", "/dev/null", "--wrap", "sleep 3")
    log = Path(env["SLURM_CONF"]).with_name("slurmctld.log")
    driver.until(lambda: "has been requeued" in log.read_text())
    driver.until(lambda: not ask(env, "squeue", "-h", "-j", rival))
    hung = driver.until_working()[0]
    for pid in workers(env, hung):
        os.kill(pid, signal.SIGSTOP)  # it hangs, and runs into its time limit
    driver.until(lambda: hung not in driver.tasks("RUNNING"), 240)
    said = driver.process.communicate(timeout=600)[0]
    assert driver.process.returncode == 0, said
    assert "handing them in again" in said
    assert_each_once(driver.store)
    assert_same(tables(driver.store), tables(undisturbed))
