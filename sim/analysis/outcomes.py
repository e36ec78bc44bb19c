"""Outcomes that follow from recorded columns, defined once by name.

Recorded columns are outcomes under their own names. A sum is taken row by row and may be added up over places and
years; a ratio is taken of such totals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.core.axes import WAYS
from sim.core.gone import gone
from sim.core.read import unknown
from sim.record.tables import TABLES, declared

if TYPE_CHECKING:  # lists of outcomes start quickly
    import pandas as pd

ROUNDING = 1e-6  # of what is subtracted from: less is the precision of recorded columns, not a difference
WORLD = "World"  # area of all places together
LEAKS = tuple(f"leaks_{way}" for way in WAYS)
BILL = {  # uses of academic money by column of `place_year`, in words
    "budget_recruits_musd": "research money of recruits",
    "budget_joint_musd": "joint projects",
    "budget_pay_musd": "pay of recruits",
    "budget_posts_musd": "permanent posts",
    "budget_students_musd": "doctoral places",
    "budget_security_musd": "rules",
}
SHORT: Mapping[str, tuple[str, str]] = {  # names that users type: outcome, and how it is told
    "researchers": ("n_researchers", "researchers"),
    "papers": ("papers_fractional", "papers"),
    "top papers": ("top1_once", "top-1 % papers"),
    "top1": ("top1_once", "top-1 % papers"),
    "entrants": ("new_entrants", "entrants"),
    "foreign entrants": ("new_entrants_foreign", "entrants from abroad"),
    "exits": ("new_exits", "exits from research"),
    "moves in": ("new_moves_in", "moves in"),
    "moves out": ("new_moves_out", "moves out"),
    "international share": ("international_share_fractional", "international share of papers"),
    "protected": ("protected", "share of possible leaks that protection stops"),
    "leaks": ("leaks_per_project", "leaks per sensitive project"),
    "cost": ("compliance_musd", "compliance cost"),
}


@dataclass(frozen=True)
class Outcome:
    """One derived outcome: ``(plus − minus) / per`` of recorded columns of a table.

    Parameters
    ----------
    otherwise : column that stands in where `plus` is null.
    per : column by which totals are divided; null where it is 0.
    """

    name: str
    table: str
    unit: str
    meaning: str
    plus: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()
    otherwise: str = ""
    per: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Recorded columns that it is computed from, each once."""
        return tuple(dict.fromkeys(name for name in (*self.plus, *self.minus, self.otherwise, self.per) if name))

    @property
    def formula(self) -> str:
        """How it is computed, in words."""
        text = " + ".join(self.plus) + "".join(f" − {name}" for name in self.minus)
        text = f"{text}, where null {self.otherwise}" if self.otherwise else text.strip()
        return (f"({text})" if self.minus or len(self.plus) > 1 else text) + f" / {self.per}" if self.per else text

    def of(self, frame: pd.DataFrame) -> pd.Series:
        """Values of each row, which for a ratio should be a total."""
        if self.otherwise:
            found = frame[self.plus[0]].fillna(frame[self.otherwise])
        else:
            found = frame[list(self.plus)].sum(axis=1)
        if self.minus:
            whole = found
            found = found - frame[list(self.minus)].astype(float).sum(axis=1)
            found = found.mask(found.abs() < ROUNDING * whole.abs(), 0.0)
        return found / frame[self.per].where(frame[self.per] > 0) if self.per else found


_PLACE = "place_year"
_TOP = "papers above the top-1 % threshold of the paired baseline, by its readers; without one, of the own run"
OUTCOMES: dict[str, Outcome] = {
    outcome.name: outcome
    for outcome in (
        Outcome("net_moves", _PLACE, "persons", "moves in minus moves out", ("new_moves_in",), ("new_moves_out",)),
        Outcome("moves", _PLACE, "persons", "moves in and out", ("new_moves_in", "new_moves_out")),
        Outcome("net_move_rate", _PLACE, "persons per researcher", "net moves per researcher",
                ("new_moves_in",), ("new_moves_out",), per="n_researchers"),
        Outcome("foreign_share", _PLACE, "0-1", "share of researchers of foreign origin",
                ("n_foreign_origin",), per="n_researchers"),
        Outcome("international_share", _PLACE, "0-1", "share of papers with authors in another country, whole counting",
                ("papers_international",), per="papers_whole"),
        Outcome("international_share_fractional", _PLACE, "0-1",
                "share of papers with authors in another country, fractional counting; adds up over places",
                ("papers_international_fractional",), per="papers_fractional"),
        Outcome("international_share_world", "world_year", "0-1",
                "share of the world's papers with authors in two countries or more",
                ("papers_international",), per="papers"),
        Outcome("top1", _PLACE, "papers", f"{_TOP}; whole counting",
                ("top1_at_baseline_threshold",), otherwise="top1_whole"),
        Outcome("top1_once", _PLACE, "papers", f"{_TOP}; fractional counting, so that a joint paper counts once",
                ("top1_fractional_at_baseline_threshold",), otherwise="top1_fractional"),
        Outcome("leaks", _PLACE, "project-years",
                "leaks of all ways, if leak_rate is right; of one place, never added up over places", LEAKS),
        Outcome("leaks_avoided", _PLACE, "project-years",
                "leaks that protection stops, if leak_rate is right; of one place",
                ("leaks_unprotected",), LEAKS),
        Outcome("leaks_per_project", _PLACE, "1/project-year",
                "leaks per sensitive project-year, if leak_rate is right", LEAKS, per="exposed_theft"),
        Outcome("protected", _PLACE, "0-1", "share of what could still leak from sensitive projects in the same run "
                "that protection stops, whatever the leak_rate",
                ("leaks_unprotected",), LEAKS, per="leaks_unprotected"),
        Outcome("share_that_found", _PLACE, "0-1", "share of investigations that find an undisclosed tie",
                ("cases_that_found",), per="new_cases"),
        Outcome("cost_musd", _PLACE, "million $", "spent on compliance and on promotion",
                ("compliance_musd", "recruitment_musd")),
        Outcome("paper_price_musd", _PLACE, "million $ a paper", "price of a paper: academic money, with new "
                "money, per paper in fractional counting",
                ("budget_public_musd", "budget_new_musd"), per="papers_fractional"),
    )
}  # fmt: skip


def columns(table: str, names: Iterable[str]) -> list[str]:
    """Recorded columns of a table that these outcomes are computed from.

    Raises
    ------
    ValueError : the table has neither an outcome nor a column of that name.
    """
    recorded = declared(table).required
    derived = {name: outcome.columns for name, outcome in OUTCOMES.items() if outcome.table == table}
    found: dict[str, None] = {}
    for name in names:
        if name not in recorded and name not in derived:
            hint = gone(f"{table}.{name}")
            raise ValueError(f"{table}: {hint or unknown(name, 'outcome', [*derived, *recorded])}")
        found |= dict.fromkeys((name,) if name in recorded else derived[name])
    return list(found)


def add(frame: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """Frame with these outcomes as further columns, row by row, in the precision of what is recorded.

    Ratios are left to the totals (`value`).
    """
    sums = [name for name in names if name in OUTCOMES and not OUTCOMES[name].per]
    return frame.assign(**{name: OUTCOMES[name].of(frame) for name in sums if name not in frame.columns})


def value(totals: pd.DataFrame, name: str) -> pd.Series:
    """One outcome of totals in double precision: their column of that name, or what is computed from them.

    Raises
    ------
    ValueError : it is neither; says what replaces an outcome of an earlier edition.
    """
    if name in totals.columns:
        return totals[name].astype(float)
    if name not in OUTCOMES:
        known = [*OUTCOMES, *map(str, totals.columns)]
        hints = "".join(gone(f"{table}.{name}") for table in TABLES)
        raise ValueError(f"'{name}' is {hints.rstrip('; ')}" if hints else unknown(name, "outcome", known))
    return OUTCOMES[name].of(totals[list(OUTCOMES[name].columns)].astype(float))
