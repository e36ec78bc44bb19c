"""A refused or delayed entrant who stayed at home tries again in the next year, once (ODD 7.3)."""

from __future__ import annotations

import numpy as np

from sim.core.axes import NONE
from sim.core.kernels import njit
from sim.core.randomness import draw
from sim.engines.mobility import Movers
from sim.engines.pull_of_ties import places_with_ties


@njit(cache=True, nogil=True)
def try_again(
    year: int,
    people: np.ndarray,
    ties: np.ndarray,
    refused: np.ndarray,
    share: float,
    key: np.uint64,
    movers: Movers,
) -> int:
    """Those of last year's entrants of one field who now go to the host they wait for; returns how many.

    They try with probability `share` and are refused as this year's entrants are; a delay is over. Whoever does not
    go, or has gone elsewhere since, waits no longer.

    Parameters
    ----------
    refused : [O, P], share of entrants refused this year; movers : out, as long as the rows.
    """
    row, place_from, place_to = movers.row, movers.place_from, movers.place_to
    origin, stage, with_tie = movers.origin, movers.stage, movers.with_tie
    found = np.empty(ties.shape[1], np.uint8)
    number = np.empty(ties.shape[1], np.int64)
    n = 0
    for i in range(people.shape[0]):
        person = people[i]
        if person.awaits == NONE or person.entry_year == year:
            continue
        o, d = person.origin, person.awaits
        person.awaits = NONE
        if person.place == o and draw(key, person.uid) < share * (1.0 - refused[o, d]):
            n_found = places_with_ties(people["place"], ties, i, found, number)
            row[n], place_from[n], place_to[n], origin[n], stage[n] = i, o, d, o, person.stage
            with_tie[n] = (found[:n_found] == d).any()
            n += 1
    return n
