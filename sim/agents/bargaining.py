"""Bargaining between allies: who makes joint sensitive projects conditional asks, the partner answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.decisions import Trigger
from sim.agents.indicators import Observation
from sim.agents.rules import RULE_INDEX, RULES

if TYPE_CHECKING:
    from sim.agents.government import Government

CONDITION = RULE_INDEX["alliance_condition"]
STANDARD = RULE_INDEX["disclosure"]  # the lever by which a place meets an ally's standard


def bargain(governments: list[Government], year: int, seen: Observation) -> None:
    """Every ally whose condition is in force and whose standard is higher asks; the weightiest demand is answered.

    What is at stake for b is the share of its papers that a's condition puts in question; a demand rests for
    as long as any lever after it was answered.
    """
    asking = np.array([government.strength[CONDITION] for government in governments])
    if not asking.any():
        return
    for b, government in enumerate(governments):
        p = government.params
        gap = np.where(government.ally & (asking > 0), seen.protection - seen.protection[b], 0.0)
        rested = year - government.answered[0] >= p.wait_years
        if gap.max() > p.alliance_gap and rested and government.free(year, STANDARD):
            stake = np.where(gap > p.alliance_gap, asking * seen.joint_share[b], 0.0)
            _answer(government, year, int(np.argmax(stake)), float(stake.max()))


def _answer(government: Government, year: int, partner: int, stake: float) -> None:
    """Two steps at once if the stake clearly outweighs the opposition, one if it nearly does, else a refusal."""
    rule, p = RULES[STANDARD], government.params
    step = p.step * rule.hi
    worth = stake / p.alliance_stake - government.opposition(rule, step)
    trigger = Trigger("ally_demand", worth)
    government.answered[0] = year
    if worth >= 1.0:
        government.change(year, STANDARD, 2.0 * step, trigger, partner, "adopted")
    elif worth >= 0.5:
        government.change(year, STANDARD, step, trigger, partner, "adopted in part")
    else:
        government.refuse(year, STANDARD, trigger, partner)
