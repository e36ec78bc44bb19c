"""The levers: the only things that policies and governments can pull. `LEVERS` is the registry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sim.policy.levers.base import NOT_MODELLED, Context, Effect, Lever
from sim.policy.levers.openness import OPENNESS
from sim.policy.levers.people import PEOPLE
from sim.policy.levers.projects import PROJECTS
from sim.policy.levers.promote import PROMOTE
from sim.policy.levers.security import SECURITY

__all__ = ["LEVERS", "NOT_MODELLED", "Context", "Effect", "Lever", "default_effects", "effect_table", "unpriced"]

# Order of application: qualifiers are read by name, and `alliance_condition`, which looks at what protection
# the other levers give, comes last.
LEVERS: dict[str, Lever] = {lever.name: lever for lever in (*PROMOTE, *OPENNESS, *PEOPLE, *SECURITY, *PROJECTS)}


def unpriced(names: Iterable[str]) -> list[str]:
    """Of these levers, those whose money the model does not know, in words; what only qualifies another is left out."""
    levers = [LEVERS[name] for name in dict.fromkeys(names)]
    return [lever.words for lever in levers if lever.cost == NOT_MODELLED and not lever.of]


def default_effects() -> dict[str, dict[str, float]]:
    """Effects of every lever at their defaults."""
    return {name: lever.defaults() for name, lever in LEVERS.items() if lever.effects}


def effects_with(changes: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Defaults overlaid with the given values."""
    return {name: {**values, **changes.get(name, {})} for name, values in default_effects().items()}


def effect_table() -> list[dict[str, Any]]:
    """One row a number that says how strongly a lever acts."""
    return [
        {
            "key": f"effects.{lever.name}.{effect.name}",
            "default": effect.default,
            "bounds": (effect.lo, effect.hi),
            "draw": effect.draw,
            "unit": effect.unit,
            "role": effect.role,
            "source": effect.source,
        }
        for lever in LEVERS.values()
        for effect in lever.effects
    ]
