"""Quality of the keyed random numbers against SciPy's reference distributions.

`randomness_families` makes words as the model consumes them, `randomness_checks` judges them. Error rates: a perfect
generator fails one of the family x check p-values with probability 0.1 % at most (each must exceed 0.001 / their
number, Bonferroni), one of the avalanche tests with 0.1 %, one of the tests of derived distributions with 0.1 %. Keys
are fixed, so the outcome is the same every time. Broken generators, among them the model's own mixing with one
multiplication left out, must fail the same battery; NumPy's must pass it with evenly spread p-values. Longer runs of
external batteries: docs/randomness.md.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numba import njit
from scipy import stats

from sim.core.randomness import Stream, base_key, gumbel, normal, person_key, poissons, uniforms, unit
from tests.statistical.randomness_checks import CHECKS, avalanche, poisson_p, to_units
from tests.statistical.randomness_families import BROKEN, FAMILIES, MODEL, Generator, real_uids

N = 100_000
FAMILY_WISE = 1e-3
ALPHA = FAMILY_WISE / (len(FAMILIES) * len(CHECKS))
ZERO = np.uint64(0)


# --- the families as the model consumes them ----------------------------------------------------------------
@pytest.mark.parametrize("family", FAMILIES)
def test_words_of_a_family_pass_every_check(family: str) -> None:
    words = FAMILIES[family](MODEL, N)
    p = {name: check(words) for name, check in CHECKS.items()}
    assert min(p.values()) > ALPHA, {name: value for name, value in p.items() if value <= ALPHA}


def test_the_families_use_the_models_own_numbers() -> None:
    """The generator that is judged is the one that the model draws from, down to the last bit."""
    key, uids = base_key(0, 0, Stream.DESTINATION, 1990), real_uids(100)
    ours = to_units(FAMILIES["alternatives"](MODEL, 5_200)).reshape(-1, 52)
    np.testing.assert_array_equal(ours[:, 51], uniforms(key, uids, np.uint64(51)))
    assert MODEL.chain(3, 5, 7, 2019)[0] == base_key(3, 5, Stream.INSTITUTION, 2019)
    assert ours[3, 0] == unit(np.uint64(person_key(key, uids[3])), ZERO)


# --- the battery can fail, and does not without cause --------------------------------------------------------
@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_generator_is_rejected(broken: str) -> None:
    """At a fifth of the sample, and as surely as a p-value of a millionth of the limit says."""
    rejected = (
        (family, name)
        for family, make in FAMILIES.items()
        for words in [make(BROKEN[broken], N // 5)]
        for name, check in CHECKS.items()
        if check(words) < 1e-6 * ALPHA
    )
    assert next(rejected, None) is not None


@pytest.mark.parametrize("name", [n for n in CHECKS if n != "repeats"])
@pytest.mark.filterwarnings("ignore:.*ties.*")
def test_a_check_has_the_error_rate_that_it_states(name: str) -> None:
    """On NumPy's generator p-values below 0.1 come in a tenth of the cases (conservative checks: at most that)."""
    rng, n, tries = np.random.default_rng(20_240), 8_000, 150
    p = np.array([CHECKS[name](rng.integers(0, 2**64, n, np.uint64)) for _ in range(tries)])
    limit = FAMILY_WISE / len(CHECKS)
    assert stats.binomtest(int((p < 0.1).sum()), tries, 0.1, alternative="greater").pvalue > limit
    assert np.median(p) < 0.9, "a check that says 1 to everything sees nothing"


# --- avalanche: one bit of any part changes half of the word -------------------------------------------------
def flips(g: Generator, part: str, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Words before and after a flip of each bit of one part; [bits, n]."""
    i = np.arange(n)
    key, uid = np.array([base_key(0, r, Stream.EXIT, 1990) for r in range(n)], np.uint64), real_uids(n)
    if part in ("uid", "key"):
        one, masks = (
            np.broadcast_to(g.finish(g.fold(key, uid)), (64, n)),
            np.uint64(1) << np.arange(64, dtype=np.uint64),
        )
        flip_key, flip_uid = (masks, 0 * masks) if part == "key" else (0 * masks, masks)
        return one, np.stack([g.finish(g.fold(key ^ k, uid ^ u)) for k, u in zip(flip_key, flip_uid)])
    at, bits = {"seed": (0, 10), "replicate": (1, 10), "stream": (2, 5), "year": (3, 11), "alternative": (5, 6)}[part]
    parts = [0 * i, i // 50, 0 * i + Stream.DESTINATION, 1980 + i % 50, uid, i * 7 % 52]
    changed = [[*parts[:at], parts[at] ^ (1 << b), *parts[at + 1 :]] for b in range(bits)]
    return np.broadcast_to(g.chain(*parts), (bits, n)), np.stack([g.chain(*c) for c in changed])


PARTS = ("seed", "replicate", "stream", "year", "uid", "alternative", "key")


@pytest.mark.parametrize("part", PARTS)
def test_flipping_a_bit_of_a_part_flips_each_bit_of_the_word_half_the_time(part: str) -> None:
    assert avalanche(*flips(MODEL, part, 4_000)) > FAMILY_WISE / len(PARTS)


@pytest.mark.parametrize("part", ["uid", "key"])
@pytest.mark.parametrize("broken", ["one multiplication left out", "congruential"])
def test_a_mix_without_a_multiplication_has_no_avalanche(broken: str, part: str) -> None:
    assert avalanche(*flips(BROKEN[broken], part, 400)) < 1e-9


# --- keys ---------------------------------------------------------------------------------------------------
def test_no_two_worlds_share_numbers() -> None:
    """An additive seed would make replicate 1 of seed 0 the same world as replicate 0 of seed 1."""
    i = np.arange(50_000)
    parts = (i // 10_000, i // 2_000 % 5, Stream.EXIT, 1990, 1 + i % 2_000)
    assert len(np.unique(MODEL.chain(*parts))) == len(i)
    added = BROKEN["keys added, mixed at the end"].chain(*parts)
    assert len(np.unique(added)) < len(added) / 2, "the check sees additive seeds"


def test_people_born_in_different_worlds_have_unrelated_numbers() -> None:
    """Rank correlation of the same 1000 people between all pairs of 20 replicates, Bonferroni over the pairs."""
    u = np.stack([uniforms(base_key(0, r, Stream.TALENT, 0), real_uids(1_000), ZERO) for r in range(20)])
    rho = stats.spearmanr(u, axis=1).statistic[np.triu_indices(20, 1)]
    assert rho.size * 2.0 * stats.norm.sf(np.abs(rho).max() * np.sqrt(999)) > FAMILY_WISE


# --- derived distributions ----------------------------------------------------------------------------------
M = 100_000
DERIVED = FAMILY_WISE / 20  # there are fewer than 20 p-values below


def _over(draw: Callable[..., float]) -> Callable[..., np.ndarray]:
    """Draws of many people, compiled."""

    @njit
    def many(key, uids, alt):  # type: ignore[no-untyped-def]
        out = np.empty(uids.shape[0])
        for i in range(uids.shape[0]):
            out[i] = draw(key, uids[i], alt)
        return out

    return many


@njit
def _gumbel(key, uid, alt):  # type: ignore[no-untyped-def]
    return gumbel(person_key(key, uid), alt)


@njit
def _normals_of_years(keys, uid):  # type: ignore[no-untyped-def]
    out = np.empty(keys.shape[0])
    for i in range(keys.shape[0]):
        out[i] = normal(keys[i], uid, ZERO)
    return out


gumbels, normals = _over(_gumbel), _over(normal)


@pytest.mark.parametrize("alt", [0, 1, 51])
def test_gumbel(alt: int) -> None:
    g = gumbels(base_key(0, 0, Stream.DESTINATION, 1990), real_uids(M), np.uint64(alt))
    assert stats.kstest(g, "gumbel_r").pvalue > DERIVED


def test_gumbel_errors_choose_by_weight() -> None:
    """The largest of ln w + Gumbel falls on each alternative in proportion to w."""
    weight, key = np.array([1.0, 2.0, 5.0, 0.5]), base_key(0, 0, Stream.DESTINATION, 1991)
    value = np.stack([np.log(w) + gumbels(key, real_uids(M), np.uint64(d)) for d, w in enumerate(weight)])
    chosen = np.bincount(value.argmax(axis=0), minlength=4)
    assert stats.chisquare(chosen, M * weight / weight.sum()).pvalue > DERIVED


@pytest.mark.parametrize("alt", [0, 1, 2])
def test_normal(alt: int) -> None:
    z = normals(base_key(0, 0, Stream.TALENT, 0), real_uids(M), np.uint64(alt))
    assert stats.kstest(z, "norm").pvalue > DERIVED
    assert stats.kstest(z[np.abs(z) > 2.5], lambda x: tails(x, 2.5)).pvalue > DERIVED


def tails(x: np.ndarray, beyond: float) -> np.ndarray:
    """Distribution function of standard normal numbers that are larger than `beyond` in absolute value."""
    below, mass = stats.norm.cdf(np.minimum(x, -beyond)), 2.0 * stats.norm.sf(beyond)
    return (below + np.maximum(stats.norm.cdf(x) - stats.norm.cdf(beyond), 0.0)) / mass


def test_normals_of_one_person_over_years_and_of_two_alternatives_are_independent() -> None:
    keys = np.array([base_key(0, 0, Stream.QUALITY, y) for y in range(5_000)], np.uint64)
    z = _normals_of_years(keys, real_uids(1)[0])
    assert stats.kstest(z, "norm").pvalue > DERIVED
    assert stats.pearsonr(z[:-1], z[1:]).pvalue > DERIVED
    one, two = (normals(keys[0], real_uids(M), np.uint64(a)) for a in (0, 1))
    assert stats.pearsonr(one, two).pvalue > DERIVED
    assert stats.pearsonr(one**2, two**2).pvalue > DERIVED


@pytest.mark.parametrize("mean", [0.05, 1.0, 7.5, 40.0, 200.0])
def test_poisson(mean: float) -> None:
    n = 20_000  # above a mean of 60 the quantile is an approximation, good enough to pass at this size
    counts = poissons(base_key(0, 0, Stream.CASES, 2019), real_uids(n), np.full(n, mean))
    edges = np.unique(stats.poisson.ppf(np.linspace(0.01, 0.99, 40), mean)).astype(int)
    observed = np.bincount(np.searchsorted(edges, counts), minlength=len(edges) + 1)
    expected = n * np.diff(np.concatenate([[0.0], stats.poisson.cdf(edges, mean), [1.0]]))
    assert stats.chisquare(observed, expected).pvalue > DERIVED
    assert poisson_p(int(counts.sum()), n * mean) > DERIVED, "the sum of Poisson counts is Poisson"
