"""Head counts over the rows of a field: what governments, measures and next year's state are made from."""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.ties import tie_place


@njit(cache=True, nogil=True)
def count_people(
    uid,
    origin,
    place,
    institution,
    stage,
    permanent,
    fear,
    prev_place,
    cells,
    came_from,
    by_institution,
    n_permanent,
    fear_sum,
):
    """Count the living of one field (agents).

    Parameters
    ----------
    cells : [origin, place, stage], out; came_from : [place, previous place], out.
    by_institution : [I], out; n_permanent : [P], out; fear_sum : [origin, place], out, sum of fear.
    """
    for i in range(uid.shape[0]):
        if uid[i] == 0:
            continue
        a = place[i]
        cells[origin[i], a, stage[i]] += 1
        by_institution[institution[i]] += 1
        n_permanent[a] += permanent[i]
        fear_sum[origin[i], a] += fear[i]
        if prev_place[i] != 255:
            came_from[a, prev_place[i]] += 1


@njit(cache=True, nogil=True)
def count_exposed(uid, origin, place, stage, dual, ties, threat, exposed):
    """Count established and senior people with a tie or second affiliation in a place that is a threat.

    Cases are per principal investigator with such ties (target P16), so early-stage people are left out.
    ``exposed`` : [place, origin], out, agents.
    """
    for i in range(uid.shape[0]):
        if uid[i] == 0 or stage[i] == 0:
            continue
        a = place[i]
        near = dual[i] != 255 and threat[a, dual[i]] > 0.0
        for t in range(ties.shape[1]):
            if near:
                break
            b = tie_place(uid, place, ties[i, t])
            near = b != 255 and threat[a, b] > 0.0
        if near:
            exposed[a, origin[i]] += 1


def empty_counts(n_places: int, n_institutions: int) -> tuple[np.ndarray, ...]:
    """Zero arrays for `count_people`, in its order."""
    return (
        np.zeros((n_places, n_places, 3), np.int64),
        np.zeros((n_places, n_places), np.int64),
        np.zeros(n_institutions, np.int64),
        np.zeros(n_places, np.int64),
        np.zeros((n_places, n_places)),
    )
