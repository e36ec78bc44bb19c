"""Stores damaged, full or cut off in the middle: what is unsound is named, its runs only are redone."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pandas.api.types import is_numeric_dtype

from sim.store import sweep as sweep_store
from sim.store.compaction import compact
from sim.store.sweep import INDEX, META, RUN_FIELDS, StoreError, SweepStore
from sim.sweep import run as run_module
from sim.sweep.chunk import ChunkJob, run_chunk
from sim.sweep.executors.base import STORE_ERROR, Ended
from sim.sweep.run import Outcome, Sweep, carry_out
from tests.sweep.processes import ROOT
from tests.sweep.small_sweep import SETTINGS, assert_same, small_spec, tables

RATES = [0.001, 0.01, 0.05, 0.1]


@dataclass
class Inline:
    """Does chunks in this process."""

    capacity: int = 1
    workers: int = 1
    waiting: list[ChunkJob] = field(default_factory=list)

    def adopt(self) -> list[ChunkJob]:
        return []

    def submit(self, jobs: Sequence[ChunkJob]) -> None:
        self.waiting += jobs

    def poll(self, seconds: float) -> list[Ended]:
        jobs, self.waiting = self.waiting, []
        return [self._done(job) for job in jobs]

    def _done(self, job: ChunkJob) -> Ended:
        try:
            run_chunk(job)
        except StoreError as error:
            return Ended(job.id, f"{STORE_ERROR}{error}")
        return Ended(job.id)

    def running(self) -> int:
        return len(self.waiting)

    def stop(self, kill: bool = False) -> None:
        return

    def close(self) -> None:
        return


@dataclass
class Small:
    """A sweep of 16 runs in a folder, done in this process.

    Attributes
    ----------
    notes : what it said the last time.
    """

    folder: Path
    store: Path
    notes: list[str] = field(default_factory=list)

    def sweep(self) -> Sweep:
        settings = {**SETTINGS, "end": 2018}
        spec = small_spec(
            self.folder, settings=settings, grid={"params.security.leak_rate": RATES}, chunk_minutes=0.01
        )  # fmt: skip
        return Sweep.open(spec, self.store)

    def run(self) -> Outcome:
        self.notes.clear()
        return carry_out(self.sweep(), note=self.notes.append)

    def parts(self) -> list[Path]:
        return sorted((self.store / "parts").glob("[!.]*"))


@pytest.fixture(autouse=True)
def _inline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module, "make_executor", lambda settings, store: Inline())


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """Done, in several parts; not to be changed."""
    folder = tmp_path_factory.mktemp("whole")
    small = Small(folder, folder / "store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_module, "make_executor", lambda settings, store: Inline())
        outcome = small.run()
    assert outcome.computed == outcome.done == 16 and len(small.parts()) >= 4
    return small


@pytest.fixture(scope="module")
def rows(whole: Small) -> dict[str, pd.DataFrame]:
    """Tables of the undisturbed sweep."""
    return tables(whole.store)


@pytest.fixture
def small(whole: Small, tmp_path: Path) -> Small:
    """A copy to be damaged."""
    shutil.copytree(whole.store, tmp_path / "store")  # with the times of its files
    return Small(whole.folder, tmp_path / "store")


def _flip(path: Path, at: float = 0.5, silently: bool = False) -> None:
    """One bit, by default with the file's time left as it was: a disk that rots."""
    times, content = path.stat(), bytearray(path.read_bytes())
    content[int(at * (len(content) - 1))] ^= 1
    path.write_bytes(content)
    if silently:
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _other_record(part: Path) -> None:
    meta = json.loads((part / META).read_text())
    (part / META).write_text(json.dumps({**meta, "record": meta["record"][::-1]}))


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a bit of a table": (lambda part: _flip(part / "place_year.parquet"), "place_year.parquet does not fit"),
    "a bit of the runs": (lambda part: _flip(part / "runs.parquet"), "runs.parquet does not fit"),
    "rot": (lambda part: _flip(part / "world_year.parquet", silently=True), "world_year.parquet does not fit"),
    "half a table": (lambda part: _truncate(part / "world_year.parquet"), "world_year.parquet does not fit"),
    "a table gone": (lambda part: (part / "place_year.parquet").unlink(), "place_year.parquet is missing"),
    "runs gone": (lambda part: (part / "runs.parquet").unlink(), "runs.parquet is missing"),
    "part.json gone": (lambda part: (part / META).unlink(), "part.json is missing"),
    "half of part.json": (lambda part: _truncate(part / META), "cannot be read"),
    "another record": (_other_record, "part.json does not fit"),
}


@pytest.mark.parametrize("what", DAMAGES)
def test_damaged_part_is_named_and_its_runs_only_are_redone(
    small: Small, rows: dict[str, pd.DataFrame], what: str
) -> None:
    damage, words = DAMAGES[what]
    victim = small.parts()[1]
    lost = pq.read_metadata(victim / "runs.parquet").num_rows
    damage(victim)
    if what != "rot":  # reading looks at sizes and times, the sweep's command at all checksums
        with pytest.warns(match=f"{victim.name} is damaged .*{words}"), pytest.warns(match="runs are not there"):
            assert len(tables(small.store)["world_year"]) < len(rows["world_year"])
    outcome = small.run()
    assert outcome.computed == lost < outcome.done == outcome.total
    (note,) = [note for note in small.notes if "damaged" in note]
    assert f"part {victim} is damaged: {words}" in note
    assert victim.name in next((small.store / "damaged").iterdir()).name
    assert_same(tables(small.store), rows)
    assert small.run().computed == 0 and not small.notes


def _stale_index(store: Path) -> None:
    """Index of the time when there was one part."""
    first = pq.read_table(store / INDEX)
    pq.write_table(first.slice(0, 1), store / INDEX)


def _wrong_index(store: Path) -> None:
    """Index that promises a part with a run that there is not."""
    index = pq.read_table(store / INDEX).to_pandas()
    pq.write_table(pa.Table.from_pandas(index.assign(part="chunk-0", run="0" * 20)), store / INDEX)


@pytest.mark.parametrize(
    "damage",
    [
        lambda store: (store / INDEX).unlink(),
        lambda store: _truncate(store / INDEX),
        lambda store: _flip(store / INDEX, 0.3),
        lambda store: _flip(store / INDEX, 0.02),
        _stale_index,
        _wrong_index,
        lambda store: (store / "sweep.json").write_text("{"),
        lambda store: (store / "design.parquet").unlink(),
        lambda store: _truncate(store / "design.parquet"),
    ],
    ids=["gone", "half", "bit", "bit at the begin", "stale", "wrong", "sweep.json", "no design", "half a design"],
)
def test_index_and_design_are_made_anew(
    small: Small, rows: dict[str, pd.DataFrame], damage: Callable[[Path], object]
) -> None:
    damage(small.store)
    outcome = small.run()
    assert outcome.computed == 0 and outcome.done == outcome.total
    assert_same(tables(small.store), rows)


def test_index_need_not_be_there_to_read(small: Small, rows: dict[str, pd.DataFrame]) -> None:
    _truncate(small.store / INDEX)
    assert_same(tables(small.store), rows)


def test_part_that_is_gone_is_redone(small: Small, rows: dict[str, pd.DataFrame]) -> None:
    victim = small.parts()[0]
    lost = pq.read_metadata(victim / "runs.parquet").num_rows
    shutil.rmtree(victim)
    assert small.run().computed == lost
    assert_same(tables(small.store), rows)


def test_disk_that_is_full_in_the_middle_keeps_what_was_written(
    whole: Small, rows: dict[str, pd.DataFrame], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, write = Small(whole.folder, tmp_path / "store"), pq.write_table

    def full(table: pa.Table, path: Path, **options: object) -> None:
        if len(small.parts()) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(table, path, **options)

    monkeypatch.setattr(sweep_store.pq, "write_table", full)
    with pytest.raises(StoreError, match="the disk is full; free some space and give the same command again"):
        small.run()
    kept = sum(pq.read_metadata(path / "runs.parquet").num_rows for path in small.parts())
    assert len(small.parts()) == 2 and not list(small.store.rglob("*.parquet.*"))
    monkeypatch.undo()
    monkeypatch.setattr(run_module, "make_executor", lambda settings, store: Inline())
    assert small.run().computed == 16 - kept
    assert_same(tables(small.store), rows)


def test_disk_that_is_full_for_all_workers_at_once_ends_the_sweep_at_once(
    whole: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = pq.write_table

    def full(table: pa.Table, path: object, **options: object) -> None:
        if isinstance(path, Path) and "parts" in path.parts:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(table, path, **options)

    executor = Inline(capacity=2, workers=2)
    monkeypatch.setattr(run_module, "make_executor", lambda settings, store: executor)
    monkeypatch.setattr(executor, "running", lambda: 1)  # as on a cluster, which may be slow to tell
    monkeypatch.setattr(sweep_store.pq, "write_table", full)
    began = time.monotonic()
    with pytest.raises(StoreError, match="the disk is full"):
        Small(whole.folder, tmp_path / "store").run()
    assert time.monotonic() - began < 30


# Moments at which a compaction is killed: the joined part half written, the old ones all there, one of them half gone.
KILLED = {
    "while writing": "write = c._append\ndef _append(*a): write(*a); die()\nc._append = _append",
    "before deleting": "s.SweepStore.sweep_up = lambda self: die()",
    "while deleting": "def rmtree(path, **more):\n  if path.name[0] != '.': os.remove(path / 'runs.parquet'), die()\n"
    "s.shutil.rmtree = rmtree",
}


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize("moment", KILLED)
def test_compaction_that_is_killed_loses_and_doubles_nothing(
    small: Small, rows: dict[str, pd.DataFrame], moment: str
) -> None:
    die = "import os, signal\ndef die(): os.kill(os.getpid(), signal.SIGKILL)"
    main = f"from sim.cli.main import main\nmain(['sweep', 'compact', {str(small.store)!r}])"
    code = f"from sim.record import sweep_compaction as c, sweep_store as s\nimport os\n{die}\n{KILLED[moment]}\n{main}"
    before = len(small.parts())
    killed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert killed.returncode == -9, killed.stderr
    assert len(list((small.store / "parts").iterdir())) > before  # a new part, whole or half, beside the old ones
    assert_same(tables(small.store), rows)
    outcome = small.run()
    assert outcome.computed == 0 and outcome.done == 16 and not small.notes
    store, digest = SweepStore(small.store), small.sweep().digest
    assert compact(store, digest)[1] == 1 and len(small.parts()) == 1
    assert_same(tables(small.store), rows)
    assert small.run().computed == 0


def test_compaction_of_a_hundred_parts_gives_the_same_rows(whole: Small, tmp_path: Path) -> None:
    store, given = SweepStore(tmp_path / "store"), pq.read_table(whole.parts()[0] / "place_year.parquet")
    some = given.filter(pa.compute.equal(given["run"].cast(pa.string()), given["run"][0].as_py()))
    for i in range(100):
        keys = [f"run-{i:03}-a", f"run-{i:03}-b"]
        table = pa.concat_tables([some.set_column(0, "run", pa.array([key] * len(some))) for key in keys])
        if i % 3:  # parts of a program of another day: a column fewer
            table = table.drop_columns([table.column_names[-1]])
        about = pa.Table.from_pylist([{"run": key, "seconds": 1.0, "peak_memory_mb": i} for key in keys], RUN_FIELDS)
        store.write_part(f"chunk-{i:03}", "digest", about, {"place_year": table})
    store.refresh()
    before = _all_rows(store)
    target = 40 * sum(file[1] for file in store.parts["chunk-000"].files)
    before_and_after = compact(store, "digest", target)
    assert before_and_after[0] == 100 and 2 <= before_and_after[1] <= 4
    again = SweepStore(tmp_path / "store")
    again.refresh(deep=True)
    assert not again.damaged and len(again.done("digest")) == 200
    pd.testing.assert_frame_equal(_all_rows(again), before, check_exact=True)


def _all_rows(store: SweepStore) -> pd.DataFrame:
    """Of the table and the runs, in the order of runs, categories as text."""
    read = [[pq.read_table(path) for path in store.files(name, "digest")] for name in ("place_year", "runs")]
    table, runs = (pa.concat_tables(parts, promote_options="permissive").to_pandas() for parts in read)
    table = table.assign(**{name: table[name].astype(str) for name in table if not is_numeric_dtype(table[name])})
    table = table.sort_values("run", kind="stable", ignore_index=True)
    return table.merge(runs, on="run", how="left", validate="many_to_one")
