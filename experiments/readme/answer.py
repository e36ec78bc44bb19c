"""The README's sentences, written from the numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from experiments.common.numbers import at
from sim.analysis.outcomes import WORLD
from sim.analysis.text import decimals, number

ISSUER, TARGET = "United States", "China"
RANGE = "range over assumptions"  # outcomes of which lo and hi hold 90 % of the sets of assumptions


def answer(numbers: pd.DataFrame, settings: str) -> str:
    """Three sentences on people, papers and protection, and how they were measured."""
    year = str(line(numbers, WORLD, "researchers")["unit"])[-4:]
    people = {place: change(numbers, place, "researchers") for place in (ISSUER, TARGET, WORLD)}
    flows = {name: line(numbers, ISSUER, name) for name in ("entrants", "moves in", "moves out", "exits")}
    net = flows["moves in"]["mean"] - flows["moves out"]["mean"]
    papers = {place: change(numbers, place, "papers") for place in (ISSUER, TARGET, WORLD)}
    top = {place: change(numbers, place, "top-1 % papers", "%") for place in (ISSUER, TARGET, WORLD)}
    protected = line(numbers, ISSUER, "hazard protected")
    digits = decimals(protected["se"], protected["mean"])
    ranges = [at(numbers, f"{name}, {RANGE}", place=ISSUER).iloc[0] for name in ("researchers", "papers")]
    people_lost, papers_lost = map(span, ranges)
    papers_lost = papers_lost.removeprefix(people_lost.split()[0] + " ")  # the verb once, if it is the same
    return (
        f"If the investigations by profile, visa refusals and bans that began in 2018 stay in force, the United States "
        f"has {people[ISSUER]} researchers in {year} than without them ({percent(numbers, ISSUER, 'researchers')}): "
        f"{rounded(flows['entrants'])} fewer people begin a research career there, and net arrivals are lower by "
        f"{rounded_to(net, flows['moves in'])}. China has {people[TARGET]}, the world {people[WORLD]}. "
        f"The United States publishes {papers[ISSUER]} papers a year ({percent(numbers, ISSUER, 'papers')}), China "
        f"{papers[TARGET]}. Of the papers in the world's top 1 %, the United States has {top[ISSUER]}, China "
        f"{top[TARGET]} and the world {top[WORLD]}. "
        f"In return, protection stops {number(protected['mean'], min(digits, 1))} ± "
        f"{number(protected['se'], min(digits, 1))} % of what could still leak from American sensitive projects; how "
        "many leaks that is depends on a rate that nobody knows. "
        f"What no data fix matters more than chance: over {ranges[0]['n']:.0f} sets of assumptions the United States "
        f"{people_lost} of its researchers and {papers_lost} of its papers.\n\n"
        f"*Direct effects; ± is one standard error of chance: {settings}. Assumptions: 90 % of their sets "
        "(`talent-circulation compare restrictive`).*"
    )


def span(row: Any) -> str:
    """A range of per cent in words: ``loses 3 to 10 %``."""
    small, large = sorted((abs(row["lo"]), abs(row["hi"])))
    if row["lo"] < 0 < row["hi"]:
        return f"changes by {number(row['lo'], 0, '+')} to {number(row['hi'], 0, '+')} %"
    return f"{'loses' if row['hi'] <= 0 else 'gains'} {number(small, 0)} to {number(large, 0)} %"


def line(numbers: pd.DataFrame, place: str, outcome: str, unit: str = "") -> Any:
    """The line of a place and outcome, in per cent or in its own unit."""
    found = at(numbers, outcome, place=place)
    return found[(found["unit"] == "%") == (unit == "%")].iloc[0]


def change(numbers: pd.DataFrame, place: str, outcome: str, unit: str = "") -> str:
    """A change in words: ``113,500 ± 1,000 fewer``."""
    row = line(numbers, place, outcome, unit)
    digits = decimals(row["se"], row["mean"])
    digits = min(digits, 1) if unit else digits
    size = f"{number(abs(row['mean']), digits)} ± {number(row['se'], digits)}{' %' if unit else ''}"
    if abs(row["mean"]) < 2 * np.nan_to_num(row["se"]):
        return f"as many within the noise ({number(row['mean'], digits, '+')} ± {number(row['se'], digits)})"
    return f"{size} {'more' if row['mean'] > 0 else 'fewer'}"


def percent(numbers: pd.DataFrame, place: str, outcome: str) -> str:
    """The same change in per cent, with one decimal."""
    return f"{number(line(numbers, place, outcome, '%')['mean'], 1, '+')} %"


def rounded(row: Any) -> str:
    """Size of a change, to the digits of its standard error."""
    return rounded_to(float(row["mean"]), row)


def rounded_to(value: float, row: Any) -> str:
    """A size, to the digits of a line's standard error."""
    return number(abs(value), decimals(row["se"], row["mean"]))
