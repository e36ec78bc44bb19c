"""Whom policy deters, and to where, at lambda of the run and at both ends of its interval, on the shipped data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.engines import hosts
from sim.engines.hosts import Deterred, Nest
from sim.phases import entry
from sim.phases.setting import Setting, YearContext
from sim.world import World
from tests.unit.one_year import HOST, ORIGIN, context

EVERY = slice(None)


def refusing(world: World, share: float) -> YearContext:
    """The year 2018 in which the United States refuse a share of everybody else's entrants."""
    usa = world.setting.data.iso3.index("USA")
    ctx = context(world, entry_refused=((EVERY, EVERY, usa), share))
    ctx.channels.entry_refused[:, usa, usa] = 0.0
    return ctx


def nests(setting: Setting) -> tuple[Nest, ...]:
    """At the low end, of the run, at the high end: in the order of lambda."""
    low, high = entry.nests_at_ends(setting)
    return low, entry.nest_of(setting), high


def numbers(world: World, ctx: YearContext) -> np.ndarray:
    """Persons who go home, to like hosts, elsewhere (rows) by lambda, rising (columns)."""
    return np.array([[x.sum() for x in entry.deterred(world.setting, ctx, at)] for at in nests(world.setting)]).T


def probabilities(world: World, ctx: YearContext, nest: Nest) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of places of entry [O, P] without and with the year's policy, the same in all fields."""
    y, changes = ctx.inputs, entry.Changes(entry.entry_pulls(world.setting, ctx), nest.like)
    assert len(changes.host) == 1
    choice = hosts.entry_choice(y.home_share, y.abroad_share, changes.host, changes.home, nest)
    base = hosts.base_odds(y.home_share)
    return hosts.probabilities(base, y.abroad_share), hosts.probabilities(*choice)[0]


def test_the_ends_are_those_of_the_estimate_at_most_one_with_the_ratio_of_the_run(world: World) -> None:
    low, own, high = nests(world.setting)
    e, known = world.setting.params.entry, world.setting.data.constants
    assert known["lambda_groups_low"] == low.groups < own.groups == e.dissimilarity < high.groups == 1.0
    assert known["lambda_groups_high"] > 1.0, "so that the bound is what is tested"
    assert [nest.like / nest.groups for nest in (low, own, high)] == pytest.approx([e.dissimilarity_like] * 3)


def test_an_end_is_what_a_run_with_that_lambda_has(world: World) -> None:
    """Nothing of the run's own lambda is left in the ends: utilities are made anew."""
    setting, ctx = world.setting, refusing(world, 0.3)
    for end in entry.nests_at_ends(setting):
        params = replace(setting.params, entry=replace(setting.params.entry, dissimilarity=end.groups))
        there = replace(setting, params=params)
        one, two = entry.deterred(setting, ctx, end), entry.deterred(there, ctx, entry.nest_of(there))
        np.testing.assert_array_equal(one, two)


def test_where_they_go_is_who_gains_at_every_lambda(world: World) -> None:
    """Only the United States lose, so what places gain is the deterred by place, summed another way."""
    setting, ctx = world.setting, refusing(world, 0.3)
    usa, group = setting.data.iso3.index("USA"), setting.data.host_group
    persons = (ctx.inputs.cohort_after - ctx.inputs.cohort_before).sum(axis=0)
    for nest, found in zip(nests(setting), numbers(world, ctx).T):
        before, after = probabilities(world, ctx, nest)
        gain = persons[:, None] * np.maximum(after - before, 0.0)
        home, abroad = gain.diagonal().sum(), gain - np.diag(gain.diagonal())
        like = abroad[:, group == group[usa]].sum()
        np.testing.assert_allclose(found, [home, like, abroad.sum() - like], rtol=1e-6)


def test_a_refusal_takes_its_share_off_the_host_at_every_lambda(world: World) -> None:
    ctx, iso3 = refusing(world, 0.1), world.setting.data.iso3
    usa, like, origin = (iso3.index(code) for code in ("USA", "GBR", "CHN"))
    for nest in nests(world.setting):
        before, after = (p[origin] for p in probabilities(world, ctx, nest))
        assert after[usa] / after[like] == pytest.approx(0.9 * before[usa] / before[like], rel=1e-9)


def test_from_a_closed_host_all_go_and_with_lambda_more_of_them_home(world: World) -> None:
    """The shares of docs/decisions/like-hosts.md for United States that refuse everybody."""
    found = numbers(world, refusing(world, 1.0))
    totals = found.sum(axis=0)
    np.testing.assert_allclose(totals, totals[1], rtol=1e-9)  # all who would have come, whatever lambda is
    shares = 100.0 * found / totals
    np.testing.assert_allclose(shares[0], [27.0, 52.0, 78.0], atol=2.0)
    assert (np.diff(shares[0]) > 0.0).all() and (np.diff(shares[1:]) < 0.0).all()


def test_of_a_partial_refusal_more_stay_away_as_lambda_rises(world: World) -> None:
    """Totals differ: the smaller lambda, the less abroad as a whole loses to home, the refusing host included."""
    ctx = refusing(world, 0.1)
    totals = numbers(world, ctx).sum(axis=0)
    all_of_them = 0.1 * numbers(world, refusing(world, 1.0)).sum(axis=0)
    assert (np.diff(totals) > 0.0).all() and (totals < all_of_them).all()


def test_a_given_loss_of_utility_deters_fewer_as_lambda_rises(world: World) -> None:
    """Delay enters as utility, which does not change with lambda, and what it does to shares goes with 1 / lambda."""
    ctx = context(world, visa_delay=((ORIGIN, HOST), 0.5))
    pulls = entry.entry_pulls(world.setting, ctx)
    low, own, high = (entry.Changes(pulls, at.like).host for at in nests(world.setting))
    np.testing.assert_array_equal(low, own)
    np.testing.assert_array_equal(high, own)
    assert (np.diff(numbers(world, ctx).sum(axis=0)) < 0.0).all()


def test_without_policy_nobody_is_deterred(world: World) -> None:
    nobody = entry.deterred(world.setting, context(world), entry.nest_of(world.setting))
    assert isinstance(nobody, Deterred) and not np.any(nobody)
