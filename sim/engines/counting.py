"""Head counts over the rows of a field: what governments, measures and next year's state are made from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.core.axes import NONE
from sim.core.kernels import njit
from sim.core.ties import place_of, tie_year


class HeadCounts(NamedTuple):
    """People at the end of a year, in agents.

    Attributes
    ----------
    cells : [origin, place, stage]; came_from : [place, previous place]; by_institution : [I].
    n_permanent : [P], people with tenure; fear_sum : [origin, place], sum of fear.
    exposed : [place, origin], established and senior people with a tie or second affiliation in a threat.
    tied : [watched place, other place, origin], established and senior people with a tie or second affiliation in the
        other, by their origin; watched : [W], places whose tied and exposed people are counted, which are few.
    """

    cells: np.ndarray
    came_from: np.ndarray
    by_institution: np.ndarray
    n_permanent: np.ndarray
    fear_sum: np.ndarray
    exposed: np.ndarray
    tied: np.ndarray
    watched: np.ndarray

    @classmethod
    def zeros(cls, n_places: int, n_institutions: int, watched: np.ndarray) -> HeadCounts:
        """Nobody; `watched` : [W], indices of places."""
        pair = (n_places, n_places)
        return cls(
            cells=np.zeros((*pair, 3), np.int64),
            came_from=np.zeros(pair, np.int64),
            by_institution=np.zeros(n_institutions, np.int64),
            n_permanent=np.zeros(n_places, np.int64),
            fear_sum=np.zeros(pair),
            exposed=np.zeros(pair, np.int64),
            tied=np.zeros((len(watched), *pair), np.int32),
            watched=watched,
        )

    @classmethod
    def of_fields(cls, fields: Sequence[HeadCounts]) -> HeadCounts:
        """People of all fields."""
        summed = cls(*(sum(parts[1:], parts[0]) for parts in zip(*fields)))
        return summed._replace(watched=fields[0].watched)

    @property
    def number_tied(self) -> np.ndarray:
        """People tied to another place, of any origin [place, other place]."""
        number = np.zeros(self.exposed.shape)
        number[self.watched] = self.tied.sum(axis=2)
        return number

    @property
    def stock(self) -> np.ndarray:
        """Researchers of all stages [origin, place]."""
        return self.cells[:, :, 0] + self.cells[:, :, 1] + self.cells[:, :, 2]  # several times faster than `sum`


@njit(cache=True, nogil=True)
def count_people(
    people: np.ndarray,
    ties: np.ndarray,
    threat: np.ndarray,
    active_from: float,
    counts: HeadCounts,
) -> None:
    """Count the living of one field, one pass over the rows.

    Cases are per principal investigator with ties to a threat (P16), so early-stage people are never exposed.

    Parameters
    ----------
    threat : [place a, place b], threat of b to a.
    active_from : year since which a joint paper makes a co-author tie an active one.
    counts : out, added to.
    """
    cells, came_from, by_institution = counts.cells, counts.came_from, counts.by_institution
    n_permanent, fear_sum, exposed, tied = counts.n_permanent, counts.fear_sum, counts.exposed, counts.tied
    seen = np.empty(ties.shape[1] + 1, np.int64)
    row = np.full(threat.shape[0], -1)  # of a watched place in `tied`
    for k in range(counts.watched.shape[0]):
        row[counts.watched[k]] = k
    for i in range(people.shape[0]):
        person = people[i]
        if person.uid == 0:
            continue
        a, o = person.place, person.origin
        cells[o, a, person.stage] += 1
        by_institution[person.institution] += 1
        n_permanent[a] += person.permanent != 0
        if person.fear != 0.0:
            fear_sum[o, a] += person.fear
        if person.prev_place != NONE:
            came_from[a, person.prev_place] += 1
        if row[a] >= 0 and person.stage > 0:
            n = places_abroad(people, ties, i, active_from, seen)
            risky = False
            for k in range(n):
                tied[row[a], seen[k], o] += 1
                risky = risky or threat[a, seen[k]] > 0.0
            exposed[a, o] += risky


@njit(cache=True)
def places_abroad(people: np.ndarray, ties: np.ndarray, i: int, active_from: float, seen: np.ndarray) -> int:
    """Number of other places in which person i has active ties or a second affiliation, each once in `seen`, out."""
    n = 0
    here, dual = people[i].place, people[i].dual
    if dual != NONE and dual != here:
        seen[0] = dual
        n = 1
    for t in range(ties.shape[1]):
        b = place_of(people, ties[i, t])
        known = b in (NONE, here) or tie_year(ties[i, t]) < active_from
        for k in range(n):
            known = known or seen[k] == b
        if not known:
            seen[n] = b
            n += 1
    return n
