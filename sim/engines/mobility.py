"""Mobility: who moves, and where to (ODD 7.4).

The intensity of person i in place c for place d is ``R[c, d] * home * tie * exp(utility) * openness * micro_i``.
All but micro_i and ties depend on a cell (field, place, origin, stage, elite), so the sum over places is a
matrix product a year, and a person's exact hazard costs a handful of operations: the cell's sum plus a
correction for each place that holds a past co-author. Only movers look at all places.

Nobody's power or exponential is taken where a cheap bound decides already; bounds never change a decision.

Elite is the top decile of talent, which weighs prestige more (U7) and to which chairs are offered.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.core.kernels import njit
from sim.core.prefetch import AHEAD, prefetch
from sim.core.randomness import draw, person_key
from sim.core.ties import tie_row
from sim.engines.choice import ROUNDING, InstitutionShares, choose, choose_institution
from sim.engines.move_plan import N_ELITE, N_STAGES, FieldPlan
from sim.engines.pull_of_ties import add_ties, places_with_ties

ELITE_FROM = 1.2816  # standard score of ln talent from which people are of the top decile
STUDY_YEARS = 6  # years since entry in which study abroad draws home (M16)


def elite_talent(sigma: float) -> float:
    """Talent from which people are elite, for a standard deviation of ln talent."""
    return float(np.exp(ELITE_FROM * sigma - 0.5 * sigma**2))


class MoveFactors(NamedTuple):
    """Personal factors on the intensity of moving; a personal mechanism is a member here and a line in a kernel.

    Attributes
    ----------
    age : [3], by stage; permanent : of a permanent post; talent : elasticity; fear_leave : log at full fear.
    tie : [2 ** N_TIES], of a destination by which of the ties are there (bit k: the k-th most valued), `tie_factors`.
    home_early : [P], on going home in the first years after study abroad, by origin.
    vacancy_talent : elasticity, to talent, of the odds against scarce vacancies (M20).
    """

    age: np.ndarray
    permanent: float
    talent: float
    fear_leave: float
    tie: np.ndarray
    home_early: np.ndarray
    vacancy_talent: float


class MoveKeys(NamedTuple):
    """The year's keys of the streams that movers draw from."""

    move: np.uint64
    destination: np.uint64
    vacancy: np.uint64


class MoveBounds(NamedTuple):
    """Who of a field can move at all.

    Attributes
    ----------
    cell : [n] int32, index of the person's cell in flattened arrays [P from, O, stage, elite].
    needed : [n] float32, hazard that the cell must reach before the person can move, infinite in free rows.
    """

    cell: np.ndarray
    needed: np.ndarray


class Movers(NamedTuple):
    """Movers of one field, in the order of rows.

    Attributes
    ----------
    row, place_from, place_to, origin, stage : [n]; with_tie : [n], 1 if a past co-author is at the destination.
    """

    row: np.ndarray
    place_from: np.ndarray
    place_to: np.ndarray
    origin: np.ndarray
    stage: np.ndarray
    with_tie: np.ndarray

    @classmethod
    def empty(cls, n: int) -> Movers:
        """Arrays for n movers."""
        return cls(np.empty(n, np.int64), *(np.empty(n, np.uint8) for _ in range(5)))

    def first(self, n: int) -> Movers:
        """Copies of the first n, so that long arrays can go."""
        return Movers(*(column[:n].copy() for column in self))


@njit(cache=True, inline="always")
def micro(person: Any, factors: MoveFactors) -> float:
    """Personal factor on the hazard: age, post, talent, fear."""
    level = factors.age[person.stage] * (factors.permanent if person.permanent else 1.0)
    level = level * person.talent ** np.float32(factors.talent)
    return level * np.exp(factors.fear_leave * person.fear) if person.fear != 0.0 else level


@njit(cache=True, inline="always")
def studied_abroad(year: int, person: Any) -> bool:
    """True in the first years of people who entered research outside their origin (M16)."""
    return person.entry_place != person.origin and year - person.entry_year < STUDY_YEARS


@njit(cache=True, nogil=True)
def sum_people(
    people: np.ndarray,
    elite: float,
    factors: MoveFactors,
    scale: float,
    key: np.uint64,
    total: np.ndarray,
    bounds: MoveBounds,
) -> None:
    """Add real persons times micro factor to ``total[from, origin, stage, elite]``; one pass over the rows.

    Parameters
    ----------
    elite : talent from which people are elite; scale : persons per agent; key : of `MoveKeys.move`.
    bounds : out, as long as the rows.
    """
    home_early, cell, needed = factors.home_early, bounds.cell, bounds.needed
    n_places = total.shape[0]
    flat = total.reshape(-1)
    for i in range(people.shape[0]):
        person = people[i]
        if person.uid == 0:
            cell[i], needed[i] = 0, np.inf
            continue
        c, o = np.int64(person.place), np.int64(person.origin)
        e = 1 if person.talent >= elite else 0
        k = ((c * n_places + o) * N_STAGES + person.stage) * N_ELITE + e
        m = micro(person, factors)
        flat[k] += scale * m
        cell[i] = k
        needed[i] = draw(key, person.uid) / (m if c == o else m * max(home_early[o], 1.0))


@njit(cache=True, nogil=True)
def propose(
    year: int,
    people: np.ndarray,
    ties: np.ndarray,
    bounds: MoveBounds,
    factors: MoveFactors,
    plan: FieldPlan,
    keys: MoveKeys,
    movers: Movers,
) -> int:
    """Movers of one field; returns how many.

    Parameters
    ----------
    bounds : of `sum_people`; of those who cannot move, nothing else is read.
    movers : out, as long as the rows.
    """
    cell, needed, home_early, tie_factor = bounds.cell, bounds.needed, factors.home_early, factors.tie
    base, attract, total, leaving, accept = plan.base, plan.attract, plan.total, plan.leaving, plan.accept
    found = np.empty(ties.shape[1], np.uint8)
    which = np.empty(ties.shape[1], np.int64)
    most = tie_factor[-1] * ROUNDING
    hazard = plan.hazard.reshape(-1)
    weight = np.empty(base.shape[0])
    places = people["place"]
    n, n_listed = 0, 0
    listed = np.empty(people.shape[0] + 1, np.int64)  # who may move, one in twenty: memory is asked for them beforehand
    for i in range(people.shape[0]):
        listed[n_listed] = i
        # others stay: the hazard is below u, and u below -ln(1 - u)
        n_listed += int(needed[i] < hazard[cell[i]] * most)
    for q in range(n_listed):
        if q + 2 * AHEAD < n_listed:
            prefetch(people, listed[q + 2 * AHEAD])
            prefetch(ties, listed[q + 2 * AHEAD])
        if q + AHEAD < n_listed:
            for t in range(ties.shape[1]):
                prefetch(people, tie_row(ties[listed[q + AHEAD], t]))
        i = listed[q]
        person = people[i]
        c, o, s = person.place, person.origin, person.stage
        e = cell[i] % N_ELITE
        returns = home_early[o] if studied_abroad(year, person) and o != c else 1.0
        level = leaving[c, o, s, e] * micro(person, factors)
        limit = -np.log(1.0 - draw(keys.move, person.uid))  # moves if the hazard exceeds it
        if limit > level * total[c, o, s, e] * most * max(returns, 1.0):
            continue
        n_found = places_with_ties(places, ties, i, found, which)
        pull = attract[o, s, e]
        reached = add_ties(total[c, o, s, e], base[c], pull, o, returns, found[:n_found], which[:n_found], tie_factor)
        if level * reached < limit:
            continue
        for d in range(base.shape[0]):
            weight[d] = base[c, d] * pull[d]
        weight[c] = 0.0
        weight[o] *= returns
        for k in range(n_found):
            weight[found[k]] *= tie_factor[which[k]]
        best = choose(weight, np.uint64(person_key(keys.destination, person.uid)))
        # better fitting people win more of scarce vacancies (M20); continuous and 1 where nothing binds
        if best >= 0 and (
            accept[best] >= 1.0
            or draw(keys.vacancy, person.uid) < accept[best] ** (person.talent**-factors.vacancy_talent)
        ):
            movers.row[n], movers.place_from[n], movers.place_to[n] = i, c, best
            movers.origin[n], movers.stage[n] = o, s
            movers.with_tie[n] = (found[:n_found] == best).any()
            n += 1
    return n


@njit(cache=True, nogil=True)
def apply_moves(year: int, people: np.ndarray, movers: Movers, institutions: InstitutionShares, key: np.uint64) -> None:
    """Carry out the moves of one field: place, history, post and institution change."""
    rows, destination = movers.row, movers.place_to
    first, cumulative = institutions
    for k in range(rows.shape[0]):
        person = people[rows[k]]
        person.prev_place = person.place
        person.place = destination[k]
        person.moved_year = year
        person.permanent = 0
        person.institution = choose_institution(person.uid, np.int64(person.place), first, cumulative, key)


@njit(cache=True, nogil=True)
def exposure(
    year: int,
    people: np.ndarray,
    places: np.ndarray,
    ties: np.ndarray,
    factors: MoveFactors,
    home: np.ndarray,
    total: np.ndarray,
    number: np.ndarray,
) -> None:
    """Add ``sum_i micro_i * home * tie`` to ``total[from, to]``, what flows are divided by, and people to `number`.

    Parameters
    ----------
    places : [n], of work, a column of its own: ties are looked up in it, so it should lie close together in memory.
    total : [P, P], out; number : [P], out.
    """
    tie_factor, home_early = factors.tie, factors.home_early
    found = np.empty(ties.shape[1], np.uint8)
    which = np.empty(ties.shape[1], np.int64)
    n_places = total.shape[0]
    plain = np.zeros(n_places)
    for i in range(people.shape[0]):
        person = people[i]
        if person.uid == 0:
            continue
        c, o = person.place, person.origin
        m = micro(person, factors)
        plain[c] += m
        number[c] += 1.0
        go_home = 1.0
        if o != c:
            go_home = home[o] * (home_early[o] if studied_abroad(year, person) else 1.0)
            total[c, o] += m * (go_home - 1.0)
        n_found = places_with_ties(places, ties, i, found, which)
        for k in range(n_found):
            total[c, found[k]] += m * (tie_factor[which[k]] - 1.0) * (go_home if found[k] == o else 1.0)
    for c in range(n_places):
        for d in range(n_places):
            if c != d:
                total[c, d] += plain[c]
