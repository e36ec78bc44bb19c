"""The numbers behind the page as plain tables, each with what its rows are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from sim.analysis.summary import Period
from sim.comparison import Comparison
from sim.report.extras.common import plain
from sim.report.model import Report
from sim.report.numbers import OUTCOMES

OF_PLACES = ("n_researchers", "new_entrants", "net_moves", "new_exits", "papers_fractional", "top1_once")
OF_MEMBERS = ("n_researchers", "new_exits", "papers_fractional")
MODE_WORDS = {"scripted": "direct", "reactive": "total"}
COLUMNS = {  # columns of effects: heading, meaning
    "scenario": ("scenario", "what is compared with the reference"),
    "mode": ("effect", "direct: what the policy itself does; total: other governments answer as well"),
    "area": ("area", "whose outcome it is"),
    "place": ("code", "ISO3 code of the place"),
    "outcome": ("outcome", "in words, with its unit; “a year” is the mean over the period"),
    "column": ("column", "name of the outcome in docs/outcomes.md and in the recorded tables"),
    "reference": ("reference", "level without the scenario"),
    "central": ("change", "from the reference, at the documented values of all parameters"),
    "chance": ("s.e. by chance", "standard error of the change: another roll of the dice"),
    "chance_lo": ("chance, low", "90 % over chance alone, low end"),
    "chance_hi": ("chance, high", "90 % over chance alone, high end"),
    "lo": ("range, low", "90 % over chance and all assumptions that no data fix, low end; empty: not varied"),
    "hi": ("range, high", "the same, high end"),
    "n_draws": ("draws", "of the assumptions, besides the documented values"),
    "pct": ("change, %", "the change in per cent of the reference; the columns after it as above, in per cent"),
    "pct_chance": ("s.e. by chance, %", ""),
    "pct_chance_lo": ("chance, low, %", ""),
    "pct_chance_hi": ("chance, high, %", ""),
    "pct_lo": ("range, low, %", ""),
    "pct_hi": ("range, high, %", ""),
}


@dataclass(frozen=True)
class Table:
    """One table.

    Attributes
    ----------
    name : of the sheet and, with ``.csv``, of the file; about : what its rows are.
    """

    name: str
    about: str
    rows: pd.DataFrame


def tables_of(report: Report, comparison: Comparison) -> tuple[Table, ...]:
    """All tables that have rows, in the order of the page."""
    tables = (
        Table("answer", "What was asked, the answer, and how sure it is", _answer(report)),
        Table("effects", "One row for each number of the page", _spoken(report.numbers)),
        Table("places", "One row for each scenario, outcome and place", _places(comparison)),
        Table(
            "constituencies",
            f"One row for each scenario, outcome and group of the people who work in {report.subject}",
            _members(comparison, report.places),
        ),
        Table(
            "draws", "One row for each parameter that no data fix, one column for each draw of them", _draws(comparison)
        ),
        Table("how_to_read", "What columns and terms mean, and how to repeat it", _how_to_read(report)),
    )
    return tuple(table for table in tables if len(table.rows))


def _answer(report: Report) -> pd.DataFrame:
    lines = [("asked", report.asked), *(("answer", sentence) for sentence in report.answer), ("ranges", report.ranges)]
    lines += [("scenario", f"{scenario.label}: {scenario.full}") for scenario in report.scenarios]
    lines += [("how sure", f"{sure.what}: {sure.dots} of 4; {sure.why}") for sure in report.certainty]
    return pd.DataFrame([(what, plain(words)) for what, words in lines], columns=["part", "words"])


def _spoken(effects: pd.DataFrame) -> pd.DataFrame:
    return effects.assign(mode=effects["mode"].astype(str).map(MODE_WORDS))


def _places(comparison: Comparison) -> pd.DataFrame:
    found = _effects(comparison, OF_PLACES, ["place"])
    found.insert(2, "area", found["place"].astype(str).map(dict(comparison.names)))
    return found


def _members(comparison: Comparison, places: Sequence[str]) -> pd.DataFrame:
    return _effects(comparison, OF_MEMBERS, ["kind", "member"], places, "constituency_year")


def _effects(
    comparison: Comparison,
    outcomes: Sequence[str],
    by: Sequence[str],
    places: Sequence[str] | None = None,
    table: str = "place_year",
) -> pd.DataFrame:
    """Effects on several outcomes below each other; nothing if the table was not recorded."""
    if table not in comparison.frames:
        return pd.DataFrame()
    parts, last = [], comparison.period.last
    for outcome, words, stock in OUTCOMES:
        if outcome in outcomes:
            years = Period(last, last) if stock else comparison.period
            part = comparison.effects(outcome, by, places, years, table)
            parts.append(part.assign(outcome=words.format(last=last), column=outcome))
    found = _spoken(pd.concat(parts, ignore_index=True))
    named = ["scenario", "mode", *by, "outcome", "column"]
    return found[[*named, *(name for name in found.columns if name not in named)]]


def _draws(comparison: Comparison) -> pd.DataFrame:
    """A column a draw, as there are hundreds of parameters."""
    if not comparison.draws:
        return pd.DataFrame()
    draws = comparison.frames["draws"].set_index("draw").T.rename_axis("parameter")
    return draws.rename(columns={0: "documented"}).rename(columns=str).reset_index()


def _how_to_read(report: Report) -> pd.DataFrame:
    repeat = report.repeat
    lines = [(f"column {name}", f"in the workbook “{heading}”{': ' if said else ''}{said}")
             for name, (heading, said) in COLUMNS.items()]  # fmt: skip
    lines += [(term, plain(meaning)) for term, meaning in report.glossary]
    lines += [("command", repeat.command), ("version", repeat.version), ("revision", repeat.revision)]
    lines += [("seed", repeat.seed), ("key", repeat.key), ("size", repeat.size)]
    return pd.DataFrame(lines, columns=["what", "meaning"])
