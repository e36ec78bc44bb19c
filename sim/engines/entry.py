"""People: identities, the initial world, and each year's cohort with its choice of a place of entry.

Cohorts are fixed by origin; policy diverts them but never deletes them (P29). The choice is nested, home or
abroad and then a host (ODD 7.3), and each person carries fixed Gumbel errors for all hosts,
so that a policy of one host moves only those who enter or leave it.
"""

from __future__ import annotations

import numpy as np

from sim.core.columns import Block
from sim.core.kernels import njit
from sim.core.randomness import Stream, base_key, draw, keyed_round, normal, person_key, uniform, unit
from sim.engines.careers import stage_of
from sim.engines.mobility import choose, pick_institution

UID_YEAR0 = 1900


def make_uids(origin: np.ndarray, year: np.ndarray, field: int, ordinal: np.ndarray) -> np.ndarray:
    """Stable uid from origin, cohort year, field and ordinal within these (uint64, never 0)."""
    u = np.uint64
    head = ((origin.astype(u) + u(1)) << u(12)) | (year.astype(u) - u(UID_YEAR0))
    return (((head << u(4)) | u(field)) << u(32)) | ordinal.astype(u)


def cohort_counts(seed: int, replicate: int, before: np.ndarray, after: np.ndarray, scale: float) -> np.ndarray:
    """Agents born this year by field and origin [F, O].

    Cumulative people are rounded with one fixed number a cell, so that the sum over years is never off by more
    than one agent.
    """
    key = base_key(seed, replicate, Stream.COHORT, 0)
    return keyed_round(key, after / scale) - keyed_round(key, before / scale)


@njit(cache=True, inline="always")
def talent_of(uid, sigma, key):
    """Log-normal talent with mean 1, fixed by uid."""
    return np.exp(sigma * normal(key, uid, np.uint64(0)) - 0.5 * sigma * sigma)


@njit(cache=True, nogil=True)
def set_talent(uid, rows, talent, sigma, key):
    """Talent of the people in some rows."""
    for r in rows:
        talent[r] = talent_of(uid[r], sigma, key)


@njit(cache=True, nogil=True)
def choose_entry(
    rows,
    uid,
    origin,
    talent,
    sigma,
    logit_abroad,
    weight,
    talent_abroad,
    place_first,
    weight_sum,
    key_home,
    key_host,
    key_institution,
    place,
    entry_place,
    institution,
    out_count,
):
    """Place of entry and institution of each newborn of a field.

    Parameters
    ----------
    logit_abroad : [O], log odds of entering abroad; weight : [O, P], exp(V/lambda) of each host, 0 if closed.
    talent_abroad : log odds per standard deviation of ln talent, at unchanged mean.
    place_first, weight_sum, key_institution : see `settle`.
    out_count : [origin, place], out, agents.
    """
    shift = 0.5 * talent_abroad * talent_abroad
    host = weight.copy()
    for o in range(host.shape[0]):
        host[o, o] = 0.0
    for r in rows:
        o = origin[r]
        z = np.log(talent[r]) / sigma + 0.5 * sigma
        odds = logit_abroad[o] + talent_abroad * z - shift
        a = np.int64(o)
        if draw(key_home, uid[r]) * (1.0 + np.exp(-odds)) < 1.0:
            best = choose(host[o], person_key(key_host, uid[r]))
            a = best if best >= 0 else a
        place[r] = entry_place[r] = a
        institution[r] = pick_institution(a, uniform(key_institution, uid[r], np.uint64(a)), place_first, weight_sum)
        out_count[o, a] += 1


def entry_choice(
    home_share: np.ndarray,
    abroad_share: np.ndarray,
    change: np.ndarray,
    home_change: np.ndarray,
    dissimilarity: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Log odds of entering abroad [G, O] and weights exp(V/lambda) of hosts [G, O, P].

    ``V_od = lambda ln(base share) + change``: with nothing changed, hosts get exactly their base shares.

    Parameters
    ----------
    home_share : [O], abroad_share : [O, P] base shares.
    change : [G, O, P], change of utility of host d for origin o (``-inf``: closed); home_change : [O].
    dissimilarity : lambda in (0.2, 1].
    """
    weight = abroad_share[None] * np.exp(change / dissimilarity)
    with np.errstate(divide="ignore"):
        inclusive = np.log(weight.sum(axis=-1))  # 0 where nothing changes
    share = np.clip(home_share, 1e-9, 1.0 - 1e-9)
    odds = np.log((1.0 - share) / share)[None, :] + dissimilarity * inclusive - home_change[None, :]
    return odds, weight


def bear(block: Block, field: int, counts: np.ndarray, year: int, key_talent: np.uint64, sigma: float) -> np.ndarray:
    """Rows of this year's newborns of a field, with identity and talent set; place still to be chosen."""
    rows = block.allocate(int(counts.sum()))
    first_uid = make_uids(np.arange(len(counts)), np.array([year]), field, np.zeros(1, np.int64))
    view = block.used("uid", "origin", "entry_year", "talent")
    _newborns(rows, first_uid, counts, year, sigma, key_talent, *view)
    return rows


@njit(cache=True, nogil=True)
def _newborns(rows, first_uid, counts, year, sigma, key, uid, origin, entry_year, talent):
    """Give rows to the newborns of each origin in turn; `first_uid` [O] is the uid of each origin's first."""
    k = 0
    for o in range(counts.shape[0]):
        for n in range(counts[o]):
            r = rows[k]
            uid[r] = first_uid[o] + np.uint64(n)
            origin[r] = o
            entry_year[r] = year
            talent[r] = talent_of(first_uid[o] + np.uint64(n), sigma, key)
            k += 1


@njit(cache=True, nogil=True)
def settle(rows, uid, place, entry_place, institution, place_first, weight_sum, key_institution):
    """Record the place of entry and give each newborn an institution."""
    for r in rows:
        entry_place[r] = place[r]
        institution[r] = pick_institution(
            place[r], uniform(key_institution, uid[r], np.uint64(place[r])), place_first, weight_sum
        )


@njit(cache=True, nogil=True)
def _initial_people(place, n_origin_cum, turnover, year, key, origin, entry_year, permanent, stage):
    for i in range(place.shape[0]):
        pkey = person_key(key, np.uint64(i))
        a = place[i]
        u = unit(pkey, np.uint64(0))
        o = 0
        while n_origin_cum[a, o] < u:
            o += 1
        origin[i] = o
        age = 1 + min(40, int(-np.log(unit(pkey, np.uint64(1))) / turnover[a]))
        entry_year[i] = year - age
        stage[i] = stage_of(age)
        held = 0.3 if stage[i] == 0 else (0.8 if stage[i] == 1 else 0.95)
        permanent[i] = 1 if unit(pkey, np.uint64(2)) < held else 0


def first_people(
    block: Block,
    field: int,
    n_by_place: np.ndarray,
    mix: np.ndarray,
    turnover: np.ndarray,
    year: int,
    seed: int,
    replicate: int,
    sigma: float,
) -> None:
    """Fill a block with the people of the year before the first simulated one.

    Years since entry are geometric with the place's turnover (entries over stock), origins follow the entrants'
    mix; both are assumptions that the warm-up washes out.

    Parameters
    ----------
    n_by_place : [P] agents; mix : [P, O] rows sum to 1; turnover : [P].
    """
    n = int(n_by_place.sum())
    rows = block.allocate(n)
    place = np.repeat(np.arange(len(n_by_place)), n_by_place).astype(np.uint8)
    block.place[rows] = place
    cumulative = np.cumsum(mix, axis=1)
    cumulative[:, -1] = 1.0
    key = np.uint64(base_key(seed, replicate, Stream.INITIAL, field))
    view = block.used("origin", "entry_year", "permanent", "stage")
    _initial_people(place, cumulative, np.maximum(turnover, 0.03), year, key, *view)
    origin, entry_year = block.origin[rows].astype(np.int64), block.entry_year[rows].astype(np.int64)
    block.uid[rows] = make_uids(origin, entry_year, field, _ordinal(origin * 10_000 + entry_year))
    block.entry_place[rows] = place
    set_talent(block.uid, rows, block.talent, sigma, base_key(seed, replicate, Stream.TALENT, 0))


def _ordinal(group: np.ndarray) -> np.ndarray:
    """Position of each element among those of its own group, in order of appearance."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    position = np.arange(len(group)) - np.repeat(starts, np.diff(np.r_[starts, len(group)]))
    out = np.empty(len(group), np.int64)
    out[order] = position
    return out
