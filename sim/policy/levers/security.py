"""Levers that protect institutions: disclosure, cybersecurity, travel security, training, self-assessment, outreach.

Strength is the share of a full programme in force at the institutions covered (1 = as designed). The cost of a
first year is a fixed part and a share of federal research money: by COGR 2022 (S5) disclosure rules cost a
university with $15-99 M about $0.1 M and a large one more than $0.4 M; with $57 M and $500 M as typical sizes
this gives $0.061 M + 0.068 %. Time is a share of a working year of 1,800 hours.
"""

from __future__ import annotations

import numpy as np

from sim.policy.channels import Channels
from sim.policy.levers.base import Apply, Context, Effect, Effects, Lever, left_over, protect

SHARE = "share of a full programme"
CHANNELS = ("burden_institution", "protection_institution", "cost_fixed_musd", "cost_share")


def _at_institutions(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    protect(channels.protection_institution, s, effects)
    channels.burden_institution[:] = left_over(channels.burden_institution, s * effects["time"])
    channels.cost_fixed_musd += s * effects["cost_fixed_musd"]
    channels.cost_share += s * effects["cost_share"]


def _awareness(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    protect(channels.protection_place, s[:, None], effects)  # towards everybody
    channels.burden_place[:] = left_over(channels.burden_place, s * effects["time"])


def _prevents(way: str, default: float, lo: float, hi: float, why: str) -> Effect:
    return Effect(way, default, lo, hi, f"share of leaks by {way} prevented", "assumption", why, unknown=True)


def _costs(fixed: float, share: float, hours: float, role: str, source: str) -> tuple[Effect, ...]:
    return (
        Effect("cost_fixed_musd", fixed, 0.0, 2.0, "million $ in the first year", role, source),
        Effect("cost_share", share, 0.0, 0.02, "share of federal research money in the first year", role, source),
        _time(hours),
    )


def _time(hours: float) -> Effect:
    return Effect(
        "time", round(hours / 1800.0, 6), 0.0, 0.05, "share of research time", "assumption", f"{hours:g} h a year"
    )


def _programme(name: str, meaning: str, source: str, effects: tuple[Effect, ...]) -> Lever:
    apply: Apply = _at_institutions
    return Lever(
        name=name,
        aim="protect",
        unit=SHARE,
        lo=0.0,
        hi=1.0,
        combine="complement",
        axes="i",
        channels=CHANNELS,
        apply=apply,
        meaning=meaning,
        source=source,
        effects=effects,
    )


_WHY = "no estimate exists (S1); range from nearly nothing to nearly all"
_COST = "of the order of the disclosure rules (S5), not separately known"

SECURITY: tuple[Lever, ...] = (
    _programme(
        "disclosure",
        "Disclosure of foreign ties, money and affiliations with every application and report.",
        "S5, S6",
        (
            _prevents("deception", 0.4, 0.05, 0.95, _WHY),
            _prevents("reward", 0.3, 0.05, 0.9, _WHY),
            *_costs(0.061, 0.00068, 4.0, "sourced", "S5: COGR 2022, $0.1 M small and $0.4 M large in year 1"),
        ),
    ),
    _programme(
        "cybersecurity",
        "A cybersecurity programme of the institution.",
        "S6 (one of four elements)",
        (
            _prevents("theft", 0.4, 0.05, 0.95, _WHY),
            *_costs(0.1, 0.001, 4.0, "assumption", _COST),
        ),
    ),
    _programme(
        "travel_security",
        "Security on journeys abroad: reports, training every six years, clean devices.",
        "S6 (one of four elements)",
        (
            _prevents("theft", 0.2, 0.0, 0.8, _WHY),
            _prevents("coercion", 0.15, 0.0, 0.8, _WHY),
            *_costs(0.02, 0.0002, 1.0, "assumption", _COST),
        ),
    ),
    _programme(
        "security_training",
        "Research-security training: what people give away unawares, and how they are approached.",
        "S6 (one of four elements)",
        (
            _prevents("reward", 0.1, 0.0, 0.8, _WHY),
            _prevents("deception", 0.15, 0.0, 0.8, _WHY),
            _prevents("coercion", 0.1, 0.0, 0.8, _WHY),
            _prevents("theft", 0.1, 0.0, 0.8, _WHY),
            *_costs(0.02, 0.0001, 1.0, "assumption", _COST),
        ),
    ),
    _programme(
        "export_training",
        "Export-control training, and full-time staff who decide what may be shared.",
        "S6 (one of four elements), S9",
        (
            _prevents("deception", 0.15, 0.0, 0.8, _WHY),
            _prevents("reward", 0.05, 0.0, 0.6, _WHY),
            *_costs(0.03, 0.0002, 1.0, "assumption", _COST),
        ),
    ),
    _programme(
        "self_assessment",
        "A checklist with which institutions and project leaders assess their own risks.",
        "S9 (48 % of private universities in Japan had screening rules in 2021)",
        (
            _prevents("reward", 0.05, 0.0, 0.6, _WHY),
            _prevents("deception", 0.1, 0.0, 0.6, _WHY),
            _prevents("theft", 0.05, 0.0, 0.6, _WHY),
            *_costs(0.02, 0.0001, 2.0, "assumption", _COST),
        ),
    ),
    Lever(
        name="awareness",
        title="outreach to researchers",
        aim="protect",
        unit=SHARE,
        lo=0.0,
        hi=1.0,
        combine="complement",
        axes="a",
        channels=("burden_place", "protection_place"),
        apply=_awareness,
        meaning="Outreach and advice for every researcher of the place.",
        source="S8 (decide with the researcher before review)",
        effects=(
            _prevents("reward", 0.05, 0.0, 0.6, _WHY),
            _prevents("deception", 0.05, 0.0, 0.6, _WHY),
            _prevents("coercion", 0.1, 0.0, 0.6, _WHY),
            _time(0.5),
        ),
    ),
)
