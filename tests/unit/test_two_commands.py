"""The same command twice at once, at every stage, one of them interrupted: the other ends as if it were alone."""

from __future__ import annotations

import json
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from toy_command import hidden, same, tables_of
from toy_model import ToyModel, toy_config
from toy_process import Started

from sim.api import run
from sim.running.plan import make_plan
from sim.running.worker import WAITS, HistoryJob, do_history
from sim.store.frames import load
from sim.store.history import HistoryCache

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")


def _assert_whole(folder: Path) -> None:
    """Tables and figures are there as of one command, and nothing else."""
    (there,) = (path for path in (folder / "outputs" / "toy").iterdir() if not path.name.startswith("."))
    fresh = tables_of(run(toy_config(folder), model=ToyModel()))
    assert all(same(table, fresh[name]) for name, table in tables_of(load(there)).items())
    assert (there / "figures" / "one.png").read_text() == "104 rows"
    manifest = json.loads((there / "manifest.json").read_text())
    assert (manifest["status"], manifest["stage"], manifest["message"]) == ("done", "done", "")
    assert hidden(there.parent) == [] and hidden(there) == []


@pytest.mark.parametrize("stage", ["locking", "computing", "drawing"])
@pytest.mark.parametrize(
    "number",
    [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.full)],
    ids=["interrupted", "asked to end"],
)
@pytest.mark.parametrize("victim", [0, 1], ids=["the first", "the second"])
def test_one_of_two_that_is_interrupted_leaves_the_other_alone(
    tmp_path: Path, stage: str, number: signal.Signals, victim: int
) -> None:
    """The first waits at a stage; the second waits for its lock, or (before that) is at work itself."""
    first = Started(tmp_path, "first", stage)
    first.reached(stage)
    second = Started(tmp_path, "second", "computing" if stage == "locking" else "")
    second.reached("computing" if stage == "locking" else "locking")
    one, other = (first, second) if victim == 0 else (second, first)
    one.interrupt(number)
    assert one.ended() == 128 + number, one.said
    other.go_on()
    assert other.ended() == 0, other.said
    assert "error:" not in first.said + second.said
    _assert_whole(tmp_path)


def test_both_of_two_that_nobody_interrupts_give_the_folder_and_one_of_them_computes(tmp_path: Path) -> None:
    first = Started(tmp_path, "first", "computing")
    first.reached("computing")
    second = Started(tmp_path, "second")
    second.says("Another process is at work on")
    first.go_on()
    assert (first.ended(), second.ended()) == (0, 0), first.said + second.said
    built = ToyModel(log=str(tmp_path / "log")).built()
    assert len(built) == len(set(built)), "nothing twice"
    _assert_whole(tmp_path)


def test_several_that_draw_into_a_finished_folder_do_not_break_each_other(tmp_path: Path) -> None:
    assert Started(tmp_path, "before").ended() == 0
    some = [Started(tmp_path, f"{k}") for k in range(3)]
    assert [one.ended() for one in some] == [0, 0, 0], "".join(one.said for one in some)
    _assert_whole(tmp_path)


def test_who_waits_for_another_s_history_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cfg = toy_config(tmp_path)
    past = next(run.past for run in make_plan(cfg, ToyModel()).runs if run.past is not None)
    cache, said = HistoryCache(tmp_path / "cache"), ""
    job = HistoryJob(ToyModel(), cfg, 3, past.until, past.key, cache.root)
    with ThreadPoolExecutor(1) as other:
        with cache.lock(past.key):
            done = other.submit(do_history, job, lambda: None)
            until = time.monotonic() + 60
            while WAITS.format(3) not in said and time.monotonic() < until:
                time.sleep(0.01)
                said += capsys.readouterr().err
            assert WAITS.format(3) in said and not done.done() and not cache.check(past.key)
        assert done.result().history is None and cache.check(past.key)
    do_history(job, lambda: None)
    assert capsys.readouterr().err == "", "nobody is waited for"
