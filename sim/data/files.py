"""Reading the CSV files of a world: columns of text, numbers, squares of places."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np


def read_columns(path: Path) -> dict[str, list[str]]:
    """A CSV file as columns of text."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        header = next(rows)
        return dict(zip(header, map(list, zip(*rows))))


def floats(column: list[str]) -> np.ndarray:
    """Text column as float64 ('nan' is a gap)."""
    return np.array(list(map(float, column)))


def squares(path: Path, index: dict[str, int]) -> np.ndarray:
    """Rows a, b, one column a year as [T, P, P]; missing rows are zero."""
    keys_a, keys_b, *columns = read_columns(path).values()
    out = np.zeros((len(columns), len(index), len(index)))
    a, b = [index[x] for x in keys_a], [index[x] for x in keys_b]
    for t, column in enumerate(columns):
        out[t, a, b] = floats(column)
    return out


def pairs(path: Path, index: dict[str, int]) -> dict[str, np.ndarray]:
    """Symmetric [P, P] arrays of a file of pairs, zero where it has no row."""
    table = read_columns(path)
    a, b = ([index[x] for x in table.pop(key)] for key in ("place_a", "place_b"))
    out = {}
    for name, column in table.items():
        out[name] = np.zeros((len(index), len(index)))
        out[name][a, b] = out[name][b, a] = floats(column)
    return out
