"""What a leak avoided costs its victim, as a function of the unknown leak rate, and the price at which it breaks even.

Leaks are linear in the leak rate for given activity: `sim.engines.security.leaks` multiplies by it. What may bend the
line is activity: incidents cost trust, and reactive governments tighten after incidents. Runs at other leak rates, if
given, are set beside the line. Leaks of one place are set against that place's own costs, never added up over places.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.analysis import outcomes
from sim.analysis.balance.gains import VICTIMS
from sim.analysis.balance.inputs import Row, Source, quotient
from sim.analysis.pairs import estimate

YIELD, PRICE_PAPERS, PRICE_MONEY, LINE = (
    "Leaks avoided per 1,000 papers lost, by leak rate",
    "Break-even price of a leak, in papers",
    "Break-even price of a leak, in million $",
    "Is that linear in the leak rate?",
)
RATES = (1e-4, 1e-3, 1e-2, 1e-1)
MEASURES = {"protected": "avoided by protection", "fewer": "leaks that no longer happen"}


def price(run: Source, others: Sequence[Source] = ()) -> list[Row]:
    """Leaks avoided per 1,000 papers lost by each issuer, and the price of a leak at which the scenario breaks even.

    Money counts compliance and promotion, and papers lost at the price of a paper of the place: its academic money by
    fractional papers.
    """
    return [row for code in run.issuers[:VICTIMS] for row in _of_victim(run, others, code)]


def _of_victim(run: Source, others: Sequence[Source], code: str) -> list[Row]:
    papers, found, money = lost_papers(run, code), leaks_less(run, code), spent_musd(run, code)
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
                who = f"{run.names[code]}: {text}"
                rows.append(Row(section, who, f"leak rate {other:g}", unit, float("nan"), value, _why(value.mean)))
    return [*rows, *_line(run, others, code, found["fewer"], papers)]


def lost_papers(run: Source, code: str) -> np.ndarray:
    """Fractional papers a year that a place loses [n]."""
    papers = run.yearly("place_year", ["papers_fractional"], place=[code])
    return -run.total(papers, "papers_fractional", 1 / run.period.years).effect


def leaks_less(run: Source, code: str) -> dict[str, np.ndarray]:
    """Leaks a year of a place that no longer happen, by the names of `MEASURES` [n]."""
    names = ("leaks_avoided", "leaks")
    frame = run.outcomes("place_year", names, place=[code])
    avoided, leaked = (run.total(frame, name, 1 / run.period.years).effect for name in names)
    return {"protected": avoided, "fewer": -leaked}


def spent_musd(run: Source, code: str) -> np.ndarray:
    """Million $ a year that the scenario costs a place: compliance, promotion, and what the lost papers had cost."""
    frame = run.yearly("place_year", outcomes.columns("place_year", ["cost_musd"]), place=[code])
    frame["cost_musd"] = outcomes.value(frame, "cost_musd")
    own = run.yearly("place_year", ["budget_public_musd", "papers_fractional"], place=[code])
    spending, papers = (run.total(own, column) for column in ("budget_public_musd", "papers_fractional"))
    per_paper = float(spending.base.mean() / papers.base.mean())
    return run.total(frame, "cost_musd", 1 / run.period.years).effect + per_paper * lost_papers(run, code)


def _why(mean: float) -> str:
    return "" if np.isfinite(mean) else "no loss, or no gain, that is clear of zero"


def _line(run: Source, others: Sequence[Source], code: str, less: np.ndarray, papers: np.ndarray) -> list[Row]:
    """Runs at other leak rates beside the line through this one."""
    rows = []
    for other in others:
        rate = other.cfg.params.security.leak_rate
        factor = rate / run.cfg.params.security.leak_rate
        there = leaks_less(other, code)["fewer"]
        if len(there) != len(less):
            continue
        who = f"{run.names[code]}: leak rate {rate:g}"
        text = "leaks that no longer happen"
        rows.append(Row(LINE, who, f"{text}, run", "leaks a year", float("nan"), estimate(there)))
        rows.append(Row(LINE, who, f"{text}, by the line", "leaks a year", float("nan"), estimate(factor * less)))
        apart = estimate(lost_papers(other, code) - papers)
        rows.append(Row(LINE, who, "papers lost, run less this one", "papers a year", float(papers.mean()), apart))
    return rows
