"""The strength of a lever in a year is its mean over the days of the year."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.policy.dated import strength_in


@pytest.mark.parametrize(
    ("values", "year", "days", "of"),
    [
        ({date(2018, 11, 1): 1.0}, 2018, 61, 365),
        ({date(2018, 11, 1): 1.0}, 2017, 0, 365),
        ({date(2018, 11, 1): 1.0}, 2019, 365, 365),
        ({date(2020, 12, 31): 1.0}, 2020, 1, 366),
        ({date(2020, 2, 29): 1.0, date(2020, 3, 1): None}, 2020, 1, 366),
        ({date(2019, 12, 31): 1.0, date(2020, 1, 1): None}, 2020, 0, 366),
        ({date(2018, 11, 1): 1.0, date(2022, 2, 23): None}, 2022, 53, 365),
        ({date(1900, 1, 1): 1.0}, 1900, 365, 365),
        ({date(2000, 7, 1): 1.0}, 2000, 184, 366),
    ],
)
def test_strength_is_weighted_by_days(values: dict[date, float | None], year: int, days: int, of: int) -> None:
    assert strength_in(values, year, 0.0) == pytest.approx(days / of, abs=1e-15)


def test_constant_year_is_exact_and_neutral_is_not_zero_for_all() -> None:
    assert strength_in({date(2018, 1, 1): 0.1}, 2018, 0.0) == 0.1
    assert strength_in({date(2018, 1, 1): 0.27}, 2017, 1.0) == 1.0
    assert strength_in({date(2018, 7, 2): 0.0}, 2018, 1.0) == pytest.approx(182 / 365)


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(
        st.dates(date(2018, 6, 1), date(2021, 6, 1)), st.none() | st.floats(-1, 1, allow_subnormal=False), max_size=5
    ),
    st.integers(2018, 2021),
)
def test_strength_is_the_mean_over_days(values: dict[date, float | None], year: int) -> None:
    day, total, n = date(year, 1, 1), 0.0, 0
    while day.year == year:
        past = [when for when in values if when <= day]
        total += (values[max(past)] or 0.0) if past else 0.0
        day, n = day + timedelta(1), n + 1
    assert strength_in(values, year, 0.0) == pytest.approx(total / n, abs=1e-12)
