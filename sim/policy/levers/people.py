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
        meaning="Visas refused: the share of entrants (stage early) and of researchers who want to move (established, "
        "senior).",
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
        meaning="Mean delay that visa screening adds for entrants and movers of the named origins.",
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
        meaning="Exit permits and travel bans: the share of moves out of the issuer's place that are stopped.",
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
        meaning="Investigations of researchers, whatever their origin, who have co-authors or a second affiliation in "
        "the named places (origins). Cases chosen by risk deter leaks; every case that finds nothing frightens people.",
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
        meaning="The share of the same policy's investigations that are chosen by risk; the rest go by profile "
        "(origin). How many of each find a breach follows from params.security (sensitivity, specificity).",
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
        meaning="Hostility that people of the named origins feel apart from any rule; a level h of 0.7 makes half of "
        "them fearful.",
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
        meaning="Researchers in the issuer's place may not join talent programmes of the partner places or hold a "
        "second affiliation there.",
        source="S2, P15 (undisclosed programmes)",
    ),
)
