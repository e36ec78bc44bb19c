"""Chance and assumptions apart, on made effects of which both are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.comparison.bands import ENOUGH, banded, departure

CELL = ["scenario", "mode"]
CHANCE, ASSUMED = 1.0, 4.0  # standard deviations


def units(rng: np.random.Generator, draws: int, repeated: int, chance: float = CHANCE) -> pd.DataFrame:
    """Effects around 10 of draw 0, which has the documented values, and of draws; a level of 200."""
    rows = []
    for draw in range(draws + 1):
        centre = 10.0 + (rng.normal(0, ASSUMED) if draw else 0.0)
        for replicate in range(1 + (draw < repeated)):
            rows.append(("a", "scripted", draw, replicate, 200.0, centre + rng.normal(0, chance)))
    return pd.DataFrame(rows, columns=[*CELL, "draw", "replicate", "reference", "effect"])


def many(rng: np.random.Generator, times: int, draws: int, repeated: int) -> pd.DataFrame:
    """Bands of as many cells, each with effects of its own."""
    frame = pd.concat([units(rng, draws, repeated).assign(case=i) for i in range(times)])
    return banded(frame, [*CELL, "case"])


def test_the_central_value_is_that_of_the_documented_values(rng: np.random.Generator) -> None:
    frame = units(rng, 20, 4)
    row = banded(frame, CELL).iloc[0]
    assert row["central"] == pytest.approx(frame.loc[frame["draw"] == 0, "effect"].mean())
    assert row["reference"] == 200.0 and row["n_draws"] == 20
    for name in ("lo", "hi", "chance", "chance_lo", "chance_hi"):
        assert row[f"pct_{name}"] == pytest.approx(row[name] / 2)


def test_chance_is_the_spread_of_replicates_and_not_of_draws(rng: np.random.Generator) -> None:
    found = many(rng, 200, 20, 4)["chance"]
    assert np.sqrt(np.mean(np.square(found))) == pytest.approx(CHANCE / np.sqrt(2), rel=0.1)


def test_the_interval_by_chance_holds_the_documented_effect_in_nine_of_ten(rng: np.random.Generator) -> None:
    rows = many(rng, 400, 20, 4)
    held = ((rows["chance_lo"] <= 10.0) & (rows["chance_hi"] >= 10.0)).mean()
    assert 0.85 < held < 0.95  # binomial, 3.3 standard errors


def test_the_range_holds_a_further_draw_in_nine_of_ten(rng: np.random.Generator) -> None:
    rows = many(rng, 400, 40, 4)
    further = 10.0 + rng.normal(0, ASSUMED, 400) + rng.normal(0, CHANCE, 400)
    assert 0.85 < ((rows["lo"] <= further) & (further <= rows["hi"])).mean() < 0.95


def test_few_draws_give_their_ends_and_none_give_no_range(rng: np.random.Generator) -> None:
    few = units(rng, 3, 1)
    row = banded(few, CELL).iloc[0]
    means = few.groupby("draw")["effect"].mean()
    assert ENOUGH > 3 and (row["lo"], row["hi"]) == (means.min(), means.max())
    alone = banded(units(rng, 0, 1), CELL).iloc[0]
    assert alone["n_draws"] == 0 and np.isnan(alone["lo"]) and alone["chance"] > 0


def test_one_replicate_says_nothing_of_chance(rng: np.random.Generator) -> None:
    row = banded(units(rng, 2, 0), CELL).iloc[0]
    assert np.isnan(row["chance"]) and np.isnan(row["chance_lo"]) and row["lo"] < row["hi"]


def test_a_reference_of_zero_has_no_per_cent(rng: np.random.Generator) -> None:
    row = banded(units(rng, 2, 1).assign(reference=0.0), CELL).iloc[0]
    assert np.isnan(row["pct"]) and np.isfinite(row["central"])


def test_amounts_that_grow_with_their_level_are_told_of_the_documented_one(rng: np.random.Generator) -> None:
    frame = units(rng, 20, 4)
    levels = frame["draw"].map({draw: 200.0 * (1 + draw) for draw in range(21)})  # the effect grows with the level
    scaled = frame.assign(reference=levels, effect=frame["effect"] * levels / 200)
    plain, found = banded(frame, CELL).iloc[0], banded(scaled, CELL, relative=True).iloc[0]
    for name in ("central", "chance", "chance_lo", "chance_hi", "lo", "hi", "pct_lo", "pct_hi"):
        assert found[name] == pytest.approx(plain[name])
    assert banded(scaled, CELL).iloc[0]["hi"] > 5 * plain["hi"]


def test_what_total_effects_add_is_judged_over_draws_and_not_over_replicates(rng: np.random.Generator) -> None:
    """Of effects that do not differ one in twenty is called clear, however many replicates a draw has."""
    called = []
    for _ in range(400):
        rows = [
            ("a", mode, draw, replicate, (mode == "reactive") * shift + rng.normal(0, 0.1))
            for draw, shift in enumerate(rng.normal(0, ASSUMED, 5))
            for replicate in range(4)
            for mode in ("scripted", "reactive")
        ]
        frame = pd.DataFrame(rows, columns=["scenario", "mode", "draw", "replicate", "told"])
        called.append(bool(departure(frame, "told", ["scenario"]).iloc[0]["clear"]))
    assert 0.015 < np.mean(called) < 0.09  # 3.3 standard errors around 0.05
    moved = frame.assign(told=frame["told"] + (frame["mode"] == "reactive") * 100.0)
    row = departure(moved, "told", ["scenario"]).iloc[0]
    assert row["clear"] and row["difference"] == pytest.approx(100, abs=10)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(15)


def test_a_cell_that_the_documented_values_do_not_list_has_a_range_alone(rng: np.random.Generator) -> None:
    frame = units(rng, 3, 1)
    row = banded(frame[frame["draw"] > 0], CELL).iloc[0]
    assert np.isnan(row["central"]) and np.isnan(row["chance"]) and row["lo"] < row["hi"]


def test_cells_are_independent_and_keep_their_order(rng: np.random.Generator) -> None:
    first, second = units(rng, 20, 4).assign(case="z"), units(rng, 5, 2).assign(case="a")
    together = banded(pd.concat([first, second]), [*CELL, "case"])
    alone = pd.concat([banded(part, [*CELL, "case"]) for part in (first, second)], ignore_index=True)
    pd.testing.assert_frame_equal(together, alone)
