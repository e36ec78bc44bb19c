"""The same command twice at once, at every stage, one of them interrupted: the other ends as if it were alone."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

import pytest
from toy_command import hidden, same, tables_of
from toy_model import ToyModel, toy_config
from toy_process import Started

from sim.api import run
from sim.store.frames import load

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
