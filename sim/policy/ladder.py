"""Ladders: packages of levers that governments climb, as data without issuer and date, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any

from sim.core.read import Problems, check_keys, join, mapping, number, text
from sim.policy.levers import LEVERS
from sim.policy.read import check_names, read_lever, read_scope
from sim.policy.schema import LADDERS, PLACES, Known, Scope
from sim.policy.units import Issuers, read_strength

__all__ = ["LADDERS", "LIST", "TARGET", "Entry", "Ladder", "Ladders", "Rung", "read_ladders", "scope_for"]

TARGET = "{TARGET}"  # the place that a government restricts
LIST = "{LIST}"  # the places on its list of concern
N_RUNGS = {"protect": 3, "restrict": 1, "promote": 3}
STANDS_FOR = {"protect": (LIST,), "restrict": (TARGET,), "promote": ()}  # words that a ladder's scopes may use
EITHER = "write either strength, or money with shelf, the strength of the ready-made policy"
ROUNDING = 1e-9  # of a sum of shares


@dataclass(frozen=True)
class Entry:
    """One lever of a rung: pulled at a strength, or at what its share of the rung's money buys.

    Parameters
    ----------
    strength : in the lever's unit; None if the lever is bought.
    money : share of the rung's money, 0-1; None if the lever is not bought.
    scope : with `TARGET` and `LIST` as words for places.
    shelf : of a lever that is bought, the strength of the ready-made policy, which imposed ones are compared with.
    """

    lever: str
    strength: float | None
    money: float | None
    scope: Scope
    source: str
    shelf: float | None = None

    @property
    def full(self) -> float:
        """Strength that imposed policies are compared with."""
        full = self.strength if self.shelf is None else self.shelf
        return LEVERS[self.lever].neutral if full is None else full


@dataclass(frozen=True)
class Rung:
    """A package: what one step adds.

    Parameters
    ----------
    entries : by names of the author's choice.
    name : its key in the file.
    """

    title: str
    entries: Mapping[str, Entry]
    name: str = ""


@dataclass(frozen=True)
class Ladder:
    """Rungs from the lowest up; rung 0 is the policy of 2017."""

    title: str
    rungs: tuple[Rung, ...]
    source: str = ""

    def up_to(self, rung: int) -> tuple[Entry, ...]:
        """Entries of a rung and of all below it; where they meet, the stronger counts (`sim.policy.combine`)."""
        return tuple(entry for package in self.rungs[:rung] for entry in package.entries.values())

    def full(self, lever: str, rung: int) -> float:
        """Largest strength of a lever in the package of a rung, its neutral value if it has none there."""
        neutral = LEVERS[lever].neutral
        held = [entry.full for entry in self.rungs[rung - 1].entries.values() if entry.lever == lever]
        return max(held, key=lambda strength: abs(strength - neutral), default=neutral)


@dataclass(frozen=True)
class Ladders:
    """The three ladders."""

    protect: Ladder
    restrict: Ladder
    promote: Ladder


def scope_for(entry: Entry, target: str | None, listed: tuple[str, ...]) -> Scope | None:
    """Scope of an entry for one government; None if a word stands for nobody.

    Parameters
    ----------
    target : the place that it restricts, if any.
    listed : the places on its list of concern.
    """
    return _scope_of(entry.scope, target, listed)


@lru_cache(maxsize=4096)
def _scope_of(scope: Scope, target: str | None, listed: tuple[str, ...]) -> Scope | None:
    """The same, kept: governments hold what they hold for years."""
    meant = {TARGET: (target,) if target else (), LIST: listed}
    changed: dict[str, Any] = {}
    for name in PLACES:
        if words := getattr(scope, name):
            changed[name] = tuple(dict.fromkeys(place for word in words for place in meant.get(word, (word,))))
    return None if not all(changed.values()) else replace(scope, **changed)


def read_ladders(raw: object, key: str, known: Known, problems: Problems) -> Ladders:
    """All ladders; problems are noted, and what is returned is only meant for use if there were none."""
    given = mapping(raw, key, problems)
    check_keys(given, LADDERS, key, problems)
    return Ladders(**{name: _read_ladder(name, given.get(name), join(key, name), known, problems) for name in LADDERS})


def _read_ladder(name: str, raw: object, key: str, known: Known, problems: Problems) -> Ladder:
    given, at = mapping(raw, key, problems), join(key, "rungs")
    if not given:
        if raw is None or raw == {}:
            problems.add(key, f"is empty; {_allowed(name)}")
        return Ladder("", (Rung("", {}),) * N_RUNGS[name])
    check_keys(given, [f.name for f in fields(Ladder)], key, problems)
    packages = mapping(given.get("rungs"), at, problems)
    check_names(packages, at, "rung", problems)
    if len(packages) != N_RUNGS[name]:
        problems.add(at, f"are {len(packages)} ({', '.join(map(str, packages)) or 'none'}); {_allowed(name)}")
    known = replace(known, places=(*known.places, *STANDS_FOR[name]))
    rungs = tuple(_read_rung(name, str(rung), raw, join(at, rung), known, problems) for rung, raw in packages.items())
    return Ladder(text(given.get("title"), join(key, "title"), problems), rungs, str(given.get("source") or ""))


def _allowed(ladder: str) -> str:
    """What a ladder may hold, and how it is switched off."""
    n = N_RUNGS[ladder]
    rungs = "1 rung, as each target is a step" if n == 1 else f"{n} rungs"
    return f"allowed: {rungs}; to switch the ladder off set params.government.{ladder}_level=0"


def _read_rung(ladder: str, name: str, raw: object, key: str, known: Known, problems: Problems) -> Rung:
    given, at = mapping(raw, key, problems), join(key, "levers")
    if not given:
        if raw is None or raw == {}:
            problems.add(key, f"is empty, and a rung has a title and levers; {_allowed(ladder)}")
        return Rung("", {}, name)
    check_keys(given, ("title", "levers"), key, problems)
    levers = mapping(given.get("levers"), at, problems)
    check_names(levers, at, "lever's entry", problems)
    if not given.get("levers"):
        problems.add(at, "is empty; a rung pulls at least one lever")
    read = {str(local): _read_entry(ladder, use, join(at, local), known, problems) for local, use in levers.items()}
    entries = {local: entry for local, entry in read.items() if entry is not None}
    _check_together(entries, at, problems)
    return Rung(text(given.get("title"), join(key, "title"), problems), entries, name)


def _read_entry(ladder: str, raw: object, key: str, known: Known, problems: Problems) -> Entry | None:
    before = len(problems.found)
    given = mapping(raw, key, problems)
    if problems.since(before):
        return None
    check_keys(given, ("lever", "unit", "strength", "money", "shelf", "scope", "source"), key, problems)
    lever = read_lever(given, key, problems)
    if lever is None:
        return None
    numbers: dict[str, float | None] = dict.fromkeys(("strength", "money", "shelf"))
    bought = given.get("money") is not None
    if bought and (ladder != "promote" or not lever.price):
        why = f"{lever.name} has no price" if ladder == "promote" else f"the ladder {ladder} is not bought"
        problems.add(join(key, "money"), f"{why}; write strength instead")
        bought = False
    wanted, other = (("money", "shelf"), "strength") if bought else (("strength",), "shelf")
    if given.get(other) is not None:
        problems.add(join(key, other), EITHER)
    for name in wanted:
        value, at = given.get(name), join(key, name)
        if value is None:
            problems.add(at, f"is missing; {EITHER}")
        elif name == "money":
            numbers[name] = number(value, at, problems, 0, 1, "share of the rung's money")
        else:
            numbers[name] = read_strength(value, lever, at, problems, Issuers())
    scope = read_scope(given.get("scope"), lever, join(key, "scope"), known, problems)
    return Entry(lever.name, scope=scope, source=text(given.get("source"), join(key, "source"), problems), **numbers)


def _check_together(entries: Mapping[str, Entry], key: str, problems: Problems) -> None:
    """Shares of money make a whole, and what qualifies a lever has one to qualify."""
    shares = [entry.money for entry in entries.values() if entry.money is not None]
    if shares and not abs(sum(shares) - 1.0) <= ROUNDING and not any(share != share for share in shares):
        problems.add(key, f"shares of money sum to {sum(shares):g}; allowed: 1")
    pulled = {entry.lever for entry in entries.values()}
    for name, entry in entries.items():
        if (base := LEVERS[entry.lever].of) and base not in pulled:
            alone = f"{entry.lever} does nothing without lever {base} in the same rung; add {base}"
            problems.add(join(key, name), alone)
