"""Strengths that meet: how pulls of one lever by policies and governments become one array over its axes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.policy.levers import Lever
from sim.policy.levers.base import combined
from sim.policy.schema import Scope

Cells = tuple[np.ndarray, ...]
Key = tuple[str, str, int, float, int]


@dataclass(frozen=True)
class Pull:
    """One lever pulled by one place this year; pulls of one bundle (policy or government) qualify each other."""

    bundle: str
    lever: Lever
    place: int
    strength: float
    scope: Scope
    cells: Cells

    @property
    def key(self) -> Key:
        """What makes two pulls the same; cells are kept as long as thresholds cover the same institutions."""
        return self.bundle, self.lever.name, self.place, self.strength, id(self.cells)


class Strengths:
    """Combined strengths of levers, worked out again only for the places whose pulls changed since last time.

    A place writes its own rows only (axis ``a`` or its institutions), so that places do not depend on each other.

    Parameters
    ----------
    shape : number of places and of institutions.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self.shape = shape
        self._held: dict[str, tuple[np.ndarray, dict[int, list[Pull]]]] = {}
        self._weighed: dict[str, tuple[list[Key], np.ndarray]] = {}

    def of(self, lever: Lever, pulls: Iterable[Pull]) -> np.ndarray:
        """Combined strength over the lever's axes; pulls of other levers are passed over."""
        if lever.of:
            return self._qualified(lever, [pull for pull in pulls if pull.lever.name in (lever.name, lever.of)])
        now: dict[int, list[Pull]] = {}
        for pull in pulls:
            if pull.lever is lever:
                now.setdefault(pull.place, []).append(pull)
        held, before = self._held.get(lever.name) or (np.full(lever.shape(*self.shape), lever.neutral), {})
        for place in before.keys() | now.keys():
            self._renew(held, lever, before.get(place, []), now.get(place, []))
        self._held[lever.name] = held, now
        return np.clip(held, lever.lo, lever.hi)

    def _qualified(self, lever: Lever, pulls: Sequence[Pull]) -> np.ndarray:
        """The same for a lever that qualifies another one: all of it again if any pull of either changed."""
        key = [pull.key for pull in pulls]
        if lever.name not in self._weighed or self._weighed[lever.name][0] != key:
            held = np.full(lever.shape(*self.shape), lever.neutral)
            _weigh(held, lever, pulls)
            self._weighed[lever.name] = key, held
        return self._weighed[lever.name][1]

    @staticmethod
    def _renew(held: np.ndarray, lever: Lever, before: Sequence[Pull], now: Sequence[Pull]) -> None:
        if [pull.key for pull in before] == [pull.key for pull in now]:
            return
        for pull in before:
            held[pull.cells] = lever.neutral
        for pull in now:
            held[pull.cells] = combined(lever.combine, held[pull.cells], pull.strength)


def _weigh(held: np.ndarray, lever: Lever, pulls: Sequence[Pull]) -> None:
    """A qualifying lever in each cell: of what the base lever does there, the share that it qualifies.

    What a bundle qualifies is the product of its base strength and the mean of its qualifiers. Over bundles such
    products, and base strengths, combine as the base lever's strengths do, so that a further bundle never weakens
    another. A bundle that pulls the base lever without qualifying it counts with the neutral value; a qualifier alone
    does nothing. Both levers have the same axes, so that what qualifies cases of one origin leaves others alone.

    Parameters
    ----------
    held : neutral values over the lever's axes, in; shares, out.
    """
    total, weight = np.zeros(held.shape), np.zeros(held.shape)
    base = [pull for pull in pulls if pull.lever.name == lever.of]
    for bundle in dict.fromkeys(pull.bundle for pull in base):
        own, number = np.zeros(held.shape), np.zeros(held.shape)
        for pull in pulls:
            if pull.bundle == bundle and pull.lever is lever:
                own[pull.cells] += pull.strength
                number[pull.cells] += 1.0
        for pull in base:
            if pull.bundle == bundle:
                n = number[pull.cells]
                mean = np.where(n > 0, own[pull.cells] / np.maximum(n, 1.0), lever.neutral)
                total[pull.cells] = combined(pull.lever.combine, total[pull.cells], pull.strength * mean)
                weight[pull.cells] = combined(pull.lever.combine, weight[pull.cells], pull.strength)
    for pull in base:  # strengths of base levers are positive where they are pulled
        held[pull.cells] = total[pull.cells] / weight[pull.cells]
