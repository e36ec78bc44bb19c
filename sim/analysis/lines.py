"""Lines of the table that a command prints: which outcomes are told of the world and of each role, in which words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.analysis.outcomes import BILL, OUTCOMES, WORLD
from sim.core.axes import WAYS
from sim.record.tables import declared

# Projects of agents that are exposed or not; exposure by deception is an expectation.
EXPOSED_AGENTS = frozenset(f"exposed_{way}" for way in WAYS if way != "deception")


@dataclass(frozen=True)
class Area:
    """Places that are summed up under a name: those of one role."""

    name: str
    places: tuple[str, ...]
    acts: bool = True  # an issuer, of whom money and security are told too


@dataclass(frozen=True)
class Line:
    """One line of the table: shares in per cent, amounts a year, or of the `last` year; {last} stands for that year."""

    text: str
    outcome: str
    table: str = "place_year"
    last: bool = False

    @property
    def counts_agents(self) -> bool:
        """True of sums in which every agent, or each of their papers or projects, is one; not of expectations."""
        if self.outcome in OUTCOMES:
            return OUTCOMES[self.outcome].unit == "persons"
        column = next(c for c in declared(self.table).columns if c.name == self.outcome)
        counted = (column.unit == "persons" and column.kind == "count") or self.outcome.startswith("papers")
        return counted or self.outcome in EXPOSED_AGENTS

    @property
    def is_share(self) -> bool:
        """True of shares, which are told in per cent."""
        return self.outcome in OUTCOMES and bool(OUTCOMES[self.outcome].per)


PROTECTED = "leaks that protection stops, %"  # of those that are still possible in the same run
INTERNATIONAL = "international papers, %"
_STOCK = Line("researchers, {last}", "n_researchers", last=True)
_PAPERS = Line("papers a year", "papers_fractional")  # fractional counts: a joint paper counts once
_TOP = Line("top-1 % papers a year", "top1_once")
_CASES = (
    Line("investigations a year", "new_cases"),
    Line("investigations that find a tie", "cases_that_found"),
)
_SECURITY = (
    *(Line(f"projects exposed to {way}", f"exposed_{way}") for way in WAYS),
    Line(PROTECTED, "protected"),
    *_CASES,
)
_COST = "compliance, M$ a year"
_SHORT = {"budget_recruits_musd": "grants of recruits"}  # where the words of the bill are too long for the table
_BILL = (
    *(
        Line(f"{_SHORT.get(column, use)}, M$ a year", column)
        for column, use in BILL.items()
        if column != "budget_security_musd"
    ),
    Line("new money, M$ a year", "budget_new_musd"),
)
GUARDED = frozenset(line.text for line in _SECURITY)  # left out unless a policy protects
MONEY = frozenset({_COST, *(line.text for line in _BILL)})  # left out where nothing is spent: never 0 ± 0
_WORLD = (
    Line("researchers, {last}", "n_researchers", "world_year", last=True),
    Line("papers a year", "papers", "world_year"),
    Line(INTERNATIONAL, "international_share_world", "world_year"),
    _TOP,
    Line("moves a year", "new_moves", "world_year"),
)
_WORLD_COSTS = (*_CASES, Line(_COST, "compliance_musd", "world_year"), *_BILL)
_ISSUER = (
    _STOCK,
    Line("foreign-origin share, %", "foreign_share", last=True),
    Line("entrants from abroad a year", "new_entrants_foreign"),
    Line("net moves a year", "net_moves"),
    _PAPERS,
)
_COSTS = (*_SECURITY, Line(_COST, "compliance_musd"), *_BILL)
_OTHERS = (_STOCK, _PAPERS, _TOP)


def lines_of(area: Area | None, alone: bool = False) -> tuple[Line, ...]:
    """Lines of an area, or of the world.

    An issuer has all lines, others what they gain or lose. The international share of one place is of whole counts, as
    statistics have it; that of several is of fractional counts, which add up. What is protected is told of one place
    only, since leaks of several do not add.

    Parameters
    ----------
    alone : no issuer has lines of its own, so that money and cases are told of the world.
    """
    if area is None:
        return (*_WORLD, *_WORLD_COSTS) if alone else _WORLD
    if not area.acts:
        return _OTHERS
    one = len(area.places) == 1
    share = Line(INTERNATIONAL, "international_share" if one else "international_share_fractional")
    return (*_ISSUER, share, _TOP, *(line for line in _COSTS if one or line.outcome != "protected"))


def told(areas: Sequence[Area]) -> list[tuple[str, Area | None, tuple[Line, ...]]]:
    """Name, area and lines of the world, then of each area."""
    alone = not any(area.acts for area in areas)
    return [(WORLD, None, lines_of(None, alone)), *((area.name, area, lines_of(area)) for area in areas)]
