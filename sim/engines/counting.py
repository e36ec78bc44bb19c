"""Head counts over the rows of a field: what governments, measures and next year's state are made from."""

from __future__ import annotations

import numpy as np

from sim.core.kernels import njit
from sim.core.ties import tie_place


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
    tied,
):
    """Count the living of one field (agents), one pass over the rows.

    Cases are per principal investigator with ties to a threat (P16), so early-stage people are never exposed.

    Parameters
    ----------
    threat : [place a, place b], threat of b to a; watched : [P] places whose exposed people are counted.
    cells : [origin, place, stage], out; came_from : [place, previous place], out.
    by_institution : [I], out; n_permanent : [P], out; fear_sum : [origin, place], out, sum of fear.
    exposed : [place, origin], out, established and senior people with a tie or second affiliation in a threat.
    tied : [place, other place], out, established and senior people with a tie or second affiliation in the other.
    """
    seen = np.empty(ties.shape[1] + 1, np.int64)
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
        if watched[a] and stage[i] > 0:
            n = places_abroad(uid, place, dual[i], ties, i, seen)
            risky = False
            for k in range(n):
                tied[a, seen[k]] += 1
                risky = risky or threat[a, seen[k]] > 0.0
            exposed[a, o] += risky


@njit(cache=True)
def places_abroad(uid, place, dual, ties, i, seen):
    """Number of other places in which person i has ties or a second affiliation, each once in `seen`, out."""
    n = 0
    if dual != 255 and dual != place[i]:
        seen[0] = dual
        n = 1
    for t in range(ties.shape[1]):
        b = tie_place(uid, place, ties[i, t])
        if b == 255 or b == place[i]:
            continue
        known = False
        for k in range(n):
            known = known or seen[k] == b
        if not known:
            seen[n] = b
            n += 1
    return n


def empty_counts(n_places: int, n_institutions: int) -> tuple[np.ndarray, ...]:
    """Zero arrays for `count_people`, in its order."""
    return (
        np.zeros((n_places, n_places, 3), np.int64),
        np.zeros((n_places, n_places), np.int64),
        np.zeros(n_institutions, np.int64),
        np.zeros(n_places, np.int64),
        np.zeros((n_places, n_places)),
        np.zeros((n_places, n_places), np.int64),
        np.zeros((n_places, n_places), np.int64),
    )
