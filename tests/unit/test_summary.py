"""The printed table says what the frames say."""

from __future__ import annotations

import io
import math
from datetime import date
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from rich.console import Console

from sim.policy.schema import LeverUse, Policy, Scope
from sim.summary import Area, areas_of, decimals, number, period_of, show


@pytest.mark.parametrize(
    "start, end, first, expected",
    [
        (1980, 2035, 2018, "2018–2035"),
        (1980, 2035, None, "2018–2035"),
        (1980, 2035, 2002, "2002–2035"),
        (1980, 2010, None, "2001–2010"),
        (2005, 2010, None, "2005–2010"),
        (1980, 2020, 2030, "2018–2020"),
    ],
)
def test_period(start: int, end: int, first: int | None, expected: str):
    assert str(period_of(start, end, first)) == expected


@pytest.mark.parametrize(
    "value, se, expected",
    [
        (-140123.4, 14321.0, "−140,000"),
        (0.123456, 0.0123, "+0.123"),
        (12.0, 3.4, "+12.0"),
        (41.7, 0.0, "+41.7"),
        (0.0, 0.0, "0"),
        (-0.004, 1.0, "0.0"),
        (math.nan, math.nan, "–"),
    ],
)
def test_numbers_show_two_digits_of_their_error(value: float, se: float, expected: str):
    assert number(value, decimals(se, value), "+") == expected


def test_areas_are_issuers_and_the_places_policies_name():
    def use(**scope: Any) -> LeverUse:
        return LeverUse("visa_refusal", {date(2018, 1, 1): 0.1}, "x", Scope(**scope))

    levers = {"a": use(origins=("CHN",)), "b": use(partners=("RUS", "G7")), "c": use()}
    cfg: Any = SimpleNamespace(policies={"p": Policy("P", ("G7",), levers)})
    members = {"G7": ("USA", "JPN"), "CHN": ("CHN",), "RUS": ("RUS",)}
    assert areas_of(cfg, members) == [Area("Issuer: G7", ("USA", "JPN")), Area("Affected: CHN, RUS", ("CHN", "RUS"))]


def table(modes: tuple[str, ...], reference: float = 1000.0) -> pd.DataFrame:
    rows = [("World", "papers a year", "open", mode, reference, 12.3, 1.2, 9.0, 15.0, 5) for mode in modes]
    return pd.DataFrame(rows, columns="area outcome scenario mode reference mean se lo hi n".split())


def printed(frame: pd.DataFrame, width: int) -> str:
    out = io.StringIO()
    show(frame, "Title", ["a note"], Console(file=out, width=width, force_terminal=True, color_system=None))
    return out.getvalue()


def test_both_modes_side_by_side_or_one_below_the_other():
    wide, narrow = (printed(table(("scripted", "reactive")), width) for width in (150, 80))
    assert wide.count("Title") == 1 and narrow.count("Title") == 2
    for text in (wide, narrow):
        assert text.count("+12.3 ± 1.2") == 2 and "+9.0 … +15.0" in text and "a note" in text
        assert all(len(line) <= 150 for line in text.splitlines())


def test_levels_have_no_sign_and_no_baseline():
    text = printed(table(("scripted",), math.nan), 150)
    assert "baseline" not in text and "effect" not in text.lower() and "12.3 ± 1.2" in text and "+" not in text


def test_rounding_of_sums_is_no_effect():
    frame = table(("scripted",)).assign(mean=1e-11, se=1e-12, lo=-1e-11, hi=1e-11)
    assert "0 ± 0" in printed(frame, 150)
