"""A policy as data: title, issuer, dated strengths of levers, scope, source; read strictly from plain mappings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from sim.core.axes import STAGES
from sim.core.read import Problems, check_keys, join, mapping, names, near, nearest, number, one_of, show, text, unknown
from sim.data.fields import FIELD_NAMES
from sim.policy.levers import LEVERS, Lever

SENSITIVITIES = ("open", "sensitive")
RESEARCH_TYPES = ("basic", "applied")
_WORDS = {"fields": FIELD_NAMES, "sensitivity": SENSITIVITIES, "research_type": RESEARCH_TYPES, "stages": STAGES}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_PLACES = ("origins", "partners", "destinations")


@dataclass(frozen=True)
class Scope:
    """Where a lever bites; None means everywhere (all places but the issuer).

    Parameters
    ----------
    origins, partners, destinations : places or groups.
    fields, sensitivity, research_type, stages : names.
    institution_threshold_musd : institutions with at least so much federal research money, million $ a year.
    """

    origins: tuple[str, ...] | None = None
    partners: tuple[str, ...] | None = None
    destinations: tuple[str, ...] | None = None
    fields: tuple[str, ...] | None = None
    sensitivity: tuple[str, ...] | None = None
    research_type: tuple[str, ...] | None = None
    stages: tuple[str, ...] | None = None
    institution_threshold_musd: float | None = None


@dataclass(frozen=True)
class LeverUse:
    """One lever as a policy pulls it: strength from each date on, None = not in force."""

    lever: str
    values: dict[date, float | None]
    source: str
    scope: Scope = field(default_factory=Scope)


@dataclass(frozen=True)
class Policy:
    """Levers pulled together by the same issuers; `levers` is keyed by names of the author's choice."""

    title: str
    issuer: tuple[str, ...]
    levers: dict[str, LeverUse]
    source: str = ""

    @property
    def named(self) -> list[str]:
        """Places and groups that its levers name as origins, partners or destinations."""
        scopes = [use.scope for use in self.levers.values()]
        named = (words for scope in scopes for words in (scope.origins, scope.partners, scope.destinations))
        return [word for words in named for word in words or ()]


@dataclass(frozen=True)
class Decided:
    """What a government decides: strength of one lever for this year, combined with imposed policies."""

    place: int
    lever: str
    strength: float
    scope: Scope = field(default_factory=Scope)


@dataclass(frozen=True)
class Known:
    """What names and dates are checked against.

    Parameters
    ----------
    places : codes of places and names of groups that may be written.
    aliases : other words for a place (its name in full), for suggestions only.
    start, end : first and last year of the clock.
    """

    places: tuple[str, ...]
    aliases: Mapping[str, str]
    start: int
    end: int


def read_policies(raw: object, key: str, known: Known, problems: Problems) -> dict[str, Policy]:
    """Policies by name."""
    given = mapping(raw, key, problems)
    _check_names(given, key, "policy", problems)
    return {str(name): read_policy(policy, join(key, name), known, problems) for name, policy in given.items()}


def _check_names(given: Mapping[Any, object], key: str, what: str, problems: Problems) -> None:
    """Names are parts of dotted keys (overrides, messages), so they hold no dot and are no numbers."""
    for name in given:
        if not (isinstance(name, str) and _NAME.fullmatch(name)):
            problems.add(key, f"{show(name)} is no name for a {what}; allowed: letters, digits and _, a letter first")


def read_policy(raw: object, key: str, known: Known, problems: Problems) -> Policy:
    """One policy; problems are noted, and what is returned is only meant for use if there were none."""
    before = len(problems.found)
    given = mapping(raw, key, problems)
    if problems.since(before):
        return Policy("", (), {})
    check_keys(given, [f.name for f in fields(Policy)], key, problems)
    levers = mapping(given.get("levers"), join(key, "levers"), problems)
    _check_names(levers, join(key, "levers"), "lever's entry", problems)
    uses = {str(name): read_use(use, join(join(key, "levers"), name), known, problems) for name, use in levers.items()}
    if not given.get("levers"):
        problems.add(join(key, "levers"), "is empty; a policy pulls at least one lever")
    _check_qualified(uses, key, problems)
    return Policy(
        title=text(given.get("title"), join(key, "title"), problems),
        issuer=read_places(given.get("issuer"), join(key, "issuer"), known, problems),
        levers={name: use for name, use in uses.items() if use is not None},
        source=str(given.get("source") or ""),
    )


def read_use(raw: object, key: str, known: Known, problems: Problems) -> LeverUse | None:
    """One lever of a policy."""
    before = len(problems.found)
    given = mapping(raw, key, problems)
    if problems.since(before):
        return None
    check_keys(given, ("lever", "values", "unit", "scope", "source"), key, problems)
    name = given.get("lever")
    lever = LEVERS.get(name) if isinstance(name, str) else None
    if lever is None:
        missing = f"is missing; allowed: {', '.join(LEVERS)}"
        problems.add(join(key, "lever"), missing if name is None else unknown(name, "lever", LEVERS))
        return None
    if given.get("unit") not in (None, lever.unit):
        problems.add(join(key, "unit"), f"{show(given['unit'])} is not the unit of {lever.name}; allowed: {lever.unit}")
    return LeverUse(
        lever=lever.name,
        values=_read_values(given.get("values"), lever, join(key, "values"), known, problems),
        source=text(given.get("source"), join(key, "source"), problems),
        scope=read_scope(given.get("scope"), lever, join(key, "scope"), known, problems),
    )


def _read_values(raw: object, lever: Lever, key: str, known: Known, problems: Problems) -> dict[date, float | None]:
    if not isinstance(raw, Mapping) or not raw:
        problem = "is missing" if raw is None else f"{show(raw)} is not a mapping of dates to strengths"
        problems.add(key, f"{problem}; write for example {{2018-11-01: {lever.hi:g}}}")
        return {}
    values: dict[date, float | None] = {}
    for when, strength in raw.items():
        at = join(key, when)
        day = _read_date(when, at, known, problems)
        if strength is not None:
            strength = number(strength, at, problems, lever.lo, lever.hi, f"{lever.unit}; null = not in force")
        if day is not None:
            values[day] = strength
    return dict(sorted(values.items()))


def _read_date(when: object, key: str, known: Known, problems: Problems) -> date | None:
    try:
        day = when if isinstance(when, date) else _iso_date(when)
    except ValueError:
        problems.add(key, f"{show(when)} is not a date; allowed: YYYY-MM-DD")
        return None
    if not known.start <= day.year <= known.end:
        problems.add(key, f"{day} lies outside the clock; allowed: {known.start}-01-01 to {known.end}-12-31")
    return day


def _iso_date(when: object) -> date:
    word = str(when)
    if len(word) != 10:  # fromisoformat also takes 20181101 and week dates
        raise ValueError(word)
    return date.fromisoformat(word)


def read_scope(raw: object, lever: Lever, key: str, known: Known, problems: Problems) -> Scope:
    """Scope of one lever; only the keys that the lever reads are allowed."""
    given = mapping(raw, key, problems)
    out: dict[str, Any] = {}
    every = [f.name for f in fields(Scope)]
    for name, value in given.items():
        at = join(key, name)
        if name not in every:
            problems.add(at, f"unknown key; {near(name, lever.scopes)}{_allowed_scopes(lever)}")
        elif name not in lever.scopes:
            problems.add(at, f"lever {lever.name} has no such scope; {_allowed_scopes(lever)}")
        elif value is None:
            continue  # everywhere
        elif name == "institution_threshold_musd":
            out[name] = number(value, at, problems, 0, 1e5, "million $ a year")
        elif name in _PLACES:
            out[name] = read_places(value, at, known, problems)
        else:
            out[name] = tuple(one_of(word, at, problems, _WORDS[name]) for word in names(value, at, problems))
    return Scope(**out)


def _allowed_scopes(lever: Lever) -> str:
    return f"allowed: {', '.join(lever.scopes)}" if lever.scopes else "allowed: none"


def read_places(value: object, key: str, known: Known, problems: Problems) -> tuple[str, ...]:
    """Codes of places or names of groups."""
    words = names(value, key, problems)
    for word in words:
        if word not in known.places:
            problems.add(key, unknown_place(word, known))
    return words


def unknown_place(word: str, known: Known) -> str:
    """Message for a place that does not exist, with the nearest one by code or by name."""
    hit = nearest(word, [*known.places, *known.aliases])
    said = f"did you mean {known.aliases.get(hit, hit)}? " if hit else ""
    return f"no place or group '{word}'; {said}see `talent-circulation list places`"


def _check_qualified(uses: Mapping[str, LeverUse | None], key: str, problems: Problems) -> None:
    pulled = {use.lever for use in uses.values() if use is not None}
    for name, use in uses.items():
        if use is not None and LEVERS[use.lever].of not in ("", *pulled):
            base = LEVERS[use.lever].of
            problems.add(
                f"{key}.levers.{name}", f"{use.lever} does nothing without lever {base} in the same policy; add {base}"
            )
