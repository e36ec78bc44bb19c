"""The answer of the page in a few sentences, from its numbers."""

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
    """A few sentences; an error that the digits told do not show is left out."""

    def told(outcome: str, scenario: str, area: str = RACERS, unit: str = "%", digits: int = 1, sign: int = 1) -> str:
        found = row(numbers, outcome, unit, scenario, area)
        mean, error = (number(value, digits) for value in (sign * found.mean, found.se))
        return mean if error == number(0.0, digits) else f"{mean} ± {error}"

    arrivals = told("would have come anyway", "united_states", unit="% of arrivals")
    papers, grants = (told(PAPERS, f"everybody_{how}", WORLD) for how in ("new_money", "grants"))
    return (
        f"If the United States recruit alone, they have {told(RESEARCHERS, 'united_states')} % more researchers in "
        f"2035 than without the package; if all large systems recruit at once, {told(RESEARCHERS, 'everybody', 'USA')} "
        f"% more, and systems that stay out of the race lose {told(RESEARCHERS, 'everybody', ELSEWHERE, sign=-1)} %. "
        f"Taken from grants, the package uses {told('bill', 'everybody', unit='% of academic money')} % of the racers' "
        f"academic money, {told('leaves research', 'everybody', unit='% of the bill', digits=0)} % of that leaves "
        f"research, and the world publishes {told(PAPERS, 'everybody', WORLD, sign=-1)} % fewer papers. "
        f"A researcher whom the United States gain alone costs {told(PRICE, 'united_states', unit=EACH)} million $: "
        f"all who arrive are paid for, and {arrivals} % of them would have come without the package. With as much new "
        f"money the race adds {papers} % to the world's papers, less than the {grants} % that the money adds as "
        "grants, without recruiting."
    )
