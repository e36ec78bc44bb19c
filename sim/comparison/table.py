"""The comparison for a terminal: one table of 80 columns, a column a scenario, each number with its range."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from sim.analysis.roles import in_words
from sim.analysis.text import number
from sim.comparison.bands import ENOUGH
from sim.comparison.lines import departures, entrants_of
from sim.comparison.reading import Comparison
from sim.policy.words import short_title

WIDTH = 80
FIRST = 17  # characters of the first column
GAP = 1  # between columns
TOLD = 6  # lines, or places, where only the largest are told
SAME = 0.1  # per cent or points: a departure of total from direct effects below this is not told
Cells = Mapping[tuple[str, str, str], str]
Numbered = Mapping[str, str]


def text_of(comparison: Comparison, table: pd.DataFrame, asked: Sequence[str] = ()) -> str:
    """The comparison in words and numbers.

    Parameters
    ----------
    table : as of `sim.comparison.lines.table_of`.
    asked : places whose lines come first, as there.
    """
    numbered = {label: f"[{n}]" for n, label in enumerate(comparison.scenarios, start=1)}
    direct = table[table["mode"] == comparison.modes[0]]
    blocks = [
        _head(comparison, numbered),
        *_tables(direct, numbered, comparison.draws),
        _notes(comparison, direct),
        _elsewhere(comparison, numbered),
        _totals(comparison, numbered, asked),
    ]
    return "\n\n".join(text for block in blocks if (text := "\n".join(block)))


def cell(row: Mapping[str, Any], draws: int) -> str:
    """``−5.8 (−9.1 to −3.2)``: per cent, or points of shares; ``±`` of chance where there are no draws.

    ``~`` in front: chance alone could have made it.
    """
    points = row["unit"] == "% points"
    names = ("central", "chance", "lo", "hi") if points else ("pct", "pct_chance", "pct_lo", "pct_hi")
    central, chance, lo, hi = (float(row[name]) for name in names)
    if math.isnan(central):
        return "–"
    ranged = draws > 0 and not math.isnan(lo)
    digits = min(places((hi - lo) / 2), 1) if ranged else places(chance)
    within = row["chance_lo"] < 0 < row["chance_hi"]
    said = f"{'~' if within else ''}{number(central, digits, '+')}"
    if ranged:
        return f"{said} ({number(lo, digits, '+')} to {number(hi, digits, '+')})"
    return said if math.isnan(chance) else f"{said} ± {number(chance, digits)}"


def places(uncertainty: float) -> int:
    """Decimal places of a per cent: two of what is known to 0.1, none of what is not known to 3, else one."""
    return 2 if uncertainty < 0.1 else 0 if uncertainty >= 3 else 1


def _head(comparison: Comparison, numbered: Numbered) -> Iterator[str]:
    against = comparison.titles.get(comparison.reference, comparison.reference)
    yield from _wrap(f"{comparison.period}, change against: {short_title(against)}")
    for label, mark in numbered.items():
        title = comparison.titles.get(label, label)
        yield from _wrap(f"{mark} {label}" + (f": {short_title(title)}" if title != label else ""), "    ")


def _tables(rows: pd.DataFrame, numbered: Numbered, draws: int) -> Iterator[Iterator[str]]:
    """As many scenarios side by side as the width takes; the others in further tables."""
    found = [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]
    cells = {(row["area"], row["outcome"], row["scenario"]): cell(row, draws) for row in found}
    labels = list(numbered)
    abreast = max(1, (WIDTH - FIRST) // (GAP + max(map(len, cells.values()))))
    for at in range(0, len(labels), abreast):
        yield _table(cells, labels[at : at + abreast], numbered, (WIDTH - FIRST) // min(abreast, len(labels)))


def _table(cells: Cells, labels: Sequence[str], numbered: Numbered, width: int) -> Iterator[str]:
    heads = [f"{numbered[label]} {_fitting(label, width - GAP - 4)}" for label in labels]
    yield " " * FIRST + "".join(f"{head:>{width}}" for head in heads)
    told = ""
    for area, outcome in dict.fromkeys((area, outcome) for area, outcome, _ in cells):
        if area != told:
            yield from _wrap(area)
            told = area
        line = "".join(f"{cells.get((area, outcome, label), '–'):>{width}}" for label in labels)
        yield f"{'  ' + outcome:<{FIRST}}{line}"


def _fitting(label: str, width: int) -> str:
    """A label that fits; of a variant that does not, what tells it from its sisters."""
    name, _, told = label.rstrip(")").partition(" (")
    return (label if len(label) <= width else told or name)[:width]


def _notes(comparison: Comparison, rows: pd.DataFrame) -> Iterator[str]:
    units = f"Numbers are per cent, shares percentage points; researchers are those of {comparison.period.last}, all "
    units += "else yearly means."
    if not comparison.draws:
        several = f"± is chance alone ({comparison.replicates} replicates)"
        known = several if comparison.replicates > 1 else "One replicate: chance is not known"
        yield from _wrap(f"{known}. What unfixed assumptions add is not in it: draws={ENOUGH + 2} gives that. {units}")
        return
    of = f"90 % of {comparison.draws} draws"
    if comparison.draws < ENOUGH:
        of = f"all draws, {comparison.draws} (90 % of them takes {ENOUGH} or more),"
    yield from _wrap(
        f"In front: documented values. In brackets: {of} over the ranges of all numbers that no data fix, chance "
        f"included. {_chance(rows)}{units}"
    )


def _chance(rows: pd.DataFrame) -> str:
    """What chance alone does to the first line; nothing where it is not known."""
    first = rows[(rows["area"] == rows["area"].iloc[0]) & (rows["outcome"] == rows["outcome"].iloc[0])]
    reach = ((first["pct_chance_hi"] - first["pct_chance_lo"]) / 2).dropna()
    if reach.empty:
        return "Chance alone is not known (one replicate). "
    told = ", ".join(f"± {number(value, places(value))}" for value in reach)
    return f"Chance alone (90 %) would move the first line by {told}; ~ marks what chance alone could have made. "


def _elsewhere(comparison: Comparison, numbered: Numbered) -> Iterator[str]:
    """Where entrants from the targets begin instead."""
    found = entrants_of(comparison)
    if found.empty:
        return
    origins = in_words([comparison.names[place] for place in comparison.roles.targets])
    yield from _wrap(f"Entrants from {origins} a year by the place where they begin, the largest changes:")
    for label, rows in found.groupby("scenario", sort=False, observed=True):
        told = [_entrants(comparison.names[row["place"]], row) for row in rows.head(TOLD).to_dict("records")]
        yield from _wrap(f"{numbered[str(label)]} {'; '.join(told)}", "    ")


def _entrants(place: str, row: Mapping[Any, Any]) -> str:
    digits = -1 if abs(row["central"]) < 1000 else -2
    ends = "" if math.isnan(row["lo"]) else f" ({number(row['lo'], digits, '+')} to {number(row['hi'], digits, '+')})"
    return f"{place} {number(row['central'], digits, '+')}{ends}"


def _totals(comparison: Comparison, numbered: Numbered, asked: Sequence[str]) -> Iterator[str]:
    if len(comparison.modes) < 2:
        return
    found = departures(comparison, asked)
    found = found[found["difference"].abs() >= SAME] if len(found) else found
    if found.empty:
        yield from _wrap("These are direct effects. With governments that answer each other no line changes clearly.")
        return
    yield from _wrap(
        "These are direct effects. Governments that answer each other add to them, in per cent or points (mean over "
        "the draws that have both; what is clear over draws):"
    )
    found = found.sort_values("difference", key=abs, ascending=False, kind="stable")
    for row in found.head(TOLD).sort_values(["scenario", "area"], kind="stable").to_dict("records"):
        place = row["area"].partition(": ")[2] or row["area"]
        what = f"{numbered[row['scenario']]} {place}, {row['outcome']}"
        yield from _wrap(f"{what}: {number(row['difference'], 1, '+')} {'points' if row['points'] else '%'}", "    ")
    if len(found) > TOLD:
        yield f"and {len(found) - TOLD} more by less (effects.csv)"


def _wrap(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_long_words=False)
