"""What a leak prevented costs, as a function of the unknown leak rate, and the price of a leak at which it breaks even.

Leaks are linear in the leak rate for given activity: `sim.engines.security.leaks` multiplies by it. What may bend the
line is activity: incidents cost trust, and reactive governments tighten after incidents. Runs at other leak rates, if
given, are set beside the line.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.analysis import outcomes
from sim.analysis.balance.inputs import Row, Source, quotient
from sim.analysis.outcomes import COUNTED
from sim.analysis.pairs import estimate

YIELD, PRICE_PAPERS, PRICE_MONEY, LINE = (
    "Leaks prevented per 1,000 papers lost, by leak rate",
    "Break-even price of a leak, in papers",
    "Break-even price of a leak, in million $",
    "Is that linear in the leak rate?",
)
RATES = (1e-4, 1e-3, 1e-2, 1e-1)
MEASURES = {
    "protected": "prevented by protection",
    "stopped": "prevented, or avoided by lost work",
    "fewer": "all leaks that no longer happen",
}


def price(run: Source, others: Sequence[Source] = ()) -> list[Row]:
    """Leaks prevented per 1,000 papers lost in the world, and the price of a leak at which the scenario breaks even.

    Money counts compliance and promotion of the world, and papers lost at the price of a paper of the issuers: their
    academic money by fractional papers.
    """
    papers, found, money = lost_papers(run), leaks_less(run), spent_musd(run)
    rate = run.cfg.params.security.leak_rate
    rows = []
    for section, over, unit in (
        (YIELD, None, "leaks"),
        (PRICE_PAPERS, papers, "papers a leak"),
        (PRICE_MONEY, money, "M$ a leak"),
    ):
        for name, text in MEASURES.items():
            for other in sorted({*RATES, rate}):
                less = found[name] * other / rate
                value = quotient(1000 * less, papers) if over is None else quotient(over, less)
                rows.append(Row(section, text, f"leak rate {other:g}", unit, float("nan"), value, _why(value.mean)))
    return [*rows, *_line(run, others, found["fewer"], papers)]


def lost_papers(run: Source) -> np.ndarray:
    """Papers a year that the world loses, each counted once [n]."""
    return -run.total(run.yearly("world_year", ["papers"]), "papers", 1 / run.period.years).effect


def leaks_less(run: Source) -> dict[str, np.ndarray]:
    """Leaks a year that no longer happen, world, by the names of `MEASURES` [n]."""
    names = (*COUNTED, "leaks")
    frame = run.outcomes("place_year", names)
    prevented, avoided, leaked = (run.total(frame, name, 1 / run.period.years).effect for name in names)
    return {"protected": prevented, "stopped": prevented + avoided, "fewer": -leaked}


def spent_musd(run: Source) -> np.ndarray:
    """Million $ a year that the scenario costs: compliance, promotion, and what the lost papers had cost [n]."""
    frame = run.yearly("place_year", outcomes.columns("place_year", ["cost_musd"]))
    frame["cost_musd"] = outcomes.value(frame, "cost_musd")
    own = run.yearly("place_year", ["budget_public_musd", "papers_fractional"], place=run.issuers)
    spending, papers = (run.total(own, column) for column in ("budget_public_musd", "papers_fractional"))
    per_paper = float(spending.base.mean() / papers.base.mean())
    return run.total(frame, "cost_musd", 1 / run.period.years).effect + per_paper * lost_papers(run)


def _why(mean: float) -> str:
    return "" if np.isfinite(mean) else "no loss, or no gain, that is clear of zero"


def _line(run: Source, others: Sequence[Source], less: np.ndarray, papers: np.ndarray) -> list[Row]:
    """Runs at other leak rates beside the line through this one."""
    rows = []
    for other in others:
        rate = other.cfg.params.security.leak_rate
        factor = rate / run.cfg.params.security.leak_rate
        there = leaks_less(other)["fewer"]
        if len(there) != len(less):
            continue
        who = f"leak rate {rate:g}"
        text = "all leaks that no longer happen"
        rows.append(Row(LINE, who, f"{text}, run", "leaks a year", float("nan"), estimate(there)))
        rows.append(Row(LINE, who, f"{text}, by the line", "leaks a year", float("nan"), estimate(factor * less)))
        apart = estimate(lost_papers(other) - papers)
        rows.append(Row(LINE, who, "papers lost, run less this one", "papers a year", float(papers.mean()), apart))
    return rows
