"""What governments see: eight signals a place, from what was in force and what happened last year (ODD 7.11).

Every signal is a difference from 2017 and 0 there.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from sim.agents.governments.closeness import Closeness
from sim.agents.governments.rungs import SCREENS
from sim.params import GovernmentParams
from sim.policy.rungs import Rungs

SD_BOUNDS = (0.3, 2.0)  # points of the stock a year, of a place's own sd of its talent account
CLIP = 3.0  # sd beyond which the talent account counts no more


@dataclass(frozen=True)
class Observation:
    """The world of last year as governments see it, in real persons and expected flows.

    Attributes
    ----------
    year : the year that is described (the one before the decision).
    rungs : beyond those of 2017, by governments themselves or by imposed policy.
    conditions : [a, b], strength of the condition that a puts on joint sensitive work with b.
    protection : [P], share of leaks prevented by the rules in force, mean over the four ways.
    cases : [P], public cases per 10,000 people tied to the states that they are about.
    burden : [P], mean share of research time lost to rules; fear : [P], mean share of the full chill.
    cost : [P], % of output: time, money and papers given to rules.
    account : [P], foreign entrants and moves in minus moves out and natives who enter abroad, over the stock.
    available : [P], people whom restrictions elsewhere turn away and who by base shares fall to the place, over its
        arrivals from abroad.
    """

    year: int
    rungs: Rungs
    conditions: np.ndarray
    protection: np.ndarray
    cases: np.ndarray
    burden: np.ndarray
    fear: np.ndarray
    cost: np.ndarray
    account: np.ndarray
    available: np.ndarray

    def arrays(self) -> dict[str, np.ndarray]:
        """Everything as flat arrays, for saving."""
        own = {f.name: np.asarray(getattr(self, f.name)) for f in fields(self) if f.name != "rungs"}
        return own | {f"rungs_{name}": rung for name, rung in self.rungs._asdict().items()}

    @classmethod
    def of(cls, arrays: dict[str, np.ndarray]) -> Observation:
        """What `arrays` returned."""
        rungs = Rungs(*(arrays[f"rungs_{name}"] for name in Rungs._fields))
        own = {f.name: arrays[f.name] for f in fields(cls) if f.name not in ("year", "rungs")}
        return cls(year=int(arrays["year"]), rungs=rungs, **own)


class Signals(NamedTuple):
    """What presses [P] each, but `by_target` [p, b]; one `UNITS` of a signal is what its coefficient is stated for.

    Attributes
    ----------
    restriction_received : share of joint work and people that is with places that restrict p, times how far they do.
    allies_protect : rungs of protection of allies, by their share of joint papers.
    allies_restrict : largest share of joint papers with allies that restrict one and the same place, and with allies
        whose condition p does not meet.
    salience : log of public cases, own and allies'.
    cost : % of output given to rules, and the community's opposition.
    talent_account : three-year mean less that of 2015-17 and less the median's change, in sd; of what differs from
        the paired baseline, where there is one.
    recruiting_received : rungs of promotion of others, by their share of joint work and people.
    people_available : people turned away elsewhere, over arrivals.
    demanded : share of joint papers with allies whose condition p does not meet.
    restricted_by, allies_against : [p, b], of the first and third, the part that concerns b.
    """

    restriction_received: np.ndarray
    allies_protect: np.ndarray
    allies_restrict: np.ndarray
    salience: np.ndarray
    cost: np.ndarray
    talent_account: np.ndarray
    recruiting_received: np.ndarray
    people_available: np.ndarray
    demanded: np.ndarray
    restricted_by: np.ndarray
    allies_against: np.ndarray


NAMES = Signals._fields[:8]
UNITS = dict(zip(NAMES, (0.25, 1.0, 0.25, 1.0, 1.0, 1.0, 1.0, 0.1)))


def look(
    seen: Observation,
    first: Rungs,
    closeness: Closeness,
    listed: np.ndarray,
    salience: np.ndarray,
    talent: np.ndarray,
    cost: np.ndarray,
    standard: float,
    params: GovernmentParams,
) -> Signals:
    """Signals of the year.

    Parameters
    ----------
    first : rungs of 2017, which are no news. listed : [p, b], b is on p's list of concern.
    salience, talent, cost : [P], of `salience_of`, `talent_of`, and against 2017.
    standard : share of leaks prevented that a condition asks for.
    """
    now, allied = seen.rungs, closeness.allied
    by = closeness.both * (hardness(now, listed, params) - hardness(first, listed, params))
    against = allied @ (now.restrict.astype(float) - first.restrict)  # [p, target]
    np.fill_diagonal(against, 0.0)
    asked = allied * seen.conditions.T * (seen.protection < standard)[:, None]
    demanded = asked.sum(axis=1)
    return Signals(
        restriction_received=by.sum(axis=1),
        allies_protect=allied @ (now.protect - first.protect),
        allies_restrict=against.max(axis=1) + demanded,
        salience=salience,
        cost=cost,
        talent_account=talent,
        recruiting_received=closeness.both @ (now.promote - first.promote),
        people_available=seen.available,
        demanded=demanded,
        restricted_by=by,
        allies_against=against,
    )


def hardness(rungs: Rungs, listed: np.ndarray, params: GovernmentParams) -> np.ndarray:
    """How far b restricts p [p, b], 0-1: where it does, or has p on its list and screens."""
    screened = (rungs.protect >= SCREENS)[:, None] & listed  # [b, p]
    return np.where(rungs.restrict, params.weight_restricted, np.where(screened, params.weight_screened, 0.0)).T


def salience_of(cases: np.ndarray, allied: np.ndarray) -> np.ndarray:
    """``ln(1 + half of own + half of allies' remembered cases per 10,000 tied)`` [P]."""
    found: np.ndarray = np.log1p(0.5 * cases + 0.5 * (allied @ cases))
    return found


def opposition_of(burden: np.ndarray, fear: np.ndarray, bite: float, params: GovernmentParams) -> np.ndarray:
    """Share of the research community that objects [P]: by time lost, by fear, and by what a draft itself adds."""
    found: np.ndarray = -np.expm1(-(burden / params.opposition_burden + fear / params.opposition_fear + bite))
    return found


def talent_of(recent: np.ndarray, before: np.ndarray, sd: np.ndarray, peers: np.ndarray) -> np.ndarray:
    """Talent account [P] of recent years against that of 2015-17, net of the peers' median, in sd.

    Parameters
    ----------
    recent, before : [P], means of three years, shares of the stock; sd : [P], points.
    peers : [P] bool, whose median counts: all but rests.
    """
    change = 100.0 * (recent - before)
    found: np.ndarray = np.clip((change - np.median(change[peers])) / np.clip(sd, *SD_BOUNDS), -CLIP, CLIP)
    return found
