"""Phases hand channels to engines the right way round: who acts, on whom, where, and on nobody else."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from sim.engines.careers import CareerRates
from sim.phases import careers, entry, impact, levers, security, terms
from sim.phases.setting import FIELD_INTERNATIONAL, FIELD_SHARE, Setting, YearContext
from sim.policy.channels import Channels
from sim.record import measures
from sim.world import World
from tests.unit.one_year import HOST, ORIGIN, OTHER, P, cells, context, pair

# --- entry --------------------------------------------------------------------------------------------------
ENTRY = [
    ("hostility", (HOST, ORIGIN), 0.5, {(ORIGIN, HOST)}, -1),
    ("visa_delay", (ORIGIN, OTHER), 0.5, {(ORIGIN, OTHER)}, -1),
    ("entry_refused", (slice(None), ORIGIN, OTHER), 0.5, {(ORIGIN, OTHER)}, -1),
    ("visa_open", (ORIGIN, OTHER), 0.5, {(ORIGIN, OTHER)}, 1),
]


def entry_changes(setting: Setting, ctx: YearContext) -> entry.Changes:
    """Changes in the choice of a place of entry, hosts alike as in the run."""
    return entry.Changes(entry.entry_pulls(setting, ctx), entry.nest_of(setting).like)


@pytest.mark.parametrize("name, at, value, where, sign", ENTRY)
def test_entry_is_changed_for_one_origin_at_one_host(
    name: str, at: tuple, value: float, where: set[tuple[int, int]], sign: int, world: World
) -> None:
    runs = pair(entry_changes, world, **{name: (at, value)})
    before, after = (run.host for run in runs)
    assert cells(before != after, (1, 2)) == where
    assert np.sign(after - before)[before != after].tolist() == [sign]
    assert not runs[1].pulls.group.any(), "all fields are under the same rule"
    np.testing.assert_array_equal(runs[0].home, runs[1].home)
    barred = {"visa_delay": 1.0, "entry_refused": 1.0}.get(name, 0.0)
    assert (runs[1].barred[after != before] == barred).all() and not runs[0].barred.any()


def test_nothing_moves_entrants_without_policy(world: World) -> None:
    changes = entry_changes(world.setting, context(world))
    assert not changes.host.any() and not changes.home.any() and not changes.barred.any()


def test_what_the_own_world_does_moves_entrants_against_the_paired_one(world: World) -> None:
    ctx = context(world)
    better = ctx.paired.prestige.copy()
    better[OTHER] *= 0.5
    changes = entry_changes(world.setting, replace(ctx, baseline=replace(ctx.paired, prestige=better)))
    assert cells(changes.host != 0.0, (2,)) == {(OTHER,)} and cells(changes.home != 0.0, (0,)) == {(OTHER,)}
    assert changes.home[OTHER] > 0.0


def test_the_barred_are_the_part_of_the_losses_that_refusal_and_delay_have(world: World) -> None:
    e, at = world.setting.params.entry, (ORIGIN, OTHER)
    like = e.dissimilarity * e.dissimilarity_like
    refused, hostile = -like * np.log(0.7), e.hostility * (1.0 - np.exp(-0.5))
    every = slice(None)
    changes = entry_changes(world.setting, context(world, entry_refused=((every, *at), 0.3), hostility=(at[::-1], 0.5)))
    assert changes.barred[(0, *at)] == pytest.approx(refused / (refused + hostile))
    assert changes.host[(0, *at)] == pytest.approx(-refused - hostile)
    closed = entry_changes(world.setting, context(world, entry_refused=((every, *at), 1.0)))
    assert closed.barred[(0, *at)] == 1.0 and closed.host[(0, *at)] == -np.inf


def test_student_places_are_for_foreigners(world: World) -> None:
    before, after = pair(entry_changes, world, student_places=((OTHER,), 0.3))
    odds = 0.3 * entry.nest_of(world.setting).like  # so that odds of the host rise by 0.3 whatever lambda is
    np.testing.assert_allclose(after.host[:, :, OTHER] - before.host[:, :, OTHER], odds)
    np.testing.assert_array_equal(after.home, before.home)


def test_funding_draws_entrants_and_keeps_ones_own(world: World) -> None:
    before, after = pair(entry_changes, world, funding=((OTHER,), 1.5))
    assert cells(before.host != after.host, (2,)) == {(OTHER,)}
    assert cells(before.home != after.home, (0,)) == {(OTHER,)}
    assert after.home[OTHER] > before.home[OTHER]


# --- careers ------------------------------------------------------------------------------------------------
def rates(setting: Setting, ctx: YearContext) -> CareerRates:
    """Rates of careers, of which nothing is divided."""
    return careers.career_rates(setting, ctx, np.ones(P))


def test_rates_of_exit_are_divided_by_the_paired_baselines_norm(world: World) -> None:
    """Its own mean personal factor where there is no other baseline; nothing while rates are fitted."""
    ctx, norm = context(world), np.linspace(0.5, 2.0, P)
    own = careers.mean_exit_factor(world.setting, 2018, world.columns)
    np.testing.assert_array_equal(careers.exit_norm(world.setting, ctx, world.columns), own)
    assert own.std() > 0.01
    paired = replace(ctx, baseline=replace(ctx.macro, exit_norm=norm))
    np.testing.assert_array_equal(careers.exit_norm(world.setting, paired, world.columns), norm)
    divided = careers.career_rates(world.setting, ctx, norm).exit_base
    np.testing.assert_allclose(divided * norm, rates(world.setting, ctx).exit_base)
    fitted = replace(paired, inputs=world.inputs.year(2017))
    np.testing.assert_array_equal(careers.exit_norm(world.setting, fitted, world.columns), 1.0)


def test_leaner_places_lose_more_people(world: World) -> None:
    ctx, money = context(world), np.zeros(P)
    money[OTHER] = -0.3
    before, after = (rates(world.setting, replace(ctx, ln_funding=f)).exit_base for f in (0.0 * money, money))
    elasticity = world.setting.params.careers.exit_funding
    np.testing.assert_allclose(after, np.exp(-elasticity * money) * before)
    assert after[OTHER] > 1.04 * before[OTHER]


def test_a_programme_of_the_origin_ties_its_people_abroad(world: World) -> None:
    before, after = pair(rates, world, programme_pull=((ORIGIN, ORIGIN), 1.0))
    assert cells(before.dual_gain != after.dual_gain, (1,)) == {(ORIGIN,)}
    np.testing.assert_allclose(after.dual_gain[:, ORIGIN], 2.0 * before.dual_gain[:, ORIGIN])


def test_a_ban_on_second_affiliations_binds_people_who_work_there(world: World) -> None:
    before, after = pair(rates, world, dual_banned=((HOST, ORIGIN), 1.0))
    assert after.dual_gain[HOST, ORIGIN] == 0.0 and after.dual_loss[HOST, ORIGIN] == 1.0
    for one, two in ((before.dual_gain, after.dual_gain), (before.dual_loss, after.dual_loss)):
        assert cells(one != two, (0, 1)) == {(HOST, ORIGIN)}


def test_posts_offered_raise_the_rate_of_that_place(world: World) -> None:
    before, after = pair(rates, world, permanent_offer=((OTHER,), 0.05))
    np.testing.assert_allclose(after.offered[OTHER], before.offered[OTHER] + 0.05)
    assert cells(before.offered != after.offered, (0,)) == {(OTHER,)}
    np.testing.assert_array_equal(after.tenure, before.tenure)  # the place's own go on


# --- research and security ----------------------------------------------------------------------------------
def test_rules_of_either_side_bind_both(world: World) -> None:
    friction = np.zeros((4, 6, P, P))
    friction[1, 2, HOST, OTHER], friction[1, 2, OTHER, HOST] = 0.5, 0.2
    both = terms.both_sides(friction)
    assert both[2, 1, HOST, OTHER] == both[2, 1, OTHER, HOST] == pytest.approx(1.0 - 0.5 * 0.8)
    assert cells(both != 0.0, (0, 1, 2, 3)) == {(2, 1, HOST, OTHER), (2, 1, OTHER, HOST)}


def test_recorded_friction_is_the_mean_of_both_sides_over_kinds_and_fields(world: World) -> None:
    friction = np.zeros((4, 6, P, P))
    friction[2:, :, HOST, 3:9] = np.random.default_rng(0).random((2, 6, 6))
    friction[1, 2, OTHER, HOST] = 0.2
    expected = terms.both_sides(friction).mean(axis=(0, 1))
    assert (expected[HOST, 3:9] > 0.0).all()
    np.testing.assert_allclose(measures.mean_friction(friction), expected, rtol=1e-14)
    assert not measures.mean_friction(np.zeros_like(friction)).any()


def test_output_follows_budgets_with_a_lag_and_recruits_follow_programmes(world: World) -> None:
    before, after = pair(terms.output_rates, world, funding_recruits=((OTHER,), 1.4), funding=((OTHER,), 2.0))
    for rate, unchanged in zip(after, before):
        np.testing.assert_array_equal(rate, unchanged)  # money acts through its lags, from next year on
    money = np.zeros(P)
    money[OTHER] = np.log(1.61)
    later = terms.output_rates(world.setting, replace(context(world), ln_recruits=money))
    assert later[1][OTHER] == pytest.approx(1.1, abs=1e-3)  # F1, P24: 61 % more money, 10 % more output
    np.testing.assert_array_equal(np.delete(later[1], OTHER), np.delete(before[1], OTHER))


def test_students_given_to_recruits_are_taken_from_incumbents(world: World) -> None:
    share = np.zeros(P)
    share[OTHER] = 0.2
    ctx = replace(context(world, students_to_recruits=((OTHER,), 0.5)), recruits=share)
    rate, recruits = terms.output_rates(world.setting, ctx)
    power = world.setting.params.publication.students_output
    incumbents = (rate / ctx.inputs.output)[OTHER] ** (1 / power)
    assert 0.2 * incumbents * recruits[OTHER] ** (1 / power) + 0.8 * incumbents == pytest.approx(1.0)
    nobody = terms.output_rates(world.setting, replace(ctx, recruits=np.zeros(P)))
    assert (nobody[1] == 1.0).all(), "without recruits there is nobody to give students to"


def test_protection_is_the_mean_over_researchers_of_place_and_institutions(world: World) -> None:
    inst = world.setting.institutions
    mine = np.flatnonzero(inst.place == HOST)
    ctx = context(world, protection_place=((1, HOST, OTHER), 0.2), protection_institution=((1, mine[0]), 0.5))
    protected = security.protection(world.setting, ctx)
    inside = 0.5 * inst.weight[mine[0]]
    assert protected[1, HOST, OTHER] == pytest.approx(1.0 - 0.8 * (1.0 - inside))
    np.testing.assert_allclose(np.delete(protected[1, HOST], OTHER), inside)  # institutions protect towards everybody
    assert cells(protected != 0.0, (0, 1)) == {(1, HOST)}


def test_openness_bounds_what_others_reach_of_ones_knowledge(world: World) -> None:
    before, after = context(world), context(world, openness=((HOST, OTHER), 0.3))
    assert after.access[HOST, OTHER] == pytest.approx(0.3 * before.access[HOST, OTHER])
    changed = before.access != after.access
    assert cells(changed, (0, 1)) <= {(HOST, OTHER)} and (np.diag(after.access) == 1.0).all()


def test_neutral_channels_are_the_only_thing_a_context_needs(world: World) -> None:
    one, two = context(world), context(world)
    for field in fields(one):
        if isinstance(getattr(one, field.name), np.ndarray):
            np.testing.assert_array_equal(getattr(one, field.name), getattr(two, field.name))


class Burdens:
    """A timeline of one year in which a place and an institution lose time to rules."""

    def channels(self, *_: object) -> Channels:
        found = Channels.neutral(P, 5)
        found.burden_place[HOST], found.burden_institution[2] = 0.2, 0.4
        return found

    def thresholds(self, *_: object) -> list[object]:
        return []


@pytest.mark.parametrize("hours, expected", [(1.0, (0.2, 0.4)), (0.0, (0.0, 0.0)), (3.0, (0.6, 1.0))])
def test_hour_share_scales_the_time_that_papers_lose(hours: float, expected: tuple[float, ...], world: World) -> None:
    """Not only the person-years that are reported."""
    setting = world.setting
    rules = replace(setting.params.compliance, hour_share=hours)
    scaled = replace(setting, params=replace(setting.params, compliance=rules))
    taken = np.zeros((3, len(setting.institutions.place)))
    found = levers.pull(scaled, world.inputs.year(2018), Burdens(), 2018, [], taken).channels  # type: ignore[arg-type]
    np.testing.assert_allclose((found.burden_place[HOST], found.burden_institution[2]), expected)
    assert terms.screening_time(rules) == pytest.approx(hours * terms.screening_time(setting.params.compliance))
    of_year = terms.terms_of(scaled, context(world), np.ones((P, P)))
    assert terms.partner_rules(scaled, context(world), 0, of_year).screening == terms.screening_time(rules)


# --- publication and impact ---------------------------------------------------------------------------------
def test_teams_grow_as_measured_and_ever_less_after_the_data(world: World) -> None:
    p = world.setting.params.publication

    def mean(year: int) -> float:
        return float(terms.team_means(world.setting, year) @ FIELD_SHARE)

    assert mean(2000) == pytest.approx(p.team_2000, rel=1e-3)
    growth = [np.log(mean(year + 1) / mean(year)) for year in range(2000, 2060)]
    np.testing.assert_allclose(growth[:17], p.team_growth, rtol=1e-2)
    np.testing.assert_allclose(growth[17:37], p.team_growth * p.team_fade ** np.arange(1, 21), rtol=1e-2)
    assert (np.array(growth) >= 0.0).all()


def test_papers_of_a_field_are_as_open_as_its_partners_are_spread(world: World) -> None:
    ctx = context(world)
    weight = terms.partner_weights(world.setting, ctx, np.ones((P, P)))
    of_year = terms.terms_of(world.setting, ctx, np.ones((P, P)))
    for f, propensity in enumerate(FIELD_INTERNATIONAL):
        rules = terms.partner_rules(world.setting, ctx, f, of_year)
        abroad = propensity * (weight.sum(axis=1) - weight.diagonal())
        np.testing.assert_allclose(rules.openness.mean(axis=1), abroad / (abroad + weight.diagonal()), rtol=1e-9)
        home = ctx.inputs.home_weight
        usual = np.exp(np.average(np.log(home), weights=ctx.macro.size))
        link = (
            world.setting.params.collaboration.origin * world.macro.at_origin * np.minimum(1.0, np.sqrt(usual / home))
        )
        np.testing.assert_allclose(rules.origin_link, link)  # a compatriot, who may work elsewhere, behind a border
        assert rules.same == 1.0 / world.setting.scale
        assert rules.memory == round(64 * world.setting.params.collaboration.tie_memory) > 0


def test_who_reaches_less_of_a_place_reads_less_of_it(world: World) -> None:
    access = np.full((P, P), 0.5)
    before = impact.audience(world.setting, replace(context(world), access=access.copy()))
    access[HOST, OTHER] = 0.2
    after = impact.audience(world.setting, replace(context(world), access=access))
    changed = before.own.known != after.own.known
    assert cells(changed, (0, 1)) == {(OTHER, HOST)}, "HOST reads, OTHER is cited"
    assert after.own.known[OTHER, HOST] < before.own.known[OTHER, HOST]
    assert before.own is before.baseline, "without a pair, the readers are the run's own"
    np.testing.assert_array_equal(before.own.weight, world.macro.readers)


def test_the_readers_of_the_pair_are_kept_apart_from_the_runs_own(world: World) -> None:
    weight, known = np.random.default_rng(0).random(P), np.full((P, P), 0.5)
    ctx = context(world)
    baseline = replace(ctx.macro, readers=weight, known=known)
    both = impact.audience(world.setting, replace(ctx, baseline=baseline))
    np.testing.assert_array_equal(both.baseline.weight, weight)
    np.testing.assert_array_equal(both.baseline.known, known)
    np.testing.assert_array_equal(both.own.weight, world.macro.readers)
