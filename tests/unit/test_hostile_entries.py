"""A gallery of damaged and hostile files under a command: none is believed, each is healed by the same command."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from toy_command import hidden, same, tables_of
from toy_model import ToyModel, toy_config

from sim.api import run
from sim.cli.run import run_command
from sim.config.schema import Config
from sim.store.frames import load
from tests.hostile import cases, copy, spoil

# Files by kind, in the folder of a command that failed in a run and in that of one that was finished.
BEGUN = {
    "history": "cache/history-*/[0-9a-f]*[0-9a-f]/meta.json",
    "state of a history": "cache/history-*/[0-9a-f]*[0-9a-f]/state.arrow",
    "table of a history": "cache/history-*/[0-9a-f]*[0-9a-f]/tables/place_year.arrow",
    "macro states": "cache/history-*/macros-*/meta.json",
    "checkpoint": "cache/history-*/checkpoint-*/*.json",
    "state of a checkpoint": "cache/history-*/checkpoint-*/20[0-9][0-9].arrow",
    "table of a checkpoint": "cache/history-*/checkpoint-*/*.place_year.arrow",
    "part": "outputs/toy/.*.work/parts/*/meta.json",
    "table of a part": "outputs/toy/.*.work/parts/*/place_year.arrow",
}
FINISHED = {"manifest": "outputs/toy/*/manifest.json", "table": "outputs/toy/*/place_year.parquet"}


def _cfg(folder: Path, **more: object) -> Config:
    return toy_config(folder, replicates=1, checkpoint_seconds=1e-9, **more)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folder of a command that failed in the scenario's run, with all that it leaves."""
    yield from _folder(tmp_path_factory.mktemp("begun"), ToyModel(fail_in=2021), 1)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield from _folder(tmp_path_factory.mktemp("finished"), ToyModel(), 0)


def _folder(folder: Path, model: ToyModel, code: int) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TALENT_CIRCULATION_CACHE", str(folder / "cache"))
        assert run_command(_cfg(folder), model=model) == code
    yield folder


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """Tables of the command where nothing is damaged."""
    return tables_of(run(_cfg(tmp_path_factory.mktemp("right")), model=ToyModel()))


def _heals(folder: Path, right: dict[str, pd.DataFrame], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALENT_CIRCULATION_CACHE", str(folder / "cache"))
    assert run_command(_cfg(folder), model=ToyModel()) == 0
    (there,) = (path for path in (folder / "outputs" / "toy").iterdir() if not path.name.startswith("."))
    found = tables_of(load(there))
    assert all(same(found[name], right[name]) for name in right)
    assert hidden(there.parent) == []


@pytest.mark.parametrize(("kind", "what"), cases(BEGUN))
def test_what_a_failed_command_left_is_used_if_it_is_sound_only(
    begun: Path, right: dict[str, pd.DataFrame], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, what: str
) -> None:
    folder = copy(begun, tmp_path / "case")
    spoil(folder, BEGUN[kind], what)
    _heals(folder, right, monkeypatch)


@pytest.mark.parametrize(("kind", "what"), cases(FINISHED))
def test_a_finished_folder_is_believed_if_it_is_sound_only(
    finished: Path,
    right: dict[str, pd.DataFrame],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    what: str,
) -> None:
    folder = copy(finished, tmp_path / "case")
    spoil(folder, FINISHED[kind], what)
    _heals(folder, right, monkeypatch)


@pytest.mark.parametrize(("kind", "what"), cases(FINISHED))
def test_a_larger_command_takes_nothing_from_a_folder_that_is_not_sound(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, what: str
) -> None:
    folder = copy(finished, tmp_path / "case")
    spoil(folder, FINISHED[kind], what)
    monkeypatch.setenv("TALENT_CIRCULATION_CACHE", str(folder / "cache"))
    model, cfg = ToyModel(log=str(tmp_path / "log")), toy_config(folder, replicates=2, experiment="larger")
    assert run_command(cfg, model=model) == 0
    assert len([line for line in model.built() if line.startswith("resume")]) == 8, "nothing was taken"
