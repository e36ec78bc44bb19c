"""Terms that a reader from outside meets, as rows and as the text of ``docs/glossary.md``."""

from __future__ import annotations

import csv
import re

from sim.core.digest import PACKAGE
from sim.pages.markdown import NOTE, table

TERMS = PACKAGE / "pages" / "glossary.csv"
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


def terms() -> list[dict[str, str]]:
    """Rows of the glossary.

    Returns
    -------
    term, also (other words for it, may be empty), meaning (one or two sentences), example (or unit); Markdown code and
    links to other pages of ``docs/`` as in the file.
    """
    with TERMS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def plain_terms() -> list[dict[str, str]]:
    """The same rows without Markdown, pages of ``docs/`` by name: for pages that stand elsewhere."""
    return [{key: _LINK.sub(r"docs/\1", words).replace("`", "") for key, words in row.items()} for row in terms()]


def glossary() -> str:
    """Text of ``docs/glossary.md``."""
    rows = ((f"**{row['term']}**", row["also"], row["meaning"], row["example"]) for row in terms())
    return "\n".join(
        [
            NOTE,
            "# Glossary\n",
            "Words that figures, tables and reports use. Every recorded number is defined in "
            "[outcomes.md](outcomes.md). Edit `sim/pages/glossary.csv` to change a row.\n",
            table(("term", "also called", "what it means", "example or unit"), rows),
        ]
    )
