"""Levers that promote: money, posts, prestige, students, programmes, openness."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.policy.channels import Channels
from sim.policy.levers.base import Context, Effect, Lever

Effects = Mapping[str, float]
PER_1000 = "places a year per 1,000 researchers of 2017"


def _research_funding(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    channels.funding *= 1.0 + s


def _recruit_funding(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    channels.funding_recruits *= 1.0 + s


def _recruit_income(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    channels.income_recruits += s


def _prestige_chairs(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    chairs = s * context.researchers_2017() / 1000.0
    channels.chairs_slots += chairs
    channels.chairs_pull += effects["pull"] * (s > 0)
    channels.recruitment_musd += chairs * effects["cost_musd"]


def _permanent_posts(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    channels.permanent_offer += s


def _student_places(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    channels.student_places += s


def _student_allocation(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    channels.students_to_recruits += s


def _talent_programme(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    """Slots are one pool a place: programmes for different origins share the largest of them."""
    places = s.max(axis=0) * context.researchers_2017() / 1000.0
    channels.programme_slots += places
    channels.programme_pull += effects["pull"] * (s > 0)
    channels.recruitment_musd += places * effects["cost_musd"]


def _startup_grant(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    channels.programme_grant *= 1.0 + s


def _visa_openness(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    channels.visa_open += s


def _joint_programme(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    """A joint programme pays both sides, whoever leads the paper."""
    channels.joint += s + s.T


PROMOTE: tuple[Lever, ...] = (
    Lever(
        "research_funding",
        "promote",
        "relative change of the research budget",
        -0.9,
        2.0,
        "compound",
        "a",
        ("funding",),
        _research_funding,
        "More or less money for research in the issuer's place; output follows with a lag and an elasticity near 0.2.",
        "F1, F3, P24",
    ),
    Lever(
        "recruit_funding",
        "promote",
        "relative change of a recruit's share of the budget",
        -0.9,
        3.0,
        "compound",
        "a",
        ("funding_recruits",),
        _recruit_funding,
        "Research money set aside for people who came within five years; total money of the place unchanged.",
        "P30 (recruits' gains come from funding and team size)",
    ),
    Lever(
        "recruit_income",
        "promote",
        "log change of net income",
        -0.5,
        0.5,
        "add",
        "a",
        ("income_recruits",),
        _recruit_income,
        "Pay or tax relief for foreign recruits: log change of their net income.",
        "U1 (elasticity of foreign stars about 1), U2 (upper bound)",
    ),
    Lever(
        "prestige_chairs",
        "promote",
        PER_1000,
        0.0,
        5.0,
        "add",
        "a",
        ("chairs_pull", "chairs_slots", "recruitment_musd"),
        _prestige_chairs,
        "Named chairs with resources for the top decile of talent; the number of chairs bounds who comes by them.",
        "U0, U3, U4",
        effects=(
            Effect("pull", 0.7, 0.0, 2.0, "log utility", "assumption", "U0: peers and prestige 0.7"),
            Effect("cost_musd", 1.0, 0.1, 10.0, "million $ a chair", "assumption", "order of public chair programmes"),
        ),
    ),
    Lever(
        "permanent_posts",
        "promote",
        "added probability a year",
        0.0,
        0.3,
        "add",
        "a",
        ("permanent_offer",),
        _permanent_posts,
        "Permanent posts on offer: added yearly probability that a researcher without one gets one.",
        "U3 (tenure perspective first when young)",
    ),
    Lever(
        "student_places",
        "promote",
        "log change of places",
        -1.0,
        1.0,
        "add",
        "a",
        ("student_places",),
        _student_places,
        "Doctoral places open to foreigners.",
        "F9, P1",
    ),
    Lever(
        "student_allocation",
        "promote",
        "log change of students",
        -1.0,
        1.0,
        "add",
        "a",
        ("students_to_recruits",),
        _student_allocation,
        "Students and assistants given to people who came within five years.",
        "P30, U0 (student access 0.4)",
    ),
    Lever(
        "talent_programme",
        "promote",
        PER_1000,
        0.0,
        5.0,
        "add",
        "oa",
        ("programme_pull", "programme_slots", "recruitment_musd"),
        _talent_programme,
        "Programme that brings people back: the issuer's own diaspora unless origins are named; places bound it.",
        "S2 (about 500 recruits a year), P30",
        own_origin=True,
        effects=(
            Effect("pull", 1.0, 0.0, 3.0, "log utility", "assumption", "U0: of the size of the home bonus, 1.0"),
            Effect("cost_musd", 0.5, 0.05, 5.0, "million $ a place", "assumption", "start-up package over five years"),
        ),
    ),
    Lever(
        "startup_grant",
        "promote",
        "relative change of output",
        0.0,
        1.0,
        "compound",
        "a",
        ("programme_grant",),
        _startup_grant,
        "Start-up grant and team for people who came within five years: relative change of their output.",
        "P30 (sign; gains by funding and team size)",
    ),
    Lever(
        "visa_openness",
        "promote",
        "log utility",
        0.0,
        2.0,
        "add",
        "oa",
        ("visa_open",),
        _visa_openness,
        "Easier visas and residence for entrants and movers of the named origins.",
        "P29 (people follow open doors)",
    ),
    Lever(
        "joint_programme",
        "promote",
        "log change of the propensity to work together",
        -1.0,
        1.0,
        "add",
        "ab",
        ("joint",),
        _joint_programme,
        "Association, multilateral projects, bilateral funds; negative where a joint programme is ended.",
        "C6, C9 (signs)",
    ),
)
