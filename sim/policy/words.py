"""Policies in words: what is in force when, by whom, on whom, how strongly, by which source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sim.data.places import resolve
from sim.data.tables import WorldData
from sim.policy.levers import LEVERS
from sim.policy.schema import LeverUse, Policy, Scope
from sim.policy.timeline import year_strength

COMBINATION = {
    "add": "strengths add up",
    "compound": "factors multiply: a and b give (1 + a)(1 + b) - 1",
    "complement": "shares left over multiply: a and b give 1 - (1 - a)(1 - b)",
    "weighted": "the mean counts, weighted by what each qualifies",
}


@dataclass(frozen=True)
class Row:
    """One strength of one lever while it holds; dates as text, an open end is empty."""

    policy: str
    issuer: str
    lever: str
    since: str
    until: str
    strength: str
    whom: str
    source: str


def policy_rows(name: str, policy: Policy, data: WorldData, year: int | None = None) -> Iterator[Row]:
    """Rows of a policy in the order of its file; with a year, only what is in force in it, as its mean strength."""
    for local, use in policy.levers.items():
        steps = list(_steps(use, year))
        for since, until, held in steps if year is None else _mean_of(policy, use, year, steps):
            yield Row(
                policy=name,
                issuer=place_words(policy.issuer, data),
                lever=use.lever if local == use.lever else f"{use.lever} ({local})",
                since=since.isoformat(),
                until=until.isoformat() if until else "",
                strength=f"{held:.4g} {_unit(use)}",
                whom=whom(use, policy.issuer, data),
                source=use.source,
            )


def _steps(use: LeverUse, year: int | None) -> Iterator[tuple[date, date | None, float]]:
    """First day, last day (None: open) and strength of each period in which a lever is not neutral."""
    days = sorted(use.values)
    for first, end in zip(days, [*days[1:], None]):
        strength, last = use.values[first], end - timedelta(days=1) if end else None
        inside = year is None or (first.year <= year and (last is None or last.year >= year))
        if strength is not None and strength != LEVERS[use.lever].neutral and inside:
            yield first, last, strength


def _mean_of(
    policy: Policy, use: LeverUse, year: int, steps: Sequence[tuple[date, date | None, float]]
) -> Iterator[tuple[date, date | None, float]]:
    """The periods of one year as one, with the strength that the year's arrays are made of."""
    if steps:
        yield steps[0][0], steps[-1][1], year_strength(policy, use, year)


def _unit(use: LeverUse) -> str:
    return LEVERS[use.lever].unit


def place_words(words: Iterable[str], data: WorldData) -> str:
    """Names of places; groups keep their word."""
    names = dict(zip(data.iso3, data.names))
    return ", ".join("all places" if word == "ALL" else names.get(word, word) for word in words)


def whom(use: LeverUse, issuer: Sequence[str], data: WorldData) -> str:
    """On whom a lever bites: people, partners, fields, projects, institutions."""
    lever, scope = LEVERS[use.lever], use.scope
    if lever.of:
        return f"{lever.of} of the same policy"
    others = "its own diaspora" if lever.own_origin else "all other places"
    parts = {
        "o": f"origin: {place_words(scope.origins, data) if scope.origins else others}",
        "b": f"partner: {place_words(scope.partners, data) if scope.partners else others}",
        "d": f"destination: {place_words(scope.destinations, data) if scope.destinations else others}",
        "k": f"projects: {_kinds(scope)}",
        "f": f"fields: {', '.join(scope.fields)}" if scope.fields else "all fields",
        "e": f"stages: {', '.join(scope.stages)}" if scope.stages else "all stages",
        "i": _institutions(scope.institution_threshold_musd, issuer, data),
    }
    order = [axis for axis in "obdkfei" if axis in lever.axes]
    return "; ".join(parts[axis] for axis in order) or "everyone in its places"


def _kinds(scope: Scope) -> str:
    words = [*(scope.sensitivity or ()), *(scope.research_type or ())]
    return " ".join(words) if words else "all"


def _institutions(threshold: float | None, issuer: Sequence[str], data: WorldData) -> str:
    """Institutions covered, with their number in the issuers' places."""
    here = [place in resolve(data, list(issuer)) for place in data.institution_place]
    money = data.institution_federal_musd[here]
    if not threshold:
        return f"all {len(money)} institutions"
    covered = int((money >= threshold).sum())
    return f"{covered} of {len(money)} institutions, those with {threshold:g} million $ a year or more"
