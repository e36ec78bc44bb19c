"""Rungs that imposed policies put their issuers on: what other governments see of a policy, without effect of its own.

An entry of a policy counts for the rung it names once its strength of the year is half or more of what the package of
that rung has for the same lever (for its strongest entry, where there are several). What only qualifies another lever
counts with that lever alone, and words (rhetoric) refuse nobody, so neither puts anybody on a rung.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from sim.data.places import resolve
from sim.data.tables import WorldData
from sim.policy.dated import year_strength
from sim.policy.ladder import Ladders
from sim.policy.levers import LEVERS
from sim.policy.schema import PLACES, LeverUse, Policy

COUNTS = 0.5  # of the package's strength
WORDS = "rhetoric"
EVERYBODY = "ALL"  # a group that names nobody
REFUSES = ("visa_refusal", "partner_ban")  # what is a restriction of everybody where it names nobody


class Rungs(NamedTuple):
    """Rungs by place: protect, promote [P] int, 0-3; restrict [a, b] bool, a restricts b."""

    protect: np.ndarray
    restrict: np.ndarray
    promote: np.ndarray

    @classmethod
    def none(cls, n_places: int) -> Rungs:
        """Nobody stands on any rung."""
        return cls(np.zeros(n_places, np.int64), np.zeros((n_places, n_places), bool), np.zeros(n_places, np.int64))

    def over(self, other: Rungs) -> Rungs:
        """The higher of both."""
        return Rungs(*(np.maximum(mine, others) for mine, others in zip(self, other)))


def imposed_rungs(policies: Mapping[str, Policy], ladders: Ladders | None, data: WorldData, year: int) -> Rungs:
    """Rungs of a year; nobody is on one without ladders."""
    found = Rungs.none(len(data.iso3))
    for policy, use in _counting(policies, ladders, year):
        places, (ladder, rung) = resolve(data, list(policy.issuer)), use.step or ("", 0)
        if ladder == "restrict":
            found.restrict[np.ix_(places, _named(use, data))] = True
        else:
            held = getattr(found, ladder)
            held[places] = np.maximum(held[places], rung)
    np.fill_diagonal(found.restrict, False)
    return found


def _counting(policies: Mapping[str, Policy], ladders: Ladders | None, year: int) -> Iterator[tuple[Policy, LeverUse]]:
    """Entries strong enough this year to count for the rung that they name."""
    for policy in policies.values():
        for use in policy.levers.values():
            lever = LEVERS[use.lever]
            if ladders is None or use.step is None or lever.of or lever.name == WORDS:
                continue
            ladder, rung = use.step
            full = getattr(ladders, ladder).full(lever.name, rung) - lever.neutral
            held = year_strength(policy, use, year) - lever.neutral
            if full and held / full >= COUNTS:
                yield policy, use


def _named(use: LeverUse, data: WorldData) -> list[int]:
    """Places that an entry names; one towards everybody restricts them all if it refuses people or partners."""
    words = [word for name in PLACES for word in getattr(use.scope, name) or () if word != EVERYBODY]
    if not words and use.lever in REFUSES:
        return list(range(len(data.iso3)))
    return resolve(data, words) if words else []
