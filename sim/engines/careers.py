"""Careers: fear felt, ageing, permanent posts, second affiliations and exits, one pass over the rows of a field.

Exit is a hazard by stage, post, funding per head and fear (ODD 7.1). The place's yearly
exit rate comes from data; `exit_scale` is that rate divided by the fitted mean of the personal factors, so
that personal factors say who leaves, and the place's rate says how many.
"""

from __future__ import annotations

import numpy as np

from sim.core.kernels import njit
from sim.core.randomness import draw
from sim.core.ties import tie_place

EXIT_CAREER, EXIT_FEAR, EXIT_CASE = 1, 2, 3
ROUNDING = 1.0 + 1e-6  # on upper bounds: more than single precision can lose


@njit(cache=True, inline="always")
def stage_of(years):
    """Career stage from years since entry: 0 early (0-7), 1 established (8-19), 2 senior (20+)."""
    return np.uint8((years >= 8) + (years >= 20))


@njit(cache=True)
def exit_factor(stage, permanent, stage_factor, permanent_factor):
    """Personal factor on the exit hazard, before fear."""
    return stage_factor[stage] * (permanent_factor if permanent else 1.0)


@njit(cache=True)
def felt(uid, place, ties, i, own, hostility, threat, spill, tie_weight):
    """Fear of person i: ``1 - exp(-own * nearness)``, with own the hostility h[place, origin] towards them.

    Nearness is 1 plus `tie_weight` times the share of the person's ties that lie in a place that counts as a
    threat. People of other origins who have such ties feel `spill` of the hostility towards the partner's
    place (P9).

    Parameters
    ----------
    hostility : [P], level h of the person's place towards each origin.
    threat : [P], threat of each place to the person's place, 0-1.
    """
    near = 0.0
    other = 0.0
    for t in range(ties.shape[1]):
        b = tie_place(uid, place, ties[i, t])
        if b != 255 and b != place[i]:
            near += threat[b] / ties.shape[1]
            other = max(other, hostility[b] * threat[b])
    # spill-over counts only where it exceeds what the person feels already
    return 1.0 - np.exp(-own * (1.0 + tie_weight * near) - spill * max(0.0, other - own))


@njit(cache=True, inline="always")
def gets_post(u, rate, talent, talent_permanent):
    """True if u is below ``rate * talent ** talent_permanent``.

    For exponents from 0 to 1 the power is at most ``1 + exponent * (talent - 1)``, which decides for most.
    """
    if u >= rate * (1.0 + talent_permanent * (talent - 1.0)) * ROUNDING:
        return False
    return u < rate * talent ** np.float32(talent_permanent)


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
    ties,
    hostility,
    threat,
    spill,
    tie_weight,
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
    out_row,
    out_reason,
    out_count,
):
    """Set everyone's fear, age everyone of one field by a year and decide who leaves; returns how many do.

    Parameters
    ----------
    hostility : [P, P], level h of place a towards origin o; threat : [P, P], of place b to place a, 0-1.
    spill, tie_weight : see `felt`.
    exit_scale : [P], hazard of a person with factor 1.
    stage_factor : [3]; permanent_factor, exit_fear : scalars.
    case_exit : [P, P], extra hazard of place a for origin o through investigations.
    permanent_rate : [P, 3], yearly probability of a permanent post by stage.
    dual_gain : [P, P], yearly rate at which people of origin o working in a gain a second affiliation at home.
    dual_loss : [P, P], yearly rate at which second affiliations in b of people in a end.
    out_row, out_reason : out, rows of those who leave, ascending, and why.
    out_count : [origin, place, reason - 1], out, agents.
    """
    hostile = np.zeros(hostility.shape[0], np.bool_)
    for a in range(hostility.shape[0]):
        hostile[a] = hostility[a].max() > 0.0
    n = 0
    for i in range(uid.shape[0]):
        if uid[i] == 0:
            continue
        a, o = place[i], origin[i]
        f = np.float32(0.0)
        if hostile[a]:
            own = hostility[a, o]
            f = np.float32(felt(uid, place, ties, i, own, hostility[a], threat[a], spill, tie_weight))
        # columns are written only where they change, so that most rows are only read
        if fear[i] != f:
            fear[i] = f
        s = stage_of(year - entry_year[i])
        if stage[i] != s:
            stage[i] = s
        if permanent[i] == 0:
            rate = permanent_rate[a, s]
            if gets_post(draw(key_permanent, uid[i]), rate, talent[i], talent_permanent):
                permanent[i] = 1
        if dual[i] != 255:
            if draw(key_dual, uid[i]) < dual_loss[a, dual[i]]:
                dual[i] = 255
        elif a != o and s > 0 and draw(key_dual, uid[i]) < dual_gain[a, o]:
            dual[i] = o
        base = exit_scale[a] * exit_factor(s, permanent[i], stage_factor, permanent_factor)
        chilled = base * np.exp(exit_fear * f) if f != 0.0 else base
        u = draw(key_exit, uid[i])
        hazard = chilled + case_exit[a, o]
        if u >= hazard:
            continue  # stays: -ln(1 - u) >= u
        u = -np.log(1.0 - u)  # leaves if the hazard exceeds it
        if u < hazard:
            reason = EXIT_CAREER if u < base else (EXIT_FEAR if u < chilled else EXIT_CASE)
            out_row[n], out_reason[n] = i, reason
            out_count[o, a, reason - 1] += 1
            n += 1
    return n


@njit(cache=True, nogil=True)
def mean_exit_factor(year, uid, place, entry_year, permanent, stage_factor, permanent_factor, total, n):
    """Sums that calibration divides: ``total[P]`` of personal exit factors and ``n[P]`` of people."""
    for i in range(uid.shape[0]):
        if uid[i] != 0:
            stage = stage_of(year - entry_year[i])
            total[place[i]] += exit_factor(stage, permanent[i], stage_factor, permanent_factor)
            n[place[i]] += 1
