"""Researchers, papers and fear of a place by constituency: origin, career stage, size of institution, field (ODD 3).

Everybody belongs to one member of each of `CONSTITUENCIES`. Members are numbered one kind after the other: origins by
place, then `STAGES`, `SIZE_CLASSES` and fields; arrays over places and members hold all kinds.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.axes import SIZE_CLASSES, STAGES
from sim.core.kernels import njit
from sim.data.fields import N_FIELDS

N_STAGES, N_SIZES = len(STAGES), len(SIZE_CLASSES)


class Constituencies(NamedTuple):
    """Sums over people at the end of a year, in agents, each [place, member].

    Attributes
    ----------
    researchers : people; papers : their papers of the year, by their shares as authors; fear : sum of fear.
    """

    researchers: np.ndarray
    papers: np.ndarray
    fear: np.ndarray

    @classmethod
    def none(cls, n_places: int) -> Constituencies:
        """Nobody."""
        shape = (n_places, sum(members_by_kind(n_places)))
        return cls(np.zeros(shape, np.int64), np.zeros(shape), np.zeros(shape))


def members_by_kind(n_places: int) -> tuple[int, ...]:
    """Number of members of each kind, in the order of `CONSTITUENCIES`."""
    return n_places, N_STAGES, N_SIZES, N_FIELDS


@njit(cache=True, inline="always")
def members_of(
    origin: np.uint8, stage: np.uint8, size_class: int, field: int, n_places: int
) -> tuple[np.int64, np.int64, np.int64, np.int64]:
    """Numbers of the members that a person belongs to, one of each kind."""
    stages, sizes, fields = n_places, n_places + N_STAGES, n_places + N_STAGES + N_SIZES
    return np.int64(origin), stages + np.int64(stage), sizes + np.int64(size_class), fields + np.int64(field)


@njit(cache=True, nogil=True)
def count_standing(
    people: np.ndarray, output: np.ndarray, field: int, size_class: np.ndarray, counts: Constituencies
) -> None:
    """Add up the living of one field; `size_class` [I] of institutions, `counts` is added to."""
    researchers, papers, fear = counts.researchers, counts.papers, counts.fear
    n_places = researchers.shape[0]
    for i in range(people.shape[0]):
        person = people[i]
        if person.uid == 0:
            continue
        a, written, afraid = person.place, output[i].papers_fractional, person.fear
        for m in members_of(person.origin, person.stage, size_class[person.institution], field, n_places):
            researchers[a, m] += 1
            papers[a, m] += written
            fear[a, m] += afraid


@njit(cache=True, nogil=True)
def count_leaving(people: np.ndarray, rows: np.ndarray, field: int, size_class: np.ndarray, number: np.ndarray) -> None:
    """Add the people of the given rows of one field to `number` [place, member]; `size_class` [I] of institutions."""
    for i in rows:
        person = people[i]
        for m in members_of(person.origin, person.stage, size_class[person.institution], field, number.shape[0]):
            number[person.place, m] += 1
