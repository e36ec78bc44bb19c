"""Chance and assumptions of many cells at once, against each cell worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim.comparison.bands import ENOUGH, banded

UNITS = [  # cell, draw, replicate, reference, effect
    ("a", 0, 0, 100.0, -3.0),
    ("a", 0, 1, 100.0, -5.0),
    ("a", 1, 0, 50.0, -1.0),
    ("a", 1, 1, 50.0, -7.0),
    ("a", 2, 0, 200.0, 2.0),
    ("b", 0, 0, 0.0, 4.0),
    (None, 1, 0, 10.0, 1.0),
]


def units(rows: list[tuple[str | None, int, int, float, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["cell", "draw", "replicate", "reference", "effect"])


def test_each_cell_has_its_own_bands() -> None:
    a, b, unnamed = banded(units(UNITS), ["cell"]).to_dict("records")
    se = math.sqrt((2.0 + 18.0) / 2) / math.sqrt(2)  # variances of two draws, pooled; mean of two replicates
    assert (a["cell"], a["reference"], a["central"], a["n_draws"]) == ("a", 100.0, -4.0, 2)
    assert a["chance"] == pytest.approx(se)
    assert a["chance_hi"] - a["central"] == pytest.approx(stats.t.ppf(0.95, 2) * se)
    assert (a["lo"], a["hi"]) == (-4.0, 2.0)  # few draws: all of them
    assert (a["pct"], a["pct_lo"], a["pct_hi"]) == (-4.0, -8.0, 1.0)
    assert b["central"] == 4.0 and math.isnan(b["chance"]) and math.isnan(b["lo"]) and math.isnan(b["pct"])
    assert pd.isna(unnamed["cell"]) and math.isnan(unnamed["central"]) and math.isnan(unnamed["chance"])


def test_many_draws_have_nine_in_ten_between_the_ends() -> None:
    effects = np.random.default_rng(1).normal(size=ENOUGH + 2)
    (row,) = banded(units([("a", i, 0, 1.0, x) for i, x in enumerate(effects)]), ["cell"]).to_dict("records")
    lo, hi = np.quantile(effects, [0.05, 0.95], method="weibull")
    assert (row["lo"], row["hi"]) == pytest.approx((lo, hi))


def test_no_units_no_rows() -> None:
    assert banded(units([]), ["cell"]).empty
