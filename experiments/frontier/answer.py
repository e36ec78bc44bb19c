"""The answer of the page in three sentences, from its numbers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from experiments.common.page import estimated

VISAS, RECRUIT = "Easier visas alone", "Recruiting alone"
BOTH, CASES = "Promote and protect, by hand", "The same with cases by risk"
BEHIND = "papers behind the front"
SHIPPED = ("Proportionate, US alone", "Restrictive")


def answer(numbers: pd.DataFrame) -> str:
    """Three sentences."""
    named = numbers[numbers["group"] == "named"].set_index(["name", "outcome"])

    def told(name: str, outcome: str) -> str:
        row: Any = named.loc[(name, outcome)]
        return estimated(row["mean"], row["se"], sign="+" if outcome == "papers" else "")

    tried = int(numbers[numbers["outcome"] == "policies tried"]["mean"].iloc[0])
    ahead = float(named.loc[(BOTH, BEHIND), "mean"]) > 0
    best = f"one with {told(BOTH, BEHIND)} points of papers more" if ahead else "none with more papers"
    return (
        f"Easier visas change the papers of the United States by {told(VISAS, 'papers')} %, recruiting that it pays "
        f"for from its own academic money by {told(RECRUIT, 'papers')} %, and neither protects; with disclosure, "
        f"the four elements and screening in full beside both it stops {told(BOTH, 'stopped')} % of what would "
        f"leak, and its papers change by {told(BOTH, 'papers')} %. Investigations on top, nearly all by risk, raise "
        f"what is stopped to {told(CASES, 'stopped')} % and bring the change in papers to {told(CASES, 'papers')} %. "
        f"A search over {tried} mixtures found {best} at what the second of these stops; of the shipped scenarios "
        f"{SHIPPED[0]}, lies {told(SHIPPED[0], BEHIND)} points of papers behind the best that stops as much, "
        f"{SHIPPED[1]} {told(SHIPPED[1], BEHIND)}."
    )
