"""Tables of an experiment's README, which are generated: cells, Markdown, and their place in the page."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.analysis.text import ROUNDING, decimals, number

NONE, UNCLEAR = "–", "not clear of zero"
ANSWER = "answer"  # name of the block of sentences, which stands between ``<!-- answer -->`` and ``<!-- end -->``


def estimated(
    mean: float, se: float = math.nan, lo: float = math.nan, hi: float = math.nan, *, sign: str = "", none: str = NONE
) -> str:
    """Mean ± standard error (band) with two digits of the standard error; what is not known is left out.

    Parameters
    ----------
    sign : "+" to show it; none : text of a mean that is not known.
    """
    if not math.isfinite(mean):
        return none
    digits = decimals(se, mean)
    text = number(mean, digits, sign)
    if math.isfinite(se):
        text += f" ± {number(se, digits)}"
    if math.isfinite(lo):
        text += f" ({number(lo, digits)} … {number(hi, digits)})"
    return text


def told(mean: float, se: float = math.nan, sign: str = "", error: bool = True) -> str:
    """An estimate in a sentence: its error to one digit (two if it begins with 1), its mean to three at most.

    A mean keeps more than three digits only where the error would otherwise round to nothing.

    Parameters
    ----------
    sign : "+" to show it; error : also tell the standard error.
    """
    if not math.isfinite(mean):
        return NONE
    three = 2 - math.floor(math.log10(abs(mean))) if mean else 0
    if not math.isfinite(se) or same_everywhere(mean, se):
        return number(mean, three, sign)
    size = math.floor(math.log10(se))
    digits = -size + (1 if se < 2 * 10.0**size else 0)
    while digits > three and round(se, digits - 1) > 0:
        digits -= 1
    return number(mean, digits, sign) + (f" ± {number(se, digits)}" if error else "")


def same_everywhere(mean: float, se: float) -> bool:
    """True if a number is the same in every replicate, since it follows from the inputs."""
    return se <= ROUNDING * abs(mean)


def cell(row: Any, absent: str = UNCLEAR) -> str:
    """Mean ± standard error (band) of a line of numbers, of one that is the same everywhere the mean; or `absent`."""
    if row is None:
        return absent
    if same_everywhere(row.mean, row.se):
        return number(row.mean, decimals(row.se, row.mean))
    return estimated(row.mean, row.se, row.lo, row.hi, none=UNCLEAR)


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Table whose first column is text and whose others are numbers."""
    lines = [list(head), ["---", *["---:"] * (len(head) - 1)], *(list(row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write_page(page: Path, tables: Mapping[str, str], settings: str) -> None:
    """Replace the tables of a page, each between ``<!-- table NAME -->`` and ``<!-- end -->``, and its `ANSWER`.

    Raises
    ------
    ValueError : the page has no place for a table.
    """
    text = page.read_text(encoding="utf-8")
    for name, table in tables.items():
        mark = name if name == ANSWER else f"table {name}"
        about = "" if name == ANSWER else f"{settings}.\n\n"
        block = f"<!-- {mark} -->\n{about}{table}\n<!-- end -->"
        text, n = re.subn(rf"<!-- {mark} -->.*?<!-- end -->", lambda _, new=block: new, text, flags=re.DOTALL)
        if n != 1:
            raise ValueError(f"{page}: {n} places for table {name}")
    page.write_text(text, encoding="utf-8")


def write_finding(experiment: Path, finding: str) -> None:
    """Put what an experiment found, in a sentence, into its row of the index.

    Raises
    ------
    ValueError : the index has no row of the experiment.
    """
    index = experiment.with_name("README.md")
    row = rf"^(\| \[[^\]]*\]\({experiment.name}\) \| ).*( \|)$"
    text = index.read_text(encoding="utf-8")
    text, n = re.subn(row, lambda found: f"{found[1]}{finding}{found[2]}", text, flags=re.MULTILINE)
    if n != 1:
        raise ValueError(f"{index}: {n} rows of {experiment.name}")
    index.write_text(text, encoding="utf-8")
