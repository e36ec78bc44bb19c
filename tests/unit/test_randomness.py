"""Keyed random numbers: what a draw depends on, rounding, Poisson quantiles. Quality: tests/statistical."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.core.randomness import (
    EXACT_BELOW,
    Stream,
    base_key,
    exp_minus,
    fold,
    keyed_round,
    mix,
    normal,
    person_key,
    poisson_each,
    poisson_from,
    poissons,
    uniform,
    uniforms,
    unit,
)

ZERO = np.uint64(0)
UIDS = np.arange(1, 1001, dtype=np.uint64)


def test_streams_have_their_own_numbers() -> None:
    assert len({int(s) for s in Stream}) == len(Stream.__members__)


def test_a_number_does_not_depend_on_what_else_is_drawn() -> None:
    key = base_key(1, 2, Stream.EXIT, 1990)
    alone = [uniform(key, uid, ZERO) for uid in UIDS[:50]]
    np.testing.assert_array_equal(uniforms(key, UIDS[::-1].copy(), ZERO)[::-1][:50], alone)


def test_person_key_and_unit_are_uniform_in_two_steps() -> None:
    key = base_key(0, 0, Stream.MOVE, 2001)
    for uid in UIDS[:20]:
        for alt in (ZERO, np.uint64(7), np.uint64(2**40)):
            assert unit(np.uint64(person_key(key, uid)), alt) == uniform(key, uid, alt)


@pytest.mark.parametrize("other", [(1, 0, Stream.EXIT, 1990), (0, 1, Stream.EXIT, 1990), (0, 0, Stream.MOVE, 1990),
                                   (0, 0, Stream.EXIT, 1991)])  # fmt: skip
def test_every_part_of_the_key_matters(other: tuple[int, int, Stream, int]) -> None:
    one, two = base_key(0, 0, Stream.EXIT, 1990), base_key(*other)
    assert one != two
    assert not np.intersect1d(uniforms(one, UIDS, ZERO), uniforms(two, UIDS, ZERO)).size


def test_keys_of_many_worlds_are_all_different() -> None:
    keys = {
        int(base_key(seed, replicate, stream, year))
        for seed in range(8)
        for replicate in range(8)
        for stream in (Stream.TALENT, Stream.EXIT, Stream.MOVE, Stream.POOL)
        for year in range(1980, 2036)
    }
    assert len(keys) == 8 * 8 * 4 * 56  # 14,336 of 2**64: a chance collision has probability 6e-12


def test_mix_is_the_finaliser_of_splitmix64() -> None:
    # reference values of SplitMix64 with seed 0: the state's first three steps of the golden ratio, finalised
    golden = 0x9E3779B97F4A7C15
    expected = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    assert [int(mix(np.uint64(k * golden % 2**64))) for k in (1, 2, 3)] == expected


def test_numbers_are_frozen() -> None:
    """A change of the generator changes every run ever made, so it must not happen unseen."""
    assert int(base_key(0, 0, Stream.TALENT, 0)) == 2146389429907809317
    assert int(fold(np.uint64(1), np.uint64(2))) == 16099129435832647910
    assert uniform(base_key(0, 0, Stream.TALENT, 0), np.uint64(1), ZERO) == 0.2651775934040203


def test_uniforms_never_reach_zero_or_one() -> None:
    u = uniforms(base_key(0, 0, Stream.EXIT, 0), np.arange(200_000, dtype=np.uint64), ZERO)
    assert u.min() > 0.0 and u.max() < 1.0


# --- rounding -----------------------------------------------------------------------------------------------
def test_keyed_round_rounds_to_a_neighbour_and_leaves_whole_numbers() -> None:
    key = base_key(0, 0, Stream.COHORT, 0)
    values = np.linspace(0.0, 20.0, 4001)
    rounded = keyed_round(key, values)
    assert (np.abs(rounded - values) < 1.0).all()
    np.testing.assert_array_equal(keyed_round(key, np.arange(500.0)), np.arange(500))


def test_keyed_round_never_falls_when_the_value_rises() -> None:
    key = base_key(3, 1, Stream.COHORT, 0)
    values = np.linspace(0.0, 3.0, 200)
    steps = np.stack([keyed_round(key, values + x) for x in np.linspace(0.0, 2.0, 41)])
    assert (np.diff(steps, axis=0) >= 0).all()


def test_keyed_round_has_the_right_mean() -> None:
    n, share = 40_000, 0.3
    up = int(keyed_round(base_key(0, 0, Stream.COHORT, 0), np.full(n, 5.0 + share)).sum()) - 5 * n
    assert stats.binomtest(up, n, share).pvalue > 1e-4


def test_keyed_round_keeps_the_shape() -> None:
    assert keyed_round(base_key(0, 0, Stream.COHORT, 0), np.ones((2, 3))).shape == (2, 3)


# --- Poisson quantiles --------------------------------------------------------------------------------------
@pytest.mark.parametrize("mean", [0.01, 0.3, 1.0, 4.5, 20.0, 59.9])
def test_poisson_below_sixty_is_the_exact_quantile(mean: float) -> None:
    u = (np.arange(2000) + 0.5) / 2000
    np.testing.assert_array_equal([poisson_from(x, mean) for x in u], stats.poisson.ppf(u, mean))


@pytest.mark.parametrize("mean", [60.0, 150.0, 5000.0])
def test_poisson_above_sixty_is_within_one_of_the_quantile(mean: float) -> None:
    u = (np.arange(5000) + 0.5) / 5000
    off = np.array([poisson_from(x, mean) for x in u]) - stats.poisson.ppf(u, mean)
    assert np.abs(off).max() <= 1
    assert np.abs(off).mean() < 0.02


def test_poisson_rises_with_the_mean_for_a_fixed_number() -> None:
    means = np.concatenate([np.linspace(0.0, 59.0, 60), np.linspace(60.0, 500.0, 50)])
    for u in (0.001, 0.2, 0.5, 0.9, 0.9999):
        counts = [poisson_from(u, m) for m in means]
        assert counts == sorted(counts)


def test_no_people_no_events() -> None:
    assert poisson_from(0.999999, 0.0) == 0
    assert poisson_from(0.999999, -1.0) == 0


def test_many_poisson_numbers_are_those_of_each_mean() -> None:
    rng = np.random.default_rng(3)
    mean = np.concatenate([rng.exponential(1.5, 3000), rng.uniform(0.0, 80.0, 500), [0.0, -1.0, EXACT_BELOW, 1e6]])
    u = rng.random(len(mean))
    u[:6] = 2.0**-54, 1.0 - 2.0**-53, 1e-300, 0.5, 0.9999, 1e-15
    for factor in (0.0, 1.0, 2.7):
        found = np.empty(len(mean), np.uint16)
        poisson_each(u, mean, factor, 150, found)
        np.testing.assert_array_equal(found, [min(poisson_from(x, m * factor), 150) for x, m in zip(u, mean)])


def test_exponential_of_plain_arithmetic() -> None:
    x = np.concatenate([np.linspace(0.0, 60.0, 2001), np.linspace(60.0, 700.0, 500), [1e-300, 2.0**-60, np.log(2.0)]])
    np.testing.assert_allclose([exp_minus(value) for value in x], np.exp(-x), rtol=4.5e-16)
    assert exp_minus(0.0) == 1.0


def test_poissons_are_keyed_by_cell() -> None:
    key, means = base_key(0, 0, Stream.CASES, 2019), np.full(1000, 3.0)
    counts = poissons(key, UIDS, means)
    means[500:] = 10.0
    np.testing.assert_array_equal(poissons(key, UIDS, means)[:500], counts[:500])


def test_normal_is_fixed_by_key_uid_and_alternative() -> None:
    key = base_key(0, 0, Stream.TALENT, 0)
    values = [normal(key, np.uint64(5), np.uint64(a)) for a in range(4)]
    assert len(set(values)) == 4
    assert normal(key, np.uint64(5), np.uint64(2)) == values[2]
