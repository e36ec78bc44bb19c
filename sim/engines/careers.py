"""Careers: fear, ageing, tenure, second affiliations and exits, one pass over the rows of a field.

Exit is a hazard by stage, post, funding per head and fear (ODD 7.1). The place's yearly
exit rate comes from data; `exit_base` is that rate divided by the fitted mean of the personal factors, so
that personal factors say who leaves, and the place's rate says how many.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.axes import NONE
from sim.core.kernels import njit
from sim.core.prefetch import prefetch
from sim.core.randomness import draw
from sim.core.ties import place_of, tie_row
from sim.engines.choice import ROUNDING

BLOCK = 512  # people whose fear is looked at side by side
RETIREMENT = 35  # years since entry from which people retire
BOUGHT = np.uint8(2)  # `permanent` of a post that policy bought; 1: of the place's own
STAYS, EXIT_CAREER, EXIT_FEAR, EXIT_CASE = range(4)


class CareerRates(NamedTuple):
    """What the year sets for careers (P places, in the order of the data; O = P origins).

    Attributes
    ----------
    hostility : [P, O], level h of a place towards an origin; hostility_tie : [P, P], towards people with ties to
        another place; threat : [P, P], of place b to place a, 0-1.
    spill, nearness : weights of others' hostility and of ties in threatening places, see `fear_of`.
    exit_base : [P], yearly hazard of exit of a person with factor 1.
    exit_by_stage : [4], exit_permanent : personal factors on the hazard; the fourth stage is retirement.
    exit_fear : log of the factor at full fear.
    case_exit : [P, O], extra yearly hazard through investigations.
    tenure : [P, 3], yearly probability of a permanent post by stage, for talent 1; offered : [P, 3], of that or of a
        post that policy buys; kept : [P], share of bought posts that go on being paid.
    talent_permanent : elasticity of that probability to talent.
    dual_gain : [P, O], yearly rate at which people of origin o working in a gain a second affiliation at home.
    dual_loss : [P, P], yearly rate at which second affiliations in b of people in a end.
    """

    hostility: np.ndarray
    hostility_tie: np.ndarray
    threat: np.ndarray
    spill: float
    nearness: float
    exit_base: np.ndarray
    exit_by_stage: np.ndarray
    exit_permanent: float
    exit_fear: float
    case_exit: np.ndarray
    tenure: np.ndarray
    offered: np.ndarray
    kept: np.ndarray
    talent_permanent: float
    dual_gain: np.ndarray
    dual_loss: np.ndarray


class CareerKeys(NamedTuple):
    """The year's keys of the streams that careers draw from."""

    exit: np.uint64
    permanent: np.uint64
    dual: np.uint64
    lapse: np.uint64


class Leavers(NamedTuple):
    """Who leaves a field this year.

    Attributes
    ----------
    row : [n], ascending; reason : [n], `EXIT_CAREER`, `EXIT_FEAR` or `EXIT_CASE`.
    number : [O, P, 3], agents by origin, place and reason - 1.
    """

    row: np.ndarray
    reason: np.ndarray
    number: np.ndarray


@njit(cache=True, inline="always")
def stage_of(years: int) -> np.uint8:
    """Career stage from years since entry: 0 early (0-7), 1 established (8-19), 2 senior (20+)."""
    return np.uint8(int(years >= 8) + int(years >= 20))  # `+` of NumPy booleans is "or" in plain Python


@njit(cache=True, inline="always")
def exit_factor(years: int, permanent: np.uint8, by_stage: np.ndarray, permanent_factor: float) -> float:
    """Personal factor on the exit hazard, before fear; from `RETIREMENT` years of career on posts hold nobody."""
    if years >= RETIREMENT:
        return by_stage[3]
    return by_stage[stage_of(years)] * (permanent_factor if permanent else 1.0)


@njit(cache=True)
def fear_of(
    people: np.ndarray,
    ties: np.ndarray,
    i: int,
    hostility: np.ndarray,
    hostility_tie: np.ndarray,
    threat: np.ndarray,
    spill: float,
    nearness: float,
) -> float:
    """Fear of person i: ``1 - exp(-own * near)``, with own the hostility towards their origin.

    Near is 1 plus `nearness` times the share of the person's ties that lie in a place that counts as a threat.
    Of the hostility towards people with such ties, people feel `spill`, as far as it exceeds their own (P9).

    Parameters
    ----------
    hostility : [O], level h of the person's place towards each origin; hostility_tie : [P], towards ties to each place.
    threat : [P], threat of each place to the person's place, 0-1.
    """
    near = 0.0
    other = 0.0
    here, own = people[i].place, hostility[people[i].origin]
    for t in range(ties.shape[1]):
        b = place_of(people, ties[i, t])
        if b != NONE and b != here:
            near += threat[b] / ties.shape[1]
            other = max(other, hostility_tie[b] * threat[b])
    # spill-over counts only where it exceeds what the person feels already
    return 1.0 - np.exp(-own * (1.0 + nearness * near) - spill * max(0.0, other - own))


@njit(cache=True)
def set_fear(people: np.ndarray, ties: np.ndarray, start: int, hostile: np.ndarray, rates: CareerRates) -> None:
    """Fear of those of the `BLOCK` people from `start` on whose place is hostile to anybody.

    They are listed first, so that memory is asked for the ties of all of them, then for all whom they are tied to.

    Parameters
    ----------
    hostile : [256], by place.
    """
    n, listed = 0, np.empty(BLOCK, np.int64)
    for i in range(start, min(start + BLOCK, people.shape[0])):
        listed[n] = i
        n += int(hostile[people[i].place])
    for i in listed[:n]:
        prefetch(ties, i)
    for i in listed[:n]:
        for t in range(ties.shape[1]):
            prefetch(people, tie_row(ties[i, t]))
    for i in listed[:n]:
        a = people[i].place
        hostility, hostility_tie, threat = rates.hostility[a], rates.hostility_tie[a], rates.threat[a]
        fear = np.float32(fear_of(people, ties, i, hostility, hostility_tie, threat, rates.spill, rates.nearness))
        if people[i].fear != fear:
            people[i].fear = fear


@njit(cache=True, inline="always")
def gets_tenure(u: float, rate: float, talent: np.float32, talent_permanent: float) -> np.bool_:
    """True if u is below ``rate * talent ** talent_permanent``.

    For exponents from 0 to 1 the power is at most ``1 + exponent * (talent - 1)``, which decides for most.
    """
    bound = rate * (1.0 + talent_permanent * (talent - 1.0)) * ROUNDING
    return u < bound and u < rate * talent ** np.float32(talent_permanent)


@njit(cache=True, inline="always")
def post_of(
    uid: np.uint64,
    permanent: np.uint8,
    talent: np.float32,
    tenure: float,
    offered: float,
    kept: float,
    elasticity: float,
    keys: CareerKeys,
) -> np.uint8:
    """Post of a person: as before, unless its money ends; else one of the place's own, or a bought one.

    Parameters
    ----------
    tenure, offered, kept : `CareerRates` of the person's place and stage; elasticity : `talent_permanent`.
    """
    if permanent == 0:
        u = draw(keys.permanent, uid)
        if gets_tenure(u, tenure, talent, elasticity):
            return np.uint8(1)
        if offered > tenure and gets_tenure(u, offered, talent, elasticity):
            return BOUGHT
    elif permanent == BOUGHT and kept < 1.0 and draw(keys.lapse, uid) >= kept:
        return np.uint8(0)
    return permanent


@njit(cache=True, inline="always")
def exit_reason(u: float, career: float, fear: float, case: float) -> int:
    """Why a person with the number u leaves, if at all; the hazards include those before them."""
    if u >= case:
        return STAYS  # -ln(1 - u) >= u
    u = -np.log(1.0 - u)  # leaves if the hazard exceeds it
    if u >= case:
        return STAYS
    return EXIT_CAREER if u < career else (EXIT_FEAR if u < fear else EXIT_CASE)


@njit(cache=True, nogil=True)
def step(
    year: int, people: np.ndarray, ties: np.ndarray, rates: CareerRates, keys: CareerKeys, leavers: Leavers
) -> int:
    """Set everyone's fear, age everyone of one field by a year and decide who leaves; returns how many do.

    Parameters
    ----------
    people, ties : [n], rows of the field; fear, stage, permanent and dual are written.
    leavers : out, arrays as long as the rows; `number` is added to.
    """
    hostility, hostility_tie = rates.hostility, rates.hostility_tie
    exit_base, by_stage, exit_permanent = rates.exit_base, rates.exit_by_stage, rates.exit_permanent
    exit_fear, case_exit = rates.exit_fear, rates.case_exit
    tenure, offered, kept, gain = rates.tenure, rates.offered, rates.kept, rates.talent_permanent
    dual_gain, dual_loss = rates.dual_gain, rates.dual_loss
    hostile = np.zeros(int(NONE) + 1, np.bool_)
    for a in range(hostility.shape[0]):
        hostile[a] = hostility[a].max() > 0.0 or hostility_tie[a].max() > 0.0
    anywhere = hostile.any()
    n = 0
    for i in range(people.shape[0]):
        if anywhere and i % BLOCK == 0:
            set_fear(people, ties, i, hostile, rates)
        person = people[i]
        if person.uid == 0:
            continue
        a, o = person.place, person.origin
        # columns are written only where they change, so that most rows are only read
        fear = person.fear if hostile[a] else np.float32(0.0)
        if person.fear != fear:
            person.fear = fear
        stage = stage_of(year - person.entry_year)
        if person.stage != stage:
            person.stage = stage
        if person.permanent != 1:
            post = post_of(
                person.uid,
                person.permanent,
                person.talent,
                tenure[a, stage],
                offered[a, stage],
                kept[a],
                gain,
                keys,
            )
            if person.permanent != post:
                person.permanent = post
        if person.dual != NONE:
            if draw(keys.dual, person.uid) < dual_loss[a, person.dual]:
                person.dual = NONE
        elif a != o and stage > 0 and draw(keys.dual, person.uid) < dual_gain[a, o]:
            person.dual = o
        base = exit_base[a] * exit_factor(year - person.entry_year, person.permanent, by_stage, exit_permanent)
        chilled = base * np.exp(exit_fear * fear) if fear != 0.0 else base
        reason = exit_reason(draw(keys.exit, person.uid), base, chilled, chilled + case_exit[a, o])
        if reason != STAYS:
            leavers.row[n], leavers.reason[n] = i, reason
            leavers.number[o, a, reason - 1] += 1
            n += 1
    return n


@njit(cache=True, nogil=True)
def mean_exit_factor(
    year: int,
    people: np.ndarray,
    by_stage: np.ndarray,
    permanent_factor: float,
    total: np.ndarray,
    number: np.ndarray,
) -> None:
    """Sums that calibration divides: ``total[P]`` of personal exit factors and ``number[P]`` of people."""
    for i in range(people.shape[0]):
        person = people[i]
        if person.uid != 0:
            years = year - person.entry_year
            total[person.place] += exit_factor(years, person.permanent, by_stage, permanent_factor)
            number[person.place] += 1
