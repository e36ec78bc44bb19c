"""Checkpoints of a run: exact, checked one by one, kept from other processes, and never the reason a run fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from sim.store import checkpoint
from sim.store.checkpoint import Checkpoints, count, discard, open_checkpoints
from sim.store.history import History, HistoryCache, list_cache, prune_cache
from sim.store.sinks import MemorySink

KEY, OTHER = "0" * 20, "1" * 20
NAME = f"checkpoint-{KEY}"


def rows(year: int) -> pa.RecordBatch:
    words = pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int8()), pa.array(["CHN", "USA"]))
    return pa.record_batch({"year": pa.array([year, year], pa.int16()), "place": words})


def state(year: int) -> dict[str, np.ndarray]:
    return {"year": np.array(year), "talent": np.arange(float(year)).reshape(-1, 2)[:, 0] if year % 2 == 0 else STATE}


STATE = np.arange(7.0)


def record(saved: Checkpoints, years: range, sink: MemorySink | None = None) -> MemorySink:
    """Years as a run lives through them; tables `a` every year, `b` in some."""
    sink = sink or MemorySink()
    tee = saved.recording(sink)
    for year in years:
        tee.write("a", rows(year))
        if year % 3 == 0:
            tee.write("b", rows(year))
        if saved.due:
            saved.take(year, lambda year=year: state(year))
    return sink


def open_at(root: Path, notes: list[str] | None = None, seconds: float = 1e-9):
    return open_checkpoints(root, KEY, seconds, {"of": "open/scripted"}, [] if notes is None else notes)


def straight(until: int) -> dict[str, pa.Table]:
    return dict(record(Checkpoints(None, KEY, 0.0, {}, []), range(1990, until + 1)).tables())


def test_a_run_goes_on_from_the_newest_checkpoint_with_the_same_tables(tmp_path: Path):
    with open_at(tmp_path) as saved:
        assert saved.newest() is None
        record(saved, range(1990, 1996))
    for begin, end in ((1996, 1999), (1999, 2004)):  # killed twice
        with open_at(tmp_path) as saved:
            found = saved.newest()
            assert found is not None and found[0] == begin - 1
            assert all(np.array_equal(values, state(begin - 1)[name]) for name, values in found[1].items())
            sink = MemorySink()
            saved.restore(sink)
            tables = record(saved, range(begin, end), sink).tables()
    assert tables.keys() == straight(2003).keys()
    assert all(tables[name].equals(table) for name, table in straight(2003).items())


def test_rows_are_written_once_and_two_states_are_kept(tmp_path: Path):
    with open_at(tmp_path) as saved:
        record(saved, range(1990, 1996))
    names = {path.name for path in (tmp_path / NAME).iterdir()}
    parts = {f"{year}.a.arrow" for year in range(1990, 1996)} | {"1992.b.arrow", "1995.b.arrow"}
    assert names == parts | {"1994.arrow", "1994.json", "1995.arrow", "1995.json"}


def test_small_runs_write_nothing(tmp_path: Path):
    with open_at(tmp_path, seconds=30.0) as saved:
        record(saved, range(1990, 1996))
        assert not (tmp_path / NAME).exists()
    assert list(tmp_path.iterdir()) == []


def test_none_are_taken_or_read_if_turned_off(tmp_path: Path):
    with open_at(tmp_path) as saved:
        record(saved, range(1990, 1992))
    before = sorted(tmp_path.rglob("*"))
    with open_at(tmp_path, seconds=0.0) as saved:
        assert saved.newest() is None
        record(saved, range(1990, 1996))
        saved.remove()
    assert sorted(tmp_path.rglob("*")) == before
    with open_checkpoints(None, KEY, 30.0, {}, []) as saved:
        assert saved.newest() is None


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def change(path: Path, **values: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


DAMAGES = {
    "a flipped bit of the state": lambda folder: flip(folder / "1995.arrow"),
    "a flipped bit of its rows": lambda folder: flip(folder / "1995.a.arrow"),
    "a state cut short": lambda folder: (folder / "1995.arrow").write_bytes((folder / "1995.arrow").read_bytes()[:-9]),
    "an empty state": lambda folder: (folder / "1995.arrow").write_bytes(b""),
    "no state": lambda folder: (folder / "1995.arrow").unlink(),
    "no rows": lambda folder: (folder / "1995.b.arrow").unlink(),
    "half a file of checksums": lambda folder: (folder / "1995.json").write_bytes(
        (folder / "1995.json").read_bytes()[:99]
    ),
    "another version": lambda folder: change(folder / "1995.json", version=1),
    "another run": lambda folder: change(folder / "1995.json", key=OTHER),
    "another program": lambda folder: change(folder / "1995.json", program="another"),
}


@pytest.mark.parametrize("what", DAMAGES)
def test_of_a_damaged_one_the_user_is_told_and_the_one_before_it_is_used(tmp_path: Path, what: str):
    with open_at(tmp_path) as saved:
        record(saved, range(1990, 1996))
    DAMAGES[what](tmp_path / NAME)
    notes: list[str] = []
    with open_at(tmp_path, notes) as saved:
        found = saved.newest()
        assert found is not None and found[0] == 1994
        assert len(notes) == 1 and str(tmp_path / NAME / "1995.json") in notes[0] and "cannot be used" in notes[0]
        sink = MemorySink()
        saved.restore(sink)
        tables = record(saved, range(1995, 1998), sink).tables()
        assert all(tables[name].equals(table) for name, table in straight(1997).items())
        again = saved.newest()  # what was damaged has been written anew
        assert again is not None and again[0] == 1997 and len(notes) == 1


def test_with_all_of_them_damaged_the_run_begins_at_the_start(tmp_path: Path):
    notes: list[str] = []
    with open_at(tmp_path, notes) as saved:
        record(saved, range(1990, 1996))
        flip(tmp_path / NAME / "1990.a.arrow")  # rows that both need
        assert saved.newest() is None and len(notes) == 2
        assert count(tmp_path, {KEY}) == 0


def test_foreign_files_are_no_checkpoints(tmp_path: Path):
    (tmp_path / NAME).mkdir()
    for name in ("notes.json", "1995.txt", "1995.arrow", ".1995.json.tmp"):
        (tmp_path / NAME / name).write_text("{}")
    notes: list[str] = []
    with open_at(tmp_path, notes) as saved:
        assert saved.newest() is None and notes == []


def failing(path: Path, *_: object) -> str:
    path.write_bytes(b"half")
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("what", ["write_state", "write_table", "write_meta"])
def test_a_full_disk_ends_the_checkpoints_and_not_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str):
    notes: list[str] = []
    with open_at(tmp_path, notes) as saved:
        sink = record(saved, range(1990, 1994))
        monkeypatch.setattr(checkpoint, what, failing)
        tables = record(saved, range(1994, 1999), sink).tables()
        assert all(tables[name].equals(table) for name, table in straight(1998).items())
    (note,) = notes
    assert "no more checkpoints" in note and "No space left" in note
    assert not list((tmp_path / NAME).glob(".*")), "no half-written file keeps the disk full"
    monkeypatch.undo()
    with open_at(tmp_path) as saved:
        found = saved.newest()
        assert found is not None and found[0] == 1993


def test_an_unwritable_folder_is_a_note(tmp_path: Path):
    (tmp_path / "file").touch()
    notes: list[str] = []
    with open_at(tmp_path / "file", notes) as saved:
        record(saved, range(1990, 1992))
    assert len(notes) == 1 and "cannot be written" in notes[0]


def test_two_that_compute_the_same_run_do_not_meet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checkpoint, "WAIT_SECONDS", 0.1)
    with open_at(tmp_path) as one, open_at(tmp_path) as two:
        record(one, range(1990, 1993))
        assert two.newest() is None
        record(two, range(1990, 1996))
        found = one.newest()
        assert found is not None and found[0] == 1992
        discard(tmp_path, {KEY})
        assert count(tmp_path, {KEY}) == 1 and len(list_cache(tmp_path)) == 2, "neither is in the way of the other"
        two.remove()
    discard(tmp_path, {OTHER})
    assert count(tmp_path, {KEY, OTHER}) == 1 and count(tmp_path, {OTHER}) == 0
    discard(tmp_path, {KEY})
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Path]:
    """Folder with a history, and a checkpoint of another one."""
    HistoryCache(tmp_path).save(OTHER, History(2017, state(2017), {}), {})
    with open_at(tmp_path) as saved:
        record(saved, range(1990, 1996))
        yield tmp_path


def test_they_are_listed_with_their_year_and_pruned_unless_in_work(both: Path):
    found = {entry.name: entry for entry in list_cache(both)}
    assert found[NAME].kind == "checkpoint" and found[OTHER].kind == "history"
    assert found[NAME].about == {"year": 1995, "of": "open/scripted"} and found[NAME].bytes > 0
    assert [entry.name for entry in prune_cache(both)] == [OTHER]


def test_those_of_finished_histories_go_by_themselves(tmp_path: Path):
    with open_at(tmp_path) as saved:
        record(saved, range(1990, 1992))
    HistoryCache(tmp_path).save(KEY, History(2017, state(2017), {}), {})  # killed before it could remove them
    assert [entry.name for entry in list_cache(tmp_path)] == [KEY]
