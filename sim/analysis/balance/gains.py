"""Science, collaboration, talent and security: what a scenario changes, in numbers a year."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from functools import reduce

import numpy as np
import pandas as pd

from sim.analysis.balance.inputs import Paired, Row, Source, changed
from sim.analysis.outcomes import LEAKS, WORLD
from sim.analysis.pairs import RUN
from sim.core.axes import WAYS

SCIENCE, TOGETHER, TALENT, WHERE, SECURITY = (
    "Papers and top-1 % papers",
    "Collaboration",
    "Talent gained or lost",
    "Where people of the named origins are instead",
    "Exposure and protection",
)
VICTIMS = 8  # issuing places listed one by one: leaks are never added up over places
DESTINATIONS = 6  # places listed one by one under WHERE
_PAPERS = {
    "papers_whole": "papers, whole counts",
    "papers_fractional": "papers, fractional counts",
    "papers_international": "international papers, whole counts",
    "top1_whole": "top-1 % papers, whole counts",
    "top1_fractional": "top-1 % papers, fractional counts",
    "top1": "papers above the baseline's top-1 % threshold",
    "papers_international_fractional": "international papers, fractional counts",
    "top1_once": "above the baseline's threshold, fractional counts",
}


def group_name(run: Source, codes: Sequence[str]) -> str:
    """Names of places in a line, shortened."""
    names = [run.names[code] for code in codes]
    return ", ".join(names) if len(names) <= 4 else f"{', '.join(names[:3])} and {len(names) - 3} more"


def science(run: Source) -> list[Row]:
    """Papers, international papers and top-1 % papers of the world, the issuers and the places named."""
    n = run.period.years
    world = run.yearly("world_year", ["papers", "papers_international", "impact_sum"])
    place = run.outcomes("place_year", list(_PAPERS), ["place"])
    lines = [
        ("papers, each once", "papers a year", "papers"),
        ("international papers, each once", "papers a year", "papers_international"),
        ("impact, not normalised", "sum of z a year", "impact_sum"),
    ]
    rows = [changed(SCIENCE, WORLD, text, unit, run.total(world, column, 1 / n)) for text, unit, column in lines]
    top = run.total(place, "top1_once", 1 / n)
    rows.append(changed(SCIENCE, WORLD, _PAPERS["top1"], "papers a year", top))
    for role, codes in (("Issuers", run.issuers), ("Named", run.named)):
        part = place[place["place"].isin(codes)]
        if not codes:
            continue
        who = f"{role}: {group_name(run, codes)}"
        rows += [
            changed(SCIENCE, who, text, "papers a year", run.total(part, column, 1 / n))
            for column, text in _PAPERS.items()
        ]
    return rows


def joint_work(run: Source) -> list[Row]:
    """Joint papers by pairs of groups of places, and how many pairs of places have any."""
    frame = run.yearly("copub_year", ["place_a", "place_b", "papers_whole"])
    frame = frame.groupby([*RUN, "place_a", "place_b"])[["papers_whole"]].sum().reset_index()
    order = ("issuers", "named", "others")
    role = {**dict.fromkeys(run.named, 1), **dict.fromkeys(run.issuers, 0)}
    ends = np.array([[role.get(code, 2) for code in frame[column]] for column in ("place_a", "place_b")])
    frame["pair"] = [f"{order[a]} with {order[b]}" for a, b in zip(ends.min(axis=0), ends.max(axis=0))]
    found = run.split(frame, "papers_whole", "pair", run.period.years)
    words = [f"{order[a]} with {order[b]}" for a in range(3) for b in range(a, 3)]
    rows = [
        changed(TOGETHER, "Pairs of places", f"joint papers, {pair}", "papers a year", found[pair])
        for pair in words
        if pair in found
    ]
    frame["linked"] = 1.0
    linked = run.total(frame, "linked")
    return [*rows, changed(TOGETHER, "Pairs of places", "pairs with a joint paper in the period", "pairs", linked)]


def talent(run: Source) -> list[Row]:
    """Researchers at the end, entrants and net moves of the issuers, by groups of origins."""
    n, who = run.period.years, f"Issuers: {group_name(run, run.issuers)}"
    stock = _by_origin(run, run.last("stock_year", ["origin", "n_researchers"], place=run.issuers))
    entry = _by_origin(run, run.yearly("entry_year", ["origin", "new_entrants"], place=run.issuers))
    place = run.outcomes("place_year", ["net_moves", "new_exits"], place=run.issuers)
    rows = [
        changed(TALENT, who, f"researchers of {group}, {run.period.last}", "people", pair)
        for group, pair in _cells(run, stock, "n_researchers").items()
    ]
    rows += [
        changed(TALENT, who, f"entrants of {group}", "people a year", pair * (1 / n))
        for group, pair in _cells(run, entry, "new_entrants").items()
    ]
    for column, text in (("net_moves", "net moves"), ("new_exits", "exits from research")):
        rows.append(changed(TALENT, who, text, "people a year", run.total(place, column, 1 / n)))
    return rows


def whereabouts(run: Source) -> list[Row]:
    """Researchers of the named origins at the end, by place: where those are who are not with the issuers."""
    if not run.named:
        return []
    frame = run.last("stock_year", ["place", "n_researchers"], origin=run.named)
    found = run.split(frame, "n_researchers", "place")
    others = {code: pair for code, pair in found.items() if code not in (*run.issuers, *run.named)}
    ranked = sorted(others, key=lambda code: -abs(float(others[code].effect.mean())))
    lines = [
        ("with the issuers", [found[code] for code in run.issuers if code in found]),
        ("in the named places", [found[code] for code in run.named if code in found]),
        *((f"in {run.names[code]}", [others[code]]) for code in ranked[:DESTINATIONS]),
        ("in all other places", [others[code] for code in ranked[DESTINATIONS:]]),
        ("in research anywhere", list(found.values())),
    ]
    unit = f"people, {run.period.last}"
    return [changed(WHERE, group_name(run, run.named), text, unit, _sum(pairs)) for text, pairs in lines if pairs]


def security(run: Source) -> list[Row]:
    """Exposed sensitive projects, what protection stops, leaks if the rate is right, and cases, by issuer."""
    n, rows = run.period.years, []
    exposed = [f"exposed_{way}" for way in WAYS]
    names = [*exposed, *LEAKS, "leaks", "leaks_unprotected", "leaks_avoided", "new_cases", "cases_that_found"]
    frame = run.outcomes("place_year", names, ["place"])
    for code in run.issuers[:VICTIMS]:
        part = frame[frame["place"] == code]
        found = {name: run.total(part, name, 1 / n) for name in names}
        unit = "project-years a year"
        who = f"Issuer: {run.names[code]}"
        rows += [
            changed(SECURITY, who, f"sensitive projects exposed, {way}", unit, found[f"exposed_{way}"]) for way in WAYS
        ]
        protected = run.total(part, ("leaks_avoided", "leaks_unprotected"), 100)
        rows.append(changed(SECURITY, who, "of what could still leak, stopped by protection", "%", protected))
        each = run.total(part, ("leaks", "exposed_theft"), 1e5)
        rows.append(changed(SECURITY, who, "leaks, if the rate is right", "per 100,000 sensitive project-years", each))
        rows.append(changed(SECURITY, who, "investigations", "a year", found["new_cases"]))
        rows.append(
            changed(SECURITY, who, "investigations that find an undisclosed tie", "a year", found["cases_that_found"])
        )
    return rows


def _by_origin(run: Source, frame: pd.DataFrame) -> pd.DataFrame:
    role = {**dict.fromkeys(run.named, "named origins"), **dict.fromkeys(run.issuers, "their own origins")}
    frame["group"] = frame["origin"].map(lambda code: role.get(code, "other origins"))
    return frame


def _cells(run: Source, frame: pd.DataFrame, value: str) -> dict[str, Paired]:
    found = run.split(frame, value, "group")
    order = ("named origins", "their own origins", "other origins")
    return {"all origins": _sum(list(found.values())), **{group: found[group] for group in order if group in found}}


def _sum(pairs: Sequence[Paired]) -> Paired:
    return reduce(operator.add, pairs)
