"""Checks of yearly files across cells: names that are needed or not known, columns of gaps, numbers that do not fit."""

from __future__ import annotations

import numpy as np

from sim.data.check import YEAR, Grid, Problems
from sim.data.layout import EARLIEST, Table

LARGEST_CHANGE = 10.0  # of a stock from one year to the next; the largest of the shipped ones is 1.8


def check_sense(grids: dict[str, Grid], year: int, problems: Problems) -> None:
    """Every problem that no cell has by itself; cells that are no numbers are left to the checks of cells."""
    for grid in grids.values():
        _check_names(grid, problems)
        _check_gaps(grid, max(year, EARLIEST), problems)
    if "people" in grids:
        _check_stocks(grids["people"], problems)
    if "output" in grids:
        _check_papers(grids["output"], problems)
    if "institutions" in grids:
        _check_weights(grids["institutions"], problems)


def _number(cell: str) -> float:
    """The number of a cell; NaN if it holds none."""
    try:
        return float(cell)
    except ValueError:
        return np.nan


def _year_of(table: Table, row: dict[str, str]) -> int:
    """Year of a row; 0 if rows have none."""
    cell = row.get(table.year_key or "year", "")
    return int(cell) if YEAR.fullmatch(cell) else 0


def _check_names(grid: Grid, problems: Problems) -> None:
    """First keys of a closed list must be of it, and those that the model needs must be there."""
    table = grid.table
    for key, line in grid.lines.items():
        if table.words and key[0] not in table.words:
            text = f"'{key[0]}' is not allowed; allowed: {', '.join(table.words)}"
            problems.add(table.file, line, table.keys[0], text)
    held = {key[0] for key in grid.rows}
    for name in table.needed:
        if name not in held:
            problems.add(table.file, 1, table.keys[0], f"no row for {name}; allowed: one, the model needs it")


def _check_gaps(grid: Grid, year: int, problems: Problems) -> None:
    """A column with gaps must hold something known among the rows that are read."""
    table = grid.table
    for column in table.columns:
        if not column.gaps or column.name not in grid.header:
            continue
        rows = [row for row in grid.rows.values() if not table.outcome or _year_of(table, row) <= year]
        rows = [row for row in rows if _year_of(table, row) >= column.since]
        if all(row[column.name].lower() == "nan" for row in rows):
            until = f" to {year}" if table.outcome else ""
            text = f"nothing but gaps{until}; allowed: a known value at least"
            problems.add(table.file, 1, column.name, text)


def _check_stocks(grid: Grid, problems: Problems) -> None:
    """No stock of a place changes more than tenfold from one year to the next."""
    since = next(column.since for column in grid.table.columns if column.name == "researchers")
    for (place, at), row in grid.rows.items():
        if "researchers" not in row or not YEAR.fullmatch(at) or int(at) <= since:
            continue
        before = grid.rows.get((place, str(int(at) - 1)))
        was, now = _number(before["researchers"]) if before else np.nan, _number(row["researchers"])
        if min(was, now) > 0 and max(now / was, was / now) > LARGEST_CHANGE:
            text = f"{now:g} after {was:g} the year before; allowed: a change of at most {LARGEST_CHANGE:g} times"
            problems.add(grid.table.file, grid.lines[place, at], "researchers", text)


def _check_papers(grid: Grid, problems: Problems) -> None:
    """A place's share of papers is never above the papers that it is part of."""
    names = ("papers_fractional", "papers_whole")
    since = max(column.since for column in grid.table.columns if column.name in names)
    for key, row in grid.rows.items():
        if not set(names) <= set(row) or _year_of(grid.table, row) < since:
            continue
        fractional, whole = (_number(row[name]) for name in names)
        if fractional > whole:
            text = f"{fractional:g} is above papers_whole; allowed: at most {whole:g}"
            problems.add(grid.table.file, grid.lines[key], names[0], text)


def _check_weights(grid: Grid, problems: Problems) -> None:
    """Institutions of a place share its researchers, so one of them at least must have a weight."""
    weights: dict[str, list[float]] = {}
    for (place, _), row in grid.rows.items():
        weights.setdefault(place, []).append(_number(row.get("weight", "nan")))
    for place, found in weights.items():
        if not any(found):
            line = next(line for key, line in grid.lines.items() if key[0] == place)
            text = f"every weight of {place} is 0; allowed: one above 0 at least"
            problems.add(grid.table.file, line, "weight", text)
