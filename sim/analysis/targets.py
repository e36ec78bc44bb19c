"""Targets of calibration by place and year from 1980 to the last one of outcomes, gaps filled by stated rules.

Filled values steer the fit where there are no data; `sim.analysis.validate` compares with data only.
"""

from __future__ import annotations

import numpy as np

from sim.data.clock import FIRST_YEAR
from sim.data.tables import WorldData

PAPERS_FROM = 1996 - FIRST_YEAR


def _logit(share: np.ndarray) -> np.ndarray:
    share = np.clip(share, 0.003, 0.985)
    return np.log(share / (1.0 - share))


def papers_targets(data: WorldData) -> np.ndarray:
    """Fractional papers [T, P]; before 1996, papers per researcher as in 1996-98."""
    papers = np.nan_to_num(data.papers_fractional, nan=0.0)
    per_head = papers[:3].sum(axis=0) / data.researchers[PAPERS_FROM : PAPERS_FROM + 3].sum(axis=0)
    return np.concatenate([data.researchers[:PAPERS_FROM] * per_head, papers])


def international_targets(data: WorldData) -> np.ndarray:
    """Share of papers with authors in two countries or more [T, P].

    Places and years without data follow a yearly regression of the log odds on ln papers and ln income of the
    places that have data; where a place has data in other years, its mean distance from that line is kept.
    """
    share = data.intl_share
    size = np.log(np.maximum(papers_targets(data), 10.0))
    income = np.log(data.income[: data.n_years])
    known = np.isfinite(share)
    line = np.zeros_like(size)
    for t in range(data.n_years):
        # years with few known places borrow the slopes of 1996, and the world's level
        source = t if known[t].sum() >= 25 else PAPERS_FROM
        x = np.stack([np.ones(data.n_places), size[source], income[source]], axis=1)
        rows = known[source]
        beta = np.linalg.lstsq(x[rows], _logit(share[source, rows]), rcond=None)[0]
        line[t] = np.stack([np.ones(data.n_places), size[t], income[t]], axis=1) @ beta
        if source != t:
            world = _logit(data.intl_share_world[[t, source]])
            line[t] += world[0] - world[1] - beta[1] * (size[t] - size[source]).mean()
    filled = np.where(known, np.nan_to_num(_logit(np.nan_to_num(share, nan=0.5))), line)
    early = slice(PAPERS_FROM, PAPERS_FROM + 8)
    n_known = known[early].sum(axis=0)
    own = np.where(known, filled - line, 0.0)[early].sum(axis=0) / np.maximum(n_known, 1)
    filled = np.where(known, filled, line + own[None, :])
    return 1.0 / (1.0 + np.exp(-filled))


def quality_targets(data: WorldData) -> np.ndarray:
    """Share of fractional papers in the world's top 1 % [T, P].

    Years after the last known one are as the three up to it, those before 1996 as 1996-98. Places without data take
    the median of those with data.
    """
    share = data.top1_fractional
    known = np.where(np.isfinite(share), share, np.nan)
    seen = np.asarray(np.isfinite(known).any(axis=1))
    median = np.full((len(known), 1), np.nan)
    median[seen] = np.nanmedian(known[seen], axis=1, keepdims=True)
    last = np.flatnonzero(seen).max()
    known = np.where(np.isfinite(known), known, median)
    known[last + 1 :] = known[last - 2 : last + 1].mean(axis=0)
    return np.concatenate([np.repeat(known[:3].mean(axis=0)[None], PAPERS_FROM, axis=0), known])
