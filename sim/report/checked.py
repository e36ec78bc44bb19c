"""What the model was held against, misses too; `checked.csv` is made by this module from the pages' own numbers.

``python -m sim.report.checked`` in a clone writes it again from docs/validation.md and the experiments' numbers, which
a wheel does not carry.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from sim.analysis.text import decimals, number
from sim.core.digest import PACKAGE
from sim.report.model import Checked

FILE = PACKAGE / "report" / "checked.csv"
HEAD = ("kind", "what", "model", "goal", "verdict")
MET, MISSED = "met", "missed"
FIT, UNSEEN, DOSES, KNOWN = "fit to data", "years not seen", "published effects of policy", "known answers"
KINDS = (DOSES, UNSEEN, KNOWN, FIT)
SHORT = {"United States": "US", "United Kingdom": "UK"}


def checked() -> tuple[Checked, ...]:
    """Rows of the package's own file."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(Checked(**row) for row in csv.DictReader(file))


def misses(rows: Sequence[Checked], names: Sequence[str]) -> tuple[str, ...]:
    """What is missed: first what speaks of the places that are named, then by kind in the order of `KINDS`."""
    missed = [row for kind in KINDS for row in rows if row.kind == kind and row.verdict == MISSED]
    words = [word for name in names for word in (name, SHORT.get(name)) if word]
    about = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in words) or r"(?!)")
    return tuple(row.what for row in sorted(missed, key=lambda row: not about.search(row.what)))


def made(root: Path) -> list[tuple[str, ...]]:
    """The rows as the clone's pages have them now; `root` is the clone."""
    validation = (root / "docs" / "validation.md").read_text(encoding="utf-8")
    return [*_fit(validation), *_unseen(validation), *_doses(root), *_known(root)]


def _cells(text: str) -> Iterator[list[str]]:
    """Cells of the lines of tables in Markdown, without marks."""
    for line in text.splitlines():
        if line.startswith("| "):
            yield [re.sub(r"🔴|\*\*", "", cell).strip() for cell in line.strip("| ").split(" | ")]


def _fit(page: str) -> Iterator[tuple[str, ...]]:
    for cells in _cells(page.partition("<!-- whole model: begin -->")[0]):
        if len(cells) == 4 and cells[3] in (MET, MISSED):
            what, model, goal, verdict = cells
            yield FIT, what, model, goal, verdict


def _unseen(page: str) -> Iterator[tuple[str, ...]]:
    """Error in per cent against the better of simple rules."""
    for cells in _cells(page.partition("<!-- whole model: begin -->")[2]):
        if len(cells) == 9 and re.fullmatch(r"[\d.]+", cells[1]):
            best = min(float(cell) for cell in cells[2:5] if re.fullmatch(r"[\d.]+", cell))
            verdict = MISSED if cells[6] == "too far off" else MET
            yield UNSEEN, cells[0], f"{cells[1]} % off", f"better simple rule {best:g} % off", verdict


def _doses(root: Path) -> Iterator[tuple[str, ...]]:
    page = (root / "experiments" / "doses" / "README.md").read_text(encoding="utf-8")
    for cells in _cells(page.partition("<!-- table effects -->")[2].partition("<!-- end -->")[0]):
        if len(cells) == 5 and cells[3] in (MET, MISSED):
            name = re.sub(r"\[(\w+)\]\([^)]*\)", r"\1", cells[0]).partition(";")[0]
            fitted = " (fitted to it)" if cells[4] != "–" else ""
            yield DOSES, name + fitted, cells[2], f"published {cells[1]}", cells[3]


def _known(root: Path) -> Iterator[tuple[str, ...]]:
    """Bars of the experiments with known answers."""
    with (root / "experiments" / "acceptance" / "numbers.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["without"] or not row["must be"]:
                continue
            mean, se = float(row["mean"]), float(row["se"] or "nan")
            verdict = MET if _within(mean, row["must be"]) else MISSED
            said = number(mean, decimals(se, mean))
            yield KNOWN, f"{row['experiment']}: {row['outcome']}", said, row["must be"], verdict


def _within(value: float, bar: str) -> bool:
    """Whether a number meets a bar: ``lo … hi``, ``< hi``, ``≥ lo`` or the number itself."""
    if bar[0] == "<":
        return value < float(bar[1:])
    if bar[0] == "≥":
        return value >= float(bar[1:])
    lo, hi = map(float, bar.split(" … ") if "…" in bar else (bar, bar))
    return lo <= value <= hi


def main() -> None:
    """Write the file."""
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([HEAD, *made(PACKAGE.parent)])


if __name__ == "__main__":
    main()
