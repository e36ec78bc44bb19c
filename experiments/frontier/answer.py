"""The answer of the page in three sentences, from its numbers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from experiments.common.page import estimated

PROMOTE, BOTH, CASES = "Promote, by hand", "Promote and protect, by hand", "The same with cases by risk"
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
        "Easier visas, and recruiting paid from its own academic money, change the papers of the United States by "
        f"{told(PROMOTE, 'papers')} % and protect nothing; with disclosure, the four elements and screening in full "
        f"beside them it stops {told(BOTH, 'stopped')} % of what would leak, and its papers still change by "
        f"{told(BOTH, 'papers')} %. Investigations on top, nearly all by risk, raise what is stopped to "
        f"{told(CASES, 'stopped')} % and bring the change in papers to {told(CASES, 'papers')} %. "
        f"A search over {tried} mixtures found {best} at what the second of these stops, and the shipped scenarios lie "
        f"behind: {SHIPPED[0]}, by {told(SHIPPED[0], BEHIND)} points, {SHIPPED[1]}, by {told(SHIPPED[1], BEHIND)}."
    )
