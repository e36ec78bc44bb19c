"""The answer of the page in three sentences, from its numbers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from experiments.common.numbers import at
from experiments.common.page import estimated
from experiments.threshold.numbers import DEFAULT, FROM, HIGH, LINE, LOW, SIZES
from sim.plots.style import short


def answer(numbers: pd.DataFrame) -> str:
    """Three sentences."""

    def row(outcome: str, rule: str, protection: str = DEFAULT) -> Any:
        return next(at(numbers, outcome, rule=rule, protection=protection).itertuples())

    def told(outcome: str, rule: str, protection: str = DEFAULT) -> str:
        found = row(outcome, rule, protection)
        return estimated(found.mean, found.se)

    def covered(line: str) -> int:
        return round(float(at(numbers, "institutions covered", threshold=line)["mean"].sum()))

    def share(line: str) -> float:
        return float(at(numbers, "support covered", threshold=line)["mean"].iloc[0])

    by_size = {size: at(numbers, "cost by support", threshold="10", size=size)["mean"].iloc[0] for size in SIZES}
    lines = [rule for rule in dict.fromkeys(numbers["rule"]) if rule.startswith(FROM)]
    prices = [row("price, with time", rule).mean for rule in lines]
    return (
        f"A line of 50 million $ asks {covered('50')} institutions with {share('50'):.0f} % of federal support for "
        f"the four elements and stops {told('hazard stopped', LINE)} % of what would leak in the United States; a "
        f"line of 10 million asks {covered('10')} and stops {told('hazard stopped', f'{FROM}10 M$')} %, one of 250 "
        f"million {covered('250')} and {told('hazard stopped', f'{FROM}250 M$')} %. Where the line lies hardly "
        f"changes the cost of stopping one leak in a hundred, {short(min(prices))} to {short(max(prices))} million "
        "$ a year with researchers' time, but it changes who pays: at 10 million the smallest institutions spend "
        f"{by_size['small']:.1f} $ of every 1,000 $ of support on compliance, the largest "
        f"{by_size['very_large']:.1f} $. What the elements prevent nobody knows: over the documented ranges a line "
        f"of 50 million stops {told('hazard stopped', LINE, LOW)} to {told('hazard stopped', LINE, HIGH)} %, for "
        f"{told('papers lost', LINE)} % of US papers, against {told('papers lost', 'investigations by profile')} % "
        f"for investigations by origin, which stop nothing, and {told('papers lost', 'investigations by risk')} % "
        f"for as many by risk, which stop {told('hazard stopped', 'investigations by risk')} %."
    )
