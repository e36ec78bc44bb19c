"""Worker processes that are ended, whatever is on its way to them."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from sim.running.model import RealModel
from sim.running.pool import ProcessPool
from sim.running.worker import Done, Tick
from sim.sweep.chunk import ChunkJob
from sim.sweep.executors import processes
from sim.sweep.executors.processes import ProcessExecutor
from sim.sweep.spec import Record

LARGE = bytes(1 << 20)  # more than a pipe holds


class Nobody:
    """Watches nothing."""

    def years(self, done: int) -> None: ...

    def compiling(self, now: bool, seconds: float) -> None: ...


def _stay(job: tuple[Path, bytes], tick: Tick) -> Done:
    job[0].touch()
    time.sleep(600)
    raise AssertionError


def _until_there(*paths: Path) -> None:
    until = time.monotonic() + 60
    while not all(path.exists() for path in paths):
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_large_job_that_is_being_written_holds_nobody_when_workers_are_ended(tmp_path: Path) -> None:
    """Fails on Python 3.11.0 to 3.11.4 where the thread that writes jobs is waited for; later ones close its pipe."""
    pool = ProcessPool(2, Nobody())
    for k in range(5):
        pool.submit(_stay, (tmp_path / f"{k}", LARGE))
    manager = pool._executor._executor_manager_thread
    assert manager is not None
    _until_there(tmp_path / "0", tmp_path / "1")  # the third is being written, and nobody takes it
    pool.stop()
    manager.join(20)  # as Python does at its end, without a limit
    assert not manager.is_alive()


def test_a_pool_of_a_sweep_ends_with_a_large_job_on_its_way() -> None:
    executor = ProcessExecutor(1)
    (slot,) = executor._slots
    slot.future = slot.pool.submit(len, LARGE)  # the process starts, which takes it longer than the next line
    slot.job = object()  # type: ignore[assignment]
    closing = threading.Thread(target=executor.close, daemon=True)
    closing.start()
    closing.join(20)
    assert not closing.is_alive()


def _long(job: ChunkJob) -> None:
    time.sleep(600)


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_workers_killed_one_after_the_other_are_all_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of 5 to 90 was not when two threads closed a pipe that a third had opened anew, and its sweep stood still."""
    monkeypatch.setattr(processes, "run_chunk", _long)
    executor = ProcessExecutor(2)
    try:
        for number in range(200):
            jobs = [ChunkJob(f"{number}-{k}", tmp_path, RealModel(), (), Record(), "", 1.0) for k in range(2)]
            executor.submit(jobs[executor.running() :])
            killed = executor._slots[number % 2]
            assert killed.job is not None
            chunk = killed.job.id
            (process,) = killed.pool._processes.values()
            process.kill()
            until = time.monotonic() + 20
            while not (ended := executor.poll(0.5)):
                assert time.monotonic() < until, f"nothing is heard of the worker that was killed as number {number}"
            assert [end.chunk for end in ended] == [chunk] and "killed" in ended[0].error
    finally:
        executor.close()
