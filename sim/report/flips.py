"""What would flip the answer: what a run of `flip` found, or the command that finds it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.report.model import Flip, Flips
from sim.report.read import Reader

SHOWN = 3
NAME = "flip.json"


def flips(reader: Reader) -> Flips:
    """The newest finding on a scenario and place of this page, in its folder or among the outputs around it."""
    labels, folder = set(reader.comparison.scenarios), reader.comparison.folder
    # One scenario is asked about by its sign, several by their order.
    names = " ".join(label.partition(" ")[0] for label in reader.comparison.scenarios)
    command = f"talent-circulation flip {names} --place {reader.victim}"
    if reader.comparison.reference != "baseline":
        command += f" --against {reader.comparison.reference}"
    for found in _found(folder):
        asked = found.get("scenarios", found.get("scenario", []))
        asked = [asked] if isinstance(asked, str) else asked
        if set(asked) & labels and found.get("place", reader.victim) in (*reader.places, "World"):
            return _of(found, asked, reader)
    return Flips("", (), command)


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


def _of(found: dict[str, Any], asked: list[str], reader: Reader) -> Flips:
    titles = reader.comparison.titles
    place = str(found.get("place", ""))
    where = reader.names.get(place, place)
    about = f"{found.get('outcome', '')} in {where}, {' and '.join(titles.get(a, a) for a in asked)}".replace("_", " ")
    rows = tuple(
        Flip(str(row.get("words", row.get("key", ""))), _range(row), _number(row.get("documented")), _turns(row))
        for row in found.get("rows", [])[:SHOWN]
    )
    return Flips(about, rows, str(found.get("command", "")))


def _range(row: dict[str, Any]) -> str:
    ends = row.get("range") or (row.get("lo"), row.get("hi"))
    return ends if isinstance(ends, str) else f"{_number(ends[0])} to {_number(ends[1])}"


def _turns(row: dict[str, Any]) -> str:
    at = row.get("turns_at")
    if at is not None and not (isinstance(at, float) and math.isnan(at)):
        return f"turns at {_number(at)}"
    return "none in its range" if row.get("resolved", True) else "not clear of chance"


def _number(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value or "–")
