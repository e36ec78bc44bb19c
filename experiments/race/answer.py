"""The answer of the page in three sentences, from its numbers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from experiments.common.numbers import at
from experiments.common.page import estimated
from experiments.race.numbers import ELSEWHERE, RACERS, USUAL, WORLD

ALONE = {"united_states": "the United States", "germany": "Germany", "switzerland": "Switzerland"}
CODES = {"united_states": "USA", "germany": "DEU", "switzerland": "CHE"}
RESEARCHERS, PAPERS, PRICE = "researchers at the end", "papers a year", "bill of all years by researchers gained"


def row(numbers: pd.DataFrame, outcome: str, unit: str, scenario: str, area: str = RACERS, sweep: str = "sweep") -> Any:
    """One line of numbers at the values that are assumed."""
    found = at(numbers, outcome, sweep=sweep, case=USUAL, scenario=scenario, area=area, unit=unit)
    return next(found.itertuples())


def answer(numbers: pd.DataFrame) -> str:
    """Three sentences."""

    def percent(outcome: str, scenario: str, area: str = RACERS, unit: str = "%") -> str:
        found = row(numbers, outcome, unit, scenario, area)
        return f"{estimated(found.mean, found.se, sign='+' if unit == '%' else '')} %"

    alone = "; ".join(
        f"{name} {percent(RESEARCHERS, scenario)} ({percent(RESEARCHERS, 'everybody', CODES[scenario])})"
        for scenario, name in ALONE.items()
    )
    price = row(numbers, PRICE, "M$ each", "united_states")
    return (
        "A system that recruits alone has more researchers in 2035 than it would have otherwise, and a smaller gain, or "
        f"none, if all large systems recruit at once (in brackets): {alone}; in the race the systems that do not "
        f"recruit change by {percent(RESEARCHERS, 'everybody', ELSEWHERE)}. The package takes "
        f"{percent('bill', 'everybody', unit='% of academic money')} of the racers' academic money, "
        f"{percent('leaves research', 'everybody', unit='% of the bill')} of which leaves research, so the race changes "
        f"the world's papers by {percent(PAPERS, 'everybody', WORLD)}; the United States alone pay "
        f"{estimated(price.mean, price.se)} million $ for each researcher gained, since "
        f"{percent('would have come anyway', 'united_states', unit='% of arrivals')} of those who arrive would have "
        "come without the package. Paid with as much new money the race changes the world's papers by "
        f"{percent(PAPERS, 'everybody_new_money', WORLD)}, less than the "
        f"{percent(PAPERS, 'everybody_grants', WORLD)} that the same money adds as grants for everybody, without "
        "recruiting."
    )
