"""Strengths in units that people speak: ``+5 %``, ``500 places a year``, ``30 days``; the model's own are kept inside.

Which forms a lever takes follows from the first words of its unit. A number without a unit is in the lever's own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sim.core.read import Problems, number, show
from sim.policy.levers.base import Lever

YEAR = {"days": 365.25, "weeks": 365.25 / 7.0, "months": 12.0, "years": 1.0}  # units in a year
_NUMBER = r"([0-9]{1,9}(?:\.[0-9]{1,9})?)"
_PERCENT = re.compile(_NUMBER + r" ?%")
_CHANGE = re.compile(rf"([+-]){_NUMBER} ?%")
_TIMES = re.compile(rf"[xX] ?{_NUMBER}|{_NUMBER} ?[xX]")
_TIME = re.compile(_NUMBER + r" (day|week|month|year)s?")
_PLACES = re.compile(_NUMBER + r" places (?:a|per) year( in all)?")
_RATE = re.compile(_NUMBER + r" (?:a|per) year")
_PERCENT_RATE = re.compile(_NUMBER + r" ?% (?:a|per) year")
_FEARFUL = re.compile(_NUMBER + r" ?% fearful")


@dataclass(frozen=True)
class Issuers:
    """Whom a number of places is shared out among.

    Parameters
    ----------
    researchers : persons in the issuers' places at the end of the data.
    places : number of these places.
    """

    researchers: float = math.nan
    places: int = 1


class Refused(ValueError):
    """Why words are no strength."""


@dataclass(frozen=True)
class Unit:
    """One kind of unit.

    Parameters
    ----------
    forms : what may be written, for messages and documents.
    read : strength in the lever's unit; None if the words have none of the forms.
    say : the strength in words, such that `read` gives it back but for rounding.
    """

    forms: str
    read: Callable[[str, Issuers], float | None]
    say: Callable[[float, Issuers], str]


def _decimal(digits: str, places: int = 0) -> float:
    """A number moved by decimal places: "4.1" % is exactly the 0.041 of YAML, which 4.1 / 100 is not."""
    return float(Decimal(digits).scaleb(-places))


def _factor(words: str) -> float | None:
    """Relative change of ``+5 %`` or ``x2``."""
    if found := _CHANGE.fullmatch(words):
        return _decimal("".join(found.groups()), 2)
    found = _TIMES.fullmatch(words)
    return float(Decimal(found[1] or found[2]) - 1) if found else None


def _relative(words: str, issuers: Issuers) -> float | None:
    return _factor(words)


def _log(words: str, issuers: Issuers) -> float | None:
    change = _factor(words)
    if change is not None and change <= -1.0:
        raise Refused("leaves nothing, which no logarithm can say")
    return None if change is None else math.log1p(change)


def _share(words: str, issuers: Issuers) -> float | None:
    found = _PERCENT.fullmatch(words)
    return _decimal(found[1], 2) if found else None


def _years(words: str, issuers: Issuers) -> float | None:
    found = _TIME.fullmatch(words)
    return float(Decimal(found[1])) / YEAR[f"{found[2]}s"] if found else None


def _rate(words: str, issuers: Issuers) -> float | None:
    if found := _PERCENT_RATE.fullmatch(words):
        return _decimal(found[1], 2)
    found = _RATE.fullmatch(words)
    return _decimal(found[1]) if found else None


def _places(words: str, issuers: Issuers) -> float | None:
    found = _PLACES.fullmatch(words)
    if not found:
        return None
    if issuers.places > 1 and not found[2]:
        raise Refused(
            f"may mean each of {issuers.places} issuers or all of them; write '{words} in all' (shared by their "
            "researchers), or one policy an issuer"
        )
    if not issuers.researchers > 0:
        raise Refused("cannot be taken per 1,000 researchers, as the issuer is not known")
    return float(Decimal(found[1])) / issuers.researchers * 1000.0


def _fear(words: str, issuers: Issuers) -> float | None:
    found = _FEARFUL.fullmatch(words)
    if not found:
        return None
    if (share := _decimal(found[1], 2)) >= 1.0:
        raise Refused("is everybody, which no finite h can say")
    return -math.log1p(-share)


def _said_log(strength: float, issuers: Issuers) -> str:
    return f"{math.expm1(strength) * 100:+.4g} %"


def _said_years(strength: float, issuers: Issuers) -> str:
    unit = "days" if strength * YEAR["days"] < 60 else "months"
    return f"{strength * YEAR[unit]:.3g} {unit}"


def _said_places(strength: float, issuers: Issuers) -> str:
    if not issuers.researchers > 0:
        return ""
    n = strength * issuers.researchers / 1000.0
    shown = f"{n:.0f}" if n >= 100 else f"{n:.3g}"
    return f"{shown} places a year{' in all' * (issuers.places > 1)}"


CHANGE = "'+5 %', '-20 %', 'x2'"
UNITS: Mapping[str, Unit] = {  # by how a lever's unit begins
    "relative change": Unit(CHANGE, _relative, lambda s, _: f"{s * 100:+.4g} %"),
    "log change": Unit(CHANGE, _log, _said_log),
    "log utility": Unit(f"{CHANGE} (of the odds)", _log, _said_log),
    "places a year": Unit(
        "'500 places a year', with several issuers '500 places a year in all'", _places, _said_places
    ),
    "share": Unit("'4 %'", _share, lambda s, _: f"{s * 100:.4g} %"),
    "years": Unit("'30 days', '6 months', '1.5 years'", _years, _said_years),
    "cases": Unit("'0.0019 a year', '0.19 % a year'", _rate, lambda s, _: f"{s * 100:.4g} % a year"),
    "added probability": Unit("'1 % a year', '0.01 a year'", _rate, lambda s, _: f"{s * 100:.4g} % a year"),
    "fear level": Unit("'35 % fearful'", _fear, lambda s, _: f"{-math.expm1(-s) * 100:.3g} % fearful"),
}


def unit_of(lever: Lever) -> Unit:
    """Forms of a lever's unit; KeyError for a unit that begins like none of `UNITS`, which a test looks for."""
    return next((unit for begin, unit in UNITS.items() if lever.unit.startswith(begin)), None) or UNITS[lever.unit]


def forms(lever: Lever) -> str:
    """What may be written as a strength of a lever besides a number."""
    return unit_of(lever).forms


def in_words(lever: Lever, strength: float, issuers: Issuers) -> str:
    """A strength as people say it; empty where that needs issuers that are not known."""
    return unit_of(lever).say(strength, issuers)


def read_strength(value: object, lever: Lever, key: str, problems: Problems, issuers: Issuers) -> float:
    """Strength in the lever's own unit, from a number or from words with a unit."""
    said = ""
    if isinstance(value, str):
        try:
            found = unit_of(lever).read(" ".join(value.split()), issuers)
        except Refused as error:
            problems.add(key, f"{show(value)} {error}")
            return math.nan
        if found is None:
            own = f"{lever.lo:g} to {lever.hi:g} ({lever.unit})"
            problems.add(key, f"{show(value)} is no strength of {lever.name}; allowed: {own}, or {forms(lever)}")
            return math.nan
        value, said = found, f"; {show(value)} is {found:g}"
    return number(value, key, problems, lever.lo, lever.hi, f"{lever.unit}; null = not in force{said}")
