"""Every call of a command that reads or writes fails once: right results or one clear error, and the next one heals."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from toy_command import hidden, same, tables_of
from toy_model import ToyModel, toy_config

from sim.cli import run as command_module
from sim.cli.run import run_command
from sim.config.schema import Config
from sim.store.frames import load
from tests.failing_disk import CALLS, failing_disk, no_waiting

pytestmark = pytest.mark.usefixtures("cache")


def _draw(frames: Mapping[str, Any], cfg: Config, folder: Path) -> None:
    (folder / "one.png").write_text(f"{len(frames['world_year'])} rows")


def _cfg(folder: Path) -> Config:
    return toy_config(folder, replicates=1, start=2016, end=2019, figures="on", checkpoint_seconds=1e-9)


@pytest.fixture(scope="module", autouse=True)
def warm(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What is shipped is read once a process, and is not what fails here."""
    folder = tmp_path_factory.mktemp("warm")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TALENT_CIRCULATION_CACHE", str(folder / "cache"))
        assert run_command(_cfg(folder), model=ToyModel(), draw=_draw) == 0


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The summary takes as long as all else, and is not what is looked at."""
    no_waiting(monkeypatch)
    for name in ("compare", "shown", "show"):
        monkeypatch.setattr(command_module, name, lambda *args, **more: pd.DataFrame())
    for module in ("notes.chance", "notes.totals", "notes.roles", "notes.agents", "deterred.lines", "offers.lines"):
        monkeypatch.setattr(f"sim.cli.run.{module}", lambda *args: [])
    monkeypatch.setattr(command_module, "_hazard", lambda *args: [])


def _is_right(folder: Path, right: dict[str, pd.DataFrame]) -> bool:
    (there,) = (path for path in (folder / "outputs" / "toy").iterdir() if not path.name.startswith("."))
    found = tables_of(load(there))
    drawn = (there / "figures" / "one.png").read_text() == f"{len(right['world_year'])} rows"
    return drawn and all(same(found[name], right[name]) for name in right)


@pytest.mark.parametrize(
    ("code", "depth"),
    [(errno.ENOSPC, 1), pytest.param(errno.EIO, 2, marks=pytest.mark.full)],
    ids=["full disk", "broken disk, by who called too"],
)
@pytest.mark.parametrize("name", sorted({name for _, name in CALLS} - {"to_parquet"}))
def test_a_call_that_fails_once_costs_a_clear_error_at_most(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    quiet: None,
    name: str,
    code: int,
    depth: int,
) -> None:
    def run(case: Path) -> int:
        monkeypatch.setenv("TALENT_CIRCULATION_CACHE", str(case / "cache"))
        return run_command(_cfg(case), model=ToyModel(), draw=_draw)

    with failing_disk(code, depth) as disk:
        assert run(tmp_path / "whole") == 0
    (whole,) = (tmp_path / "whole" / "outputs" / "toy").iterdir()
    right, sites = tables_of(load(whole)), [site for site in disk.seen if site[0] == name]
    assert sites, "nobody calls it any more: take it out of CALLS"
    wrong = []
    for number, site in enumerate(sites):
        case = tmp_path / str(number)
        capsys.readouterr()
        with failing_disk(code, depth) as disk:
            disk.fails = site
            ended = run(case)
            if disk.fails is not None:
                wrong.append(f"{site} was not called")
        said = capsys.readouterr().err
        if ended and (ended != 1 or os.strerror(code) not in said or "Traceback" in said):
            wrong.append(f"{site}: {said}")
        if not ended and not _is_right(case, right):
            wrong.append(f"{site}: other results; {said}")
        if (ended or hidden(case / "outputs" / "toy")) and run(case):
            wrong.append(f"{site}, the next command: {capsys.readouterr().err}")
        elif not _is_right(case, right) or hidden(case / "outputs" / "toy"):
            wrong.append(f"{site}, the next command: other results, or something left behind")
    assert not wrong, "\n".join(wrong)
