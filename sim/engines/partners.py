"""Where partners are, how open papers are, how many authors they have: distributions (ODD 7.6)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import betainc, betaincinv

MAX_TEAM = 24
CELLS = 64  # equal steps of the quantile of a paper's openness


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


def foreign_distribution(weight: np.ndarray) -> np.ndarray:
    """Cumulative distribution of partner places abroad [P lead, P partner]; the own place has no share."""
    cumulative = weight.copy()
    np.fill_diagonal(cumulative, 0.0)
    np.cumsum(cumulative, axis=1, out=cumulative)
    cumulative /= np.maximum(cumulative[:, -1:], 1e-300)
    cumulative[:, -1] = cumulative[-1, -2] = 1.0  # the last place's own column is the last but one
    return cumulative


def share_abroad(weight: np.ndarray, propensity: float) -> np.ndarray:
    """Share of new partners who are abroad [P], in a field with a `propensity` for them."""
    own = weight.diagonal()
    abroad = propensity * (weight.sum(axis=1) - own)
    return abroad / (abroad + own)


def admitted(home: np.ndarray, mass: np.ndarray) -> np.ndarray:
    """Share of links to an origin that its border admits [P]: less where a place keeps to itself more than most.

    ``min(1, sqrt(H / H_o))`` with H the geometric mean of home weights, by papers: an origin's own half of the border.
    """
    ln = np.log(home)
    mean = (mass * ln).sum() / mass.sum()
    return np.minimum(1.0, np.exp(0.5 * (mean - ln)))


def openness_cells(share: np.ndarray, spread: float) -> np.ndarray:
    """Openness of papers by place and cell of its quantile [P, CELLS], rising along cells, with mean `share`.

    A paper's share of partners abroad is drawn from ``Beta(spread p, spread (1 - p))``, p the place's: papers of a
    place differ, so consortia exist. A cell has the mean over its part of the quantile function, so the mean over
    cells is p exactly. Tabulated once, for shares that lie closer near 0; between two of them linear in p.
    """
    table, p = _openness_table(spread), np.clip(share, 0.0, 1.0)
    at = np.minimum((np.sqrt(p) * CELLS).astype(np.int64), CELLS - 1)
    part = ((p - _shares(at)) / (_shares(at + 1) - _shares(at)))[:, None]
    return (1.0 - part) * table[at] + part * table[at + 1]


def _shares(k: np.ndarray) -> np.ndarray:
    """Tabulated shares, k from 0 to CELLS."""
    return (k / CELLS) ** 2


@lru_cache(maxsize=8)
def _openness_table(spread: float) -> np.ndarray:
    """Cells at the tabulated shares [CELLS + 1, CELLS]."""
    p = _shares(np.arange(1, CELLS))[:, None]
    a, b = spread * p, spread * (1.0 - p)
    u = np.arange(1, CELLS) / CELLS
    below, above = (
        betaincinv(a, b, u),
        betaincinv(b, a, 1.0 - u),
    )  # the quantile, and what it leaves to 1: small ones exactly
    part = np.where(below < 0.5, betainc(a + 1.0, b, below), 1.0 - betainc(b, a + 1.0, above))
    part = np.where(above < 1e-300, 1.0 - (1.0 - u) / p, part)  # too small for a number: all of the rest is 1
    part = np.concatenate([np.zeros_like(p), part, np.ones_like(p)], axis=1)
    means = CELLS * p * np.diff(part, axis=1)  # mean of x between two quantiles
    return np.concatenate([np.zeros((1, CELLS)), np.clip(means, 0.0, 1.0), np.ones((1, CELLS))])


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
