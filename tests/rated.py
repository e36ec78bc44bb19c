"""A year's papers rated, counted by place, and the thresholds of the top ones: what tests of impact share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.core.columns import Block
from sim.core.randomness import Stream
from sim.engines import impact
from sim.engines.reading import Readers, known_to
from sim.engines.spectrum import (
    BIN_START,
    BIN_WIDTH,
    FRACTIONAL,
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
TALENT_MEAN, TALENT_BEST, TEAM, MATCH, REPUTATION = 0.25, 0.3, 0.2, 0.15, 0.05
PLACE = np.array([0.3, 0.5, -0.2, 0.1])


def readers(seed: int = 0) -> Readers:
    """Readers of some year: places of different size that know each other's papers to different degrees."""
    rng = np.random.default_rng(seed)
    return Readers.of(rng.uniform(0.2, 2.0, P), known_to(rng.random((P, P)), 0.4, 0.3))


@dataclass
class Rated:
    """A year's papers after `rate_papers`, and what it counted."""

    block: Block
    written: Written
    counts: PaperCounts

    def mu(self) -> np.ndarray:
        """Values of mu of the papers that were completed."""
        return self.written.papers.mu[self.written.papers.n_authors > 0]

    def places(self, k: int) -> np.ndarray:
        """Share of the authors of paper k by place [P]."""
        team = self.written.team(k)
        return np.bincount(self.block.place[team], minlength=P) / len(team)

    def mu_z(self, k: int) -> float:
        """Mean of ln z of paper k, term by term, of the best of its places."""
        team = self.written.team(k)
        ln_talent = np.log(self.block.talent[team].astype(float))
        terms = [
            TALENT_MEAN * ln_talent.mean(),
            TALENT_BEST * ln_talent.max(),
            TEAM * np.log(len(team)),
            MATCH * self.written.papers.match[k],
            PLACE[self.block.place[team]].max(),
            REPUTATION * np.log(1.0 + self.block.reputation[team[0]]),
        ]
        return float(sum(terms))


def rated(
    block: Block,
    written: Written,
    border_share: np.ndarray | None = None,
    place: np.ndarray | None = None,
    exponent: float = 0.0,
    baseline: Readers | None = None,
    own: Readers | None = None,
) -> Rated:
    """Rate papers; places have no borders inside, and are worth `PLACE`, unless given [P]."""
    place = PLACE if place is None else place
    worth = impact.Worth(
        place=place,
        place_power=np.exp(exponent * place),
        exponent=exponent,
        talent_mean=TALENT_MEAN,
        talent_best=TALENT_BEST,
        team=TEAM,
        match=MATCH,
        reputation=REPUTATION,
        sigma=SIGMA,
        paired=baseline is not None,
        border_share=np.zeros(P) if border_share is None else border_share,
    )
    n, own = len(written), own or readers()
    papers = written.papers._replace(
        mu=np.full(n, np.nan, np.float32), mu_baseline=np.full(n, np.nan, np.float32), flags=np.empty(n, np.uint8)
    )  # so that the same papers can be rated twice
    counts = PaperCounts.none(P)
    people, _, output = block.rows
    country = key(Stream.REST_COUNTRY)
    impact.rate_papers(people, output, written.projects, papers, worth, own, baseline or own, country, counts)
    return Rated(block, Written(written.projects, papers, written.losses), counts)


def a_year(n: int = 3000, baseline: Readers | None = None, **changes: float) -> Rated:
    """Papers of n people, of which some are not completed since place 0 refuses slots."""
    block, rules = people(n, P), Rules(P, lost=0.6, refill=0.5, **changes)
    rules.friction[:, 0, 1:] = 0.4
    year = rated(block, write(block, rules), baseline=baseline)
    assert 0 < len(year.mu()) < len(year.written)
    return year


def spectrum(mu: np.ndarray) -> Spectrum:
    """Spectrum of papers of one place with the given mu."""
    by_bin = np.zeros((1, N_BINS, 5))
    np.add.at(by_bin[0, :, FRACTIONAL], ((mu.astype(float) - BIN_START) / BIN_WIDTH).astype(int), 1.0)
    return Spectrum.of(by_bin, SIGMA)


def thresholds(mu: np.ndarray, baseline: float | None = None) -> Thresholds:
    """Levels of ln c of the top 1, 3 and 10 % of papers; the baseline's top 1 % is the same unless given."""
    top1, top3, top10 = (spectrum(mu).threshold(share) for share in (0.01, 0.03, 0.10))
    return Thresholds(top1, top3, top10, top1 if baseline is None else baseline)


def counted(year: Rated, baseline: float | None = None) -> PlaceCounts:
    """Counts by place."""
    levels = thresholds(year.mu(), baseline)
    return sum_by_place(Spectrum.of(year.counts.by_bin, SIGMA), year.counts, levels)
