"""What no data fix: every such number has words and a range; laws and the nested design are what they say."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from scipy.stats import halfnorm, kstest, norm

from sim.assumptions import PATHS, assumptions, documented_law, nested_lhs
from sim.assumptions.ranges import LEFT_OUT, WORDS
from sim.config.load import from_mapping, load_config
from sim.config.schema import parameter_table, to_mapping
from sim.core.laws import LAWS, Law
from sim.core.read import Problems
from sim.policy.levers import effect_table
from sim.sweep.design import set_values


def test_all_numbers_that_are_assumed_are_there_but_those_named() -> None:
    keys = {item.key for item in assumptions()}
    assumed = {
        row["key"]
        for row in parameter_table()
        if row["role"] == "assumption" and isinstance(row["default"], (int, float))
    }
    assert assumed >= set(LEFT_OUT) > {PATHS}, "all that is left out exists"
    fitted = {row["key"] for row in parameter_table() if row["role"] == "fitted" and row["draw"]}
    with_fit = {row["key"] for row in parameter_table() if row["key"] in assumed and row["draw"] is None}
    assert keys == assumed - set(LEFT_OUT) - with_fit | fitted
    assert len(with_fit) == 18 and all(key.split(".")[1] != "security" for key in with_fit)
    assert fitted == {"params.entry.hostility", "params.entry.dissimilarity_like"}


def test_words_are_there_for_all_numbers_and_no_others() -> None:
    with WORDS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    words = {row["key"]: row["words"] for row in rows}
    assert len({*words.values()}) == len(rows), "each says something else"
    effects = {row["key"] for row in effect_table() if row["role"] == "assumption"}
    assert {item.key for item in assumptions()} | effects <= set(words)
    assert set(words) <= {row["key"] for row in (*parameter_table(), *effect_table())}
    assert max(map(len, words.values())) <= 40


def test_levers_of_any_scenario_add_their_effects() -> None:
    scripted = ["government.mode=scripted"]
    crackdown = load_config("+scenario=restrictive", *scripted)
    checklist = load_config("+scenario=proportionate", *scripted)

    def effects(*cfgs: object) -> set[str]:
        return {item.key for item in assumptions(cfgs) if item.key.startswith("effects.")}  # type: ignore[arg-type]

    assert not effects() and "effects.disclosure.deception" in effects(crackdown)
    assert effects(crackdown, checklist) == effects(crackdown) | effects(checklist)
    assert effects(crackdown) < effects(load_config("+scenario=restrictive")), "those that react climb ladders"


def test_ranges_hold_the_documented_value_within_the_bounds() -> None:
    bounds = {row["key"]: row["bounds"] for row in (*parameter_table(), *effect_table())}
    for item in assumptions([load_config("+scenario=restrictive")]):
        lo, hi = bounds[item.key]
        for law in (item.law, item.law.between_ends()):
            assert lo <= law.lo < law.hi <= hi, item.key
        if item.law.name not in ("half-normal", "normal"):
            assert item.law.lo <= item.default <= item.law.hi, item.key
        assert documented_law(item.key) == item.law


def test_any_draw_is_a_configuration_that_is_allowed() -> None:
    drawn, raw = assumptions(), to_mapping(load_config())
    for point in (np.zeros, np.ones, lambda n: nested_lhs(1, n)[0]):
        values = {item.key: float(item.law.values(u)) for item, u in zip(drawn, point(len(drawn)))}
        if point is np.zeros:
            values["params.security.share_theft"] = 0.5  # not all four are 0
        problems, changed = Problems(), dict(raw)
        noted: list[str] = []
        set_values(changed, values, noted, "draws: draw")
        from_mapping(changed, problems)
        assert not noted and not problems.found


@pytest.mark.parametrize("name", LAWS)
def test_laws_and_their_inverse(name: str) -> None:
    law = Law(name, 0.001, 1.0, 0.2) if name not in ("half-normal", "normal") else Law(name, -9.0, 9.0, 0.2)
    if name == "weight":
        law = Law(name, 0.0, 1.0)
    unit = np.linspace(0.001, 0.999, 999)
    values = law.values(unit)
    assert (np.diff(values) > 0).all()
    np.testing.assert_allclose(law.unit(values), unit, atol=1e-9)
    known = {"half-normal": halfnorm(scale=0.2), "normal": norm(scale=0.2)}
    if name in known:
        np.testing.assert_allclose(values, known[name].ppf(unit), rtol=1e-12, atol=1e-15)
        assert law.between_ends().hi == pytest.approx(known[name].ppf(0.95))
    assert law.between_ends().between_ends() == law.between_ends()


@pytest.mark.parametrize("n", [5, 10, 20, 40, 80, 160])
def test_first_points_are_a_latin_hypercube_whatever_comes_after(n: int) -> None:
    points = nested_lhs(200, 7, seed=3)
    strata = np.floor(points[:n] * n).astype(int)
    assert all(sorted(column) == list(range(n)) for column in strata.T)
    np.testing.assert_array_equal(points[:n], nested_lhs(n, 7, seed=3))
    np.testing.assert_array_equal(points[: n - 2, :4], nested_lhs(n - 2, 4, seed=3))
    assert not np.array_equal(points[:n], nested_lhs(n, 7, seed=4))


def test_points_are_uniform_within_strata_and_their_columns_independent() -> None:
    points = np.concatenate([nested_lhs(20, 6, seed) for seed in range(400)])
    within = (points[:, 0] * 20) % 1.0
    assert kstest(within, "uniform").pvalue > 0.001
    correlation = np.corrcoef(points, rowvar=False)[np.triu_indices(6, 1)]
    assert np.abs(correlation).max() < 4 / np.sqrt(len(points))
    second = np.array([nested_lhs(10, 1, seed)[5:, 0] for seed in range(400)])
    assert second.mean() == pytest.approx(0.5, abs=0.01), "points that refine are not off to one side"


def test_a_hypercube_estimates_a_mean_better_than_chance() -> None:
    sums = np.array([nested_lhs(20, 10, seed).sum(axis=1).mean() for seed in range(200)])
    assert sums.std() < 0.1 * np.sqrt(10 / 12 / 20), "a sum of 20 independent points has this standard error"
