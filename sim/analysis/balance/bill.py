"""The bill: what the issuers' academic money is spent on, by use, and which levers have no price in the model."""

from __future__ import annotations

import numpy as np

from sim.analysis.balance.inputs import Row, Source, changed
from sim.analysis.outcomes import BILL as USES
from sim.analysis.pairs import estimate
from sim.policy.levers import NOT_MODELLED, unpriced

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
    names = unpriced(use.lever for use in run.cfg.uses)
    return rows + [Row(BILL, who, name, UNIT, float("nan"), nothing, NOT_MODELLED) for name in names]
