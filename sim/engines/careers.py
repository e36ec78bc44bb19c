"""Careers: fear felt, ageing, permanent posts, second affiliations and exits, one pass over the rows of a field.

Exit is a hazard by stage, post, funding per head and fear (MODEL section 4, Careers). The place's yearly
exit rate comes from data; `exit_scale` is that rate divided by the fitted mean of the personal factors, so
that personal factors say who leaves, and the place's rate says how many.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.randomness import uniform
from sim.ties import tie_place

EXIT_NONE, EXIT_CAREER, EXIT_FEAR, EXIT_CASE = 0, 1, 2, 3


@njit(cache=True, inline="always")
def stage_of(years):
    """Career stage from years since entry: 0 early (0-7), 1 established (8-19), 2 senior (20+)."""
    return np.uint8(0) if years < 8 else (np.uint8(1) if years < 20 else np.uint8(2))


@njit(cache=True)
def exit_factor(stage, permanent, stage_factor, permanent_factor):
    """Personal factor on the exit hazard, before fear."""
    return stage_factor[stage] * (permanent_factor if permanent else 1.0)


@njit(cache=True, nogil=True)
def feel(uid, origin, place, fear, ties, hostility, threat, spill, tie_weight):
    """Set each person's fear from the hostility of their place towards their origin.

    ``fear_i = 1 - exp(-h[place, origin] * nearness_i)``; nearness is 1 plus `tie_weight` times the share of
    the person's ties that lie in a place that counts as a threat. People of other origins who have such ties
    feel `spill` of the hostility towards the partner's place (P9).

    Parameters
    ----------
    hostility : [P, P], level h of place a towards origin o.
    threat : [P, P], threat of place b to place a, 0-1.
    """
    hostile = np.zeros(hostility.shape[0], np.bool_)
    for a in range(hostility.shape[0]):
        hostile[a] = hostility[a].max() > 0.0
    for i in range(uid.shape[0]):
        if uid[i] == 0:
            continue
        a = place[i]
        if not hostile[a]:
            fear[i] = 0.0
            continue
        own = hostility[a, origin[i]]
        near = 0.0
        other = 0.0
        for t in range(ties.shape[1]):
            b = tie_place(uid, place, ties[i, t])
            if b != 255 and b != a:
                near += threat[a, b] / ties.shape[1]
                other = max(other, hostility[a, b] * threat[a, b])
        # spill-over counts only where it exceeds what the person feels already
        fear[i] = 1.0 - np.exp(-own * (1.0 + tie_weight * near) - spill * max(0.0, other - own))


@njit(cache=True, nogil=True)
def step(
    year,
    uid,
    origin,
    place,
    entry_year,
    stage,
    permanent,
    talent,
    fear,
    dual,
    exit_scale,
    stage_factor,
    permanent_factor,
    exit_fear,
    case_exit,
    permanent_rate,
    talent_permanent,
    dual_gain,
    dual_loss,
    key_exit,
    key_permanent,
    key_dual,
    exit_reason,
):
    """Age everyone of one field by a year and decide who leaves; returns nothing, writes columns.

    Parameters
    ----------
    exit_scale : [P], hazard of a person with factor 1.
    stage_factor : [3]; permanent_factor, exit_fear : scalars.
    case_exit : [P, P], extra hazard of place a for origin o through investigations.
    permanent_rate : [P, 3], yearly probability of a permanent post by stage.
    dual_gain : [P, P], yearly rate at which people of origin o working in a gain a second affiliation at home.
    dual_loss : [P], yearly rate at which second affiliations of people in a end.
    exit_reason : [rows] uint8, out: 0 stays, 1 career, 2 fear, 3 investigation.
    """
    zero = np.uint64(0)
    one = np.uint64(1)
    for i in range(uid.shape[0]):
        exit_reason[i] = EXIT_NONE
        if uid[i] == 0:
            continue
        a = place[i]
        o = origin[i]
        stage[i] = stage_of(year - entry_year[i])
        if permanent[i] == 0:
            rate = permanent_rate[a, stage[i]] * talent[i] ** talent_permanent
            if uniform(key_permanent, uid[i], zero) < rate:
                permanent[i] = 1
        if dual[i] != 255:
            if uniform(key_dual, uid[i], one) < dual_loss[a]:
                dual[i] = 255
        elif a != o and stage[i] > 0 and uniform(key_dual, uid[i], zero) < dual_gain[a, o]:
            dual[i] = o
        base = exit_scale[a] * exit_factor(stage[i], permanent[i], stage_factor, permanent_factor)
        chilled = base * np.exp(exit_fear * fear[i])
        u = uniform(key_exit, uid[i], zero)
        if u >= chilled + case_exit[a, o]:
            continue  # stays: -ln(1 - u) >= u
        u = -np.log(1.0 - u)  # leaves if the hazard exceeds it
        if u < base:
            exit_reason[i] = EXIT_CAREER
        elif u < chilled:
            exit_reason[i] = EXIT_FEAR
        elif u < chilled + case_exit[a, o]:
            exit_reason[i] = EXIT_CASE


@njit(cache=True, nogil=True)
def mean_exit_factor(year, uid, place, entry_year, permanent, stage_factor, permanent_factor, total, n):
    """Sums that calibration divides: ``total[P]`` of personal exit factors and ``n[P]`` of people."""
    for i in range(uid.shape[0]):
        if uid[i] != 0:
            stage = stage_of(year - entry_year[i])
            total[place[i]] += exit_factor(stage, permanent[i], stage_factor, permanent_factor)
            n[place[i]] += 1
