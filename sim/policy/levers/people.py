"""Levers that act on people: visas, exit permits, investigations, hostility, bans on second affiliations."""

from __future__ import annotations

import numpy as np

from sim.policy.channels import Channels
from sim.policy.levers.base import FLOWS, Context, Effect, Effects, Lever, acts_on, left_over


def _visa_refusal(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    channels.entry_refused[:] = left_over(channels.entry_refused, s[FLOWS.index("entry")])
    channels.move_refused[:] = left_over(channels.move_refused, s[FLOWS.index("move")])


def _investigations(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    """Only cases aimed by risk deter; those that go by a profile teach nobody to keep the rules.

    Who has ties to the state in question, by whichever way, thinks twice; ties to other states are left alone.
    """
    channels.case_rate += s
    aimed = s * context.strengths.get("enforcement_precision", 1.0)
    deterred = 1.0 - (1.0 - effects["deterrence"]) ** (aimed / 0.001)
    channels.protection_place[:] = left_over(channels.protection_place, deterred)


def _enforcement_precision(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    """Precision stays 1 where nobody is investigated."""
    rate = context.strengths.get("investigations")
    if rate is not None:
        channels.precision[:] = np.where(rate > 0, s, channels.precision)


PEOPLE: tuple[Lever, ...] = (
    Lever(
        name="visa_refusal",
        title="visa refusals",
        aim="protect",
        unit="share refused",
        lo=0.0,
        hi=1.0,
        combine="complement",
        axes="efoa",
        channels=("entry_refused", "move_refused"),
        apply=_visa_refusal,
        meaning="Visa screening: share of entrants (stage early) and of moving researchers (established, senior) "
        "refused.",
        source="P17 (0.10-0.27 of Chinese STEM starters), P19 (2 % of applications)",
    ),
    Lever(
        name="visa_delay",
        title="visa delays",
        aim="protect",
        unit="years",
        lo=0.0,
        hi=2.0,
        combine="add",
        axes="oa",
        channels=("visa_delay",),
        apply=acts_on("visa_delay", np.add),
        meaning="Mean delay that screening adds to entries and moves of the named origins.",
        source="P19 (most decided in 30 working days)",
    ),
    Lever(
        name="exit_restriction",
        title="exit permits",
        aim="protect",
        unit="share of moves stopped",
        lo=0.0,
        hi=1.0,
        combine="complement",
        axes="a",
        channels=("outmove_refused",),
        apply=acts_on("outmove_refused", left_over),
        meaning="Exit permits and travel bans: share of moves out of the issuer's place that is stopped.",
        source="assumption (historical systems of exit permits)",
    ),
    Lever(
        name="investigations",
        aim="protect",
        unit="cases per exposed researcher-year",
        lo=0.0,
        hi=0.1,
        combine="add",
        axes="ao",
        channels=("case_rate", "protection_place"),
        apply=_investigations,
        meaning="Investigations of researchers, of whatever origin, with co-authors or a second affiliation in the "
        "named places (origins). What is aimed by risk deters; what finds nothing, by either rule, frightens.",
        source="P13-P16; P16 counts per principal investigator with co-authors in China, of any origin",
        effects=(
            Effect(
                "deterrence",
                0.05,
                0.0,
                0.5,
                "share of leaks deterred per 0.001 risk-aimed cases per exposed researcher-year",
                "assumption",
                "no estimate exists; swept to half of all leaks, so that restriction is not a loss by construction",
                unknown=True,
            ),
        ),
    ),
    Lever(
        name="enforcement_precision",
        aim="protect",
        unit="share aimed by risk",
        lo=0.0,
        hi=1.0,
        combine="weighted",
        axes="ao",
        channels=("precision",),
        apply=_enforcement_precision,
        meaning="Share of the same policy's investigations that follow a rule by risk; the rest go by a profile "
        "(origin). Which share of each finds a breach follows from params.security (sensitivity, specificity).",
        source="P13: 88 % of the charged were of one origin",
        neutral=1.0,
        of="investigations",
    ),
    Lever(
        name="rhetoric",
        aim="protect",
        unit="fear level h",
        lo=0.0,
        hi=3.0,
        combine="add",
        axes="ao",
        channels=("hostility",),
        apply=acts_on("hostility", np.add),
        meaning="Hostility that people of the named origins perceive beside any rule; h = 0.7 leaves half of them "
        "fearful.",
        source="P1, P8, P9",
    ),
    Lever(
        name="programme_ban",
        title="bans on foreign talent programmes",
        aim="protect",
        unit="share ended",
        lo=0.0,
        hi=1.0,
        combine="complement",
        axes="ab",
        channels=("dual_banned",),
        apply=acts_on("dual_banned", left_over),
        meaning="Ban on talent programmes of, and second affiliations in, the partner places for researchers in the "
        "issuer's.",
        source="S2, P15 (undisclosed programmes)",
    ),
)
