"""Outputs, stores and caches of another edition are refused by name, and stay as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from toy_command import folder_of
from toy_model import ToyModel, toy_config

from sim.cli.main import main
from sim.cli.run import run_command
from sim.store.edition import KEY, OUTPUTS_VERSION, OtherEdition
from sim.store.frames import load
from sim.store.history import FOLDER, VERSION, older_caches
from sim.store.sweep import META, SweepStore
from sim.sweep.design_files import ABOUT, read_about, update_about
from tests.sweep.small_sweep import swept

pytestmark = pytest.mark.usefixtures("cache")


def aged(file: Path) -> dict[str, bytes]:
    """Make a manifest one of the first edition, which stated none; gives all files of the folder."""
    said = json.loads(file.read_text(encoding="utf-8"))
    assert said.pop(KEY) == OUTPUTS_VERSION == 2
    file.write_text(json.dumps(said), encoding="utf-8")
    return content(file.parent)


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_folder_of_the_first_edition_is_neither_read_nor_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cfg = toy_config(tmp_path)
    assert run_command(cfg, model=ToyModel()) == 0
    folder = folder_of(capsys)
    before = aged(folder / "manifest.json")
    assert run_command(cfg, model=ToyModel()) == 1
    err = capsys.readouterr().err
    assert f"error: {folder}: holds outputs of an earlier edition (outputs_version 1, this program reads 2)" in err
    assert "move it elsewhere, or give another outdir=" in err
    for verify in (True, False):
        with pytest.raises(OtherEdition, match="an earlier edition"):
            load(folder, verify=verify)
    assert content(folder) == before


def test_runs_of_the_first_edition_are_not_taken_over_and_the_folder_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(toy_config(tmp_path), model=ToyModel()) == 0
    folder = folder_of(capsys)
    before = aged(folder / "manifest.json")
    assert run_command(toy_config(tmp_path, replicates=3), model=ToyModel()) == 0
    assert f"{folder} holds outputs of an earlier edition" in capsys.readouterr().err
    assert content(folder) == before


def test_a_later_edition_is_refused_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(toy_config(tmp_path), model=ToyModel()) == 0
    file = folder_of(capsys) / "manifest.json"
    file.write_text(file.read_text().replace(f'"{KEY}": 2', f'"{KEY}": 3'))
    with pytest.raises(OtherEdition, match="a later edition"):
        load(file.parent)


def test_a_store_of_the_first_edition_is_refused_and_nothing_is_moved(tmp_path: Path) -> None:
    swept(tmp_path, replicates=1, grid={})
    root = tmp_path / "store"
    for part in (root / "parts").iterdir():
        said = json.loads((part / META).read_text())
        said.pop("checksum")
        (part / META).write_text(json.dumps({**said, "version": 1}))
    before = content(root)
    with pytest.raises(OtherEdition, match=r"parts/.*: holds outputs of an earlier edition .* give another outdir"):
        swept(tmp_path, replicates=1, grid={})
    with pytest.raises(OtherEdition):
        SweepStore(root).refresh(deep=True)
    assert content(root) == before and not (root / "damaged").exists()
    aged(root / ABOUT)
    for ask in (lambda: read_about(root), lambda: update_about(root, {"title": "mine"})):
        with pytest.raises(OtherEdition, match="an earlier edition"):
            ask()


def test_caches_of_earlier_editions_stay_and_are_named(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    older = cache.parent / "history"
    (older / ("0" * 20)).mkdir(parents=True)
    cache.mkdir()
    assert f"history-{VERSION}" == FOLDER and older_caches() == [older]
    assert main(["cache", "list"]) == 0
    assert f"{older} is of another edition and never read; delete it when" in capsys.readouterr().out
    assert main(["cache", "prune"]) == 0
    assert (older / ("0" * 20)).is_dir()
