"""Governments: one Mesa agent a place, that observes last year, decides, and acts through levers only.

A reactive government raises a lever when what it watches is worse than its target by more than a band, no
sooner than two years after its last change of that lever, by a bounded step, within its budget. Drafts of
protective rules go through consultation: the research community's opposition softens and delays them. A
scripted government watches until 2017 and decides nothing. No randomness.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import mesa
import numpy as np

from sim.agents.face import IdsOfModel
from sim.agents.governments.decisions import NO_PARTNER, Decision, Trigger
from sim.agents.governments.indicators import INDICATORS, Observation
from sim.agents.governments.memory import Memory, prices
from sim.agents.governments.rules import PROMOTES, RULES, Rule
from sim.params import GovernmentParams
from sim.policy.schema import Decided, Scope


class Government(mesa.Agent):
    """Government of one place.

    Parameters
    ----------
    model : the world.
    place : index of the place.
    params : how it reacts.
    memory : what it and all others remember; its own is the row of its place.
    rivals, allies : codes of the places that it means by these words.
    ally : [P] bool, the same allies by index.

    Attributes
    ----------
    seen : the world of last year, None before the first look.
    decisions : records of this year's decisions.
    """

    _ids = IdsOfModel()

    def __init__(
        self,
        model: Any,
        place: int,
        params: GovernmentParams,
        memory: Memory,
        rivals: tuple[str, ...] = (),
        allies: tuple[str, ...] = (),
        ally: np.ndarray | None = None,
    ) -> None:
        super().__init__(model)
        self.place, self.params, self.memory = place, params, memory
        self.rivals, self.allies = rivals, allies
        self.ally = np.zeros(0, bool) if ally is None else ally
        self.seen: Observation | None = None
        self.decisions: list[Decision] = []

    @property
    def strength(self) -> np.ndarray:
        """Strength in force of each lever of `RULES` [L]."""
        return self.memory.strength[self.place]

    @property
    def pending(self) -> np.ndarray:
        """Strength agreed and not yet in force, NaN if none [L]."""
        return self.memory.pending[self.place]

    # --- Decide -------------------------------------------------------------------------------------------
    def consider(self, year: int, index: int, pulls: np.ndarray, deviations: np.ndarray) -> None:
        """Draft a change of one lever whose signal left the band: tighten or raise, or relax.

        Parameters
        ----------
        pulls : [K], weighted loads times deviations; their sum is the signal.
        deviations : [K], of the indicators from their targets in sd.
        """
        signal, band, step = float(pulls.sum()), self.params.band, self.params.step * RULES[index].hi
        draft = float(np.sign(signal)) * step * min(max(abs(signal) - band, 0.25), 1.0)
        leading = int(np.argmax(pulls * np.sign(signal)))
        self.change(year, index, draft, Trigger(INDICATORS[leading], float(deviations[leading])))

    def in_force(self, funded: np.ndarray) -> list[Decided]:
        """Levers with a strength other than neutral, each with its scope.

        Parameters
        ----------
        funded : [L], share of each lever that the budget still pays for.
        """
        found: list[Decided] = []
        strength = self.strength * funded
        for index in np.flatnonzero(strength > 0.0).tolist():
            rule, scope = RULES[index], self.scopes[index]
            if scope is not None:
                found.append(Decided(self.place, rule.lever, float(strength[index]), scope))
                if rule.with_lever is not None:
                    found.append(Decided(self.place, *rule.with_lever))
        return found

    def change(
        self, year: int, index: int, proposal: float, trigger: Trigger, partner: int = NO_PARTNER, answer: str = ""
    ) -> float:
        """Put one proposal through budget and consultation; record it; return the strength agreed."""
        rule, before = RULES[index], float(self.strength[index])
        wanted = min(max(before + proposal, 0.0), rule.hi)
        after = min(wanted, before + self._affordable(index)) if wanted > before else wanted
        opposition = self.opposition(rule, after - before)
        conceded = self.params.softening * opposition * max(after - before, 0.0)
        agreed = after - conceded
        if abs(agreed - before) < 1e-9:
            return before
        effective = year + 1 + int(opposition > self.params.delay_opposition)
        self.memory.pending[self.place, index], self.memory.effective[self.place, index] = agreed, effective
        outcome = (after - before, opposition, conceded, before, agreed, *trigger, effective, partner, answer)
        self.decisions.append(Decision(year, self.place, rule.lever, *outcome, unfunded=wanted - after))
        return agreed

    def refuse(self, year: int, index: int, trigger: Trigger, partner: int) -> None:
        """Record that a demand is not met."""
        rule, now = RULES[index], float(self.strength[index])
        asked = min(self.params.step * rule.hi, rule.hi - now)
        opposition = self.opposition(rule, asked)
        refused = (asked, opposition, asked, now, now, *trigger, year, partner, "refused")
        self.decisions.append(Decision(year, self.place, rule.lever, *refused))

    def opposition(self, rule: Rule, step: float) -> float:
        """Share of the research community that objects: by burden and fear as they are, and by the draft's bite."""
        if rule.aim != "protect" or step <= 0.0 or self.seen is None:
            return 0.0
        p, burden, fear = self.params, float(self.seen.burden[self.place]), float(self.seen.fear[self.place])
        bite = rule.bite * step / (p.step * rule.hi) if p.step > 0 else 0.0
        return float(-np.expm1(-(burden / p.opposition_burden + fear / p.opposition_fear + bite)))

    def _affordable(self, index: int) -> float:
        """Largest rise of a lever that the budget of its aim still pays for."""
        assert self.seen is not None
        spending = float(self.seen.rd_spending_musd[self.place])
        price = prices(self.seen.researchers[self.place], self.seen.rd_spending_musd[self.place])
        if price[index] <= 0.0:
            return float("inf")
        share = self.params.promotion_budget if PROMOTES[index] else self.params.security_budget
        planned = np.where(np.isnan(self.pending), self.strength, np.maximum(self.pending, self.strength))
        spent = float((price * planned)[PROMOTES[index] == PROMOTES].sum())
        return float(max(share * spending - spent, 0.0) / price[index])

    @cached_property
    def scopes(self) -> list[Scope | None]:
        """Whom each of `RULES` is meant for; None if there is nobody."""
        return [self._scope(rule) for rule in RULES]

    def _scope(self, rule: Rule) -> Scope | None:
        if rule.towards == "rivals":
            if not self.rivals:
                return None
            if rule.lever == "visa_refusal":
                return Scope(origins=self.rivals)
            return Scope(partners=self.rivals, sensitivity=("sensitive",))
        if rule.towards == "allies":
            return Scope(partners=self.allies) if self.allies else None
        return Scope()
