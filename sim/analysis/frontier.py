"""Pareto fronts of sweeps: points that no other beats in every objective, and how far others are behind them.

Sorting and hypervolume are pymoo's (Blank & Deb 2020); all objectives are gains, larger is better.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.analysis.pairs import Estimate, estimate
from sim.core.read import ConfigError


def front(gains: np.ndarray) -> np.ndarray:
    """Indices of the points [n, objectives] that no other point dominates, by rising last objective.

    A point dominates another if it is as good in all objectives and better in one; equal points both stay.
    """
    try:
        from pymoo.util.nds.non_dominated_sorting import NonDominatedSorting
    except ImportError:
        raise ConfigError(["Pareto fronts need pymoo; pip install '.[sweep]' in the clone"]) from None
    if not len(gains):
        return np.empty(0, int)
    found = np.asarray(NonDominatedSorting().do(-np.asarray(gains, float), only_non_dominated_front=True), int)
    return found[np.lexsort(np.asarray(gains).T[:, found])]


def hypervolume(gains: np.ndarray, worst: np.ndarray) -> float:
    """Volume between the front of points [n, objectives] and a worst point [objectives], beyond which none counts."""
    from pymoo.indicators.hv import HV

    return float(HV(ref_point=-np.asarray(worst, float))(-np.asarray(gains, float)))


@dataclass(frozen=True)
class Behind:
    """How far a point is behind a front in one objective, given that no other objective gets worse.

    Attributes
    ----------
    rival : index of the front's point that is furthest ahead, -1 where no point is as good in the others.
    gap : rival minus point, paired replicate by replicate; NaN without a rival.
    """

    rival: int
    gap: Estimate


def behind(point: np.ndarray, points: np.ndarray, objective: int) -> Behind:
    """Gap between a point and the point of a front that is best in one objective without being worse in the others.

    Fronts are steps: what lies between two of their points has not been tried and counts for nothing.

    Parameters
    ----------
    point : [replicates, objectives]; points : [n, replicates, objectives], of the same replicates.
    objective : column in which the gap is taken.
    """
    mean, means = point.mean(axis=0), points.mean(axis=1)
    others = [j for j in range(len(mean)) if j != objective]
    able = np.flatnonzero((means[:, others] >= mean[others]).all(axis=1))
    if not len(able):
        return Behind(-1, estimate(np.empty(0)))
    rival = int(able[np.argmax(means[able, objective])])
    return Behind(rival, estimate(points[rival, :, objective] - point[:, objective]))
