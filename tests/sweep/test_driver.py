"""A sweep from file to frames: equal to the commands it stands for, nothing done twice, failures kept apart."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pandas as pd
import pytest

from sim import load_config
from sim import run as run_in_memory
from sim.analysis import load
from sim.analysis.pairs import paired_by_draw, paired_difference
from sim.core.locks import file_lock
from sim.core.read import ConfigError
from sim.running.model import RealModel
from sim.store.sweep import StoreError, SweepStore
from sim.sweep.batches import batches
from sim.sweep.chunk import ChunkJob, run_chunk
from sim.sweep.driver import ATTEMPTS
from sim.sweep.executors.base import STORE_ERROR
from sim.sweep.plan import make_plan
from sim.sweep.run import Sweep, carry_out, run
from tests.sweep.fake_executor import FakeExecutor, drive
from tests.sweep.small_sweep import SETTINGS, assert_same, small_spec, swept, tables


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the small sweep, done, in ``store``."""
    folder = tmp_path_factory.mktemp("sweep")
    outcome = swept(folder)
    assert (outcome.total, outcome.done, outcome.failed, outcome.computed) == (8, 8, 0, 8)
    return folder


def test_rows_are_those_of_the_commands(done: Path) -> None:
    frames = load(done / "store")
    words = [f"{key}={value}" for key, value in SETTINGS.items()]
    for draw, rate in enumerate((0.001, 0.01)):
        changes = (f"params.security.leak_rate={rate}", "replicates=2", "government.mode=scripted", "threads=1")
        cfg = load_config("+scenario=closed", *words, *changes, "panel.size=0", config_dir=str(done / "configs"))
        command = run_in_memory(cfg)
        for name in ("world_year", "place_year"):
            swept_rows = frames[name][frames[name]["draw"] == draw]
            assert (swept_rows["params.security.leak_rate"] == rate).all()
            columns = sorted(command[name].columns)
            left, right = (rows[columns].astype({"scenario": str, "mode": str}) for rows in (swept_rows, command[name]))
            for rows in (left, right):
                rows["draw"] = 0
                if "place" in rows:
                    rows["place"] = rows["place"].astype(str)
            keys = ("scenario", "mode", "replicate", "year", "place", "field")
            order = [name for name in keys if name in left]
            left, right = (rows.sort_values(order, kind="stable", ignore_index=True) for rows in (left, right))
            pd.testing.assert_frame_equal(left, right, check_exact=True, check_dtype=False, check_categorical=False)


def test_asked_again_nothing_is_computed_and_a_larger_design_computes_the_rest(done: Path) -> None:
    before = tables(done / "store")
    assert swept(done).computed == 0
    more = swept(done, replicates=3, grid={"params.security.leak_rate": [0.01, 0.001, 0.1]})
    assert (more.total, more.computed) == (18, 18 - 8)
    frames = load(done / "store")
    assert set(frames["runs"]["status"]) == {"done"} and len(frames["runs"]) == 18
    old = frames["world_year"].query("draw == 1 and replicate < 2")  # 0.001 is the second draw now
    first = before["world_year"].query("draw == 0")
    pd.testing.assert_series_equal(
        old["papers"].reset_index(drop=True), first["papers"].reset_index(drop=True), check_exact=True
    )
    assert swept(done).computed == 0
    assert_same(tables(done / "store"), before)


@pytest.mark.parametrize("minutes", [0.0101, pytest.param(600, marks=pytest.mark.full)])
def test_large_families_are_split_and_give_the_same(done: Path, tmp_path: Path, minutes: float) -> None:
    grid = {"when": {"keys": ["policies.door.levers.visa.values.2018-01-01"], "values": [0.1, 0.2, 0.3, 0.4]}}
    spec = small_spec(tmp_path, grid=grid, chunk_minutes=minutes)
    plan = make_plan(spec, RealModel())
    found = list(batches(plan, plan.keys, 60 * minutes, speed=50 if minutes < 1 else 1))
    keys = [key for batch in found for piece in batch.pieces for key in piece.keys]
    assert sorted(keys) == sorted(plan.keys)  # each run in one chunk
    assert any(batch.opens for batch in found) == (minutes < 1)
    assert {key for batch in found for key in batch.needs} == {key for batch in found for key in batch.opens}
    run(spec, tmp_path / "store")
    whole = small_spec(tmp_path, grid=grid)
    run(whole, tmp_path / "other")
    assert_same(tables(tmp_path / "store"), tables(tmp_path / "other"))


def test_split_family_lives_its_history_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALENT_CIRCULATION_CACHE", str(tmp_path / "cache"))
    from sim.store.history import cache_dir

    grid = {"when": {"keys": ["policies.door.levers.visa.values.2018-01-01"], "values": [0.1, 0.2, 0.3]}}
    sweep = Sweep.open(small_spec(tmp_path, grid=grid, replicates=1), tmp_path / "store")
    built: list[str] = []
    monkeypatch.setattr(RealModel, "new", _noting(RealModel.new, built))
    found = list(batches(sweep.plan, sweep.plan.keys, 1e-3, speed=1.0))
    assert len(found) == 4 and [bool(batch.opens) for batch in found] == [True, False, False, False]
    for i, batch in enumerate(found):
        rest = (batch.pieces, sweep.spec.record, sweep.digest, 1.0, cache_dir())
        run_chunk(ChunkJob(f"chunk-{i}", tmp_path / "store", RealModel(), *rest))
    assert len(built) == 1  # one world from nothing; all others resume from its states
    sweep.store.refresh()
    assert not sweep.missing()


def _noting(new: object, built: list[str]) -> object:
    def noted(self: object, cfg: object, replicate: int, mode: str, paired: object) -> object:
        built.append(mode)
        return new(self, cfg, replicate, mode, paired)  # type: ignore[operator]

    return noted


def test_chunk_that_vanishes_is_handed_in_again(done: Path, tmp_path: Path) -> None:
    notes: list[str] = []
    executor = FakeExecutor(vanish={0, 2})
    progress = drive(done, executor, notes, f"v{tmp_path.name}").carry_out()
    assert progress.done == progress.total == 8 and progress.failed == 0
    assert sum("handing them in again" in note for note in notes) == 2
    handed = [key for job in executor.jobs for key in job.keys]
    twice = {key for key in handed if handed.count(key) > 1}
    assert twice == {key for i in (0, 2) for key in executor.jobs[i].keys}


def test_run_that_kills_its_process_costs_itself_only(done: Path, tmp_path: Path) -> None:
    notes: list[str] = []
    executor = FakeExecutor()
    driver = drive(done, executor, notes, f"d{tmp_path.name}")
    deadly = sorted(driver.wanted)[0]
    executor.deadly = {deadly}
    progress = driver.carry_out()
    assert (progress.done, progress.failed) == (7, 1)
    assert [job.keys for job in executor.jobs].count((deadly,)) == ATTEMPTS
    failures = driver.store.failures().to_pylist()
    assert [row["run"] for row in failures] == [deadly]
    assert "killed; alone in its process 3 times" in failures[0]["message"] and "leak_rate" in failures[0]["config"]


def test_store_that_cannot_be_written_ends_the_sweep(done: Path, tmp_path: Path) -> None:
    executor = FakeExecutor(vanish={1}, error=f"{STORE_ERROR}the disk is full")
    driver = drive(done, executor, [], f"f{tmp_path.name}")
    with pytest.raises(StoreError, match="the disk is full"):
        driver.carry_out()
    assert len(executor.jobs) == 2 and driver.store.done(driver.digest).keys() == set(executor.jobs[0].keys)


class Failing(RealModel):
    """Raises in the world of one parameter value."""

    def resume(self, cfg, state, replicate, mode, paired):  # type: ignore[no-untyped-def]
        if cfg.policies and cfg.params.security.leak_rate == 0.01:
            raise FloatingPointError("papers became negative")
        return super().resume(cfg, state, replicate, mode, paired)


def test_failing_point_is_kept_apart_with_traceback_and_configuration(tmp_path: Path) -> None:
    spec = small_spec(tmp_path)
    outcome = run(spec, tmp_path / "store", model=Failing())
    assert (outcome.total, outcome.done, outcome.failed, outcome.missing) == (8, 6, 2, 0)
    with pytest.warns(UserWarning, match="2 of 8 runs are not there"):
        frames = load(tmp_path / "store")
    failures = frames["failures"]
    assert set(failures["replicate"]) == {0, 1} and set(failures["draw"]) == {1}
    assert (failures["message"] == "FloatingPointError: papers became negative").all()
    assert failures["traceback"].str.contains("in resume").all()
    assert failures["config"].str.contains("leak_rate: 0.01").all()
    assert frames["runs"]["status"].value_counts().to_dict() == {"done": 6, "failed": 2}
    again = run(spec, tmp_path / "store", only_failed=True)
    assert (again.done, again.failed, again.computed) == (8, 0, 2)
    assert len(load(tmp_path / "store")["failures"]) == 0
    assert_same(tables(tmp_path / "store"), tables_of_a_clean_sweep(tmp_path))


def tables_of_a_clean_sweep(folder: Path) -> dict[str, pd.DataFrame]:
    run(small_spec(folder), folder / "clean")
    return tables(folder / "clean")


def test_chunk_asked_to_stop_writes_what_it_has(done: Path, tmp_path: Path) -> None:
    class Stopped(RealModel):
        """Sends SIGTERM to its own process when the second family begins."""

        def new(self, cfg, replicate, mode, paired):  # type: ignore[no-untyped-def]
            if replicate == 1:
                os.kill(os.getpid(), signal.SIGTERM)
            return super().new(cfg, replicate, mode, paired)

    sweep = Sweep.open(small_spec(done), tmp_path / "store")
    (batch,) = batches(sweep.plan, sweep.plan.keys, 1e6)
    job = ChunkJob("chunk-x", tmp_path / "store", Stopped(), batch.pieces, sweep.spec.record, sweep.digest, 1.0)
    run_chunk(job)
    sweep.store.refresh()
    kept = sweep.plan.keys - sweep.missing()
    assert kept == set(batch.pieces[0].keys)
    run_chunk(ChunkJob("chunk-y", job.store, RealModel(), job.pieces, job.record, job.digest, 1.0))
    sweep.store.refresh()
    assert not sweep.missing()
    stored = [run for part in sweep.store.parts.values() for run in part.runs["run"].to_pylist()]
    assert len(stored) == len(set(stored)) == 8  # a chunk started again leaves out what is there


def test_two_drivers_do_not_share_a_store(done: Path) -> None:
    with file_lock(done / "store" / "lock"), pytest.raises(ConfigError, match="another process works on this sweep"):
        carry_out(Sweep.open(small_spec(done), done / "store"))


def test_what_is_recorded_decides_what_counts_as_done(done: Path, tmp_path: Path) -> None:
    record = {"tables": ["place_year", "flow_year", "decisions"], "first_year": 2018, "places": ["USA"]}
    outcome = swept(done, record=record)
    assert outcome.computed == outcome.total
    frames = load(done / "store")
    assert sorted(frames) == ["decisions", "draws", "failures", "flow_year", "place_year", "runs"]
    place, flow = frames["place_year"], frames["flow_year"]
    assert set(place["place"]) == {"USA"} and place["year"].min() == 2018
    assert ((flow["place_from"] == "USA") | (flow["place_to"] == "USA")).all() and len(flow)
    assert len(frames["decisions"]) == 0 and "ladder" in frames["decisions"]
    assert swept(done).computed == 0  # the other record's rows are still there


def test_paired_effects_by_draw_are_those_of_each_draw_alone(done: Path) -> None:
    swept(done)
    frame = load(done / "store")["place_year"]
    values = ["papers_fractional", ("papers_international", "papers_whole")]
    found = paired_by_draw(frame, values, by=["year", "place"])
    for draw in (0, 1):
        alone = paired_difference(frame[frame["draw"] == draw], values, by=["year", "place"])
        here = found[found["draw"] == draw].drop(columns="draw")
        order = ["value", "year", "place"]
        left, right = (rows.sort_values(order, ignore_index=True) for rows in (here, alone))
        for column in ("reference", "mean", "se", "lo", "hi", "n"):
            pd.testing.assert_series_equal(left[column], right[column], check_dtype=False, rtol=1e-9, atol=1e-9)


def test_reading_is_the_same_after_compaction_and_of_copies(done: Path) -> None:
    from sim.store.compaction import compact

    swept(done)
    before = tables(done / "store")
    store = SweepStore(done / "store")
    store.refresh()
    digest = Sweep.open(small_spec(done), done / "store").digest
    name = next(iter(part for part in store.parts.values() if part.record == digest)).name
    _copy_part(done / "store", name, "zz-copy")
    assert_same(tables(done / "store"), before)  # a second copy of a part is not counted twice
    many, few = compact(store, digest)
    assert many > few == 1
    assert_same(tables(done / "store"), before)
    assert swept(done).computed == 0


def _copy_part(root: Path, name: str, copy: str) -> None:
    import shutil

    shutil.copytree(root / "parts" / name, root / "parts" / copy)
