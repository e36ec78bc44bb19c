"""Policies in words: what is in force when, by whom, on whom, how strongly, by which source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

import numpy as np

from sim.core.read import Problems
from sim.data.places import group_names, resolve
from sim.data.tables import WorldData, load_world_data
from sim.policy.coverage import BY_MONEY, covered, share_covered
from sim.policy.dated import year_strength
from sim.policy.levers import LEVERS, Lever
from sim.policy.schema import LeverUse, Policy, Scope
from sim.policy.shift import read_shift
from sim.policy.units import Issuers, in_words

COMBINATION = {
    "add": "strengths add up",
    "compound": "factors multiply: a and b give (1 + a)(1 + b) - 1",
    "complement": "shares left over multiply: a and b give 1 - (1 - a)(1 - b)",
    "weighted": "of what all do together, the share counts that each qualifies of its own",
}


@dataclass(frozen=True)
class Row:
    """One strength of one lever while it holds; dates as text, an open end is empty, and a step of no ladder None."""

    policy: str
    issuer: str
    lever: str
    since: str
    until: str
    strength: str
    dose: str
    whom: str
    step: tuple[str, int] | None
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
                strength=strength_words(use, held, policy, data),
                dose=dose_words(use, policy, data),
                whom=whom(use, policy.issuer, data),
                step=use.step,
                source=source_words(use, policy, data),
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


def key_words(name: str, policy: Policy) -> str:
    """What of a policy a command line may set: ``policies.us_nspm33.shift, .issuer, .levers.LEVER.values.DATE``."""
    uses = policy.levers.values()
    scope = [key.name for key in fields(Scope) if any(getattr(use.scope, key.name) for use in uses)]
    more = f" (or {', '.join(scope[1:])})" if scope[1:] else ""
    told = [".issuer", ".levers.LEVER.values.DATE", *(f".levers.LEVER.scope.{key}{more}" for key in scope[:1])]
    return f"policies.{name}.shift, {', '.join(told)}"


def strength_words(use: LeverUse, held: float, policy: Policy, data: WorldData) -> str:
    """A strength in the lever's unit and as people say it: ``0.02 share refused (2 %)``."""
    lever = LEVERS[use.lever]
    said = in_words(lever, held, issuers_of(policy, data))
    return f"{held:.4g} {lever.unit} ({said})" if said else f"{held:.4g} {lever.unit}"


def issuers_of(policy: Policy, data: WorldData) -> Issuers:
    """Places and researchers of 2017 of a policy's issuers."""
    places = resolve(data, list(policy.issuer))
    return Issuers(float(data.researchers[-1][places].sum()), len(places))


def dose_words(use: LeverUse, policy: Policy, data: WorldData) -> str:
    """How well a strength is known: ``assumed, 0.2 to 0.43 (18.1 % fearful to 35 % fearful)``."""
    if use.dose is None:
        return ""
    lo, hi = use.dose.range
    said = [in_words(LEVERS[use.lever], end, issuers_of(policy, data)) for end in (lo, hi)]
    return f"{use.dose.kind}, {lo:.4g} to {hi:.4g}" + (f" ({said[0]} to {said[1]})" if all(said) else "")


def source_words(use: LeverUse, policy: Policy, data: WorldData) -> str:
    """Source of a strength, and in what it departs from that source here."""
    return "; ".join([use.source, *changes(policy, data)])


def changes(policy: Policy, data: WorldData) -> list[str]:
    """In what a policy departs from its own file."""
    told = []
    if shift := read_shift(policy.shift, "", Problems()):
        told.append(f"shifted {shift.words}")
    if policy.reissued_from:
        told.append(f"as issued by {place_words(policy.reissued_from, data)}, taken over as an assumption")
    return told


def not_reached(policies: Mapping[str, Policy], end: int) -> str:
    """Dates after the last year, by policy: ``us_nspm33 (2024-05-20)``; empty if there are none."""
    found = {
        name: sorted({day for use in policy.levers.values() for day in use.values if day.year > end})
        for name, policy in policies.items()
    }
    return ", ".join(f"{name} ({', '.join(map(str, days))})" for name, days in found.items() if days)


def in_force(uses: Iterable[LeverUse], first: int, last: int) -> list[str]:
    """Names of the levers that are in force on some day of these years, each once."""
    found = (use.lever for use in uses if any(True for year in range(first, last + 1) for _ in _steps(use, year)))
    return list(dict.fromkeys(found))


def place_words(words: Iterable[str], data: WorldData) -> str:
    """Names of places; groups keep their word."""
    names = dict(zip(data.iso3, data.names))
    return ", ".join("all places" if word == "ALL" else names.get(word, word) for word in words)


def short_title(title: str) -> str:
    """What a title says before its first colon: a scenario in a figure or a sentence; all of it where that is a place.

    ``Canada: twice the student places`` would otherwise be ``Canada``.
    """
    head, colon, _ = title.partition(":")
    if not colon:
        return title
    places = {*load_world_data().names, *group_names()}
    return title if all(word in places for word in re.split(r", (?:and )?| and ", head)) else head


def whom(use: LeverUse, issuer: Sequence[str], data: WorldData) -> str:
    """On whom a lever bites: people, partners, fields, projects, institutions."""
    return scope_words(LEVERS[use.lever], use.scope, data, issuer)


def scope_words(lever: Lever, scope: Scope, data: WorldData, issuer: Sequence[str] = ()) -> str:
    """The same of a lever and scope; without an issuer, institutions by the rule alone."""
    if lever.of:
        return f"{lever.of} of the same {'policy' if issuer else 'rung'}"
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
    if not issuer:
        return f"institutions with {threshold:g} million $ a year or more" if threshold else "all institutions"
    places = resolve(data, list(issuer))
    n_all = int(np.isin(data.institution_place, places).sum())
    if not threshold:
        return f"all {n_all} institutions"
    support = np.asarray(data.institution_federal_musd)
    n = sum(len(covered(data, support, place, threshold)) for place in places)
    return f"{n} of {n_all} institutions, {_rule(threshold, places, support, data)}"


def _rule(threshold: float, places: Sequence[int], support: np.ndarray, data: WorldData) -> str:
    """By what a threshold covers: money in the United States, elsewhere the share that it covers there."""
    share = share_covered(data, support, threshold)
    money = f"those with {threshold:g} million $ a year or more"
    if all(data.iso3[place] == BY_MONEY for place in places):
        return money
    rule = f"the largest with {share:.0%} of researchers, the share of {money} in the United States"
    return f"{rule} (there by money)" if BY_MONEY in [data.iso3[place] for place in places] else rule
