"""Every effect on the page's subject, tidy: the table of the appendix, of the CSV and of the sheets."""

from __future__ import annotations

import pandas as pd

from sim.core.axes import WAYS
from sim.report.model import Scenario
from sim.report.read import Reader

# Outcome, words, whether it is a stock.
OUTCOMES = (
    ("n_researchers", "researchers, {last}", True),
    ("n_foreign_origin", "researchers of foreign origin, {last}", True),
    ("new_entrants", "entrants a year", False),
    ("new_entrants_foreign", "entrants from abroad a year", False),
    ("net_moves", "moves in minus moves out a year", False),
    ("new_exits", "exits from research a year", False),
    ("papers_fractional", "papers a year, joint papers shared", False),
    ("top1_once", "top-1 % papers a year, joint papers shared", False),
    ("international_share_fractional", "international share of papers, 0-1", False),
    ("papers_lost_rule", "papers lost to rules a year", False),
    ("papers_lost_fear", "papers lost to fear a year", False),
    ("new_cases", "investigations a year", False),
    ("compliance_musd", "complying with rules, M$ a year", False),
    ("compliance_researcher_years", "complying with rules, person-years a year", False),
    ("recruitment_musd", "promotion, M$ a year", False),
)
SECURITY = (
    *((f"exposed_{way}", f"sensitive project-years exposed a year, {way}", False) for way in WAYS),
    ("protected", "of what could leak, stopped by protection, 0-1", False),
    ("leaks", "leaks a year, if the rate is right", False),
)
COLUMNS = [
    "scenario", "mode", "area", "outcome", "column", "reference", "central", "chance", "chance_lo", "chance_hi",
    "lo", "hi", "n_draws", "pct", "pct_chance_lo", "pct_chance_hi", "pct_lo", "pct_hi",
]  # fmt: skip


def table(reader: Reader, scenario: Scenario) -> pd.DataFrame:
    """Effects of one scenario in every mode: columns `COLUMNS`. Exposure is of one place, as it never adds up."""
    rows = []
    for mode in reader.modes:
        for outcomes, places in ((OUTCOMES, reader.places), (SECURITY, (reader.victim,))):
            area = reader.subject if places == reader.places else reader.names[reader.victim]
            for outcome, words, stock in outcomes:
                years = reader.last if stock else reader.period
                for row in reader.rows(outcome, scenario.label, mode=mode, places=places, years=years):
                    told = words.format(last=reader.period.last)
                    rows.append({**row, "area": area, "outcome": told, "column": outcome})
    return pd.DataFrame(rows, columns=COLUMNS)
