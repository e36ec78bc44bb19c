"""Numbers of the leak price: what each rule costs and prevents, by year in force, over the leak rate."""

from __future__ import annotations

import pandas as pd

from experiments.common.numbers import Numbers, exactly
from experiments.common.store import OpenStore, effects, with_axes
from sim.analysis.balance.inputs import quotient
from sim.analysis.outcomes import LEAKS, add
from sim.analysis.pairs import RUN, estimate

ISSUER, FIRST, BEFORE = "USA", 2018, 10 / 12  # in force from November 2018
RATE = "leak rate "
DEFAULT = f"{RATE}0.003"
CASE = ("rule", "case")
FAMILIES = {
    "People": ("visa_refusal", "visa_delay", "investigations_by_profile", "investigations_by_risk", "hostile_words",
               "programme_ban"),
    "Institutions": ("disclosure", "cybersecurity", "travel_security", "security_training", "export_training",
                     "checklist", "advice"),
    "Projects and partners": ("ban_sensitive", "ban_open", "screening_by_country", "screening_by_risk",
                              "alliance_condition", "outflow_restriction"),
}  # fmt: skip
COSTS = ("compliance_musd", "compliance_researcher_years", "recruitment_musd")
PLACE = (*LEAKS, "leaks_unprotected", *COSTS)
LOST = "avoided_by_lost_work"
PRICES = {
    "money only, by protection": ("money", "protected"),
    "with papers, by protection": ("with papers", "protected"),
    "with own papers, by protection": ("with own papers", "protected"),
    "money only, all leaks": ("money", "fewer"),
    "with papers, all leaks": ("with papers", "fewer"),
    "with own papers, all leaks": ("with own papers", "fewer"),
}


def words(rule: str) -> str:
    """Name of a rule for readers."""
    return rule.replace("_", " ")


def rate_of(case: str) -> float | None:
    """Leak rate that a case is about."""
    return float(case.removeprefix(RATE)) if case.startswith(RATE) else None


def numbers_of(opened: OpenStore) -> pd.DataFrame:
    """All lines of ``numbers.csv``."""
    found = Numbers(CASE)
    rows, years = replicates(opened)
    for (rule, case), part in rows.groupby(["scenario", "case"], sort=False):
        _lines(found, {"rule": rule, "case": case}, part, years)
    return found.frame()


def replicates(opened: OpenStore) -> tuple[pd.DataFrame, float]:
    """Paired effects of every rule, case and replicate, summed over years; and how many years the rules are in force.

    Issuer: leaks and what avoided them, money, researcher time, fractional papers. World: papers (each counted once).
    """
    own_years = [("place", "==", ISSUER), ("year", ">=", FIRST)]
    derived = ["leaks", "leaks_avoided"]
    place = add(opened.frames.read("place_year", [*RUN, "year", *PLACE], own_years), derived)
    years = int(place["year"].max()) - FIRST + 1 - BEFORE
    world = opened.frames.read("world_year", [*RUN, "year", "papers"], [("year", ">=", FIRST)])
    own = opened.frames.read(
        "place_year",
        [*RUN, "year", "place", "papers_fractional", "rd_spending_musd", "n_researchers"],
        own_years,
    )
    rows = effects(place, [*derived, *LEAKS, *COSTS])
    lost = opened.frames.read("exposure_year", [*RUN, "year", LOST], own_years)
    rows = rows.merge(effects(lost, [LOST]), on=RUN, validate="one_to_one")
    rows = rows.merge(effects(world, ["papers"]), on=RUN, validate="one_to_one")
    rows = rows.merge(effects(own, ["papers_fractional", "rd_spending_musd"]), on=RUN, validate="one_to_one")
    end = effects(own[own["year"] == own["year"].max()], ["n_researchers"])
    rows = rows.merge(end, on=RUN, validate="one_to_one")
    return with_axes(rows, opened.frames), years


def _lines(found: Numbers, case: dict[str, object], rows: pd.DataFrame, years: float) -> None:
    """Lines of one rule in one case; `rows` holds its replicates."""
    v = {str(name): rows[name].to_numpy(dtype=float) / years for name in rows if rows[name].dtype.kind in "if"}
    paper = v["base_rd_spending_musd"].mean() / v["base_papers_fractional"].mean()
    money = v["compliance_musd"] + v["recruitment_musd"]
    lost, own = -v["papers"], -v["papers_fractional"]
    cost = {"money": money, "with papers": money + paper * lost, "with own papers": money + paper * own}
    under = {"protected": v["leaks_avoided"], "fewer": -v["leaks"]}
    absent = under["fewer"] - v["leaks_avoided"] - v[LOST]
    found.add(case, "leaks without the rule", "a year", estimate(v["base_leaks"]))
    for way in LEAKS:
        found.add(case, f"{way.replace('_', ' by ')} without the rule", "a year", estimate(v[f"base_{way}"]))
    found.add(case, "leaks prevented by protection", "a year", estimate(v["leaks_avoided"]))
    found.add(case, "leaks avoided by lost work", "a year", estimate(v[LOST]))
    found.add(case, "leaks avoided by absence", "a year", estimate(absent))
    found.add(case, "leaks fewer", "a year", estimate(under["fewer"]))
    found.add(case, "compliance", "M$ a year", estimate(money))
    found.add(case, "researcher time", "researcher-years a year", estimate(v["compliance_researcher_years"]))
    found.add(case, "papers lost, world", "a year", estimate(lost))
    found.add(case, "papers lost, issuer", "a year", estimate(own))
    kept = quotient(100 * v["n_researchers"], v["base_n_researchers"])
    found.add(case, "researchers of the issuer at the end", "%", kept)
    found.add(case, "money a paper", "M$", exactly(paper))
    rate = rate_of(str(case["case"]))
    if rate is not None:
        found.add(case, "leaks fewer by leak rate", "1,000 a year", estimate(under["fewer"] / rate / 1000))
    for text, (over, less) in PRICES.items():
        if cost[over].any() and under[less].any():
            found.add(case, f"price {text}", "M$ a leak", quotient(cost[over], under[less]))
