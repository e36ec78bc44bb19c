"""Levers that promote: money, posts, prestige, students, programmes, openness."""

from __future__ import annotations

import numpy as np

from sim.policy.channels import Channels
from sim.policy.levers.base import Context, Effect, Effects, Lever, acts_on, grown

PER_1000 = "places a year per 1,000 researchers of 2017"


def _prestige_chairs(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    chairs = s * context.researchers_2017() / 1000.0
    channels.chairs_slots += chairs
    channels.chairs_pull += effects["pull"] * (s > 0)


def _talent_programme(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    """Slots are one pool a place: programmes for different origins share the largest of them."""
    places = s.max(axis=0) * context.researchers_2017() / 1000.0
    channels.programme_slots += places
    channels.programme_pull += effects["pull"] * (s > 0)


def _joint_programme(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    """A joint programme pays both sides, whoever leads the paper."""
    channels.joint += s + s.T


PROMOTE: tuple[Lever, ...] = (
    Lever(
        name="research_funding",
        aim="promote",
        unit="relative change of academic money",
        lo=-0.9,
        hi=2.0,
        combine="compound",
        axes="a",
        channels=("funding",),
        apply=acts_on("funding", grown),
        meaning="New money for research, or a cut, with its bill. Output follows with a lag and an elasticity of about "
        "0.2.",
        price="new money itself: its bill",
        source="F1, F3, P24",
    ),
    Lever(
        name="recruit_funding",
        aim="promote",
        unit="relative change of a recruit's research money",
        lo=-0.9,
        hi=3.0,
        combine="compound",
        axes="a",
        channels=("funding_recruits",),
        apply=acts_on("funding_recruits", grown),
        meaning="Research money taken from incumbents and given to people who came within the last five years.",
        price="research money of incumbents",
        source="P30 (recruits' gains come from funding and team size)",
    ),
    Lever(
        name="recruit_income",
        aim="promote",
        unit="log change of net income",
        lo=-0.5,
        hi=0.5,
        combine="add",
        axes="a",
        channels=("income_recruits",),
        apply=acts_on("income_recruits", np.add),
        meaning="Higher pay or tax relief for foreign recruits.",
        price="pay",
        source="U1 (elasticity of foreign stars about 1), U2 (upper bound)",
    ),
    Lever(
        name="prestige_chairs",
        aim="promote",
        unit=PER_1000,
        lo=0.0,
        hi=5.0,
        combine="add",
        axes="a",
        channels=("chairs_pull", "chairs_slots"),
        apply=_prestige_chairs,
        meaning="Named chairs with resources for the top tenth by talent. No more people come by them than there are "
        "chairs.",
        price="chair",
        source="U0, U3, U4",
        effects=(Effect("pull", 0.7, 0.0, 2.0, "log utility", "assumption", "U0: peers and prestige 0.7"),),
    ),
    Lever(
        name="permanent_posts",
        aim="promote",
        unit="added probability a year",
        lo=0.0,
        hi=0.3,
        combine="add",
        axes="a",
        channels=("permanent_offer",),
        apply=acts_on("permanent_offer", np.add),
        meaning="More permanent posts: added to the yearly chance that a researcher without one gets one. Paid for as "
        "long as they are held.",
        price="post",
        source="U3 (tenure perspective first when young)",
    ),
    Lever(
        name="student_places",
        aim="promote",
        unit="log change of places",
        lo=-1.0,
        hi=1.0,
        combine="add",
        axes="a",
        channels=("student_places",),
        apply=acts_on("student_places", np.add),
        meaning="Doctoral places open to foreigners, as many as can be paid for.",
        price="doctoral_place",
        source="F9, P1",
    ),
    Lever(
        name="student_allocation",
        aim="promote",
        unit="log change of students",
        lo=-1.0,
        hi=1.0,
        combine="add",
        axes="a",
        channels=("students_to_recruits",),
        apply=acts_on("students_to_recruits", np.add),
        meaning="Students and assistants of incumbents who work for people who came within the last five years.",
        price="students of incumbents",
        source="P30, U0 (student access 0.4)",
    ),
    Lever(
        name="talent_programme",
        aim="promote",
        unit=PER_1000,
        lo=0.0,
        hi=5.0,
        combine="add",
        axes="oa",
        channels=("programme_pull", "programme_slots"),
        apply=_talent_programme,
        meaning="A programme that brings people back: the issuer's own diaspora, unless origins are named. No more "
        "come by it than it has places.",
        price="programme_place",
        source="S2 (about 500 recruits a year), P30",
        own_origin=True,
        effects=(Effect("pull", 1.0, 0.0, 3.0, "log utility", "assumption", "U0: of the size of the home bonus, 1.0"),),
    ),
    Lever(
        name="startup_grant",
        aim="promote",
        unit="relative change of a recruit's research money",
        lo=0.0,
        hi=3.0,
        combine="compound",
        axes="a",
        channels=("funding_recruits",),
        apply=acts_on("funding_recruits", grown),
        meaning="Start-up money, taken from incumbents, for people who came within the last five years; 0.61 buys 10 % "
        "more output.",
        price="research money of incumbents",
        source="P30 (sign; gains by funding and team size); F1",
    ),
    Lever(
        name="visa_openness",
        title="easier visas",
        aim="promote",
        unit="log utility",
        lo=0.0,
        hi=2.0,
        combine="add",
        axes="oa",
        channels=("visa_open",),
        apply=acts_on("visa_open", np.add),
        meaning="Easier visas and residence permits for entrants and movers of the named origins.",
        source="P29 (people follow open doors)",
    ),
    Lever(
        name="joint_programme",
        aim="promote",
        unit="log change of the propensity to work together",
        lo=-1.0,
        hi=1.0,
        combine="add",
        axes="ab",
        channels=("joint",),
        apply=_joint_programme,
        meaning="Joint programmes such as an association, multilateral projects or bilateral funds, paid for by both "
        "sides. Negative if one is ended, which frees no money.",
        price="joint_project",
        source="C6, C9 (signs)",
    ),
)
