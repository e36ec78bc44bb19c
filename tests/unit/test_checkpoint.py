"""History cache: exact, checked, locked, pruned."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from sim.record import checkpoint
from sim.record.checkpoint import DamagedEntry, History, HistoryCache, cache_dir, list_cache, prune_cache
from sim.record.files import file_lock, read_state, write_state

STATE = {
    "year": np.array(2017),
    "uid": np.array([1, 2**64 - 1], np.uint64),
    "ties": np.arange(12, dtype=np.int32).reshape(3, 4),
    "turned": np.arange(6.0).reshape(2, 3).T,
    "none": np.zeros((0, 5), np.float32),
    "flags": np.array([True, False]),
    "words": np.array(["visa", "disclosure"]),
    "odd": np.array([np.nan, np.inf, -0.0]),
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
    assert not cache.check("k")
    cache.save("k", history(), {"scale": 100})
    assert cache.check("k")
    loaded = cache.load("k")
    assert loaded.year == 2017 and loaded.tables["world_year"].equals(history().tables["world_year"])
    assert np.array_equal(loaded.state["ties"], STATE["ties"])
    assert cache.load("k", tables=False).tables == {} and cache.load("k", state=False).state == {}
    (entry,) = list_cache(tmp_path)
    assert entry.key == "k" and entry.bytes > 0 and entry.about == {"year": 2017, "scale": 100}
    assert "scale=100" in str(entry)
    assert [gone.key for gone in prune_cache(tmp_path)] == ["k"]
    assert list_cache(tmp_path) == [] and not cache.check("k")


@pytest.mark.parametrize("what", ["state.arrow", "tables/world_year.arrow", "meta.json", "gone", "version"])
def test_damage_is_found(tmp_path: Path, what: str):
    cache = HistoryCache(tmp_path)
    cache.save("k", history(), {})
    folder = tmp_path / "k"
    if what == "gone":
        (folder / "state.arrow").unlink()
    elif what == "version":
        meta = json.loads((folder / "meta.json").read_text())
        (folder / "meta.json").write_text(json.dumps(meta | {"version": 0}))
    else:
        content = bytearray((folder / what).read_bytes())
        content[len(content) // 2] ^= 1
        (folder / what).write_bytes(bytes(content) if what != "meta.json" else b"{")
    with pytest.raises(DamagedEntry):
        cache.check("k")
    with pytest.raises(DamagedEntry):
        cache.load("k")
    cache.save("k", history(), {})
    assert cache.check("k")
    assert len(list_cache(tmp_path)) == 1


def test_a_failed_save_leaves_nothing(tmp_path: Path):
    with pytest.raises(TypeError):
        HistoryCache(tmp_path).save("k", History(2017, {"bad": np.array([{}], dtype=object)}, {}), {})
    assert list(tmp_path.iterdir()) == []


def test_pruning_spares_the_recent_and_the_small(tmp_path: Path):
    cache = HistoryCache(tmp_path)
    for age, key in enumerate(("new", "old", "older")):
        cache.save(key, history(), {})
        os.utime(tmp_path / key, (time.time() - 100 * age,) * 2)
    size = list_cache(tmp_path)[0].bytes
    assert prune_cache(tmp_path, max_bytes=3 * size) == []
    assert prune_cache(tmp_path, max_bytes=size, unused_seconds=1000) == []
    assert [gone.key for gone in prune_cache(tmp_path, max_bytes=2 * size)] == ["older"]
    assert [entry.key for entry in list_cache(tmp_path)] == ["new", "old"]


def test_loading_counts_as_use(tmp_path: Path):
    cache = HistoryCache(tmp_path)
    for key in ("a", "b"):
        cache.save(key, history(), {})
    os.utime(tmp_path / "a", (1, 1))
    os.utime(tmp_path / "b", (2, 2))
    cache.load("a")
    assert [entry.key for entry in list_cache(tmp_path)] == ["a", "b"]


def test_leftovers_of_killed_processes_are_swept_later(tmp_path: Path):
    (tmp_path / ".k.1.tmp").mkdir()
    (tmp_path / ".k.lock").touch()
    prune_cache(tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    for path in tmp_path.iterdir():
        os.utime(path, (time.time() - 2 * checkpoint.KEEP_SECONDS,) * 2)
    prune_cache(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("TALENT_CIRCULATION_CACHE", str(tmp_path))
    assert cache_dir() == tmp_path / "history"
    monkeypatch.delenv("TALENT_CIRCULATION_CACHE")
    assert cache_dir().parts[-2:] == ("talent-circulation", "history")


HOLD = """
import sys, time
from pathlib import Path
from sim.record.files import file_lock
with file_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def test_a_lock_makes_others_wait_and_ends_with_its_process(tmp_path: Path):
    path = tmp_path / "k.lock"
    for seconds, kill in ((0.5, False), (60, True)):
        command = [sys.executable, "-c", HOLD, str(path), str(seconds)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        begin = time.monotonic()
        if kill:
            process.kill()
        with file_lock(path):
            waited = time.monotonic() - begin
        process.wait()
        process.stdout.close()
        assert waited < 20 if kill else waited > 0.2
