"""Numbers of the threshold: paired effects of 2026 to the end, by year in force, for the United States."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from experiments.common.numbers import Numbers, exactly
from experiments.common.store import OpenStore, effects, with_axes
from sim.analysis.balance.inputs import quotient
from sim.analysis.outcomes import add, columns
from sim.analysis.pairs import RUN, estimate

ISSUER, FIRST, BEFORE = "USA", 2026, 0.5  # in force from July 2026
INSTITUTIONS = "threshold_institutions"
SIZES = ("small", "medium", "large", "very_large")
NONE, ALL, ALONE = "none", "all four", "nothing"
CASE = ("threshold", "elements", "beside", "size")
SUMS = ("leaks", "leaks_avoided", "compliance_musd", "compliance_researcher_years", "papers_fractional",
        "rd_spending_musd", "n_researchers")  # fmt: skip


def numbers_of(opened: OpenStore) -> pd.DataFrame:
    """All lines of ``numbers.csv``."""
    found = Numbers(CASE)
    for case, replicates, years in _draws(opened):
        _prices(found, case, replicates, years)
    _institutions(found, opened)
    return found.frame()


def _draws(opened: OpenStore) -> Iterator[tuple[dict[str, object], pd.DataFrame, float]]:
    """Case, its replicates (effects, and ``own_*``: less those of the same draw without elements), years in force."""
    kept = [*RUN, "year", "place", *columns("place_year", SUMS)]
    place = add(opened.frames.read("place_year", kept, [("place", "==", ISSUER), ("year", ">=", FIRST)]), SUMS)
    last = int(place["year"].max())
    all_years = effects(place, SUMS)
    end = effects(place[place["year"] == last], ["n_researchers"])
    all_years["stock"], all_years["base_stock"] = end["n_researchers"], end["base_n_researchers"]
    rows = with_axes(all_years, opened.frames).set_index(["threshold", "beside", "elements", "replicate"]).sort_index()
    without = rows.xs(NONE, level="elements")
    for (threshold, elements, beside), part in rows.groupby(["threshold", "elements", "beside"], sort=False):
        here = part.droplevel(["threshold", "elements", "beside"])
        other = without.loc[threshold, beside].reindex(here.index)
        own = {f"own_{name}": here[name] - other[name] for name in ("leaks_avoided", "papers_fractional", "leaks")}
        case = {"threshold": threshold, "elements": elements, "beside": beside, "size": ""}
        yield case, here.assign(**own), last - FIRST + 1 - BEFORE


def _prices(found: Numbers, case: dict[str, object], r: pd.DataFrame, years: float) -> None:
    """Lines of one draw; `r` holds its replicates."""
    v = {str(name): r[name].to_numpy(dtype=float) / years for name in r if r[name].dtype.kind in "if"}
    paper = v["base_rd_spending_musd"].mean() / v["base_papers_fractional"].mean()
    person = v["base_rd_spending_musd"].mean() / v["base_n_researchers"].mean()
    found.add(case, "leaks without the policy", "a year", estimate(v["base_leaks"]))
    found.add(case, "leaks prevented, all rules", "a year", estimate(v["leaks_avoided"]))
    found.add(case, "leaks that no longer happen", "a year", estimate(-v["leaks"]))
    found.add(case, "papers", "%", quotient(100 * v["papers_fractional"], v["base_papers_fractional"]))
    found.add(case, "researchers at the end", "%", quotient(100 * v["stock"], v["base_stock"]))
    found.add(case, "money a paper", "M$", exactly(paper))
    found.add(case, "money a researcher-year", "M$", exactly(person))
    lost = paper * -v["papers_fractional"]
    if v["leaks_avoided"].any():
        price = quotient(v["compliance_musd"] + lost, v["leaks_avoided"])
        found.add(case, "price of all rules, with papers", "M$ a leak", price)
    if case["elements"] == NONE:
        return
    found.add(case, "compliance", "M$ a year", estimate(v["compliance_musd"]))
    found.add(case, "researcher time", "researcher-years a year", estimate(v["compliance_researcher_years"]))
    found.add(case, "papers lost by the elements", "a year", estimate(-v["own_papers_fractional"]))
    prevented = v["own_leaks_avoided"]
    found.add(case, "leaks prevented by the elements", "a year", estimate(prevented))
    time = person * v["compliance_researcher_years"]
    for text, cost in (
        ("money only", v["compliance_musd"]),
        ("with time", v["compliance_musd"] + time),
        ("with papers", v["compliance_musd"] - paper * v["own_papers_fractional"]),
    ):
        if prevented.any():
            found.add(case, f"price of the elements, {text}", "M$ a leak", quotient(cost, prevented))


def _institutions(found: Numbers, opened: OpenStore) -> None:
    """Who is covered, who pays, by size class; elements alone."""
    frames = opened.beside(INSTITUTIONS).frames
    keys = [*RUN, "year", "place", "institution", "size_class"]
    values = ["n_institutions", "covered", "federal_musd", "compliance_musd", "compliance_researcher_years",
              "papers_whole"]  # fmt: skip
    table = frames.read("institution_year", [*keys, *values], [("place", "==", ISSUER), ("year", ">=", FIRST)])
    years = int(table["year"].max()) - FIRST + 1 - BEFORE
    classes = table[table["institution"].isna()]
    rows = with_axes(effects(classes, values, ["size_class"]), frames)
    end = table[table["year"] == table["year"].max()]
    count = with_axes(effects(end[end["institution"].isna()], values, ["size_class"]), frames)
    single = table[table["institution"].notna() & (table["covered"] > 0)]
    paid = single.groupby([*RUN, "size_class"], observed=True)[["compliance_musd", "federal_musd"]].sum()
    paid = with_axes(paid.reset_index(), frames)
    support = with_axes(_support(end[end["institution"].notna()]), frames)
    by = ["threshold", "elements"]
    for (threshold, elements), part in rows.groupby(by, sort=False):
        last = count[(count["threshold"] == threshold) & (count["elements"] == elements)]
        for size in SIZES:
            case = {"threshold": threshold, "elements": elements, "beside": ALONE, "size": size}
            _size(found, case, part[part["size_class"] == size], last[last["size_class"] == size], years)
            of = paid[(paid["threshold"] == threshold) & (paid["elements"] == elements) & (paid["size_class"] == size)]
            if len(of):
                # support is counted in whole years
                per = 1000 * of["compliance_musd"] / (of["federal_musd"] * years / (years + BEFORE))
                found.add(case, "cost by support", "$ per 1,000 $", estimate(per.to_numpy(dtype=float)))
    for (threshold, elements), part in support.groupby(by, sort=False):
        case = {"threshold": threshold, "elements": elements, "beside": ALONE, "size": "all"}
        found.add(case, "support of those covered", "% of all", estimate(part["share"].to_numpy()))


def _size(found: Numbers, case: dict[str, object], rows: pd.DataFrame, end: pd.DataFrame, years: float) -> None:
    """Lines of one size class."""
    v = {str(name): rows[name].to_numpy(dtype=float) for name in rows if rows[name].dtype.kind in "if"}
    found.add(case, "institutions", "number", estimate(end["base_n_institutions"].to_numpy()))
    found.add(case, "institutions covered", "number", estimate(end["covered"].to_numpy()))
    found.add(case, "cost", "M$ a year", estimate(v["compliance_musd"] / years))
    found.add(case, "time", "researcher-years a year", estimate(v["compliance_researcher_years"] / years))
    full = years / (years + BEFORE)  # papers are counted in whole years
    found.add(case, "papers led", "%", quotient(100 * v["papers_whole"] / full, v["base_papers_whole"]))


def _support(single: pd.DataFrame) -> pd.DataFrame:
    """Share of all support, %, that goes to covered institutions, by scenario, draw and replicate."""
    covered = single.assign(under=single["federal_musd"] * np.where(single["covered"] > 0, 1.0, 0.0))
    sums = covered.groupby(RUN, observed=True)[["under", "federal_musd"]].sum()
    sums = sums.reset_index()
    sums["share"] = 100 * sums["under"] / sums["federal_musd"]
    return sums[sums["scenario"] != "baseline"]
