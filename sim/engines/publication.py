"""Projects, partners and papers of one field in one year (MODEL section 4, Collaboration and publication).

Each researcher draws a number of authorships from their own key; some of them lead a paper. The lead draws a
team size, then each partner slot in turn: (a) a past co-author, else (b, c) a place, at home or abroad or the
lead's origin, and a person of that place in proportion to their authorships. Rules and fear refuse slots; a
refused slot is filled elsewhere with probability `refill`, otherwise the authorship is lost.

An agent stands for `scale` people, so to draw the same agent twice is to draw the same person with probability
``same = 1 / scale`` only. At scale 1 nobody is on a paper twice; at any scale team sizes and international
shares are those of scale 1.

A place's people are found through a keyed hash table with linear probing (`build_pools`): a draw names a
slot, so a person more or less touches only the draws that name their slots, and everyone can be reached.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numba import njit
from scipy.optimize import brentq

from sim.randomness import fold, person_key, poisson_from, uniform, unit
from sim.ties import remember, tie_alive

MAX_TEAM = 24
MAX_TRIES = 64
# project bits of a row; the first two make the kind index of sim.policy.channels.KINDS
APPLIED, SENSITIVE, APPLIED_FOR, FUNDED = 1, 2, 4, 8
# draws of one partner slot
_D_REPEAT, _D_TIE, _D_PLACE, _D_REFUSE, _D_REFILL, _D_OTHER, _D_PERSON, _D_PERSON2, _D_PARTNER, _D_ORIGIN, _D_SAME = (
    range(11)
)
_RETRY = 16  # offset of the draws of another place, where one has nobody in the field


@njit(cache=True, nogil=True)
def plan_projects(
    uid,
    place,
    institution,
    stage,
    talent,
    fear,
    moved_year,
    year,
    rate,
    age,
    burden_place,
    burden_institution,
    fear_output,
    recruit_factor,
    success,
    apply_share,
    fear_apply,
    premium,
    lead_share,
    basic_share,
    dual_use,
    military,
    key_project,
    key_number,
    key_lead,
    project,
    n_slots,
    n_leads,
):
    """Project, authorships and led papers of every row; fills the three `out` arrays.

    Parameters
    ----------
    rate : [P], authorships a year of a person with talent 1 and all factors 1 (funding included).
    recruit_factor : [P], output factor of people who arrived in the last five years.
    success, premium : [P] share of applications funded; gain in output of the funded (F1: +7 %).
    apply_share, fear_apply : share who apply for a grant; share of the fearful who then avoid it (P8).
    dual_use : [2] share of sensitive projects, basic and applied; military : [P].
    """
    zero, one, two, three, four = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)
    for i in range(uid.shape[0]):
        n_slots[i] = 0
        n_leads[i] = 0
        project[i] = 0
        if uid[i] == 0:
            continue
        a = place[i]
        pkey = person_key(key_project, uid[i])
        bits = 0
        if unit(pkey, three) < apply_share * (1.0 - fear_apply * fear[i]):
            bits |= APPLIED_FOR
            if unit(pkey, four) < success[a]:
                bits |= FUNDED
        gain = 1.0 + premium * ((1.0 if bits & FUNDED else 0.0) - apply_share * success[a])
        mean = rate[a] * talent[i] * age[stage[i]] * gain * (1.0 - fear_output * fear[i])
        mean *= (1.0 - burden_place[a]) * (1.0 - burden_institution[institution[i]])
        if moved_year[i] > 0 and year - moved_year[i] <= 5:
            mean *= recruit_factor[a]
        slots = min(200, poisson_from(uniform(key_number, uid[i], zero), mean))
        n_slots[i] = slots
        lkey = person_key(key_lead, uid[i])
        for k in range(slots):
            if unit(lkey, np.uint64(k)) < lead_share:
                n_leads[i] += 1
        if n_leads[i] > 0:  # only a lead's project has a type
            kind = 0 if unit(pkey, zero) < basic_share else APPLIED
            if unit(pkey, one) < dual_use[kind]:
                kind |= SENSITIVE
            elif kind == 0 and unit(pkey, two) < military[a]:
                kind = APPLIED | SENSITIVE
            bits |= kind
        project[i] = bits


@njit(cache=True, nogil=True)
def build_pools(uid, place, n_slots, key_pool, n_places):
    """Hash tables of authorship slots by place, load factor 1/4 to 1/2, ordered linear probing.

    Ordered (Amble & Knuth 1974, doi:10.1093/comjnl/17.2.135): the layout depends on who is in the pool, never on
    the rows they have.

    Returns
    -------
    table : int32, row of the slot's owner or -1; start, mask : [P] first index and size - 1 of each table.
    """
    total = np.zeros(n_places, np.int64)
    for i in range(uid.shape[0]):
        if uid[i] != 0:
            total[place[i]] += n_slots[i]
    start = np.zeros(n_places, np.int64)
    mask = np.zeros(n_places, np.int64)
    size = 0
    for p in range(n_places):
        start[p] = size
        if total[p] > 0:
            length = 4
            while length < 2 * total[p]:
                length *= 2
            mask[p] = length - 1
            size += length
    table = np.full(max(size, 1), -1, np.int32)
    held = np.zeros(max(size, 1), np.uint64)  # hash of the slot in each cell
    for i in range(uid.shape[0]):
        if uid[i] == 0 or n_slots[i] == 0:
            continue
        pkey = person_key(key_pool, uid[i])
        first, wrap = start[place[i]], mask[place[i]]
        for k in range(n_slots[i]):
            row = np.int32(i)
            slot = fold(pkey, np.uint64(k))
            at = np.int64(slot & np.uint64(wrap))
            while table[first + at] >= 0:
                if held[first + at] < slot:  # the larger hash keeps the cell, the other one looks on
                    table[first + at], row = row, table[first + at]
                    held[first + at], slot = slot, held[first + at]
                at = (at + 1) & wrap
            table[first + at] = row
            held[first + at] = slot
    return table, start, mask, total


@njit(cache=True, inline="always")
def in_team(team, first, n, row):
    """True if the row is among the n authors that start at `first`."""
    for k in range(first, first + n):  # noqa: SIM110 (kernels have no generators)
        if team[k] == row:
            return True
    return False


@njit(cache=True)
def draw_person(table, start, mask, total, p, key, team, first, n, same):
    """Row of a person of place p who is not on the team yet, in proportion to authorships; -1 if none is found.

    `same` : probability that an agent who is on the team already is drawn as the same person.
    """
    if total[p] == 0:
        return -1
    for r in range(MAX_TRIES):
        row = table[start[p] + np.int64(fold(key, np.uint64(r)) & np.uint64(mask[p]))]
        if row < 0:
            continue
        if not in_team(team, first, n, row) or (same < 1.0 and unit(key, np.uint64(MAX_TRIES + r)) >= same):
            return row
    return -1


@njit(cache=True)
def draw_place(cumulative, u):
    """Place by inversion of a cumulative distribution [P] whose last entry is 1."""
    low, high = 0, cumulative.shape[0] - 1
    while low < high:
        middle = (low + high) // 2
        if cumulative[middle] < u:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, inline="always")
def fear_refusal(kappa, fear, a, b, threat):
    """Probability that a fearful person in a refuses to work with b: by the threat that b counts as in a."""
    if a == b or fear <= 0.0:
        return 0.0
    return kappa * fear * threat[a, b]


@njit(cache=True, nogil=True)
def plan_papers(uid, n_leads, team_cumulative, key_team):
    """Lead row, ordinal within the lead's year and first author index of every paper, with team sizes drawn."""
    n = 0
    for i in range(uid.shape[0]):
        if uid[i] != 0:
            n += n_leads[i]
    lead = np.empty(n, np.int32)
    ordinal = np.empty(n, np.uint8)
    first = np.zeros(n + 1, np.int64)
    k = 0
    for i in range(uid.shape[0]):
        if uid[i] == 0:
            continue
        pkey = person_key(key_team, uid[i])
        for j in range(n_leads[i]):
            lead[k] = i
            ordinal[k] = j
            size = 1 + draw_place(team_cumulative, unit(pkey, np.uint64(j)))
            first[k + 1] = first[k] + size
            k += 1
    return lead, ordinal, first


@njit(cache=True, nogil=True)
def write_papers(
    uid,
    origin,
    place,
    fear,
    tie_row,
    tie_tag,
    project,
    n_leads,
    lead,
    ordinal,
    first,
    table,
    start,
    mask,
    total,
    cumulative,
    friction,
    threat,
    repeat,
    origin_link,
    kappa,
    refill,
    same,
    key_partner,
    authors,
    n_authors,
    lost,
):
    """Fill the author list of every paper; add refused sensitive slots to ``lost[a, b]`` (in projects).

    Parameters
    ----------
    cumulative : [P, P], distribution of partner places by the lead's place.
    friction : [4 kinds, P, P], share of slots refused by the rules of either side.
    same : probability that the same agent is the same person, 1 / scale.
    repeat : share of slots that go to a past co-author; origin_link : of the rest, the share that people who work
        outside their origin give to their origin (C9).
    authors : rows, the lead first, at ``first[k]``; n_authors : [papers] authors found.
    """
    for k in range(lead.shape[0]):
        i = lead[k]
        a = place[i]
        at = first[k]
        authors[at] = i
        n = 1
        kind = project[i] & 3
        pkey = fold(person_key(key_partner, uid[i]), np.uint64(ordinal[k]))
        for slot in range(1, first[k + 1] - at):
            skey = fold(pkey, np.uint64(slot))
            j = -1
            b = a
            if unit(skey, np.uint64(_D_REPEAT)) < repeat:
                t = int(unit(skey, np.uint64(_D_TIE)) * tie_row.shape[1])
                row = tie_row[i, t]
                if tie_alive(uid, row, tie_tag[i, t]) and (
                    not in_team(authors, at, n, row) or (same < 1.0 and unit(skey, np.uint64(_D_SAME)) >= same)
                ):
                    j = row
                    b = place[row]
            if j < 0:
                if origin[i] != a and unit(skey, np.uint64(_D_ORIGIN)) < origin_link:
                    b = origin[i]
                else:
                    b = draw_place(cumulative[a], unit(skey, np.uint64(_D_PLACE)))
                    for r in range(1, 4):
                        if total[b] > 0:
                            break
                        b = draw_place(cumulative[a], unit(skey, np.uint64(_D_PLACE + r * _RETRY)))
            refusal = 1.0 - (1.0 - friction[kind, a, b]) * (1.0 - fear_refusal(kappa, fear[i], a, b, threat))
            refused = refusal > 0.0 and unit(skey, np.uint64(_D_REFUSE)) < refusal
            if not refused:
                if j < 0:
                    j = draw_person(
                        table, start, mask, total, b, fold(skey, np.uint64(_D_PERSON)), authors, at, n, same
                    )
                if j >= 0:
                    shy = fear_refusal(kappa, fear[j], b, a, threat)
                    refused = shy > 0.0 and unit(skey, np.uint64(_D_PARTNER)) < shy
            if refused:
                j = -1
                if unit(skey, np.uint64(_D_REFILL)) < refill:
                    c = draw_place(cumulative[a], unit(skey, np.uint64(_D_OTHER)))
                    if c == b or friction[kind, a, c] > 0.0:
                        c = a
                    j = draw_person(
                        table, start, mask, total, c, fold(skey, np.uint64(_D_PERSON2)), authors, at, n, same
                    )
                if kind & SENSITIVE:
                    lost[a, b] += 1.0 / n_leads[i]
            if j >= 0:
                authors[at + n] = j
                n += 1
        n_authors[k] = n


@njit(cache=True, nogil=True)
def update_ties(uid, tie_row, tie_tag, first, n_authors, authors, key_tie):
    """Lead and partners of each paper remember each other; the order of papers does not matter."""
    n_new = np.zeros(uid.shape[0], np.uint8)
    for k in range(n_authors.shape[0]):
        i = authors[first[k]]
        for m in range(first[k] + 1, first[k] + n_authors[k]):
            # an agent may remember itself: another of the people it stands for (never at scale 1)
            remember(uid, tie_row, tie_tag, n_new, i, authors[m], key_tie)
            if authors[m] != i:
                remember(uid, tie_row, tie_tag, n_new, authors[m], i, key_tie)


def partner_distribution(
    affinity: np.ndarray,
    mass: np.ndarray,
    home: np.ndarray,
    size: float,
    trust_ratio: np.ndarray,
    tau: float,
    joint: np.ndarray,
    propensity: float,
) -> np.ndarray:
    """Cumulative distribution of partner places [P lead, P partner] of one field.

    ``w_ab = A_ab S_b^alpha (T_ab / T_ab,2017)^tau exp(joint) / sqrt(H_a H_b)``, home ``w_aa = S_a^alpha``: the
    border between two places is the geometric mean of their home weights, since a place that keeps to itself
    also is chosen less (docs/decisions/home-weights.md).

    Parameters
    ----------
    affinity : [P, P], diagonal ignored; mass : [P], fractional papers of places (all fields: they differ little).
    home : [P], H_a; propensity : the field's propensity for partners abroad.
    """
    n = len(mass)
    mass_power = np.maximum(mass, 0.0) ** size
    border = np.sqrt(home[:, None] * home[None, :])
    weight = affinity * mass_power[None, :] * trust_ratio**tau * np.exp(joint) * propensity / border
    weight[np.arange(n), np.arange(n)] = np.maximum(mass_power, 1e-9)
    cumulative = np.cumsum(weight, axis=1)
    cumulative /= cumulative[:, -1:]
    cumulative[:, -1] = 1.0
    return cumulative


@lru_cache(maxsize=1024)
def team_distribution(mean: float, tail: float) -> np.ndarray:
    """Cumulative distribution of partners per paper, 0 .. MAX_TEAM - 1: Poisson core and a Pareto tail.

    A share `tail` of papers has ``k`` partners with probability ~ k^-2.5 above the core (Milojevic 2014,
    doi:10.1073/pnas.1309723111); the core's mean is solved for, so that authors per paper have `mean`.
    """
    k = np.arange(MAX_TEAM)
    factorial = np.cumprod(np.maximum(k, 1.0))
    heavy = np.where(k >= 4, np.maximum(k, 1.0) ** -2.5, 0.0)
    heavy /= heavy.sum()

    tail = min(tail, 0.9 * (mean - 1.0) / float(heavy @ k))  # small teams leave no room for a long tail

    def density(core: float) -> np.ndarray:
        poisson = np.exp(-core) * core**k / factorial
        return (1 - tail) * poisson / poisson.sum() + tail * heavy

    core = brentq(lambda x: density(x) @ k - (mean - 1.0), 1e-6, 60.0)
    cumulative = np.cumsum(density(core))
    cumulative[-1] = 1.0
    return cumulative
