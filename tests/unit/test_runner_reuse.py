"""What a command takes over: finished runs, histories, checkpoints; nothing of it if it is damaged."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from toy_command import folder_of, hidden, same, tables_of
from toy_model import ToyModel, toy_config, toy_policy

from sim.api import run
from sim.cli.main import main
from sim.cli.run import run_command
from sim.record.tables import TABLES
from sim.store.frames import load
from sim.store.history import HistoryCache, list_cache

pytestmark = pytest.mark.usefixtures("cache")


def test_a_finished_command_is_reused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    model = ToyModel(log=str(tmp_path / "log"))
    cfg = toy_config(tmp_path)
    assert run_command(cfg, model=model) == 0
    first, built = folder_of(capsys), len(model.built())
    written = {path: path.stat().st_mtime_ns for path in first.iterdir()}
    assert run_command(replace(cfg, threads=2), model=model) == 0
    assert folder_of(capsys) == first and len(model.built()) == built
    assert written == {path: path.stat().st_mtime_ns for path in first.iterdir()}


def test_a_command_killed_with_its_last_breath_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """After the folder had its name, before the hidden one was removed."""
    cfg = toy_config(tmp_path)
    assert run_command(cfg, model=ToyModel()) == 0
    folder = folder_of(capsys)
    (folder.parent / f".{folder.name}.work" / "parts").mkdir(parents=True)
    assert run_command(cfg, model=ToyModel()) == 0
    assert hidden(folder.parent) == []


def test_runs_of_other_commands_are_reused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Another scenario takes the baselines of the first, and more replicates only compute what is new."""
    model = ToyModel(log=str(tmp_path / "log"))
    cfg = toy_config(tmp_path)
    run_command(cfg, model=model)
    done = len(model.built())
    other = replace(cfg, scenario="other", experiment="other", policies=toy_policy(2019, 2.0))
    capsys.readouterr()
    run_command(other, model=model)
    assert sorted({line.split()[1] for line in model.built()[done:]}) == ["other"]
    reused = tables_of(load(folder_of(capsys)))
    fresh = tables_of(run(other, model=ToyModel()))
    for name in TABLES:
        assert same(reused[name], fresh[name])
    done = len(model.built())
    run_command(replace(cfg, replicates=3), model=model)
    assert {line.split()[-1] for line in model.built()[done:]} == {"2"}


def test_scenario_runs_read_the_macro_states_of_their_own_baseline(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """The toy shows the partner's replicate number; reused baselines lend their states from the cache."""
    cfg = toy_config(tmp_path)
    run_command(cfg, model=ToyModel())
    run_command(replace(cfg, policies=toy_policy(2019), scenario="second"), model=ToyModel())
    for frames in (run(cfg, model=ToyModel()), load(folder_of(capsys))):
        place = frames["place_year"]
        late = place[((place["scenario"] != "baseline") | (place["mode"] == "reactive")) & (place["year"] > 2017)]
        assert (late["top1_at_baseline_threshold"] == late["replicate"]).all()
        alone = (place["scenario"] == "baseline") & (place["mode"] == "scripted")
        assert place.loc[alone, "top1_at_baseline_threshold"].isna().all()


def test_a_damaged_history_is_noted_and_computed_again(tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture[str]):
    cfg = toy_config(tmp_path)
    run_command(cfg, model=ToyModel())
    before = tables_of(load(folder_of(capsys)))
    entry = next(path for path in cache.iterdir() if not path.name.startswith((".", "macros")))
    (entry / "state.arrow").write_bytes(b"not an arrow file")
    other = replace(cfg, outdir=str(tmp_path / "elsewhere"))
    assert run_command(other, model=ToyModel()) == 0
    captured = capsys.readouterr()
    assert "is damaged" in captured.err and captured.err.count("is damaged") == 1
    after = tables_of(load(captured.out.strip().splitlines()[-1]))
    assert all(same(before[name], after[name]) for name in TABLES)


def test_a_history_that_cannot_be_stored_is_handed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def full(self: HistoryCache, *_: object) -> None:
        raise OSError(28, "No space left on device")

    model = ToyModel(log=str(tmp_path / "log"))
    monkeypatch.setattr(HistoryCache, "save", full)
    assert run_command(toy_config(tmp_path), model=model) == 0
    captured = capsys.readouterr()
    assert "No space left" in captured.err and "not kept for other commands" in captured.err
    assert len(model.built()) == 2 + 8, "no history twice"
    stored = tables_of(load(captured.out.strip().splitlines()[-1]))
    fresh = tables_of(run(toy_config(tmp_path), model=ToyModel()))
    assert all(same(stored[name], fresh[name]) for name in TABLES)


def test_a_run_goes_on_from_its_checkpoint_after_a_failure(tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture):
    """Checkpoints are listed, used once and gone when the run is finished."""
    cfg = toy_config(tmp_path, checkpoint_seconds=1e-9)
    assert run_command(cfg, model=ToyModel(fail_in=2021)) == 1
    (entry,) = (entry for entry in list_cache(cache) if entry.kind == "checkpoint")
    assert entry.about["year"] == 2020 and entry.about["of"].startswith("toy/")
    capsys.readouterr()
    assert main(["cache", "list"]) == 0
    assert "year=2020  of=toy/" in (out := capsys.readouterr().out)
    assert out.splitlines()[-1] == "2 histories, 2 states of baselines, 1 checkpoints in the cache"
    assert run_command(cfg, model=ToyModel()) == 0
    captured = capsys.readouterr()
    folder = Path(captured.out.strip().splitlines()[-1])
    assert captured.err.count("went on from a checkpoint at the end of 2020") == 1
    resumed = [meta["resumed_after"] for meta in json.loads((folder / "manifest.json").read_text())["runs"]]
    assert sorted(resumed, key=str) == [2020] + [None] * 7
    assert [entry for entry in list_cache(cache) if entry.kind == "checkpoint"] == []
    fresh = tables_of(run(cfg, model=ToyModel()))
    assert all(same(table, fresh[name]) for name, table in tables_of(load(folder)).items())
    assert main(["cache", "prune"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "2 histories, 2 states of baselines, 0 checkpoints removed"
    assert list(cache.iterdir()) == []


def test_a_damaged_part_is_computed_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    cfg = toy_config(tmp_path)
    model = ToyModel(log=str(tmp_path / "log"))
    assert run_command(cfg, model=ToyModel(fail_in=2021)) == 1
    parts = sorted((tmp_path / "outputs" / "toy").glob(".*.work/parts/*/place_year.arrow"))
    assert 2 <= len(parts) <= 4, "the scripted baselines, and reactive ones that were done before the failure"
    content = bytearray(parts[0].read_bytes())
    content[len(content) // 2] ^= 1
    parts[0].write_bytes(bytes(content))
    capsys.readouterr()
    assert run_command(cfg, model=model) == 0
    assert len(model.built()) == 1 + 8 - len(parts), "one baseline again, and what was not done"
    stored, fresh = tables_of(load(folder_of(capsys))), tables_of(run(cfg, model=ToyModel()))
    assert all(same(stored[name], fresh[name]) for name in TABLES)


def test_without_a_writable_cache_the_command_still_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "file").touch()
    monkeypatch.setenv("TALENT_CIRCULATION_CACHE", str(tmp_path / "file"))
    assert run_command(toy_config(tmp_path), model=ToyModel()) == 0
    captured = capsys.readouterr()
    assert "cannot be written" in captured.err
    assert hidden(tmp_path / "outputs" / "toy") == []
