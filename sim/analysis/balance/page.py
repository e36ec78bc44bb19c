"""The balance as a page of text, as Markdown, and as a tidy table."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from pathlib import Path

import pandas as pd

from sim.analysis.balance.inputs import Row
from sim.analysis.text import decimals, error, number
from sim.store.entry import new_file

# Sections whose outcomes repeat from line to line are printed across: a line a group, a column an outcome.
ACROSS = ("Leaks avoided per", "Break-even price", "Who pays", "Rule and fear", "Share of the yearly loss")
WIDTH = 100  # characters of a printed line
UNIT = 20  # of these, for units at least, where names are long
HEAD = ("", "unit", "baseline", "change or value", "± s.e.", "90 % band")
NAMES = ("section", "who", "outcome", "unit", "reference", "mean", "se", "lo", "hi", "n", "note")


@dataclass(frozen=True)
class Balance:
    """The balance of one scenario.

    Parameters
    ----------
    title : what was run.
    notes : how to read it, and what is missing and why.
    rows : lines in order.
    """

    title: str
    notes: tuple[str, ...]
    rows: tuple[Row, ...]

    def frame(self) -> pd.DataFrame:
        """Tidy: section, who, outcome, unit, reference (baseline), mean, se, lo, hi (90 % band), n, note."""
        found = [
            (r.section, r.who, r.outcome, r.unit, r.reference, *vars(r.estimate).values(), r.note) for r in self.rows
        ]
        return pd.DataFrame(found, columns=list(NAMES))

    def text(self) -> str:
        """Readable page for a terminal."""
        lines = [*textwrap.wrap(self.title, WIDTH), ""]
        for section, found in groupby(self.rows, key=lambda row: row.section):
            rows = list(found)
            lines += _across(section, rows) if section.startswith(ACROSS) else _block(section, rows)
        return "\n".join([*lines, *(line for note in self.notes for line in textwrap.wrap(note, WIDTH))])

    def markdown(self) -> str:
        """The same as Markdown."""
        lines = [f"# {self.title}", ""]
        for section, rows in groupby(self.rows, key=lambda row: row.section):
            lines += [f"## {section}", "", _line(HEAD), _line(["---", "---", *["---:"] * 4])]
            for who, part in _by_who(list(rows)).items():
                lines += [_line([f"**{who}**", *[""] * 5]), *(_line(_cells(row)) for row in part)]
            lines.append("")
        return "\n".join([*lines, *(f"- {note}" for note in self.notes), ""])

    def write(self, folder: Path) -> list[Path]:
        """Write ``balance.md`` and ``balance.csv`` into a run's folder."""
        texts = {"balance.md": self.markdown(), "balance.csv": self.frame().to_csv(index=False)}
        for name, text in texts.items():
            with new_file(folder / name) as aside:
                aside.write_text(text, encoding="utf-8")
        return [folder / name for name in texts]


def _block(section: str, rows: Sequence[Row]) -> list[str]:
    """Lines of one section, columns aligned; names and units are broken where they are too long."""
    cells = [_cells(row) for row in rows]
    widths = [max(len(line[column]) for line in [*cells, HEAD]) for column in range(len(HEAD))]
    room = WIDTH - sum(width + 2 for width in widths[2:]) - 4
    widths[1] = min(widths[1], max(room - widths[0], UNIT))
    widths[0] = min(widths[0], room - widths[1])
    head = "".join(f"  {word:>{width}}" for word, width in zip(HEAD[2:], widths[2:]))
    left = widths[0] + widths[1] + 4
    lines = [f"{section:<{left}}{head}"] if len(section) <= left else [section, " " * left + head]
    who = None
    for row, line in zip(rows, cells):
        if row.who != who:
            who = row.who
            lines.append(f" {who}")
        numbers = "".join(f"  {word:>{width}}" for word, width in zip(line[2:], widths[2:]))
        broken = (textwrap.wrap(cell, width, break_on_hyphens=False) for cell, width in zip(line, widths[:2]))
        for i, (name, unit) in enumerate(zip_longest(*broken, fillvalue="")):
            lines.append(f"  {name:<{widths[0]}}  {unit:<{widths[1]}}{'' if i else numbers}".rstrip())
    return [*lines, ""]


def _by_who(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Rows by whom they concern, in order of first mention."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.who, []).append(row)
    return found


def _across(section: str, rows: Sequence[Row]) -> list[str]:
    """Lines of one section, a column an outcome; columns that do not fit go into a further table below."""
    groups = _by_who(rows)
    outcomes = list(dict.fromkeys(row.outcome for row in rows))
    units = {row.outcome: row.unit for row in rows}
    first = max(len(who) for who in groups) + 2
    columns = {
        outcome: [
            outcome,
            units[outcome],
            *(_short(next((r for r in part if r.outcome == outcome), None)) for part in groups.values()),
        ]
        for outcome in outcomes
    }
    lines = [section]
    while columns:
        room = WIDTH - first
        taken: list[list[str]] = []
        for outcome, cells in columns.items():
            need = max(map(len, cells)) + 2
            if taken and need > room:
                break
            room -= need
            taken.append([f"{cell:>{need}}" for cell in cells])
            done = outcome
        keys = list(columns)
        columns = {key: columns[key] for key in keys[keys.index(done) + 1 :]}
        names = ["", "", *(f"  {who}" for who in groups)]
        lines += [f"{name:<{first}}{''.join(cells)}".rstrip() for name, *cells in zip(names, *taken)]
    return [*lines, ""]


def _short(row: Row | None) -> str:
    """Mean ± standard error, and for a change its per cent of the baseline."""
    if row is None:
        return ""
    e, sign = row.estimate, "+" if math.isfinite(row.reference) else ""
    if not math.isfinite(e.mean):
        return "not clear of zero" if row.note else "–"
    if row.told:
        return row.told
    relative = 100 * e.mean / row.reference if row.unit != "%" and row.reference else math.nan
    share = f" ({number(relative, 1, '+')} %)" if math.isfinite(relative) else ""
    return f"{number(e.mean, decimals(e.se, e.mean), sign)}{error(e.se, e.mean)}{share}"


def _cells(row: Row) -> list[str]:
    """Outcome, unit, baseline, change, standard error and band as text."""
    e, change = row.estimate, "+" if math.isfinite(row.reference) else ""
    if not math.isfinite(e.mean):
        return [row.outcome, row.unit, _level(row.reference), row.note or "–", "", ""]
    if row.told:
        return [row.outcome, row.unit, _level(row.reference), row.told, "", ""]
    digits = decimals(e.se, e.mean)
    band = "" if math.isnan(e.lo) else f"{number(e.lo, digits, change)} … {number(e.hi, digits, change)}"
    spread = error(e.se, e.mean).removeprefix(" ± ")
    return [row.outcome, row.unit, _level(row.reference), number(e.mean, digits, change), spread, band]


def _level(reference: float) -> str:
    return "" if math.isnan(reference) else number(reference, max(decimals(0.0, reference) + 1, 0))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
