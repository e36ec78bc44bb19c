"""Governments: one Mesa agent a place, that takes the steps its hazards give and acts through levers only.

A step up goes through the cap of its ladder, which may let only a share of the package through, and through
consultation: the research community's opposition softens and delays rules. What an imposed policy does already is
neither announced nor charged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mesa
import numpy as np

from sim.agents.face import IdsOfModel
from sim.agents.governments.decisions import LADDERS, NO_PLACE, Decision
from sim.agents.governments.hazards import Hazards
from sim.agents.governments.rungs import PROMOTE, PROTECT, RESTRICT, Standing, share_that_fits
from sim.agents.governments.signals import NAMES, Observation, Signals, opposition_of
from sim.params import GovernmentParams
from sim.policy.rungs import Rungs

NOTABLE = 1.1  # factor on a hazard from which on a signal is what pressed
WHOLE = 0.8  # share of a package that is no part of it: a draft as such costs an eighth (assumption)


@dataclass(frozen=True)
class Costs:
    """What packages cost a year, million $.

    Attributes
    ----------
    academic : [P], academic money; protect : [3, P], cost of each package of protect alone.
    """

    academic: np.ndarray
    protect: np.ndarray


@dataclass(frozen=True)
class Agenda:
    """What all governments have before them in a year; `imposed` : rungs by policies, `weights` : [p, b] of targets."""

    year: int
    seen: Observation
    signals: Signals
    hazards: Hazards
    costs: Costs
    imposed: Rungs
    weights: np.ndarray
    demands: np.ndarray


class Government(mesa.Agent):
    """Government of one place.

    Parameters
    ----------
    model : the world.
    place : index of the place.
    params : how it reacts.
    standing : what it and all others hold; its own is the row of its place.
    rivals : places on its list of concern, by index.
    """

    _ids = IdsOfModel()

    def __init__(
        self, model: Any, place: int, params: GovernmentParams, standing: Standing, rivals: tuple[int, ...] = ()
    ) -> None:
        super().__init__(model)
        self.place, self.params, self.standing, self.rivals = place, params, standing, rivals

    def rung(self, ladder: int) -> int:
        """Own rung of protect or promote; of restrict, how many places it restricts."""
        return int((self.standing.agreed[ladder][self.place] > 0.0).sum())

    def step(self, ladder: int, up: bool, second: float, agenda: Agenda) -> Decision | None:
        """Take one step up or down; its record, None if nothing comes of it that others could see.

        Parameters
        ----------
        second : uniform number that chooses the place to restrict.
        """
        at = self._target(up, second, agenda) if ladder == RESTRICT else self.rung(ladder) - (not up)
        share, fits, opposition, why = self._put_to(ladder, at, agenda) if up else (0.0, 1.0, 0.0, "")
        if up and share <= 0.0:
            return None
        late = up and opposition > self.params.delay_opposition
        self._agree(ladder, at, share, agenda.year, agenda.year + 1 + late)
        if self._shadowed(ladder, at, agenda.imposed):
            return None
        cost = share * self._cost(ladder, at, agenda.costs)
        partner, answer = self._answer(ladder, up, share, agenda)
        return self._record(
            ladder, agenda, target=at if ladder == RESTRICT else NO_PLACE, opposition=opposition,
            rungs=(int(not up), int(up)) if ladder == RESTRICT else (at + (not up), at + up),
            opposed_for=why, conceded=max(fits - share, 0.0) if up else 0.0, share_affordable=fits, cost_musd=cost,
            partner=partner, answer=answer, effective_year=agenda.year + 1 + late,
        )  # fmt: skip

    def refuse(self, partner: int, agenda: Agenda) -> Decision:
        """Record that an ally's condition is not met; said once."""
        self.standing.answered[self.place] = partner + 1
        rung = self.rung(PROTECT)
        _, _, opposition, why = self._put_to(PROTECT, rung, agenda)
        return self._record(
            PROTECT, agenda, target=NO_PLACE, rungs=(rung, rung), opposition=opposition, opposed_for=why, conceded=0.0,
            share_affordable=1.0, cost_musd=0.0, partner=partner, answer="refused", effective_year=agenda.year,
        )  # fmt: skip

    def _record(self, ladder: int, agenda: Agenda, rungs: tuple[int, int], **outcome: Any) -> Decision:
        place, hazards = self.place, agenda.hazards
        seen: dict[str, Any] = {name: float(getattr(agenda.signals, name)[place]) for name in NAMES}
        pressure = hazards.pressure[ladder, place] if rungs[1] > rungs[0] else hazards.easing[ladder, place]
        leading = int(np.argmax(pressure))
        trigger = NAMES[leading] if pressure[leading] >= np.log(NOTABLE) else "chance"
        return Decision(
            year=agenda.year, place=place, ladder=LADDERS[ladder], rung_before=rungs[0], rung_after=rungs[1],
            **seen, trigger=trigger if rungs[1] != rungs[0] else "", p_up=float(hazards.up[ladder, place]),
            p_down=float(hazards.down[ladder, place]), **outcome,
        )  # fmt: skip

    def _put_to(self, ladder: int, at: int, agenda: Agenda) -> tuple[float, float, float, str]:
        """Share of a package that is agreed, share that the cap lets through, opposition and what it is for."""
        fits = self._fits(ladder, at, agenda)
        if ladder == PROMOTE:
            return fits, fits, 0.0, ""
        p, seen, place = self.params, agenda.seen, self.place
        grounds = {
            "time": seen.burden[place] / p.opposition_burden,
            "fear": seen.fear[place] / p.opposition_fear,
            "draft": p.opposition_draft,
        }
        opposition = float(opposition_of(seen.burden[place], seen.fear[place], p.opposition_draft, p))
        return fits * (1.0 - p.softening * opposition), fits, opposition, max(grounds, key=lambda name: grounds[name])

    def _cost(self, ladder: int, at: int, costs: Costs) -> float:
        """Yearly cost of a whole package, million $; restrictions have no price in the model (nan)."""
        if ladder == RESTRICT:
            return float("nan")
        full = self.params.promote_rung * costs.academic if ladder == PROMOTE else costs.protect[at]
        return float(full[self.place])

    def _fits(self, ladder: int, at: int, agenda: Agenda) -> float:
        """Share of a package that fits under the cap of its ladder, beside what is held beyond policy, 0-1."""
        if ladder == RESTRICT:
            return 1.0
        if ladder == PROMOTE and self.params.promote_rung == 0.0:
            return 0.0  # there is nothing to promote with
        costs, cap = agenda.costs, self.params.promote_cap if ladder == PROMOTE else self.params.protect_cap
        held = self.standing.agreed.beyond(agenda.imposed)[ladder][self.place]
        spent = sum(share * self._cost(ladder, k, costs) for k, share in enumerate(held) if share > 0.0)
        room, more = cap * costs.academic[self.place], self._cost(ladder, at, costs)
        return float(share_that_fits(*map(np.asarray, (spent, more, room))))

    def _target(self, up: bool, second: float, agenda: Agenda) -> int:
        """Whom to restrict, drawn by weights; or whom to restrict no more, who weighs least."""
        weights, mine = agenda.weights[self.place], self.standing.agreed.restrict[self.place] > 0.0
        if not up:
            rested = mine & (agenda.year - self.standing.risen_restrict[self.place] > self.params.rest_years)
            return int(np.argmin(np.where(rested, weights, np.inf)))
        free = [b for b in self.rivals if not mine[b]]
        cumulative = np.cumsum(weights[free])
        return free[int(np.searchsorted(cumulative, second * cumulative[-1], side="right").clip(max=len(free) - 1))]

    def _agree(self, ladder: int, at: int, share: float, year: int, due: int) -> None:
        standing, place = self.standing, self.place
        standing.agreed[ladder][place, at] = share
        standing.due[ladder, place] = due
        if share > 0.0 and ladder == RESTRICT:
            standing.risen_restrict[place, at] = year
        elif share > 0.0:
            standing.risen[ladder // 2, place] = year

    def _shadowed(self, ladder: int, at: int, imposed: Rungs) -> bool:
        """True if an imposed policy does as much already."""
        if ladder == RESTRICT:
            return bool(imposed.restrict[self.place, at])
        return bool(imposed[ladder][self.place] > at)

    def _answer(self, ladder: int, up: bool, share: float, agenda: Agenda) -> tuple[int, str]:
        """The ally whose condition a step up of protect answers, and how."""
        demands = agenda.demands[self.place]
        if ladder != PROTECT or not up or demands.max() <= 0.0:
            return NO_PLACE, ""
        partner = int(np.argmax(demands))
        self.standing.answered[self.place] = partner + 1
        return partner, "adopted" if share >= WHOLE else "adopted in part"
