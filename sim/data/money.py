"""Shares of R&D that make up academic money, read and checked: people of the field change this table by hand."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sim.data.cells import wrong
from sim.data.layout import TABLES

LAYOUT = next(table for table in TABLES if table.name == "academic_money")
KEY = LAYOUT.keys[0]
NAMES = (KEY, *(column.name for column in LAYOUT.columns))
SHARES = ("share_higher_education", "share_government")


def money_rows(folder: Path, codes: Sequence[str]) -> list[dict[str, str]]:
    """Rows of academic_money.csv in the order of places.

    Raises
    ------
    ValueError : what is wrong, by file, line and column, and what is allowed; all problems at once.
    """
    with (folder / LAYOUT.file).open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        if len(names := reader.fieldnames or ()) == 1 and ";" in names[0]:
            told = "columns are separated by ';'; allowed: CSV with commas, and points in numbers"
            raise ValueError(f"{LAYOUT.file}:1:-: {told}")
        missing = [name for name in NAMES if name not in (reader.fieldnames or ())]
        if missing:
            raise ValueError(f"{LAYOUT.file}:1:{missing[0]}: the column is missing; allowed: {', '.join(NAMES)}")
        numbered = [(reader.line_num, {name: (row[name] or "").strip() for name in NAMES}) for row in reader]
    rows = dict(numbered)
    problems = [text for line, row in rows.items() for text in _wrong(line, row, codes)]
    held = [row[KEY] for row in rows.values()]
    problems += [f"{LAYOUT.file}:{line}:{KEY}: {row[KEY]} is there twice; allowed: one row a place"
                 for n, (line, row) in enumerate(rows.items()) if row[KEY] in held[:n]]  # fmt: skip
    problems += [f"{LAYOUT.file}:1:{KEY}: no row for {code}; allowed: one row a place" for code in codes
                 if code not in held]  # fmt: skip
    if problems:
        raise ValueError("; ".join(problems))
    return sorted(rows.values(), key=lambda row: codes.index(row[KEY]))


def _wrong(line: int, row: dict[str, str], codes: Sequence[str]) -> list[str]:
    """What is wrong with one row."""
    at = f"{LAYOUT.file}:{line}"
    found = [] if row[KEY] in codes else [f"{at}:{KEY}: unknown place '{row[KEY]}'; allowed: codes of places.csv"]
    cells = [(column, wrong(row[column.name], column)) for column in LAYOUT.columns]
    found += [f"{at}:{column.name}: {text}" for column, text in cells if text]
    if not found and sum(float(row[name]) for name in SHARES) > 1.0:
        found = [f"{at}:{SHARES[1]}: both shares sum to more than 1; allowed: a sum of at most 1"]
    return found


def money_shares(folder: Path, codes: Sequence[str]) -> dict[str, np.ndarray]:
    """Both shares of R&D spending [P], and whether they are imputed [P] bool."""
    rows = money_rows(folder, codes)
    shares = {name: np.array([float(row[name]) for row in rows]) for name in SHARES}
    return {**shares, "money_imputed": np.array([float(row["imputed"]) == 1.0 for row in rows])}
