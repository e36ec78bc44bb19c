"""Targets of calibration by place and year from 1980 to the last one of outcomes, gaps filled by stated rules.

Filled values steer the fit where there are no data; `sim.analysis.validate` compares with data only.
"""

from __future__ import annotations

import numpy as np

from sim.data.clock import FIRST_YEAR
from sim.data.tables import WorldData

# rows of docs/evidence.md that `sim.analysis.validate` compares; M1, C14 and F6 were not fitted to, C7 is put in, F7
# and C11 steer parameters, M14 and stays to 2017 are fitted to; M16, of later years, set the level of going home
CHECKED = ("M1", "M14", "M16", "C7", "C11", "C14", "F6", "F7")
PAPERS_FROM = 1996 - FIRST_YEAR
STAYERS = 68.5 / 76.4  # temporary-visa doctorates who were still there, over those who had meant to stay (M17)
FEW = 50.0  # doctorates at which an origin's own share weighs as much as its income (assumption)
# groups of origins of `stay_rates`; Europe is all of that region
STAY_GROUPS = {"China (including Hong Kong)": ("CHN", "HKG"), "India": ("IND",), "South Korea": ("KOR",), "Europe": ()}


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


def members(data: WorldData, group: str) -> np.ndarray:
    """Which origins belong to a group of `stay_rates` [P]; Europe is all of that region."""
    codes = STAY_GROUPS[group]
    return np.isin(data.iso3, codes) if codes else np.array(data.region) == "X_EU"


def intentions(data: WorldData) -> tuple[np.ndarray, np.ndarray]:
    """Share of temporary-visa doctorates who intend to stay, by origin [P], and of how many doctorates [P]."""
    known = np.isfinite(data.intend_stay) & (np.nan_to_num(data.us_doctorates) > 0)
    counted = np.where(known, data.us_doctorates, 0.0)
    share = np.where(known, data.intend_stay * counted, 0.0).sum(axis=0) / np.maximum(counted.sum(axis=0), 1e-9)
    return share, counted.sum(axis=0)


def stay_targets(data: WorldData) -> np.ndarray:
    """Share of people from each origin who are still in the United States five years after they studied there [P].

    Intentions of temporary-visa doctorates times M17's ratio of stayers to intentions. Where five-year stays of a group
    of origins are known (mean of the last five years of data), the ratio is the mean of that and the group's own: the
    two sources are up to 10 points apart. Few doctorates are drawn towards the line through all on ln income.
    """
    intend, number = intentions(data)
    ratio = np.full(data.n_places, STAYERS)
    for group in STAY_GROUPS:
        among = members(data, group)
        stays = [rate for (name, year), rate in data.stay_rates.items() if name == group and 0 <= data.end - year < 5]
        if stays and (number * among).sum() > 0:
            meant = (number * intend)[among].sum() / number[among].sum()
            ratio[among] = 0.5 * (STAYERS + np.mean(stays) / meant)
    share = np.clip(intend * ratio, 0.05, 0.95)
    income = np.log(data.income[data.n_years - 1])
    use = number > 0
    x = np.stack([np.ones(use.sum()), income[use]], axis=1) * np.sqrt(number[use])[:, None]
    beta = np.linalg.lstsq(x, _logit(share[use]) * np.sqrt(number[use]), rcond=None)[0]
    weight = number / (number + FEW)
    odds = weight * _logit(share) + (1.0 - weight) * (beta[0] + beta[1] * income)
    return 1.0 / (1.0 + np.exp(-odds))
