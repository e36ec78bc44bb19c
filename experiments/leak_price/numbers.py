"""Numbers of the leak price: what each rule stops of the issuer's hazard, what it costs, and the price of both."""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.common.numbers import Numbers, exactly
from experiments.common.store import OpenStore, effects, with_axes
from sim.analysis.balance.inputs import quotient
from sim.analysis.outcomes import LEAKS, add
from sim.analysis.pairs import RUN, estimate
from sim.core.axes import WAYS

ISSUER, FIRST, BEFORE = "USA", 2018, 10 / 12  # in force from November 2018
CASE = ("rule", "case")
DEFAULT, LOW, HIGH = "as assumed", "protection at lower ends", "protection at upper ends"
CHECKS = "leak_price_checks"
RATE = 0.003  # leak rate of the runs; leaks are linear in it
RATES = (1e-4, 1e-3, RATE, 1e-2, 1e-1)
RULES = {
    "programme_ban": "ban on second affiliations in China",
    "advice": "advice to every researcher",
    "checklist": "checklist for self-assessment",
    "disclosure": "disclosure of foreign ties",
    "cybersecurity": "cybersecurity",
    "travel_security": "foreign-travel security",
    "security_training": "research-security training",
    "export_training": "export-control training",
    "screening_by_risk": "screening by risk",
    "screening_by_country": "screening by country",
    "ban_sensitive": "ban on partners in sensitive work",
    "alliance_condition": "sensitive work with protecting allies only",
    "outflow_restriction": "knowledge closed to China",
    "investigations_by_risk": "few investigations, by risk",
    "as_many_by_risk": "many investigations, by risk",
    "investigations_by_profile": "many investigations, by profile",
    "visa_refusal": "visa refusals",
}
STOPPED, LESS = "hazard stopped", "hazard less"
PLACE = ("papers_fractional", "n_researchers", "budget_public_musd", "compliance_musd", "compliance_researcher_years",
         "new_cases", "cases_that_found", "leaks_avoided", "leaks", *LEAKS)  # fmt: skip
WAY = ("avoided_by_protection", "avoided_by_lost_work")
MIXES = 10_000  # draws of the shares of ways


def numbers_of(opened: OpenStore) -> pd.DataFrame:
    """All lines of ``numbers.csv``: of the sweep, then of the checks."""
    found = Numbers(CASE)
    for store in (opened, opened.beside(CHECKS)):
        rows, years = replicates(store)
        for (rule, case), part in rows.groupby(["scenario", "case"], sort=False):
            _lines(found, {"rule": rule, "case": case}, part, years)
    return found.frame()


def replicates(opened: OpenStore) -> tuple[pd.DataFrame, float]:
    """Paired effects of every rule, case and replicate, summed over years; and how many years the rules are in force.

    Issuer: `PLACE`, and what avoided leaks by way, ``COLUMN_WAY``. World: ``world``, papers, each counted once.
    """
    own = [("place", "==", ISSUER), ("year", ">=", FIRST)]
    recorded = [name for name in PLACE if name not in ("leaks", "leaks_avoided")]
    place = add(
        opened.frames.read("place_year", [*RUN, "year", *recorded, "leaks_unprotected"], own),
        ["leaks", "leaks_avoided"],
    )
    rows = effects(place, PLACE)
    way = effects(opened.frames.read("exposure_year", [*RUN, "year", "way", *WAY], own), WAY, ["way"])
    wide = way.pivot(index=RUN, columns="way", values=list(WAY))
    wide = wide.reindex(columns=pd.MultiIndex.from_product([WAY, WAYS]), fill_value=0.0)  # ways that expose nobody
    wide.columns = [f"{column}_{name}" for column, name in wide.columns]
    rows = rows.merge(wide.reset_index(), on=RUN, validate="one_to_one")
    world = opened.frames.read("world_year", [*RUN, "year", "papers"], [("year", ">=", FIRST)])
    rows = rows.merge(effects(world, ["papers"]).rename(columns={"papers": "world"}), on=RUN, validate="one_to_one")
    return with_axes(rows, opened.frames), int(place["year"].max()) - FIRST + 1 - BEFORE


def _lines(found: Numbers, case: dict[str, object], rows: pd.DataFrame, years: float) -> None:
    """Lines of one rule in one case; `rows` holds its replicates."""
    # effects by year in force; levels of the baseline by year
    v = {
        str(name): rows[name].to_numpy(dtype=float) / (years + BEFORE * str(name).startswith("base_"))
        for name in rows
        if rows[name].dtype.kind in "if"
    }
    hazard = v["base_leaks"]
    paper = v["base_budget_public_musd"].mean() / v["base_papers_fractional"].mean()
    lost = -v["papers_fractional"]
    cost = {"money only": v["compliance_musd"], "with papers": v["compliance_musd"] + paper * lost}
    less = {STOPPED: v["leaks_avoided"], LESS: -v["leaks"]}

    found.add(case, "leaks without the rule", "a year", estimate(hazard))
    for way, leaks in zip(WAYS, LEAKS):
        found.add(case, f"by {way}, without the rule", "% of leaks", quotient(100 * v[f"base_{leaks}"], hazard))
        stopped = quotient(100 * v[f"avoided_by_protection_{way}"], v[f"base_{leaks}"])
        found.add(case, f"hazard by {way} stopped", "% of it", stopped)
    for name, effect in less.items():
        found.add(case, name, "% of what would leak without the rule", quotient(100 * effect, hazard))
    work = sum(v[f"avoided_by_lost_work_{way}"] for way in WAYS)
    found.add(case, "hazard less by lost work", "% of what would leak without the rule", quotient(100 * work, hazard))
    found.add(case, "compliance", "M$ a year", estimate(v["compliance_musd"]))
    found.add(case, "researcher time", "researcher-years a year", estimate(v["compliance_researcher_years"]))
    found.add(case, "papers lost", "a year", estimate(lost))
    found.add(case, "papers lost, share", "% of papers", quotient(100 * lost, v["base_papers_fractional"]))
    found.add(case, "papers lost, world", "a year", estimate(-v["world"]))
    found.add(
        case, "researchers fewer", "% of researchers", quotient(-100 * v["n_researchers"], v["base_n_researchers"])
    )
    found.add(case, "money a paper", "M$", exactly(paper))
    if v["new_cases"].any():
        found.add(case, "investigations", "a year", estimate(v["new_cases"]))
        found.add(case, "investigations that find", "%", quotient(100 * v["cases_that_found"], v["new_cases"]))
        found.add(case, "papers lost a breach found", "papers", quotient(lost, v["cases_that_found"]))
    for name, effect in less.items():
        for text, musd in cost.items():
            if musd.any() and effect.any():
                found.add(case, f"price, {name}, {text}", "M$ a point", quotient(musd, 100 * effect / hazard))
    best = STOPPED if v["leaks_avoided"].any() else LESS
    if (of_leak := quotient(cost["with papers"], less[best])).mean > 0:
        for rate in RATES:
            found.add(case, f"price of a leak at {rate:g}", "M$ a leak", exactly(of_leak.mean * RATE / rate))
        _mixes(found, case, v, best, cost["with papers"].mean())


def _mixes(found: Numbers, case: dict[str, object], v: dict[str, np.ndarray], name: str, musd: float) -> None:
    """Share and price if the four ways have any other shares of the leaks of 2017: the hazard by each is linear in it.

    The flat Dirichlet of `params.security.share_*`; 5 and 95 % of `MIXES` draws.
    """
    base = np.array([v[f"base_{leaks}"].mean() for leaks in LEAKS])
    less = -np.array([v[leaks].mean() for leaks in LEAKS])
    if name == STOPPED:
        less = np.array([v[f"avoided_by_protection_{way}"].mean() for way in WAYS])
    shares = np.random.default_rng(1).dirichlet(np.ones(len(WAYS)), MIXES)
    mixed = 100 * (shares @ less) / (shares @ base)
    for end, share in zip(("low", "high"), np.quantile(mixed, [0.05, 0.95])):
        found.add(case, f"{name}, any ways, {end}", "% of what would leak without the rule", exactly(float(share)))
        if share > 0:
            found.add(case, f"price, any ways, {name} {end}", "M$ a point", exactly(musd / float(share)))
