"""Where partners are and how many there are: distributions of places and team sizes (ODD 7.6)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.optimize import brentq

MAX_TEAM = 24


def partner_weights(
    affinity: np.ndarray,
    mass: np.ndarray,
    home: np.ndarray,
    size: float,
    trust_ratio: np.ndarray,
    tau: float,
    joint: np.ndarray,
) -> np.ndarray:
    """Weights of partner places [P lead, P partner], the same for all fields.

    ``w_ab = A_ab S_b^alpha (T_ab / T_ab,2017)^tau exp(joint) / sqrt(H_a H_b)``, home ``w_aa = S_a^alpha``: the
    border between two places is the geometric mean of their home weights, since a place that keeps to itself
    also is chosen less (docs/decisions/home-weights.md).

    Parameters
    ----------
    affinity : [P, P], diagonal ignored; mass : [P], fractional papers of places (all fields: they differ little).
    home : [P], H_a.
    """
    mass_power = np.maximum(mass, 0.0) ** size
    border = np.sqrt(home[:, None] * home[None, :])
    weight = affinity * mass_power[None, :] * trust_ratio**tau * np.exp(joint) / border
    np.fill_diagonal(weight, np.maximum(mass_power, 1e-9))
    return weight


def partner_distribution(weight: np.ndarray, propensity: float) -> np.ndarray:
    """Cumulative distribution of partner places [P, P] of a field with a `propensity` for partners abroad."""
    own = weight.diagonal().copy()
    cumulative = weight * propensity
    np.fill_diagonal(cumulative, own)
    np.cumsum(cumulative, axis=1, out=cumulative)
    cumulative /= cumulative[:, -1:]
    cumulative[:, -1] = 1.0
    return cumulative


@lru_cache(maxsize=1024)
def team_distribution(mean: float, tail: float) -> np.ndarray:
    """Cumulative distribution of partners per paper, [1, MAX_TEAM] for 0 .. MAX_TEAM - 1: Poisson core, Pareto tail.

    A share `tail` of papers has ``k`` partners with probability ~ k^-2.5 above the core (Milojevic 2014,
    doi:10.1073/pnas.1309723111); the core's mean is solved for, so that authors per paper have `mean`.
    """
    k = np.arange(MAX_TEAM)
    factorial = np.cumprod(np.maximum(k, 1.0))
    heavy = np.where(k >= 4, np.maximum(k, 1.0) ** -2.5, 0.0)
    heavy /= heavy.sum()

    tail = min(tail, 0.9 * (mean - 1.0) / float(heavy @ k))  # small teams leave no room for a long tail

    def density(core: float) -> np.ndarray:
        poisson = np.exp(-core) * core**k / factorial
        return (1 - tail) * poisson / poisson.sum() + tail * heavy

    core = brentq(lambda x: density(x) @ k - (mean - 1.0), 1e-6, 60.0)
    cumulative = np.cumsum(density(core))
    cumulative[-1] = 1.0
    return cumulative[None, :]
