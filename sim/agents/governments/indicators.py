"""What governments look at: five indicators a place, from the numbers of last year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

INDICATORS = ("net_talent", "top1_rank", "incidents", "rivals_growth", "ally_standard")
# Smallest sd by indicator, in its unit: an indicator that hardly moved before 2018 must not cry wolf at its first
# ripple. Net talent, rank and growth: lowest tenth over places of the yearly sd around trend in the shipped data of the
# last ten years (to 2017; rank to 2014); incidents and standards, of which there are no data: assumptions.
SD_FLOOR = np.array([0.0005, 0.03, 0.25, 0.014, 0.05])
_RANK_BLUR = 0.1  # log units within which two places count as near-equal, so that rank is smooth (assumption)


@dataclass(frozen=True)
class Observation:
    """The world of last year as governments see it, in real persons, papers and incidents.

    Attributes
    ----------
    year : the year that is described (the one before the decision).
    researchers, net_moves : [P], stock at year end; moves in minus moves out.
    papers, top1 : [P], fractional papers; fractional papers in the world's top 1 %.
    incidents : [P], leaks that became known (real counts, drawn).
    protection : [P], share of leaks prevented by the rules in force, mean over the four ways.
    burden : [P], mean share of research time lost to rules.
    fear : [P], mean share of the full chill among researchers in the place.
    rd_spending_musd : [P], million 2021 PPP $.
    joint_share : [a, b], share of a's papers that are joint with b.
    trust : [a, b], trust of a in b.
    """

    year: int
    researchers: np.ndarray
    net_moves: np.ndarray
    papers: np.ndarray
    top1: np.ndarray
    incidents: np.ndarray
    protection: np.ndarray
    burden: np.ndarray
    fear: np.ndarray
    rd_spending_musd: np.ndarray
    joint_share: np.ndarray
    trust: np.ndarray


def indicators(
    now: Observation, papers_before: np.ndarray, threat: np.ndarray, alliance: np.ndarray, trust_weight: float = 1.0
) -> np.ndarray:
    """Indicators [P, K] in the order of `INDICATORS`.

    net talent: net moves per researcher. Rank: log of the rank by top-1 % papers. Incidents: log(1 + incidents
    per million researchers). Rivals: growth of threatening places' papers minus own. Allies: mean protection
    of the allies, weighted by joint work and by trust, minus own.

    Parameters
    ----------
    papers_before : [P], papers of the year before `now`.
    threat, alliance : [P, P].
    trust_weight : exponent of trust among the weights of allies.
    """
    near = alliance * now.joint_share * now.trust**trust_weight
    people = np.maximum(now.researchers, 1.0)
    growth = np.log(np.maximum(now.papers, 1.0) / np.maximum(papers_before, 1.0))
    columns = (
        now.net_moves / people,
        np.log(soft_rank(now.top1)),
        np.log1p(now.incidents / people * 1e6),
        _weighted(threat * now.papers[None, :], growth) - np.where(threat.any(axis=1), growth, 0.0),
        _weighted(near, now.protection) - np.where(alliance.any(axis=1), now.protection, 0.0),
    )
    return np.stack(columns, axis=1)


def soft_rank(score: np.ndarray) -> np.ndarray:
    """Rank [P] from 1 (largest) on, continuous: near-equal scores share the places between them."""
    log = np.log(np.maximum(score, 1e-9)) / _RANK_BLUR
    ahead = 1.0 / (1.0 + np.exp(np.clip(log[:, None] - log[None, :], -50.0, 50.0)))
    np.fill_diagonal(ahead, 0.0)
    return 1.0 + ahead.sum(axis=1)


def _weighted(weight: np.ndarray, value: np.ndarray) -> np.ndarray:
    total = weight.sum(axis=1)
    return np.divide(weight @ value, total, out=np.zeros(len(value)), where=total > 0)


def baseline(history: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Level at the end of the base years and sd of each indicator [P, K], from their history [P, 2, 10, K].

    The level is that of the smoothed indicator's trend in the last year; the slope is shrunk towards 0 by its
    standard error, so that a chance trend does not count. The sd is that of the raw indicator around its trend.
    """
    seen = np.flatnonzero(~np.isnan(history[:, 1]).any(axis=(0, 2)))
    raw, smooth = history[:, 0, seen], history[:, 1, seen]
    if len(seen) < 3:
        level = smooth.mean(axis=1) if len(seen) else np.zeros((len(history), history.shape[3]))
        return level, np.broadcast_to(SD_FLOOR, level.shape).copy()
    t = seen - seen.mean()
    slope = _slope(smooth, t)
    slope = np.sign(slope) * np.maximum(np.abs(slope) - _residual_sd(smooth, t) / np.sqrt(t @ t), 0.0)
    return smooth.mean(axis=1) + slope * t[-1], np.maximum(_residual_sd(raw, t), SD_FLOOR)


def _slope(z: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Least-squares slope over the years t of z [P, T, K], shape [P, K]."""
    return (t[:, None] * z).sum(axis=1) / (t @ t)


def _residual_sd(z: np.ndarray, t: np.ndarray) -> np.ndarray:
    trend = z.mean(axis=1)[:, None] + t[:, None] * _slope(z, t)[:, None]
    return np.sqrt(((z - trend) ** 2).sum(axis=1) / max(len(t) - 2, 1))
