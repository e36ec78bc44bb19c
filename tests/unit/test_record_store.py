"""Parts, and the tables that are put together from them."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.core.digest import file_digest
from sim.record.tables import TABLES
from sim.store.edition import KEY, OUTPUTS_VERSION
from sim.store.files import write_table
from sim.store.parts import PartMeta, PartStore, RunId, write_part_meta
from sim.store.runs import (
    ParquetTable,
    RunTables,
    assemble,
    copy_run,
    empty_table,
    finished_runs,
    pieces,
    replicates,
    table_names,
)

SCENARIOS = ("baseline", "open")


def flows(years: range) -> pa.Table:
    n = len(years)
    places = pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, np.int8)), pa.array(["USA", "CHN"]))
    return pa.table(
        {"year": pa.array(years, pa.int16()), "place": places, "x": pa.array(np.arange(n, dtype=np.float32))}
    )


def runs() -> list[RunTables]:
    history = {"entry_year": flows(range(2000, 2018))}
    return [
        RunTables(RunId(scenario, mode, 0, replicate), history, {"entry_year": flows(range(2018, 2021))})
        for scenario in SCENARIOS
        for mode in ("scripted", "reactive")
        for replicate in range(2)
    ]


def write(folder: Path, name: str, found: list[RunTables]) -> None:
    table = ParquetTable(folder, name, SCENARIOS)
    for group in replicates(found, lambda run: run.run):
        table.append(group)
    table.close()


def test_a_history_that_runs_share_is_read_once():
    class Counted(dict[str, pa.Table]):
        reads = 0

        def __getitem__(self, name: str) -> pa.Table:
            self.reads += 1
            return super().__getitem__(name)

    shared = Counted(entry_year=flows(range(2010, 2018)))
    found = [replace(run, history=shared) for run in runs()]
    assert len(list(pieces("entry_year", found, SCENARIOS))) == 2 * len(found)
    assert shared.reads == 1


def test_history_is_repeated_in_front_of_every_run(tmp_path: Path):
    table = assemble("entry_year", runs(), SCENARIOS)
    assert table.num_rows == 8 * 21 and table.column_names[:4] == ["scenario", "draw", "replicate", "mode"]
    rows = table.to_pandas()
    assert (
        list(rows.groupby(["scenario", "mode", "replicate"], observed=True, sort=False)["year"].first()) == [2000] * 8
    )
    write(tmp_path, "entry_year", runs())
    assert pq.read_table(tmp_path / "entry_year.parquet").to_pydict() == table.to_pydict()


def test_every_table_of_the_contract_is_there_even_if_nothing_was_recorded(tmp_path: Path):
    assert set(table_names(runs())) == set(TABLES)
    for name in TABLES:
        write(tmp_path, name, [])
        assert pq.read_table(tmp_path / f"{name}.parquet").column_names == empty_table(name, SCENARIOS).column_names


def meta(key: str, run: RunId) -> PartMeta:
    return PartMeta(key, run.scenario, run.mode, run.draw, run.replicate)


def test_a_part_is_there_completely_or_not_at_all(tmp_path: Path):
    store = PartStore(tmp_path)
    with pytest.raises(RuntimeError), store.writing("abc") as folder:
        write_table(folder / "entry_year.arrow", flows(range(3)))
        raise RuntimeError
    assert list(tmp_path.iterdir()) == [] and store.meta("abc") is None
    with store.writing("abc") as folder:
        write_table(folder / "entry_year.arrow", flows(range(3)))
        write_part_meta(folder, meta("abc", RunId("open", "scripted", 0, 1)))
    found = store.meta("abc")
    assert found is not None and found.replicate == 1
    assert store.tables("abc")["entry_year"].equals(flows(range(3)))


def test_a_run_is_copied_from_another_commands_tables(tmp_path: Path):
    folder, part = tmp_path / "out" / "experiment" / "key", tmp_path / "part"
    folder.mkdir(parents=True)
    part.mkdir()
    write(folder, "entry_year", runs())
    write(folder, "decisions", runs())
    wanted = meta("abc", RunId("open", "reactive", 0, 1))
    for name in set(TABLES) - {"entry_year", "decisions"}:
        pq.write_table(empty_table(name, SCENARIOS), folder / f"{name}.parquet")
    files = {path.name: file_digest(path) for path in folder.iterdir()}
    manifest = {KEY: OUTPUTS_VERSION, "status": "done", "runs": [asdict(wanted)], "checksums": {"files": files}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder.parent / "broken").mkdir()
    (folder.parent / "broken" / "manifest.json").write_text("{")
    ((tables, found),) = finished_runs(tmp_path / "out", {"abc", "def"}, [])
    copy_run(tables, found, 2017, part)
    assert [path.name for path in part.iterdir()] == ["entry_year.arrow"]
    write_part_meta(part, found)
    copied = PartStore(tmp_path).tables("part")["entry_year"]
    expected = flows(range(2018, 2021))
    assert copied.schema == expected.schema and copied.to_pydict() == expected.to_pydict()
    assert found.renamed(RunId("other", "reactive", 0, 1)).reused


def test_unfinished_and_failed_commands_lend_nothing(tmp_path: Path):
    folder = tmp_path / "experiment" / "key"
    folder.mkdir(parents=True)
    for status in ("running", "failed"):
        (folder / "manifest.json").write_text(json.dumps({"status": status, "runs": []}))
        assert list(finished_runs(tmp_path, {"abc"}, [])) == []
