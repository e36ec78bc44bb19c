"""No million is lost, nobody gets what is not paid for, and without money there is no promotion."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from sim import World
from sim.data.inputs import Inputs, load_inputs
from sim.engines.budget import Bill
from sim.phases import budget
from sim.policy.channels import Channels
from sim.policy.schema import LeverUse, Policy, Scope
from sim.record.recorder import YearResult
from tests import live
from tests.bought import bought, imposed, money_of

CENT = 1e-8  # million $
USES = (*(f"budget_{use}_musd" for use in Bill._fields), "budget_security_musd", "budget_grants_musd")
BOUGHT = {
    "talent_programme": 0.36, "prestige_chairs": 0.05, "startup_grant": 0.61, "recruit_funding": 0.1,
    "recruit_income": 0.05, "permanent_posts": 0.01, "student_places": 0.1, "student_allocation": 0.1,
    "joint_programme": 0.1,
}  # fmt: skip
RULES = {"disclosure": 1.0, "cybersecurity": 1.0}
LAST = 2024


def config(pulls: dict[str, float], issuer: tuple[str, ...] = ("USA",), until: int | None = None) -> Any:
    """Some levers from 2018 on, or until a year, for people of all origins."""
    ends = {} if until is None else {date(until, 1, 1): None}
    scope = {"talent_programme": Scope(origins=("ALL",))}
    uses = {
        name: LeverUse(name, {date(2018, 1, 1): s} | ends, source="test", scope=scope.get(name, Scope()))
        for name, s in pulls.items()
    }
    plain = live.config(f"end={LAST}")
    return replace(plain, scenario="money", policies={"money": Policy("money", issuer, uses)}) if pulls else plain


@pytest.fixture(scope="module")
def baseline(state_2017: dict[str, np.ndarray]) -> live.Run:
    return live.resume(config({}), state_2017).go()


def paired(state: dict[str, np.ndarray], baseline: live.Run, pulls: dict[str, float], *issuer: str,
           until: int | None = None) -> live.Run:  # fmt: skip
    """Years of a policy, paired with the baseline."""
    return live.resume(config(pulls, issuer or ("USA",), until), state, baseline=baseline.world.macros).go()


@pytest.fixture(scope="module")
def everything(state_2017: dict[str, np.ndarray], baseline: live.Run) -> live.Run:
    """All that is bought, with rules, and money that is cut, in some places at once."""
    pulls = BOUGHT | RULES | {"research_funding": -0.05}
    return paired(state_2017, baseline, pulls, "USA", "CHN", "DEU", "CHE", "IND")


def column(result: YearResult, name: str) -> np.ndarray:
    """Column of `place_year`."""
    return np.asarray(result.tables["place_year"][name], float)


def test_every_cent_has_a_use(everything: live.Run, baseline: live.Run) -> None:
    for result in (*everything.years, *baseline.years):
        money = column(result, "budget_public_musd") + column(result, "budget_new_musd")
        np.testing.assert_allclose(sum(column(result, use) for use in USES), money, atol=CENT, rtol=0)
        spent = sum(column(result, f"budget_{use}_musd") for use in Bill._fields)
        np.testing.assert_allclose(column(result, "recruitment_musd"), spent, atol=CENT, rtol=0)
    at = everything.world.setting.data.iso3.index("USA")
    assert all(column(everything.years[-1], use)[at] > 0.0 for use in USES), "every use is used"
    assert column(everything.years[-1], "budget_new_musd")[at] < 0.0


def test_every_cent_of_promote_rungs_has_a_use(state_2017: dict[str, np.ndarray], baseline: live.Run) -> None:
    cfg, codes = config({}), baseline.world.setting.data.iso3
    world = live.resume(cfg, state_2017, baseline=baseline.world.macros).world
    money = money_of(world, 2018, ("USA", "CHN", "DEU", "CHE", "IND", "VNM"), 0.01)
    found = live.resume(imposed(cfg, bought(world, 2018, money), 2018, codes), state_2017,
                        baseline=baseline.world.macros).go()  # fmt: skip
    for result in found.years:
        total = column(result, "budget_public_musd") + column(result, "budget_new_musd")
        np.testing.assert_allclose(sum(column(result, use) for use in USES), total, atol=CENT, rtol=0)
        assert (column(result, "share_affordable") == 1.0).all()
    assert column(found.years[0], "recruitment_musd")[1] > 0.5 * money.sum(axis=0)[1] > 0.0


def test_promote_rungs_without_money_are_the_baseline(state_2017: dict[str, np.ndarray], baseline: live.Run) -> None:
    cfg, codes = config({}), baseline.world.setting.data.iso3
    world = live.resume(cfg, state_2017, baseline=baseline.world.macros).world
    found = bought(world, 2018, 0.0 * money_of(world, 2018, codes, 0.01))
    assert not any(purchase.strength.any() for purchase in found.values())
    assert not imposed(cfg, found, 2018, codes).policies


def test_in_the_baseline_all_money_is_grants(baseline: live.Run) -> None:
    for result in baseline.years:
        np.testing.assert_array_equal(column(result, "budget_grants_musd"), column(result, "budget_public_musd"))
        assert not any(column(result, use).any() for use in USES[:-1])
        assert (column(result, "share_affordable") == 1.0).all()
    assert not baseline.world.ledger.posts.any() and not baseline.world.funding_lag.any()


def test_places_that_buy_nothing_keep_all_their_grants(everything: live.Run) -> None:
    at = everything.world.setting.data.iso3.index("KOR")
    mine = [column(result, "budget_recruits_musd")[at] for result in everything.years]
    assert mine == [0.0] * len(mine)


def test_grants_keep_half_and_what_is_on_offer_is_cut(state_2017: dict[str, np.ndarray], baseline: live.Run) -> None:
    greedy = {"permanent_posts": 0.3, "recruit_income": 0.5, "talent_programme": 5.0, "startup_grant": 3.0}
    found = paired(state_2017, baseline, greedy, "USA", "CHE")
    iso3 = found.world.setting.data.iso3
    for result in found.years:
        money = column(result, "budget_public_musd") + column(result, "budget_new_musd")
        assert (column(result, "budget_grants_musd") >= 0.5 * money - CENT).all()
    shares = [column(result, "share_affordable")[iso3.index("CHE")] for result in found.years]
    assert min(shares) < 0.9, "not all of it can be paid"
    assert (column(found.years[-1], "share_affordable")[[iso3.index("DEU"), iso3.index("KOR")]] == 1.0).all()


def test_without_money_nobody_comes(state_2017: dict[str, np.ndarray]) -> None:
    shipped = load_inputs("full")
    none = np.zeros(shipped.data.n_places)
    poor = replace(shipped.data, share_higher_education=none, share_government=none)
    inputs = Inputs(poor, shipped.fitted, shipped.paths)
    pulls = {name: s for name, s in BOUGHT.items() if name != "student_allocation"}  # which costs students, not money

    def go(cfg: Any, **more: Any) -> live.Run:
        world = World(cfg, inputs=inputs, **more)
        return live.Run(world).go(2019)

    start = ("start=2015", "end=2019")
    plain = live.config(*start)
    base = go(plain)
    bought = go(replace(plain, policies=config(pulls).policies, scenario="money"), baseline=base.world.macros)
    assert not live.differences(live.columns_of(bought.state()), live.columns_of(base.state()))
    assert all((column(result, "recruitment_musd") == 0.0).all() for result in bought.years)


def test_posts_and_doctoral_places_are_paid_after_the_policy_has_ended(
    state_2017: dict[str, np.ndarray], baseline: live.Run
) -> None:
    found = paired(state_2017, baseline, {"permanent_posts": 0.05, "student_places": 0.5}, until=2020)
    at = found.world.setting.data.iso3.index("USA")
    posts, students = ([column(r, f"budget_{use}_musd")[at] for r in found.years] for use in ("posts", "students"))
    assert posts[0] > 0.0 and posts[2] > 0.0 and posts[-1] < posts[1]
    assert students[0] > 0.0 and students[1] > 1.5 * students[0], "places of two years are paid in the second"
    assert students[3] > 0.0 and students[5] == 0.0, "four years each"


def test_bought_posts_lapse_when_their_money_is_cut(state_2017: dict[str, np.ndarray], baseline: live.Run) -> None:
    uses = {
        "posts": LeverUse("permanent_posts", {date(2018, 1, 1): 0.1, date(2021, 1, 1): None}, source="test"),
        "cut": LeverUse("research_funding", {date(2021, 1, 1): -0.9}, source="test"),
    }
    cfg = replace(config({}), scenario="money", policies={"money": Policy("money", ("USA",), uses)})
    found = live.resume(cfg, state_2017, baseline=baseline.world.macros).go()
    at = found.world.setting.data.iso3.index("USA")
    posts = [column(result, "budget_posts_musd")[at] for result in found.years]
    assert posts[2] > posts[0] > 0.0 and posts[3] < 0.5 * posts[2], "most lapse in the year of the cut"
    for result in found.years:
        money = column(result, "budget_public_musd") + column(result, "budget_new_musd")
        assert (column(result, "budget_grants_musd") >= 0.5 * money - CENT).all()
    assert column(found.years[3], "share_affordable")[at] == 1.0, "nothing is offered any more"


def test_posts_that_are_held_are_paid_before_anything_new(
    state_2017: dict[str, np.ndarray], baseline: live.Run
) -> None:
    """An account whose room is a tenth more than what held posts cost, and recruits' pay that costs more than that."""
    pulls = {"permanent_posts": 0.05, "recruit_income": 0.5}
    world = live.resume(config(pulls), state_2017, baseline=baseline.world.macros).go(2019).world
    setting, n, at = world.setting, world.setting.data.n_places, world.setting.data.iso3.index("USA")
    inputs, channels = world.inputs.year(2019), Channels.neutral(n, len(setting.institutions.place))
    channels.income_recruits[at] = 0.5
    purse = budget.Purse(budget.public_money(setting, inputs), np.zeros(n), budget.year_prices(setting, inputs))
    due = purse.prices.post * world.ledger.posts
    plan = budget.Plan(channels, purse, np.zeros(n), 1.1 * due, np.ones(n), np.ones(n), np.zeros(n))
    nobody = budget.Bought(np.zeros((2, n)), np.zeros(n), np.zeros((n, n)))
    account = budget.settle(setting, 2019, plan, world.columns, world.ledger, nobody)
    assert account.bill.posts[at] == pytest.approx(due[at]) and due[at] > 0.0
    assert account.bill.pay[at] == pytest.approx(0.1 * due[at])
    wanted = purse.prices.pay[at] * np.expm1(0.5) * budget.census(setting, 2019, world.columns).recruits[at]
    assert account.share[at] == pytest.approx(0.1 * due[at] / wanted) and account.share[at] < 1.0


def test_less_than_the_baseline_frees_nothing(state_2017: dict[str, np.ndarray], baseline: live.Run) -> None:
    less = {"recruit_income": -0.5, "student_places": -1.0, "recruit_funding": -0.9}
    found = paired(state_2017, baseline, less)
    for result in found.years:
        np.testing.assert_array_equal(column(result, "recruitment_musd"), 0.0)
        np.testing.assert_array_equal(column(result, "budget_grants_musd"), column(result, "budget_public_musd"))
        assert all((column(result, use) == 0.0).all() for use in USES[:-1])
    world, at = found.world, found.world.setting.data.iso3.index("USA")
    assert world.recruit_lag[at] < -0.1 and world.funding_lag[at] > 0.0, "others get what recruits do not"
    assert not world.ledger.doctoral.any()


def test_reducing_one_use_buys_nothing_of_another(state_2017: dict[str, np.ndarray], baseline: live.Run) -> None:
    buys = {"permanent_posts": 0.3, "talent_programme": 5.0}
    alone, both = (paired(state_2017, baseline, buys | less) for less in ({}, {"recruit_income": -0.5}))
    at = alone.world.setting.data.iso3.index("USA")
    spent = [sum(column(r, "recruitment_musd")[at] for r in run.years) for run in (alone, both)]
    assert spent[1] == pytest.approx(spent[0], rel=0.02), "its own bill, and none is taken off"


def test_start_up_money_of_one_place_makes_no_papers_out_of_nothing(
    state_2017: dict[str, np.ndarray], baseline: live.Run
) -> None:
    found = paired(state_2017, baseline, {"startup_grant": 3.0})
    at = found.world.setting.data.iso3.index("USA")
    moved = column(found.years[-1], "budget_recruits_musd")[at] / column(found.years[-1], "budget_public_musd")[at]
    assert moved > 0.2, "a fifth of all money goes to recruits"
    papers = [sum(column(r, "papers_fractional")[at] for r in run.years) for run in (found, baseline)]
    world = [sum(column(r, "papers_fractional").sum() for r in run.years) for run in (found, baseline)]
    assert papers[0] < papers[1] and world[0] < world[1]
    assert found.world.recruit_lag[at] > 0.5 and found.world.funding_lag[at] < 0.0


def test_new_money_prints_its_bill_and_is_in_grants(state_2017: dict[str, np.ndarray], baseline: live.Run) -> None:
    found = paired(state_2017, baseline, {"research_funding": 0.1})
    at = found.world.setting.data.iso3.index("USA")
    for result, before in zip(found.years, baseline.years):
        public, new = column(result, "budget_public_musd")[at], column(result, "budget_new_musd")[at]
        assert new == pytest.approx(0.1 * public) and column(result, "budget_grants_musd")[at] == public + new
        more = column(result, "rd_spending_musd")[at] - column(before, "rd_spending_musd")[at]
        assert more == pytest.approx(new, rel=1e-9)
