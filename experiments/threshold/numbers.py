"""Numbers of the threshold: paired effects from July 2026 to the end, by year in force, for the United States."""

from __future__ import annotations

import pandas as pd

from experiments.common.numbers import Numbers, exactly
from experiments.common.store import OpenStore, effects, with_axes
from sim.analysis.balance.inputs import quotient
from sim.analysis.outcomes import add, columns
from sim.analysis.pairs import RUN, estimate

ISSUER, FIRST, BEFORE = "USA", 2026, 0.5  # in force from July 2026
INSTITUTIONS = "threshold_institutions"
SIZES = ("small", "medium", "large", "very_large")
FROM = "all four from "  # and a line: a rule of the sweep
LINE = f"{FROM}50 M$"
DEFAULT, LOW, HIGH = "as assumed", "at lower ends", "at upper ends"
CASE = ("rule", "protection", "threshold", "size")  # a rule of the sweep, or a line and a size class of institutions
SUMS = ("leaks", "leaks_avoided", "compliance_musd", "compliance_researcher_years", "papers_fractional",
        "budget_public_musd", "n_researchers")  # fmt: skip


def numbers_of(opened: OpenStore) -> pd.DataFrame:
    """All lines of ``numbers.csv``."""
    found = Numbers(CASE)
    kept = [*RUN, "year", "place", *columns("place_year", SUMS)]
    place = add(opened.frames.read("place_year", kept, [("place", "==", ISSUER), ("year", ">=", FIRST)]), SUMS)
    years = int(place["year"].max()) - FIRST + 1 - BEFORE
    rows = with_axes(effects(place, SUMS), opened.frames)
    for (rule, protection), part in rows.groupby(["scenario", "protection"], sort=False):
        line = str(rule).removeprefix(FROM).removesuffix(" M$") if str(rule).startswith(FROM) else ""
        _rule(found, {"rule": rule, "protection": protection, "threshold": line, "size": ""}, part, years)
    _institutions(found, opened)
    return found.frame()


def _rule(found: Numbers, case: dict[str, object], r: pd.DataFrame, years: float) -> None:
    """Lines of one rule; `r` holds its replicates."""
    # effects by year in force; levels of the baseline by year
    v = {
        str(name): r[name].to_numpy(dtype=float) / (years + BEFORE * str(name).startswith("base_"))
        for name in r
        if r[name].dtype.kind in "if"
    }
    paper = v["base_budget_public_musd"].mean() / v["base_papers_fractional"].mean()
    person = v["base_budget_public_musd"].mean() / v["base_n_researchers"].mean()
    hazard, lost = v["base_leaks"], -v["papers_fractional"]
    money, time = v["compliance_musd"], v["compliance_researcher_years"]
    found.add(
        case, "hazard stopped", "% of what would leak without the rule", quotient(100 * v["leaks_avoided"], hazard)
    )
    found.add(case, "leaks stopped, if 0.003 is right", "a year", estimate(v["leaks_avoided"]))
    found.add(case, "hazard less", "% of what would leak without the rule", quotient(-100 * v["leaks"], hazard))
    found.add(case, "papers lost", "% of papers", quotient(100 * lost, v["base_papers_fractional"]))
    found.add(case, "papers lost a year", "papers", estimate(lost))
    found.add(case, "compliance", "M$ a year", estimate(money))
    found.add(case, "researcher time", "researcher-years a year", estimate(time))
    found.add(case, "money a paper", "M$", exactly(paper))
    found.add(case, "money a researcher-year", "M$", exactly(person))
    if v["leaks_avoided"].any() and money.any():
        points = 100 * v["leaks_avoided"] / hazard
        for text, cost in (
            ("money only", money),
            ("with time", money + person * time),
            ("with papers", money + paper * lost),
        ):
            found.add(case, f"price, {text}", "M$ a point", quotient(cost, points))


def _institutions(found: Numbers, opened: OpenStore) -> None:
    """Who is covered, and who pays, by size class: all four elements."""
    frames = opened.beside(INSTITUTIONS).frames
    keys = [*RUN, "year", "place", "institution", "size_class"]
    values = ["n_institutions", "covered", "federal_musd", "compliance_musd", "compliance_researcher_years"]
    table = frames.read("institution_year", [*keys, *values], [("place", "==", ISSUER), ("year", ">=", FIRST)])
    last = int(table["year"].max())
    years = last - FIRST + 1 - BEFORE
    whole, single = table[table["institution"].isna()], table[table["institution"].notna()]
    paid = with_axes(effects(whole, values, ["size_class"]), frames)
    count = with_axes(effects(whole[whole["year"] == last], values, ["size_class"]), frames)
    under = single[single["covered"] > 0].groupby([*RUN, "size_class"], observed=True)["federal_musd"].sum()
    support = with_axes(under.reset_index(), frames)
    share = with_axes(_support(single[single["year"] == last]), frames)
    for threshold in dict.fromkeys(paid["threshold"]):
        case: dict[str, object] = {"rule": "", "protection": "", "threshold": f"{threshold:g}"}
        for size in SIZES:
            one = {**case, "size": size}
            at = [f[(f["threshold"] == threshold) & (f["size_class"] == size)] for f in (paid, count, support)]
            money = at[0]["compliance_musd"].to_numpy(float)
            found.add(one, "institutions", "number", estimate(at[1]["base_n_institutions"].to_numpy(float)))
            found.add(one, "institutions covered", "number", estimate(at[1]["covered"].to_numpy(float)))
            found.add(one, "compliance", "M$ a year", estimate(money / years))
            time = at[0]["compliance_researcher_years"].to_numpy(float)
            found.add(one, "researcher time", "researcher-years a year", estimate(time / years))
            if len(at[2]) == len(money):  # support is counted in whole years
                per = 1000 * money / (at[2]["federal_musd"].to_numpy(float) * years / (years + BEFORE))
                found.add(one, "cost by support", "$ per 1,000 $", estimate(per))
        part = share[share["threshold"] == threshold]
        found.add({**case, "size": "all"}, "support covered", "% of all", estimate(part["share"].to_numpy(float)))


def _support(single: pd.DataFrame) -> pd.DataFrame:
    """Share of all support, %, that goes to covered institutions, by scenario, draw and replicate."""
    covered = single.assign(under=single["federal_musd"].where(single["covered"] > 0, 0.0))
    sums = covered.groupby(RUN, observed=True)[["under", "federal_musd"]].sum().reset_index()
    sums["share"] = 100 * sums["under"] / sums["federal_musd"]
    return sums[sums["scenario"] != "baseline"]
