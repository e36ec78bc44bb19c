"""The numbers behind the page as one workbook, and as CSV files for programs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from xlsxwriter import Workbook

from sim.comparison import read_comparison
from sim.report.extras.tables import COLUMNS, Table, tables_of
from sim.report.model import Report
from sim.store.entry import new_file

WORKBOOK, FOLDER = "report.xlsx", "report_tables"
WIDEST, NARROWEST, HEADING = 90, 9, 24  # characters of a column: at most, at least, and for its heading
LINE = 15  # points


def write_tables(report: Report, folder: Path) -> tuple[Path, ...]:
    """Write a workbook, and each of its sheets as CSV, beside the page.

    Cells of the workbook hold full numbers and show as many decimals as their range leaves.

    Parameters
    ----------
    report : the page.
    folder : of its comparison, into which is written.

    Returns
    -------
    Path of the workbook, then those of the CSV files.
    """
    tables = tables_of(report, read_comparison(folder))
    (folder / FOLDER).mkdir(exist_ok=True)
    files = [folder / WORKBOOK]
    for table in tables:
        files.append(folder / FOLDER / f"{table.name}.csv")
        with new_file(files[-1]) as path:
            table.rows.to_csv(path, index=False)
    with new_file(files[0]) as path, Workbook(str(path), {"nan_inf_to_errors": False}) as book:
        book.set_properties({"title": report.title, "comments": report.repeat.command})
        for table in tables:
            _Sheet(book, table).write()
    return tuple(files)


class _Sheet:
    """One sheet: what its rows are, a line of headings that stays in sight, the rows."""

    HEAD = 1  # row of the headings

    def __init__(self, book: Any, table: Table) -> None:
        self.book, self.table = book, table
        self.sheet = book.add_worksheet(table.name.replace("_", " "))
        self.formats: dict[str, Any] = {}

    def write(self) -> None:
        rows = self.table.rows
        self.sheet.write(0, 0, self.table.about, self._format(italic=True))
        headings = [COLUMNS.get(str(name), (str(name), ""))[0] for name in rows.columns]
        for j, heading in enumerate(headings):
            self.sheet.write(self.HEAD, j, heading, self._format(bold=True, bottom=1, text_wrap=True, valign="top"))
        self.sheet.set_row(self.HEAD, LINE * _lines(headings, HEADING))
        for i, row in enumerate(rows.to_dict("records"), start=self.HEAD + 1):
            self.sheet.set_row(i, LINE * _lines(row.values(), WIDEST))
            for j, (name, value) in enumerate(row.items()):
                self._cell(i, j, value, _pattern(row, str(name)))
        for j, heading in enumerate(headings):
            words = [heading[:HEADING], *(str(v) for v in rows.iloc[:, j] if isinstance(v, str))]
            self.sheet.set_column(j, j, min(WIDEST, max(NARROWEST, *(len(word) + 2 for word in words))))
        self.sheet.freeze_panes(self.HEAD + 1, 0)
        self.sheet.repeat_rows(0, self.HEAD)
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)
        if len(rows):
            self.sheet.autofilter(self.HEAD, 0, self.HEAD + len(rows), len(headings) - 1)

    def _cell(self, i: int, j: int, value: Any, pattern: str) -> None:
        if isinstance(value, str):
            self.sheet.write_string(i, j, value, self._format(text_wrap=len(value) > WIDEST, valign="top"))
        elif value is not None and not pd.isna(value):
            self.sheet.write_number(i, j, float(value), self._format(num_format=pattern, valign="top"))

    def _format(self, **how: Any) -> Any:
        """A format, made once."""
        key = str(sorted(how.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(how)
        return self.formats[key]


def _lines(values: Iterable[Any], width: int) -> int:
    """Lines that the longest words need at a width; programs other than Excel do not find the height of a row."""
    return max((math.ceil(1.1 * len(value) / width) for value in values if isinstance(value, str)), default=1)


def _pattern(row: Mapping[Any, Any], name: str) -> str:
    """How a number shows: decimals down to one digit of half its range; numbers that are no effects as they are."""
    if name not in COLUMNS or name == "n_draws":
        return "General"
    of = "pct_" if name.startswith("pct") else ""
    widths = (float(row[f"{of}{to}hi"]) - float(row[f"{of}{to}lo"]) for to in ("", "chance_"))
    half = next(filter(math.isfinite, widths), 0.0) / 2
    decimals = min(6, max(0, 1 - math.floor(math.log10(half)))) if half > 0 else 2
    return "#,##0" + ("." + "0" * decimals if decimals else "")
