"""What rules cost: money and researcher time by institution (S5: part fixed, so regressive in size).

Pure functions. Who is covered, and for how much, is said by the channels of the year.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.core.axes import Threshold
from sim.params import ComplianceParams

JUST_UNDER = 0.999  # of the threshold: what an institution that wants to stay under it takes


@dataclass(frozen=True)
class Compliance:
    """Cost of the rules in force in one year.

    Attributes
    ----------
    musd : [i], million US$.
    researcher_years : [i], research time lost.
    covered : [i] bool, institutions on which any rule bites.
    """

    musd: np.ndarray
    researcher_years: np.ndarray
    covered: np.ndarray


@dataclass(frozen=True)
class Support:
    """Federal research money of institutions in one year, million $.

    Attributes
    ----------
    mean : [i], mean of the three years before, by which thresholds cover; declined : [i], given up this year.
    """

    mean: np.ndarray
    declined: np.ndarray


def three_year_mean(support: np.ndarray) -> np.ndarray:
    """Mean of the last three years' support [3, i]; exact where the years are equal."""
    return support[0] + ((support[1] - support[0]) + (support[2] - support[0])) / 3.0


def declined_support(
    offered: np.ndarray, institution_place: np.ndarray, thresholds: Iterable[Threshold], share: float
) -> np.ndarray:
    """Support [i] that institutions near a threshold give up this year to stay under it, million $.

    An institution that would lie just above takes no more than just under the threshold, if that gives up at most
    `share` of its support and less than the fixed cost of the rules that start there. Its three-year mean falls
    below the threshold after three such years, and it is covered until then.

    Parameters
    ----------
    offered : [i], support of the year if nothing is declined.
    thresholds : rules in force with an institution threshold.
    share : largest share given up; 0 means that nobody declines anything.
    """
    declined = np.zeros(offered.shape)
    for rule in thresholds:
        given_up = offered - JUST_UNDER * rule.musd
        above = (institution_place == rule.place) & (offered >= rule.musd)
        pays = above & (given_up <= share * offered) & (given_up < rule.fixed_musd)
        declined = np.where(pays, np.maximum(declined, given_up), declined)
    return declined


def first_year_cost(cost_fixed_musd: np.ndarray, cost_share: np.ndarray, federal_musd: np.ndarray) -> np.ndarray:
    """Cost [i] in million US$ if all rules in force were new this year: fixed part and share of the research money."""
    return cost_fixed_musd + cost_share * federal_musd


def money_of_rules(cost: np.ndarray, cost_before: np.ndarray, once: float) -> np.ndarray:
    """Million US$ of the year [i]: a share `once` of a first year's cost is charged on what is new since last year."""
    found: np.ndarray = (1.0 - once) * cost + once * np.maximum(cost - cost_before, 0.0)
    return found


def compliance(
    cost: np.ndarray,
    cost_before: np.ndarray,
    burden_institution: np.ndarray,
    burden_place: np.ndarray,
    institution_place: np.ndarray,
    researchers: np.ndarray,
    params: ComplianceParams,
) -> Compliance:
    """Money and time of the year.

    About half of a first year's cost is one-time (S5): it is charged on what is new since last year only.

    Parameters
    ----------
    cost, cost_before : [i], `first_year_cost` of this and of last year (zeros if there was none).
    burden_institution : [i], share of research time lost to rules of the institution.
    burden_place : [P], share of research time lost to rules of the place.
    institution_place : [i], index of the place.
    researchers : [i], real persons.
    """
    musd = money_of_rules(cost, cost_before, params.one_time_share)
    share = 1.0 - (1.0 - np.clip(burden_institution, 0, 1)) * (1.0 - np.clip(burden_place[institution_place], 0, 1))
    return Compliance(musd, share * researchers, (cost > 0) | (burden_institution > 0))


def by_group(values: np.ndarray, group: np.ndarray, n_groups: int) -> np.ndarray:
    """Sum of institution values by place or size class, shape [n_groups]."""
    return np.bincount(group, weights=values, minlength=n_groups)
