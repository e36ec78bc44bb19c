"""All governments together: made, shown last year, asked for decisions, saved and restored."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.agents.governments.bargaining import bargain
from sim.agents.governments.decisions import columns
from sim.agents.governments.government import Government
from sim.agents.governments.indicators import INDICATORS, Observation, indicators
from sim.agents.governments.memory import WATCH_FROM, Memory
from sim.agents.governments.rules import LOADS
from sim.data.threat import of_concern
from sim.params import GovernmentParams
from sim.policy.schema import Decided

ALLIED = 0.5  # half of a rest's members, or of five years, under a defence pact make an ally


def allies_of(alliance: np.ndarray) -> np.ndarray:
    """Allies [P, P] bool: a defence pact in force for at least half of the pairs of members; nobody is its own."""
    return (alliance >= ALLIED) & ~np.eye(len(alliance), dtype=bool)


class Council:
    """The governments of a world.

    Parameters
    ----------
    model : the world, in which the governments are Mesa agents.
    codes : [P] place codes.
    params : how governments react.
    threat : [a, b], threat of b to a; of `concern` or more it puts b on the list of a, which is who a means by rivals:
        who has none can neither screen nor restrict.
    alliance : [P, P]; it makes allies, see `allies_of`.
    data_end : last year of data; governments decide nothing before it is over.
    """

    def __init__(
        self,
        model: Any,
        codes: tuple[str, ...],
        params: GovernmentParams,
        threat: np.ndarray,
        concern: float,
        alliance: np.ndarray,
        data_end: int,
    ) -> None:
        self.params, self.memory, self.data_end = params, Memory(len(codes), data_end), data_end
        rival, ally = of_concern(threat, concern), allies_of(alliance)
        self.threat, self.alliance = np.where(rival, threat, 0.0), np.where(ally, alliance, 0.0)
        self.weights = np.array([getattr(params, f"weight_{name}") for name in INDICATORS])
        self.papers_before: np.ndarray | None = None
        self.governments = [
            Government(
                model, place, params, self.memory,
                tuple(codes[b] for b in np.flatnonzero(rival[place])),
                tuple(codes[b] for b in np.flatnonzero(ally[place])),
                ally[place],
            )
            for place in range(len(codes))
        ]  # fmt: skip
        self.meant = np.array([[scope is not None for scope in g.scopes] for g in self.governments])

    def govern(
        self,
        year: int,
        seen: Observation | None,
        mode: str,
        conditions: np.ndarray | None = None,
        standard: float = 0.0,
    ) -> tuple[list[Decided], dict[str, np.ndarray]]:
        """Observe last year; reactive governments also decide.

        Parameters
        ----------
        year : the year that begins; seen : what happened in the one before, None if there was none.
        mode : ``scripted`` or ``reactive``.
        conditions : [a, b], strength of the condition that imposed policies of a put on sensitive work with b.
        standard : share of leaks prevented that such a condition asks for.

        Returns
        -------
        Levers in force by decision, and this year's decisions as columns (empty if there are none).
        """
        reactive = mode == "reactive"
        if seen is not None and seen.year >= WATCH_FROM and (reactive or seen.year <= self.data_end):
            self._show(seen)
        if not reactive:
            return [], {}
        self.memory.enact(year)
        in_force = self._in_force(seen)
        for government in self.governments:
            government.decisions = []
        if year > self.data_end and seen is not None and self.memory.informed:
            self._decide(year)
            bargain(self.governments, year, seen, conditions, standard)
        made = [decision for government in self.governments for decision in government.decisions]
        return in_force, columns(made) if made else {}

    def deviations(self) -> np.ndarray:
        """Smoothed indicators less targets, in sd [P, K]."""
        return self.memory.deviations()

    def _show(self, seen: Observation) -> None:
        before = seen.papers if self.papers_before is None else self.papers_before
        found = indicators(seen, before, self.threat, self.alliance, self.params.trust_weight)
        self.papers_before = seen.papers
        self.memory.watch(seen.year, found, self.params)
        for government in self.governments:
            government.seen = seen

    def _decide(self, year: int) -> None:
        """Ask every government about the levers whose signal left the band."""
        memory, p = self.memory, self.params
        deviations = memory.deviations()
        pulls = LOADS * (self.weights * deviations)[:, None, :]  # [P, L, K]
        signal = pulls.sum(axis=2)
        relax = (signal < -p.band * p.relax_factor) & (memory.strength > 0.0)
        acts = ((signal > p.band) | relax) & self.meant & memory.free(year, p)
        for place, index in np.argwhere(acts).tolist():
            self.governments[place].consider(year, index, pulls[place, index], deviations[place])

    def _in_force(self, seen: Observation | None) -> list[Decided]:
        if seen is None or not self.memory.strength.any():
            return []
        funded = self.memory.affordable(seen.researchers, seen.rd_spending_musd, self.params)
        acting = np.flatnonzero(self.memory.strength.any(axis=1)).tolist()
        return [decided for place in acting for decided in self.governments[place].in_force(funded[place])]

    def state(self) -> dict[str, np.ndarray]:
        """Everything that governments remember, as arrays."""
        return self.memory.state() | ({"papers_before": self.papers_before} if self.papers_before is not None else {})

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Take up what `state` returned."""
        self.papers_before = state.get("papers_before")
        self.memory.restore(state)
