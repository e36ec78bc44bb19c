"""A year's papers rated, counted by place, and the thresholds of the top ones: what tests of impact share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.core.columns import Block
from sim.core.randomness import Stream
from sim.engines import impact
from sim.engines.spectrum import (
    BIN_START,
    BIN_WIDTH,
    N_BINS,
    PaperCounts,
    PlaceCounts,
    Spectrum,
    Thresholds,
    sum_by_place,
)
from tests.small import Rules, Written, key, people, write

P = 4
SIGMA = float(np.sqrt(1.2))
TALENT_MEAN, TALENT_BEST, TEAM, REPUTATION = 0.25, 0.3, 0.2, 0.05
PLACE_BEST = 0.4


@dataclass
class Rated:
    """A year's papers after `rate_papers`, and what it counted."""

    block: Block
    written: Written
    counts: PaperCounts


def rated(
    block: Block, written: Written, border_share: np.ndarray | None = None, place: np.ndarray | None = None
) -> Rated:
    """Rate papers; places are worth the same and have no borders inside unless given [P]."""
    none = np.zeros(P)
    worth = impact.Worth(
        place=none if place is None else place,
        place_best=PLACE_BEST,
        talent_mean=TALENT_MEAN,
        talent_best=TALENT_BEST,
        team=TEAM,
        reputation=REPUTATION,
        border_share=none if border_share is None else border_share,
    )
    papers = written.papers._replace(
        mu=np.empty(len(written), np.float32), flags=np.empty(len(written), np.uint8)
    )  # so that the same papers can be rated twice
    counts = PaperCounts.none(P)
    people, _, output = block.rows
    impact.rate_papers(people, output, written.projects, papers, worth, key(Stream.REST_COUNTRY), counts)
    return Rated(block, Written(written.projects, papers, written.lost), counts)


def a_year(n: int = 3000, **changes: float) -> Rated:
    """Papers of n people in places of different worth."""
    block = people(n, P)
    return rated(block, write(block, Rules(P, **changes)), place=np.array([0.3, 0.0, -0.2, 0.1]))


def spectrum(mu: np.ndarray) -> Spectrum:
    """Spectrum of papers of one place with the given mu."""
    by_bin = np.zeros((1, N_BINS, 3))
    np.add.at(by_bin[0, :, 1], ((mu.astype(float) - BIN_START) / BIN_WIDTH).astype(int), 1.0)
    return Spectrum.of(by_bin, SIGMA)


def thresholds(mu: np.ndarray, baseline: float | None = None) -> Thresholds:
    """Levels of ln z of the top 1, 3 and 10 % of papers; the baseline's top 1 % is the same unless given."""
    top1, top3, top10 = (spectrum(mu).threshold(share) for share in (0.01, 0.03, 0.10))
    return Thresholds(top1, top3, top10, top1 if baseline is None else baseline)


def counted(year: Rated, baseline: float | None = None) -> PlaceCounts:
    """Counts by place."""
    levels = thresholds(year.written.papers.mu, baseline)
    return sum_by_place(Spectrum.of(year.counts.by_bin, SIGMA), year.counts, levels)
