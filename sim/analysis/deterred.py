"""Where entrants go whom hosts lose to policy, with lambda of groups at both ends of its sampling interval.

Lambda decides how many go home rather than to another host, and data fix it little (docs/decisions/like-hosts.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sim.analysis.summary import Period
from sim.analysis.text import GOVERNMENTS, decimals, number
from sim.core.axes import BASELINE, MODES
from sim.record.tables import LAMBDAS
from sim.store.frames import Frames

WHERE = {"home": "home", "like": "like hosts", "other": "others"}
SAID = ("stay at home", "go to a similar host", "go elsewhere")  # in the order of WHERE
COLUMNS = tuple(f"deterred_to_{where}{end}" for end in LAMBDAS for where in WHERE)
LEAST = 0.5  # persons a year; fewer are nobody
NOTE = "Ranges: by how alike hosts are (docs/decisions/like-hosts.md)."


class Split(NamedTuple):
    """Deterred entrants at one lambda.

    Attributes
    ----------
    persons : a year; shares : of home, like hosts and others, in per cent.
    """

    persons: float
    shares: tuple[float, ...]


def split(means: Mapping[str, float]) -> tuple[Split, Split, Split] | None:
    """Deterred entrants at lambda of the run, at its low end and at its high end; None if there are none.

    Parameters
    ----------
    means : persons a year of each of `COLUMNS`.
    """
    found = []
    for end in LAMBDAS:
        amounts = [float(means[f"deterred_to_{where}{end}"]) for where in WHERE]
        persons = sum(amounts)
        if not persons >= LEAST:
            return None
        found.append(Split(persons, tuple(100.0 * amount / persons for amount in amounts)))
    return found[0], found[1], found[2]


def cells(splits: tuple[Split, Split, Split]) -> list[str]:
    """Persons a year and the shares as texts, each with its ends in brackets: ``52 % (27–78 %)``."""
    persons = [_amount(one.persons) for one in splits]
    shares = zip(*([number(share, 0) for share in one.shares] for one in splits))
    ends = f" ({persons[1]}–{persons[2]})" if len(set(persons)) > 1 else ""
    return [persons[0] + ends, *(f"{own} % ({low}–{high} %)" for own, low, high in shares)]


def _amount(persons: float) -> str:
    return number(persons, decimals(0.0, persons))


def _range(amounts: list[float], unit: str) -> str:
    """The first amount, and the least and the largest of all in brackets if they differ as they are printed."""
    say = (lambda amount: number(amount, 0)) if unit else _amount
    low, high = say(min(amounts)), say(max(amounts))
    return f"{say(amounts[0])}{unit}" + (f" ({low}–{high}{unit})" if low != high else "")


def lines(frames: Frames, period: Period) -> list[str]:
    """One line a mode on the deterred entrants of the scenario (or of a baseline alone), yearly means of the period.

    Empty where nobody is deterred, or where all go to another host: a better offer drew them, no policy turned them
    away.
    """
    years = [("year", ">=", period.first), ("year", "<=", period.last)]
    table = frames.read("world_year", ["scenario", "mode", "year", *COLUMNS], years)
    own = table[table["scenario"] != BASELINE]
    means = (table if own.empty else own).groupby("mode", observed=True)[list(COLUMNS)].mean().T.to_dict()
    found = {mode: split(amounts) for mode, amounts in means.items()}
    told = {mode: one for mode in MODES if (one := found.get(mode)) is not None and _kept_home(one)}
    return [_line(mode, one, len(found) > 1) for mode, one in told.items()]


def _kept_home(splits: tuple[Split, Split, Split]) -> bool:
    """True if some stay at home, as it is printed."""
    return any(number(one.shares[0], 0) != "0" for one in splits)


def _line(mode: str, splits: tuple[Split, Split, Split], named: bool) -> str:
    persons = _range([one.persons for one in splits], "")
    shares = [_range(list(share), " %") for share in zip(*(one.shares for one in splits))]
    parts = ", ".join(f"{share} {where}" for where, share in zip(SAID, shares))
    mode = f", {GOVERNMENTS[mode]}" if named else ""
    return f"Entrants whom policy turns away from a host{mode}: {persons} a year, of whom {parts}. {NOTE}"
