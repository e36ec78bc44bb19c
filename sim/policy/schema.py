"""A policy as data: title, issuer, dated strengths of levers, scope, dose, source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sim.policy.units import Issuers

SENSITIVITIES = ("open", "sensitive")
RESEARCH_TYPES = ("basic", "applied")
DOSES = ("fitted", "sourced", "assumed")
LADDERS = ("protect", "restrict", "promote")  # of packages that governments climb (`sim.policy.ladder`)
PLACES = ("origins", "partners", "destinations")  # keys of a scope that name places


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
class Dose:
    """How well the strengths of one lever are known: their kind, and a range in the lever's unit that holds them."""

    kind: str
    range: tuple[float, float]


@dataclass(frozen=True)
class LeverUse:
    """One lever as a policy pulls it.

    Parameters
    ----------
    values : strength from each date on, None = not in force.
    written : the same at the dates of the file, where the policy is shifted.
    ladder : ladder and rung that it belongs to, as written: ``protect 3``, ``restrict``; empty for none.
    """

    lever: str
    values: dict[date, float | None]
    source: str
    scope: Scope = field(default_factory=Scope)
    dose: Dose | None = None
    written: dict[date, float | None] | None = None
    ladder: str = ""

    @property
    def step(self) -> tuple[str, int] | None:
        """Ladder and rung, from 1; None if it belongs to none."""
        ladder, _, rung = self.ladder.partition(" ")
        return (ladder, int(rung or 1)) if ladder else None


@dataclass(frozen=True)
class Policy:
    """Levers pulled together by the same issuers.

    Parameters
    ----------
    levers : keyed by names of the author's choice; at the dates that hold.
    shift : by how much these are moved against those of the file, as written; empty if they are not.
    reissued_from : issuers in the policy's own file, if others issue it here.
    """

    title: str
    issuer: tuple[str, ...]
    levers: dict[str, LeverUse]
    source: str = ""
    shift: str = ""
    reissued_from: tuple[str, ...] = ()

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
    members : researchers of 2017 by place, for each word of `places`.
    start : first year of the clock.
    rungs : number of rungs of each ladder.
    """

    places: tuple[str, ...]
    aliases: Mapping[str, str]
    members: Mapping[str, Mapping[str, float]]
    start: int
    rungs: Mapping[str, int] = field(default_factory=dict)

    def issuers(self, words: Iterable[str]) -> Issuers:
        """Places and researchers of a policy's issuers."""
        found = {place: n for word in words for place, n in self.members.get(word, {}).items()}
        return Issuers(sum(found.values()), len(found))
