"""The bill of promote rungs over ten years is the money that they were bought with.

All countries stand on all rungs and buy anew each year, at the prices, people and papers of the year before. So what
drifts while strengths stay (prices rise, recruits come, joint papers grow) does not. What is left: the year's own
recruits come while it is lived (pay), easier visas bring more students, some places pay more for their partners'
programmes than they have for their own (joint), and holders of posts leave (posts).
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from sim.config.timeline import timeline_of
from sim.engines.budget import Bill
from tests import live
from tests.bought import bought, imposed, money_of

FIRST, LAST = 2018, 2027
SHARE = 0.03  # of academic money a rung, so that a few agents get posts
USE = {
    "talent_programme": "recruits", "prestige_chairs": "recruits", "startup_grant": "recruits",
    "recruit_funding": "recruits", "joint_programme": "joint", "recruit_income": "pay", "permanent_posts": "posts",
    "student_places": "students",
}  # fmt: skip


def ten_years(state_2017: dict[str, np.ndarray], share: float, anew: bool) -> dict[str, float]:
    """Bill of ten years over the money that was to be spent, by use, all countries together.

    Parameters
    ----------
    share : of academic money, for each rung; anew : strengths and money are those of each year, or of the first.
    """
    cfg = live.config(f"end={LAST}")
    baseline = live.resume(cfg, state_2017).go().world.macros
    world = live.resume(cfg, state_2017, baseline=baseline).world
    codes, rungs = world.setting.data.iso3, cfg.ladder.promote.rungs
    countries = tuple(code for code in codes if not code.startswith("X_"))
    money: dict[str, float] = defaultdict(float)
    bills: dict[str, float] = defaultdict(float)
    for year in range(FIRST, LAST + 1):
        if anew or year == FIRST:
            given = money_of(world, year, countries, share)
            found = bought(world, year, given)
            world.timeline = timeline_of(imposed(cfg, found, FIRST, codes), world.setting.data)
        for (k, name), purchase in found.items():
            entry = rungs[k].entries[name]
            if entry.money is not None:
                money[USE[entry.lever]] += (entry.money * given[k] * purchase.share).sum()
        table = world.live_a_year().tables["place_year"]
        for use in Bill._fields:
            bills[use] += table[f"budget_{use}_musd"][np.isin(codes, countries)].sum()
    bills["all"], money["all"] = sum(bills.values()), sum(money.values())
    return {use: bills[use] / money[use] for use in bills}


@pytest.fixture(scope="module")
def ratios(state_2017: dict[str, np.ndarray]) -> dict[str, float]:
    return ten_years(state_2017, SHARE, anew=True)


@pytest.mark.parametrize(
    ("use", "least", "most"),
    [
        ("all", 0.95, 1.1),
        ("recruits", 0.95, 1.1),
        ("students", 0.95, 1.1),
        ("pay", 0.95, 1.15),
        ("joint", 0.95, 1.2),
        ("posts", 0.55, 1.0),  # seven agents a year
    ],
)
def test_the_bill_of_ten_years_is_the_money(ratios: dict[str, float], use: str, least: float, most: float) -> None:
    assert least < ratios[use] < most, ratios


def test_strengths_that_stay_outgrow_their_money(state_2017: dict[str, np.ndarray]) -> None:
    kept = ten_years(state_2017, 0.005, anew=False)
    assert 1.3 < kept["all"] < 1.8 and 2.2 < kept["joint"] < 3.5, kept
