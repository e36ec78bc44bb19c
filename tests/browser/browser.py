"""Lets Chromium look at pages: `look.cjs` opens them and says what a reader would stumble over.

Needs Debian's ``chromium`` (or another Chromium or Chrome), Node, and ``make browser``, which brings npm's packages.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
PACKAGES = HERE.parents[1] / ".browser" / "node_modules"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Seen:
    """One page.

    Attributes
    ----------
    file : as given; bytes : its size.
    requests : addresses that it asks for beside itself; errors : of its scripts and what the console warns of.
    overflow : by width (phone, desktop, print): elements that stick out sideways.
    unnamed : pictures without words; headings : levels in order; violations : axe rule -> elements.
    pages : of its print on A4; pages_of_front : up to the end of the front alone, 0 without one.
    """

    file: str
    bytes: int
    requests: list[str]
    errors: list[str]
    overflow: dict[str, list[str]]
    unnamed: list[str]
    headings: list[int]
    violations: dict[str, list[str]]
    pages: int
    pages_of_front: int


def look(*files: Path) -> list[Seen]:
    """What Chromium sees in each page.

    Raises
    ------
    pytest.skip : without Chromium, Node or the packages; says which.
    """
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not chromium:
        pytest.skip("no chromium (apt-get install chromium)")
    if not shutil.which("node") or not (PACKAGES / "playwright-core").is_dir():
        pytest.skip("no playwright-core (make browser)")
    words = ["node", str(HERE / "look.cjs"), chromium, *map(str, files)]
    environment = os.environ | {"NODE_PATH": str(PACKAGES)}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return [_seen(found) for found in json.loads(done.stdout)]


def _seen(found: dict[str, Any]) -> Seen:
    violations = {row["id"]: row["where"] for row in found.pop("violations")}
    return Seen(**found, violations=violations)


def complaints(seen: Seen) -> dict[str, object]:
    """What is wrong with a page, by name of the rule; empty if nothing is."""
    steps = zip(seen.headings, seen.headings[1:])
    orderly = seen.headings[:1] == [1] and seen.headings.count(1) == 1 and all(b <= a + 1 for a, b in steps)
    found: dict[str, object] = {
        "requests": seen.requests,
        "errors": seen.errors,
        **{f"overflow on {where}": elements for where, elements in seen.overflow.items()},
        "pictures without words": seen.unnamed,
        "headings": [] if orderly else seen.headings,
        **seen.violations,
        "front in print": None if seen.pages_of_front == 1 else f"{seen.pages_of_front} pages",
    }
    return {rule: what for rule, what in found.items() if what}
