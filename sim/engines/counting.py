"""Head counts over the rows of a field: what governments, measures and next year's state are made from."""

from __future__ import annotations

import numpy as np

from sim.kernels import njit
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
    dual,
    ties,
    threat,
    watched,
    cells,
    came_from,
    by_institution,
    n_permanent,
    fear_sum,
    exposed,
):
    """Count the living of one field (agents), one pass over the rows.

    Cases are per principal investigator with ties to a threat (target P16), so early-stage people are never exposed.

    Parameters
    ----------
    threat : [place a, place b], threat of b to a; watched : [P] places whose exposed people are counted.
    cells : [origin, place, stage], out; came_from : [place, previous place], out.
    by_institution : [I], out; n_permanent : [P], out; fear_sum : [origin, place], out, sum of fear.
    exposed : [place, origin], out, established and senior people with a tie or second affiliation in a threat.
    """
    for i in range(uid.shape[0]):
        if uid[i] == 0:
            continue
        a, o = place[i], origin[i]
        cells[o, a, stage[i]] += 1
        by_institution[institution[i]] += 1
        n_permanent[a] += permanent[i]
        if fear[i] != 0.0:
            fear_sum[o, a] += fear[i]
        if prev_place[i] != 255:
            came_from[a, prev_place[i]] += 1
        if watched[a] and stage[i] > 0 and is_exposed(uid, place, dual[i], ties, i, threat[a]):
            exposed[a, o] += 1


@njit(cache=True)
def is_exposed(uid, place, dual, ties, i, threat):
    """True if person i has a second affiliation or a tie in a place that is a threat to theirs; `threat` [P]."""
    if dual != 255 and threat[dual] > 0.0:
        return True
    for t in range(ties.shape[1]):
        b = tie_place(uid, place, ties[i, t])
        if b != 255 and threat[b] > 0.0:
            return True
    return False


def empty_counts(n_places: int, n_institutions: int) -> tuple[np.ndarray, ...]:
    """Zero arrays for `count_people`, in its order."""
    return (
        np.zeros((n_places, n_places, 3), np.int64),
        np.zeros((n_places, n_places), np.int64),
        np.zeros(n_institutions, np.int64),
        np.zeros(n_places, np.int64),
        np.zeros((n_places, n_places)),
        np.zeros((n_places, n_places), np.int64),
    )
