"""Papers of a field by bins of mu, and what follows from them: thresholds of the top papers and counts by place.

``ln z = mu + sigma * luck``, so every count of top papers is a sum over papers of a function of mu alone. Counting
papers by place and bin once makes all such sums cheap, and thresholds need no second look at the papers. Bins are
0.05 wide and their spread is corrected for, so that sums are unbiased; where n papers decide on a sum, their
positions within bins leave an error of about 0.03 / sqrt(n) of its value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from sim.core.kernels import njit

# bins of mu, wide enough for any team; outside values are put into the last ones
BIN_WIDTH, BIN_START, N_BINS = 0.05, -9.0, 512
WHOLE, FRACTIONAL, INTERNATIONAL = range(3)  # how papers are counted; the last one is whole


@njit(cache=True, inline="always")
def bin_of(mu):
    """Bin of a value of mu."""
    return min(max(np.int64((mu - BIN_START) / BIN_WIDTH), 0), N_BINS - 1)


@njit(cache=True, inline="always")
def between_bins(values, mu):
    """Value at mu of a function given at the centres of bins [N_BINS], by linear interpolation."""
    x = (mu - BIN_START) / BIN_WIDTH - 0.5
    at = np.int64(min(max(x, 0.0), N_BINS - 2.0))
    return values[at] + (x - at) * (values[at + 1] - values[at])


def shares_above(threshold: float, sigma: float) -> np.ndarray:
    """Share of papers whose ln z exceeds a threshold, at the centres of bins [N_BINS]."""
    return ndtr((BIN_START + (np.arange(N_BINS) + 0.5) * BIN_WIDTH - threshold) / sigma)


@dataclass(frozen=True)
class Spectrum:
    """Papers of a field by mu: centres of the used bins, papers in each, and the standard deviation of luck."""

    at: np.ndarray
    centre: np.ndarray
    weight: np.ndarray
    sigma: float

    @classmethod
    def of(cls, counts: np.ndarray, sigma: float) -> Spectrum:
        """Spectrum of papers counted by place and bin [P, N_BINS, 3]: fractional counts add up to 1 a paper."""
        weight = counts[:, :, FRACTIONAL].sum(axis=0)
        at = np.flatnonzero(weight)
        # values of a bin spread by width / sqrt(12) around its centre (Sheppard's correction)
        spread = math.sqrt(sigma * sigma + BIN_WIDTH**2 / 12.0)
        return cls(at, BIN_START + (at + 0.5) * BIN_WIDTH, weight[at], spread)

    def exceeds(self, threshold: float, shift: float = 0.0) -> np.ndarray:
        """Share of the papers of each used bin whose ln z, raised by `shift`, exceeds a threshold."""
        return ndtr((self.centre + shift - threshold) / self.sigma)

    def threshold(self, share: float) -> float:
        """Level of ln z that a share of the field's papers exceeds; infinite if there are no papers."""
        if len(self.at) == 0:
            return math.inf
        return float(top_share_level(self.centre, self.weight / self.weight.sum(), self.sigma, share))


@njit(cache=True, nogil=True)
def top_share_level(centre, weight, sigma, share):
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


# rows of the `by_place` array that `sum_by_place` makes
BY_PLACE = (
    "papers_whole", "papers_fractional", "papers_international", "papers_basic", "papers_sensitive",
    "papers_international_sensitive", "papers_international_fractional",
    "top1_whole", "top1_fractional", "top10_whole", "top10_fractional",
    "top1_at_baseline_threshold", "impact_sum", "top1_international", "z_fractional", "z10_fractional", "z1_fractional",
    "z3_fractional", "top1_fractional_at_baseline_threshold",
)  # fmt: skip


def sum_by_place(
    spectrum: Spectrum, counts: np.ndarray, plain: np.ndarray, thresholds: tuple[float, float, float, float]
) -> np.ndarray:
    """Counts by place [len(BY_PLACE), P] from counts by bin.

    Parameters
    ----------
    counts : [P, N_BINS, 3], papers by whole, fractional and whole international count; plain : [4, P], papers that
        are basic, sensitive, both international and sensitive, and international ones by fractional count.
    thresholds : levels of ln z of the top 1, 3 and 10 %, and of the baseline's top 1 %.
    """
    z1, z3, z10, baseline = thresholds
    s2 = spectrum.sigma**2
    mean = np.exp(spectrum.centre + 0.5 * s2)
    one, top1, top10 = np.ones(len(mean)), spectrum.exceeds(z1), spectrum.exceeds(z10)
    # citations drawn by the top papers: mean of a log-normal above a threshold
    drawn = [mean * spectrum.exceeds(z, s2) for z in (z10, z1, z3)]
    whole = [one, top1, top10, spectrum.exceeds(baseline), mean]
    values = np.stack([*whole, one, top1, top10, mean, *drawn, one, top1, whole[3]], axis=1)
    kinds = np.array([WHOLE] * 5 + [FRACTIONAL] * 7 + [INTERNATIONAL] * 2 + [FRACTIONAL])
    sums = sum_bins(counts, spectrum.at, values, kinds)
    return np.concatenate([sums[[0, 5, 12]], plain, sums[[1, 6, 2, 7, 3, 4, 13, 8, 9, 10, 11, 14]]])


@njit(cache=True, nogil=True)
def sum_bins(counts, at, values, kinds):
    """``sum_b counts[p, at_b, kinds_q] values[b, q]`` as [Q, P], in a fixed order."""
    out = np.zeros((values.shape[1], counts.shape[0]))
    for p in range(counts.shape[0]):
        for b in range(at.shape[0]):
            if counts[p, at[b], WHOLE] > 0.0:
                for q in range(values.shape[1]):
                    out[q, p] += counts[p, at[b], kinds[q]] * values[b, q]
    return out
