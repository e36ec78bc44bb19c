"""Investigations: rules that flag people, breaches and leaks that cases find, and whom the others frighten (ODD 7.8).

A case can find a breach (an undisclosed tie) or a leak. A rule of suspicion is a test of a pool of people with a
sensitivity and a specificity; which share of its cases finds a breach follows by Bayes from how common breaches are in
the pool, in expected persons. Axes: a place that investigates, t state on whose account it does, o origin of a person.
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

    def hit_rate(self, guilty: np.ndarray, breaches: np.ndarray, pool: np.ndarray) -> np.ndarray:
        """Share of the flagged who are guilty, 0 where nobody is flagged, at most 1.

        Parameters
        ----------
        guilty : expected persons whom a case would find, flagged as breaches are.
        breaches, pool : expected persons in breach, and all persons whom the rule looks at.
        """
        flagged = self.sensitivity * breaches + (1.0 - self.specificity) * (pool - breaches)
        share = np.divide(self.sensitivity * guilty, flagged, out=np.zeros(np.shape(flagged)), where=flagged > 0.0)
        return np.minimum(share, 1.0)


def rules_of(params: SecurityParams) -> tuple[Rule, Rule]:
    """The rule by risk, and the rule by profile."""
    return (
        Rule(params.risk_sensitivity, params.risk_specificity),
        Rule(params.profile_sensitivity, params.profile_specificity),
    )


class Suspects(NamedTuple):
    """Whom rules look at, in real established and senior researchers.

    Attributes
    ----------
    tied : [a, t, o], in a of origin o with a co-author or a second affiliation in t: the pool of the rule by risk.
    of_origin : [a, t], in a of origin t, tied or not: the pool of the rule by profile.
    leakers : [a, t], expected persons in a or their partners who leak to t in the year, by all ways but theft.
    """

    tied: np.ndarray
    of_origin: np.ndarray
    leakers: np.ndarray

    @property
    def number_tied(self) -> np.ndarray:
        """People in a tied to t, of any origin [a, t]."""
        return np.asarray(self.tied.sum(axis=2))

    @property
    def own_tied(self) -> np.ndarray:
        """People in a tied to their origin t [a, t]."""
        return np.asarray(np.einsum("att->at", self.tied))


class Cases(NamedTuple):
    """Investigations opened in one year [a, t], real counts.

    Attributes
    ----------
    found_by_risk, nothing_by_risk : of people tied to t, of whatever origin, that find a breach, and that do not.
    found_by_profile, nothing_by_profile : of people of origin t.
    origins : [a, t, o], shares of the origins of those tied to t.
    leaks_found : [a], expected cases that find a leak.
    """

    found_by_risk: np.ndarray
    nothing_by_risk: np.ndarray
    found_by_profile: np.ndarray
    nothing_by_profile: np.ndarray
    origins: np.ndarray
    leaks_found: np.ndarray

    @classmethod
    def none(cls, n_places: int) -> Cases:
        """No cases."""
        none = np.zeros((n_places, n_places), np.int64)
        return cls(none, none, none, none, origins=np.zeros((n_places,) * 3), leaks_found=np.zeros(n_places))

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
        if not by_risk.any():  # as in most years, in which the large array need not be looked at
            return np.zeros(by_risk.shape)
        return np.asarray(np.einsum("at,ato->ao", by_risk, self.origins))


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
    of P16. On whom they fall goes by the rule. A rule's hits are the same however many cases follow it.

    Parameters
    ----------
    case_rate : [a, t], investigations on account of state t per researcher-year tied to it (`Channels.case_rate`).
    by_risk : [a, t], share of these that follows the rule by risk; the rest goes by profile.
    """
    tied, own, pool = suspects.number_tied, suspects.own_tied, suspects.of_origin
    opened = case_rate * tied
    own_share = np.divide(own, tied, out=np.zeros(tied.shape), where=tied > 0.0)
    means, leaks_found = [], np.zeros(tied.shape)
    groups = ((tied, tied, suspects.leakers), (own, pool, own_share * suspects.leakers))
    for rule, share, (people, looked_at, leakers) in zip(rules_of(params), (by_risk, 1.0 - by_risk), groups):
        breaches = params.undisclosed * people
        hits = rule.hit_rate(breaches, breaches, looked_at)
        means += [opened * share * hits, opened * share * (1.0 - hits)]
        leaks_found += opened * share * params.detection * rule.hit_rate(leakers, breaches, looked_at)
    key = base_key(seed, replicate, Stream.CASES, year)
    by_risk_found, by_risk_not, by_profile_found, by_profile_not = (_draw(m, key, k) for k, m in enumerate(means))
    origins = np.divide(suspects.tied, tied[..., None], out=np.zeros(suspects.tied.shape), where=tied[..., None] > 0.0)
    return Cases(
        found_by_risk=by_risk_found,
        nothing_by_risk=by_risk_not,
        found_by_profile=by_profile_found,
        nothing_by_profile=by_profile_not,
        origins=origins,
        leaks_found=leaks_found.sum(axis=1),
    )


def _draw(expected: np.ndarray, key: np.uint64, kind: int) -> np.ndarray:
    """Poisson counts keyed by cell and kind of case."""
    cells = np.arange(expected.size, dtype=np.uint64) * np.uint64(4) + np.uint64(kind)
    means = np.ascontiguousarray(expected, dtype=np.float64).ravel()
    return poissons(key, cells, means).reshape(expected.shape)
