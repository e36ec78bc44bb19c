"""Rows of the runs of one replicate, put side by side.

Runs of a replicate share their history and every draw that a policy does not touch. Sorted by what a row is of (a
place, a person …), then year, then run, a value stands beside the same one of other runs and years, and compresses to
little: what four runs share takes hardly more space than in one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def by_row(table: pa.Table, names: Sequence[str]) -> pa.Table:
    """Table sorted by columns and year; rows that agree in these keep their order, which is that of the runs.

    Parameters
    ----------
    names : columns; those that the table lacks are passed over.
    """
    columns = [_rank(table[name]) for name in (*names, "year") if name in table.column_names]
    return table.take(pa.array(np.lexsort(columns[::-1])))


def _rank(column: pa.ChunkedArray) -> np.ndarray:
    """Numbers in the order of a column's values: names alphabetically, however they are numbered, and null first."""
    values = column.combine_chunks()
    if not pa.types.is_dictionary(values.type):
        return pc.fill_null(values, -1).to_numpy(zero_copy_only=False) if values.null_count else values.to_numpy()
    ranks = np.empty(len(values.dictionary) + 1, np.int16)
    ranks[np.argsort(values.dictionary.to_numpy(zero_copy_only=False), kind="stable")] = np.arange(len(ranks) - 1)
    ranks[-1] = -1
    return ranks[pc.fill_null(values.indices, -1).to_numpy(zero_copy_only=False)]
