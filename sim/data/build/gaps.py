"""Gaps: finding them, filling them, and the log that becomes imputed.csv.

The build stops on a gap that is not listed in `build_gaps_listed.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

ALL = "all"


class GapError(ValueError):
    """A gap in the sources that no rule covers."""


@dataclass
class ImputedLog:
    """Rows of imputed.csv: one per table, place and rule, with the years it covers."""

    rows: list[tuple[str, str, str, str]] = field(default_factory=list)

    def add(self, table: str, iso3: str, years: str | list[int], rule: str) -> None:
        """Note that `table` has imputed values for `iso3` in `years` by `rule`."""
        self.rows.append((table, iso3, years if isinstance(years, str) else span(years), rule))

    def frame(self) -> pd.DataFrame:
        """Sorted rows without doubles."""
        columns = ["table", "iso3", "years", "rule"]
        return pd.DataFrame(self.rows, columns=columns).drop_duplicates().sort_values(columns, kind="stable")


def span(years: list[int]) -> str:
    """Years as compact spans: [1996, 1997, 2000] -> '1996-1997;2000'."""
    parts: list[str] = []
    years = sorted(int(year) for year in years)
    start = 0
    for i in range(1, len(years) + 1):
        if i == len(years) or years[i] != years[i - 1] + 1:
            first, last = years[start], years[i - 1]
            parts.append(str(first) if first == last else f"{first}-{last}")
            start = i
    return ";".join(parts)


def find_gaps(frame: pd.DataFrame, places: list[str]) -> dict[str, str]:
    """Missing years by place as spans, 'all' if the place has no value; `frame` is [year x iso3]."""
    gaps = {}
    for iso in places:
        if iso not in frame or frame[iso].isna().all():
            gaps[iso] = ALL
        elif frame[iso].isna().any():
            gaps[iso] = span(list(frame.index[frame[iso].isna()]))
    return gaps


def check_gaps(table: str, frame: pd.DataFrame, places: list[str], listed: dict[str, str]) -> None:
    """Stop if the gaps of `places` are not exactly the listed ones (place -> years as spans, or 'all')."""
    found = find_gaps(frame, places)
    if found != listed:
        new = {iso: years for iso, years in found.items() if listed.get(iso) != years}
        gone = {iso: years for iso, years in listed.items() if iso not in found}
        raise GapError(
            f"{table}: gaps that are not listed {new}; listed but not there {gone}; see build_gaps_listed.py"
        )


def check_present(table: str, present: Iterable[str], places: list[str], listed: dict[str, str]) -> None:
    """The same for tables without years: `present` are the codes that the source has."""
    have = set(present)
    check_gaps(table, pd.DataFrame({iso: [1.0] for iso in places if iso in have}), places, listed)


def interpolate(series: pd.Series, years: range, log_scale: bool) -> pd.Series:
    """Values for every year: straight lines (in logs if asked) inside the span, constant outside it."""
    known = series.dropna()
    y = np.log(known.to_numpy(float)) if log_scale else known.to_numpy(float)
    x = np.interp(np.array(years, float), known.index.to_numpy(float), y)
    return pd.Series(np.exp(x) if log_scale else x, index=list(years))


def damped(series: pd.Series, last: int, end: int, damping: float = 0.85, back: int = 5) -> pd.Series:
    """Series to `end`: after `last` the growth of the last `back` years fades by `damping` a year.

    ln x[last+n] = ln x[last+n-1] + g * damping**n with g the mean yearly growth over the last `back` years.
    """
    growth = np.log(series[last] / series[last - back]) / back
    out = series.loc[:last].copy()
    for n, year in enumerate(range(last + 1, end + 1), start=1):
        out[year] = out[year - 1] * np.exp(growth * damping**n)
    return out
