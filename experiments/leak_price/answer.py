"""The answer of the page from its numbers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from experiments.common.numbers import at
from experiments.common.page import told
from experiments.leak_price.numbers import DEFAULT, HIGH, LOW, STOPPED
from sim.analysis.text import decimals, number

PRICE = f"price, {STOPPED}, with papers"
BREACH = "papers lost a breach found"
RATES = ("0.0001", "0.003", "0.1")
PROFILE, RISK = "investigations_by_profile", "as_many_by_risk"


def answer(numbers: pd.DataFrame) -> str:
    """A few sentences, of three numbers at most."""

    def row(outcome: str, rule: str, case: str = DEFAULT) -> Any:
        return next(at(numbers, outcome, rule=rule, case=case).itertuples())

    def size(outcome: str, rule: str, case: str = DEFAULT) -> str:
        found = row(outcome, rule, case)
        return told(found.mean, found.se)

    money = (
        100 * row("compliance", "disclosure").mean / (row(PRICE, "disclosure").mean * row(STOPPED, "disclosure").mean)
    )
    ratios = [row(BREACH, PROFILE, case).mean / row(BREACH, RISK, case).mean for case in cases_by_risk(numbers)]
    leak = {rate: two_digits(row(f"price of a leak at {rate}", "disclosure").mean) for rate in RATES}
    ends = (two_digits(row(PRICE, "disclosure", case).mean) for case in (HIGH, LOW))
    return (
        f"Stopping one leak in a hundred of those without the rule costs the United States "
        f"{size(PRICE, 'security_training')} million $ a year by research-security training, "
        f"{size(PRICE, 'disclosure')} by disclosure of foreign ties and {size(PRICE, 'cybersecurity')} by "
        f"cybersecurity. Nearly all of it is papers that nobody has time to write (compliance money is "
        f"{money:.0f} % of what disclosure costs). What a rule prevents nobody knows: over its documented range the "
        f"price of disclosure alone goes from {' to '.join(ends)} million $, so that the order of such rules is "
        f"assumed. For each undisclosed tie that they find, investigations lose {size(BREACH, PROFILE)} papers if they "
        f"go by origin and {size(BREACH, RISK)} if as many go by risk; at the ends of what this rests on it is "
        f"{two_digits(min(ratios))} to {two_digits(max(ratios))} times as many. Disclosure pays if a leak costs the "
        f"country more than {leak['0.003']} million $, provided that 3 in 1,000 exposed project-years leak. It is "
        f"{leak['0.0001']} million at the lowest leak rate in question and {leak['0.1']} million at the highest, so "
        "that the price of a leak is known no better than how often there is one."
    )


def two_digits(value: float) -> str:
    """A number of which little is known."""
    return number(value, decimals(value, value))


def cases_by_risk(numbers: pd.DataFrame) -> list[str]:
    """Cases with investigations by profile and by risk; the ends of protection move no papers."""
    found = at(numbers, BREACH, rule=RISK)["case"]
    return [case for case in dict.fromkeys(found) if case not in (LOW, HIGH)]
