"""Policies read strictly from plain mappings: every problem with its key and what is allowed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any

from sim.core.axes import STAGES
from sim.core.read import Problems, check_keys, join, mapping, names, near, nearest, number, one_of, show, text, unknown
from sim.data.fields import FIELD_NAMES
from sim.policy.levers import LEVERS, Lever
from sim.policy.schema import DOSES, PLACES, RESEARCH_TYPES, SENSITIVITIES, Dose, Known, LeverUse, Policy, Scope
from sim.policy.shift import Shift, read_shift
from sim.policy.units import Issuers, read_strength

SHIFT = "shift"  # key of a policy that moves all its dates
NOTED = "reissued_from"  # key that composing adds, and that nobody types
_WORDS = {"fields": FIELD_NAMES, "sensitivity": SENSITIVITIES, "research_type": RESEARCH_TYPES, "stages": STAGES}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def read_policies(raw: object, key: str, known: Known, problems: Problems) -> dict[str, Policy]:
    """Policies by name."""
    given = mapping(raw, key, problems)
    check_names(given, key, "policy", problems)
    return {str(name): read_policy(policy, join(key, name), known, problems) for name, policy in given.items()}


def check_names(given: Mapping[Any, object], key: str, what: str, problems: Problems) -> None:
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
    typed = {name: value for name, value in given.items() if name != NOTED}
    check_keys(typed, [f.name for f in fields(Policy) if f.name != NOTED], key, problems)
    title = text(given.get("title"), join(key, "title"), problems)
    levers = mapping(given.get("levers"), join(key, "levers"), problems)
    check_names(levers, join(key, "levers"), "lever's entry", problems)
    issuer = read_places(given.get("issuer"), join(key, "issuer"), known, problems)
    shift = read_shift(given.get(SHIFT), join(key, SHIFT), problems)
    issuers, at = known.issuers(issuer), join(key, "levers")
    uses = {str(name): read_use(use, join(at, name), known, issuers, problems) for name, use in levers.items()}
    if not given.get("levers"):
        problems.add(at, "is empty; a policy pulls at least one lever")
    _check_qualified(uses, key, problems)
    kept = {name: use for name, use in uses.items() if use is not None}
    if shift is not None and not problems.since(before):
        kept = _shifted(kept, shift, join(key, SHIFT), problems)
    _check_start(kept, key, known, problems)
    original = tuple(map(str, given.get(NOTED) or ()))
    return Policy(
        title=title,
        issuer=issuer,
        levers=kept,
        source=str(given.get("source") or ""),
        shift="" if shift is None else shift.written,
        reissued_from=original if set(original) != set(issuer) else (),
    )


def _shifted(uses: Mapping[str, LeverUse], shift: Shift, key: str, problems: Problems) -> dict[str, LeverUse]:
    """The same levers at other dates."""
    try:
        moved = shift.move({day for use in uses.values() for day in use.values})
    except (OverflowError, ValueError):
        problems.add(key, f"{show(shift.written)} moves dates out of the calendar")
        return dict(uses)
    for name, use in uses.items():
        days: dict[date, list[date]] = {}
        for day in use.values:
            days.setdefault(moved[day], []).append(day)
        for new, old in ((new, old) for new, old in days.items() if len(old) > 1):
            both = " and ".join(map(str, old))
            problems.add(key, f"{show(shift.written)} moves {both} of {name} to {new}, and only one of them would "
                         "count; shift by days, or write the dates")  # fmt: skip
    return {
        name: replace(use, values={moved[day]: value for day, value in use.values.items()}, written=use.values)
        for name, use in uses.items()
    }


def _check_start(uses: Mapping[str, LeverUse], key: str, known: Known, problems: Problems) -> None:
    """No date may lie before the first year; those after its end are only not reached."""
    allowed = f"lies before the model's first year; allowed: {known.start}-01-01 or later"
    early = [(f"{key}.levers.{name}.values", use, day) for name, use in uses.items() for day in use.values]
    early = [(at, use, day) for at, use, day in early if day.year < known.start]
    for at, use, day in early:
        if use.written is None:
            problems.add(join(at, day), f"{day} {allowed}")
    if moved := [day for _, use, day in early if use.written is not None]:
        problems.add(join(key, SHIFT), f"{min(moved)} {allowed}")


def read_use(raw: object, key: str, known: Known, issuers: Issuers, problems: Problems) -> LeverUse | None:
    """One lever of a policy."""
    before = len(problems.found)
    given = mapping(raw, key, problems)
    if problems.since(before):
        return None
    check_keys(given, ("lever", "values", "unit", "scope", "dose", "ladder", "source"), key, problems)
    lever = read_lever(given, key, problems)
    if lever is None:
        return None
    values = _read_values(given.get("values"), lever, join(key, "values"), issuers, problems)
    return LeverUse(
        lever=lever.name,
        values=values,
        source=text(given.get("source"), join(key, "source"), problems),
        scope=read_scope(given.get("scope"), lever, join(key, "scope"), known, problems),
        dose=_read_dose(given.get("dose"), lever, values, join(key, "dose"), issuers, problems),
        ladder=_read_label(given.get("ladder"), join(key, "ladder"), known, problems),
    )


def _read_label(raw: object, key: str, known: Known, problems: Problems) -> str:
    """Ladder and rung; a ladder of one rung is its name alone."""
    if raw is None or raw == "":
        return ""
    labels = [
        ladder if rungs == 1 else f"{ladder} {rung}"
        for ladder, rungs in known.rungs.items()
        for rung in range(1, rungs + 1)
    ]
    word = " ".join(raw.split()) if isinstance(raw, str) else raw
    return one_of(word, key, problems, tuple(labels)) if labels else ""


def read_lever(given: Mapping[str, Any], key: str, problems: Problems) -> Lever | None:
    """The lever that an entry names, with its unit checked; None if there is none of that name."""
    name = given.get("lever")
    lever = LEVERS.get(name) if isinstance(name, str) else None
    if lever is None:
        missing = f"is missing; allowed: {', '.join(LEVERS)}"
        problems.add(join(key, "lever"), missing if name is None else unknown(name, "lever", LEVERS))
    elif given.get("unit") not in (None, lever.unit):
        problems.add(join(key, "unit"), f"{show(given['unit'])} is not the unit of {lever.name}; allowed: {lever.unit}")
    return lever


def _read_values(raw: object, lever: Lever, key: str, issuers: Issuers, problems: Problems) -> dict[date, float | None]:
    if not isinstance(raw, Mapping) or not raw:
        problem = "is missing" if raw is None else f"{show(raw)} is not a mapping of dates to strengths"
        problems.add(key, f"{problem}; write for example {{2018-11-01: {lever.hi:g}}}")
        return {}
    values: dict[date, float | None] = {}
    for when, strength in raw.items():
        at = join(key, when)
        day = _read_date(when, at, problems)
        held = None if strength is None else read_strength(strength, lever, at, problems, issuers)
        if day is not None:
            values[day] = held
    return dict(sorted(values.items()))


def _read_date(when: object, key: str, problems: Problems) -> date | None:
    try:
        return when if isinstance(when, date) else _iso_date(when)
    except ValueError:
        problems.add(key, f"{show(when)} is not a date; allowed: YYYY-MM-DD")
        return None


def _iso_date(when: object) -> date:
    word = str(when)
    if len(word) != 10:  # fromisoformat also takes 20181101 and week dates
        raise ValueError(word)
    return date.fromisoformat(word)


def _read_dose(
    raw: object, lever: Lever, values: Mapping[date, float | None], key: str, issuers: Issuers, problems: Problems
) -> Dose | None:
    """What is known of the strengths; the range must hold them all, but those at which the lever does nothing."""
    if raw is None:
        return None
    before = len(problems.found)
    given = mapping(raw, key, problems)
    check_keys(given, ("kind", "range"), key, problems)
    kind = one_of(given.get("kind"), join(key, "kind"), problems, DOSES)
    ends = given.get("range")
    if not isinstance(ends, (list, tuple)) or len(ends) != 2:
        problems.add(join(key, "range"), f"{show(ends)} is not two strengths; write [lowest, highest]")
        return None
    lo, hi = (read_strength(end, lever, join(key, "range"), problems, issuers) for end in ends)
    if problems.since(before):
        return None
    if lo > hi:
        problems.add(join(key, "range"), f"{lo:g} is above {hi:g}; write [lowest, highest]")
    for day, value in values.items():
        if value is not None and value != lever.neutral and not lo <= value <= hi:
            told = f"{lo:g} to {hi:g} does not hold the {value:g} of {day}; widen the range, or leave dose out"
            problems.add(join(key, "range"), told)
    return Dose(kind, (lo, hi))


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
        elif name in PLACES:
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
