"""Whom restrictions turn away, and to which places they fall: the signal of people available."""

from __future__ import annotations

import numpy as np
import pytest

from sim.data.tables import load_world_data
from sim.engines import hosts
from sim.phases.governments import turned_away
from sim.phases.setting import YearContext
from sim.world import World
from tests import live
from tests.unit import one_year

AT = load_world_data("full").iso3.index


@pytest.fixture(scope="module")
def world(state_2017: dict[str, np.ndarray]) -> World:
    return World.from_state(live.config(), state_2017)


def available(ctx: YearContext, world: World) -> np.ndarray:
    y = ctx.inputs
    return turned_away(world.setting, ctx, hosts.probabilities(hosts.base_odds(y.home_share), y.abroad_share))


def test_nobody_without_restrictions(world: World) -> None:
    assert not available(one_year.context(world), world).any()


def test_whom_others_attract_is_not_turned_away(world: World) -> None:
    everybody = (slice(None), AT("USA"))
    assert not available(one_year.context(world, visa_open=(everybody, 0.5)), world).any()
    both = one_year.context(world, visa_open=(everybody, 0.5), visa_delay=((AT("IND"), AT("GBR")), 0.2))
    alone = one_year.context(world, visa_delay=((AT("IND"), AT("GBR")), 0.2))
    np.testing.assert_array_equal(available(both, world), available(alone, world))


def test_the_refused_fall_to_other_hosts_and_not_to_home_or_the_place_that_refuses(world: World) -> None:
    ctx = one_year.context(world, entry_refused=((slice(None), AT("CHN"), AT("USA")), 0.5))
    found = available(ctx, world)
    assert found[AT("USA")] == found[AT("CHN")] == 0.0
    assert found[AT("GBR")] > found[AT("NZL")] > 0.0, "by base shares of Chinese entrants abroad"
    share = ctx.inputs.abroad_share[AT("CHN")].copy()
    share[AT("USA")] = 0.0
    np.testing.assert_allclose(found / found.sum(), share / share.sum(), atol=1e-12)
