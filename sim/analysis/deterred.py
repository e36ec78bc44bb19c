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
COLUMNS = tuple(f"deterred_to_{where}{end}" for end in LAMBDAS for where in WHERE)
LEAST = 0.5  # persons a year; fewer are nobody
NOTE = (
    "in brackets with lambda at the low and at the high end of its sampling interval "
    "(entry.dissimilarity, docs/decisions/like-hosts.md)"
)


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
    persons = [number(one.persons, decimals(0.0, one.persons)) for one in splits]
    shares = zip(*([number(share, 0) for share in one.shares] for one in splits))
    ends = f" ({persons[1]}–{persons[2]})" if len(set(persons)) > 1 else ""
    return [persons[0] + ends, *(f"{own} % ({low}–{high} %)" for own, low, high in shares)]


def lines(frames: Frames, period: Period) -> list[str]:
    """One line a mode on the deterred entrants of the scenario (or of a baseline alone), yearly means of the period.

    Empty where nobody is deterred.
    """
    years = [("year", ">=", period.first), ("year", "<=", period.last)]
    table = frames.read("world_year", ["scenario", "mode", "year", *COLUMNS], years)
    own = table[table["scenario"] != BASELINE]
    means = (table if own.empty else own).groupby("mode", observed=True)[list(COLUMNS)].mean().T.to_dict()
    found = {mode: split(amounts) for mode, amounts in means.items()}
    return [_line(mode, one, len(found) > 1) for mode in MODES if (one := found.get(mode)) is not None]


def _line(mode: str, splits: tuple[Split, Split, Split], named: bool) -> str:
    persons, *shares = cells(splits)
    parts = ", ".join(f"{where} {share}" for where, share in zip(WHERE.values(), shares))
    mode = f", {GOVERNMENTS[mode]}" if named else ""
    return f"Entrants whom hosts lose to policy{mode}: {persons} a year; {parts}; {NOTE}."
