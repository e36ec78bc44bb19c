"""What rungs of the ladders promote and protect mean in money: what promote money buys, and what rules cost."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.data.inputs import YearInputs
from sim.engines import hosts
from sim.engines.budget import Census
from sim.engines.buying import YEARS, Amounts, Market, Purchase, buy, wares
from sim.engines.compliance import first_year_cost
from sim.phases.budget import Ledger, foreign_entrants, public_money, rules_money, year_prices
from sim.phases.entry import nest_of
from sim.phases.setting import Setting
from sim.policy.ladder import Ladder, Rung
from sim.policy.levers import LEVERS
from sim.policy.schema import Decided
from sim.policy.timeline import Timeline

RULES = {"cost_fixed_musd", "cost_share"}  # channels by which rules cost institutions money


def market(setting: Setting, inputs: YearInputs, people: Census, ledger: Ledger) -> Market:
    """What money meets in a year.

    Parameters
    ----------
    people : `budget.census` at the end of last year, as of that year, so that as many years of recruits are counted
        as in the bill; ledger : of last year.
    """
    public = public_money(setting, inputs)
    return Market(
        prices=year_prices(setting, inputs),
        people=people,
        researchers=np.asarray(setting.data.researchers[-1], dtype=np.float64),
        a_head=np.divide(public, people.heads, out=np.zeros_like(public), where=people.heads > 0.0),
        foreigners=foreign_entrants(inputs),
        students=further_students(setting, inputs),
        joint=ledger.joint,
        joint_funding=setting.params.collaboration.joint_funding,
    )


def further_students(setting: Setting, inputs: YearInputs) -> Amounts:
    """Further entrants from abroad [P], persons, as a function of log changes of doctoral places [P] alone."""
    nest, none = nest_of(setting), np.zeros(setting.data.n_places)
    persons = (inputs.cohort_after - inputs.cohort_before).sum(axis=0)

    def foreigners(change: np.ndarray) -> np.ndarray:
        change = nest.like * change[None, None, :]  # the same for all origins
        choice = hosts.entry_choice(inputs.home_share, inputs.abroad_share, change, none, nest)
        chosen = hosts.probabilities(*choice)[0]
        np.fill_diagonal(chosen, 0.0)
        return persons @ chosen

    usual = foreigners(none)
    return lambda places: foreigners(places) - usual


def purchases(ladder: Ladder, money: np.ndarray, market: Market) -> dict[tuple[int, str], Purchase]:
    """What money buys, by rung (from 0) and entry.

    An entry that is free has its own strength where its rung has money. Relative changes of the same money build on
    each other, so a later one is bought at the price that the earlier ones leave.

    Parameters
    ----------
    money : [rungs, P], million $ a year, 0 for rungs that a place is not on.
    """
    found, goods = {}, wares(market)
    raised = np.ones(money.shape[1])
    for k, rung in enumerate(ladder.rungs):
        for name, entry in rung.entries.items():
            lever = LEVERS[entry.lever]
            if entry.money is None:
                strength = np.where(money[k] > 0.0, entry.strength or 0.0, lever.neutral)
                found[k, name] = Purchase(strength, np.ones(money.shape[1]))
                continue
            ware, compound = goods[entry.lever], lever.combine == "compound"
            ware = ware._replace(unit=ware.unit * raised) if compound else ware
            found[k, name] = buy(entry.money * money[k], ware, lever.hi)
            raised = raised * (1.0 + found[k, name].strength) if compound else raised
    return found


def cost_of_rungs(ladder: Ladder, setting: Setting, effects: Mapping[str, Mapping[str, float]]) -> np.ndarray:
    """What the rules of each rung's own package cost [rungs, P], wherever they are in force as written.

    Million $ a year, mean of the first ten years. Lists of concern and targets play no part: what is aimed at places
    costs time, not money.
    """
    own = {lever: dict(sizes) for lever, sizes in effects.items()}  # whoever gave them may go on to change theirs
    asked = ladder, own, setting.params.compliance, setting.data
    for known, found in _COSTS:
        if known == asked:
            return found
    timeline = Timeline({}, setting.data, effects=effects)

    def money(rung: Rung) -> np.ndarray:
        paid = [entry for entry in rung.entries.values() if RULES & set(LEVERS[entry.lever].channels)]
        everywhere = range(setting.data.n_places)
        return _mean_money(
            setting, timeline, [Decided(p, e.lever, e.strength or 0.0, e.scope) for p in everywhere for e in paid]
        )

    found = np.stack([money(rung) for rung in ladder.rungs])
    _COSTS.append((asked, found))
    return found


_COSTS: deque[tuple[Any, np.ndarray]] = deque(
    maxlen=4
)  # of the last worlds of this process: runs of a command ask alike


def _mean_money(setting: Setting, timeline: Timeline, decided: list[Decided]) -> np.ndarray:
    """Mean yearly money of the first ten years [P]: part of a first year's cost is paid once."""
    channels = timeline.channels(timeline.start, decided)
    cost = first_year_cost(channels.cost_fixed_musd, channels.cost_share, setting.institutions.federal_musd)
    first, later = (rules_money(setting, channels, before) for before in (np.zeros_like(cost), cost))
    found: np.ndarray = (first + (YEARS - 1) * later) / YEARS
    return found
