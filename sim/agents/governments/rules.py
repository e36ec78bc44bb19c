"""What governments may decide by themselves: levers, what moves them, how far, for whom and at what cost.

Loads say how an indicator, one standard deviation above its target, moves the wish for a lever; they and the
ranges are assumptions where no source is given. Units are those of `sim.policy.levers`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.agents.governments.indicators import INDICATORS


@dataclass(frozen=True)
class Rule:
    """One lever in the hands of a government.

    Parameters
    ----------
    lever : name in `sim.policy.levers`.
    hi : largest strength that a government decides by itself.
    aim : ``promote`` or ``protect``; only protection meets opposition.
    towards : who is meant: ``all``, ``diaspora``, ``rivals`` (places of concern) or ``allies``.
    loads : indicator -> weight; a positive one raises the lever when the indicator is above target.
    bite : opposition that a draft of one full step raises by itself.
    cost_share : yearly cost of the lever at `hi`, share of the place's R&D spending.
    cost_per_1000 : the same in million $ per 1,000 researchers; both add up.
    with_lever : a second lever at a fixed strength that goes with this one.
    source : of range and loads.
    """

    lever: str
    hi: float
    aim: str
    towards: str
    loads: dict[str, float]
    bite: float = 0.0
    cost_share: float = 0.0
    cost_per_1000: float = 0.0
    with_lever: tuple[str, float] | None = None
    source: str = field(default="assumption")

    def load(self) -> np.ndarray:
        """Loads in the order of `INDICATORS` [K]."""
        return np.array([self.loads.get(name, 0.0) for name in INDICATORS])


RULES: tuple[Rule, ...] = (
    Rule(
        "research_funding", 0.1, "promote", "all", {"top1_rank": 0.7, "rivals_growth": 0.3},
        cost_share=0.03, source="range: assumption; cost: public share 0.3 of R&D spending",
    ),
    Rule(
        "recruit_income", 0.3, "promote", "all", {"net_talent": -0.7, "top1_rank": 0.3},
        cost_share=0.02, source="range: assumption, of the order of expatriate tax reliefs",
    ),
    Rule(
        "talent_programme", 1.0, "promote", "diaspora", {"net_talent": -0.6, "top1_rank": 0.4},
        cost_per_1000=0.5, source="S2: about 500 recruits a year on 1.4 M researchers, 0.4 per 1,000",
    ),
    Rule(
        "joint_programme", 0.3, "promote", "allies", {"top1_rank": 0.6, "incidents": -0.4},
        cost_share=0.005,
    ),
    Rule(
        "project_screening", 0.5, "protect", "rivals", {"incidents": 0.5, "rivals_growth": 0.3, "ally_standard": 0.2},
        bite=0.4, cost_share=0.0005, with_lever=("screening_refusal", 0.1),
        source="P20, S7: 2-6 % of all projects, here of the sensitive ones with rivals; refusals P19: assumption 0.1",
    ),
    Rule(
        "visa_refusal", 0.1, "protect", "rivals", {"incidents": 0.5, "rivals_growth": 0.5},
        bite=0.5, source="P17: 0.10 at the low end",
    ),
    Rule(
        "disclosure", 1.0, "protect", "all", {"incidents": 0.6, "ally_standard": 0.4},
        bite=0.3, cost_share=0.001, source="S5, S6: a full programme is 1",
    ),
    Rule(
        "cybersecurity", 1.0, "protect", "all", {"incidents": 0.7, "ally_standard": 0.3},
        bite=0.1, cost_share=0.002, source="S6: a full programme is 1",
    ),
    Rule(
        "alliance_condition", 0.5, "protect", "allies", {"ally_standard": -0.6, "incidents": 0.4},
        bite=0.3,
    ),
)  # fmt: skip
LOADS = np.array([rule.load() for rule in RULES])  # [L, K]
N_RULES = len(RULES)
PROMOTES = np.array([rule.aim == "promote" for rule in RULES])  # [L]
COST_SHARE = np.array([rule.cost_share / rule.hi for rule in RULES])  # [L], of R&D spending a unit of strength
COST_PER_1000 = np.array([rule.cost_per_1000 / rule.hi for rule in RULES])  # [L], million $ a unit of strength
RULE_INDEX = {rule.lever: index for index, rule in enumerate(RULES)}
