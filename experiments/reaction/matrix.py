"""The reaction matrix: what one government's step more does to the steps that all others are likely to take."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.reaction.lives import Macros, State, Trace, config, live
from experiments.reaction.priors import Values
from sim import World
from sim.data.tables import WorldData
from sim.data.threat import threat_matrix

FIRST, LAST = 2019, 2023  # decisions that look at 2018-22, when one government stands one rung higher
N_LADDERS = 3
RESTRICT = 1
NOBODY = -1


def largest(data: WorldData, n: int) -> list[int]:
    """The places with most researchers at the end of the data, without rests."""
    order = np.argsort(-data.researchers[-1], kind="stable")
    return [int(place) for place in order if not data.is_rest[place]][:n]


def first_threats(scale: int) -> np.ndarray:
    """First place on each government's list of concern [P], `NOBODY` if the list is empty."""
    world = World(config(scale), empty=True)
    listed, threat = world.council.listed, threat_matrix("rivalry", world.setting.data)
    return np.where(listed.any(axis=1), np.where(listed, threat, -1.0).argmax(axis=1), NOBODY)


def matrix(
    scale: int, past: State, replicate: int, paired: Macros, values: Values, places: list[int], threats: np.ndarray
) -> np.ndarray:
    """Expected steps [3, N, 3, N]: of b's ladder l, in five years, for one step more of a on ladder k.

    Cell [k, a, l, b] is the sum over 2019-23 of p_up - p_down of b, a held one rung higher from 2018 less a as it goes;
    all uniform numbers are equal. A government restricts its first threat; without one its row is 0.
    """
    cfg = config(scale)

    def steps(raised: tuple[int, int, int] | None) -> np.ndarray:
        trace, _ = live(cfg, past, replicate, "reactive", paired, values, LAST, raised)
        return expected_steps(trace)[:, places]

    usual, n = steps(None), len(places)
    found = np.zeros((N_LADDERS, n, N_LADDERS, n))
    for ladder, row, raised in interventions(places, threats):
        found[ladder, row] = steps(raised) - usual
    return found


def interventions(places: list[int], threats: np.ndarray) -> Iterator[tuple[int, int, tuple[int, int, int]]]:
    """Ladder, row and who is raised."""
    for ladder in range(N_LADDERS):
        for row, place in enumerate(places):
            if ladder != RESTRICT or threats[place] != NOBODY:
                yield ladder, row, (ladder, place, int(threats[place]))


def expected_steps(trace: Trace) -> np.ndarray:
    """Sum over 2019-23 of p_up - p_down [3, P]."""
    years = slice(FIRST - 2018, LAST - 2018 + 1)
    found: np.ndarray = (trace.up[years].astype(float) - trace.down[years]).sum(axis=0)
    return found


def radius(block: np.ndarray) -> float:
    """Spectral radius of a square block: below 1 reactions to reactions die out."""
    return float(np.abs(np.linalg.eigvals(block)).max())


def radii(found: np.ndarray) -> dict[str, float]:
    """Spectral radius by ladder and of all ladders together, from `matrix`."""
    n = found.shape[1]
    names = ("protect", "restrict", "promote")
    alone = {name: radius(found[k, :, k, :]) for k, name in enumerate(names)}
    return alone | {"all": radius(found.reshape(N_LADDERS * n, N_LADDERS * n))}
