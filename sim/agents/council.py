"""All governments together: made, shown last year, asked for decisions, saved and restored."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.agents.bargaining import bargain
from sim.agents.decisions import columns
from sim.agents.government import BASE_TO, WATCH_FROM, Government, Signals
from sim.agents.indicators import Observation, indicators
from sim.params import GovernmentParams
from sim.policy.schema import Decided

_STATE = ("strength", "pending", "effective", "history", "smoothed", "drift", "answered")


class Council:
    """The governments of a world.

    Parameters
    ----------
    model : the world, in which the governments are Mesa agents.
    codes : [P] place codes.
    params : how governments react.
    threat, alliance : [P, P]; places above ``params.concern`` are rivals, parties of a defence pact allies.
    """

    def __init__(
        self, model: Any, codes: tuple[str, ...], params: GovernmentParams, threat: np.ndarray, alliance: np.ndarray
    ) -> None:
        nobody_is_its_own_ally = ~np.eye(len(codes), dtype=bool)  # rests hold pacts among their own members
        self.threat, self.alliance = threat, alliance * nobody_is_its_own_ally
        self.papers_before: np.ndarray | None = None
        rival, ally = threat >= params.concern, self.alliance > 0
        self.governments = [
            Government(
                model, place, params,
                tuple(codes[b] for b in np.flatnonzero(rival[place])),
                tuple(codes[b] for b in np.flatnonzero(ally[place])),
                ally[place],
            )
            for place in range(len(codes))
        ]  # fmt: skip

    def govern(self, year: int, seen: Observation | None, mode: str) -> tuple[list[Decided], dict[str, np.ndarray]]:
        """Observe last year; reactive governments also decide.

        Parameters
        ----------
        year : the year that begins; seen : what happened in the one before, None if there was none.
        mode : ``scripted`` or ``reactive``.

        Returns
        -------
        Levers in force by decision, and this year's decisions as columns (empty if there are none).
        """
        reactive = mode == "reactive"
        if seen is not None and seen.year >= WATCH_FROM and (reactive or seen.year <= BASE_TO):
            self._show(seen)
        if not reactive:
            return [], {}
        in_force = [decided for government in self.governments for decided in government.decide(year)]
        if year > BASE_TO and seen is not None:
            bargain(self.governments, year, seen)
        made = [decision for government in self.governments for decision in government.decisions]
        return in_force, columns(made) if made else {}

    def _show(self, seen: Observation) -> None:
        before = seen.papers if self.papers_before is None else self.papers_before
        found = indicators(seen, before, self.threat, self.alliance)
        self.papers_before = seen.papers
        for government in self.governments:
            p = government.place
            government.observe(
                seen.year,
                Signals(
                    found[p], float(seen.burden[p]), float(seen.fear[p]), float(seen.researchers[p]),
                    float(seen.rd_spending_musd[p]),
                ),
            )  # fmt: skip

    def state(self) -> dict[str, np.ndarray]:
        """Everything that governments remember, as arrays."""
        arrays = {name: np.stack([getattr(g, name) for g in self.governments]) for name in _STATE}
        return arrays | ({"papers_before": self.papers_before} if self.papers_before is not None else {})

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Take up what `state` returned."""
        self.papers_before = state.get("papers_before")
        for k, government in enumerate(self.governments):
            for name in _STATE:
                setattr(government, name, state[name][k].copy())
            government.forget_baseline()
