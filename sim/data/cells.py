"""What a cell of a yearly file may hold, by its column in `sim.data.layout`."""

from __future__ import annotations

import re

import numpy as np

from sim.data.layout import KINDS, TEXT, Column

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|nan|[+-]?inf", re.ASCII | re.IGNORECASE)
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+", re.ASCII)


def wrong(cell: str, column: Column) -> str:
    """What is wrong with a cell and what is allowed; nothing if it is good."""
    if not cell and (column.blank or (column.gaps and column.kind == TEXT)):
        return ""
    if column.words and cell not in column.words:
        return f"'{cell}' is not allowed; allowed: {', '.join(column.words)}"
    if column.kind == TEXT:
        return "" if cell else "is empty; allowed: a text"
    allows, words = KINDS[column.kind]
    allowed = f"allowed: {words}{', or nan for what is unknown' if column.gaps else ''}"
    if not NUMBER.fullmatch(cell):
        point = f"write {cell.replace(',', '.')}, with a point; " if DECIMAL_COMMA.fullmatch(cell) else ""
        return f"'{cell}' is no number; {point}{allowed}"
    value = float(cell)
    if np.isnan(value):
        return "" if column.gaps else f"is a gap; {allowed}"
    return "" if np.isfinite(value) and allows(value) else f"{cell} is not allowed; {allowed}"
