"""What money buys: strengths of levers whose mean bill of the first ten years is the money (ODD 7.12).

Pure functions of arrays by place [P], million 2021 PPP dollars a year. What a lever buys is counted in units that cost
the same each (a place, a post, a share more pay), at the numbers of people and papers of last year. Places that buy at
once get in each other's way: a joint programme is paid by both sides, and students go to one place only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from sim.engines.budget import DOCTORAL_YEARS, Census, Prices, added_papers

YEARS = 10  # of which the mean bill is meant
ROUNDS, STEP = 60, 0.5  # by which places that buy at once find their strengths; half a step, so that none overshoots
CLOSE = 1e-6  # of the largest strength: what is missing may be so much
Amounts = Callable[[np.ndarray], np.ndarray]  # [P] to [P]


class Market(NamedTuple):
    """What prices and people are when money is spent, [P] each.

    Attributes
    ----------
    people : at the end of last year, as bills count them; researchers : of 2017, persons, whom places are stated for.
    a_head : research money a head, million $.
    foreigners : entrants from abroad expected in the year, persons; students : further ones [P] at log changes of
        doctoral places [P].
    joint : [P, P], joint papers of last year; joint_funding : log change of partners' weights by one unit of the lever.
    """

    prices: Prices
    people: Census
    researchers: np.ndarray
    a_head: np.ndarray
    foreigners: np.ndarray
    students: Amounts
    joint: np.ndarray
    joint_funding: float


def _same(amount: np.ndarray) -> np.ndarray:
    return amount


class Ware(NamedTuple):
    """How money becomes the strength of one lever.

    Attributes
    ----------
    unit : [P], what one unit costs a year, mean of the first ten, million $; 0 where none can be bought.
    strength, amount : of the lever, from the number of units, and back, for a place that buys alone.
    together : units that each place gets at the strengths of all; None if places do not meet.
    """

    unit: np.ndarray
    strength: Amounts = _same
    amount: Amounts = _same
    together: Amounts | None = None


class Purchase(NamedTuple):
    """One lever bought, [P] each: its strength, and the share of the money that it takes, 1 where there is none."""

    strength: np.ndarray
    share: np.ndarray


def years_paid(longest: int) -> float:
    """Cohorts paid for at once, mean of the first ten years, if one comes each year and is paid for so many."""
    return sum(min(year, longest) for year in range(1, YEARS + 1)) / YEARS


def wares(market: Market) -> dict[str, Ware]:
    """What can be bought, by lever."""
    prices, people, thousands = market.prices, market.people, market.researchers / 1000.0
    of_recruits = market.a_head * people.recruits
    students = years_paid(DOCTORAL_YEARS) * prices.doctoral_place * market.foreigners
    return {
        "talent_programme": Ware(prices.programme_place * thousands),
        "prestige_chairs": Ware(prices.chair * thousands),
        "permanent_posts": Ware(years_paid(YEARS) * prices.post * people.unposted),
        "student_places": Ware(students, np.log1p, np.expm1, partial(_more_students, market)),
        "recruit_income": Ware(prices.pay * people.recruits, np.log1p, np.expm1),
        "startup_grant": Ware(of_recruits),
        "recruit_funding": Ware(of_recruits),
        "joint_programme": _joint_ware(market),
    }


def _more_students(market: Market, strength: np.ndarray) -> np.ndarray:
    """Further entrants over those expected."""
    return _over(market.students(strength), market.foreigners)


def _joint_ware(market: Market) -> Ware:
    """Joint papers that programmes add, over all joint ones of the place; the inverse of `budget.added_papers`."""
    funding, papers = market.joint_funding, market.joint.sum(axis=1)

    def together(strength: np.ndarray) -> np.ndarray:
        both = funding * (strength[:, None] + strength[None, :])
        return _over(added_papers(market.joint, both).sum(axis=1), papers)

    if funding == 0.0:  # programmes move no partners
        return Ware(np.zeros_like(papers))
    unit = market.prices.joint_project * papers
    return Ware(unit, lambda share: -np.log1p(-share) / funding, lambda change: -np.expm1(-funding * change), together)


def buy(money: np.ndarray, ware: Ware, most: float) -> Purchase:
    """What money buys of one lever, up to its highest strength `most`; the rest of the money is not spent."""
    wanted = _over(money, ware.unit)
    amount = np.minimum(wanted, ware.amount(np.full_like(money, most)))
    alone = ware.strength(amount)
    strength = np.minimum(alone, most)
    if ware.together is not None and amount.any():
        for _ in range(ROUNDS):
            missing = alone - ware.strength(ware.together(strength))
            better = np.where(amount > 0.0, np.clip(strength + STEP * missing, 0.0, most), 0.0)
            done = np.abs(better - strength).max() <= CLOSE * STEP * strength.max()
            strength = better
            if done:
                break
        amount = np.minimum(ware.together(strength), amount)
    return Purchase(strength, np.where(money > 0.0, _over(amount, wanted), 1.0))


def _over(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a over b [P], 0 where there is nothing to buy."""
    return np.divide(a, b, out=np.zeros_like(a), where=b > 0.0)
