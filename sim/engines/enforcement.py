"""Investigations: rules that flag people, breaches and leaks that cases find, and whom the others frighten (ODD 7.8).

A case can find a breach (an undisclosed tie) or a leak. A rule of suspicion is a test of a pool of people with a
sensitivity and a specificity; which share of its cases finds a breach follows by Bayes from how common breaches are in
the pool, in expected persons. A breach is found once: those known from earlier years are open no more. Axes: a place
that investigates, t state on whose account it does, o origin of a person.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.randomness import Stream, base_key, poissons
from sim.params import SecurityParams


class Rule(NamedTuple):
    """A test: share of the guilty that it flags, and share of the others that it lets alone."""

    sensitivity: float
    specificity: float

    def finds(self, opened: np.ndarray, guilty: np.ndarray, breaches: np.ndarray, pool: np.ndarray) -> np.ndarray:
        """Expected cases, of so many opened, about the guilty: of the flagged first, then of the rest of the pool.

        At most all cases, and at most all the guilty, since nobody is investigated twice a year.

        Parameters
        ----------
        guilty : expected persons whom a case would find, flagged as breaches are.
        breaches, pool : expected persons in breach, and all persons whom the rule looks at.
        """
        flagged = self.sensitivity * breaches + (1.0 - self.specificity) * (pool - breaches)
        of_flagged = np.minimum(opened, flagged)
        of_rest = np.minimum(opened - of_flagged, pool - flagged)
        found = self.sensitivity * _ratio(of_flagged, flagged) + (1.0 - self.sensitivity) * _ratio(
            of_rest, pool - flagged
        )
        return np.minimum(guilty * found, opened)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Share, 0 of nothing."""
    return np.divide(part, whole, out=np.zeros(np.shape(whole)), where=np.asarray(whole) > 0.0)


def rules_of(params: SecurityParams) -> tuple[Rule, Rule]:
    """The rule by risk, and the rule by profile."""
    return (
        Rule(params.risk_sensitivity, params.risk_specificity),
        Rule(params.profile_sensitivity, params.profile_specificity),
    )


def _placed(of_watched: np.ndarray, watched: np.ndarray | slice) -> np.ndarray:
    """What is by watched place [w, p], by place [p, p]: 0 where nobody watches."""
    found = np.zeros((of_watched.shape[1],) * 2)
    found[watched] = of_watched
    return found


class Suspects(NamedTuple):
    """Whom rules look at, in real established and senior researchers.

    Attributes
    ----------
    tied : [w, t, o], in a watched place of origin o with a co-author or a second affiliation in t: the pool of the
        rule by risk.
    of_origin : [a, t], in a of origin t, tied or not: the pool of the rule by profile.
    known : [a, t], tied persons whose breach was found in earlier years, and who are in breach no more.
    leakers : [a, t], expected persons in a or their partners who leak to t in the year, by all ways but theft.
    watched : places a of `tied`, all by default.
    """

    tied: np.ndarray
    of_origin: np.ndarray
    known: np.ndarray
    leakers: np.ndarray
    watched: np.ndarray | slice = slice(None)

    @property
    def number_tied(self) -> np.ndarray:
        """People in a tied to t, of any origin [a, t]."""
        return _placed(self.tied.sum(axis=2), self.watched)

    @property
    def own_tied(self) -> np.ndarray:
        """People in a tied to their origin t [a, t]."""
        return _placed(np.einsum("att->at", self.tied), self.watched)


class Cases(NamedTuple):
    """Investigations opened in one year [a, t], real counts.

    Attributes
    ----------
    found_by_risk, nothing_by_risk : of people tied to t, of whatever origin, that find a breach, and that do not.
    found_by_profile, nothing_by_profile : of people of origin t.
    origins : [w, t, o], shares of the origins of those tied to t.
    leaks_found : [a], expected cases that find a leak.
    watched : places a of `origins`, all by default.
    """

    found_by_risk: np.ndarray
    nothing_by_risk: np.ndarray
    found_by_profile: np.ndarray
    nothing_by_profile: np.ndarray
    origins: np.ndarray
    leaks_found: np.ndarray
    watched: np.ndarray | slice = slice(None)

    @classmethod
    def none(cls, n_places: int) -> Cases:
        """No cases."""
        none, nobody = np.zeros((n_places, n_places), np.int64), np.zeros((0, n_places, n_places))
        return cls(none, none, none, none, nobody, np.zeros(n_places), watched=np.zeros(0, np.int64))

    @property
    def found(self) -> np.ndarray:
        """Cases that find a breach [a, t]."""
        return self.found_by_risk + self.found_by_profile

    @property
    def nothing(self) -> np.ndarray:
        """Cases that find none [a, t]."""
        return self.nothing_by_risk + self.nothing_by_profile

    @property
    def total(self) -> np.ndarray:
        """All cases [a, t]."""
        return self.found + self.nothing

    def on_origins(self) -> np.ndarray:
        """Cases by the origin of the person [a, o]: those by risk fall on the tied as they are, in expectation."""
        by_profile = self.found_by_profile + self.nothing_by_profile
        return self.over_origins(self.found_by_risk + self.nothing_by_risk) + by_profile

    def over_origins(self, by_risk: np.ndarray) -> np.ndarray:
        """What is by state [a, t], by the origins of those tied to it [a, o]."""
        return _placed(np.einsum("at,ato->ao", by_risk[self.watched], self.origins), self.watched)


def cases(
    case_rate: np.ndarray,
    by_risk: np.ndarray,
    suspects: Suspects,
    params: SecurityParams,
    seed: int,
    replicate: int,
    year: int,
) -> Cases:
    """Draw the year's cases, and what they find.

    How many are opened goes by who has ties to the state in question, of whatever origin: that is the population
    of P16. On whom they fall goes by the rule. The rule by risk comes first; that by profile finds what it leaves.

    Parameters
    ----------
    case_rate : [a, t], investigations on account of state t per researcher-year tied to it (`Channels.case_rate`).
    by_risk : [a, t], share of these that follows the rule by risk; the rest goes by profile.
    """
    tied, own, pool = suspects.number_tied, suspects.own_tied, suspects.of_origin
    opened = case_rate * tied
    breaches = np.maximum(params.undisclosed * tied - suspects.known, 0.0)  # open ones
    means, leaks_found = [], np.zeros(tied.shape)
    groups = ((np.ones(tied.shape), tied), (_ratio(own, tied), pool))
    for rule, share, (part, looked_at) in zip(rules_of(params), (by_risk, 1.0 - by_risk), groups):
        number, among = opened * share, part * breaches
        found = rule.finds(number, among, among, looked_at)
        means += [found, number - found]
        leaks_found += params.detection * rule.finds(number, part * suspects.leakers, among, looked_at)
        breaches = breaches - found
    key = base_key(seed, replicate, Stream.CASES, year)
    by_risk_found, by_risk_not, by_profile_found, by_profile_not = (_draw(m, key, k) for k, m in enumerate(means))
    origins = _ratio(suspects.tied, np.broadcast_to(tied[suspects.watched][..., None], suspects.tied.shape))
    return Cases(
        found_by_risk=by_risk_found,
        nothing_by_risk=by_risk_not,
        found_by_profile=by_profile_found,
        nothing_by_profile=by_profile_not,
        origins=origins,
        leaks_found=leaks_found.sum(axis=1),
        watched=suspects.watched,
    )


def _draw(expected: np.ndarray, key: np.uint64, kind: int) -> np.ndarray:
    """Poisson counts keyed by cell and kind of case."""
    cells = np.arange(expected.size, dtype=np.uint64) * np.uint64(4) + np.uint64(kind)
    means = np.ascontiguousarray(expected, dtype=np.float64).ravel()
    return poissons(key, cells, means).reshape(expected.shape)


def remember(known: np.ndarray, found: Cases, params: SecurityParams) -> np.ndarray:
    """Persons whose breach is known, after a year [a, t]: as long as their tie stays active."""
    return known * (1.0 - 1.0 / params.active_years) + found.found
