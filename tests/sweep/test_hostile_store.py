"""A gallery of damaged and hostile files in a store: status and reading end in words, the sweep's command heals it."""

from __future__ import annotations

import json
import pickle
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from sim.analysis import load
from sim.cli.main import main
from sim.core.digest import file_digest
from sim.core.read import ConfigError
from sim.store.compaction import compact
from sim.store.sweep import META, SweepStore
from sim.sweep.design_files import read_about
from sim.sweep.executors.pickles import read_chunks, read_result
from sim.sweep.executors.slurm import CHUNKS, SlurmExecutor
from sim.sweep.executors.slurm_settings import read_settings
from tests.hostile import cases, copy, spoil
from tests.sweep.small_sweep import assert_same
from tests.sweep.toy_sweep import ToySweep
from tests.unit.toy_model import ToyModel

KINDS = {
    "part": "store/parts/*/part.json",
    "runs of a part": "store/parts/*/runs.parquet",
    "table of a part": "store/parts/*/place_year.parquet",
    "failures": "store/failures/*.parquet",
    "index": "store/index.parquet",
    "sum of the index": "store/index.sha256",
    "what it says of itself": "store/sweep.json",
    "design": "store/design.parquet",
    "draws": "store/draws.parquet",
    "views": "store/views.sql",
}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> ToySweep:
    """A sweep some of whose runs failed first and were done then: it has failures too."""
    sweep = ToySweep(tmp_path_factory.mktemp("hostile"))
    outcome = sweep.run(ToyModel(fail_in=2019))
    assert (outcome.done, outcome.failed) == (2, 2)
    outcome = sweep.run()
    assert outcome.done == outcome.total == 4 and list(sweep.store.glob("failures/*"))
    return sweep


@pytest.fixture(scope="module")
def right(done: ToySweep) -> dict[str, pd.DataFrame]:
    """Its tables."""
    return done.tables()


@pytest.fixture
def sweep(done: ToySweep, tmp_path: Path) -> ToySweep:
    """A copy to be damaged."""
    return ToySweep(copy(done.folder, tmp_path / "case"))


@pytest.mark.parametrize(("kind", "what"), cases(KINDS))
def test_whatever_lies_in_a_store_it_is_told_and_healed(
    sweep: ToySweep, right: dict[str, pd.DataFrame], kind: str, what: str
) -> None:
    spoil(sweep.folder, KINDS[kind], what)
    assert main(["sweep", "status", str(sweep.store)]) in (0, 1)  # and no error of Python
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = sweep.tables()
        assert all(len(found.get(name, ())) <= len(right[name]) for name in right)
    except ConfigError:
        pass  # in words
    assert (outcome := sweep.run()).done == outcome.total == 4
    assert_same(sweep.tables(), right)
    assert main(["sweep", "status", str(sweep.store)]) == 0
    assert sweep.run().computed == 0


def test_a_bit_that_rots_where_size_and_time_stay_is_found_by_who_reads(sweep: ToySweep) -> None:
    """The index believes sizes and times, and DuckDB looks at no checksums."""
    path = spoil(sweep.folder, KINDS["table of a part"], "one bit")
    with pytest.warns(match=f"{path.parent.name} is damaged .*place_year.parquet does not fit its checksum"):
        load(sweep.store)


def test_a_design_whose_runs_changed_places_is_not_read(sweep: ToySweep) -> None:
    path = sweep.store / "design.parquet"
    design = pd.read_parquet(path)
    design.assign(scenario=np.roll(design["scenario"], 1)).to_parquet(path, index=False)
    with pytest.raises(ConfigError, match=r"design\.parquet does not fit its checksum"):
        load(sweep.store)


@pytest.mark.parametrize("away", ["../../../victim", "/ABSOLUTE/victim", "..", "."])
def test_a_part_replaces_parts_only_and_never_a_folder_outside(sweep: ToySweep, away: str, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "thesis.txt").write_text("years of work")
    part = sorted((sweep.store / "parts").iterdir())[0].rename(sweep.store / "parts" / "compacted-0")
    meta = json.loads((part / META).read_text())
    away = away.replace("/ABSOLUTE", str(tmp_path))
    meta |= {"replaces": [away, f"{away}/"]}
    meta.pop("checksum")  # a part of an earlier edition has none
    (part / META).write_text(json.dumps(meta))
    before = set((sweep.store / "parts").iterdir())
    store = SweepStore(sweep.store)
    store.refresh(deep=True)
    assert "compacted-0" in store.parts, "it is believed otherwise"
    store.sweep_up()
    assert set((sweep.store / "parts").iterdir()) == before
    compact(store, read_about(sweep.store)["record_digest"])
    assert (victim / "thesis.txt").read_text() == "years of work" and sweep.store.is_dir()


class Calling:
    """A pickle of this calls a function when it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("read", [read_chunks, read_result])
@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_a_pickle_in_a_store_calls_nothing(tmp_path: Path, read: object, protocol: int) -> None:
    content = pickle.dumps([Calling(tmp_path / "called")], protocol)
    with pytest.raises(pickle.UnpicklingError, match="which no chunk holds"):
        read(content)  # type: ignore[operator]
    assert not (tmp_path / "called").exists()
    pickle.loads(content)
    assert (tmp_path / "called").exists(), "it would have"


def test_chunks_that_call_something_are_no_jobs_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is a folder's name given to Slurm unless it is one that this program makes."""
    cancelled: list[list[str]] = []
    monkeypatch.setattr("sim.sweep.executors.slurm._scancel", cancelled.append)
    for name in ("all-of-mine", "sweep-0123456789ab"):
        folder = tmp_path / "jobs" / name
        folder.mkdir(parents=True)
        (folder / CHUNKS).write_bytes(pickle.dumps([Calling(tmp_path / "called")]))
    executor = SlurmExecutor(read_settings({}), tmp_path)
    assert executor.adopt() == [] and not (tmp_path / "called").exists()
    assert cancelled == [["--name", "sweep-0123456789ab"]]
    assert (tmp_path / "jobs" / "all-of-mine").is_dir()


def test_a_part_renamed_and_sealed_again_is_no_other_record(sweep: ToySweep) -> None:
    """Checksums that were made to fit, with rows of another kind: it cannot be read, and is healed."""
    part = sorted((sweep.store / "parts").iterdir())[0]
    rows = pq.read_table(part / "runs.parquet").drop_columns(["seconds"])
    pq.write_table(rows, part / "runs.parquet")
    meta = json.loads((part / META).read_text())
    meta["checksums"]["runs.parquet"] = file_digest(part / "runs.parquet")
    meta.pop("checksum")
    (part / META).write_text(json.dumps(meta))
    assert (outcome := sweep.run()).done == outcome.total and outcome.computed == 1
