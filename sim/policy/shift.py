"""All dates of a policy moved at once: by years, months or days, or so that the first falls on a new date."""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sim.core.read import Problems, show

DAYS = 365  # of the part of a year that is no whole year
MAX_YEARS = 200  # either way
ALLOWED = "years (2, -1, 1.5), '2y', '-18m', '90d', or the new first date, 2021-06-01"
_SPAN = re.compile(r"([+-]?[0-9]{1,6})([ymd])")
_YEAR = re.compile(r"(19|20)[0-9]{2}")
_WORDS = {"y": "year", "m": "month", "d": "day"}


@dataclass(frozen=True)
class Shift:
    """How dates move.

    Parameters
    ----------
    written : as in the policy, for what is stored and shown.
    months, days : added to each date, months by the calendar first (31 August and a month is 30 September).
    first : new first date; all dates move by the same number of days then.
    """

    written: str
    months: int = 0
    days: int = 0
    first: date | None = None

    @property
    def words(self) -> str:
        """Such as ``by 2 years``."""
        if self.first is not None:
            return f"to begin on {self.first}"
        if span := _SPAN.fullmatch(self.written):
            n, unit = int(span[1]), _WORDS[span[2]]
            return f"by {n} {unit}{'s' * (abs(n) != 1)}"
        years = float(self.written)
        return f"by {years:g} year{'s' * (abs(years) != 1)}"

    @property
    def later(self) -> str:
        """Such as ``2 years later``, ``18 months earlier`` or ``to begin on 2021-06-01``."""
        if self.first is not None:
            return self.words
        return f"{self.words.removeprefix('by ').removeprefix('-')} {'earlier' if '-' in self.written else 'later'}"

    def move(self, days: Iterable[date]) -> dict[date, date]:
        """New date of each date; raises OverflowError or ValueError beyond the calendar."""
        old = sorted(days)
        if self.first is not None:
            by = self.first - old[0]
            return {day: day + by for day in old}
        return {day: _months_on(day, self.months) + timedelta(days=self.days) for day in old}


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1] if 1 <= year <= 9999 else 1
    return date(year, month + 1, min(day.day, last))


def read_shift(value: object, key: str, problems: Problems) -> Shift | None:
    """Shift as written; None if there is none, or nothing moves."""
    if value is None or value == "":
        return None
    shift = _of(value)
    if shift is None:
        problems.add(key, f"{show(value)} is no shift of dates; allowed: {ALLOWED}")
    elif abs(shift.months) > MAX_YEARS * 12 or abs(shift.days) > MAX_YEARS * 366:
        date_of = f"; for a new first date write {value}-01-01" if _YEAR.fullmatch(str(value)) else ""
        problems.add(key, f"{show(value)} is out of range; allowed: up to {MAX_YEARS} years either way{date_of}")
    elif shift.months or shift.days or shift.first:
        return shift
    return None


def _of(value: object) -> Shift | None:
    if isinstance(value, date):
        return Shift(value.isoformat(), first=value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if not abs(value) <= MAX_YEARS * 2:  # also NaN; what is too far is told as such
            return Shift(str(value), months=MAX_YEARS * 24) if value == value else None
        years, short = math.floor(value), f"{value:g}"
        return Shift(short if float(short) == value else repr(value), 12 * years, round((value - years) * DAYS))
    word = str(value)
    if found := _SPAN.fullmatch(word):
        n, unit = int(found[1]), found[2]
        return Shift(word, days=n) if unit == "d" else Shift(word, months=n * (12 if unit == "y" else 1))
    try:
        return _of(float(word)) if re.fullmatch(r"-?[0-9]{1,4}(\.[0-9]{1,20})?", word) else _first(word)
    except ValueError:
        return None


def _first(word: str) -> Shift | None:
    return Shift(word, first=date.fromisoformat(word)) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", word) else None
