"""Levers that act on people: visas, exit permits, investigations, hostility, bans on second affiliations."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.policy.channels import Channels
from sim.policy.levers.base import FLOWS, Context, Effect, Lever, left_over

Effects = Mapping[str, float]


def _visa_refusal(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    channels.entry_refused[:] = left_over(channels.entry_refused, s[FLOWS.index("entry")])
    channels.move_refused[:] = left_over(channels.move_refused, s[FLOWS.index("move")])


def _visa_delay(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    channels.visa_delay += s


def _exit_restriction(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    channels.outmove_refused[:] = left_over(channels.outmove_refused, s)


def _investigations(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    """Only cases aimed by risk deter; those that fall on a profile teach nobody to keep the rules.

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


def _rhetoric(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    channels.hostility += s


def _programme_ban(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    channels.dual_banned[:] = left_over(channels.dual_banned, s)


PEOPLE: tuple[Lever, ...] = (
    Lever(
        "visa_refusal",
        "protect",
        "share refused",
        0.0,
        1.0,
        "complement",
        "efoa",
        ("entry_refused", "move_refused"),
        _visa_refusal,
        "Visa screening: share of entrants (stage early) and of moving researchers (established, senior) refused.",
        "P17 (0.10-0.27 of Chinese STEM starters), P19 (2 % of applications)",
    ),
    Lever(
        "visa_delay",
        "protect",
        "years",
        0.0,
        2.0,
        "add",
        "oa",
        ("visa_delay",),
        _visa_delay,
        "Mean delay that screening adds to entries and moves of the named origins.",
        "P19 (most decided in 30 working days)",
    ),
    Lever(
        "exit_restriction",
        "protect",
        "share of moves stopped",
        0.0,
        1.0,
        "complement",
        "a",
        ("outmove_refused",),
        _exit_restriction,
        "Exit permits and travel bans: share of moves out of the issuer's place that is stopped.",
        "assumption (historical systems of exit permits)",
    ),
    Lever(
        "investigations",
        "protect",
        "cases per exposed researcher-year",
        0.0,
        0.1,
        "add",
        "ao",
        ("case_rate", "protection_place"),
        _investigations,
        "Investigations of researchers, of whatever origin, with co-authors or a second affiliation in the named "
        "places (origins); what is aimed by risk deters, what falls on the profile, people of that origin, frightens.",
        "P13-P16; P16 counts per principal investigator with co-authors in China, of any origin",
        effects=(
            Effect(
                "deterrence",
                0.05,
                0.0,
                0.5,
                "share of leaks deterred per 0.001 risk-aimed cases per exposed researcher-year",
                "assumption",
                "no estimate exists; swept to half of all leaks, so that restriction is not a loss by construction",
            ),
        ),
    ),
    Lever(
        "enforcement_precision",
        "protect",
        "share aimed by risk",
        0.0,
        1.0,
        "weighted",
        "ao",
        ("precision",),
        _enforcement_precision,
        "Share of the same policy's investigations that is aimed by risk; the rest falls on a profile (origin).",
        "S3 (0.2-0.35 in the China Initiative), P13",
        neutral=1.0,
        of="investigations",
    ),
    Lever(
        "rhetoric",
        "protect",
        "fear level h",
        0.0,
        3.0,
        "add",
        "ao",
        ("hostility",),
        _rhetoric,
        "Hostility that people of the named origins perceive beside any rule; h = 0.7 leaves half of them fearful.",
        "P1, P8, P9",
    ),
    Lever(
        "programme_ban",
        "protect",
        "share ended",
        0.0,
        1.0,
        "complement",
        "ab",
        ("dual_banned",),
        _programme_ban,
        "Ban on talent programmes of, and second affiliations in, the partner places for researchers in the issuer's.",
        "S2, P15 (undisclosed programmes)",
    ),
)
