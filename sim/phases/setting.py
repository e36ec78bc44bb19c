"""What all phases read and none changes: configuration, data, institutions, threat, keys, threads."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TypeVar

import numpy as np

from sim.core.randomness import Stream, base_key
from sim.data.fields import field_array
from sim.data.inputs import YearInputs
from sim.data.tables import WorldData
from sim.engines.choice import InstitutionShares
from sim.params import Params
from sim.phases.macro import Macro
from sim.policy.channels import Channels
from sim.policy.rungs import Rungs

T = TypeVar("T")
# Agents; below this a step of a year takes a field less than a millisecond, and handing it over takes what it saves
THREADED_FROM = 200_000


@dataclass(frozen=True)
class Institutions:
    """Institutions as arrays for the kernels.

    Attributes
    ----------
    place : [I] index of the place; federal_musd, weight : [I]; size_class : [I]; shares : of `weight` in places.
    """

    place: np.ndarray
    federal_musd: np.ndarray
    weight: np.ndarray
    size_class: np.ndarray
    shares: InstitutionShares

    @classmethod
    def of(cls, data: WorldData) -> Institutions:
        """Institutions of a world's data."""
        place = np.asarray(data.institution_place, np.int64)
        first = np.searchsorted(place, np.arange(data.n_places + 1)).astype(np.int64)
        cumulative = np.concatenate([_cumulate(data.institution_weight[i:j]) for i, j in pairwise(first)])
        return cls(
            place, np.asarray(data.institution_federal_musd), np.asarray(data.institution_weight),
            np.asarray(data.institution_size_class), InstitutionShares(first, cumulative),
        )  # fmt: skip

    @cached_property
    def classes(self) -> tuple[np.ndarray, np.ndarray]:
        """Groups by place and size class (place × 4 + class, ascending), and the group of each institution [I]."""
        group, of = np.unique(self.place * 4 + self.size_class, return_inverse=True)
        return group, of


def _cumulate(weight: np.ndarray) -> np.ndarray:
    total = np.cumsum(weight)
    total /= total[-1]
    total[-1] = 1.0
    return total


@dataclass
class Setting:
    """Constants of one run, shared by the phases; way_weights : [w], of the leak rate (`security.way_weights`)."""

    data: WorldData
    params: Params
    institutions: Institutions
    threat: np.ndarray
    way_weights: np.ndarray
    trust_level: np.ndarray
    scale: float
    seed: int
    replicate: int
    elite_talent: float
    threads: int = 1

    def key(self, stream: Stream, year: int) -> np.uint64:
        """Key of a stream in a year of this run."""
        return base_key(self.seed, self.replicate, stream, year)

    def each_field(self, work: Callable[[int], T], n_agents: int) -> list[T]:
        """Results of ``work(field)`` in field order; on threads unless the world is small (same bits either way)."""
        if self.threads == 1 or n_agents < THREADED_FROM:
            return [work(f) for f in range(len(FIELD_SHARE))]
        running = {f: threads(self.threads).submit(work, f) for f in LARGEST_FIRST}
        return [running[f].result() for f in range(len(FIELD_SHARE))]


@lru_cache(maxsize=1)
def threads(n: int) -> ThreadPoolExecutor:
    """Threads of this process; kept, since to start them takes longer than a small field's work."""
    return ThreadPoolExecutor(n, "field")


if hasattr(os, "register_at_fork"):  # a forked child has the pool but none of its threads, and would wait for ever
    os.register_at_fork(after_in_child=threads.cache_clear)


FIELD_SHARE = field_array("share")
LARGEST_FIRST = np.argsort(-FIELD_SHARE).tolist()  # so that threads end together
FIELD_TEAM = field_array("team")
FIELD_INTERNATIONAL = field_array("international")
FIELD_BASIC = field_array("basic")
FIELD_DUAL_USE = np.stack([field_array("dual_use_basic"), field_array("dual_use_applied")], axis=1)


@dataclass(frozen=True)
class YearContext:
    """One year as the phases see it.

    Attributes
    ----------
    inputs, channels, macro : data and trends, policy in force, last year's world.
    hostility : [a, o], fear level h plus what policies say, felt this year by people of an origin; hostility_tie :
        [a, b], the same towards people with ties to a place.
    case_exit : [a, o], extra exit hazard through last year's investigations.
    access : [P, P], what places can reach of each other's knowledge under this year's rules.
    frontier : [F, P], share of the frontier within reach, centred.
    ln_funding : [P], lagged log of incumbents' research money a head relative to the paired baseline's; ln_recruits :
        [P], likewise, of recruits' relative to incumbents'.
    recruits : [P], share of people who are recruits, 0 where nothing is bought; posts_kept : [P], of bought posts.
    baseline : the paired scripted baseline's state of the year, None if this is it.
    waiting : [O, P], agents who entered at home last year and wait for a host that refused or delayed them.
    rungs : beyond those of 2017; conditions : [a, b], strength of a's imposed condition on sensitive work with b.
    """

    year: int
    inputs: YearInputs
    channels: Channels
    macro: Macro
    hostility: np.ndarray
    hostility_tie: np.ndarray
    case_exit: np.ndarray
    access: np.ndarray
    frontier: np.ndarray
    ln_funding: np.ndarray
    ln_recruits: np.ndarray
    recruits: np.ndarray
    posts_kept: np.ndarray
    waiting: np.ndarray
    baseline: Macro | None
    rungs: Rungs
    conditions: np.ndarray

    @property
    def paired(self) -> Macro:
        """State of the world that differences act from (docs/decisions/paired-norms.md)."""
        return self.macro if self.baseline is None else self.baseline


def log_change(value: np.ndarray, reference: np.ndarray, floor: float = 0.0) -> np.ndarray:
    """ln of value over reference, both raised by `floor` so that small places do not jump."""
    return np.log((value + floor) / (reference + floor))


def heads_change(ctx: YearContext) -> np.ndarray:
    """ln of the paired baseline's people over the run's own [P], bounded."""
    own, paired = ctx.macro.researchers, ctx.paired.researchers
    heads = np.divide(paired, own, out=np.ones_like(own), where=(own > 0) & (paired > 0))
    return np.clip(np.log(heads), -2.0, 2.0)


def funding_change(ctx: YearContext) -> np.ndarray:
    """ln of research money a head relative to the paired baseline's [P]: its people, and what policy does to money."""
    return heads_change(ctx) + np.log(ctx.channels.funding)
