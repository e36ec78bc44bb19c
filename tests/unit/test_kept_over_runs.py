"""What runs of one process share is the same question's answer only."""

from __future__ import annotations

from copy import deepcopy

import numpy as np

from sim import World, load_config
from sim.phases.promotion import cost_of_rungs
from sim.policy.levers import LEVERS
from sim.policy.schema import Scope
from sim.policy.timeline import Timeline


def test_costs_of_rungs_are_kept_until_the_rules_cost_something_else() -> None:
    world = World(load_config("scale=5000", "start=2016", "end=2017"), empty=True)
    ladder, effects = world.cfg.ladder.protect, world.timeline.effects
    usual = cost_of_rungs(ladder, world.setting, effects)
    assert cost_of_rungs(deepcopy(ladder), world.setting, deepcopy(dict(effects))) is usual
    free = {name: dict.fromkeys(of_lever, 0.0) for name, of_lever in effects.items()}
    assert usual.any() and not cost_of_rungs(ladder, world.setting, free).any()
    np.testing.assert_array_equal(cost_of_rungs(ladder, world.setting, effects), usual)


def test_timelines_share_cells_unless_a_threshold_asks_for_support() -> None:
    world = World(load_config("scale=5000", "start=2016", "end=2017"), empty=True)
    first, second = (Timeline({}, world.setting.data) for _ in range(2))
    lever, usa = LEVERS["disclosure"], world.setting.data.iso3.index("USA")
    assert first.cells(lever, usa, Scope()) is second.cells(lever, usa, Scope())
    above = Scope(institution_threshold_musd=50.0)
    first.channels(2017, support=np.zeros_like(first.support))
    assert first.cells(lever, usa, above) is None and second.cells(lever, usa, above) is not None
