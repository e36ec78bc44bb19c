"""Numbers of precision: what investigations find and what they cost, by rate, aim and the nearest parameters."""

from __future__ import annotations

import pandas as pd

from experiments.common.numbers import Numbers
from experiments.common.store import OpenStore, amounts, effects, with_axes
from sim.analysis.balance.inputs import quotient
from sim.analysis.outcomes import OUTCOMES
from sim.analysis.pairs import RUN, estimate

ISSUER = "USA"
AXES = {
    "policies.investigations.levers.cases.values.2018-11-01": "rate",
    "policies.investigations.levers.by_risk.values.2018-11-01": "by_risk",
    "params.security.chi": "chi",
    "params.security.fear_decay": "decay",
    "params.security.undisclosed": "undisclosed",
    "params.security.risk_specificity": "specificity",
    "params.security.risk_sensitivity": "sensitivity",
    "effects.investigations.deterrence": "deterrence",
}
CASE = tuple(AXES.values())
_PROTECTED = OUTCOMES["protected"]
_SUMS = ["new_cases", "cases_that_found", "papers_fractional", *_PROTECTED.columns]


def numbers_of(opened: OpenStore) -> pd.DataFrame:
    """All lines of ``numbers.csv``: over all years from 2018 on, researchers and fear in the last year."""
    names = list(dict.fromkeys([*_SUMS, "n_researchers", "fear_target_mean"]))
    place = opened.frames.read("place_year", [*RUN, "year", *names], [("place", "==", ISSUER)])
    place = amounts(place.fillna({"fear_target_mean": 0.0}), names)
    years, last = place["year"].nunique(), place[place["year"] == place["year"].max()]
    units = [*RUN]
    whole = effects(place, _SUMS).merge(effects(last, ["n_researchers", "fear_target_mean"]), on=units)
    whole = with_axes(whole, opened.frames).rename(columns=AXES)
    found = Numbers(CASE)
    for key, rows in whole.groupby(list(CASE), sort=False):
        case = dict(zip(CASE, key))
        cases, breaches = (rows[name].to_numpy() for name in ("new_cases", "cases_that_found"))
        lost, base = -rows["n_researchers"].to_numpy(), rows["base_n_researchers"].to_numpy()
        papers = 100 * rows["papers_fractional"].to_numpy()
        found.add(case, "cases", "a year", estimate(cases / years))
        found.add(case, "undisclosed ties found", "a year", estimate(breaches / years))
        found.add(case, "cases that find one", "% of cases", quotient(100 * breaches, cases))
        found.add(case, "fear", "% of people", estimate(100 * rows["fear_target_mean"].to_numpy()))
        found.add(case, "researchers lost", "% of baseline", quotient(100 * lost, base))
        found.add(case, "papers lost", "% of baseline", quotient(-papers, rows["base_papers_fractional"].to_numpy()))
        found.add(case, "researchers lost per tie found", "people", quotient(lost, breaches))
        found.add(case, "share protected", "% points", estimate(100 * _protected(rows).to_numpy()))
    return found.frame()


def _protected(rows: pd.DataFrame) -> pd.Series:
    """Share of the hazard that protection stops, with the policy less without."""
    without = pd.DataFrame({name: rows[f"base_{name}"] for name in _PROTECTED.columns})
    return _PROTECTED.of(without + rows[list(_PROTECTED.columns)]) - _PROTECTED.of(without)
