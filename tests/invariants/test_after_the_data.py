"""After the data the baseline has the rates of its inputs whatever its people become, and policy acts against it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

from sim import World
from sim.core.axes import NONE
from sim.core.ties import place_of
from sim.engines.move_plan import MovePlan, by_group, inflow
from sim.phases import mobility
from sim.phases.careers import career_rates, exit_norm
from sim.phases.setting import YearContext
from sim.policy.levers import LEVERS
from tests import live

FIRST, CHECKED, LAST = 2018, 5, 2035
CONFIG = ("scale=4000", f"end={LAST}")


class Expected(NamedTuple):
    """What the people of a year expect, each looked at alone (agents): exits [P], factors on moves [P, P].

    `at_risk_exit`, `at_risk_move` : people there are [P] at the start of careers, and of mobility.
    """

    ctx: YearContext
    exits: np.ndarray
    at_risk_exit: np.ndarray
    factors: np.ndarray
    at_risk_move: np.ndarray


class Seen(World):
    """World that looks at its people one by one in the first years after the data."""

    expected: dict[int, Expected]

    def on_phase(self, phase: str, ctx: YearContext) -> None:
        """Hazards before careers, factors on moves before mobility."""
        if not FIRST <= ctx.year < FIRST + CHECKED:
            return
        if phase == "careers":
            none = np.zeros(0)
            self.expected[ctx.year] = Expected(ctx, *exits_of(self, ctx), none, none)
        else:
            factors, people = factors_of(self, ctx)
            self.expected[ctx.year] = self.expected[ctx.year]._replace(factors=factors, at_risk_move=people)


def exits_of(world: World, ctx: YearContext) -> tuple[np.ndarray, np.ndarray]:
    """Sum of hazards of exit by place [P], and people; ODD 7.1 by hand."""
    rates = career_rates(world.setting, ctx, exit_norm(world.setting, ctx, world.columns))
    n = len(rates.exit_base)
    expected, number = np.zeros(n), np.zeros(n)
    for block in world.columns:
        rows = block.alive()
        place, years = block.place[rows], ctx.year - block.entry_year[rows].astype(int)
        factor = rates.exit_by_stage[(years >= 8).astype(int) + (years >= 20)]
        factor = np.where(block.permanent[rows] == 1, factor * rates.exit_permanent, factor)
        factor = np.where(years >= 35, rates.exit_by_stage[3], factor)
        expected += np.bincount(place, rates.exit_base[place] * factor, n)
        number += np.bincount(place, minlength=n)
    return expected, number


def factors_of(world: World, ctx: YearContext) -> tuple[np.ndarray, np.ndarray]:
    """Sum of personal factors on moves from and to each place [P, P], and people [P]; ODD 7.4 by hand."""
    factors, home = mobility.move_factors(world.setting, ctx.inputs), mobility.home_factor(world.setting, ctx.inputs)
    total, number = np.zeros((len(home), len(home))), np.zeros(len(home))
    for block in world.columns:
        for i in block.alive():
            c, o = int(block.place[i]), int(block.origin[i])
            level = factors.age[block.stage[i]] * (factors.permanent if block.permanent[i] else 1.0)
            level *= float(block.talent[i]) ** factors.talent * np.exp(factors.fear_leave * block.fear[i])
            to = np.ones(len(home))
            if o != c:
                early = block.entry_place[i] != o and ctx.year - int(block.entry_year[i]) < 6
                to[o] = home[o] * (factors.home_early[o] if early else 1.0)
            known: dict[int, int] = {}
            for k, word in enumerate(block.ties[i]):
                at = place_of(block.rows.people, word)
                if at not in (NONE, c):
                    known[at] = known.get(at, 0) | 1 << k
            for at, which in known.items():
                to[at] *= factors.tie[which]
            total[c] += level * to
            number[c] += 1.0
    return total, number


# --- worlds -------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def history() -> dict[str, np.ndarray]:
    """State at the end of the data."""
    return live.start(live.config(*CONFIG)).go(2017).state()


def watched(run: live.Run, until: int | None = None) -> list[tuple[np.ndarray, MovePlan]]:
    """Live on; people [F, from, origin, stage, elite] and plan of moves of every year."""
    make, found = mobility.plan_moves, []

    def keep(*args: Any) -> MovePlan:
        found.append((args[5].copy(), make(*args)))
        return found[-1][1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mobility, "plan_moves", keep)
        run.go(until)
    return found


class Baseline(NamedTuple):
    """The scripted baseline to 2035, with its plans."""

    run: live.Run
    expected: dict[int, Expected]
    plans: list[tuple[np.ndarray, MovePlan]]


@pytest.fixture(scope="module")
def baseline(history: dict[str, np.ndarray]) -> Baseline:
    """Lived once."""
    world = Seen.from_state(live.config(*CONFIG), history)
    assert isinstance(world, Seen)
    world.expected = {}
    run = live.Run(world)
    return Baseline(run, world.expected, watched(run))


# --- the baseline -------------------------------------------------------------------------------------------
def test_expected_exits_of_the_baseline_are_rate_times_people(baseline: Baseline) -> None:
    assert list(baseline.expected) == list(range(FIRST, FIRST + CHECKED))
    for year, seen in baseline.expected.items():
        np.testing.assert_allclose(seen.exits, seen.ctx.inputs.exit_base * seen.at_risk_exit, rtol=1e-9)
        assert seen.exits.sum() > 50 and baseline.run.world.macros[year].exit_norm.std() > 0.02


def test_expected_moves_of_the_baseline_are_rate_times_people(baseline: Baseline) -> None:
    """Between any two places; powers of talent are single precision in the engine, so to one in a million."""
    for (year, seen), (_, plan) in zip(baseline.expected.items(), baseline.plans):
        there = seen.at_risk_move > 0
        wanted = seen.ctx.inputs.move_base * seen.at_risk_move[:, None]
        np.testing.assert_allclose((plan.base * seen.factors)[there], wanted[there], rtol=1e-6)
        assert (plan.leaving[:, there][plan.leaving[:, there] > 0.0] == 1.0).all(), "and no utility changes it"
        assert wanted.sum() > 20 and baseline.run.world.macros[year].move_norm[there].std() > 0.05


def test_vacancies_bind_in_no_year_of_the_baseline(baseline: Baseline) -> None:
    assert len(baseline.plans) == LAST - FIRST + 1
    for _, plan in baseline.plans:
        np.testing.assert_array_equal(plan.accept, 1.0)
        assert plan.arrivals.sum() > 0.0


def test_people_retire(baseline: Baseline) -> None:
    """Of people with 45 years of career or more a handful is left, less than one in 200; younger ones are many."""
    years = LAST - baseline.run.world.columns.gather("entry_year").astype(int)
    assert np.mean(years >= 45) < 0.005 < 0.01 < np.mean((years >= 30) & (years < 45))


# --- against it ---------------------------------------------------------------------------------------------
def test_a_policy_at_its_neutral_strength_leaves_the_baselines_bits(
    baseline: Baseline, history: dict[str, np.ndarray]
) -> None:
    """Though it reads norms, prestige, posts and all else from the paired baseline instead of from itself."""
    lever = LEVERS["visa_refusal"]
    cfg = live.with_lever(live.config(*CONFIG), lever.name, lever.neutral)
    run = live.resume(cfg, history, baseline=baseline.run.world.macros).go()
    assert not live.differences(run.state(), baseline.run.state())
    assert not list(live.same_tables(run.years, baseline.run.years))


@pytest.mark.parametrize("strength, binds", [(0.0, False), (0.2, False), (2.0, True)])
def test_vacancies_bind_where_policy_brings_more_than_the_slack(
    strength: float, binds: bool, baseline: Baseline, history: dict[str, np.ndarray]
) -> None:
    """In the first year, with the people of the baseline, they let in 1.4 times its arrivals and no more."""
    cfg = live.with_lever(live.config(*CONFIG), "visa_openness", strength)
    run = live.resume(cfg, history, baseline=baseline.run.world.macros)
    ((people, plan),) = watched(run, FIRST)
    usa, slack = run.world.setting.data.iso3.index("USA"), cfg.params.mobility.vacancy_slack
    groups, _ = by_group(people, plan.group, len(plan.attract))
    arrivals = inflow(plan.base, plan.attract, groups * plan.leaving).sum(axis=(0, 1))
    usual = baseline.plans[0][1].arrivals
    assert bool(plan.accept[usa] < 1.0) is binds and (np.delete(plan.accept, usa) == 1.0).all()
    assert bool(arrivals[usa] > slack * usual[usa]) is binds and arrivals[usa] >= usual[usa] * (1.0 - 1e-12)
    if binds:
        assert plan.accept[usa] * arrivals[usa] == pytest.approx(slack * usual[usa], rel=1e-9)
