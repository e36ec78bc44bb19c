"""Policies against places that the table of threats does not call a threat: carried out all the same, and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim.data.places import resolve
from sim.data.tables import WorldData
from sim.policy.levers import LEVERS
from sim.policy.schema import LeverUse, Policy

SHOWN = 5  # places in a line
TARGETS = {"o": "origins", "b": "partners", "d": "destinations"}  # scope by axis of a lever


def unfounded(policies: Mapping[str, Policy], data: WorldData, threat: np.ndarray) -> list[str]:
    """One line an issuer and the places that its policies screen, restrict or ban though they are no threat to it.

    A lever without a scope meets everybody and is told only of an issuer to whom nobody is a threat.

    Parameters
    ----------
    threat : [a, b], threat of b to a.
    """
    if not threat.any():
        return ["The table of threats has no threat: reactive governments neither screen nor restrict; what a scenario "
                "imposes is done all the same."] if policies else []  # fmt: skip
    found: dict[tuple[int, ...], list[int]] = {}
    for place, targets in sorted(_targets(policies, data, threat).items()):
        found.setdefault(tuple(sorted(targets)), []).append(place)
    return [
        f"{_names(data, places)} screens, restricts or bans {_names(data, targets)}, no threat to it by the table of "
        "threats; that is done all the same."
        for targets, places in found.items()
    ]


def _targets(policies: Mapping[str, Policy], data: WorldData, threat: np.ndarray) -> dict[int, set[int]]:
    """Places without threat that each issuer acts on."""
    found: dict[int, set[int]] = {}
    for policy in policies.values():
        for place in resolve(data, list(policy.issuer)):
            for use in policy.levers.values():
                named = _named(use, data, bool(threat[place].any()))
                if idle := {b for b in named if b != place and threat[place, b] == 0.0}:
                    found.setdefault(place, set()).update(idle)
    return found


def _named(use: LeverUse, data: WorldData, threatened: bool) -> set[int]:
    """Places that a protective lever acts on by name; all places if it names none and nobody is a threat."""
    lever = LEVERS[use.lever]
    if lever.aim != "protect" or not any(value is not None and value != lever.neutral for value in use.values.values()):
        return set()
    axes = [scope for axis, scope in TARGETS.items() if axis in lever.axes]
    words = [getattr(use.scope, scope) for scope in axes]
    if not any(words):
        return set() if threatened or not axes else set(range(data.n_places))
    return {place for named in words if named for place in resolve(data, list(named))}


def _names(data: WorldData, places: Sequence[int]) -> str:
    if len(places) >= data.n_places - 1:
        return "all other places"
    more = f" and {len(places) - SHOWN} more" if len(places) > SHOWN else ""
    return ", ".join(data.names[place] for place in places[:SHOWN]) + more
