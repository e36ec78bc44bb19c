"""Deterministic CSV: whole numbers as they are, other numbers with six significant digits, gaps as nan."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd


def number(value: float) -> str:
    """One number as text."""
    if value == round(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.6g}"


def as_written(values: np.ndarray) -> np.ndarray:
    """Values as they are read again, with six significant digits: what is made of them can be made of the file too."""
    return np.array([float(number(x)) for x in values.ravel()]).reshape(values.shape)


def cell(value: object) -> str:
    """One cell; text with commas is quoted."""
    if isinstance(value, str):
        return f'"{value}"' if "," in value else value
    real = float(value)  # type: ignore[arg-type]
    return "nan" if np.isnan(real) else number(real)


def write_csv(path: Path, frame: pd.DataFrame) -> None:
    """Write with `\\n` line ends whatever the platform."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [",".join(map(str, frame.columns))]
    lines += [",".join(map(cell, row)) for row in frame.itertuples(index=False, name=None)]
    path.write_bytes(("\n".join(lines) + "\n").encode())


def place_year(arrays: dict[str, np.ndarray], places: list[str], first: int) -> pd.DataFrame:
    """[T, P] arrays as rows place, year (places in order, years ascending)."""
    n_years = len(next(iter(arrays.values())))
    table = {"place": np.repeat(places, n_years), "year": np.tile(np.arange(first, first + n_years), len(places))}
    return pd.DataFrame(table | {name: values.T.ravel() for name, values in arrays.items()})


def square_rows(values: np.ndarray, places: list[str], keys: tuple[str, str], columns: list[str]) -> pd.DataFrame:
    """[T, P, P] as rows a, b with one column a year."""
    n = len(places)
    table = {keys[0]: np.repeat(places, n), keys[1]: np.tile(places, n)}
    return pd.DataFrame(table | {column: values[t].ravel() for t, column in enumerate(columns)})


def symmetric_rows(arrays: dict[str, np.ndarray], places: list[str], *, diagonal: bool = True) -> pd.DataFrame:
    """Symmetric [P, P] arrays as rows place_a, place_b with a <= b (a < b) in the order of places."""
    a, b = np.triu_indices(len(places), 0 if diagonal else 1)
    names = np.array(places)
    return pd.DataFrame({"place_a": names[a], "place_b": names[b]} | {k: v[a, b] for k, v in arrays.items()})
