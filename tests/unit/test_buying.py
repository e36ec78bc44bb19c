"""Money buys strengths whose bill it is, never more for less, and nothing for nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from sim import World
from sim.agents.governments.rungs import share_that_fits
from sim.engines import budget
from sim.engines.budget import Census, Prices
from sim.engines.buying import YEARS, Market, Ware, buy, wares, years_paid
from sim.phases import promotion
from sim.phases.budget import Ledger, public_money, rules_money
from sim.policy.levers import LEVERS
from sim.policy.schema import LeverUse, Policy
from sim.policy.timeline import Timeline
from tests import live

P = 4  # the last place has nobody
MARKET = Market(
    prices=Prices(*(np.full(P, price) for price in (0.4, 0.8, 0.03, 0.06, 0.1, 0.02))),
    people=Census(np.array([9e4, 5e4, 1e4, 0.0]), np.array([9e3, 9e3, 500.0, 0.0]), np.array([4e4, 2e4, 5e3, 0.0]),
                  np.zeros(P)),
    researchers=np.array([8e4, 5e4, 1e4, 0.0]),
    a_head=np.array([0.1, 0.08, 0.05, 0.0]),
    foreigners=np.array([2e3, 1e3, 200.0, 0.0]),
    students=lambda change: np.array([2e3, 1e3, 200.0, 0.0]) * np.expm1(0.8 * change - 0.3 * change.mean()),
    joint=np.array([[0, 9e3, 2e3, 0], [9e3, 0, 1e3, 0], [2e3, 1e3, 0, 0], [0, 0, 0, 0]], float),
    joint_funding=0.3,
)  # fmt: skip
LEVER_NAMES = tuple(wares(MARKET))


def yearly(lever: str, s: np.ndarray, year: int) -> np.ndarray:
    """Bill of a year (1 is the first) at constant numbers of people, by what the account charges for each use."""
    m, prices, people = MARKET, MARKET.prices, MARKET.people
    bills = {
        "talent_programme": prices.programme_place * s * m.researchers / 1000,
        "prestige_chairs": prices.chair * s * m.researchers / 1000,
        "permanent_posts": prices.post * s * people.unposted * year,
        "student_places": prices.doctoral_place * m.students(s) * min(year, budget.DOCTORAL_YEARS),
        "recruit_income": prices.pay * np.expm1(s) * people.recruits,
        "startup_grant": s * m.a_head * people.recruits,
        "recruit_funding": s * m.a_head * people.recruits,
        "joint_programme": (
            prices.joint_project * budget.added_papers(m.joint, m.joint_funding * (s[:, None] + s[None, :])).sum(axis=1)
        ),
    }
    return np.asarray(bills[lever])


def mean_bill(lever: str, s: np.ndarray) -> np.ndarray:
    return np.mean([yearly(lever, s, year) for year in range(1, YEARS + 1)], axis=0)


def bought(lever: str, money: list[float] | np.ndarray, most: float | None = None) -> Any:
    with np.errstate(all="raise", under="ignore"):
        return buy(np.asarray(money, float), wares(MARKET)[lever], LEVERS[lever].hi if most is None else most)


def test_posts_pile_up_and_doctoral_places_are_paid_for_four_years() -> None:
    assert years_paid(YEARS) == pytest.approx(5.5) and years_paid(4) == pytest.approx(3.4) and years_paid(1) == 1.0


@pytest.mark.parametrize("lever", LEVER_NAMES)
def test_the_mean_bill_of_ten_years_is_the_money(lever: str) -> None:
    money = np.array([7.5, 7.0, 2.0, 0.0])
    found = bought(lever, money)
    np.testing.assert_allclose(mean_bill(lever, found.strength), money, rtol=1e-3, atol=1e-9)
    np.testing.assert_allclose(found.share, 1.0, rtol=1e-3)
    assert (found.strength[:3] > 0.0).all() and found.strength[3] == 0.0


@pytest.mark.parametrize("lever", LEVER_NAMES)
def test_more_money_never_buys_less(lever: str) -> None:
    found = [bought(lever, [x, 3.0, 0.3, 1.0]) for x in (0.0, 0.01, 1.0, 2.0, 8.0, 50.0, 1e3, 1e5)]
    own = [purchase.strength[0] for purchase in found]
    spent = [mean_bill(lever, purchase.strength)[0] for purchase in found]
    close = 1e-5  # what is bought by places together is found to so much
    assert (np.diff(own) >= -close * own[-1]).all() and own[0] == 0.0 and own[5] > own[4] > 0.0
    assert (np.diff(spent) > -close * spent[-1]).all() and own[-1] == pytest.approx(LEVERS[lever].hi, rel=1e-3)


@pytest.mark.parametrize("lever", LEVER_NAMES)
def test_what_does_not_fit_under_the_bound_is_not_spent(lever: str) -> None:
    most = 0.01
    found = bought(lever, [1e4, 0.0, 0.0, 1e4], most)
    assert found.strength.tolist() == pytest.approx([most, 0.0, 0.0, 0.0]) and found.strength[0] <= most
    assert found.share[1:].tolist() == [1.0, 1.0, 0.0], "nobody asked, nobody asked, nobody is there"
    assert 1e4 * found.share[0] == pytest.approx(mean_bill(lever, found.strength)[0], rel=1e-6)


@pytest.mark.parametrize("lever", LEVER_NAMES)
def test_no_money_buys_nothing_to_the_last_bit(lever: str) -> None:
    assert not bought(lever, np.zeros(P)).strength.any()
    others = bought(lever, [0.0, 5.0, 0.5, 0.0])
    assert others.strength[0] == 0.0 and others.strength[1] > 0.0


def test_both_sides_pay_for_a_joint_programme_so_two_buy_half_each() -> None:
    pair = MARKET._replace(
        joint=np.array([[0.0, 5e3], [5e3, 0.0]]), prices=Prices(*(np.full(2, 0.02) for _ in range(6)))
    )
    ware, money = wares(pair._replace(people=Census(*np.ones((4, 2))), researchers=np.ones(2), a_head=np.ones(2),
                                      foreigners=np.ones(2)))["joint_programme"], np.array([2.0, 2.0])  # fmt: skip
    alone, both = buy(money * [1, 0], ware, 1.0), buy(money, ware, 1.0)
    assert both.strength.tolist() == pytest.approx([0.5 * alone.strength[0]] * 2)


def test_places_compete_for_students() -> None:
    alone, all_of_them = bought("student_places", [9.0, 0, 0, 0]), bought("student_places", [9.0, 9.0, 2.0, 0])
    assert all_of_them.strength[0] > alone.strength[0]


def test_what_fits_under_a_cap() -> None:
    spent, cost, cap = np.array([0.0, 2.0, 3.0, 5.0, 9.0]), np.array([2.0, 2.0, 2.0, 2.0, 0.0]), np.full(5, 4.0)
    assert share_that_fits(spent, cost, cap).tolist() == [1.0, 1.0, 0.5, 0.0, 1.0]


@pytest.fixture(scope="module")
def world() -> World:
    return World(live.config(), empty=True)


def market_of(world: World) -> Market:
    heads = np.asarray(world.setting.data.researchers[-1], float)
    people = Census(heads, 0.2 * heads, 0.5 * heads, 0.0 * heads)
    n = len(heads)
    return promotion.market(
        world.setting,
        world.inputs.year(2017),
        people,
        Ledger.none(n)._replace(joint=np.outer(heads, heads) / heads.sum()),
    )


def test_one_per_cent_of_academic_money_buys_as_many_places_as_on_paper(world: World) -> None:
    public, market = public_money(world.setting, world.inputs.year(2017)), market_of(world)
    unit = wares(market)["talent_programme"].unit
    strength = buy(0.01 * public, Ware(unit), 1e9).strength
    paper = {"USA": 2034, "CHN": 2760, "JPN": 668, "CHE": 101, "SGP": 54, "VNM": 76}
    for code, places in paper.items():
        p = world.setting.data.iso3.index(code)
        assert strength[p] * market.researchers[p] / 1000 == pytest.approx(places, rel=0.05), code


def test_purchases_of_the_ladder(world: World) -> None:
    ladder, market = world.cfg.ladder.promote, market_of(world)
    sold = {entry.lever for rung in ladder.rungs for entry in rung.entries.values() if entry.money is not None}
    assert sold == set(LEVER_NAMES), "everything that has money can be bought, and the other way round"
    money = np.tile(0.001 * public_money(world.setting, world.inputs.year(2017)), (3, 1))
    money[:, 1], money[1:, 2] = 0.0, 0.0
    found = promotion.purchases(ladder, money, market)
    assert not any(purchase.strength[1] for purchase in found.values()), "no money, no package, free or not"
    assert all((found[key].strength[2] > 0.0) == (key[0] == 0) for key in found), "the first rung only"
    start, funding = (
        next(found[k, name].strength for (k, name) in found if ladder.rungs[k].entries[name].lever == lever)
        for lever in ("startup_grant", "recruit_funding")
    )
    paid = ((1.0 + start) * (1.0 + funding) - 1.0) * market.a_head * market.people.recruits
    shares = [entry.money * (k > 0) for k, rung in enumerate(ladder.rungs) for entry in rung.entries.values()
              if entry.lever in ("startup_grant", "recruit_funding")]  # fmt: skip
    assert paid[0] == pytest.approx(sum(shares) * money[0, 0]), "relative changes multiply, their bills add up"


def test_rungs_of_protection_cost_what_an_imposed_policy_costs(world: World) -> None:
    setting, ladder = world.setting, world.cfg.ladder.protect
    cost = promotion.cost_of_rungs(ladder, setting, world.cfg.effects)
    assert (cost >= 0.0).all() and (cost[:2] > 0.0).all() and not cost[2].any(), "screening takes time"
    usa = setting.data.iso3.index("USA")
    entries = list(ladder.rungs[1].entries.values())
    uses = {e.lever: LeverUse(e.lever, {date(2018, 1, 1): e.strength}, "test", scope=e.scope) for e in entries}
    policy = Policy("x", ("USA",), uses)
    channels = Timeline({"x": policy}, setting.data).channels(2018)
    first = rules_money(setting, channels, np.zeros(setting.data.n_institutions))
    once = setting.params.compliance.one_time_share
    assert cost[1, usa] == pytest.approx(first[usa] * (once / YEARS + 1.0 - once))
    assert not np.delete(first, usa).any()
