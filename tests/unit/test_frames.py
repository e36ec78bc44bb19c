"""Paired differences on simulated data whose law is known."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from sim.analysis.pairs import estimate, levels, paired_by_draw, paired_difference
from sim.store.frames import Frames, in_memory

EFFECT, SHARED, OWN = 3.0, 10.0, 1.0


def simulated(n: int, rng: np.random.Generator, effect: float = EFFECT) -> pd.DataFrame:
    """A value with a large part shared by both arms of a replicate and a small one of its own."""
    shared = rng.normal(100.0, SHARED, n)
    rows = []
    for scenario, shift in (("baseline", 0.0), ("policy", effect)):
        values = shared + shift + (rng.normal(0.0, OWN, n) if scenario == "policy" else 0.0)
        rows.append(
            pd.DataFrame(
                {"scenario": scenario, "mode": "scripted", "draw": 0, "replicate": range(n), "year": 2020, "x": values}
            )
        )
    return pd.concat(rows, ignore_index=True)


def test_mean_and_standard_error_are_those_of_the_pairs():
    """The shared part cancels: the error is that of differences (1/sqrt(n)), not of levels (10 * sqrt(2/n))."""
    n = 400
    found = paired_difference(simulated(n, np.random.default_rng(1)), "x").iloc[0]
    expected = OWN / np.sqrt(n)
    assert abs(found["mean"] - EFFECT) < 4 * expected  # fails one time in 16,000 for a right program
    assert found["se"] == pytest.approx(expected, rel=4 / np.sqrt(2 * n))  # 4 sd of an sd's relative error
    assert found["n"] == n
    assert abs(found["reference"] - 100.0) < 4 * SHARED / np.sqrt(n)


@pytest.mark.parametrize(
    "n, law",
    [(2, "normal"), (5, "normal"), (18, "normal"), (19, "normal"), (40, "normal"), (19, "skewed"), (40, "skewed")],
)
def test_band_holds_a_further_unit_with_ninety_percent(n: int, law: str):
    """Coverage over 4,000 repetitions: 90 % ± 4 binomial standard errors (error rate 1 in 16,000 each).

    Exact for normal effects at any n, and for every law from 19 units on.
    """
    rng = np.random.default_rng(n)
    draw = rng.normal if law == "normal" else lambda _, scale, size: rng.exponential(scale, size)
    repetitions, hits = 4000, 0
    for _ in range(repetitions):
        *effects, further = draw(0.0, 1.0, n + 1)
        band = estimate(np.array(effects))
        hits += band.lo <= further <= band.hi
    assert hits / repetitions == pytest.approx(0.90, abs=4 * np.sqrt(0.9 * 0.1 / repetitions))


@pytest.mark.parametrize("n", [5, 20])
def test_standard_error_with_student_holds_the_true_effect(n: int):
    """mean ± t se covers the true effect in 90 % of 2,000 commands, ± 4 binomial standard errors."""
    from scipy.special import stdtrit

    rng, repetitions, hits = np.random.default_rng(7), 2000, 0
    for _ in range(repetitions):
        found = estimate(rng.normal(EFFECT, OWN, n))
        hits += abs(found.mean - EFFECT) <= stdtrit(n - 1, 0.95) * found.se
    assert hits / repetitions == pytest.approx(0.90, abs=4 * np.sqrt(0.9 * 0.1 / repetitions))


def test_few_units_give_no_band_and_no_value_gives_nothing():
    one, none = estimate(np.array([2.0])), estimate(np.array([np.nan]))
    assert (one.mean, one.n) == (2.0, 1) and np.isnan([one.se, one.lo, one.hi]).all()
    assert none.n == 0 and np.isnan(none.mean)


def table(cells: list[tuple[str, str, int, int, str, float, float]]) -> pd.DataFrame:
    columns = ["scenario", "mode", "draw", "replicate", "place", "part", "whole"]
    return pd.DataFrame(cells, columns=columns).astype({"scenario": "category", "place": "category"})


def test_cells_that_a_run_does_not_list_count_as_zero():
    frame = table(
        [
            ("baseline", "scripted", 0, 0, "USA", 5, 10),
            ("baseline", "scripted", 0, 1, "USA", 5, 10),
            ("policy", "scripted", 0, 0, "USA", 7, 10),
            ("policy", "scripted", 0, 1, "CHN", 4, 10),
        ]
    )
    found = paired_difference(frame, "part", by=["place"]).set_index("place")
    assert found.loc["USA", "mean"] == pytest.approx((2 - 5) / 2)
    assert found.loc["CHN", "mean"] == pytest.approx((0 + 4) / 2)
    assert found.loc["CHN", "reference"] == 0.0


def test_ratio_is_of_sums_and_null_without_denominator():
    frame = table(
        [
            ("baseline", "scripted", 0, 0, "USA", 1, 10),
            ("baseline", "scripted", 0, 0, "CHN", 3, 10),
            ("policy", "scripted", 0, 0, "USA", 2, 10),
            ("policy", "scripted", 0, 0, "CHN", 4, 30),
        ]
    )
    total = paired_difference(frame, ("part", "whole")).iloc[0]
    assert total["value"] == "part/whole"
    assert total["mean"] == pytest.approx(6 / 40 - 4 / 20)
    empty = frame.assign(whole=0.0)
    assert np.isnan(paired_difference(empty, ("part", "whole")).iloc[0]["mean"])


def test_a_null_stays_a_null():
    frame = table([("baseline", "scripted", 0, 0, "USA", np.nan, 1), ("policy", "scripted", 0, 0, "USA", 1, 1)])
    assert np.isnan(paired_difference(frame, "part").iloc[0]["mean"])


def test_modes_are_paired_with_their_own_baseline():
    frame = table(
        [
            ("baseline", "scripted", 0, 0, "USA", 1, 1),
            ("baseline", "reactive", 0, 0, "USA", 10, 1),
            ("policy", "scripted", 0, 0, "USA", 3, 1),
            ("policy", "reactive", 0, 0, "USA", 11, 1),
        ]
    )
    found = paired_difference(frame, "part").set_index("mode")["mean"]
    assert found["scripted"] == 2.0 and found["reactive"] == 1.0


def test_replicates_without_partner_are_left_out():
    frame = table(
        [
            ("baseline", "scripted", 0, 0, "USA", 1, 1),
            ("policy", "scripted", 0, 0, "USA", 3, 1),
            ("policy", "scripted", 0, 1, "USA", 99, 1),
        ]
    )
    found = paired_difference(frame, "part").iloc[0]
    assert (found["mean"], found["n"]) == (2.0, 1)


def test_with_draws_the_error_is_that_over_draws():
    """Replicates of one draw share its parameters: ten copies of two draws are two facts, not twenty."""
    rows = []
    for draw, effect in ((0, 1.0), (1, 3.0)):
        for replicate in range(10):
            rows += [("baseline", "scripted", draw, replicate, "USA", 5.0, 1)]
            rows += [("policy", "scripted", draw, replicate, "USA", 5.0 + effect, 1)]
    found = paired_difference(table(rows), "part").iloc[0]
    assert (found["mean"], found["n"]) == (2.0, 2)
    assert found["se"] == pytest.approx(1.0)


def test_levels_are_given_by_run_and_cell():
    frame = table([("baseline", "scripted", 0, r, p, r, 1) for r in range(3) for p in ("USA", "CHN")])
    found = levels(frame, "part", ["place"])
    assert found["place"].tolist() == ["CHN", "USA"] * 3 and found["replicate"].tolist() == [0, 0, 1, 1, 2, 2]
    assert found["level"].tolist() == [0, 0, 1, 1, 2, 2]


def test_over_one_draw_effects_are_those_of_all_draws():
    rows = [("baseline", "scripted", 3, r, "USA", 5.0 + r, 2) for r in range(4)]
    rows += [("policy", "scripted", 3, r, "USA", 7.0 + r * r, 2) for r in range(4)]
    for value in ("part", ("part", "whole")):
        one, all_ = (f(table(rows), value, ["place"]).iloc[0] for f in (paired_by_draw, paired_difference))
        assert one["draw"] == 3
        numbers = ["reference", "mean", "se", "lo", "hi", "n"]
        assert one[numbers].tolist() == pytest.approx(all_[numbers].tolist())


def test_whether_a_table_is_there_is_known_without_reading_it() -> None:
    def read(name: str, **what: object) -> None:
        raise AssertionError(f"{name} was read")

    frames = Frames(["panel"], read)
    assert frames._ipython_key_completions_() == ["panel"]
    assert "panel" in frames and "flow_year" not in frames


def test_an_empty_table_that_has_to_be_asked_for_says_how() -> None:
    empty = pa.Table.from_pydict({"uid": pa.array([], pa.int64())})
    frames = in_memory(["panel", "decisions"], lambda name: empty)
    with pytest.warns(UserWarning, match=r"table 'panel' is empty: panel.size=20000 keeps one"):
        assert frames["panel"].empty
    with warnings.catch_warnings(action="error"):
        assert frames["decisions"].empty and frames["panel"].empty  # nobody decided; said once


def test_a_column_of_an_earlier_edition_is_refused_with_what_replaces_it() -> None:
    rows = simulated(3, np.random.default_rng(0))
    frames = in_memory(["place_year"], lambda name: pa.Table.from_pandas(rows))
    hint = "column leaks_prevented is gone, now avoided_by_protection of exposure_year, by way"
    for ask in (
        lambda: frames["place_year"]["leaks_prevented"],
        lambda: frames["place_year"][["x", "leaks_prevented"]],
        lambda: frames.read("place_year", ["x", "leaks_prevented"]),
        lambda: paired_difference(rows, "leaks_prevented"),
        lambda: paired_difference(frames["place_year"], ("leaks_prevented", "x")),
    ):
        with pytest.raises(KeyError, match=hint):
            ask()
    with pytest.raises(KeyError, match=r"^'y'$"):
        frames["place_year"]["y"]
    with pytest.raises(KeyError, match="no column y; there are scenario, mode"):
        paired_difference(rows, "y")
    assert type(frames["place_year"].query("year == 2020")) is pd.DataFrame
