"""The answer of the page in three sentences, from its numbers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from experiments.common.numbers import at
from experiments.common.page import estimated
from experiments.leak_price.numbers import DEFAULT, HIGH, LOW, STOPPED
from sim.plots.style import short

PRICE = f"price, {STOPPED}, with papers"
BREACH = "papers lost a breach found"
PROFILE, RISK = "investigations_by_profile", "as_many_by_risk"


def answer(numbers: pd.DataFrame) -> str:
    """Three sentences."""

    def row(outcome: str, rule: str, case: str = DEFAULT) -> Any:
        return next(at(numbers, outcome, rule=rule, case=case).itertuples())

    def told(outcome: str, rule: str, case: str = DEFAULT) -> str:
        found = row(outcome, rule, case)
        return estimated(found.mean, found.se)

    money = (
        100 * row("compliance", "disclosure").mean / (row(PRICE, "disclosure").mean * row(STOPPED, "disclosure").mean)
    )
    ratios = [row(BREACH, PROFILE, case).mean / row(BREACH, RISK, case).mean for case in cases_by_risk(numbers)]
    leak = {rate: short(row(f"price of a leak at {rate}", "disclosure").mean) for rate in ("0.0001", "0.003", "0.1")}
    ends = (short(row(PRICE, "disclosure", case).mean) for case in (HIGH, LOW))
    return (
        f"Stopping one leak in a hundred costs the United States {told(PRICE, 'security_training')} million $ a "
        f"year by research-security training, {told(PRICE, 'disclosure')} by disclosure of foreign ties and "
        f"{told(PRICE, 'cybersecurity')} by cybersecurity, nearly all of it papers that are not written for want of "
        f"time (compliance money is {money:.0f} % of what disclosure costs). What a rule prevents nobody knows: "
        f"over its documented range the price of disclosure alone goes from {' to '.join(ends)} million $, so that "
        f"the order of such rules is assumed, whereas investigations lose {told(BREACH, PROFILE)} papers for each "
        f"undisclosed tie that they find if they go by origin and {told(BREACH, RISK)} if as many go by risk, "
        f"{short(min(ratios))} to {short(max(ratios))} times as many at the ends of what this rests on. Disclosure "
        f"pays if a leak costs the country more than {leak['0.003']} million $, provided that 3 in 1,000 exposed "
        f"project-years leak; it is {leak['0.0001']} million at the lowest leak rate in question and {leak['0.1']} "
        "million at the highest, so that the price of a leak is known no better than how often there is one."
    )


def cases_by_risk(numbers: pd.DataFrame) -> list[str]:
    """Cases with investigations by profile and by risk; the ends of protection move no papers."""
    found = at(numbers, BREACH, rule=RISK)["case"]
    return [case for case in dict.fromkeys(found) if case not in (LOW, HIGH)]
