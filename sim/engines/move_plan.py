"""The year's plan of moves: rates and utilities combined into what the kernels of mobility read.

All but personal factors and ties depends on a cell (field, place, origin, stage, elite), so the sum over
destinations is taken once a year, and once for all fields under the same rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.core.kernels import njit
from sim.data.fields import same_rules

N_STAGES, N_ELITE = 3, 2


class FieldPlan(NamedTuple):
    """The year's plan of moves in one field, as the kernels read it.

    Attributes
    ----------
    base : [P from, P to], yearly intensity R of a person with micro factor 1.
    attract : [P origin, 3 stage, 2 elite, P to], factor on the intensity towards each place.
    total : [P from, P origin, 3, 2], ``sum_d base * attract``.
    leaving : same shape, factor ``exp(-utility here) * (total / neutral total) ** (spread - 1)``; 0 where nobody is.
    hazard : same shape, ``total * leaving``: yearly hazard of a person with micro factor 1 and no ties.
    accept : [P to], share of arrivals for whom there is a vacancy, for talent 1.
    """

    base: np.ndarray
    attract: np.ndarray
    total: np.ndarray
    leaving: np.ndarray
    hazard: np.ndarray
    accept: np.ndarray


@dataclass(frozen=True)
class MovePlan:
    """The year's plan of moves; fields under the same rules share one slice.

    Attributes
    ----------
    group : [F], slice of the arrays below that each field reads.
    base, accept : see `FieldPlan`; attract, total, leaving, hazard : [G, ...], slices as there.
    arrivals : [P], expected arrivals of these people at neutral utilities, ties left out.
    recruited : [2, P], expected persons whom programmes and chairs add.
    expected : [2, P], moves in and moves out at this year's utilities, ties left out.
    """

    group: np.ndarray
    base: np.ndarray
    attract: np.ndarray
    total: np.ndarray
    leaving: np.ndarray
    hazard: np.ndarray
    accept: np.ndarray
    arrivals: np.ndarray
    recruited: np.ndarray
    expected: np.ndarray

    def of(self, field: int) -> FieldPlan:
        """Plan of one field."""
        g = self.group[field]
        return FieldPlan(self.base, self.attract[g], self.total[g], self.leaving[g], self.hazard[g], self.accept)


class Utilities(NamedTuple):
    """What draws people to places and holds them there.

    Attributes
    ----------
    pull : [3, 2, P], exp of the utility gained at the destination.
    push : [3, 2, P], exp of minus the utility enjoyed at the place of work, stops included.
    openness : [F, P origin, P to], share not refused times visas and perceived hostility.
    """

    pull: np.ndarray
    push: np.ndarray
    openness: np.ndarray


class Recruiting(NamedTuple):
    """Offers of places to people from abroad: diaspora programmes, or chairs.

    Attributes
    ----------
    pull : exp of the utility that the offer adds, [P origin, P to] for programmes, [P to] for chairs.
    slots : [P], persons a year whom offers can add; the pull shrinks to fit.
    """

    pull: np.ndarray
    slots: np.ndarray


class Vacancies(NamedTuple):
    """What places can take.

    Attributes
    ----------
    slack : [P], vacancies over the arrivals of the paired baseline; arrivals : [P], of that, None if this is it.
    """

    slack: np.ndarray
    arrivals: np.ndarray | None


def plan_moves(
    base: np.ndarray,
    home: np.ndarray,
    utilities: Utilities,
    programmes: Recruiting,
    chairs: Recruiting,
    people: np.ndarray,
    vacancies: Vacancies,
    spread: float,
) -> MovePlan:
    """Combine rates and utilities into the arrays of the year.

    Parameters
    ----------
    base : [P, P], fitted intensities, diagonal 0.
    home : [P], factor on moves to the own origin (> 1).
    programmes, chairs : offers; chairs draw only the elite. (Ties are a personal matter, left out of their sums.)
    people : [F, P from, P origin, 3, 2], sum of the micro factors of the people in each cell (real persons).
    vacancies : arrivals that places can take.
    spread : theta; 1 stops every barred move, 0 diverts all to open places.
    """
    pull, push = utilities.pull, utilities.push
    group, openness = same_rules(utilities.openness)
    people, number = by_group(people, group, len(openness))
    base = np.ascontiguousarray(base)
    homing = np.ones(base.shape) + np.diag(home - 1.0)  # [origin, to]
    neutral = reach(base, homing[None, :, None, None, :])[0, :, :, 0, 0]  # [from, origin]
    plain = pull * (openness * homing)[:, :, None, None, :]  # [G, o, s, e, d]
    recruited = np.zeros((2, len(base)))
    if np.any(programmes.pull != 1.0) or np.any(chairs.pull != 1.0):
        # the pull of others only lowers what a programme draws, so slots hold with the leaving of a year without
        without = diversion(reach(base, plain), neutral, push, people, spread)
        factor, recruited = _within_slots(programmes, chairs, inflow(base, plain, people * without))
        plain = plain * factor
    total = reach(base, plain)
    leaving = diversion(total, neutral, push, people, spread)
    expected = inflow(base, plain, people * leaving).sum(axis=(0, 1))
    arrivals = (base * (number.sum(axis=1)[:, None] + number * (home - 1.0))).sum(axis=0)
    usual = arrivals if vacancies.arrivals is None else vacancies.arrivals
    accept = np.minimum(1.0, vacancies.slack * usual / np.maximum(expected, 1e-300))
    hazard = total * leaving
    flows = np.stack([expected * accept, np.einsum("gcose,gcose->c", people, hazard)])
    return MovePlan(group, base, plain, total, leaving, hazard, accept, arrivals, recruited * accept, flows)


@njit(cache=True, nogil=True)
def by_group(people: np.ndarray, group: np.ndarray, n_groups: int) -> tuple[np.ndarray, np.ndarray]:
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
def diversion(
    total: np.ndarray, neutral: np.ndarray, push: np.ndarray, people: np.ndarray, spread: float
) -> np.ndarray:
    """Factor on intensities ``push * (total / neutral) ** (spread - 1)``: open places take over from barred ones.

    Parameters
    ----------
    total, people : [G, P from, P origin, 3, 2]; neutral : [P from, P origin]; push : [3, 2, P from].

    Returns
    -------
    leaving : shape of `total`; 0 in cells without people.
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
def reach(base: np.ndarray, attract: np.ndarray) -> np.ndarray:
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
def inflow(base: np.ndarray, attract: np.ndarray, people: np.ndarray) -> np.ndarray:
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


def _within_slots(programmes: Recruiting, chairs: Recruiting, drawn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Factor [1, o, 1, e, d] of programmes and chairs, shrunk so that they add no more people than slots.

    And whom they add [2, d].
    """
    gain_programmes, gain_chairs = programmes.pull - 1.0, chairs.pull - 1.0
    added_programmes = (gain_programmes * drawn.sum(axis=1)).sum(axis=0)
    added_chairs = gain_chairs * drawn[:, 1].sum(axis=0)
    factor = np.ones((1, len(gain_programmes), 1, N_ELITE, len(gain_chairs)))
    share = np.minimum(1.0, programmes.slots / np.maximum(added_programmes, 1e-12))
    factor *= (1.0 + gain_programmes * share)[None, :, None, None, :]
    share = np.minimum(1.0, chairs.slots / np.maximum(added_chairs, 1e-12))
    factor[0, :, 0, 1, :] *= 1.0 + gain_chairs * share
    return factor, np.minimum([added_programmes, added_chairs], [programmes.slots, chairs.slots])
