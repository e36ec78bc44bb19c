"""Reading a folder of yearly files against `sim.data.layout`, with every problem named by file, row and column."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sim.core.read import nearest
from sim.data.cells import wrong
from sim.data.layout import EARLIEST, TABLES, Column, Table

YEAR = re.compile(r"(19|20)\d\d", re.ASCII)
SEMICOLONS = "columns are separated by ';'; allowed: CSV with commas, and points in numbers"
SHOWN = 20  # problems of one column of one file that are written out
Key = tuple[str, ...]


@dataclass
class Grid:
    """One file as text.

    Attributes
    ----------
    header : names of columns; rows : cells by key, in the order of the file; lines : line number by key.
    """

    table: Table
    header: list[str]
    rows: dict[Key, dict[str, str]] = field(default_factory=dict)
    lines: dict[Key, int] = field(default_factory=dict)

    @property
    def year_columns(self) -> list[str]:
        """Columns of one year each."""
        return [name for name in self.header if self.table.yearly and is_year_column(name)]

    def values(self, name: str) -> np.ndarray:
        """Numbers of a column in the order of rows."""
        return np.array([float(row[name]) for row in self.rows.values()])


@dataclass
class Problems:
    """What is wrong, by file and column, in the order it was found."""

    found: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def add(self, file: str, line: int, column: str, text: str) -> None:
        """Note one problem."""
        self.found.setdefault((file, column), []).append(f"{file}:{line}:{column}: {text}")

    def of(self, *tables: str) -> bool:
        """True if one of these tables has a problem."""
        return any(file.removesuffix(".csv") in tables for file, _ in self.found)

    def messages(self) -> list[str]:
        """One line a problem; of many alike the first ones and their number."""
        out: list[str] = []
        for (file, column), texts in self.found.items():
            more = len(texts) - SHOWN
            out += texts[:SHOWN] + ([f"{file}: {column}: and {more:,} more of this column"] if more > 0 else [])
        return out


def is_year_column(name: str) -> bool:
    """True for y and four digits."""
    return name[:1] == "y" and YEAR.fullmatch(name[1:]) is not None


def read_folder(folder: Path, year: int, problems: Problems) -> dict[str, Grid]:
    """All files of the layout, checked for a fit to `year`; files that are missing or have no header are left out."""
    grids: dict[str, Grid] = {}
    places: list[str] = []
    names: dict[str, str] = {}
    for table in TABLES:
        grid = _read(folder / table.file, table, problems)
        if grid is None:
            continue
        grids[table.name] = grid
        if table.name == "places":
            places = [key[0] for key in grid.rows]
            names = {row["name"]: key[0] for key, row in grid.rows.items() if "name" in row}
        elif table.name == "people":
            year = _inside(grid, year, problems)
        if places:
            _check_keys(grid, places, names, problems)
        _check_years(grid, places, year, problems)
        _check_cells(grid, problems)
    return grids


def read_table(
    path: Path, table: Table, places: list[str], problems: Problems, names: Mapping[str, str] | None = None
) -> Grid | None:
    """One file without years, checked; None if it is missing or has no header.

    Parameters
    ----------
    names : codes of places by name, for suggestions.
    """
    grid = _read(path, table, problems)
    if grid is not None:
        _check_keys(grid, places, names or {}, problems)
        _check_cells(grid, problems)
    return grid


def _inside(people: Grid, year: int, problems: Problems) -> int:
    """The year, if it lies between the earliest and the last one of people.csv; else the nearer one of them, noted."""
    last = last_year(people)
    if not EARLIEST <= year <= last:
        problems.add("people.csv", 1, "year", f"{year} is not inside the data; allowed: {EARLIEST} to {last}")
    return min(max(year, EARLIEST), last)


def last_year(people: Grid) -> int:
    """Last year of people.csv, which is that of the outcomes."""
    return max((int(key[1]) for key in people.rows if YEAR.fullmatch(key[1])), default=EARLIEST)


def _read(path: Path, table: Table, problems: Problems) -> Grid | None:
    """Cells as text, by key; problems of the file, its header and its rows."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            rows = [(reader.line_num, row) for row in reader if row]
    except FileNotFoundError:
        problems.add(table.file, 0, "-", "the file is missing")
        return None
    except (UnicodeDecodeError, csv.Error) as error:
        problems.add(table.file, 0, "-", f"cannot be read ({error}); allowed: CSV with commas, UTF-8")
        return None
    if len(header) == 1 and header[0].count(";") >= len(table.keys):
        problems.add(
            table.file, 1, "-", "columns are separated by ';'; allowed: CSV with commas, and points in numbers"
        )
        return None
    grid = Grid(table, header)
    if not _good_header(grid, problems):
        return None
    for line, cells in rows:
        if len(cells) != len(header):
            comma = "; a number has a point, no comma" if len(cells) > len(header) else ""
            text = f"{len(cells)} cells; allowed: {len(header)}, as in the header{comma}"
            problems.add(table.file, line, "-", text)
            continue
        row = dict(zip(header, (cell.strip() for cell in cells)))
        key = tuple(row[name] for name in table.keys)
        if key in grid.rows:
            problems.add(table.file, line, table.keys[-1], f"{' '.join(key)} was in line {grid.lines[key]} already")
            continue
        grid.rows[key], grid.lines[key] = row, line
    return grid


def _good_header(grid: Grid, problems: Problems) -> bool:
    """True if the columns that name rows are there, so that the others can be checked; notes what is missing."""
    table, header = grid.table, grid.header
    wanted = [*table.keys, *(column.name for column in table.columns)]
    missing = [name for name in wanted if name not in header]
    if table.yearly and f"y{table.first}" not in header:
        missing.append(f"y{table.first}")
    for name in missing:
        problems.add(table.file, 1, name, f"the column is missing; allowed: {', '.join(wanted)}{_years_words(table)}")
    for name in header:
        yearly = table.yearly is not None and is_year_column(name) and int(name[1:]) >= table.first
        if header.count(name) > 1:
            problems.add(table.file, 1, name, "the column is there twice")
        elif name not in wanted and not yearly and not (table.ignored and name.startswith(table.ignored)):
            problems.add(table.file, 1, name, f"unknown column; allowed: {', '.join(wanted)}{_years_words(table)}")
    return not set(table.keys) & set(missing)


def _years_words(table: Table) -> str:
    return f", y{table.first} and every year after it" if table.yearly else ""


def _check_keys(grid: Grid, places: list[str], names: Mapping[str, str], problems: Problems) -> None:
    """Codes must be those of places.csv, and pairs complete and in their order."""
    table, index = grid.table, {place: i for i, place in enumerate(places)}
    for key in list(grid.rows):
        bad = False
        for name in table.codes:
            code = grid.rows[key][name]
            if code not in index:
                meant = code.upper() if code.upper() in index else names.get(nearest(code, names) or "", "")
                hint = f"did you mean {meant}? " if meant else ""
                text = f"unknown place '{code}'; {hint}allowed: codes of places.csv (`talent-circulation list places`)"
                problems.add(table.file, grid.lines[key], name, text)
                bad = True
        if not bad and table.form in ("pairs", "square") and not table.diagonal and key[0] == key[1]:
            problems.add(table.file, grid.lines[key], table.keys[1], f"{key[0]} with itself; allowed: two places")
            bad = True
        if not bad and table.form == "pairs" and index[key[0]] > index[key[1]]:
            problems.add(table.file, grid.lines[key], table.keys[1], f"{key[1]} stands before {key[0]} in places.csv; "
                         "allowed: the first of the two comes first")  # fmt: skip
            bad = True
        if bad:
            del grid.rows[key]
    for key in _missing_keys(table, grid, places):
        problems.add(table.file, 1, table.keys[-1], f"no row for {' '.join(key)}; allowed: one row for each")


def _missing_keys(table: Table, grid: Grid, places: list[str]) -> Iterator[Key]:
    """Rows of places and pairs that are not there."""
    if table.form == "pairs":
        pairs = ((a, b) for i, a in enumerate(places) for b in places[i if table.diagonal else i + 1 :])
        yield from (pair for pair in pairs if pair not in grid.rows)
    elif table.form == "places" and table.codes:
        yield from ((place,) for place in places if (place,) not in grid.rows)
    elif table.name in ("institutions", "entry_origin"):
        held = {key[0] for key in grid.rows}
        yield from ((place,) for place in places if place not in held)


def _check_years(grid: Grid, places: list[str], year: int, problems: Problems) -> None:
    """Years must be whole numbers, without holes, and outcomes must reach the year."""
    table = grid.table
    if table.yearly:
        have = {int(name[1:]) for name in grid.year_columns}
        until = max([table.first, *have, *([year] if table.outcome else [])])
        for missing in sorted(set(range(table.first + 1, until + 1)) - have):
            problems.add(table.file, 1, f"y{missing}", f"the column is missing; allowed: every year from {table.first}")
    at = table.year_key or ("year" if "year" in table.keys else "")
    if not at:
        return
    for key in list(grid.rows):
        if not YEAR.fullmatch(grid.rows[key][at]):
            text = f"'{grid.rows[key][at]}' is no year; allowed: {table.first or 1900} to 2099"
            problems.add(table.file, grid.lines[key], at, text)
            del grid.rows[key]
        elif table.first and int(grid.rows[key][at]) < table.first:
            text = f"{grid.rows[key][at]} is before {table.first}; allowed: {table.first} and later"
            problems.add(table.file, grid.lines[key], at, text)
            del grid.rows[key]
    if table.form in ("place_year", "year") and grid.rows:
        last = max(int(row[at]) for row in grid.rows.values())
        whose = [(place,) for place in places] if table.form == "place_year" else [()]
        for prefix in whose:
            for t in range(table.first, max(last, year) + 1):
                if (*prefix, str(t)) not in grid.rows:
                    span = f"{table.first} to {max(last, year)}"
                    text = f"no row for {' '.join((*prefix, str(t)))}; allowed: every year from {span}"
                    problems.add(table.file, 1, at, text)


def _check_cells(grid: Grid, problems: Problems) -> None:
    """Every value that is read must be of its kind."""
    table = grid.table
    columns = [column for column in table.columns if not column.rebuilt]
    columns += [_named(table.yearly, name) for name in grid.year_columns if table.yearly]
    for column in (column for column in columns if column.name in grid.header):
        for key, row in grid.rows.items():
            if "year" in table.keys and column.since and int(row["year"]) < column.since:
                continue
            if text := wrong(row[column.name], column):
                problems.add(table.file, grid.lines[key], column.name, text)


def _named(column: Column, name: str) -> Column:
    return Column(name, column.kind, column.unit, column.gaps)
