"""Rungs on which governments stood in 2017, read and checked: people of the field change this table by hand."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.data.check import Problems, read_table
from sim.data.layout import TABLES

LAYOUT = next(table for table in TABLES if table.name == "rungs_2017")


class Rungs(NamedTuple):
    """Rungs 0-3 by place [P] int."""

    protect: np.ndarray
    promote: np.ndarray


def rungs_2017(folder: Path, codes: list[str]) -> Rungs:
    """Rungs of a world; 0 for a place without a row.

    Raises
    ------
    ValueError : what is wrong, by file, line and column, and what is allowed; all problems at once.
    """
    problems = Problems()
    grid = read_table(folder / LAYOUT.file, LAYOUT, codes, problems)
    if grid is None or problems.found:
        raise ValueError("; ".join(problems.messages()))
    found = Rungs(*np.zeros((2, len(codes)), np.int64))
    for (code,), row in grid.rows.items():
        for name, rungs in found._asdict().items():
            rungs[codes.index(code)] = int(float(row[name]))
    for rungs in found:
        rungs.setflags(write=False)
    return found
