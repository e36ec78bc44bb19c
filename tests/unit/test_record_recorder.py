"""Year tables become compact Arrow batches without changing what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from sim.record.declaration import Column
from sim.record.recorder import YEARS, Recorder, Sink
from sim.record.tables import TABLES
from sim.store.files import read_table
from sim.store.sinks import FileSink, MemorySink

PLACES = ("USA", "CHN", "DEU")


@dataclass
class Year:
    year: int
    tables: dict[str, dict[str, np.ndarray]]


def record(sink: Sink, *years: Year, places: Sequence[str] = PLACES) -> None:
    """Years through a recorder."""
    recorder = Recorder(places, sink)
    for year in years:
        recorder.add(year)
    recorder.flush()


def recorded(table: str, columns: dict[str, np.ndarray], year: int = 2020) -> pa.Table:
    """One table of one year through the recorder."""
    sink = MemorySink()
    record(sink, Year(year, {table: columns}))
    return sink.tables()[table]


def flows(**more: np.ndarray) -> dict[str, np.ndarray]:
    return {
        "place_from": np.array([0, 1], np.int16),
        "place_to": np.array([1, 2], np.uint8),
        "origin": np.array([2, 0]),
        "stage": np.array([0, 2]),
        "new_moves": np.array([100.0, 300.0]),
        "new_moves_with_tie_at_destination": np.array([0.0, 100.0]),
        **more,
    }


def test_indices_become_names_and_counts_whole_numbers():
    table = recorded("flow_year", flows())
    assert table.column_names == TABLES["flow_year"].required
    assert table.to_pydict() == {
        "year": [2020, 2020],
        "place_from": ["USA", "CHN"],
        "place_to": ["CHN", "DEU"],
        "origin": ["DEU", "USA"],
        "stage": ["early", "senior"],
        "new_moves": [100, 300],
        "new_moves_with_tie_at_destination": [0, 100],
    }
    assert table.schema.field("new_moves").type == pa.int32()
    assert table.schema.field("origin").type == pa.dictionary(pa.int8(), pa.string())


def test_columns_by_partner_come_last_partner_by_partner():
    with_places = {f"{kind}_with_{place}": np.ones(3) for place in PLACES for kind in ("papers", "citations")}
    assert recorded("panel", with_places | panel_columns()).column_names[-6:] == list(with_places)


def test_a_column_or_table_without_declaration_is_an_error_that_says_where_to_declare_it():
    where = r"is not declared; declare it in sim/record/tables\.py"
    with pytest.raises(ValueError, match=f"column distance of table flow_year {where}"):
        recorded("flow_year", flows(distance=np.ones(2)))
    with pytest.raises(ValueError, match=f"table journey_year {where}"):
        recorded("journey_year", flows())


@pytest.mark.parametrize("unit, meaning", [("", "papers with an author here"), ("papers", "")])
def test_a_declaration_without_unit_or_meaning_is_an_error(unit: str, meaning: str):
    with pytest.raises(ValueError, match="column n_early needs a unit and a meaning"):
        Column("n_early", unit, "count", meaning)


def test_a_declaration_of_an_unknown_kind_or_of_papers_without_counting_is_an_error():
    with pytest.raises(ValueError, match="n_early: no kind 'number'; there are place, field"):
        Column("n_early", "persons", "number", "early researchers")
    with pytest.raises(ValueError, match="papers_early: papers need a counting"):
        Column("papers_early", "papers", "count", "papers of early researchers")


def test_missing_columns_are_an_error():
    short = flows()
    del short["origin"], short["stage"]
    with pytest.raises(ValueError, match="flow_year of year 2020 lacks the columns origin, stage"):
        recorded("flow_year", short)


def test_counts_that_are_not_whole_are_an_error_of_the_model():
    with pytest.raises(ValueError, match="new_moves counts real persons"):
        recorded("flow_year", flows(new_moves=np.array([1.5, 2.0])))


def test_counts_beyond_int32_raise_instead_of_wrapping():
    with pytest.raises(pa.ArrowInvalid):
        recorded("flow_year", flows(new_moves=np.array([3e9, 0.0])))


def panel_columns() -> dict[str, np.ndarray]:
    columns = {name: np.zeros(3) for name in TABLES["panel"].required if name != "year"}
    columns |= {name: np.zeros(3, np.uint8) for name in "origin place entry_place field stage".split()}
    return columns | {
        "uid": np.array([2**63 + 1, 7, 8], np.uint64),
        "moved_to": np.array([255, 1, 255], np.uint8),
        "institution": np.array([0, 3999, 5], np.uint16),
        "exit_reason": np.array(["", "fear", "career"]),
        "talent": np.array([0.1, 1.0, np.nan]),
    }


def test_no_place_and_no_reason_are_null():
    table = recorded("panel", panel_columns())
    assert table["moved_to"].to_pylist() == [None, "CHN", None]
    assert table["exit_reason"].to_pylist() == [None, "fear", "career"]
    assert table["uid"].to_pylist()[0] == 2**63 + 1
    assert table.schema.field("talent").type == pa.float32()


def constituencies(member: list[int]) -> dict[str, np.ndarray]:
    values = {name: np.ones(2) for name in ("n_researchers", "papers_fractional", "new_exits", "fear_mean")}
    return {"place": np.array([0, 1]), "kind": np.array([0, 3]), "member": np.array(member, np.int16), **values}


@pytest.mark.parametrize("n_places", [3, 124])
def test_members_of_constituencies_are_words_in_worlds_of_any_size(n_places: int):
    sink, places = MemorySink(), [f"place {p}" for p in range(n_places)]
    last = n_places + 3 + 4 + 6 - 1
    record(sink, Year(2020, {"constituency_year": constituencies([1, last])}), places=places)
    table = sink.tables()["constituency_year"]
    assert table["kind"].to_pylist() == ["origin", "field"] and table["member"].to_pylist() == ["place 1", "social"]
    assert table.schema.field("n_researchers").type == pa.int32()
    assert table.schema.field("papers_fractional").type == pa.float32()


def test_an_unknown_reason_is_an_error():
    with pytest.raises(ValueError, match="exit_reason holds \\['boredom'\\]"):
        recorded("panel", panel_columns() | {"exit_reason": np.array(["", "boredom", "fear"])})


def test_the_world_keeps_full_precision():
    columns = {name: np.array([1.0]) for name in TABLES["world_year"].required} | {"impact_sum": np.array([1 / 3])}
    table = recorded("world_year", columns | {"year": np.array([2020]), "papers": np.array([3e9])})
    assert table["impact_sum"].to_pylist() == [1 / 3] and table["papers"].to_pylist() == [3_000_000_000]


def test_tables_without_rows_are_skipped():
    sink = MemorySink()
    record(sink, Year(2020, {"decisions": {"place": np.array([])}, "panel": {}}))
    assert list(sink.tables()) == []


def test_both_sinks_keep_the_same(tmp_path: Path):
    memory, files = MemorySink(), FileSink(tmp_path)
    for sink in (memory, files):
        tables = {"flow_year": flows(), "panel": panel_columns() | {"talent": np.ones(3)}}
        record(sink, *(Year(year, tables) for year in (2019, 2020)))
    files.close()
    for name, table in memory.tables().items():
        assert read_table(tmp_path / f"{name}.arrow").equals(table)


def test_years_go_on_in_order_whenever_they_are_handed_over_and_whatever_the_world_does_with_its_arrays():
    sink, world = MemorySink(), flows()
    recorder = Recorder(PLACES, sink)
    for year in range(2000, 2000 + 2 * YEARS + 3):
        world["new_moves"][:] = year
        recorder.add(Year(year, {"flow_year": world}))
        if year == 2001:
            recorder.flush()
    recorder.flush()
    table = sink.tables()["flow_year"]
    assert table["year"].to_pylist() == table["new_moves"].to_pylist() == sorted(2 * list(range(2000, year + 1)))
    assert len(table.to_batches()) == 4


def test_recording_does_not_touch_what_the_world_hands_out():
    given = flows()
    before = {name: values.copy() for name, values in given.items()}
    recorded("flow_year", given)
    assert list(given) == list(before) and all(np.array_equal(given[name], before[name]) for name in given)
