"""Strengths that meet: how pulls of one lever by policies and governments become one array over its axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.policy.levers import Lever
from sim.policy.levers.base import STRONGER, combined
from sim.policy.schema import Scope

Cells = tuple[np.ndarray, ...]
Key = tuple[str, str, int, float, int]


@dataclass(frozen=True)
class Pull:
    """One lever pulled by one place this year.

    Parameters
    ----------
    bundle : the policy, whose pulls qualify each other; empty for what the place's government decides itself.
    """

    bundle: str
    lever: Lever
    place: int
    strength: float
    scope: Scope
    cells: Cells

    @property
    def key(self) -> Key:
        """What makes two pulls the same, as long as both hold their cells."""
        return self.bundle, self.lever.name, self.place, self.strength, id(self.cells)

    @property
    def own(self) -> bool:
        """True of what a government decides itself."""
        return not self.bundle

    def meet(self, held: np.ndarray) -> np.ndarray:
        """What is held in some cells, and this pull."""
        return combined(STRONGER if self.own else self.lever.combine, held, self.strength)


class Strengths:
    """Combined strengths of levers, worked out again only for the places whose pulls changed since last time.

    Policies combine by the lever's rule; what a government decides itself then meets them as the stronger of the two in
    each cell (`STRONGER`), and is never added. A place writes its own rows only (axis ``a`` or its institutions), so
    that places do not depend on each other.

    Parameters
    ----------
    shape : number of places and of institutions.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self.shape = shape
        self._held: dict[str, tuple[np.ndarray, dict[int, list[Pull]], np.ndarray]] = {}  # the last within bounds
        self._weighed: dict[str, tuple[Sequence[Pull], np.ndarray]] = {}

    def of(self, lever: Lever, pulls: Mapping[str, Sequence[Pull]]) -> np.ndarray:
        """Combined strength over the lever's axes; `pulls` : of the year, by names of levers."""
        if lever.of:
            return self._qualified(lever, [*pulls.get(lever.of, ()), *pulls[lever.name]])
        now: dict[int, list[Pull]] = {}
        for pull in sorted(pulls[lever.name], key=lambda pull: pull.own):  # policies first
            now.setdefault(pull.place, []).append(pull)
        if lever.name not in self._held:
            held = np.full(lever.shape(*self.shape), lever.neutral)
            self._held[lever.name] = held, {}, held
        held, before, found = self._held[lever.name]
        changed = [p for p in before.keys() | now.keys() if _keys(before.get(p, ())) != _keys(now.get(p, ()))]
        for place in changed:
            for pull in before.get(place, ()):
                held[pull.cells] = lever.neutral
            for pull in now.get(place, ()):
                held[pull.cells] = pull.meet(held[pull.cells])
        found = np.clip(held, lever.lo, lever.hi) if changed else found
        self._held[lever.name] = held, now, found
        return found

    def _qualified(self, lever: Lever, pulls: Sequence[Pull]) -> np.ndarray:
        """The same for a lever that qualifies another one: all of it again if any pull of either changed."""
        if lever.name not in self._weighed or _keys(self._weighed[lever.name][0]) != _keys(pulls):
            held = np.full(lever.shape(*self.shape), lever.neutral)
            _weigh(held, lever, pulls)
            self._weighed[lever.name] = pulls, held
        return self._weighed[lever.name][1]


def _keys(pulls: Sequence[Pull]) -> list[Key]:
    return [pull.key for pull in pulls]


def _weigh(held: np.ndarray, lever: Lever, pulls: Sequence[Pull]) -> None:
    """A qualifying lever in each cell: of what the base lever does there, the share that it qualifies.

    What a policy qualifies is the product of its base strength and the mean of its qualifiers. Over policies such
    products, and base strengths, combine as the base lever's strengths do, so that a further policy never weakens
    another. A policy that pulls the base lever without qualifying it counts with the neutral value; a qualifier alone
    does nothing. Where the base strength that a government decides itself is the stronger, its own qualifier counts.
    Both levers have the same axes, so that what qualifies cases of one origin leaves others alone.

    Parameters
    ----------
    held : neutral values over the lever's axes, in; shares, out.
    """
    total, weight = np.zeros(held.shape), np.zeros(held.shape)
    base = [pull for pull in pulls if pull.lever.name == lever.of]
    imposed = [pull for pull in base if not pull.own]
    for bundle in dict.fromkeys(pull.bundle for pull in imposed):
        mean = _mean(lever, bundle, pulls, held.shape)
        for pull in imposed:
            if pull.bundle == bundle:
                share = pull.strength * mean[pull.cells]
                total[pull.cells] = combined(pull.lever.combine, total[pull.cells], share)
                weight[pull.cells] = combined(pull.lever.combine, weight[pull.cells], pull.strength)
    for pull in imposed:  # strengths of base levers are positive where they are pulled
        held[pull.cells] = total[pull.cells] / weight[pull.cells]
    mean = _mean(lever, "", pulls, held.shape)
    for pull in base:
        if pull.own:
            held[pull.cells] = np.where(pull.strength > weight[pull.cells], mean[pull.cells], held[pull.cells])


def _mean(lever: Lever, bundle: str, pulls: Sequence[Pull], shape: tuple[int, ...]) -> np.ndarray:
    """Mean qualifier of one bundle in each cell, neutral where it has none; a government's cells are its own."""
    total, number = np.zeros(shape), np.zeros(shape)
    for pull in pulls:
        if pull.bundle == bundle and pull.lever is lever:
            total[pull.cells] += pull.strength
            number[pull.cells] += 1.0
    return np.where(number > 0, total / np.maximum(number, 1.0), lever.neutral)
