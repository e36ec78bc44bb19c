"""Text of ``docs/outcomes.md``: every recorded table and column, and the outcomes that follow from them."""

from __future__ import annotations

from sim.analysis.outcomes import OUTCOMES
from sim.analysis.roles import RULE
from sim.pages.markdown import NOTE, table
from sim.record.declaration import WORDS, Column, Table
from sim.record.rounding import BITS
from sim.record.tables import TABLES

DIGITS = ", 3 digits"
ROUNDED = (
    f"*3 digits*: each value is rounded to {BITS} bits and at most {100 / 2 ** (BITS + 1):.2f} % off, so that many "
    "rows take little space; everywhere else floats are as they were computed."
)


def outcomes() -> str:
    """The whole page."""
    derived = ((f"`{o.name}`", f"`{o.table}`", o.unit, o.meaning, f"`{o.formula}`") for o in OUTCOMES.values())
    words = "; ".join(f"{kind}: {', '.join(names)}" for kind, names in WORDS.items())
    return "\n".join(
        [
            NOTE,
            "# Outcomes\n",
            "What a run records, in the order of its files (`outputs/<experiment>/<key>/NAME.parquet`), after the "
            "columns scenario, draw, replicate and mode. Counts are of real persons, papers and cases (agents times "
            "`scale`). Kinds: *count* (whole numbers, exact), *amount* (also an expected count), *share*, *mean*, "
            "*year*, *flag*, *identity*, *text*, *place* (ISO 3166 alpha-3, or a regional rest), *member* (of a "
            "constituency: a place as origin, or a word of the kind that the row names), and names from short "
            f"lists ({words}). Papers are counted *whole*, one for every place with an author, or *fractional*, by "
            "authors' shares, which sum to 1 a paper. All are declared in `sim/record/tables.py`; `talent-circulation "
            f"list outcomes` prints them. {ROUNDED}\n",
            *(_section(entry) for entry in TABLES.values()),
            "## Derived outcomes\n",
            "Not recorded, but computed by `sim.analysis.outcomes`: sums row by row, ratios from totals.\n",
            table(("outcome", "table", "unit", "meaning", "computed as"), derived),
            f"## Roles of places\n\nPrinted tables, comparisons and reports speak of places by their role. {RULE}\n",
        ]
    )


def _section(entry: Table) -> str:
    head = f"One row for {entry.rows}. Measures belong to {entry.of}.\n"
    rows = ((f"`{c.name}`", c.kind + DIGITS * c.rounded, c.unit, c.counting, _meaning(c)) for c in entry.columns)
    return f"## {entry.name}\n\n{head}\n{table(('column', 'kind', 'unit', 'counting', 'meaning'), rows)}"


def _meaning(column: Column) -> str:
    return f"{column.meaning} (not in a file without rows)" if column.extra else column.meaning
