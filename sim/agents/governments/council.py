"""All governments together: what they see, how likely each step is, who takes one; saved and restored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.agents.governments.closeness import YEARS, Closeness
from sim.agents.governments.decisions import Decision, columns
from sim.agents.governments.government import Agenda, Costs, Government
from sim.agents.governments.hazards import Hazards, hazards, target_weights
from sim.agents.governments.rungs import N_RUNGS, PROMOTE, PROTECT, RESTRICT, Packages, Standing
from sim.agents.governments.signals import Observation, Signals, look, opposition_of, salience_of, talent_of
from sim.core.randomness import Stream, base_key, uniforms
from sim.data.tables import WorldData
from sim.data.threat import of_concern
from sim.params import GovernmentParams
from sim.policy.rungs import Rungs

SD_YEARS = 10  # of data from which the sd of a place's talent account is taken
LADDERS = (PROTECT, RESTRICT, PROMOTE)


class Council:
    """The governments of a world.

    Parameters
    ----------
    model : the world, in which the governments are Mesa agents.
    data : of the world; its last three years make the weights, its last year is 2017 to governments.
    params : how governments react.
    threat : [a, b], threat of b to a; of `concern` or more it puts b on the list of a.

    Attributes
    ----------
    raised : (ladder, place, target) of the government that is held one rung higher after the data; None: nobody is.
    signals, hazards : of the last decisions, None before the first.
    costs : [3, P], yearly money of each package of protect, once somebody decides.
    """

    def __init__(
        self, model: Any, data: WorldData, params: GovernmentParams, threat: np.ndarray, concern: float
    ) -> None:
        n = data.n_places
        self.params, self.codes, self.data_end, self.peers = params, data.iso3, data.end, ~data.is_rest
        self.listed = of_concern(threat, concern) & self.peers[:, None]
        self.threat = np.where(self.listed, threat, 0.0)
        self.closeness, self.sd = Closeness.of(data), account_sd(data)
        self.standing = Standing.none(n)
        self.raised: tuple[int, int, int] | None = None
        self.signals: Signals | None = None
        self.hazards: Hazards | None = None
        self.costs: np.ndarray | None = None
        self.governments = [
            Government(model, place, params, self.standing, tuple(np.flatnonzero(self.listed[place]).tolist()))
            for place in range(n)
        ]

    def enact(self, year: int) -> Packages:
        """Packages of governments' own in force this year."""
        self.standing.enact(year)
        held = self.standing.in_force
        return held if self.raised is None or year <= self.data_end else one_higher(held, *self.raised)

    def decide(
        self,
        year: int,
        seen: Observation,
        first: Rungs,
        imposed: Rungs,
        costs: Costs,
        accounts: Mapping[int, np.ndarray],
        standard: float,
        keys: tuple[int, int],
    ) -> dict[str, np.ndarray]:
        """Everybody looks at last year, and some take a step; decisions as columns (empty if there are none).

        Parameters
        ----------
        year : the year that begins; seen : what happened in the one before.
        first : rungs that imposed policies put in force in 2017, which are no news; imposed : those of this year.
        accounts : talent accounts [P] by year, less those of a paired baseline.
        standard : protection that a condition asks for.
        keys : seed and replicate.
        """
        self._remember(seen)
        signals = self._look(seen, first, accounts, standard)
        rise, fall = self._free(year)
        self.signals, self.hazards = signals, hazards(signals, rise, fall, self.params)
        weights = target_weights(signals, self.threat, self.params)
        demands = self.closeness.allied * seen.conditions.T * (signals.demanded > 0.0)[:, None]
        agenda = Agenda(year, seen, signals, self.hazards, costs, imposed, weights, demands)
        made = [*self._steps(agenda, base_key(*keys, Stream.GOVERNMENT, year)), *self._refusals(agenda, rise[PROTECT])]
        return columns(made, self.codes) if made else {}

    def _remember(self, seen: Observation) -> None:
        """Public cases are forgotten by halves; what rules cost in 2017 is what cost is counted from."""
        standing = self.standing
        if seen.year <= self.data_end:
            standing.cost[:] = self._cost(seen)
        else:
            standing.cases *= 0.5 ** (1.0 / self.params.salience_half_life)
            standing.cases += seen.cases

    def _cost(self, seen: Observation) -> np.ndarray:
        found: np.ndarray = seen.cost + opposition_of(seen.burden, seen.fear, 0.0, self.params)
        return found

    def _look(self, seen: Observation, first: Rungs, accounts: Mapping[int, np.ndarray], standard: float) -> Signals:
        before = [accounts[y] for y in range(self.data_end - YEARS + 1, self.data_end + 1) if y in accounts]
        recent = [accounts[y] for y in range(seen.year - YEARS + 1, seen.year + 1) if y in accounts]
        talent = np.zeros(len(self.sd))
        if before and recent:
            talent = talent_of(np.mean(recent, axis=0), np.mean(before, axis=0), self.sd, self.peers)
        salience = salience_of(self.standing.cases, self.closeness.allied)
        cost = self._cost(seen) - self.standing.cost
        return look(seen, first, self.closeness, self.listed, salience, talent, cost, standard, self.params)

    def _free(self, year: int) -> tuple[np.ndarray, np.ndarray]:
        """Who may take a step up, and who one down [3, P]: nothing pending; no step down soon after one up."""
        standing, rest = self.standing, self.params.rest_years
        settled = (standing.due <= year) & self.peers
        agreed, rivals = standing.agreed, self.listed.sum(axis=1)
        # who has an empty list can neither screen nor restrict
        tops = (np.where(rivals > 0, N_RUNGS, N_RUNGS - 1), rivals, N_RUNGS)
        rise = np.stack([(held > 0.0).sum(axis=1) < top for held, top in zip(agreed, tops)])
        rested = year - standing.risen > rest
        fall = np.stack(
            [
                (agreed.protect > 0.0).any(axis=1) & rested[0],
                ((agreed.restrict > 0.0) & (year - standing.risen_restrict > rest)).any(axis=1),
                (agreed.promote > 0.0).any(axis=1) & rested[1],
            ]
        )
        return rise & settled, fall & settled

    def _steps(self, agenda: Agenda, key: np.uint64) -> list[Decision]:
        """One uniform number a ladder and place: low ones are steps up, high ones down."""
        places, made = np.arange(len(self.governments), dtype=np.uint64), []
        second = uniforms(key, places, np.uint64(len(LADDERS)))
        for ladder in LADDERS:
            u = uniforms(key, places, np.uint64(ladder))
            up, down = u < agenda.hazards.up[ladder], u > 1.0 - agenda.hazards.down[ladder]
            for place in np.flatnonzero(up | down).tolist():
                made.append(self.governments[place].step(ladder, bool(up[place]), float(second[place]), agenda))
        return [decision for decision in made if decision is not None]

    def _refusals(self, agenda: Agenda, could: np.ndarray) -> list[Decision]:
        """Demands of allies that found no answer this year; none where governments never act."""
        if self.params.protect_level <= 0.0 or not agenda.demands.any():
            return []
        waiting = could & (agenda.signals.demanded > 0.0) & (self.standing.due[PROTECT] < agenda.year)
        partner = agenda.demands.argmax(axis=1)
        asked = waiting & (self.standing.answered != partner + 1)
        return [self.governments[b].refuse(int(partner[b]), agenda) for b in np.flatnonzero(asked).tolist()]

    def state(self) -> dict[str, np.ndarray]:
        """Everything that governments remember, as arrays."""
        return self.standing.state()

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Take up what `state` returned."""
        self.standing = Standing.of(state)
        for government in self.governments:
            government.standing = self.standing


def account_sd(data: WorldData) -> np.ndarray:
    """Yearly sd of each place's talent account over the last years of data [P], points of the stock."""
    at = slice(-SD_YEARS, None)
    by_origin = (data.entries[at, :, None] * data.entry_origin[at]).sum(axis=1)
    account = data.entries[at] - by_origin + data.moves_in[at] - data.moves_out[at]
    found: np.ndarray = 100.0 * np.std(account / np.maximum(data.researchers[at], 1.0), axis=0)
    return found


def one_higher(held: Packages, ladder: int, place: int, target: int) -> Packages:
    """The same packages but one more, in full, for one place; `target` : of a restriction."""
    more = held.copy()
    row = more[ladder][place]
    free = np.flatnonzero(row <= 0.0)
    if ladder == RESTRICT:
        row[target] = 1.0
    elif len(free):
        row[free[0]] = 1.0
    return more
