"""Mobility: who moves, and where to (ODD 7.4).

The intensity of person i in place c for place d is ``R[c, d] * home * tie * exp(utility) * openness * micro_i``.
All but micro_i and ties depend on a cell (field, place, origin, stage, elite), so the sum over places is a
matrix product a year, and a person's exact hazard costs a handful of operations: the cell's sum plus a
correction for each place that holds a past co-author. Only movers look at all places.

Nobody's power or exponential is taken where a cheap bound decides already; bounds never change a decision.

Elite is the top decile of talent, which weighs prestige more (U7) and to which chairs are offered.
"""

from __future__ import annotations

import numpy as np

from sim.core.kernels import njit
from sim.core.randomness import draw, person_key, uniform, unit
from sim.core.ties import tie_place
from sim.engines.careers import ROUNDING
from sim.engines.move_plan import N_ELITE, N_STAGES


@njit(cache=True, inline="always")
def micro(stage, permanent, talent, fear, age, permanent_factor, talent_elasticity, fear_leave):
    """Personal factor on the hazard: age, post, talent, fear."""
    level = age[stage] * (permanent_factor if permanent else 1.0) * talent ** np.float32(talent_elasticity)
    return level * np.exp(fear_leave * fear) if fear != 0.0 else level


@njit(cache=True, inline="always")
def studied_abroad(year, origin, entry_place, entry_year):
    """True in the first six years of people who entered research outside their origin (M16)."""
    return entry_place != origin and year - entry_year < 6


@njit(cache=True, nogil=True)
def sum_people(
    uid,
    origin,
    place,
    stage,
    permanent,
    talent,
    fear,
    elite_talent,
    age,
    permanent_factor,
    talent_elasticity,
    fear_leave,
    home_early,
    scale,
    key_move,
    people,
    cell,
    needed,
):
    """Add real persons times micro factor to ``people[from, origin, stage, elite]``; one pass over the columns.

    Parameters
    ----------
    home_early : factor (>= 1) on going home in the first years after study abroad.
    cell : [rows] int32, out: index of the person's cell in the flattened `people`.
    needed : [rows] float32, out: hazard that the cell must reach before the person can move, infinite in free rows.
    """
    n_places = people.shape[0]
    flat = people.reshape(-1)
    for i in range(uid.shape[0]):
        if uid[i] == 0:
            cell[i], needed[i] = 0, np.inf
            continue
        c, o = np.int64(place[i]), np.int64(origin[i])
        e = 1 if talent[i] >= elite_talent else 0
        k = ((c * n_places + o) * N_STAGES + stage[i]) * N_ELITE + e
        m = micro(stage[i], permanent[i], talent[i], fear[i], age, permanent_factor, talent_elasticity, fear_leave)
        flat[k] += scale * m
        cell[i] = k
        needed[i] = draw(key_move, uid[i]) / (m if c == o else m * home_early)


@njit(cache=True, inline="always")
def places_with_ties(uid, place, ties, i, here, found, count):
    """Distinct places other than `here` that hold past co-authors of i, with their number; returns how many."""
    n = 0
    for t in range(ties.shape[1]):
        b = tie_place(uid, place, ties[i, t])
        if b == 255 or b == here:
            continue
        k = 0
        while k < n and found[k] != b:
            k += 1
        if k == n:
            found[n] = b
            count[n] = 0
            n += 1
        count[k] += 1
    return n


@njit(cache=True)
def choose(weight, pkey):
    """Index of the largest ``ln(weight) + Gumbel``, -1 if no weight is positive.

    The Gumbel numbers are ``-ln(-ln u)`` with u of (pkey, index), so this is the smallest ``-ln(u) / weight``;
    since -ln(u) >= 1 - u, most logarithms need not be taken.
    """
    best = -1
    least = np.inf
    for d in range(weight.shape[0]):
        if weight[d] > 0.0:
            u = unit(pkey, np.uint64(d))
            if 1.0 - u < least * weight[d] * ROUNDING:
                value = -np.log(u) / weight[d]
                if value < least:
                    best, least = d, value
    return best


@njit(cache=True, nogil=True)
def propose(
    year,
    uid,
    origin,
    place,
    entry_place,
    entry_year,
    stage,
    permanent,
    talent,
    fear,
    ties,
    cell,
    needed,
    age,
    permanent_factor,
    talent_elasticity,
    fear_leave,
    tie,
    home_early,
    base,
    attract,
    total,
    scale,
    hazard,
    accept,
    fit,
    key_move,
    key_destination,
    key_cap,
    out_row,
    out_place,
    out_tie,
):
    """Movers of one field; fills the three `out` arrays and returns how many.

    Parameters
    ----------
    cell, needed : of `sum_people`, which say who can move at all; only their columns are read.
    attract, total, scale, hazard : the field's slices of `MovePlan`.
    tie : exponent on 1 + number of past co-authors at the destination.
    home_early : factor on going home in the first years after study abroad.
    accept, fit : share of arrivals with a vacancy [P] for talent 1, and weight of talent in who gets one.
    """
    found = np.empty(ties.shape[1], np.uint8)
    count = np.empty(ties.shape[1], np.int64)
    drawn_by = (1.0 + np.arange(ties.shape[1] + 1)) ** tie  # factor of a place with so many co-authors
    most = drawn_by[-1] * ROUNDING
    flat = hazard.reshape(-1)
    weight = np.empty(base.shape[0])
    n = 0
    for i in range(uid.shape[0]):
        if needed[i] >= flat[cell[i]] * most:
            continue  # stays: the hazard is below u, and u below -ln(1 - u)
        c, o, s = place[i], origin[i], stage[i]
        e = cell[i] % N_ELITE
        returns = home_early if studied_abroad(year, o, entry_place[i], entry_year[i]) and o != c else 1.0
        level = scale[c, o, s, e] * micro(
            s, permanent[i], talent[i], fear[i], age, permanent_factor, talent_elasticity, fear_leave
        )
        drawn = -np.log(1.0 - draw(key_move, uid[i]))  # moves if the hazard exceeds it
        if drawn > level * total[c, o, s, e] * most * returns:
            continue
        n_found = places_with_ties(uid, place, ties, i, c, found, count)
        reached = total[c, o, s, e]
        home_has_tie = False
        for k in range(n_found):
            d = found[k]
            factor = drawn_by[count[k]]
            if d == o:
                home_has_tie = True
                factor *= returns
            reached += base[c, d] * attract[o, s, e, d] * (factor - 1.0)
        if returns > 1.0 and not home_has_tie:
            reached += base[c, o] * attract[o, s, e, o] * (returns - 1.0)
        if level * reached < drawn:
            continue
        for d in range(base.shape[0]):
            weight[d] = base[c, d] * attract[o, s, e, d]
        weight[c] = 0.0
        weight[o] *= returns
        for k in range(n_found):
            weight[found[k]] *= drawn_by[count[k]]
        best = choose(weight, person_key(key_destination, uid[i]))
        # better fitting people win more of scarce vacancies (M20); continuous and 1 where nothing binds
        if best >= 0 and (accept[best] >= 1.0 or draw(key_cap, uid[i]) < accept[best] ** (talent[i] ** -fit)):
            out_row[n], out_place[n], out_tie[n] = i, best, 0
            for k in range(n_found):
                if found[k] == best:
                    out_tie[n] = 1
            n += 1
    return n


@njit(cache=True, nogil=True)
def apply_moves(
    year,
    rows,
    destination,
    uid,
    origin,
    place,
    stage,
    prev_place,
    moved_year,
    permanent,
    institution,
    place_first,
    weight_sum,
    key_institution,
    out_from,
    out_origin,
    out_stage,
):
    """Carry out moves of one field: place, history, post and institution change; `out` says who left where."""
    for k in range(rows.shape[0]):
        i = rows[k]
        out_from[k], out_origin[k], out_stage[k] = place[i], origin[i], stage[i]
        prev_place[i] = place[i]
        place[i] = destination[k]
        moved_year[i] = year
        permanent[i] = 0
        institution[i] = pick_institution(
            place[i], uniform(key_institution, uid[i], np.uint64(place[i])), place_first, weight_sum
        )


@njit(cache=True)
def pick_institution(place, u, place_first, weight_sum):
    """Institution of a place by its share of researchers; `weight_sum` is cumulative within each place."""
    low = place_first[place]
    high = place_first[place + 1] - 1
    while low < high:
        middle = (low + high) // 2
        if weight_sum[middle] < u:
            low = middle + 1
        else:
            high = middle
    return np.uint16(low)


@njit(cache=True, nogil=True)
def exposure(
    year,
    uid,
    origin,
    place,
    entry_place,
    entry_year,
    stage,
    permanent,
    talent,
    fear,
    ties,
    age,
    permanent_factor,
    talent_elasticity,
    fear_leave,
    tie,
    home,
    home_early,
    out,
):
    """Add ``sum_i micro_i * home * tie`` to ``out[from, to]``: what calibration divides the flows by."""
    found = np.empty(ties.shape[1], np.uint8)
    count = np.empty(ties.shape[1], np.int64)
    n_places = out.shape[0]
    plain = np.zeros(n_places)
    for i in range(uid.shape[0]):
        if uid[i] == 0:
            continue
        c = place[i]
        o = origin[i]
        m = micro(stage[i], permanent[i], talent[i], fear[i], age, permanent_factor, talent_elasticity, fear_leave)
        plain[c] += m
        go_home = 1.0
        if o != c:
            go_home = home[o] * (home_early if studied_abroad(year, o, entry_place[i], entry_year[i]) else 1.0)
            out[c, o] += m * (go_home - 1.0)
        n_found = places_with_ties(uid, place, ties, i, c, found, count)
        for k in range(n_found):
            factor = (1.0 + count[k]) ** tie
            out[c, found[k]] += m * (factor - 1.0) * (go_home if found[k] == o else 1.0)
    for c in range(n_places):
        for d in range(n_places):
            if c != d:
                out[c, d] += plain[c]
