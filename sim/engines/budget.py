"""Money: what a place has for academic research, what promotion costs, and what is left for grants (ODD 7.12).

Pure functions of arrays by place [P], million 2021 PPP dollars a year. Uses are departures from what the paired
baseline does, whose own pay, posts and students lie inside the fitted rates; there all money is grants.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.kernels import njit
from sim.engines.careers import BOUGHT
from sim.engines.projects import RECENT_YEARS
from sim.params import MoneyParams

DOCTORAL_YEARS = 4  # for which a doctoral place is paid
LEAST = 0.1  # of incumbents' money a head: recruits never have less, whatever is taken from them
LEAST_RESEARCH = 0.01  # of academic money that research has at least, so that its logarithm exists


class Prices(NamedTuple):
    """What one of each costs in a place [P], million $: programme places and chairs once, the others a year.

    Attributes
    ----------
    pay : of a recruit whose pay doubles.
    """

    programme_place: np.ndarray
    chair: np.ndarray
    doctoral_place: np.ndarray
    post: np.ndarray
    pay: np.ndarray
    joint_project: np.ndarray


class Bill(NamedTuple):
    """What promotion costs by use [P], million $.

    Attributes
    ----------
    recruits, joint : stay in research; pay, posts, students : leave it.
    """

    recruits: np.ndarray
    joint: np.ndarray
    pay: np.ndarray
    posts: np.ndarray
    students: np.ndarray

    @property
    def total(self) -> np.ndarray:
        """All uses [P]."""
        found: np.ndarray = self.recruits + self.joint + self.pay + self.posts + self.students
        return found

    @property
    def leaving(self) -> np.ndarray:
        """What no longer is research money [P]."""
        return self.pay + self.posts + self.students


class Census(NamedTuple):
    """People whom money is counted by, real persons [P].

    Attributes
    ----------
    heads : everybody; recruits : who moved here within `RECENT_YEARS`; unposted : without a permanent post;
    bought : with a post that policy bought.
    """

    heads: np.ndarray
    recruits: np.ndarray
    unposted: np.ndarray
    bought: np.ndarray


def academic_money(spending: np.ndarray, universities: np.ndarray, government: np.ndarray, share: float) -> np.ndarray:
    """Academic money [P]: spending on R&D times what universities and a `share` of what government performs."""
    found: np.ndarray = spending * (universities + share * government)
    return found


def price_level(income: np.ndarray, rich: float, exponent: float) -> np.ndarray:
    """Million $ that prices are stated in [P]: ``income^exponent * rich^(1 - exponent)``, both GDP a head."""
    level: np.ndarray = 1e-6 * income**exponent * rich ** (1.0 - exponent)
    return level


def prices_of(params: MoneyParams, level: np.ndarray) -> Prices:
    """Prices at a price level [P]."""
    return Prices(*(getattr(params, name) * level for name in Prices._fields))


def over(research: np.ndarray, public: np.ndarray) -> np.ndarray:
    """Research money over academic money [P]; 1 where there is none."""
    found = np.divide(research, public, out=np.ones_like(research), where=public > 0.0)
    return np.maximum(found, LEAST_RESEARCH)


def affordable(room: np.ndarray, due: np.ndarray, offers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shares of what was promised before, and of what is newly offered, that can be paid [P] each, 0-1.

    Promises come first.
    """
    room = np.maximum(room, 0.0)
    kept = np.divide(room, due, out=np.ones_like(room), where=due > room)
    left = np.maximum(room - kept * due, 0.0)  # a share of the room can be above it by the last digit
    return kept, np.divide(left, offers, out=np.ones_like(room), where=offers > left)


def paid(due: Bill, offers: Bill, kept: np.ndarray, share: np.ndarray) -> Bill:
    """The bill of what was promised before and of what is offered, each as far as it is paid; see `affordable`."""
    return Bill(*(kept * old + share * new for old, new in zip(due, offers)))


def recruits_gain(recruits: np.ndarray, common: np.ndarray, census: Census) -> np.ndarray:
    """ln of a recruit's research money over an incumbent's [P]; 0 where recruits get nothing of their own.

    Parameters
    ----------
    recruits : million $ for recruits alone, negative where others get what recruits do not.
    common : for everybody, recruits included.
    """
    a_head = np.divide(common, census.heads, out=np.zeros_like(common), where=census.heads > 0.0)
    own = np.divide(recruits, census.recruits, out=np.zeros_like(common), where=census.recruits > 0.0)
    return np.log(np.maximum(1.0 + np.divide(own, a_head, out=np.zeros_like(own), where=a_head > 0.0), LEAST))


def share_students(change: np.ndarray, recruits: np.ndarray, floor: float) -> tuple[np.ndarray, np.ndarray]:
    """ln of students a head, of recruits and of incumbents [P] each, whose sum over people stays.

    Parameters
    ----------
    change : log change that policy asks for; recruits : share of people who are recruits.
    floor : share of their students that incumbents keep at least.
    """
    rest = 1.0 - recruits
    most = 1.0 + np.divide((1.0 - floor) * rest, recruits, out=np.zeros_like(rest), where=recruits > 0.0)
    gain = np.where(recruits > 0.0, np.minimum(np.exp(change), most), 1.0)
    kept = np.divide(1.0 - recruits * gain, rest, out=np.ones_like(rest), where=rest > 0.0)
    return np.log(gain), np.log(kept)


def added_papers(joint_papers: np.ndarray, change: np.ndarray) -> np.ndarray:
    """Joint papers that would not be there without programmes [P, P]; none where programmes end.

    Parameters
    ----------
    change : log change of the weight of partners.
    """
    found: np.ndarray = joint_papers * -np.expm1(-np.maximum(change, 0.0))
    return found


@njit(cache=True, nogil=True)
def count_bought(
    year: int, people: np.ndarray, heads: np.ndarray, recruits: np.ndarray, unposted: np.ndarray, bought: np.ndarray
) -> None:
    """Add the agents of one field to the four counts of a `Census` [P] each."""
    for i in range(people.shape[0]):
        person = people[i]
        if person.uid == 0:
            continue
        a = person.place
        heads[a] += 1.0
        if person.moved_year > 0 and year - person.moved_year <= RECENT_YEARS:
            recruits[a] += 1.0
        if person.permanent == 0:
            unposted[a] += 1.0
        elif person.permanent == BOUGHT:
            bought[a] += 1.0
