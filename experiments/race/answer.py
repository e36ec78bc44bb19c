"""The answer of the page in three sentences, from its numbers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from experiments.common.numbers import at
from experiments.common.page import estimated
from experiments.race.numbers import RACERS, USUAL, WORLD
from sim.analysis.text import decimals, number

ALONE = {"united_states": "the United States", "germany": "Germany", "switzerland": "Switzerland"}
CODES = {"united_states": "USA", "germany": "DEU", "switzerland": "CHE"}
RESEARCHERS, PAPERS, PRICE = "researchers at the end", "papers a year", "bill of all years by researchers gained"


def row(numbers: pd.DataFrame, outcome: str, unit: str, scenario: str, area: str = RACERS, sweep: str = "sweep") -> Any:
    """One line of numbers at the values that are assumed."""
    found = at(numbers, outcome, sweep=sweep, case=USUAL, scenario=scenario, area=area, unit=unit)
    return next(found.itertuples())


def told(numbers: pd.DataFrame, outcome: str, unit: str, scenario: str, area: str = RACERS, sign: str = "") -> str:
    """Mean ± standard error."""
    found = row(numbers, outcome, unit, scenario, area)
    return estimated(found.mean, found.se, sign=sign)


def answer(numbers: pd.DataFrame) -> str:
    """Three sentences."""
    gains = [
        f"{name} {told(numbers, RESEARCHERS, '%', scenario, sign='+')} % alone, "
        f"{told(numbers, RESEARCHERS, '%', 'everybody', CODES[scenario], sign='+')} % when all recruit"
        for scenario, name in ALONE.items()
    ]
    us = row(numbers, PRICE, "M$ each", "united_states")
    dear = number(us.mean, decimals(us.se, us.mean))
    return (
        f"Who recruits alone has more researchers in 2035 than without, and who recruits in a race gains less: {'; '.join(gains)}. "
        f"Taken from grants, the package costs {told(numbers, 'bill', '% of academic money', 'everybody')} % of the academic "
        f"money of those who race and changes the world's papers by {told(numbers, PAPERS, '%', 'everybody', WORLD, '+')} %; "
        f"in the United States alone it comes to {dear} million $ for each researcher gained, since "
        f"{told(numbers, 'would have come anyway', '% of arrivals', 'united_states')} % of those who arrive would have come "
        f"without it. Paid with as much new money the race changes the world's papers by "
        f"{told(numbers, PAPERS, '%', 'everybody_new_money', WORLD, '+')} %, and the same new money given as grants, "
        f"without recruiting, by {told(numbers, PAPERS, '%', 'everybody_grants', WORLD, '+')} %."
    )
