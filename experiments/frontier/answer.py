"""The answer of the page from its numbers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from experiments.common.page import told

VISAS, RECRUIT = "Easier visas alone", "Recruiting alone"
BOTH, CASES = "Promote and protect, by hand", "The same with cases by risk"
BEHIND = "papers behind the front"
SHIPPED = ("Proportionate, US alone", "Restrictive")


def answer(numbers: pd.DataFrame) -> str:
    """A few sentences, of three numbers at most."""
    named = numbers[numbers["group"] == "named"].set_index(["name", "outcome"])

    def size(name: str, outcome: str) -> str:
        row: Any = named.loc[(name, outcome)]
        return told(row["mean"], row["se"], "+" if outcome == "papers" else "")

    tried = int(numbers[numbers["outcome"] == "policies tried"]["mean"].iloc[0])
    ahead = float(named.loc[(BOTH, BEHIND), "mean"]) > 0
    best = f"one with {size(BOTH, BEHIND)} points of papers more" if ahead else "none with more papers"
    return (
        f"Easier visas change the papers of the United States by {size(VISAS, 'papers')} %, recruiting that it pays "
        f"for from its own academic money by {size(RECRUIT, 'papers')} %, and neither protects. With disclosure, "
        f"the four elements and screening in full beside both it stops {size(BOTH, 'stopped')} % of what would "
        f"leak without the rules, and its papers change by {size(BOTH, 'papers')} %. Investigations on top, nearly all "
        f"by risk, raise what is stopped to {size(CASES, 'stopped')} % and bring the change in papers to "
        f"{size(CASES, 'papers')} %. A search over {tried} mixtures found {best} at what the second of these stops. Of "
        f"the shipped scenarios, {SHIPPED[0]}, lies {size(SHIPPED[0], BEHIND)} points of papers behind the best that "
        f"stops as much, {SHIPPED[1]} {size(SHIPPED[1], BEHIND)}."
    )
