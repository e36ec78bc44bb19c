"""Sweeps killed and interrupted at random moments: nothing lost, nothing done twice, the same bits in all tables."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from sim.analysis import load
from sim.config.schema import Config
from sim.running.model import RealModel
from sim.sweep.batches import batches
from sim.sweep.chunk import ChunkJob, run_chunk
from sim.sweep.executors.base import Ended
from sim.sweep.executors.processes import ProcessExecutor
from sim.sweep.run import Sweep
from sim.sweep.spec import Record
from tests.sweep.processes import HALF_WRITTEN, Case, Logged, children, wait_until_gone
from tests.sweep.small_sweep import SETTINGS, assert_same, small_spec, tables

RATES = [0.001, 0.01, 0.05, 0.1]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc, signals a process group")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """32 runs, never disturbed."""
    case = Case(tmp_path_factory.mktemp("undisturbed"), RATES, 4)
    assert "32 of 32 runs done, 32 of them now" in case.finish()
    assert len(case.begun()) == 32
    return case


def kill_one(case: Case, process: subprocess.Popen[str], chance: random.Random) -> tuple[set[str], int, int]:
    """Kill driver or worker without warning.

    Returns
    -------
    Runs stored at that moment, how many had been begun, and how many of those were lost at most.
    """
    workers = children(process)
    victim = process.pid if chance.random() < 0.5 or not workers else chance.choice(workers)
    stored = set(case.stored())  # first: who is stored now may not be begun from now on
    before = len(case.begun())
    with suppress(ProcessLookupError):
        os.kill(victim, signal.SIGKILL)
    if victim == process.pid:
        process.communicate(timeout=60)
        wait_until_gone(process)
    begun = case.begun()
    return stored, before if victim != process.pid else len(begun), len(set(begun) - stored)


def killed_until_done(case: Case, kills: int, runs: int, seed: int) -> None:
    """Kill at random moments, and once in half a part; start again, finish; check that nothing was done twice."""
    chance = random.Random(seed)
    process = case.start("DyingWhileWriting")
    moments: list[tuple[set[str], int, int]] = []
    while len(moments) < kills:
        done = int(runs * (len(moments) + chance.random()) / (kills + 2))
        assert case.wait_for(process, done), process.communicate()
        time.sleep(chance.uniform(0.0, 0.5))
        moments.append(kill_one(case, process, chance))
        if process.poll() is not None:
            process = case.start("DyingWhileWriting")
    _, err = process.communicate(timeout=900)
    assert process.returncode == 0, err
    begun = case.begun()
    for stored, after, _ in moments:
        assert not stored & set(begun[after:])  # what was stored is never begun again
    half_written = int((case.folder / HALF_WRITTEN).read_text())
    assert len(begun) <= runs + half_written + sum(lost for _, _, lost in moments)
    assert sorted(case.stored()) == sorted(set(begun)) and len(case.stored()) == runs
    assert case.aside() == []


def assert_equal(case: Case, other: Case) -> None:
    """All recorded tables in all bits, and each run once."""
    frames = load(case.store)
    assert (frames["runs"]["status"] == "done").all() and frames["runs"]["run"].is_unique
    assert len(frames["failures"]) == 0
    assert_same(tables(case.store), tables(other.store))


def test_two_kills_and_one_while_a_part_is_written(undisturbed: Case, tmp_path: Path) -> None:
    case = Case(tmp_path, RATES, 4)
    killed_until_done(case, kills=2, runs=32, seed=5)
    assert_equal(case, undisturbed)
    assert "32 of 32 runs done, 0 of them now" in case.finish()


@pytest.mark.full
def test_twenty_kills_of_two_hundred_runs(tmp_path: Path) -> None:
    undisturbed = Case(tmp_path / "undisturbed", RATES, 25)
    undisturbed.finish()
    case = Case(tmp_path / "killed", RATES, 25)
    killed_until_done(case, kills=20, runs=200, seed=2)
    assert_equal(case, undisturbed)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGINT, 130),
        pytest.param(signal.SIGTERM, 143, marks=pytest.mark.full),
        pytest.param(signal.SIGHUP, 129, marks=pytest.mark.full),
    ],
)
def test_interrupted_it_writes_what_is_finished(undisturbed: Case, tmp_path: Path, number: int, code: int) -> None:
    case = Case(tmp_path, RATES, 4)
    process = case.start("Slow")
    case.wait_for_work(process, 5)
    # Ctrl-C and a lost connection reach every process of a terminal, a scheduler's SIGTERM the driver
    os.killpg(process.pid, number) if number != signal.SIGTERM else process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    wait_until_gone(process, 1.0)
    kept, begun = case.stored(), case.begun()
    assert f"interrupted; {len(kept)} of 32 runs are kept; the same command goes on from there" in err
    assert "Traceback" not in err
    assert 0 < len(kept) < 32 and len(begun) - len(kept) <= 2  # one unfinished run a worker
    if number == signal.SIGTERM:
        return
    assert f"32 of 32 runs done, {32 - len(kept)} of them now" in case.finish()
    assert not set(kept) & set(case.begun()[len(begun) :])
    assert_equal(case, undisturbed)


class StoppedInScenario(Logged):
    """Asks its own process to stop in the first year of a scenario, when the baseline is done."""

    def happens(self, cfg: Config) -> None:
        if cfg.policies:
            os.kill(os.getpid(), signal.SIGTERM)


def test_stopped_within_a_family_its_history_and_baseline_are_not_lived_again(tmp_path: Path) -> None:
    log, root = tmp_path / "begun.txt", tmp_path / "store"
    sweep = Sweep.open(small_spec(tmp_path, replicates=1, settings={**SETTINGS, "checkpoint_seconds": 0}), root)
    (batch,) = batches(sweep.plan, sweep.plan.keys, 1e6)
    for model in (StoppedInScenario(str(log)), Logged(str(log))):
        rest = (batch.pieces, sweep.spec.record, sweep.digest, 1.0, tmp_path / "cache")
        run_chunk(ChunkJob("chunk", root, model, *rest))
        sweep.store.refresh()
    assert not sweep.missing()
    baseline, scenario, *others = log.read_text().split()
    assert others[0] == scenario and baseline not in others and len(others) == 3


def test_worker_killed_between_two_chunks_is_replaced(tmp_path: Path) -> None:
    executor = ProcessExecutor(1)
    try:
        for number in range(2):
            executor.submit([ChunkJob(f"chunk-{number}", tmp_path, RealModel(), (), Record(), "", 1.0)])
            (ended,) = _ended(executor)
            assert (ended.chunk, ended.error) == (f"chunk-{number}", "")
            (worker,) = executor._slots[0].pool._processes.values()
            worker.kill()
            worker.join()
            time.sleep(0.5)  # for the pool to see it
    finally:
        executor.close()


def _ended(executor: ProcessExecutor) -> list[Ended]:
    while not (ended := executor.poll(1.0)):
        pass
    return ended


def test_interrupted_twice_it_ends_at_once(tmp_path: Path) -> None:
    case = Case(tmp_path, RATES, 4)
    process = case.start("Stubborn")
    case.wait_for_work(process)
    os.killpg(process.pid, signal.SIGINT)
    time.sleep(1.0)
    assert process.poll() is None  # waits for the run in hand
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and "Traceback" not in err, err
    assert time.monotonic() - began < 5
    assert "runs are kept" in err
    wait_until_gone(process, 1.0)
