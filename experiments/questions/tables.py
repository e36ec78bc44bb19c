"""Tables of ``README.md`` from the numbers: each stands between ``<!-- table N -->`` and ``<!-- end -->``."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from experiments.common.page import UNCLEAR, estimated, markdown, write_page

NEAREST = ("chi at neutral", "chi at its upper end", "deterrence at neutral", "deterrence at its upper end")
CONTRASTS = ("rate 0.0033, precision 0.27", "rate 0.0033, precision 0.9", "rate 0.00165, precision 0.27")
COLUMNS: dict[int, tuple[str, ...]] = {
    1: (
        "researchers lost",
        "leaks prevented by protection",
        "researchers lost per leak prevented",
        "researchers lost per leak fewer",
    ),
    2: (
        *(f"cost by support, {size}" for size in ("small", "medium", "large", "very_large")),
        *(f"papers led, {size}" for size in ("small", "medium", "large", "very_large")),
        "leaks prevented by protection",
        "cost per leak prevented",
    ),
    3: tuple(
        f"{outcome}, left in {year}"
        for outcome in ("fear of the named origin", "entrants of the named origin", "joint papers", "researchers")
        for year in (2023, 2026, 2030, 2035)
    ),
    4: tuple(
        f"{what}, {where}"
        for what in ("entrants", "researchers")
        for where in (
            "lost to the issuer", "share at home", "share in GBR", "share in CAN", "share in AUS", "share in DEU",
            "share in KOR", "share in other places", "share no longer in research",
        )
    ),
}  # fmt: skip


def table(numbers: pd.DataFrame, question: int) -> str:
    """Markdown table of a question: a line an outcome, a column a case (question 1: a line a case)."""
    part = numbers[numbers["question"] == question]
    cases = list(dict.fromkeys(part["case"]))
    outcomes = [outcome for outcome in COLUMNS[question] if (part["outcome"] == outcome).any()]
    units = dict(zip(part["outcome"], part["unit"]))
    cells = {
        (row.case, row.outcome): estimated(row.mean, row.se, row.lo, row.hi, none=UNCLEAR) for row in part.itertuples()
    }
    named = {outcome: f"{outcome} ({units[outcome]})" for outcome in outcomes}
    if question == 1:
        rows = [[c, *(cells.get((c, o), "–") for o in outcomes)] for c in cases]
        return markdown(["case", *named.values()], rows)
    return markdown(["outcome", *cases], [[named[o], *(cells.get((c, o), "–") for c in cases)] for o in outcomes])


def write(page: Path, numbers: pd.DataFrame, settings: str) -> None:
    """Replace the tables of a page by those of the numbers."""
    questions = sorted(set(numbers["question"]))
    write_page(page, {str(question): table(numbers, question) for question in questions}, settings)
