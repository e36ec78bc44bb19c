"""The comparison for a terminal: one table of 80 columns, a column a scenario, each number with its range."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from sim.analysis.text import decimals, number
from sim.comparison.bands import ENOUGH
from sim.comparison.lines import departures
from sim.comparison.reading import Comparison
from sim.policy.words import short_title

WIDTH = 80
FIRST = 22  # characters of the first column
GAP = 2  # between columns
Cells = Mapping[tuple[str, str, str], str]
SAME = 0.1  # per cent or points: a departure of total from direct effects below this is not told


def text_of(comparison: Comparison, table: pd.DataFrame) -> str:
    """The comparison in words and numbers.

    Parameters
    ----------
    table : as of `sim.comparison.lines.table_of`.
    """
    numbered = {label: f"{n}" for n, label in enumerate(comparison.scenarios, start=1)}
    blocks = [list(_head(comparison, numbered))]
    direct = table[table["mode"] == comparison.modes[0]]
    blocks += _tables(direct, numbered, comparison.draws)
    blocks.append(list(_notes(comparison, direct)))
    blocks.append(list(_totals(comparison, numbered)))
    return "\n\n".join("\n".join(lines) for lines in blocks if lines)


def _head(comparison: Comparison, numbered: Mapping[str, str]) -> Iterator[str]:
    against = comparison.titles.get(comparison.reference, comparison.reference)
    yield from _wrap(f"{comparison.period}, change against: {short_title(against)}")
    for label, number_ in numbered.items():
        title = comparison.titles.get(label, label)
        yield from _wrap(
            f"[{number_}] {label}: {short_title(title)}" if title != label else f"[{number_}] {label}", "    "
        )


def _tables(rows: pd.DataFrame, numbered: Mapping[str, str], draws: int) -> Iterator[list[str]]:
    """As many scenarios side by side as the width takes; the others in further tables."""
    found = [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]
    cells = {(row["area"], row["outcome"], row["scenario"]): cell(row, draws) for row in found}
    labels = list(numbered)
    width = GAP + max(map(len, cells.values()))
    abreast = max(1, (WIDTH - FIRST) // width)
    width = min((WIDTH - FIRST) // min(abreast, len(labels)), 24)
    for at in range(0, len(labels), abreast):
        yield list(_table(cells, labels[at : at + abreast], numbered, width))


def _table(cells: Cells, labels: Sequence[str], numbered: Mapping[str, str], width: int) -> Iterator[str]:
    heads = [f"[{numbered[label]}] {label}" for label in labels]
    yield " " * FIRST + "".join(f"{head[: width - GAP]:>{width}}" for head in heads)
    lines = dict.fromkeys((area, outcome) for area, outcome, _ in cells)
    told = ""
    for area, outcome in lines:
        if area != told:
            yield from _wrap(area)
            told = area
        yield f"{'  ' + outcome:<{FIRST}}" + "".join(
            f"{cells.get((area, outcome, label), '–'):>{width}}" for label in labels
        )


def cell(row: Mapping[str, Any], draws: int) -> str:
    """``−5.8 (−9.1 to −3.2)``: per cent, or points of shares; ``±`` of chance where there are no draws."""
    names = (
        ("central", "chance", "lo", "hi") if row["unit"] == "% points" else ("pct", "pct_chance", "pct_lo", "pct_hi")
    )
    central, chance, lo, hi = (float(row[name]) for name in names)
    if math.isnan(central):
        return "–"
    digits = max(0, min(2, decimals((hi - lo) / 2 if draws and lo < hi else chance, central)))
    said = number(central, digits, "+")
    if not draws or math.isnan(lo):
        return said if math.isnan(chance) else f"{said} ± {number(chance, digits)}"
    return f"{said} ({number(lo, digits, '+')} to {number(hi, digits, '+')})"


def _notes(comparison: Comparison, rows: pd.DataFrame) -> Iterator[str]:
    largest = rows["chance"].where(rows["unit"] == "% points", rows["pct_chance"]).max()
    told = "is not known (one replicate)"
    if largest == largest:
        told = f"alone moves a number by at most ± {number(largest, max(0, decimals(largest, largest)))}"
    units = f"Numbers are per cent, shares percentage points; researchers are those of {comparison.period.last}, all "
    units += "else yearly means."
    if not comparison.draws:
        yield from _wrap(
            f"± is chance alone ({comparison.replicates} replicates). What unfixed assumptions add is not in it: "
            f"talent-circulation compare gives that. {units}"
        )
        return
    of = f"90 % of {comparison.draws} draws"
    if comparison.draws < ENOUGH:
        of = f"all {comparison.draws} draws (90 % of them takes {ENOUGH} or more)"
    yield from _wrap(
        f"In front: documented values. In brackets: {of} over the ranges of all numbers that no data fix, chance "
        f"included. Chance {told}. {units}"
    )


def _totals(comparison: Comparison, numbered: Mapping[str, str]) -> Iterator[str]:
    if len(comparison.modes) < 2:
        return
    found = departures(comparison)
    found = found[(found["total"] - found["direct"]).abs() >= SAME]
    if found.empty:
        yield from _wrap("These are direct effects. With governments that answer each other no line changes clearly.")
        return
    yield from _wrap("These are direct effects. With governments that answer each other (mean over the draws that have "
                     "both) these lines change clearly:")  # fmt: skip
    for row in found.to_dict("records"):
        unit = "points" if row["points"] else "%"
        direct, total = (number(row[name], 2 if abs(row["total"]) < 1 else 1, "+") for name in ("direct", "total"))
        place = row["area"].partition(": ")[2] or row["area"]
        yield from _wrap(
            f"[{numbered[row['scenario']]}] {place}, {row['outcome']}: {total} {unit} instead of {direct}", "    "
        )


def _wrap(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_long_words=False)
