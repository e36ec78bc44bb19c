"""``talent-circulation docs [FOLDER]``: writes the pages that follow from code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.core.digest import PACKAGE
from sim.core.read import ConfigError
from sim.pages.evidence import evidence
from sim.pages.glossary import glossary
from sim.pages.ladders import ladders
from sim.pages.levers import levers
from sim.pages.money import money
from sim.pages.outcomes import outcomes
from sim.pages.parameters import parameters
from sim.pages.refit import refit
from sim.pages.scenarios import scenarios
from sim.pages.threat import threat

PAGES = {
    "parameters.md": parameters,
    "levers.md": levers,
    "ladders.md": ladders,
    "outcomes.md": outcomes,
    "scenarios.md": scenarios,
    "evidence.md": evidence,
    "glossary.md": glossary,
    "refit.md": refit,
    "threat.md": threat,
    "money.md": money,
}

USAGE = """\
usage: talent-circulation docs [FOLDER]

Writes the pages that follow from code (parameters, levers, ladders, outcomes,
scenarios …) into a folder that exists; docs of the clone by default.

examples
  talent-circulation docs
  talent-circulation docs /tmp/pages
"""


def command(words: Sequence[str]) -> int:
    """Write all pages into a folder, ``docs`` of the clone by default."""
    folder = Path(words[0]) if words else PACKAGE.parent / "docs"
    if len(words) > 1 or not folder.is_dir():
        raise ConfigError(
            [f"command line: docs takes one folder that exists, or none; not '{' '.join(words) or folder}'"]
        )
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")
        print(folder / name)
    return 0
