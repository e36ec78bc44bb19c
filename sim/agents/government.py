"""Governments: one Mesa agent a place, that observes last year, decides, and acts through levers only.

A reactive government raises a lever when what it watches is worse than its target by more than a band, no
sooner than two years after its last change of that lever, by a bounded step, within its budget. Drafts of
protective rules go through consultation: the research community's opposition softens and delays them. A
scripted government watches until 2017 and decides nothing. No randomness.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import mesa
import numpy as np

from sim.agents.decisions import NO_PARTNER, Decision, Trigger
from sim.agents.face import IdsOfModel
from sim.agents.indicators import INDICATORS, baseline
from sim.agents.rules import LOADS, RULES, Rule
from sim.params import GovernmentParams
from sim.policy.schema import Decided, Scope

WATCH_FROM, BASE_FROM, BASE_TO = 2005, 2008, 2017  # first look, and the years by which indicators are standardized
_CLIP = 3.0  # sd beyond which a signal counts no more (assumption)
_DAMP = 0.85  # a trend of the past is expected to fade by 15 % a year, as all trends of the model


@dataclass(frozen=True)
class Signals:
    """What one government sees of last year; see `sim.agents.indicators.Observation` for units.

    Attributes
    ----------
    indicators : [K].
    burden, fear, researchers, rd_spending_musd : of the own place.
    """

    indicators: np.ndarray
    burden: float
    fear: float
    researchers: float
    rd_spending_musd: float


class Government(mesa.Agent):
    """Government of one place.

    Parameters
    ----------
    model : the world.
    place : index of the place.
    params : how it reacts.
    rivals, allies : codes of the places that it means by these words.
    ally : [P] bool, the same allies by index.

    Attributes
    ----------
    strength : [L], strength in force of each lever of `RULES`.
    pending : [L], strength agreed and not yet in force, NaN if none.
    effective : [L], year in which the last agreed strength comes into force; 0 if none ever.
    history : [2, 10, K], raw and smoothed indicators of 2008-2017; NaN where not seen.
    smoothed, drift : [K], smoothed indicators now; how far targets have followed them since 2017.
    answered : [1], year of the last answer to an ally's demand.
    decisions : records of this year's decisions.
    """

    _ids = IdsOfModel()

    def __init__(
        self,
        model: Any,
        place: int,
        params: GovernmentParams,
        rivals: tuple[str, ...] = (),
        allies: tuple[str, ...] = (),
        ally: np.ndarray | None = None,
    ) -> None:
        super().__init__(model)
        self.place, self.params = place, params
        self.rivals, self.allies = rivals, allies
        self.ally = np.zeros(0, bool) if ally is None else ally
        self.strength = np.zeros(len(RULES))
        self.pending = np.full(len(RULES), np.nan)
        self.effective = np.zeros(len(RULES), dtype=np.int64)
        self.history = np.full((2, BASE_TO - BASE_FROM + 1, len(INDICATORS)), np.nan)
        self.smoothed = np.full(len(INDICATORS), np.nan)
        self.drift = np.zeros(len(INDICATORS))
        self.answered = np.zeros(1, dtype=np.int64)
        self.signals: Signals | None = None
        self.decisions: list[Decision] = []

    # --- Observe ------------------------------------------------------------------------------------------
    def observe(self, year: int, signals: Signals) -> None:
        """Take in the numbers of one year (the one before the decision)."""
        self.signals = signals
        z, weight = signals.indicators, self.params.smoothing
        first = np.isnan(self.smoothed)
        self.smoothed = np.where(first, z, (1.0 - weight) * self.smoothed + weight * z)
        if BASE_FROM <= year <= BASE_TO:
            self.history[:, year - BASE_FROM] = z, self.smoothed
        elif year > BASE_TO:
            self.drift += self.params.adaptation * (self.smoothed - self._target(year))

    def deviations(self, year: int) -> np.ndarray:
        """Smoothed indicators against targets in sd of the place's own 2008-2017, within ±3 [K]."""
        return np.clip((self.smoothed - self._target(year)) / self._baseline[2], -_CLIP, _CLIP)

    def forget_baseline(self) -> None:
        """To be called when the history is replaced."""
        self.__dict__.pop("_baseline", None)

    @cached_property
    def _baseline(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Level, slope and sd; asked for only when the base years are over."""
        return baseline(self.history)

    def _target(self, year: int) -> np.ndarray:
        """Own trend of 2008-2017, fading after 2017, plus what the government has got used to since."""
        level, slope, _ = self._baseline
        ahead = sum(_DAMP**n for n in range(1, max(year - BASE_TO, 0) + 1))
        return level + slope * ahead + self.drift

    # --- Decide -------------------------------------------------------------------------------------------
    def decide(self, year: int) -> list[Decided]:
        """Levers in force this year, after new decisions (which take effect in a later one)."""
        self.decisions = []
        self._enact(year)
        if year > BASE_TO and self.signals is not None and not np.isnan(self.history).all():
            deviations = self.deviations(year - 1)
            pulls = LOADS * (self._weights * deviations)  # [L, K]
            for index, signal in enumerate(pulls.sum(axis=1).tolist()):
                self._consider(year, index, signal, pulls[index], deviations)
        return self.in_force()

    def in_force(self) -> list[Decided]:
        """Levers with a strength other than neutral, each with its scope."""
        found: list[Decided] = []
        for rule, scope, strength in zip(RULES, self._scopes, self.strength.tolist()):
            if strength > 0.0 and scope is not None:
                found.append(Decided(self.place, rule.lever, strength, scope))
                if rule.with_lever is not None:
                    found.append(Decided(self.place, *rule.with_lever))
        return found

    def change(
        self, year: int, index: int, draft: float, trigger: Trigger, partner: int = NO_PARTNER, answer: str = ""
    ) -> float:
        """Put one draft through budget and consultation; record it; return the strength agreed."""
        rule, before = RULES[index], float(self.strength[index])
        after = min(max(before + draft, 0.0), rule.hi)
        after = min(after, before + self._affordable(index)) if after > before else after
        opposition = self.opposition(rule, after - before)
        conceded = self.params.softening * opposition * max(after - before, 0.0)
        agreed = after - conceded
        if abs(agreed - before) < 1e-9:
            return before
        effective = year + 1 + int(opposition > self.params.delay_opposition)
        self.pending[index], self.effective[index] = agreed, effective
        outcome = (draft, opposition, conceded, before, agreed, *trigger, effective, partner, answer)
        self.decisions.append(Decision(year, self.place, rule.lever, *outcome))
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
        if rule.aim != "protect" or step <= 0.0 or self.signals is None:
            return 0.0
        p, s = self.params, self.signals
        bite = rule.bite * step / (p.step * rule.hi) if p.step > 0 else 0.0
        return float(-np.expm1(-(s.burden / p.opposition_burden + s.fear / p.opposition_fear + bite)))

    def free(self, year: int, index: int) -> bool:
        """True if nothing is pending and the lever has rested long enough."""
        return bool(np.isnan(self.pending[index])) and year - self.effective[index] >= self.params.wait_years

    def _consider(self, year: int, index: int, signal: float, pulls: np.ndarray, deviations: np.ndarray) -> None:
        """Tighten or raise beyond the band; relax only at a larger signal the other way."""
        band, step = self.params.band, self.params.step * RULES[index].hi
        if signal > band:
            draft = step * min(max(signal - band, 0.25), 1.0)
        elif signal < -band * self.params.relax_factor and self.strength[index] > 0.0:
            draft = -step * min(max(-signal - band, 0.25), 1.0)
        else:
            return
        if self.free(year, index) and self._scopes[index] is not None:
            leading = int(np.argmax(pulls * np.sign(signal)))
            self.change(year, index, draft, Trigger(INDICATORS[leading], float(deviations[leading])))

    def _enact(self, year: int) -> None:
        ready = ~np.isnan(self.pending) & (self.effective <= year)
        self.strength[ready] = self.pending[ready]
        self.pending[ready] = np.nan

    @cached_property
    def _weights(self) -> np.ndarray:
        """Weight of each indicator [K]."""
        return np.array([getattr(self.params, f"weight_{name}") for name in INDICATORS])

    def _affordable(self, index: int) -> float:
        """Largest rise of a lever that the budget of its aim still pays for."""
        assert self.signals is not None
        spending, people = self.signals.rd_spending_musd, self.signals.researchers / 1000.0
        price = np.array([(r.cost_share * spending + r.cost_per_1000 * people) / r.hi for r in RULES])
        if price[index] <= 0.0:
            return float("inf")
        aim = RULES[index].aim
        share = self.params.promotion_budget if aim == "promote" else self.params.security_budget
        planned = np.where(np.isnan(self.pending), self.strength, np.maximum(self.pending, self.strength))
        spent = float((price * planned)[[rule.aim == aim for rule in RULES]].sum())
        return float(max(share * spending - spent, 0.0) / price[index])

    @cached_property
    def _scopes(self) -> list[Scope | None]:
        """Whom each of `RULES` is meant for; None if there is nobody."""
        return [self._scope(rule) for rule in RULES]

    def _scope(self, rule: Rule) -> Scope | None:
        """Whom a rule is meant for; None if there is nobody."""
        if rule.towards == "rivals":
            if not self.rivals:
                return None
            if rule.lever == "visa_refusal":
                return Scope(origins=self.rivals)
            return Scope(partners=self.rivals, sensitivity=("sensitive",))
        if rule.towards == "allies":
            return Scope(partners=self.allies) if self.allies else None
        return Scope()
