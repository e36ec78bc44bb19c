"""Indices of sensitivity on functions whose indices are known, with and without noise between replicates."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest

from sim.analysis.sensitivity import (
    STEP,
    elementary_effects,
    morris_indices,
    noise_share,
    problem_of,
    ranking,
    saltelli_steps,
    sobol_indices,
    unit_of,
)
from sim.core.laws import Law
from sim.sweep.sampling import Range, Sample

# Ishigami and Homma 1990 with a = 7, b = 0.1: variances by analysis (Saltelli et al. 2008, "Global Sensitivity
# Analysis", section 4.6).
FIRST, TOTAL = np.array([0.3139, 0.4424, 0.0]), np.array([0.5576, 0.4424, 0.2437])


def ishigami(x: np.ndarray) -> np.ndarray:
    return np.asarray(np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))


def design(method: str, n: int, names: str, lo: float, hi: float, log: bool = False) -> tuple[Sample, pd.DataFrame]:
    sample = Sample(
        method, n, 3, tuple(Range(name, (name,), Law("log-uniform" if log else "uniform", lo, hi)) for name in names)
    )
    return sample, pd.DataFrame(sample.matrix(), columns=list(names))


def noisy(values: np.ndarray, sd: float, replicates: int, seed: int = 5) -> np.ndarray:
    """Values [points, replicates] with independent normal noise."""
    return np.asarray(values[:, None] + sd * np.random.default_rng(seed).normal(size=(len(values), replicates)))


def test_sobol_indices_of_ishigami_are_recovered() -> None:
    sample, draws = design("saltelli", 2048, "abc", -np.pi, np.pi)
    values = np.repeat(ishigami(draws.to_numpy())[:, None], 2, axis=1)
    found = sobol_indices(problem_of(asdict(sample)), values)
    np.testing.assert_allclose(found["first"], FIRST, atol=0.02)
    np.testing.assert_allclose(found["total"], TOTAL, atol=0.02)
    assert (found["noise"] == 0).all() and found["resolved"].all()
    for kind, truth in (("first", FIRST), ("total", TOTAL)):
        half = (found[f"{kind}_hi"] - found[f"{kind}_lo"]) / 2
        assert (np.abs(found[kind] - truth) < 2.5 * half).all() and (half < 0.08).all()


def test_noise_of_replicates_is_told_from_effects_of_parameters() -> None:
    sample, draws = design("saltelli", 512, "abcd", -np.pi, np.pi)  # d does nothing
    clean = ishigami(draws.to_numpy())
    sd = 2.0
    values = noisy(clean, sd, 2)
    found = sobol_indices(problem_of(asdict(sample)), values).set_index("parameter")
    floor = sd**2 / 2 / (clean.var() + sd**2 / 2)
    np.testing.assert_allclose(found["noise"], floor, rtol=0.15)
    assert found["resolved"].tolist() == [True, True, True, False]
    assert abs(found.loc["d", "total_clean"]) < 0.03 < found.loc["d", "total"]
    assert noise_share(values) == pytest.approx(floor, rel=0.1)
    values[len(values) // 2 :, 1] = np.nan  # a second replicate of the first half only: for the noise of one replicate
    partly = sobol_indices(problem_of(asdict(sample)), values).set_index("parameter")
    once = sobol_indices(problem_of(asdict(sample)), values[:, :1]).set_index("parameter")
    np.testing.assert_array_equal(partly["total"], once["total"])
    assert once["noise"].isna().all()
    np.testing.assert_allclose(partly["noise"], sd**2 / (clean.var() + sd**2), rtol=0.2)


def test_elementary_effects_are_those_of_salib_and_noise_that_points_share_does_not_count() -> None:
    sample, draws = design("morris", 12, "abcd", 0.01, 10.0, log=True)
    about = asdict(sample)
    unit = unit_of(draws, about)
    np.testing.assert_allclose(unit, sample.unit(), atol=1e-12)
    weights = np.array([3.0, -2.0, 0.5, 0.0])
    clean = unit @ weights + unit[:, 0] * unit[:, 2]
    shared = clean[:, None] + np.array([[0.0, 5.0, -4.0]])  # chance moves all points of a replicate alike
    effects = elementary_effects(unit, shared)
    assert effects.shape == (12, 4, 3) and np.ptp(effects, axis=2).max() < 1e-9
    found = morris_indices(problem_of(about), unit, shared)
    np.testing.assert_allclose(found["mu"], effects.mean(axis=(0, 2)), atol=1e-9)
    np.testing.assert_allclose(found["mu_star"], np.abs(effects.mean(axis=2)).mean(axis=0), atol=1e-9)
    np.testing.assert_allclose(found["mu"][[1, 3]], [-2.0, 0.0], atol=1e-9)
    assert found["noise"].max() < 1e-9 and found["sigma"][[1, 3]].max() < 1e-9 < found["sigma"][[0, 2]].min()


def test_effects_within_noise_are_marked_and_rarely_by_mistake() -> None:
    sample, draws = design("morris", 8, "abcd", 0.0, 1.0)
    about = asdict(sample)
    unit, problem = unit_of(draws, about), problem_of(about)
    clean = unit @ np.array([3.0, 0.0, 0.0, 0.0])
    tables = [morris_indices(problem, unit, noisy(clean, 0.3, 2, seed)) for seed in range(60)]
    assert all(table["resolved"][0] for table in tables)
    wrong = np.mean([table["resolved"][1:] for table in tables])
    assert wrong < 0.05, "a share of 0.01 is expected"
    dead = pd.concat(tables)[lambda t: t["parameter"] != "a"]
    assert dead["mu_star"].mean() == pytest.approx(dead["noise"].mean(), rel=0.1)
    assert ranking(tables[:3])["parameter"][0] == "a" and ranking(tables[:3])["score"][0] == 1.0


def test_few_trajectories_tell_effects_from_noise_that_is_pooled() -> None:
    names = "abcdefghijklmnopqrst"
    sample, draws = design("morris", 2, names, 0.0, 1.0)
    about = asdict(sample)
    unit, problem = unit_of(draws, about), problem_of(about)
    values = noisy(unit @ np.array([5.0] + [0.0] * (len(names) - 1)), 0.3, 2)
    alone, pooled = (morris_indices(problem, unit, values, pooled=pool) for pool in (False, True))
    assert pooled["noise"].nunique() == 1 and alone["noise"].nunique() > 1
    assert pooled["p"][0] < alone["p"][0] and pooled["resolved"][0] and pooled["resolved"][1:].sum() <= 1


def test_a_design_whose_first_points_hardly_move_a_parameter_is_found_out() -> None:
    names = "abcdefghij"
    steps = [
        saltelli_steps(Sample("saltelli", n, 1, tuple(Range(c, (c,), Law("uniform", 0, 1)) for c in names)).unit())
        for n in (32, 64)
    ]
    assert steps[0].min() < 0.3 < STEP < steps[1].min(), "seed 1 of ten parameters: too few points, then enough"
    assert np.abs(steps[1] - 1.0).max() < 0.25


def test_a_value_that_never_changes_has_no_variance_to_share_out() -> None:
    sample, draws = design("saltelli", 4, "ab", 0.0, 1.0)
    found = sobol_indices(problem_of(asdict(sample)), np.full((len(draws), 2), 3.0))
    assert (found[["first", "total", "first_lo", "total_hi"]] == 0).all(axis=None) and not found["resolved"].any()


def test_one_replicate_says_nothing_of_noise() -> None:
    sample, draws = design("morris", 3, "ab", 0.0, 1.0)
    about = asdict(sample)
    unit = unit_of(draws, about)
    found = morris_indices(problem_of(about), unit, unit.sum(axis=1)[:, None])
    assert found["noise"].isna().all() and found["p"].isna().all() and not found["resolved"].any()
    with pytest.raises(ValueError, match="not a design of Morris"):
        elementary_effects(np.random.default_rng(1).random(unit.shape), np.zeros((len(unit), 1)))
