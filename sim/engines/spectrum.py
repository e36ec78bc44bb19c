"""Papers of a field by bins of mu, and what follows from them: thresholds of the top papers and counts by place.

Citations c have ``ln c = mu + sigma * luck``, so every count of top papers is a sum over papers of a function of mu
alone. Counting papers by place and bin once makes all such sums cheap, and thresholds need no second look at the
papers. Bins are 0.05 wide and their spread is corrected for, so that sums are unbiased; where n papers decide on a
sum, their positions within bins leave an error of about 0.03 / sqrt(n) of its value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from sim.core.kernels import njit

# bins of mu, wide enough for any team; outside values are put into the last ones
BIN_WIDTH, BIN_START, N_BINS = 0.05, -9.0, 512
# how papers are counted; the last two by their mu from the baseline's readers
WHOLE, FRACTIONAL, WHOLE_INTERNATIONAL, WHOLE_BASE, FRACTIONAL_BASE = range(5)
# what a paper of a bin counts for: itself, its chance of being a top paper, and the citations that it draws as such
ONE, TOP1, TOP10, BASELINE, CITED, CITED1, CITED3, CITED10 = range(8)
SUMS = {  # of bins, by place
    "papers_whole": (WHOLE, ONE),
    "papers_fractional": (FRACTIONAL, ONE),
    "papers_international": (WHOLE_INTERNATIONAL, ONE),
    "top1_whole": (WHOLE, TOP1),
    "top1_fractional": (FRACTIONAL, TOP1),
    "top1_international": (WHOLE_INTERNATIONAL, TOP1),
    "top1_at_baseline_threshold": (WHOLE_BASE, BASELINE),
    "top1_fractional_at_baseline_threshold": (FRACTIONAL_BASE, BASELINE),
    "top10_whole": (WHOLE, TOP10),
    "top10_fractional": (FRACTIONAL, TOP10),
    "cited_whole": (WHOLE, CITED),
    "cited_international": (WHOLE_INTERNATIONAL, CITED),
    "cited_fractional": (FRACTIONAL, CITED),
    "cited1_fractional": (FRACTIONAL, CITED1),
    "cited3_fractional": (FRACTIONAL, CITED3),
    "cited10_fractional": (FRACTIONAL, CITED10),
}
SUM_KINDS, SUM_VALUES = np.array(list(SUMS.values())).T.copy()


class PaperCounts(NamedTuple):
    """Papers of one field in one year as `impact.rate_papers` counts them by place (agents).

    Attributes
    ----------
    by_bin : [P, N_BINS, 5], by bin of mu: whole, fractional and whole international counts; whole and fractional
        ones by bin of mu from the baseline's readers.
    basic, sensitive, international_sensitive : [P], whole counts.
    international_fractional : [P].
    authors, countries : [P], authors of papers, and countries of international papers, summed over whole counts.
    impact : [P], expected z, summed over whole counts.
    joint : [P, P], joint papers, a < b, whole.
    z_pair, z_more : [P, P], see `sim.engines.reading.attention`.
    world : [4], each paper once: papers, international ones, their countries, z.
    """

    by_bin: np.ndarray
    basic: np.ndarray
    sensitive: np.ndarray
    international_sensitive: np.ndarray
    international_fractional: np.ndarray
    authors: np.ndarray
    countries: np.ndarray
    impact: np.ndarray
    joint: np.ndarray
    z_pair: np.ndarray
    z_more: np.ndarray
    world: np.ndarray

    @classmethod
    def none(cls, n_places: int) -> PaperCounts:
        """Nothing counted yet."""
        of_places = [np.zeros(n_places) for _ in range(7)]
        of_pairs = [np.zeros((n_places, n_places)) for _ in range(3)]
        return cls(*(np.zeros((n_places, N_BINS, 5)), *of_places, *of_pairs, np.zeros(4)))


class PlaceCounts(NamedTuple):
    """Papers by place, and what they are worth: [P] of one field, or [F, P] (agents).

    ``whole`` counts a paper once for each place of its authors, ``fractional`` by its share of authors; ``top1`` and
    ``top10`` are expected papers in the world's top 1 and 10 % of their field by citations, ``cited`` the citations
    that papers draw, ``cited1``, ``cited3`` and ``cited10`` those that the top 1, 3 and 10 % draw, ``impact_sum`` their
    z. Other counts are whole; authors and countries are summed over papers, countries over international ones.
    """

    papers_whole: np.ndarray
    papers_fractional: np.ndarray
    papers_international: np.ndarray
    papers_basic: np.ndarray
    papers_sensitive: np.ndarray
    papers_international_sensitive: np.ndarray
    papers_international_fractional: np.ndarray
    top1_whole: np.ndarray
    top1_fractional: np.ndarray
    top1_international: np.ndarray
    top1_at_baseline_threshold: np.ndarray
    top1_fractional_at_baseline_threshold: np.ndarray
    top10_whole: np.ndarray
    top10_fractional: np.ndarray
    authors: np.ndarray
    countries: np.ndarray
    impact_sum: np.ndarray
    cited_whole: np.ndarray
    cited_international: np.ndarray
    cited_fractional: np.ndarray
    cited1_fractional: np.ndarray
    cited3_fractional: np.ndarray
    cited10_fractional: np.ndarray


class Thresholds(NamedTuple):
    """Levels of ln c that the world's top 1, 3 and 10 % of a field's papers exceed, and the baseline's top 1 %."""

    top1: float
    top3: float
    top10: float
    baseline: float


@njit(cache=True, inline="always")
def bin_of(mu: float) -> int:
    """Bin of a value of mu."""
    return min(max(int((mu - BIN_START) / BIN_WIDTH), 0), N_BINS - 1)


@njit(cache=True, inline="always")
def between_bins(values: np.ndarray, mu: float) -> float:
    """Value at mu of a function given at the centres of bins [N_BINS], linear between them and constant beyond."""
    x = min(max((mu - BIN_START) / BIN_WIDTH - 0.5, 0.0), N_BINS - 1.0)
    at = np.int64(min(x, N_BINS - 2.0))
    return values[at] + (x - at) * (values[at + 1] - values[at])


def shares_above(threshold: float, sigma: float) -> np.ndarray:
    """Share of papers whose ln c exceeds a threshold, at the centres of bins [N_BINS]."""
    return ndtr((BIN_START + (np.arange(N_BINS) + 0.5) * BIN_WIDTH - threshold) / sigma)


@dataclass(frozen=True)
class Spectrum:
    """Papers of a field by mu: centres of the used bins, papers in each, and the standard deviation of luck."""

    at: np.ndarray
    centre: np.ndarray
    weight: np.ndarray
    sigma: float

    @classmethod
    def of(cls, by_bin: np.ndarray, sigma: float) -> Spectrum:
        """Spectrum of papers counted by place and bin [P, N_BINS, 5]: fractional counts add up to 1 a paper."""
        weight, baseline = sum_places(by_bin)
        at = np.flatnonzero(weight + baseline)
        # values of a bin spread by width / sqrt(12) around its centre (Sheppard's correction)
        spread = math.sqrt(sigma * sigma + BIN_WIDTH**2 / 12.0)
        return cls(at, BIN_START + (at + 0.5) * BIN_WIDTH, weight[at], spread)

    def exceeds(self, threshold: np.ndarray, shift: np.ndarray) -> np.ndarray:
        """Share of the papers of each used bin whose ln c, raised by `shift` [..., 1], exceeds a `threshold`."""
        return ndtr((self.centre + shift - threshold) / self.sigma)

    def threshold(self, share: float) -> float:
        """Level of ln c that a share of the field's papers exceeds; infinite if there are no papers."""
        if len(self.at) == 0:
            return math.inf
        return float(top_share_level(self.centre, self.weight / self.weight.sum(), self.sigma, share))


@njit(cache=True, nogil=True)
def top_share_level(centre: np.ndarray, weight: np.ndarray, sigma: float, share: float) -> float:
    """Solve ``sum_b weight_b P(centre_b + sigma luck > z) = share`` for z: Newton steps kept inside a bracket."""
    low, high = centre[0] - 6.0 * sigma, centre[-1] + 6.0 * sigma
    mean = (weight * centre).sum()
    spread = np.sqrt((weight * (centre - mean) ** 2).sum() + sigma * sigma)
    z = min(max(mean + 2.0 * spread, low), high)
    for _ in range(60):
        value, slope = -share, 0.0
        for b in range(centre.shape[0]):
            x = (z - centre[b]) / sigma
            value += weight[b] * 0.5 * math.erfc(x * 0.7071067811865476)
            slope += weight[b] * math.exp(-0.5 * x * x)
        slope *= 0.3989422804014327 / sigma
        if value > 0.0:
            low = z
        else:
            high = z
        step = value / slope if slope > 0.0 else np.inf
        if abs(step) < 1e-11:
            break
        z = z + step if low < z + step < high else 0.5 * (low + high)
    return z


def sum_by_place(spectrum: Spectrum, counts: PaperCounts, thresholds: Thresholds) -> PlaceCounts:
    """Counts by place [P] from counts by bin."""
    s2, (top1, top3, top10, baseline) = spectrum.sigma**2, thresholds
    levels, shifts = np.array([[top1, top10, baseline, top1, top3, top10], [0.0, 0.0, 0.0, s2, s2, s2]])[:, :, None]
    above = spectrum.exceeds(levels, shifts)
    values = np.ones((CITED10 + 1, len(spectrum.at)))
    values[TOP1 : BASELINE + 1] = above[:3]
    values[CITED] = np.exp(spectrum.centre + 0.5 * s2)
    values[CITED1:] = values[CITED] * above[3:]  # mean of a log-normal above a threshold
    found = sum_bins(counts.by_bin, spectrum.at, values[SUM_VALUES].T.copy(), SUM_KINDS)
    return PlaceCounts(
        **dict(zip(SUMS, found)),
        papers_basic=counts.basic,
        papers_sensitive=counts.sensitive,
        papers_international_sensitive=counts.international_sensitive,
        papers_international_fractional=counts.international_fractional,
        authors=counts.authors,
        countries=counts.countries,
        impact_sum=counts.impact,
    )


@njit(cache=True, nogil=True)
def sum_places(by_bin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Papers of all places by bin [N_BINS], by mu and by mu from the baseline's readers."""
    own, baseline = np.zeros(by_bin.shape[1]), np.zeros(by_bin.shape[1])
    for p in range(by_bin.shape[0]):
        for b in range(by_bin.shape[1]):
            own[b] += by_bin[p, b, FRACTIONAL]
            baseline[b] += by_bin[p, b, FRACTIONAL_BASE]
    return own, baseline


@njit(cache=True, nogil=True)
def sum_bins(by_bin: np.ndarray, at: np.ndarray, values: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """``sum_b by_bin[p, at_b, kinds_q] values[b, q]`` as [Q, P], in a fixed order."""
    out = np.zeros((by_bin.shape[0], kinds.shape[0]))  # sums of a place side by side while they grow
    for p in range(by_bin.shape[0]):
        sums = out[p]
        for b in range(at.shape[0]):
            papers = by_bin[p, at[b]]
            if papers[WHOLE] + papers[WHOLE_BASE] > 0.0:
                for q in range(kinds.shape[0]):
                    sums[q] += papers[kinds[q]] * values[b, q]
    return out.T.copy()
