"""Mobility: who moves, and where to (MODEL section 4, Mobility).

The intensity of person i in place c for place d is ``R[c, d] * home * tie * exp(utility) * openness * micro_i``.
All but micro_i and ties depend on a cell (field, place, origin, stage, elite), so the sum over places is a
matrix product a year, and a person's exact hazard costs a handful of operations: the cell's sum plus a
correction for each place that holds a past co-author. Only movers look at all places.

Elite is the top decile of talent, which weighs prestige more (U7) and to which chairs are offered.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from sim.randomness import gumbel, person_key, uniform
from sim.ties import tie_place

N_ELITE = 2


@dataclass(frozen=True)
class MovePlan:
    """Arrays of one year that the kernels read.

    Attributes
    ----------
    base : [P from, P to], intensity R of a person with micro factor 1.
    attract : [F, P origin, 3 stage, 2 elite, P to], factor on the intensity towards each place.
    total : [F, P from, P origin, 3, 2], ``sum_d base * attract``.
    scale : same shape, factor ``exp(-utility here) * (total / neutral total) ** (spread - 1)``.
    accept : [P to], share of arrivals for whom there is a vacancy.
    """

    base: np.ndarray
    attract: np.ndarray
    total: np.ndarray
    scale: np.ndarray
    accept: np.ndarray


def plan_moves(
    base: np.ndarray,
    home: np.ndarray,
    pull: np.ndarray,
    push: np.ndarray,
    openness: np.ndarray,
    bonus: tuple[np.ndarray, np.ndarray],
    slots: tuple[np.ndarray, np.ndarray],
    people: np.ndarray,
    vacancies: np.ndarray,
    spread: float,
) -> MovePlan:
    """Combine rates and utilities into the arrays of the year.

    Parameters
    ----------
    base : [P, P], fitted intensities, diagonal 0.
    home : [P], factor on moves to the own origin (> 1).
    pull : [3, 2, P], exp of the utility gained at the destination.
    push : [3, 2, P], exp of minus the utility enjoyed at the place of work, stops included.
    openness : [F, P origin, P to], share not refused times visas and perceived hostility.
    bonus : ([P origin, P to], [P to]) exp pull of diaspora programmes, and of chairs on the elite.
    slots : ([P], [P]) persons a year whom programmes and chairs can add; the bonus shrinks to fit. (Ties are a
        personal matter and left out of this sum.)
    people : [F, P from, P origin, 3, 2], sum of the micro factors of the people in each cell (real persons).
    vacancies : [P], arrivals a place can take, relative to its inflow at neutral utilities.
    spread : theta; 1 stops every barred move, 0 diverts all to open places.
    """
    n = base.shape[0]
    homing = np.ones((n, n)) + np.diag(home - 1.0)  # [origin, to]
    neutral = base @ homing.T  # [from, origin]
    here = push.transpose(2, 0, 1)[None, :, None]  # [1, from, 1, s, e]
    plain = pull[None, None] * (openness * homing)[:, :, None, None, :]  # [F, o, s, e, d]
    programme, chair = bonus
    if np.any(programme != 1.0) or np.any(chair != 1.0):
        # the pull of others only lowers what a programme draws, so slots hold with the scale of a year without
        total = reach(base, plain, people)
        without = here * diversion(total, neutral, spread)
        plain = plain * _within_slots(programme, chair, slots, inflow(base, plain, people * without))
    total = reach(base, plain, people)
    scale = here * diversion(total, neutral, spread)
    expected = inflow(base, plain, people * scale).sum(axis=(0, 1))
    plain0 = np.ascontiguousarray(np.broadcast_to(homing[None, :, None, None, :], plain.shape))
    reference = inflow(base, plain0, people).sum(axis=(0, 1))
    accept = np.minimum(1.0, vacancies * reference / np.maximum(expected, 1e-300))
    return MovePlan(base, plain, total, scale, accept)


def diversion(total: np.ndarray, neutral: np.ndarray, spread: float) -> np.ndarray:
    """Factor by which open places take over from barred ones: ``(total / neutral) ** (spread - 1)``; 1 if empty."""
    ratio = total / np.maximum(neutral, 1e-300)[None, :, :, None, None]
    return np.where(total > 0.0, np.maximum(ratio, 1e-12), 1.0) ** (spread - 1.0)


# Kernels, not matrix products: most cells are empty, and a sum in a fixed order gives the same bits on any
# number of threads.
@njit(cache=True, nogil=True)
def reach(base, attract, people):
    """Intensity summed over places, ``sum_d base[c, d] attract[f, o, s, e, d]``, for cells with people, else 0."""
    out = np.zeros(people.shape)
    n_fields, n, _, n_stages, n_elite = people.shape
    for f in range(n_fields):
        for c in range(n):
            for o in range(n):
                for s in range(n_stages):
                    for e in range(n_elite):
                        if people[f, c, o, s, e] > 0.0:
                            total = 0.0
                            for d in range(n):
                                total += base[c, d] * attract[f, o, s, e, d]
                            out[f, c, o, s, e] = total
    return out


@njit(cache=True, nogil=True)
def inflow(base, attract, people):
    """Expected arrivals [origin, elite, to] of people [F, from, o, s, e] with attraction [F, o, s, e, to]."""
    n_fields, n, _, n_stages, n_elite = people.shape
    out = np.zeros((n, n_elite, n))
    for f in range(n_fields):
        for c in range(n):
            for o in range(n):
                for s in range(n_stages):
                    for e in range(n_elite):
                        number = people[f, c, o, s, e]
                        if number > 0.0:
                            for d in range(n):
                                out[o, e, d] += number * base[c, d] * attract[f, o, s, e, d]
    return out


def _within_slots(
    programme: np.ndarray, chair: np.ndarray, slots: tuple[np.ndarray, np.ndarray], drawn: np.ndarray
) -> np.ndarray:
    """Factor [1, o, 1, e, d] of programmes and chairs, shrunk so that they add no more people than slots."""
    extra_p = ((programme - 1.0) * drawn.sum(axis=1)).sum(axis=0)
    extra_c = (chair - 1.0) * drawn[:, 1].sum(axis=0)
    fit_p = np.minimum(1.0, slots[0] / np.maximum(extra_p, 1e-12))
    fit_c = np.minimum(1.0, slots[1] / np.maximum(extra_c, 1e-12))
    factor = np.ones((1, programme.shape[0], 1, N_ELITE, len(chair)))
    factor *= (1.0 + (programme - 1.0) * fit_p)[None, :, None, None, :]
    factor[0, :, 0, 1, :] *= 1.0 + (chair - 1.0) * fit_c
    return factor


@njit(cache=True, inline="always")
def micro(stage, permanent, talent, fear, age, permanent_factor, talent_elasticity, fear_leave):
    """Personal factor on the hazard: age, post, talent, fear."""
    return age[stage] * (permanent_factor if permanent else 1.0) * talent**talent_elasticity * np.exp(fear_leave * fear)


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
    scale,
    people,
):
    """Add real persons times micro factor to ``people[from, origin, stage, elite]``."""
    for i in range(uid.shape[0]):
        if uid[i] != 0:
            e = 1 if talent[i] >= elite_talent else 0
            people[place[i], origin[i], stage[i], e] += scale * micro(
                stage[i], permanent[i], talent[i], fear[i], age, permanent_factor, talent_elasticity, fear_leave
            )


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
    elite_talent,
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
    attract, total, scale : this field's slices of `MovePlan`.
    tie : exponent on 1 + number of past co-authors at the destination.
    home_early : factor on going home in the first years after study abroad.
    accept, fit : share of arrivals with a vacancy [P] for talent 1, and weight of talent in who gets one.
    """
    n_places = base.shape[0]
    tie_max = (1.0 + ties.shape[1]) ** tie
    zero = np.uint64(0)
    found = np.empty(ties.shape[1], np.uint8)
    count = np.empty(ties.shape[1], np.int64)
    n = 0
    for i in range(uid.shape[0]):
        if uid[i] == 0:
            continue
        c = place[i]
        o = origin[i]
        s = stage[i]
        e = 1 if talent[i] >= elite_talent else 0
        returns = home_early if studied_abroad(year, o, entry_place[i], entry_year[i]) and o != c else 1.0
        level = scale[c, o, s, e] * micro(
            s, permanent[i], talent[i], fear[i], age, permanent_factor, talent_elasticity, fear_leave
        )
        u = uniform(key_move, uid[i], zero)
        if u >= level * total[c, o, s, e] * tie_max * returns:
            continue  # stays: the hazard is below u, and u below -ln(1 - u)
        hazard_drawn = -np.log(1.0 - u)  # moves if the hazard exceeds it
        n_found = places_with_ties(uid, place, ties, i, c, found, count)
        hazard = total[c, o, s, e]
        home_has_tie = False
        for k in range(n_found):
            d = found[k]
            factor = (1.0 + count[k]) ** tie
            if d == o:
                home_has_tie = True
                factor *= returns
            hazard += base[c, d] * attract[o, s, e, d] * (factor - 1.0)
        if returns > 1.0 and not home_has_tie:
            hazard += base[c, o] * attract[o, s, e, o] * (returns - 1.0)
        if level * hazard < hazard_drawn:
            continue
        pkey = person_key(key_destination, uid[i])
        best = -1
        best_value = -np.inf
        best_tie = 0
        for d in range(n_places):
            weight = base[c, d] * attract[o, s, e, d]
            if d == c or weight <= 0.0:
                continue
            ties_here = 0
            for k in range(n_found):
                if found[k] == d:
                    ties_here = count[k]
            weight *= (1.0 + ties_here) ** tie * (returns if d == o else 1.0)
            value = np.log(weight) + gumbel(pkey, np.uint64(d))
            if value > best_value:
                best, best_value, best_tie = d, value, ties_here
        # better fitting people win more of scarce vacancies (M20); continuous and 1 where nothing binds
        if best >= 0 and uniform(key_cap, uid[i], zero) < accept[best] ** (talent[i] ** -fit):
            out_row[n], out_place[n], out_tie[n] = i, best, 1 if best_tie > 0 else 0
            n += 1
    return n


@njit(cache=True, nogil=True)
def apply_moves(
    year,
    rows,
    destination,
    uid,
    place,
    prev_place,
    moved_year,
    permanent,
    institution,
    place_first,
    weight_sum,
    key_institution,
):
    """Carry out moves of one field: place, history, post and institution change."""
    for k in range(rows.shape[0]):
        i = rows[k]
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
