"""Year tables of the world become compact Arrow batches: indices turn into names, numbers shrink.

The recorder only copies what the world hands out, so that recording more changes nothing. Columns that are the same
for all rows of a run (scenario, draw, replicate, mode) are added last, by `sim.store.runs`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.core.axes import NONE
from sim.record.declaration import Column, Table, names_by_kind
from sim.record.rounding import rounded
from sim.record.tables import declared

Names = tuple[str, ...]
Convert = Callable[[np.ndarray], pa.Array]
YEARS = 8  # in one batch, which costs hardly more than one of a single year


@dataclass(frozen=True)
class YearResult:
    """What a year leaves: columnar tables without the columns that are the same for the whole run."""

    year: int
    tables: Mapping[str, Mapping[str, np.ndarray]]

    def __repr__(self) -> str:
        return f"<YearResult {self.year}: {', '.join(self.tables)}>"


class Sink(Protocol):
    """Takes the batches of one run."""

    def write(self, table: str, batch: pa.RecordBatch) -> None: ...


class Recorder:
    """Turns the tables of each year into Arrow batches and hands them to a sink.

    Parameters
    ----------
    places : names (ISO3) by place index.
    sink : where batches go.
    """

    def __init__(self, places: Sequence[str], sink: Sink) -> None:
        self._sink = sink
        self._names = {kind: pa.array(words, pa.string()) for kind, words in names_by_kind(places).items()}
        self._prepared: dict[tuple[str, Names], list[tuple[str, Convert]]] = {}  # alike every year
        self._held: dict[str, tuple[Names, list[dict[str, np.ndarray]]]] = {}

    def add(self, result: YearResult) -> None:
        """Record one year; tables without rows this year are skipped.

        Raises
        ------
        ValueError : a column is missing or is not declared; from here or `flush`: it holds what its declaration does
            not allow.
        """
        for name, columns in result.tables.items():
            if any(len(values) for values in columns.values()):
                self._keep(declared(name), result.year, columns)

    def flush(self) -> None:
        """Hand over all that is still held back."""
        for name in list(self._held):
            self._hand_over(name)

    def _keep(self, table: Table, year: int, columns: Mapping[str, np.ndarray]) -> None:
        """Hold one table of one year back until there are enough years of it for a batch."""
        if "year" not in columns:
            columns = {"year": np.full(len(next(iter(columns.values()))), year, np.int16), **columns}
        given = tuple(columns)
        if (table.name, given) not in self._prepared:
            missing = [name for name in table.required if name not in columns]
            if missing:
                raise ValueError(f"table {table.name} of year {year} lacks the columns {', '.join(missing)}")
            found = _in_order(table.name, given)
            self._prepared[table.name, given] = [(name, self._convert(table, column)) for name, column in found]
        before, years = self._held.get(table.name, (given, []))
        if before != given:
            self._hand_over(table.name)
            years = []
        years.append({name: values.copy() for name, values in columns.items()})  # the world may go on to change them
        self._held[table.name] = given, years
        if len(years) == YEARS:
            self._hand_over(table.name)

    def _hand_over(self, table: str) -> None:
        """One batch of all years held of a table, with the columns in their declared order."""
        given, years = self._held.pop(table)
        prepared = self._prepared[table, given]
        arrays = [convert(np.concatenate([columns[name] for columns in years])) for name, convert in prepared]
        self._sink.write(table, pa.record_batch(arrays, names=[name for name, _ in prepared]))

    def _convert(self, table: Table, column: Column) -> Convert:
        """How values of one column become what is kept of them."""
        words = self._names.get(column.kind)
        if words is not None:
            return partial(_names_of, column.name, words)
        kept = pa.type_for_alias(table.type_of(column))
        if pa.types.is_string(kept):
            return partial(pa.array, type=kept)
        return partial(_numbers, column, np.dtype(kept.to_pandas_dtype()))


@lru_cache(maxsize=64)
def _in_order(table: str, given: Names) -> list[tuple[str, Column]]:
    """Declarations of columns in the order of the file; the same in all runs of a process."""
    of = declared(table)
    return sorted(((name, of.column(name)) for name in given), key=lambda item: of.rank(item[1]))


def _names_of(name: str, words: pa.Array, values: np.ndarray) -> pa.Array:
    return _named(values, words) if values.dtype.kind in "iub" else _words(name, values, words)


def _numbers(column: Column, dtype: np.dtype[np.generic], values: np.ndarray) -> pa.Array:
    """Array of numbers of the type that is kept."""
    if column.kind == "count" and values.dtype.kind == "f":
        values = _whole(column.name, values)
    # no index of an institution is negative: rows of a class have none
    none = values < 0 if column.kind == "identity" and values.dtype.kind == "i" else None
    narrow = _narrow(values, dtype)
    return pa.array(rounded(narrow) if column.rounded else narrow, mask=none)


def _named(codes: np.ndarray, words: pa.Array) -> pa.Array:
    """Dictionary array of names by index; 255 (no place) and negative codes are null."""
    missing = (codes == NONE) | (codes < 0)
    index = np.int8 if len(words) <= np.iinfo(np.int8).max else np.int16
    indices = pa.array(codes.astype(index), mask=missing if missing.any() else None)
    return pa.DictionaryArray.from_arrays(indices, words)


def _words(name: str, values: np.ndarray, words: pa.Array) -> pa.Array:
    """Dictionary array of names given as text; the empty text is null, an unknown one an error."""
    text = pa.array(values, pa.string())
    indices = pc.index_in(text, value_set=words)
    unknown = pc.unique(text.filter(pc.and_(indices.is_null(), pc.not_equal(text, "")))).to_pylist()
    if unknown:
        raise ValueError(f"column {name} holds {unknown}; known are {words.to_pylist()}")
    return pa.DictionaryArray.from_arrays(indices.cast(pa.int8()), words)


def _whole(name: str, values: np.ndarray) -> np.ndarray:
    """Counts that were computed as floats, as integers; anything but whole numbers is an error of the model."""
    whole = np.rint(values)
    if not (whole == values).all():
        raise ValueError(f"column {name} counts real persons or papers and must hold whole numbers")
    return whole.astype(np.int64)


def _narrow(values: np.ndarray, dtype: np.dtype[np.generic]) -> np.ndarray:
    """Values of a smaller type; raises if an integer does not hold what is there: counts never wrap around."""
    narrow = values.astype(dtype, copy=False)
    if narrow.dtype.kind in "iub" and narrow is not values and not (narrow == values).all():
        raise pa.ArrowInvalid(f"{values.min()} to {values.max()} does not fit into {dtype}")
    return narrow
