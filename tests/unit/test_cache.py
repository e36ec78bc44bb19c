"""Cache of histories: exact, checked, locked, pruned."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pyarrow as pa
import pytest

from sim.core.digest import file_digest
from sim.core.locks import file_lock, lock_if_free
from sim.store import files
from sim.store import history as caches
from sim.store.files import read_state, write_state, write_table
from sim.store.history import FOLDER, DamagedEntry, History, HistoryCache, cache_dir, list_cache, prune_cache

KEY, OTHER, THIRD = "0" * 20, "1" * 20, "2" * 20
STATE = {
    "year": np.array(2017),
    "uid": np.array([1, 2**64 - 1], np.uint64),
    "ties": np.arange(12, dtype=np.int32).reshape(3, 4),
    "turned": np.arange(6.0).reshape(2, 3).T,
    "none": np.zeros((0, 5), np.float32),
    "flags": np.array([True, False]),
    "words": np.array(["visa", "disclosure"]),
    "odd": np.array([np.nan, np.inf, -0.0]),
    "strided": np.arange(40, dtype=np.uint64).reshape(10, 4)[::3, 1::2],
    "member": np.array([(1, 2.5), (3, 4.5)], [("uid", "u8"), ("talent", "f4")])["talent"],
    "records": np.array([(1, 2.5), (3, 4.5)], [("uid", "u8"), ("talent", "f4")]),
}


def history() -> History:
    return History(2017, STATE, {"world_year": pa.table({"year": [2016, 2017], "x": [0.5, 1.5]})})


def test_arrays_come_back_bit_by_bit_and_may_be_changed(tmp_path: Path):
    write_state(tmp_path / "s.arrow", STATE)
    again = read_state(tmp_path / "s.arrow")
    assert list(again) == list(STATE)
    for name, values in STATE.items():
        assert again[name].dtype == values.dtype and again[name].shape == values.shape
        assert again[name].tobytes() == values.tobytes()
    again["ties"][0, 0] = 99
    assert read_state(tmp_path / "s.arrow")["ties"][0, 0] == 0


def test_python_objects_are_refused(tmp_path: Path):
    with pytest.raises(TypeError, match="state bad holds Python objects"):
        write_state(tmp_path / "s.arrow", {"bad": np.array([{}], dtype=object)})


def test_an_entry_is_saved_loaded_listed_and_pruned(tmp_path: Path):
    cache = HistoryCache(tmp_path)
    assert not cache.check(KEY)
    cache.save(KEY, history(), {"scale": 100})
    assert cache.check(KEY)
    loaded = cache.load(KEY)
    assert loaded.year == 2017 and loaded.tables["world_year"].equals(history().tables["world_year"])
    assert np.array_equal(loaded.state["ties"], STATE["ties"])
    assert cache.load(KEY, tables=False).tables == {} and cache.load(KEY, state=False).state == {}
    (entry,) = list_cache(tmp_path)
    assert entry.name == KEY and entry.bytes > 0 and entry.about == {"year": 2017, "scale": 100}
    assert "scale=100" in str(entry)
    assert [gone.name for gone in prune_cache(tmp_path)] == [KEY]
    assert list_cache(tmp_path) == [] and not cache.check(KEY)


@pytest.mark.parametrize(
    "what", ["state.arrow", "tables/world_year.arrow", "meta.json", "gone", "version", "key", "foreign", "cut", "file"]
)
def test_damage_is_found(tmp_path: Path, what: str):
    cache = HistoryCache(tmp_path)
    cache.save(KEY, history(), {})
    folder = tmp_path / KEY
    if what == "gone":
        (folder / "state.arrow").unlink()
    elif what in ("version", "key", "foreign"):
        meta = json.loads((folder / "meta.json").read_text())
        change = {"version": {"version": 1}, "key": {"key": OTHER}, "foreign": {"program": "another"}}[what]
        (folder / "meta.json").write_text(json.dumps(meta | change))
    elif what == "cut":
        content = (folder / "state.arrow").read_bytes()
        (folder / "state.arrow").write_bytes(content[: len(content) // 2])
    elif what == "file":
        shutil.rmtree(folder)
        folder.write_text("a file where a folder should be")
    else:
        content = bytearray((folder / what).read_bytes())
        content[len(content) // 2] ^= 1
        (folder / what).write_bytes(bytes(content) if what != "meta.json" else b"{")
    with pytest.raises(DamagedEntry):
        cache.check(KEY)
    with pytest.raises(DamagedEntry):
        cache.load(KEY)
    cache.save(KEY, history(), {})
    assert cache.check(KEY)
    assert len(list_cache(tmp_path)) == 1


@pytest.mark.parametrize(
    "content", ["[]", "null", "{}", '{"version": 2}', '{"program": "talent-circulation", "year": 1, "version": 2}']
)
def test_any_other_json_is_foreign(tmp_path: Path, content: str):
    cache = HistoryCache(tmp_path)
    cache.save(KEY, history(), {})
    (tmp_path / KEY / "meta.json").write_text(content)
    with pytest.raises(DamagedEntry):
        cache.check(KEY)
    assert list_cache(tmp_path)[0].about == {"damaged": True}


def test_large_arrays_are_written_and_read_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    whole = np.arange(1000, dtype=np.uint64).reshape(250, 4)
    monkeypatch.setattr(files, "CHUNK_BYTES", 100)
    write_state(tmp_path / "s.arrow", STATE | {"whole": whole, "part": whole[::-2, 1:3]})
    with pa.OSFile(str(tmp_path / "s.arrow")) as file:
        assert pa.ipc.open_file(file).num_record_batches > 250 * 32 / 100
    again = read_state(tmp_path / "s.arrow")
    assert np.array_equal(again["whole"], whole) and np.array_equal(again["part"], whole[::-2, 1:3])
    assert all(again[name].tobytes() == values.tobytes() for name, values in STATE.items())


def test_writing_gives_the_checksum_of_the_file(tmp_path: Path):
    assert write_state(tmp_path / "s.arrow", STATE) == file_digest(tmp_path / "s.arrow")
    assert write_table(tmp_path / "t.arrow", pa.table({"x": [1, 2]})) == file_digest(tmp_path / "t.arrow")


def test_what_is_not_an_entry_is_never_touched(tmp_path: Path):
    HistoryCache(tmp_path).save(KEY, history(), {})
    for name in ("photos", ".git", ".notes.lock", ".DS_Store", KEY + "-copy"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "precious").touch()
        os.utime(tmp_path / name, (1, 1))
    assert [entry.name for entry in list_cache(tmp_path)] == [KEY]
    prune_cache(tmp_path)
    assert len(list(tmp_path.glob("*/precious"))) == 5 and not (tmp_path / KEY).exists()


def test_entries_in_work_are_spared(tmp_path: Path):
    cache = HistoryCache(tmp_path)
    cache.save(KEY, history(), {})
    with cache.lock(KEY):
        assert prune_cache(tmp_path) == []
    assert [gone.name for gone in prune_cache(tmp_path)] == [KEY]


def test_tables_of_many_years_are_kept_in_one_batch_with_their_types(tmp_path: Path):
    places = pa.DictionaryArray.from_arrays(pa.array([1, 0], pa.int8()), pa.array(["CHN", "USA"]))
    year = pa.table({"place": places, "x": pa.array([0.5, None], pa.float32())})
    cache, years = HistoryCache(tmp_path), pa.concat_tables([year] * 38)
    cache.save(KEY, History(2017, STATE, {"place_year": years}), {})
    kept = cache.load(KEY).tables["place_year"]
    assert kept.equals(years) and kept.schema == years.schema
    assert kept["x"].num_chunks == 1 < years["x"].num_chunks


def test_two_may_save_the_same_entry_at_once(tmp_path: Path):
    """Macro states of one baseline, computed by two commands."""
    cache = HistoryCache(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        for saving in [pool.submit(cache.save, KEY, history(), {}) for _ in range(40)]:
            saving.result()
    assert cache.check(KEY) and [path.name for path in tmp_path.iterdir()] == [KEY]


def test_a_failed_save_leaves_nothing(tmp_path: Path):
    with pytest.raises(TypeError):
        HistoryCache(tmp_path).save(KEY, History(2017, {"bad": np.array([{}], dtype=object)}, {}), {})
    assert list(tmp_path.iterdir()) == []


def test_pruning_spares_the_recent_and_the_small(tmp_path: Path):
    cache = HistoryCache(tmp_path)
    for age, key in enumerate((KEY, OTHER, THIRD)):
        cache.save(key, history(), {})
        os.utime(tmp_path / key, (time.time() - 100 * age,) * 2)
    size = list_cache(tmp_path)[0].bytes
    assert prune_cache(tmp_path, max_bytes=3 * size) == []
    assert prune_cache(tmp_path, max_bytes=size, unused_seconds=1000) == []
    assert [gone.name for gone in prune_cache(tmp_path, max_bytes=2 * size)] == [THIRD]
    assert [entry.name for entry in list_cache(tmp_path)] == [KEY, OTHER]


def test_loading_counts_as_use(tmp_path: Path):
    cache = HistoryCache(tmp_path)
    for key in (KEY, OTHER):
        cache.save(key, history(), {})
    os.utime(tmp_path / KEY, (1, 1))
    os.utime(tmp_path / OTHER, (2, 2))
    cache.load(KEY)
    assert [entry.name for entry in list_cache(tmp_path)] == [KEY, OTHER]


def test_leftovers_of_killed_processes_are_swept_later(tmp_path: Path):
    (tmp_path / f".{KEY}.1.tmp").mkdir()
    (tmp_path / f".{KEY}.lock").touch()
    prune_cache(tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    for path in tmp_path.iterdir():
        os.utime(path, (time.time() - 2 * caches.KEEP_SECONDS,) * 2)
    prune_cache(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("TALENT_CIRCULATION_CACHE", str(tmp_path))
    assert cache_dir() == tmp_path / FOLDER
    monkeypatch.delenv("TALENT_CIRCULATION_CACHE")
    assert cache_dir().parts[-2:] == ("talent-circulation", FOLDER)


HOLD = """
import sys, time
from pathlib import Path
from sim.core.locks import file_lock
with file_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def test_a_lock_makes_others_wait_and_ends_with_its_process(tmp_path: Path):
    path = tmp_path / "lock"
    for seconds, kill in ((0.5, False), (60, True)):
        command = [sys.executable, "-c", HOLD, str(path), str(seconds)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        begin = time.monotonic()
        with lock_if_free(path) as free:
            assert not free
        if kill:
            process.kill()
        waits = Mock()
        with file_lock(path, waits):
            waited = time.monotonic() - begin
        assert kill or waits.call_count == 1  # one that is killed may be gone already
        process.wait()
        process.stdout.close()
        assert waited < 20 if kill else waited > 0.2
        assert not path.exists(), "released locks leave no file"


def test_a_deleted_lock_file_is_no_second_lock(tmp_path: Path):
    """Who waited for a lock whose file is deleted when it is released takes the new file's lock, not the old one's."""
    path, order = tmp_path / "lock", list[str]()

    def wait(name: str) -> None:
        with file_lock(path):
            order.append(f"{name} in")
            time.sleep(0.02)
            order.append(f"{name} out")

    with ThreadPoolExecutor(8) as pool:
        for waiting in [pool.submit(wait, str(k)) for k in range(24)]:
            waiting.result()
    assert [line.split()[1] for line in order] == ["in", "out"] * 24
    assert [a.split()[0] for a in order[::2]] == [b.split()[0] for b in order[1::2]]
