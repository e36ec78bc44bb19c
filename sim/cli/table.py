"""The table that a command prints: one row an outcome, eighty columns wide, in words."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
from rich.console import Console

from sim.analysis.text import decimals, error, few, in_agents, number
from sim.core.axes import MODES

WIDTH = 80  # columns where the output is no terminal
WIDEST = 100  # beyond which lines of text are hard to read
LABEL = 33  # columns of the outcomes' names
EFFECTS = {"scripted": "direct effect", "reactive": "total effect"}
LEAST = 0.1  # agents; of less only that is told
POINTS = "points"  # what changes of a share are in


def show(
    table: pd.DataFrame,
    title: str,
    notes: Sequence[str] = (),
    unpriced: Sequence[str] = (),
    console: Console | None = None,
) -> None:
    """Print the result of `sim.analysis.summary.effects`.

    A total effect has a line of its own only where it departs from the direct one by more than chance.

    Parameters
    ----------
    notes : sentences below the table.
    unpriced : levers in force whose money the model does not know, in words.
    """
    console = console or Console(highlight=False)
    console.width = min(console.width, WIDEST) if console.is_terminal else WIDTH
    for heading in title.splitlines():
        console.print(textwrap.fill(heading, console.width), style="bold", markup=False)
    console.print()
    for bold, line in _lines(table, unpriced, console.width):
        console.print(line, style="bold" if bold else "", markup=False)
    console.print()
    for note in notes:
        console.print(textwrap.fill(note, console.width), style="dim", markup=False)


def shown(table: pd.DataFrame) -> pd.DataFrame:
    """Rows that are printed: direct effects, and total ones where they depart from these by more than chance."""
    return table[(table["mode"] == _first(table)) | table["departs"]]


def _first(table: pd.DataFrame) -> str:
    """The mode whose effects have a line each."""
    return next(mode for mode in MODES if mode in set(table["mode"]))


def _lines(table: pd.DataFrame, unpriced: Sequence[str], width: int) -> Iterator[tuple[bool, str]]:
    """Lines of the table, each with whether it is the name of an area."""
    paired = bool(table["reference"].notna().any())
    mode = _first(table)
    head = ["without", EFFECTS[mode], "± chance", "%"] if paired else ["level", "± chance"]
    printed = shown(table).to_dict("records")
    rows = [(_label(row, mode, paired), _cells(row, paired), row["area"]) for row in printed]
    widths = [max(map(len, column)) for column in zip(head, *(cells for _, cells, _ in rows))]
    yield False, _line("", head, widths)
    area = None
    for label, cells, of_area in rows:
        if of_area != area:
            area = of_area
            yield True, textwrap.fill(area, width, subsequent_indent="  ")
        yield False, _line(label, cells, widths)
    if paired and unpriced:
        yield True, "Not modelled"
        yield False, textwrap.fill(f"cost of {', '.join(unpriced)}", width, initial_indent="  ", subsequent_indent="  ")


def _label(row: dict[Any, Any], mode: str, paired: bool) -> str:
    if row["mode"] == mode:
        return f"  {row['outcome']}"
    return f"    {EFFECTS['reactive']}" if paired else "    governments react"


def _line(label: str, cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join([label.ljust(LABEL), *(cell.rjust(width) for cell, width in zip(cells, widths))]).rstrip()


def _cells(row: dict[Any, Any], paired: bool) -> list[str]:
    """Level without the policy, change, chance and per cent; or level and chance."""
    mean, se, reference = row["mean"], row["se"], row["reference"]
    digits = decimals(se, mean)
    chance = error(se, mean).removeprefix(" ± ") or "–"
    if not paired:
        return [number(mean, digits), chance]
    four = decimals(0.0, reference) + 1  # decimals that show four digits of the level
    if few(row["agents"]) and mean:
        agents = row["agents"]
        told = in_agents(math.copysign(agents, mean)) if agents >= LEAST else f"< {LEAST} agents"
        return [number(reference, four), told, "–", "–"]
    level = number(reference, min(digits, max(four, 0)))  # no more digits than the effect has
    return [level, number(mean, digits, "+"), chance, _per_cent(row)]


def _per_cent(row: dict[Any, Any]) -> str:
    """The change in per cent of the level, two decimals at most; shares change by points."""
    mean, se, reference = row["mean"], row["se"], row["reference"]
    if row["outcome"].endswith(" %"):
        return POINTS
    if not reference:
        return "–"
    change, chance = 100 * mean / reference, 100 * se / abs(reference)
    return number(change, min(decimals(chance, change), 2), "+")
