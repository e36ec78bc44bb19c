"""Stores damaged, full or cut off in the middle: what is unsound is named, its runs only are redone."""

from __future__ import annotations

import errno
import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.core.digest import file_digest
from sim.store import sweep as sweep_store
from sim.store.sweep import INDEX, INDEX_SUM, META, StoreError, SweepStore
from sim.sweep import run as run_module
from tests.sweep.inline import Inline, Small
from tests.sweep.small_sweep import assert_same, tables

pytestmark = pytest.mark.usefixtures("inline")


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
    "half of part.json": (lambda part: _truncate(part / META), "part.json cannot be read"),
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
    _write_index(store, first.slice(0, 1))


def _wrong_index(store: Path) -> None:
    """Index that promises a part with a run that there is not."""
    index = pq.read_table(store / INDEX).to_pandas()
    wrong = pa.Table.from_pandas(index.assign(part="chunk-0", run="0" * 20))
    _write_index(store, wrong.replace_schema_metadata(pq.read_schema(store / INDEX).metadata))


def _write_index(store: Path, index: pa.Table) -> None:
    """A sound index, whatever it says."""
    pq.write_table(index, store / INDEX)
    (store / INDEX_SUM).write_text(file_digest(store / INDEX))


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


def test_no_rotten_bit_of_the_index_is_believed(small: Small) -> None:
    sound = SweepStore(small.store)
    sound.refresh()
    content = (small.store / INDEX).read_bytes()
    for at in range(0, len(content), 61):
        (small.store / INDEX).write_bytes(content[:at] + bytes([content[at] ^ 1 << at % 8]) + content[at + 1 :])
        store = SweepStore(small.store)
        store.refresh()
        assert {name: part.runs for name, part in store.parts.items()} == {
            name: part.runs for name, part in sound.parts.items()
        }


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
