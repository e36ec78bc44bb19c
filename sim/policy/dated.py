"""Dated strengths: what a lever's values come to in one year, weighted by days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

from sim.policy.levers import LEVERS
from sim.policy.schema import LeverUse, Policy

Values = Mapping[date, float | None]


def strength_in(values: Values, year: int, neutral: float) -> float:
    """Day-weighted mean strength of a year; a value holds from its date on, None and the time before count neutral."""
    first, last = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
    dated = sorted(values.items())
    held = [neutral if value is None else value for _, value in dated]
    starts = [day.toordinal() for day, _ in dated]
    total = 0.0
    for strength, start, end in zip(held, starts, [*starts[1:], last]):
        days = min(end, last) - max(start, first)
        if days == last - first:
            return strength  # exact, where a weighted mean might be off in the last bit
        total += max(days, 0) * (strength - neutral)
    return neutral + total / (last - first)


def qualified_in(values: Values, bases: Sequence[Values], year: int, neutral: float) -> float:
    """Mean strength of a qualifying lever, each day weighted by the strength of what it qualifies on that day.

    An investigation of November has the precision of November, not of the months before it.
    """
    first, last = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
    changes = {day.toordinal() for dated in (values, *bases) for day in dated}
    cuts = sorted({first, last, *(day for day in changes if first < day < last)})
    total = weight = 0.0
    for start, end in pairwise(cuts):
        base = sum(_on(dated, start, 0.0) for dated in bases) * (end - start)
        total += base * (_on(values, start, neutral) - neutral)
        weight += base
    return neutral + total / weight if weight else neutral


def _on(values: Values, day: int, neutral: float) -> float:
    """Strength in force on one day (ordinal)."""
    past = [when for when in values if when.toordinal() <= day]
    strength = values[max(past)] if past else None
    return neutral if strength is None else strength


def year_strength(policy: Policy, use: LeverUse, year: int) -> float:
    """Strength of one lever of a policy in a year."""
    lever = LEVERS[use.lever]
    if not lever.of:
        return strength_in(use.values, year, lever.neutral)
    bases = [other.values for other in policy.levers.values() if other.lever == lever.of]
    return qualified_in(use.values, bases, year, lever.neutral)
