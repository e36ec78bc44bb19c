"""The year 2018 under some cells of some channels, for tests of what phases make of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.phases.setting import YearContext
from sim.policy.channels import Channels
from sim.world import World

P = 64
HOST, ORIGIN, OTHER = 3, 5, 7  # a host or acting place, an origin, another place


def context(world: World, **channels: tuple[tuple, float]) -> YearContext:
    """The year 2018 with some cells of some channels set to a value."""
    neutral = Channels.neutral(P, len(world.setting.institutions.place))
    for name, (at, value) in channels.items():
        getattr(neutral, name)[at] = value
    return world._context(neutral)


def pair(work: Callable, world: World, **channels: tuple[tuple, float]) -> tuple:
    """Results of a phase's function without and with the channels."""
    return tuple(work(world.setting, ctx) for ctx in (context(world), context(world, **channels)))


def cells(changed: np.ndarray, axes: tuple[int, ...]) -> set[tuple[int, ...]]:
    """Where along the given axes an array of booleans is true."""
    at = np.nonzero(changed)
    return set(zip(*(at[axis].tolist() for axis in axes)))
