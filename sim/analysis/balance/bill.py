"""The bill: what the issuers' academic money is spent on, by use, and which levers have no price in the model."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.analysis.balance.inputs import Row, Source, changed
from sim.analysis.offers import COLUMN, shortest
from sim.analysis.outcomes import BILL as USES
from sim.analysis.pairs import estimate
from sim.policy.levers import NOT_MODELLED, unpriced
from sim.policy.words import in_force

BILL = "The bill, out of academic money"
UNIT = "M$ a year"
OTHERS = {
    "budget_public_musd": "academic money",
    "budget_new_musd": "new money",
    "budget_grants_musd": "left for grants",
}


def bill(run: Source) -> list[Row]:
    """Uses of the issuers' money, where anything is spent, then levers without a price, which are said to be so."""
    who = "Issuers"
    if not run.issuers:
        return []
    frame = run.outcomes("place_year", [*OTHERS, *USES], ["place"], place=run.issuers)
    rows = []
    for column, text in (OTHERS | USES).items():
        pair = run.total(frame, column, 1 / run.period.years)
        if pair.base.any() or pair.here.any():
            rows.append(changed(BILL, who, text, UNIT, pair))
    prices = run.outcomes(
        "place_year", ["budget_public_musd", "budget_new_musd", "papers_fractional"], place=run.issuers
    )
    money, papers = (
        run.total(prices.assign(money=prices["budget_public_musd"] + prices["budget_new_musd"]), name)
        for name in ("money", "papers_fractional")
    )
    a_paper = estimate(1000.0 * (money.here / papers.here - money.base / papers.base))
    rows.append(Row(BILL, who, "a paper", "k$", float(np.mean(1000.0 * money.base / papers.base)), a_paper))
    nothing = estimate(np.full(1, np.nan))
    names = unpriced(in_force(run.cfg.uses, run.period.first, run.period.last))
    return rows + paid_offers(run) + [Row(BILL, who, name, UNIT, float("nan"), nothing, NOT_MODELLED) for name in names]


def paid_offers(run: Source) -> list[Row]:
    """Share of an issuer's offers that was paid, in the year in which least was; none where all could be."""
    found = run.paired(run.yearly("place_year", ["year", COLUMN], place=run.issuers), COLUMN, ["place", "year"])
    means = pd.Series({cell: pair.here.mean() for cell, pair in found.items()})
    return [
        Row(BILL, "Issuers", f"offers paid by {run.names[one.place]} in {one.year}", "% of what was offered",
            float("nan"), estimate(100.0 * found[one.place, one.year].here))
        for one in shortest(means)
    ]  # fmt: skip
