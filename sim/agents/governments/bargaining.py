"""Bargaining between allies: who makes joint sensitive projects conditional asks, the partner answers.

Conditions that a scenario imposes and those that a government decided ask alike, as both refuse the same projects.
Only reactive governments answer: with scripted ones the partner's answer is a dated policy of its own, or none.
"""

from __future__ import annotations

import numpy as np

from sim.agents.governments.decisions import Trigger
from sim.agents.governments.government import Government
from sim.agents.governments.indicators import Observation
from sim.agents.governments.rules import RULE_INDEX, RULES

CONDITION = RULE_INDEX["alliance_condition"]
STANDARD = RULE_INDEX["disclosure"]  # the lever by which a place meets an ally's standard


def bargain(
    governments: list[Government], year: int, seen: Observation, imposed: np.ndarray | None, standard: float
) -> None:
    """Every ally whose condition is in force asks who does not meet the standard; the weightiest demand is answered.

    What is at stake for b is the share of its papers that a's condition puts in question, as much of it as b
    misses of the standard, weighed by b's trust in a. A demand rests for as long as any lever after an answer.

    Parameters
    ----------
    imposed : [a, b], strength of conditions of a towards b by policy; None if there are none.
    standard : share of leaks prevented that a condition asks for.
    """
    decided = np.array([government.strength[CONDITION] for government in governments])
    if standard <= 0.0 or not (decided.any() or imposed is not None):
        return
    memory, p = governments[0].memory, governments[0].params
    gaps = standard - seen.protection
    rested = (year - memory.answered >= p.wait_years) & memory.free(year, p)[:, STANDARD]
    for b in np.flatnonzero(rested & (gaps > p.alliance_gap)).tolist():
        government, gap = governments[b], float(gaps[b])
        by_policy = imposed[:, b] if imposed is not None else 0.0
        asking = np.where(government.ally, decided + by_policy - decided * by_policy, 0.0)
        stake = asking * min(gap / standard, 1.0) * seen.joint_share[b] * seen.trust[b] ** p.trust_weight
        if stake.max() > 0.0:
            _answer(government, year, int(np.argmax(stake)), float(stake.max()))


def _answer(government: Government, year: int, partner: int, stake: float) -> None:
    """Two steps at once if the stake clearly outweighs the opposition, one if it nearly does, else a refusal.

    A refusal stands, without being said again, until the answer to that ally changes.
    """
    rule, p = RULES[STANDARD], government.params
    step = p.step * rule.hi
    worth = stake / p.alliance_stake - government.opposition(rule, step)
    trigger = Trigger("ally_demand", worth)
    memory, place = government.memory, government.place
    if worth < 0.5 and memory.refused[place] == partner + 1:
        return
    memory.answered[place], memory.refused[place] = year, partner + 1 if worth < 0.5 else 0
    if worth >= 1.0:
        government.change(year, STANDARD, 2.0 * step, trigger, partner, "adopted")
    elif worth >= 0.5:
        government.change(year, STANDARD, step, trigger, partner, "adopted in part")
    else:
        government.refuse(year, STANDARD, trigger, partner)
