"""Checks of random words (uint64) against SciPy's reference distributions; each returns one p-value.

Every check is written for words of any generator, so that tests can also hand it broken ones. A family of m bits or
pairs of bits gives its smallest p-value times m (Bonferroni). Chi-square and Kolmogorov-Smirnov tests are two-sided
in the sense that a fit too good to be true fails as well.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import stats

Check = Callable[[np.ndarray], float]
ONE = np.uint64(1)


def to_units(words: np.ndarray) -> np.ndarray:
    """Numbers in (0, 1) from the upper 53 bits, as `sim.core.randomness.to_unit`."""
    return ((words >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def signs(words: np.ndarray) -> np.ndarray:
    """Bits as -1 and +1; [words, 64]."""
    octets = np.ascontiguousarray(words.astype("<u8")).view(np.uint8).reshape(-1, 8)
    return np.unpackbits(octets, axis=1, bitorder="little").astype(np.float32) * 2.0 - 1.0


def two_sided(p: float) -> float:
    """p-value of either tail of a test that usually looks at one."""
    return float(min(1.0, 2.0 * min(p, 1.0 - p)))


def worst_normal(z: np.ndarray) -> float:
    """Bonferroni p-value of the largest of many standard normal numbers."""
    return float(min(1.0, z.size * 2.0 * stats.norm.sf(np.abs(z).max())))


def poisson_p(count: int, mean: float) -> float:
    """Two-sided p-value of a Poisson count."""
    return float(min(1.0, 2.0 * min(stats.poisson.cdf(count, mean), stats.poisson.sf(count - 1, mean))))


# --- distribution and bits ----------------------------------------------------------------------------------
def uniform(words: np.ndarray) -> float:
    """Kolmogorov-Smirnov test of uniformity."""
    return two_sided(float(stats.kstest(to_units(words), "uniform").pvalue))


def bits(words: np.ndarray) -> float:
    """Each of the 64 bits is set half the time."""
    return worst_normal(signs(words).sum(axis=0, dtype=np.float64) / np.sqrt(len(words)))


def bit_pairs(words: np.ndarray) -> float:
    """Each of the 2016 pairs of bits of a word is equal half the time."""
    s = signs(words)
    return worst_normal((s.T @ s)[np.triu_indices(64, 1)] / np.sqrt(len(words)))


def bits_of_neighbours(words: np.ndarray) -> float:
    """Each of the 4096 pairs of a bit and a bit of the next word is equal half the time (non-overlapping words)."""
    s = signs(words[: len(words) // 2 * 2])
    return worst_normal(s[::2].T @ s[1::2] / np.sqrt(len(s) / 2))


# --- order --------------------------------------------------------------------------------------------------
def pairs(lag: int, cells: int = 16) -> Check:
    """Chi-square test that (u_i, u_i+lag) fill the unit square evenly (non-overlapping pairs)."""

    def check(words: np.ndarray) -> float:
        u = to_units(words)[: len(words) // (2 * lag) * 2 * lag].reshape(-1, 2, lag)
        table = (u[:, 0] * cells).astype(int) * cells + (u[:, 1] * cells).astype(int)
        return two_sided(float(stats.chisquare(np.bincount(table.ravel(), minlength=cells**2)).pvalue))

    return check


def correlation(lag: int) -> Check:
    """Serial correlation is nought (Pearson)."""

    def check(words: np.ndarray) -> float:
        u = to_units(words)
        return float(stats.pearsonr(u[:-lag], u[lag:]).pvalue)

    return check


def triples(words: np.ndarray, cells: int = 8) -> float:
    """Chi-square test that successive triples fill the unit cube evenly."""
    digits = (to_units(words)[: len(words) // 3 * 3].reshape(-1, 3) * cells).astype(int)
    table = np.bincount(digits @ cells ** np.arange(3), minlength=cells**3)
    return two_sided(float(stats.chisquare(table).pvalue))


def gaps(words: np.ndarray, share: float = 1 / 8) -> float:
    """Waiting times between numbers below `share` are geometric."""
    waits = np.diff(np.flatnonzero(to_units(words) < share))
    longest = int(stats.geom.isf(20 / max(len(waits), 21), share))
    observed = np.bincount(np.minimum(waits, longest + 1), minlength=longest + 2)[1:]
    expected = np.append(stats.geom.pmf(np.arange(1, longest + 1), share), stats.geom.sf(longest, share))
    return two_sided(float(stats.chisquare(observed, expected * len(waits)).pvalue))


def runs(words: np.ndarray) -> float:
    """Number of runs up and down (mean (2n - 1) / 3, variance (16n - 29) / 90)."""
    n, rising = len(words), np.diff(to_units(words)) > 0
    z = (1 + np.count_nonzero(rising[1:] != rising[:-1]) - (2 * n - 1) / 3) / np.sqrt((16 * n - 29) / 90)
    return float(2.0 * stats.norm.sf(abs(z)))


# --- coincidences -------------------------------------------------------------------------------------------
def collisions(low: bool) -> Check:
    """Words thrown into 2**24 urns by their upper or lower bits: the number that meet another is Poisson."""

    def check(words: np.ndarray) -> float:
        n, urns = len(words), 2.0**24
        urn = words & np.uint64(2**24 - 1) if low else words >> np.uint64(40)
        mean = n - urns * -np.expm1(n * np.log1p(-1.0 / urns))
        return poisson_p(n - len(np.unique(urn)), mean)

    return check


def birthdays(low: bool, people: int = 512) -> Check:
    """Equal spacings among 512 birthdays in a year of 2**24 days, summed over groups (Marsaglia), are Poisson."""

    def check(words: np.ndarray) -> float:
        day = (words & np.uint64(2**24 - 1) if low else words >> np.uint64(40)).astype(np.int64)
        groups = np.sort(day[: len(day) // people * people].reshape(-1, people), axis=1)
        spacing = np.sort(np.diff(groups, axis=1), axis=1)
        equal = int(np.count_nonzero(np.diff(spacing, axis=1) == 0))
        return poisson_p(equal, len(groups) * people**3 / (4.0 * 2.0**24))

    return check


def repeats(words: np.ndarray) -> float:
    """No 64-bit word comes twice (probability of one chance repeat: n**2 / 2**65)."""
    n = len(words)
    return 1.0 if len(np.unique(words)) == n else n * n / 2.0**65


CHECKS: dict[str, Check] = {
    "uniform": uniform,
    "bits": bits,
    "pairs of bits": bit_pairs,
    "bits of neighbours": bits_of_neighbours,
    "pairs": pairs(1),
    "pairs, lag 5": pairs(5),
    "pairs, lag 52": pairs(52),
    "correlation": correlation(1),
    "correlation, lag 5": correlation(5),
    "correlation, lag 52": correlation(52),
    "triples": triples,
    "gaps": gaps,
    "runs": runs,
    "collisions, upper bits": collisions(low=False),
    "collisions, lower bits": collisions(low=True),
    "birthdays, upper bits": birthdays(low=False),
    "birthdays, lower bits": birthdays(low=True),
    "repeats": repeats,
}


# --- avalanche ----------------------------------------------------------------------------------------------
def avalanche(one: np.ndarray, two: np.ndarray) -> float:
    """Two hashes of inputs that differ in one place differ in half their bits: every bit, and their number.

    Parameters
    ----------
    one, two : [flips, n] words before and after each of the flips of an input bit.
    """
    changed = one ^ two
    z = np.stack([-signs(row).sum(axis=0, dtype=np.float64) for row in changed]) / np.sqrt(changed.shape[1])
    number = ((signs(changed.ravel()).sum(axis=1) + 64) / 2).astype(int)
    edges = np.arange(22, 43)  # cells of at least a few expected counts at both ends
    observed = np.bincount(np.searchsorted(edges, number), minlength=len(edges) + 1)
    share = np.diff(np.concatenate([[0.0], stats.binom.cdf(edges, 64, 0.5), [1.0]]))
    p = two_sided(float(stats.chisquare(observed, share * len(number)).pvalue))
    return min(1.0, 2.0 * min(worst_normal(z), p))
