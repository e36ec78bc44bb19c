"""The outcomes of a comparison's table and figure, by area: who acts, against whom, who stands by, the world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from sim.analysis.roles import in_words, roles_of
from sim.analysis.summary import Period
from sim.analysis.text import FEW
from sim.comparison.bands import departure
from sim.comparison.places import named_place
from sim.comparison.reading import Comparison, is_share
from sim.data.tables import load_world_data

NUMBERS = ("reference", "central", "chance", "chance_lo", "chance_hi", "lo", "hi")
WORLD = "World"


@dataclass(frozen=True)
class Line:
    """One outcome: its words, its name, and whether it is of the last year or a yearly mean.

    Parameters
    ----------
    share : it is a share, whose change is told in percentage points.
    """

    words: str
    outcome: str
    last: bool = False

    @property
    def share(self) -> bool:
        return is_share(self.outcome)


@dataclass(frozen=True)
class Area:
    """Places that are added up; None are all."""

    name: str
    places: tuple[str, ...] | None
    lines: tuple[Line, ...]


RESEARCHERS = Line("researchers", "n_researchers", last=True)
PAPERS = Line("papers", "papers_fractional")
TOP = Line("top-1 % papers", "top1_once")
ENTRANTS = Line("entrants", "new_entrants")
INTERNATIONAL = Line("intl. share", "international_share_fractional")
PROTECTED = Line("share protected", "protected")
_SHORT = (RESEARCHERS, PAPERS)
_LONG = (RESEARCHERS, ENTRANTS, PAPERS, TOP, INTERNATIONAL)


def areas_of(comparison: Comparison, places: Sequence[str] = ()) -> list[Area]:
    """Areas in the order in which they are told; roles without places are left out.

    Issuers of the same scenarios are added up, those of others told apart.

    Parameters
    ----------
    places : asked for by code, name or group; they come first.
    """
    data = load_world_data(comparison.config.world)
    acting = [roles_of(comparison.own(label), data).issuers for label in comparison.scenarios]
    groups: dict[tuple[int, ...], list[str]] = {}
    for place in dict.fromkeys(place for places in acting for place in places):
        groups.setdefault(tuple(n for n, places in enumerate(acting, 1) if place in places), []).append(place)
    roles = comparison.roles
    asked = [named_place(word, data) for word in places]
    found = [
        *(Area(name, members, _lines(members, _LONG)) for _, name, members in asked),
        *(_area(_issuer(numbers, len(acting)), tuple(places), comparison, _LONG) for numbers, places in groups.items()),
        _area("Target", roles.targets, comparison, _SHORT),
        _area("Allies", roles.allies, comparison, _SHORT),
        _area("Rivals", roles.rivals, comparison, _SHORT),
        Area(WORLD, None, (RESEARCHERS, PAPERS, TOP, INTERNATIONAL)),
    ]
    return [area for area in found if area.places != ()]


def _issuer(numbers: Sequence[int], scenarios: int) -> str:
    return "Issuer" if len(numbers) == scenarios else f"Issuer of {', '.join(f'[{n}]' for n in numbers)}"


def _area(role: str, places: tuple[str, ...], comparison: Comparison, lines: tuple[Line, ...]) -> Area:
    name = f"{role}: {in_words([comparison.names[place] for place in places])}"
    return Area(name, places, _lines(places, lines))


def _lines(places: Sequence[str], lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Protection is told of one place only: leaks of several do not add up."""
    return (*lines, PROTECTED) if len(places) == 1 and lines is _LONG else lines


def table_of(comparison: Comparison, places: Sequence[str] = ()) -> pd.DataFrame:
    """All lines of all areas: area, outcome, unit, scenario, mode, then the columns of `sim.comparison.bands.banded`.

    Parameters
    ----------
    places : as of `areas_of`.

    Returns
    -------

    Shares are in per cent and their effects in percentage points; amounts are a year, researchers of the last year.
    """
    last = Period(comparison.period.last, comparison.period.last)
    parts = []
    for area in areas_of(comparison, places):
        for line in area.lines:
            found = comparison.effects(line.outcome, places=area.places, years=last if line.last else None)
            if line.share:
                found = found.assign(**{name: 100 * found[name] for name in NUMBERS})
            unit = "% points" if line.share else "in the last year" if line.last else "a year"
            parts.append(found.assign(area=area.name, outcome=line.words, unit=unit))
    table = pd.concat(parts, ignore_index=True)
    head = ["area", "outcome", "unit", "scenario", "mode"]
    return table[[*head, *(name for name in table.columns if name not in head)]]


def departures(comparison: Comparison, places: Sequence[str] = ()) -> pd.DataFrame:
    """What governments that answer each other add, where that is clear: area, outcome, scenario, difference, points.

    The difference is of total less direct effect, in per cent of the reference or in points
    (`sim.comparison.bands.departure`).
    """
    last = Period(comparison.period.last, comparison.period.last)
    parts = []
    for area in areas_of(comparison, places):
        for line in area.lines if len(comparison.modes) > 1 else ():
            keep = {} if area.places is None else {"place": area.places}
            units = comparison.units(line.outcome, keep=keep, years=last if line.last else None)
            share = 100.0 if line.share else 100.0 / units["reference"]
            found = departure(units.assign(told=share * units["effect"]), "told", ["scenario"])
            parts.append(found[found["clear"]].assign(area=area.name, outcome=line.words, points=line.share))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["area"])


def entrants_of(comparison: Comparison) -> pd.DataFrame:
    """Entrants a year from the targets by place of entry, the largest changes first: scenario, place, and the bands.

    Changes of a few agents are left out. Empty where there is no target, or no table of entrants was kept.
    """
    if not comparison.roles.targets or "entry_year" not in comparison.frames:
        return pd.DataFrame(columns=["scenario", "place"])
    keep = {"origin": comparison.roles.targets}
    found = comparison.effects("new_entrants", ["place"], table="entry_year", keep=keep)
    agents = found["central"].abs() * comparison.period.years / comparison.config.scale
    found = found[(found["mode"] == comparison.modes[0]) & (agents >= FEW)]
    ranked = found.loc[found["central"].abs().sort_values(ascending=False, kind="stable").index]
    rank = {label: n for n, label in enumerate(comparison.scenarios)}
    return ranked.sort_values("scenario", key=lambda column: column.map(rank), kind="stable")
