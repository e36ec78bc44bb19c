"""What money buys: strengths of levers whose mean bill of the first ten years is the money (ODD 7.12).

Pure functions of arrays by place [P], million 2021 PPP dollars a year. What a lever buys is counted in units that cost
the same each (places, posts, a rise in pay), at the numbers of people and papers of last year.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from sim.engines.budget import DOCTORAL_YEARS, Census, Prices

YEARS = 10  # of which the mean bill is meant


class Market(NamedTuple):
    """What prices and people are when money is spent, [P] each.

    Attributes
    ----------
    people : at the end of last year, as bills count them; researchers : of 2017, persons, whom places are stated for.
    a_head : research money a head, million $.
    foreigners : entrants from abroad expected in the year, persons.
    joint : joint papers of last year; joint_funding : log change of partners' weights by one unit of the lever.
    """

    prices: Prices
    people: Census
    researchers: np.ndarray
    a_head: np.ndarray
    foreigners: np.ndarray
    joint: np.ndarray
    joint_funding: float


def _same(amount: np.ndarray) -> np.ndarray:
    return amount


class Ware(NamedTuple):
    """How money becomes the strength of one lever.

    Attributes
    ----------
    unit : [P], what one unit costs a year, mean of the first ten, million $; 0 where none can be bought.
    strength, amount : of the lever, from the number of units, and back.
    """

    unit: np.ndarray
    strength: Callable[[np.ndarray], np.ndarray] = _same
    amount: Callable[[np.ndarray], np.ndarray] = _same


class Purchase(NamedTuple):
    """One lever bought, [P] each: its strength, and the share of the money that it took, 1 where there was none."""

    strength: np.ndarray
    share: np.ndarray


def years_paid(longest: int) -> float:
    """Cohorts paid for at once, mean of the first ten years, if one comes each year and is paid for so many."""
    return sum(min(year, longest) for year in range(1, YEARS + 1)) / YEARS


def wares(market: Market) -> dict[str, Ware]:
    """What can be bought, by lever, in the unit of each."""
    prices, people, thousands = market.prices, market.people, market.researchers / 1000.0
    of_recruits = market.a_head * people.recruits
    joint = prices.joint_project * market.joint * (market.joint_funding > 0.0)
    return {
        "talent_programme": Ware(prices.programme_place * thousands),
        "prestige_chairs": Ware(prices.chair * thousands),
        "permanent_posts": Ware(years_paid(YEARS) * prices.post * people.unposted),
        "student_places": Ware(
            years_paid(DOCTORAL_YEARS) * prices.doctoral_place * market.foreigners, np.log1p, np.expm1
        ),
        "recruit_income": Ware(prices.pay * people.recruits, np.log1p, np.expm1),
        "startup_grant": Ware(of_recruits),
        "recruit_funding": Ware(of_recruits),
        "joint_programme": Ware(
            joint, partial(_joint_change, market.joint_funding), partial(_joint_share, market.joint_funding)
        ),
    }


def _joint_change(funding: float, share: np.ndarray) -> np.ndarray:
    """Log change of the propensity to work together that adds a share of joint papers; see `budget.added_papers`."""
    found: np.ndarray = -np.log1p(-share) / funding
    return found


def _joint_share(funding: float, change: np.ndarray) -> np.ndarray:
    return -np.expm1(-funding * change)


def buy(money: np.ndarray, ware: Ware, most: float) -> Purchase:
    """What money buys of one lever, up to its highest strength `most`; the rest of the money is not spent."""
    wanted = np.divide(money, ware.unit, out=np.zeros_like(money), where=ware.unit > 0.0)
    amount = np.minimum(wanted, ware.amount(np.full_like(money, most)))
    share = np.divide(amount, wanted, out=np.where(money > 0.0, 0.0, 1.0), where=wanted > 0.0)
    return Purchase(np.minimum(ware.strength(amount), most), share)


def share_that_fits(spent: np.ndarray, cost: np.ndarray, cap: np.ndarray) -> np.ndarray:
    """Share 0-1 of a further cost that fits under a cap [P], all mean yearly money of ten years; 1 where it is free."""
    fits = np.divide(cap - spent, cost, out=np.ones_like(cost), where=cost > 0.0)
    found: np.ndarray = np.clip(fits, 0.0, 1.0)
    return found
