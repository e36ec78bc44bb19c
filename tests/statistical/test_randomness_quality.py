"""Quality of the keyed random numbers against SciPy's reference distributions.

Every p-value must exceed ``ALPHA = 1e-5``. With about 100 p-values the chance that a good generator fails
somewhere is 0.1 %; keys are fixed, so the outcome is the same every time. Broken generators of the kinds that
keyed schemes fall into must fail the same checks (last section).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numba import njit
from scipy import stats

from sim.agents.population import make_uids
from sim.randomness import Stream, base_key, fold, gumbel, mix, normal, person_key, poissons, uniforms, unit

ALPHA = 1e-5
N = 100_000
ZERO = np.uint64(0)

Generator = Callable[[np.ndarray], np.ndarray]


def real_uids(n: int) -> np.ndarray:
    """Uids as the model makes them: 5 origins, 10 years, ordinals one after the other."""
    i = np.arange(n)
    return make_uids(i % 5, 1990 + (i // 5) % 10, 3, i // 50)


@njit
def over_alternatives(key, uid, alts):  # type: ignore[no-untyped-def]
    """Uniform numbers of one person for many alternatives."""
    pkey = person_key(key, uid)
    out = np.empty(alts.shape[0])
    for i in range(alts.shape[0]):
        out[i] = unit(pkey, alts[i])
    return out


def by_part(part: str, n: int) -> np.ndarray:
    """Uniform numbers along one part of the key, all else fixed."""
    i, uid = np.arange(n, dtype=np.uint64), np.array([77], np.uint64)
    if part == "uid":
        return uniforms(base_key(0, 0, Stream.EXIT, 1990), i + np.uint64(1), ZERO)
    if part == "real uid":
        return uniforms(base_key(0, 0, Stream.EXIT, 1990), real_uids(n), ZERO)
    if part == "high bits of uid":
        return uniforms(base_key(0, 0, Stream.EXIT, 1990), i << np.uint64(40), ZERO)
    if part == "alternative":
        return over_alternatives(base_key(0, 0, Stream.DESTINATION, 1990), np.uint64(77), i)
    keys: dict[str, Callable[[int], np.uint64]] = {
        "year": lambda k: base_key(0, 0, Stream.EXIT, k),
        "seed": lambda k: base_key(k, 0, Stream.EXIT, 1990),
        "replicate": lambda k: base_key(0, k, Stream.EXIT, 1990),
    }
    return np.array([uniforms(keys[part](k), uid, ZERO)[0] for k in range(n)])


PARTS = {"uid": N, "real uid": N, "high bits of uid": N, "alternative": N, "year": 5_000, "seed": 5_000,
         "replicate": 5_000}  # fmt: skip


# --- what is checked of a sequence --------------------------------------------------------------------------
def p_uniform(u: np.ndarray) -> float:
    """Kolmogorov-Smirnov test of uniformity."""
    return float(stats.kstest(u, "uniform").pvalue)


def p_pairs(u: np.ndarray, lag: int = 1, cells: int = 16) -> float:
    """Chi-square test that (u_i, u_i+lag) fill the unit square evenly (non-overlapping pairs)."""
    usable = len(u) // (2 * lag) * 2 * lag
    blocks = u[:usable].reshape(-1, 2, lag)
    a, b = blocks[:, 0].ravel(), blocks[:, 1].ravel()
    table = np.bincount((a * cells).astype(int) * cells + (b * cells).astype(int), minlength=cells**2)
    return float(stats.chisquare(table).pvalue)


def p_correlation(u: np.ndarray, lag: int = 1) -> float:
    """Two-sided test that the serial correlation is nought."""
    r = np.corrcoef(u[:-lag], u[lag:])[0, 1]
    return float(2.0 * stats.norm.sf(abs(r) * np.sqrt(len(u) - lag)))


def p_bits(u: np.ndarray, bits: int = 52) -> float:
    """Smallest p-value, times the number of bits, that a bit of the numbers is set half the time."""
    words = (u * 2.0**53).astype(np.uint64) >> np.uint64(1)
    ones = [int(np.count_nonzero(words >> np.uint64(b) & np.uint64(1))) for b in range(bits)]
    z = np.abs(np.array(ones) - len(u) / 2) / np.sqrt(len(u) / 4)
    return float(min(1.0, bits * 2.0 * stats.norm.sf(z.max())))


CHECKS: dict[str, Callable[[np.ndarray], float]] = {
    "uniform": p_uniform,
    "pairs": p_pairs,
    "pairs lag 5": lambda u: p_pairs(u, 5),
    "correlation": p_correlation,
    "correlation lag 5": lambda u: p_correlation(u, 5),
    "bits": p_bits,
}


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("part", PARTS)
def test_numbers_along_every_part_of_the_key(part: str, check: str) -> None:
    assert CHECKS[check](by_part(part, PARTS[part])) > ALPHA


@pytest.mark.parametrize(
    "other",
    [(0, 0, Stream.EXIT, 1991), (0, 0, Stream.PERMANENT, 1990), (1, 0, Stream.EXIT, 1990), (0, 1, Stream.EXIT, 1990)],
    ids=["next year", "next stream", "next seed", "next replicate"],
)
def test_the_same_people_draw_independently_under_another_key(other: tuple[int, int, Stream, int]) -> None:
    u = uniforms(base_key(0, 0, Stream.EXIT, 1990), real_uids(N), ZERO)
    v = uniforms(base_key(*other), real_uids(N), ZERO)
    both = np.stack([u, v], axis=1).ravel()  # pairs are (u_i, v_i)
    assert p_pairs(both) > ALPHA
    assert 2.0 * stats.norm.sf(abs(np.corrcoef(u, v)[0, 1]) * np.sqrt(N)) > ALPHA


def test_three_alternatives_of_a_person_fill_the_cube() -> None:
    key, cells = base_key(0, 0, Stream.DESTINATION, 1990), 8
    digits = sum((uniforms(key, real_uids(N), np.uint64(alt)) * cells).astype(int) * cells**alt for alt in range(3))
    assert stats.chisquare(np.bincount(digits, minlength=cells**3)).pvalue > ALPHA


def test_flipping_one_bit_of_a_uid_flips_half_the_bits_of_its_hash() -> None:
    """Avalanche over all 64 x 64 pairs of bits, Bonferroni over them."""
    n = 4_000
    uids, key = real_uids(n), np.uint64(base_key(0, 0, Stream.EXIT, 1990))
    base = _folds(key, uids)
    worst = 0.0
    for bit in range(64):
        changed = base ^ _folds(key, uids ^ np.uint64(1 << bit))
        flips = np.array([np.count_nonzero(changed >> np.uint64(b) & np.uint64(1)) for b in range(64)])
        worst = max(worst, float((np.abs(flips - n / 2) / np.sqrt(n / 4)).max()))
    assert 64 * 64 * 2.0 * stats.norm.sf(worst) > ALPHA


@njit
def _folds(key, uids):  # type: ignore[no-untyped-def]
    out = np.empty(uids.shape[0], np.uint64)
    for i in range(uids.shape[0]):
        out[i] = fold(key, uids[i])
    return out


# --- derived distributions ----------------------------------------------------------------------------------
@njit
def _gumbels(key, uids, alt):  # type: ignore[no-untyped-def]
    out = np.empty(uids.shape[0])
    for i in range(uids.shape[0]):
        out[i] = gumbel(person_key(key, uids[i]), alt)
    return out


@njit
def _normals(key, uids, alt):  # type: ignore[no-untyped-def]
    out = np.empty(uids.shape[0])
    for i in range(uids.shape[0]):
        out[i] = normal(key, uids[i], alt)
    return out


@pytest.mark.parametrize("alt", [0, 1, 63])
def test_gumbel(alt: int) -> None:
    g = _gumbels(base_key(0, 0, Stream.DESTINATION, 1990), real_uids(N), np.uint64(alt))
    assert stats.kstest(g, "gumbel_r").pvalue > ALPHA


def test_gumbel_errors_choose_by_weight() -> None:
    """The largest of ln w + Gumbel falls on each alternative in proportion to w."""
    weight, key = np.array([1.0, 2.0, 5.0, 0.5]), base_key(0, 0, Stream.DESTINATION, 1991)
    value = np.stack([np.log(w) + _gumbels(key, real_uids(N), np.uint64(d)) for d, w in enumerate(weight)])
    chosen = np.bincount(value.argmax(axis=0), minlength=4)
    assert stats.chisquare(chosen, N * weight / weight.sum()).pvalue > ALPHA


@pytest.mark.parametrize("alt", [0, 1, 2])
def test_normal(alt: int) -> None:
    z = _normals(base_key(0, 0, Stream.TALENT, 0), real_uids(N), np.uint64(alt))
    assert stats.kstest(z, "norm").pvalue > ALPHA


def test_normals_of_two_alternatives_are_independent() -> None:
    key = base_key(0, 0, Stream.QUALITY, 1990)
    r = np.corrcoef(*(_normals(key, real_uids(N), np.uint64(a)) for a in (0, 1)))[0, 1]
    assert 2.0 * stats.norm.sf(abs(r) * np.sqrt(N)) > ALPHA


@pytest.mark.parametrize("mean", [0.05, 1.0, 7.5, 40.0, 200.0])
def test_poisson(mean: float) -> None:
    n = 20_000  # above a mean of 60 the quantile is an approximation, good enough to pass at this size
    counts = poissons(base_key(0, 0, Stream.CASES, 2019), real_uids(n), np.full(n, mean))
    edges = np.unique(stats.poisson.ppf(np.linspace(0.01, 0.99, 40), mean)).astype(int)
    observed = np.bincount(np.searchsorted(edges, counts), minlength=len(edges) + 1)
    below = stats.poisson.cdf(edges, mean)
    expected = n * np.diff(np.concatenate([[0.0], below, [1.0]]))
    assert stats.chisquare(observed, expected).pvalue > ALPHA


# --- generators that must be caught -------------------------------------------------------------------------
def added_key(i: np.ndarray) -> np.ndarray:
    """Key and uid added, not mixed: the person next door has the same number under the key next door."""
    return mixed(np.uint64(12345) + i)


def mixed(words: np.ndarray) -> np.ndarray:
    return (_mix_all(words) >> np.uint64(11)).astype(np.float64) / 2.0**53


@njit
def _mix_all(words):  # type: ignore[no-untyped-def]
    out = np.empty(words.shape[0], np.uint64)
    for i in range(words.shape[0]):
        out[i] = mix(words[i])
    return out


def weyl(i: np.ndarray) -> np.ndarray:
    """Multiples of the golden ratio: perfectly even, and utterly predictable."""
    return ((i * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(11)).astype(np.float64) / 2.0**53


def congruential(i: np.ndarray) -> np.ndarray:
    """One step of a linear congruential generator on the uid."""
    return ((i * np.uint64(6364136223846793005) + np.uint64(1)) >> np.uint64(11)).astype(np.float64) / 2.0**53


def half_mixed(i: np.ndarray) -> np.ndarray:
    """One round of xor and multiplication on the uid's high bits, where the model keeps origin and year."""
    words = i << np.uint64(40)
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    return (words >> np.uint64(11)).astype(np.float64) / 2.0**53


def few_bits(i: np.ndarray) -> np.ndarray:
    """Good numbers of 20 bits only."""
    return np.floor(mixed(i) * 2.0**20) / 2.0**20


@pytest.mark.parametrize("broken", [weyl, congruential, half_mixed, few_bits])
def test_a_broken_generator_is_caught(broken: Generator) -> None:
    u = broken(np.arange(1, N + 1, dtype=np.uint64))
    assert min(check(u) for check in CHECKS.values()) < ALPHA


def shared(one: np.ndarray, two: np.ndarray) -> int:
    """How many numbers two families have in common (good families: none, 53 bits)."""
    return len(np.intersect1d(one, two))


def test_an_added_key_is_caught_and_the_models_is_not() -> None:
    """Two keys one apart shift an additive family by one person: nearly every number comes back."""
    i = np.arange(1, 10_001, dtype=np.uint64)
    assert shared(added_key(i), added_key(i + np.uint64(1))) > 9_000
    for year in (1991, 1992, 2000):
        one, two = (uniforms(base_key(0, 0, Stream.EXIT, y), i, ZERO) for y in (1990, year))
        assert shared(one, two) == 0


def test_no_two_worlds_share_numbers() -> None:
    """An additive seed would make replicate 1 of seed 0 the same world as replicate 0 of seed 1."""
    i = np.arange(1, 2_001, dtype=np.uint64)
    worlds = [(seed, replicate) for seed in range(5) for replicate in range(5)]
    drawn = np.concatenate([uniforms(base_key(s, r, Stream.EXIT, 1990), i, ZERO) for s, r in worlds])
    assert len(np.unique(drawn)) == len(drawn)
    added = np.concatenate([mixed(np.uint64(s + r) * np.uint64(1 << 32) + i) for s, r in worlds])
    assert len(np.unique(added)) < len(added) / 2, "the check sees additive seeds"
