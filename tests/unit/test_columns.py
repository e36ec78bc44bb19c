"""The column store: growth, reuse of freed rows, empty values, state round trip."""

from __future__ import annotations

import numpy as np
import pytest
from numba import typeof

from sim.core.axes import NONE
from sim.core.columns import COLUMNS, N_TIES, RECORDS, Block, Columns
from sim.data.fields import N_FIELDS


def filled(n: int, capacity: int = 16) -> Block:
    """Block whose every column holds a value that tells rows and columns apart."""
    block = Block(capacity)
    rows = block.allocate(n)
    for at, column in enumerate(COLUMNS):
        values = (np.arange(n) * 7 + at + 1) % 200
        getattr(block, column.name)[rows] = values if column.width == 1 else values[:, None] + np.arange(column.width)
    block.uid[rows] = np.arange(1, n + 1)
    return block


def test_every_column_has_its_type_and_width() -> None:
    block = Block(8)
    for column in COLUMNS:
        array = getattr(block, column.name)
        assert array.dtype == np.dtype(column.dtype)
        assert array.shape == ((8,) if column.width == 1 else (8, N_TIES))


def test_growing_keeps_every_value() -> None:
    block = filled(10, capacity=10)
    before = {column.name: getattr(block, column.name)[:10].copy() for column in COLUMNS}
    block.allocate(500)
    assert block.capacity >= 510
    for name, array in before.items():
        np.testing.assert_array_equal(getattr(block, name)[:10], array)


def test_rows_beyond_the_old_capacity_are_nobodys() -> None:
    block = filled(10, capacity=10)
    rows = block.allocate(50)
    assert not block.uid[rows].any() and not block.ties[rows].any()


def test_records_are_packed_and_aligned() -> None:
    sizes = {name: dtype.itemsize for name, dtype in RECORDS.items()}
    assert sizes == {"person": 32, "ties": 32, "output": 24}, "half a cache line a person and 88 bytes in all"
    block = Block(8)
    assert block.place.base is block.uid.base, "columns of a record share their memory"


def test_freed_rows_are_reused_in_order_before_new_ones() -> None:
    block = filled(10)
    block.retire(np.array([7, 2, 4]))
    assert block.n_alive == 7
    np.testing.assert_array_equal(block.allocate(2), [2, 4])
    block.uid[[2, 4]] = [100, 101]
    np.testing.assert_array_equal(block.allocate(3), [7, 10, 11])


def test_a_retired_row_is_nobody_anywhere() -> None:
    block = filled(5)
    block.retire(np.array([3]))
    assert block.uid[3] == 0
    assert block.place[3] == block.prev_place[3] == block.dual[3] == NONE
    assert not block.ties[3].any()
    np.testing.assert_array_equal(block.alive(), [0, 1, 2, 4])


def test_clear_leaves_nothing_of_the_old_person() -> None:
    block = filled(6)
    block.clear(np.array([1, 5]))
    for column in COLUMNS:
        assert (getattr(block, column.name)[[1, 5]] == column.empty).all()
        assert getattr(block, column.name)[[0, 2, 3, 4]].any(), "other rows keep their values"


def test_rows_are_views_of_used_rows() -> None:
    block = filled(5, capacity=64)
    people, ties, output = block.rows
    assert len(people) == len(ties) == len(output) == 5
    people["place"][2], ties[3, 1], output["papers"][4] = 42, 7, 9
    assert (block.place[2], block.ties[3, 1], block.papers[4]) == (42, 7, 9)


@pytest.mark.parametrize("n", [0, 1, 5])
def test_rows_have_one_type_whatever_their_number(n: int) -> None:
    """So that no kernel is compiled a second time, for an empty field or for one that is restored."""
    fresh = Block(8)
    fresh.allocate(n)
    expected = [typeof(array) for array in filled(7).rows]
    for block in (fresh, Block.from_records(fresh.records())):
        assert [typeof(array) for array in block.rows] == expected


def test_state_round_trip_bit_by_bit() -> None:
    columns = Columns([filled(n) for n in range(1, N_FIELDS + 1)])
    columns.blocks[3].retire(np.array([0, 2]))
    again = Columns.from_state({name: array.copy() for name, array in columns.state().items()})
    for block, copy in zip(columns, again):
        assert copy.n_rows == block.n_rows
        for column in COLUMNS:
            a, b = getattr(block, column.name)[: block.n_rows], getattr(copy, column.name)[: copy.n_rows]
            assert a.dtype == b.dtype and a.tobytes() == b.tobytes()
        np.testing.assert_array_equal(copy.allocate(2), block.allocate(2))


def test_a_restored_store_shares_no_memory_with_the_state() -> None:
    columns = Columns([filled(3) for _ in range(N_FIELDS)])
    state = columns.state()
    again = Columns.from_state(state)
    again.blocks[0].talent[:] = -1.0
    assert (columns.blocks[0].talent[:3] >= 0.0).all()


@pytest.mark.parametrize("name", ["uid", "talent", "ties"])
def test_gather_skips_free_rows_and_aligns_with_fields(name: str) -> None:
    columns = Columns([filled(4) for _ in range(N_FIELDS)])
    columns.blocks[1].retire(np.array([0, 3]))
    gathered = columns.gather(name)
    assert len(gathered) == len(columns) == len(columns.field_of()) == 4 * N_FIELDS - 2
    np.testing.assert_array_equal(gathered[columns.field_of() == 1], getattr(columns.blocks[1], name)[[1, 2]])
    assert (gathered[columns.field_of() == 1].size) == 2 * (N_TIES if name == "ties" else 1)
