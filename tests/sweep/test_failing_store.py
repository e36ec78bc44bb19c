"""Every call of a sweep that reads or writes fails once: right results or one clear error, and the next one heals."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pandas as pd
import pytest

from sim.core.read import ConfigError
from sim.store.sweep import StoreError, SweepStore
from tests.failing_disk import CALLS, failing_disk, no_waiting
from tests.sweep.small_sweep import assert_same
from tests.sweep.toy_sweep import ToySweep


@pytest.fixture(scope="module", autouse=True)
def warm(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What is shipped is read once a process, and is not what fails here."""
    assert _ended(ToySweep(tmp_path_factory.mktemp("warm"))) == ""


def _ended(sweep: ToySweep) -> str:
    """What the command would say instead of an outcome; nothing if all runs are done."""
    try:
        outcome = sweep.run()
    except (StoreError, ConfigError, OSError) as error:
        return str(error)
    said = "".join(SweepStore(sweep.store).failures()["message"].to_pylist())
    return "" if outcome.done == outcome.total else f"{outcome.missing} missing, {outcome.failed} failed: {said}"


@pytest.mark.parametrize(
    ("code", "depth"),
    [(errno.ENOSPC, 1), pytest.param(errno.EIO, 2, marks=pytest.mark.full)],
    ids=["full disk", "broken disk, by who called too"],
)
@pytest.mark.parametrize("name", sorted({name for _, name in CALLS}))
def test_a_call_that_fails_once_costs_a_clear_error_at_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: int, depth: int
) -> None:
    no_waiting(monkeypatch)
    whole = ToySweep(tmp_path / "whole")
    with failing_disk(code, depth) as disk:
        assert _ended(whole) == ""
    right, sites = whole.tables(), [site for site in disk.seen if site[0] == name]
    wrong = []
    for number, site in enumerate(sites):
        sweep = ToySweep(tmp_path / str(number))
        with failing_disk(code, depth) as disk:
            disk.fails = site
            said = _ended(sweep)
            if disk.fails is not None:
                wrong.append(f"{site} was not called")
        if said and os.strerror(code) not in said and "the disk is full" not in said:
            wrong.append(f"{site}: {said}")
        if said and (again := _ended(sweep)):
            wrong.append(f"{site}, the next command: {again}")
        if not _is_right(sweep, right):
            wrong.append(f"{site}: other results; {said}")
        if left := sweep.left():
            wrong.append(f"{site}: {left} left behind; {said}")
    assert not wrong, "\n".join(wrong)


def _is_right(sweep: ToySweep, right: dict[str, pd.DataFrame]) -> bool:
    assert_same(sweep.tables(), right)
    return True
