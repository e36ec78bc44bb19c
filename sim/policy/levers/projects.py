"""Levers that act on projects and knowledge: screening, bans, outflow, military direction, alliance condition."""

from __future__ import annotations

import numpy as np

from sim.core.axes import KINDS, WAYS
from sim.policy.channels import Channels
from sim.policy.levers.base import (
    Context,
    Effect,
    Effects,
    Lever,
    acts_on,
    left_over,
    sensitive_weights,
    towards_threats,
)

SENSITIVE = [k for k, kind in enumerate(KINDS) if kind.startswith("sensitive")]


def _project_screening(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    """A project with a partner who is screened takes time; it is protected towards these only."""
    channels.screened[:] = left_over(channels.screened, s)
    seen = np.tensordot(sensitive_weights(), s, axes=2)
    deception, stopped = WAYS.index("deception"), seen * effects["sensitivity"]
    channels.protection_place[deception] = left_over(channels.protection_place[deception], stopped)


def _screening_refusal(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    screened = context.strengths.get("project_screening")
    if screened is not None:
        channels.friction[:] = left_over(channels.friction, screened * s)


def _outflow_restriction(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    """Axes [destination, issuer]: what the destination can reach of the issuer's knowledge shrinks."""
    channels.openness *= 1.0 - s
    theft = WAYS.index("theft")
    channels.protection_place[theft] = left_over(channels.protection_place[theft], s.T * effects["theft"])
    channels.burden_place[:] = left_over(channels.burden_place, s.max(axis=0) * effects["time"])


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
        name="project_screening",
        title="reviews of projects",
        aim="protect",
        unit="share of projects screened",
        lo=0.0,
        hi=1.0,
        combine="complement",
        axes="kfab",
        channels=("screened", "protection_place"),
        apply=_project_screening,
        meaning="Risk review of projects with the named partners, by field, sensitivity and type. It is a test: its "
        "sensitivity is an effect below, its specificity follows from screening_refusal.",
        source="P20 (4.1 % of proposals), S7 (2-6 %)",
        effects=(
            Effect(
                "sensitivity",
                0.5,
                0.05,
                0.95,
                "share of exposure by deception that reviews of projects with the partner stop",
                "assumption",
                "no estimate exists (S1)",
                unknown=True,
            ),
        ),
    ),
    Lever(
        name="screening_refusal",
        aim="protect",
        unit="share of screened projects refused",
        lo=0.0,
        hi=1.0,
        combine="weighted",
        axes="kfab",
        channels=("friction",),
        apply=_screening_refusal,
        meaning="The share of projects screened by the same policy that have to drop the partner. Nearly all of them "
        "are harmless, so this is one minus the specificity of the review.",
        source="P19 (2 % of applications)",
        of="project_screening",
    ),
    Lever(
        name="partner_ban",
        title="bans on partners",
        aim="protect",
        unit="share of collaborations refused",
        lo=0.0,
        hi=1.0,
        combine="complement",
        axes="kfab",
        channels=("friction",),
        apply=acts_on("friction", left_over),
        meaning="Ban on working with the named partners, by field, sensitivity and type of research. As all rules on "
        "joint work it is between the lead of a paper and each partner: both places may still be partners of a third.",
        source="S8 (the alternative that JASON 2024 advises against), P33",
    ),
    Lever(
        name="outflow_restriction",
        title="closing data and results",
        aim="protect",
        unit="share of knowledge closed",
        lo=0.0,
        hi=1.0,
        combine="complement",
        axes="da",
        channels=("openness", "burden_place", "protection_place"),
        apply=_outflow_restriction,
        meaning="The issuer closes its data, theses and results to the named destinations.",
        source="S10 (dates), S8 (sign)",
        effects=(
            Effect(
                "theft",
                0.3,
                0.0,
                0.9,
                "share of leaks by theft prevented",
                "assumption",
                "no estimate exists",
                unknown=True,
            ),
            Effect("time", 0.002, 0.0, 0.05, "share of research time", "assumption", "export reviews: 4 h a year"),
        ),
    ),
    Lever(
        name="military_direction",
        title="directing research to military ends",
        aim="protect",
        unit="share of open basic research",
        lo=0.0,
        hi=1.0,
        combine="complement",
        axes="a",
        channels=("military",),
        apply=acts_on("military", left_over),
        meaning="Open basic research that is directed to military ends and so becomes sensitive.",
        source="assumption",
    ),
    Lever(
        name="alliance_condition",
        title="conditions on partners' protection",
        aim="protect",
        unit="share of joint sensitive projects refused",
        lo=0.0,
        hi=1.0,
        combine="complement",
        axes="ab",
        channels=("friction",),
        apply=_alliance_condition,
        meaning="No joint sensitive projects with partners whose protection falls short of the issuer's standard.",
        source="S6 (shared standards); strength an assumption",
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
