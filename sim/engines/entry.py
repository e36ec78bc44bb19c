"""Entry: identities, each year's cohort, and the first people.

Cohorts are fixed by origin; policy diverts them but never deletes them (P29): `sim.engines.hosts`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.columns import Block
from sim.core.kernels import njit
from sim.core.randomness import Stream, base_key, keyed_round, normal, person_key, unit
from sim.engines.careers import stage_of
from sim.engines.choice import InstitutionShares, choose_institution

UID_YEAR0 = 1900
LONGEST_CAREER = 41  # years since entry of the first people, at most
LEAST_TURNOVER = 0.03  # entries over stock of a place, for the ages of the first people
FIRST_TENURE = np.array([0.3, 0.8, 0.95])  # share of the first people with a permanent post by stage: assumed


def make_uids(origin: np.ndarray, year: np.ndarray, field: int, ordinal: np.ndarray) -> np.ndarray:
    """Stable uid from origin, cohort year, field and ordinal within these (uint64, never 0)."""
    u = np.uint64
    head = ((origin.astype(u) + u(1)) << u(12)) | (year.astype(u) - u(UID_YEAR0))
    return (((head << u(4)) | u(field)) << u(32)) | ordinal.astype(u)


# --- the year's cohort --------------------------------------------------------------------------------------
def cohort_counts(seed: int, replicate: int, before: np.ndarray, after: np.ndarray, scale: float) -> np.ndarray:
    """Agents who enter this year by field and origin [F, O].

    Cumulative people are rounded with one fixed number a cell, so that the sum over years is never off by more
    than one agent.
    """
    key = base_key(seed, replicate, Stream.COHORT, 0)
    return keyed_round(key, after / scale) - keyed_round(key, before / scale)


def create_cohort(
    block: Block, field: int, counts: np.ndarray, year: int, sigma: float, key_talent: np.uint64
) -> np.ndarray:
    """Rows of this year's entrants of a field, `counts` [O] by origin; place still to be chosen."""
    rows = block.allocate(int(counts.sum()))
    first_uid = make_uids(np.arange(len(counts)), np.array([year]), field, np.zeros(1, np.int64))
    _fill_cohort(rows, block.rows.people, first_uid, counts, year, sigma, key_talent)
    return rows


@njit(cache=True, inline="always")
def talent_of(uid: np.uint64, sigma: float, key: np.uint64) -> float:
    """Log-normal talent with mean 1, fixed by uid."""
    return np.exp(sigma * normal(key, uid, np.uint64(0)) - 0.5 * sigma * sigma)


@njit(cache=True, nogil=True)
def _fill_cohort(
    rows: np.ndarray,
    people: np.ndarray,
    first_uid: np.ndarray,
    counts: np.ndarray,
    year: int,
    sigma: float,
    key: np.uint64,
) -> None:
    """Give rows to the entrants of each origin in turn; `first_uid` [O] is the uid of each origin's first."""
    k = 0
    for o in range(counts.shape[0]):
        for n in range(counts[o]):
            person = people[rows[k]]
            person.uid = first_uid[o] + np.uint64(n)
            person.origin = o
            person.entry_year = year
            person.talent = talent_of(first_uid[o] + np.uint64(n), sigma, key)
            k += 1


# --- the first people ---------------------------------------------------------------------------------------
class FirstPeople(NamedTuple):
    """People of the year before the first simulated one, in one field.

    Years since entry are geometric with the place's turnover, origins follow the entrants' mix; both are
    assumptions that the warm-up washes out.

    Attributes
    ----------
    number : [P], agents; mix : [P, O], origins of the place's people, rows sum to 1.
    turnover : [P], yearly entries over stock.
    year : first simulated year; talent_sigma : standard deviation of ln talent.
    """

    number: np.ndarray
    mix: np.ndarray
    turnover: np.ndarray
    year: int
    talent_sigma: float


class FirstKeys(NamedTuple):
    """Keys of the streams that the first people of one field draw from."""

    person: np.uint64
    talent: np.uint64
    institution: np.uint64


def create_first_people(
    block: Block, field: int, first: FirstPeople, institutions: InstitutionShares, keys: FirstKeys
) -> None:
    """Fill an empty block with the first people of a field."""
    block.allocate(int(first.number.sum()))
    people = block.rows.people
    people["place"] = np.repeat(np.arange(len(first.number)), first.number)
    cumulative = np.cumsum(first.mix, axis=1)
    cumulative[:, -1] = 1.0
    ordinal = _draw_first(people, cumulative, np.maximum(first.turnover, LEAST_TURNOVER), first.year, keys.person)
    people["uid"] = make_uids(people["origin"], people["entry_year"], field, ordinal)
    _settle_first(people, first.talent_sigma, institutions, keys.talent, keys.institution)


@njit(cache=True, nogil=True)
def _draw_first(
    people: np.ndarray, origin_cumulative: np.ndarray, turnover: np.ndarray, year: int, key: np.uint64
) -> np.ndarray:
    """Origin, age and tenure of people who have a place; their ordinal [n] within origin and cohort."""
    ordinal = np.empty(people.shape[0], np.int64)
    number = np.zeros((origin_cumulative.shape[1], LONGEST_CAREER + 1), np.int64)
    for i in range(people.shape[0]):
        person = people[i]
        pkey = np.uint64(person_key(key, np.uint64(i)))
        a = person.place
        u = unit(pkey, np.uint64(0))
        o = 0
        while origin_cumulative[a, o] < u:
            o += 1
        person.origin = o
        age = 1 + min(LONGEST_CAREER - 1, int(-np.log(unit(pkey, np.uint64(1))) / turnover[a]))
        person.entry_year = year - age
        person.stage = stage_of(age)
        person.permanent = 1 if unit(pkey, np.uint64(2)) < FIRST_TENURE[person.stage] else 0
        ordinal[i] = number[o, age]
        number[o, age] += 1
    return ordinal


@njit(cache=True, nogil=True)
def _settle_first(
    people: np.ndarray, sigma: float, institutions: InstitutionShares, key_talent: np.uint64, key: np.uint64
) -> None:
    """Talent, place of entry and institution of people who have a uid and a place."""
    first, cumulative = institutions
    for i in range(people.shape[0]):
        person = people[i]
        person.talent = talent_of(person.uid, sigma, key_talent)
        person.entry_place = person.place
        person.institution = choose_institution(person.uid, np.int64(person.place), first, cumulative, key)
