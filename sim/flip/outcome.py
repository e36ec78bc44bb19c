"""Outcomes that a flip may be asked about, by their short names, names of derived outcomes, or columns."""

from __future__ import annotations

from dataclasses import dataclass

from sim.analysis.outcomes import OUTCOMES, SHORT
from sim.core.read import ConfigError, unknown
from sim.record.tables import declared

TABLE = "place_year"
_ADDED = ("count", "amount")  # kinds of columns that may be summed over places
_ONE_PLACE = ("leaks", "avoided")  # beginnings of names of what does not add up over places


@dataclass(frozen=True)
class Wanted:
    """One outcome.

    Parameters
    ----------
    name : of the recorded column or derived outcome; words : how it is told.
    unit : of amounts; share : a ratio, whose effect is told in percentage points.
    last : a stock, of the last year; others are of all years from the first policy on.
    """

    name: str
    words: str
    unit: str
    share: bool
    last: bool


def wanted(word: str, places: int) -> Wanted:
    """The outcome that a word names.

    Parameters
    ----------
    places : number of places that it is summed over.

    Raises
    ------
    ConfigError : there is none, or it cannot be summed over places; says which there are.
    """
    plain = word.strip().lower().replace("_", " ").replace("-", " ")
    name, words = SHORT.get(plain, (word, word.replace("_", " ")))
    columns = {column.name: column for column in declared(TABLE).columns if column.kind in (*_ADDED, "share", "mean")}
    derived = {key: outcome for key, outcome in OUTCOMES.items() if outcome.table == TABLE}
    if name not in columns and name not in derived:
        known = dict.fromkeys([*SHORT, *derived, *columns])  # some names stand in several of them
        raise ConfigError([f"command line: flip: --outcome: {unknown(word, 'outcome', known)}"])
    unit = derived[name].unit if name in derived else columns[name].unit
    share = bool(derived[name].per) if name in derived else columns[name].kind == "share"
    adds = name in derived or columns[name].kind in _ADDED
    if places > 1 and (not adds or name.startswith(_ONE_PLACE)):
        raise ConfigError([f"command line: flip: --outcome: {name} does not add up over places; name one place"])
    parts = derived[name].plus if name in derived else (name,)
    return Wanted(name, words, unit, share, last=all(part.startswith("n_") for part in parts))
