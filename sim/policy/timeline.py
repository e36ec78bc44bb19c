"""Dated policies become the arrays of a year: day-weighted strengths, combined by lever, applied to channels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.core.axes import KINDS, Threshold
from sim.data.fields import FIELD_NAMES, N_FIELDS
from sim.data.places import resolve
from sim.data.tables import WorldData
from sim.policy.channels import Channels
from sim.policy.combine import Cells, Key, Pull, Strengths
from sim.policy.coverage import BY_MONEY, covered
from sim.policy.dated import year_strength
from sim.policy.ladder import Ladders
from sim.policy.levers import LEVERS, Context, Lever, effects_with
from sim.policy.levers.base import FLOWS
from sim.policy.rungs import Rungs, imposed_rungs
from sim.policy.schema import Decided, LeverUse, Policy, Scope


class InForce(NamedTuple):
    """One lever that a policy pulls in a year, with its issuers."""

    policy: str
    lever: Lever
    strength: float
    scope: Scope
    issuers: list[int]


class Timeline:
    """Policies of one scenario over the years of the clock.

    Parameters
    ----------
    policies : by name; applied in the order of names, so that ``[a,b]`` and ``[b,a]`` give the same bits.
    data : places and institutions.
    start, end : first and last year of the clock.
    effects : values that differ from the defaults of `Lever.effects`, by lever and name.
    threat : [a, b], threat of b to a, 0-1; nobody is one by default.
    ladders : packages that imposed policies are compared with; by default nothing imposed is on a rung.
    """

    def __init__(
        self,
        policies: Mapping[str, Policy],
        data: WorldData,
        start: int = 1980,
        end: int = 2035,
        effects: Mapping[str, Mapping[str, float]] | None = None,
        threat: np.ndarray | None = None,
        ladders: Ladders | None = None,
    ) -> None:
        self.policies = dict(sorted(policies.items()))
        self.data = data
        self.start, self.end = start, end
        self.effects = effects_with(effects or {})
        self.threat = np.zeros((len(data.iso3), len(data.iso3))) if threat is None else threat
        self.ladders = ladders
        self.support = np.asarray(data.institution_federal_musd)
        self._covered: dict[tuple[str, int, Scope], Cells | None] = {}  # where thresholds ask for support
        self._shape = len(data.iso3), len(data.institution_place)
        self._strengths = Strengths(self._shape)
        self._last: tuple[list[Key], Channels, list[Pull]] | None = None  # pulls hold the cells that keys stand for
        self._years: dict[int, list[InForce]] = {}
        self._pulls: tuple[int, Sequence[Decided], list[Pull]] | None = None
        self._rungs: dict[int, Rungs] = {}

    @property
    def first_date(self) -> int | None:
        """First year in which any lever departs from neutral; None if none ever does."""
        years = (self._first_year(use, key) for key, use in self._uses())
        return min((year for year in years if year is not None), default=None)

    def levers_never_read(self) -> list[str]:
        """Levers that were set but change nothing on this clock, as ``policies.NAME.levers.LEVER``."""
        return [key for key, use in self._uses() if self._first_year(use, key) is None]

    def empty_scopes(self) -> list[str]:
        """Levers whose scope leaves none of the issuers anything to act on."""
        return [key for key, use in self._uses() if not self._bites(use, key)]

    def channels(self, year: int, decided: Sequence[Decided] = (), support: np.ndarray | None = None) -> Channels:
        """Channels of a year: imposed policies, and what governments decided; not to be changed by callers.

        Years with the same pulls share one object, and only levers whose pulls changed are combined again.

        Parameters
        ----------
        support : [i], three-year mean of federal research money that thresholds look at; that of the data if None.
        """
        self._cover(support)
        pulls = self._all(year, decided)
        key = [pull.key for pull in pulls]
        if self._last is None or self._last[0] != key:
            self._last = key, self._apply(pulls), pulls
        return self._last[1]

    def _apply(self, pulls: Sequence[Pull]) -> Channels:
        result, pulled = Channels.neutral(*self._shape), by_lever(pulls)
        strengths = {name: self._strengths.of(lever, pulled) for name, lever in LEVERS.items() if name in pulled}
        context = Context(self.data, self.threat, strengths, self.effects)
        for name, strength in strengths.items():
            LEVERS[name].apply(result, strength, context, self.effects.get(name, {}))
        return result

    def imposed(self, name: str, year: int) -> np.ndarray | None:
        """Combined strength of one lever by policies alone, over its axes; None if none pulls it this year."""
        if name not in {pulled.lever.name for pulled in self._in_force(year)}:
            return None
        pulls = by_lever(self._imposed(year))
        return Strengths(self._shape).of(LEVERS[name], pulls) if name in pulls else None

    def rungs(self, year: int) -> Rungs:
        """Rungs that policies alone put places on this year, as other governments see them."""
        if year not in self._rungs:
            self._rungs[year] = imposed_rungs(self.policies, self.ladders, self.data, year)
        return self._rungs[year]

    def thresholds(self, year: int, decided: Sequence[Decided] = ()) -> list[Threshold]:
        """Thresholds in money that institutions may want to stay under, with the fixed costs that start there."""
        fixed: dict[tuple[int, float], float] = {}
        charged: dict[tuple[int, float, str], float] = {}
        for pull in self._all(year, decided):
            at = pull.scope.institution_threshold_musd
            if at and self.data.iso3[pull.place] == BY_MONEY:
                rule = (pull.place, at, pull.lever.name)
                cost = pull.strength * self.effects.get(pull.lever.name, {}).get("cost_fixed_musd", 0.0)
                more = max(cost - charged.get(rule, 0.0), 0.0) if pull.own else cost
                charged[rule] = charged.get(rule, 0.0) + more
                fixed[pull.place, at] = fixed.get((pull.place, at), 0.0) + more
        return [Threshold(place, at, cost) for (place, at), cost in sorted(fixed.items())]

    def _cover(self, support: np.ndarray | None) -> None:
        """Forget what rests on the support of institutions if it has changed."""
        new = np.asarray(self.data.institution_federal_musd) if support is None else support
        if new is self.support or np.array_equal(new, self.support):
            return
        self.support = new
        self._covered, self._strengths, self._last, self._pulls = {}, Strengths(self._shape), None, None

    def _uses(self) -> Iterable[tuple[str, LeverUse]]:
        for name, policy in self.policies.items():
            for local, use in sorted(policy.levers.items()):
                yield f"policies.{name}.levers.{local}", use

    def _first_year(self, use: LeverUse, key: str) -> int | None:
        """First year on the clock in which this use departs from neutral on at least one cell."""
        if not self._bites(use, key):
            return None
        policy, neutral = self.policies[key.split(".")[1]], LEVERS[use.lever].neutral
        years = range(self.start, self.end + 1)
        return next((year for year in years if year_strength(policy, use, year) != neutral), None)

    def _bites(self, use: LeverUse, key: str) -> bool:
        issuers = self._issuers(self.policies[key.split(".")[1]])
        return any(self.cells(LEVERS[use.lever], place, use.scope) is not None for place in issuers)

    def _issuers(self, policy: Policy) -> list[int]:
        return resolve(self.data, list(policy.issuer))

    def _all(self, year: int, decided: Sequence[Decided]) -> list[Pull]:
        """All pulls of a year, found once: channels and thresholds are asked for one after the other."""
        if self._pulls is None or self._pulls[0] != year or self._pulls[1] is not decided:
            self._pulls = year, decided, [*self._imposed(year), *self._decided(decided)]
        return self._pulls[2]

    def _imposed(self, year: int) -> Iterable[Pull]:
        for name, lever, strength, scope, issuers in self._in_force(year):
            for place in issuers:
                yield from self._pull(f"policy {name}", lever, place, strength, scope)

    def _in_force(self, year: int) -> list[InForce]:
        """What policies pull in a year, wherever it bites."""
        if year not in self._years:
            uses = (
                (n, p, LEVERS[use.lever], use) for n, p in self.policies.items() for _, use in sorted(p.levers.items())
            )
            found = (
                InForce(name, lever, year_strength(policy, use, year), use.scope, self._issuers(policy))
                for name, policy, lever, use in uses
            )
            self._years[year] = [pulled for pulled in found if pulled.strength != pulled.lever.neutral]
        return self._years[year]

    def _decided(self, decided: Sequence[Decided]) -> Iterable[Pull]:
        for item in sorted(decided, key=lambda d: (d.place, d.lever, d.strength)):
            lever = LEVERS[item.lever]
            if item.strength != lever.neutral:
                strength = min(max(item.strength, lever.lo), lever.hi)
                yield from self._pull("", lever, item.place, strength, item.scope)

    def _pull(self, bundle: str, lever: Lever, place: int, strength: float, scope: Scope) -> Iterable[Pull]:
        cells = self.cells(lever, place, scope)
        if cells is not None:
            yield Pull(bundle, lever, place, strength, scope, cells)

    def cells(self, lever: Lever, place: int, scope: Scope) -> Cells | None:
        """Open-mesh index of the strength array where a place's lever bites; None if it bites nowhere."""
        if scope.institution_threshold_musd is None:
            return _cells(self.data, lever.name, place, scope)
        key = (lever.name, place, scope)
        if key not in self._covered:
            self._covered[key] = _mesh(self.data, self.support, lever, place, scope)
        return self._covered[key]


@lru_cache(maxsize=4096)
def _cells(data: WorldData, lever: str, place: int, scope: Scope) -> Cells | None:
    """Cells that do not rest on the support of institutions: alike in all years and runs."""
    return _mesh(data, np.asarray(data.institution_federal_musd), LEVERS[lever], place, scope)


def _mesh(data: WorldData, support: np.ndarray, lever: Lever, place: int, scope: Scope) -> Cells | None:
    axes = [_axis(data, support, axis, lever, place, scope) for axis in lever.axes]
    return np.ix_(*axes) if all(len(axis) for axis in axes) else None


def by_lever(pulls: Iterable[Pull]) -> dict[str, list[Pull]]:
    """Pulls by names of levers."""
    found: dict[str, list[Pull]] = {}
    for pull in pulls:
        found.setdefault(pull.lever.name, []).append(pull)
    return found


def _axis(data: WorldData, support: np.ndarray, axis: str, lever: Lever, place: int, scope: Scope) -> np.ndarray:
    """Indices of one axis on which a scope lets a lever bite."""
    if axis == "a":
        return np.array([place])
    if axis in "obd":
        words = {"o": scope.origins, "b": scope.partners, "d": scope.destinations}[axis]
        return _places(data, words, place, lever.own_origin)
    if axis == "f":
        return _chosen(FIELD_NAMES, scope.fields) if scope.fields else np.arange(N_FIELDS)
    if axis == "k":
        return _kinds(scope)
    if axis == "e":
        return _flows(scope.stages)
    return covered(data, support, place, scope.institution_threshold_musd or 0.0)


def _chosen(options: Sequence[str], words: Sequence[str]) -> np.ndarray:
    return np.array(sorted({options.index(word) for word in words}))


def _places(data: WorldData, words: tuple[str, ...] | None, place: int, own_origin: bool) -> np.ndarray:
    """Places of an axis: all but the issuer unless named; the issuer's own diaspora for its own programme."""
    if words is None:
        return np.array([place]) if own_origin else np.delete(np.arange(len(data.iso3)), place)
    found = np.array(resolve(data, list(words)), dtype=np.int64)
    return found if own_origin else found[found != place]


def _kinds(scope: Scope) -> np.ndarray:
    """Kinds of project by sensitivity and type of research."""
    kinds = [kind.split("_") for kind in KINDS]
    wanted = [
        k
        for k, (sensitivity, research_type) in enumerate(kinds)
        if sensitivity in (scope.sensitivity or sensitivity) and research_type in (scope.research_type or research_type)
    ]
    return np.array(wanted, dtype=np.int64)


def _flows(stages: tuple[str, ...] | None) -> np.ndarray:
    """Entry for the early stage, moves for the later ones."""
    if stages is None:
        return np.arange(len(FLOWS))
    flows = {FLOWS.index("entry" if stage == "early" else "move") for stage in stages}
    return np.array(sorted(flows))
