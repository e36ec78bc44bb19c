"""The answer of the page in three sentences, from its numbers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from experiments.common.numbers import at
from experiments.race.numbers import ELSEWHERE, RACERS, USUAL, WORLD
from sim.analysis.text import number

ALONE = {"united_states": "the United States", "germany": "Germany", "switzerland": "Switzerland"}
CODES = {"united_states": "USA", "germany": "DEU", "switzerland": "CHE"}
RESEARCHERS, PAPERS, PRICE = "researchers at the end", "papers a year", "bill of all years by researchers gained"
EACH = "M$ each"


def row(numbers: pd.DataFrame, outcome: str, unit: str, scenario: str, area: str = RACERS, sweep: str = "sweep") -> Any:
    """One line of numbers at the values that are assumed."""
    found = at(numbers, outcome, sweep=sweep, case=USUAL, scenario=scenario, area=area, unit=unit)
    return next(found.itertuples())


def answer(numbers: pd.DataFrame) -> str:
    """Three sentences."""

    def told(outcome: str, scenario: str, area: str = RACERS, unit: str = "%", digits: int = 1, sign: int = 1) -> str:
        found = row(numbers, outcome, unit, scenario, area)
        return f"{number(sign * found.mean, digits)} ± {number(found.se, digits)}"

    alone = ", ".join(
        f"{name} {told(RESEARCHERS, scenario)} % ({told(RESEARCHERS, 'everybody', CODES[scenario])} %)"
        for scenario, name in ALONE.items()
    )
    return (
        "A system that recruits alone has more researchers in 2035 than it would have had, and less of that is left if "
        f"all large systems recruit at once (in brackets): {alone}; systems that stay out of the race lose "
        f"{told(RESEARCHERS, 'everybody', ELSEWHERE, digits=2, sign=-1)} %. Taken from grants, the package uses "
        f"{told('bill', 'everybody', unit='% of academic money', digits=2)} % of the racers' academic money, over a "
        "third of which leaves research, and the world publishes "
        f"{told(PAPERS, 'everybody', WORLD, digits=2, sign=-1)} % fewer papers; each researcher whom the United States "
        f"gain alone costs {told(PRICE, 'united_states', unit=EACH)} million $, since "
        f"{told('would have come anyway', 'united_states', unit='% of arrivals')} % of those who arrive, all of them "
        "paid for, would have come without the package. With as much new money the race adds "
        f"{told(PAPERS, 'everybody_new_money', WORLD, digits=2)} % to the world's papers, less than the "
        f"{told(PAPERS, 'everybody_grants', WORLD, digits=2)} % that the same money adds as grants, without recruiting."
    )
