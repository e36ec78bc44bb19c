"""What would flip the answer: what a run of `flip` found, or the command that finds it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.analysis.outcomes import WORLD
from sim.comparison.question import subject_of
from sim.core.axes import BASELINE
from sim.policy.words import short_title
from sim.report.model import Flip, Flips
from sim.report.read import Reader
from sim.report.words import listed

SHOWN = 3
_KEPT = ("params", "effects", "policies", "world", "threat", "ladder", "start", "end")  # settings that change an answer
_TAKEN = ("--from", "--to", "--against", "--config-dir", "-cd")  # options of a question
NAME = "flip.json"


def flips(reader: Reader) -> Flips:
    """The newest finding on scenarios and a place of this page, in its folder or among the outputs around it."""
    comparison = reader.comparison
    subjects = {label: subject_of(comparison.configs[label], comparison.period) for label in comparison.scenarios}
    for found in _found(comparison.folder):
        asked = dict(zip(found.get("scenarios", ()), found.get("subjects", ())))
        same = asked and all(subjects.get(label) == subject for label, subject in asked.items())
        if same and found.get("reference", BASELINE) == comparison.reference and found.get("place") in _words(reader):
            return _of(found, reader)
    return Flips("", (), _command(reader))


def _command(reader: Reader) -> str:
    """The command that asks it of this page: one scenario is asked about by its sign, several by their order."""
    typed, words = iter(shlex.split(reader.comparison.command)), list[str]()
    for word in typed:
        key = word.partition("=")[0]
        if key in _TAKEN and "=" not in word:
            words += [word, next(typed, "")]
        elif "=" in word and key.lstrip("+").partition(".")[0] in _KEPT:
            words.append(word)
    names = dict.fromkeys(label.partition(" (")[0] for label in reader.comparison.scenarios)
    place = _words(reader)[0]
    return shlex.join(["talent-circulation", "flip", *names, "--place", place, *words])


def _words(reader: Reader) -> tuple[str, ...]:
    """How the place of the page may be written, the way to ask for it first."""
    if reader.world:
        return (WORLD,)
    return (*reader.places, *(reader.names[place] for place in reader.places))


def _found(folder: Path) -> Iterator[dict[str, Any]]:
    """Files of findings, the newest first; what cannot be read is no finding."""
    roots = (folder, folder.parent, folder.parent.parent / "flip")
    files = {path for root in roots if root.is_dir() for path in (*root.glob(NAME), *root.glob(f"*/{NAME}"))}
    for path in sorted(files, key=lambda path: -path.stat().st_mtime):
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(found, dict):
            yield found


def _of(found: dict[str, Any], reader: Reader) -> Flips:
    titles = [short_title(reader.comparison.titles.get(label, label)) for label in found["scenarios"]]
    where = found.get("where") or reader.names.get(found["place"], found["place"])
    turns = "the sign of its effect" if len(titles) == 1 else "their order"
    about = f"{listed(titles)}: what turns {turns} on {found.get('outcome', '')} ({where})"
    about = ". ".join(part for part in (about, str(found.get("told", ""))) if part)
    return Flips(
        about,
        tuple(_row(row, found.get("unit", "")) for row in found.get("rows", [])[:SHOWN]),
        str(found.get("command", "")),
    )


def _row(row: dict[str, Any], unit: str) -> Flip:
    """One number; of a single scenario with its effect from end to end."""
    lo, hi = row["range"]
    ends = [value for end in ("low", "high") for value in row.get(end, {}).values()]
    effect = f" ({_number(ends[0], 2)} to {_number(ends[1], 2)} {unit})" if len(ends) == 2 else ""
    span = f"{_number(lo)} to {_number(hi)}"
    return Flip(row["words"], span, _number(row["documented"]), str(row["verdict"]) + effect)


def _number(value: Any, digits: int = 3) -> str:
    return f"{value:.{digits}g}".replace("-", "−") if isinstance(value, (int, float)) else str(value)
