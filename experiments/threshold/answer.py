"""The answer of the page from its numbers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from experiments.common.numbers import at
from experiments.common.page import told
from experiments.threshold.numbers import DEFAULT, FROM, HIGH, LINE, LOW, SIZES
from sim.plots.style import short


def answer(numbers: pd.DataFrame) -> str:
    """A few sentences, of three numbers at most."""

    def row(outcome: str, rule: str, protection: str = DEFAULT) -> Any:
        return next(at(numbers, outcome, rule=rule, protection=protection).itertuples())

    def size(outcome: str, rule: str, protection: str = DEFAULT) -> str:
        found = row(outcome, rule, protection)
        return told(found.mean, found.se)

    def covered(line: str) -> int:
        return round(float(at(numbers, "institutions covered", threshold=line)["mean"].sum()))

    def share(line: str) -> float:
        return float(at(numbers, "support covered", threshold=line)["mean"].iloc[0])

    by_size = {size: at(numbers, "cost by support", threshold="10", size=size)["mean"].iloc[0] for size in SIZES}
    lines = [rule for rule in dict.fromkeys(numbers["rule"]) if rule.startswith(FROM)]
    prices = [row("price, with time", rule).mean for rule in lines]
    return (
        f"A line of 50 million $ asks {covered('50')} institutions with {share('50'):.0f} % of federal support for "
        f"the four elements, and stops {size('hazard stopped', LINE)} % of what would leak in the United States "
        f"without the rule. A line of 10 million asks {covered('10')} and stops "
        f"{size('hazard stopped', f'{FROM}10 M$')} %; one of 250 million asks {covered('250')} and stops "
        f"{size('hazard stopped', f'{FROM}250 M$')} %. Where the line lies hardly changes the cost of stopping one "
        f"leak in a hundred, {short(min(prices))} to {short(max(prices))} million $ a year with researchers' time. It "
        f"changes who pays: at 10 million the smallest institutions spend {by_size['small']:.1f} $ of every 1,000 $ of "
        f"support on compliance, the largest {by_size['very_large']:.1f} $. What the elements prevent nobody knows: "
        f"over the documented ranges a line of 50 million stops {size('hazard stopped', LINE, LOW)} to "
        f"{size('hazard stopped', LINE, HIGH)} %. It costs {size('papers lost', LINE)} % of US papers; investigations "
        f"by origin, which stop nothing, cost {size('papers lost', 'investigations by profile')} %. As many by risk "
        f"cost {size('papers lost', 'investigations by risk')} % and stop "
        f"{size('hazard stopped', 'investigations by risk')} %."
    )
