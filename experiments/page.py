"""Tables of an experiment's README, which are generated: cells, Markdown, and their place in the page."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sim.analysis.text import decimals, number


def estimated(mean: float, se: float, lo: float, hi: float, sign: str = "") -> str:
    """Mean ± standard error (band) with two digits of the standard error; what is not known is left out."""
    digits = decimals(se, mean)
    text = number(mean, digits, sign)
    if math.isfinite(se):
        text += f" ± {number(se, digits)}"
    if math.isfinite(lo):
        text += f" ({number(lo, digits)} … {number(hi, digits)})"
    return text


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Table whose first column is text and whose others are numbers."""
    lines = [list(head), ["---", *["---:"] * (len(head) - 1)], *(list(row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write_page(page: Path, tables: Mapping[str, str], settings: str) -> None:
    """Replace the tables of a page, each between ``<!-- table NAME -->`` and ``<!-- end -->``.

    Raises
    ------
    ValueError : the page has no place for a table.
    """
    text = page.read_text(encoding="utf-8")
    for name, table in tables.items():
        block = f"<!-- table {name} -->\n{settings}.\n\n{table}\n<!-- end -->"
        text, n = re.subn(rf"<!-- table {name} -->.*?<!-- end -->", lambda _, new=block: new, text, flags=re.DOTALL)
        if n != 1:
            raise ValueError(f"{page}: {n} places for table {name}")
    page.write_text(text, encoding="utf-8")
