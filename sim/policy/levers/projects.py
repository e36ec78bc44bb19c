"""Levers that act on projects and knowledge: screening, bans, outflow, military direction, alliance condition."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.core.axes import KINDS, WAYS
from sim.policy.channels import Channels
from sim.policy.levers.base import Context, Effect, Lever, left_over, sensitive_weights, towards_threats

Effects = Mapping[str, float]
SENSITIVE = [k for k, kind in enumerate(KINDS) if kind.startswith("sensitive")]


def _project_screening(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    """A project costs time if any of its possible partners is screened; it is protected towards these only."""
    channels.screened[:] = left_over(channels.screened, s.max(axis=3))
    seen = np.tensordot(sensitive_weights(), s, axes=2)
    deception = WAYS.index("deception")
    channels.protection_place[deception] = left_over(channels.protection_place[deception], seen * effects["deception"])


def _screening_refusal(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    screened = context.strengths.get("project_screening")
    if screened is not None:
        channels.friction[:] = left_over(channels.friction, screened * s)


def _partner_ban(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    channels.friction[:] = left_over(channels.friction, s)


def _outflow_restriction(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    """Axes [destination, issuer]: what the destination can reach of the issuer's knowledge shrinks."""
    channels.openness *= 1.0 - s
    theft = WAYS.index("theft")
    channels.protection_place[theft] = left_over(channels.protection_place[theft], s.T * effects["theft"])
    channels.burden_place[:] = left_over(channels.burden_place, s.max(axis=0) * effects["time"])


def _military_direction(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    channels.military[:] = left_over(channels.military, s)


def _alliance_condition(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    """Sensitive projects with a partner below the standard are refused in proportion to what is missing."""
    if effects["standard"] <= 0.0:
        return
    missing = np.clip(1.0 - _protection_level(channels, context) / effects["standard"], 0.0, 1.0)
    refused = s * missing
    channels.friction[SENSITIVE] = left_over(channels.friction[SENSITIVE], refused[None, None])


def _protection_level(channels: Channels, context: Context) -> np.ndarray:
    """Share of leaks that partner b prevents towards the threats of issuer a [a, b].

    Mean over ways, institutions weighted by researchers; where a has no threats, mean over all places.
    """
    data = context.data
    weighted = channels.protection_institution.mean(axis=0) * data.institution_weight
    inside = np.bincount(data.institution_place, weights=weighted, minlength=len(data.iso3))
    towards = towards_threats(channels.protection_place.mean(axis=0)[None], context.threat[:, None])
    return left_over(towards, inside[None])


PROJECTS: tuple[Lever, ...] = (
    Lever(
        "project_screening",
        "protect",
        "share of projects screened",
        0.0,
        1.0,
        "complement",
        "kfab",
        ("screened", "protection_place"),
        _project_screening,
        "Risk review of projects before they are funded, by field, sensitivity, type and partner.",
        "P20 (4.1 % of proposals), S7 (2-6 %)",
        effects=(
            Effect(
                "deception",
                0.5,
                0.05,
                0.95,
                "share of leaks by deception prevented in screened projects",
                "assumption",
                "no estimate exists (S1)",
            ),
        ),
    ),
    Lever(
        "screening_refusal",
        "protect",
        "share of screened projects refused",
        0.0,
        1.0,
        "weighted",
        "kfab",
        ("friction",),
        _screening_refusal,
        "Share of the same policy's screened projects that may not go on with the partner.",
        "P19 (2 % of applications)",
        of="project_screening",
    ),
    Lever(
        "partner_ban",
        "protect",
        "share of collaborations refused",
        0.0,
        1.0,
        "complement",
        "kfab",
        ("friction",),
        _partner_ban,
        "Ban on working with the named partners, by field, sensitivity and type of research.",
        "S8 (the alternative that JASON 2024 advises against), P33",
    ),
    Lever(
        "outflow_restriction",
        "protect",
        "share of knowledge closed",
        0.0,
        1.0,
        "complement",
        "da",
        ("openness", "burden_place", "protection_place"),
        _outflow_restriction,
        "The issuer closes data, theses and results to the named destinations.",
        "S10 (dates), S8 (sign)",
        effects=(
            Effect("theft", 0.3, 0.0, 0.9, "share of leaks by theft prevented", "assumption", "no estimate exists"),
            Effect("time", 0.002, 0.0, 0.05, "share of research time", "assumption", "export reviews: 4 h a year"),
        ),
    ),
    Lever(
        "military_direction",
        "protect",
        "share of open basic research",
        0.0,
        1.0,
        "complement",
        "a",
        ("military",),
        _military_direction,
        "Open basic research directed to military ends, where it becomes sensitive.",
        "assumption",
    ),
    Lever(
        "alliance_condition",
        "protect",
        "share of joint sensitive projects refused",
        0.0,
        1.0,
        "complement",
        "ab",
        ("friction",),
        _alliance_condition,
        "Joint sensitive projects only with partners whose protection meets the issuer's standard.",
        "S6 (shared standards); strength an assumption",
        effects=(
            Effect(
                "standard",
                0.15,
                0.0,
                1.0,
                "share of leaks prevented that is asked of the partner",
                "assumption",
                "about what the four elements of S6 give together",
            ),
        ),
    ),
)
