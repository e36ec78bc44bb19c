"""Governments that are on promote rungs, as imposed policies with the strengths that their money buys."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from sim import World
from sim.config.schema import Config
from sim.engines.buying import Purchase
from sim.phases import budget, promotion
from sim.policy.ladder import Ladder
from sim.policy.schema import LeverUse, Policy

RUNGS = 3


def money_of(world: World, year: int, issuers: tuple[str, ...], share: float) -> np.ndarray:
    """A share of academic money for each rung of each issuer [rungs, P], million $."""
    setting = world.setting
    on = np.isin(setting.data.iso3, issuers)
    return np.tile(share * budget.public_money(setting, world.inputs.year(year)) * on, (RUNGS, 1))


def bought(world: World, year: int, money: np.ndarray) -> dict[tuple[int, str], Purchase]:
    """What money buys in a year that has not begun."""
    people = budget.census(world.setting, year - 1, world.columns)
    market = promotion.market(world.setting, world.inputs.year(year), people, world.ledger)
    return promotion.purchases(world.cfg.ladder.promote, money, market)


def imposed(cfg: Config, found: dict[tuple[int, str], Purchase], year: int, codes: tuple[str, ...]) -> Config:
    """The configuration with what was bought as a policy a place, from a year on."""
    ladder: Ladder = cfg.ladder.promote
    policies = {}
    for p, code in enumerate(codes):
        uses = {}
        for (k, name), purchase in found.items():
            entry = ladder.rungs[k].entries[name]
            if strength := float(purchase.strength[p]):
                uses[f"{name}_{k}"] = LeverUse(entry.lever, {date(year, 1, 1): strength}, "test", scope=entry.scope)
        if uses:
            policies[code] = Policy(code, (code,), uses)
    return replace(cfg, scenario="bought", policies=policies)
