"""The year's plan of moves: rates and utilities combined into what the kernels of mobility read.

All but personal factors and ties depends on a cell (field, place, origin, stage, elite), so the sum over
destinations is taken once a year, and once for all fields under the same rules.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.core.kernels import njit
from sim.data.fields import same_rules

N_STAGES, N_ELITE = 3, 2


@dataclass(frozen=True)
class MovePlan:
    """Arrays of one year that the kernels read; fields under the same rules share one slice.

    Attributes
    ----------
    group : [F], slice of the arrays below that each field reads.
    base : [P from, P to], intensity R of a person with micro factor 1.
    attract : [G, P origin, 3 stage, 2 elite, P to], factor on the intensity towards each place.
    total : [G, P from, P origin, 3, 2], ``sum_d base * attract``.
    scale : same shape, factor ``exp(-utility here) * (total / neutral total) ** (spread - 1)``; 0 where nobody is.
    hazard : same shape, ``total * scale``: hazard of a person with micro factor 1 and no ties.
    accept : [P to], share of arrivals for whom there is a vacancy.
    """

    group: np.ndarray
    base: np.ndarray
    attract: np.ndarray
    total: np.ndarray
    scale: np.ndarray
    hazard: np.ndarray
    accept: np.ndarray

    def of(self, field: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Attract, total, scale and hazard of one field."""
        g = self.group[field]
        return self.attract[g], self.total[g], self.scale[g], self.hazard[g]


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
    group, openness = same_rules(openness)
    people, number = by_group(people, group, len(openness))
    base = np.ascontiguousarray(base)
    homing = np.ones(base.shape) + np.diag(home - 1.0)  # [origin, to]
    neutral = reach(base, homing[None, :, None, None, :])[0, :, :, 0, 0]  # [from, origin]
    plain = pull * (openness * homing)[:, :, None, None, :]  # [G, o, s, e, d]
    programme, chair = bonus
    if np.any(programme != 1.0) or np.any(chair != 1.0):
        # the pull of others only lowers what a programme draws, so slots hold with the scale of a year without
        without = diversion(reach(base, plain), neutral, push, people, spread)
        plain = plain * _within_slots(programme, chair, slots, inflow(base, plain, people * without))
    total = reach(base, plain)
    scale = diversion(total, neutral, push, people, spread)
    expected = inflow(base, plain, people * scale).sum(axis=(0, 1))
    reference = (base * (number.sum(axis=1)[:, None] + number * (home - 1.0))).sum(axis=0)
    accept = np.minimum(1.0, vacancies * reference / np.maximum(expected, 1e-300))
    return MovePlan(group, base, plain, total, scale, total * scale, accept)


@njit(cache=True, nogil=True)
def by_group(people, group, n_groups):
    """People [F, from, origin, s, e] summed over the fields of each group [G, ...], and over all but [from, origin]."""
    n_fields, n = people.shape[0], people.shape[1]
    out = np.zeros((n_groups, n, n, people.shape[3], people.shape[4]))
    sums, parts = out.reshape(n_groups, n * n, -1), people.reshape(n_fields, n * n, -1)
    for f in range(n_fields):
        flat, part = sums[group[f]].reshape(-1), parts[f].reshape(-1)
        for k in range(part.shape[0]):
            flat[k] += part[k]
    number = np.zeros(n * n)
    for g in range(n_groups):
        for k in range(n * n):
            for m in range(sums.shape[2]):
                number[k] += sums[g, k, m]
    return out, number.reshape(n, n)


@njit(cache=True, nogil=True)
def diversion(total, neutral, push, people, spread):
    """Factor on intensities ``push * (total / neutral) ** (spread - 1)``: open places take over from barred ones.

    Parameters
    ----------
    total, people : [G, P from, P origin, 3, 2]; neutral : [P from, P origin]; push : [3, 2, P from].

    Returns
    -------
    scale : shape of `total`; 0 in cells without people.
    """
    out = np.zeros(total.shape)
    n_groups, n, _, n_stages, n_elite = total.shape
    for g in range(n_groups):
        for c in range(n):
            for o in range(n):
                for s in range(n_stages):
                    for e in range(n_elite):
                        if people[g, c, o, s, e] > 0.0:
                            here = total[g, c, o, s, e]
                            ratio = max(here / max(neutral[c, o], 1e-300), 1e-12) if here > 0.0 else 1.0
                            out[g, c, o, s, e] = push[s, e, c] * np.exp((spread - 1.0) * np.log(ratio))
    return out


# Kernels, not matrix products: a sum in a fixed order gives the same bits on any number of threads. Inner loops
# run over places side by side in memory that do not sum into one number, so that they become vector code.
@njit(cache=True, nogil=True)
def reach(base, attract):
    """Intensity summed over places [g, c, o, s, e]: ``sum_d base[c, d] attract[g, o, s, e, d]``."""
    n_groups, n, n_stages, n_elite, _ = attract.shape
    out = np.empty((n_groups, n, n, n_stages, n_elite))
    column = base.T.copy()
    total = np.empty(n)
    for g in range(n_groups):
        for o in range(n):
            for s in range(n_stages):
                for e in range(n_elite):
                    total[:] = 0.0
                    for d in range(n):
                        factor = attract[g, o, s, e, d]
                        for c in range(n):
                            total[c] += column[d, c] * factor
                    for c in range(n):
                        out[g, c, o, s, e] = total[c]
    return out


@njit(cache=True, nogil=True)
def inflow(base, attract, people):
    """Expected arrivals [origin, elite, to] of people [G, from, o, s, e] with attraction [G, o, s, e, to]."""
    n_groups, n, _, n_stages, n_elite = people.shape
    out = np.zeros((n, n_elite, n))
    total = np.empty(n)
    for g in range(n_groups):
        for o in range(n):
            for s in range(n_stages):
                for e in range(n_elite):
                    total[:] = 0.0
                    for c in range(n):
                        number = people[g, c, o, s, e]
                        if number > 0.0:
                            for d in range(n):
                                total[d] += number * base[c, d]
                    for d in range(n):
                        out[o, e, d] += total[d] * attract[g, o, s, e, d]
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
