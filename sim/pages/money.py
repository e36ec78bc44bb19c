"""Text of ``docs/money.md``: what each place has for academic research, and what promotion costs there."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import fields

import numpy as np

from sim.data.clock import FIRST_YEAR, PAPERS_FROM
from sim.data.money import money_rows
from sim.data.tables import WorldData, load_world_data
from sim.data.worlds import folder_of
from sim.engines.budget import Prices, academic_money, price_level, prices_of
from sim.pages.markdown import NOTE, table
from sim.params import MoneyParams

HEAD = (
    "place", "B, M$", "k$ a researcher", "price level, k$", "programme place", "chair", "post a year",
    "doctoral place a year", "1 % of B: programme places", "or posts", "or doctoral places", "a paper, k$",
)  # fmt: skip


def money() -> str:
    """The whole page, for the shipped full world in the last year of its data."""
    data, params = load_world_data(), MoneyParams()
    usa = float(data.income[data.end - FIRST_YEAR][data.iso3.index("USA")]) / 1e3
    about = ABOUT.format(year=data.end, g=params.government_share, prices=_multiples(params), chair=params.chair,
                         level=usa, cost=params.chair * usa)  # fmt: skip
    change = CHANGE.format(rows=len(money_rows(folder_of("full"), data.iso3)), chair=params.chair)
    return "\n".join([NOTE, about, table(HEAD, _rows(data, params)), change])


def _multiples(params: MoneyParams) -> str:
    """Prices as multiples of the price level, with their ranges."""
    bounds = {f.name: f.metadata for f in fields(params)}
    a_year = ("doctoral_place", "post", "pay", "joint_project")
    found = (
        f"{name.replace('_', ' ')} {getattr(params, name):g}{' a year' if name in a_year else ''} "
        f"({bounds[name]['lo']:g} to {bounds[name]['hi']:g})"
        for name in Prices._fields
    )
    return textwrap.fill(", ".join(found), 118)


def _rows(data: WorldData, params: MoneyParams) -> Iterator[tuple[str, ...]]:
    """One row a place, imputed shares marked by a star."""
    t = data.end - FIRST_YEAR
    public = academic_money(
        data.gerd_musd[t], data.share_higher_education, data.share_government, params.government_share
    )
    level = price_level(data.income[t], float(data.income[t][data.iso3.index("USA")]), params.price_level)
    prices, papers = prices_of(params, level), data.papers_fractional[data.end - PAPERS_FROM]
    posts = (prices.programme_place, prices.chair, prices.post, prices.doctoral_place)
    buys = (prices.programme_place, prices.post, prices.doctoral_place)
    a_head, a_paper = 1e3 * public / data.researchers[t], 1e3 * public / papers
    for p, code in enumerate(data.iso3):
        star = "\\*" if data.money_imputed[p] else ""
        yield (
            f"{code}{star}", f"{public[p]:,.0f}", f"{a_head[p]:.0f}", f"{1e3 * level[p]:.0f}",
            *(f"{1e3 * price[p]:,.0f}" for price in posts),
            *(_number(0.01 * public[p] / price[p]) for price in buys), f"{a_paper[p]:,.0f}",
        )  # fmt: skip


def _number(value: float) -> str:
    return f"{value:,.0f}" if np.isfinite(value) else "any number"


ABOUT = """\
# Money

Promotion is bought. *Academic money* B of a place is its spending on R&D times the share that universities perform
and a part g of the share that government performs (academies such as China's or India's are government; g = {g:g},
`params.money.government_share`). The rest is firms' and is nobody's to move. In the baseline all of B is research
grants: pay, posts and students of {year} lie inside the fitted rates. What policy buys is taken from grants, unless
`research_funding` adds new money:

`B + new money = grants + recruits + joint projects + pay + posts + doctoral places + rules`, by place and year, in
the columns `budget_*` of [place_year](outcomes.md#place_year).

- **Stays in research**: programme places, chairs, start-up money and recruits' budgets (for recruits alone), joint
  projects. It makes papers where it is spent, with the elasticity and lag of all research money.
- **Leaves research**: pay of recruits above the going rate, permanent posts, doctoral places, rules. It buys people,
  and no output.
- **Students** given to recruits are taken from incumbents of the same place.
- What was offered and not taken up stays in grants. Promises of several years (doctoral places: four; posts: while
  they are held) are charged when they fall due, also when the policy has ended.
- Rules are paid first, then promises, then offers. Grants keep half (`params.money.floor`); where they would not,
  everything on offer is cut to what can be paid, and `share_affordable` is the share of the year's offers that is
  (1 where nothing is offered); a run prints it where it is below 1. If money is cut so far that promises do not fit
  either, they are cut too: bought posts lapse by lot, doctoral places are paid in part. Only rules take more.
- Less than the baseline (`recruit_income`, `student_places` or `recruit_funding` below 0) frees no money: what is
  not spent was grants already. Research money that recruits do not get is grants of the others.
- **Not modelled** is what has no price: visas, rhetoric, investigations, screening and bans cost people, time or
  papers, and their money is unknown. Tables say so instead of 0.

Prices are in GDP per head, `m · income^e · income of the US^(1 − e)` with e = ½ (`params.money.price_level`), since
foreigners are paid near world prices. The multiples m of this level between own and US GDP per head are assumptions:
{prices}.
So a chair in the United States is {chair:g} × {level:.1f} = {cost:,.0f} k$. They are set as multiples, not in k$
([parameters.md](parameters.md), `params.money`).

## By place, {year}

Prices in k$ of 2021 PPP; \\* shares of R&D are imputed (academic_money.csv says how). A researcher is an author in
Scopus; where many authors do little research (Viet Nam), B per researcher is small, so nothing is priced by it but
recruits' money, which is relative. *A paper* is B per paper in fractional counting, whatever else B pays for.
"""
CHANGE = """\
## How to change it

Prices: `params.money.chair=20` on the command line (GDP per head; {chair:g} by default), in a scenario, or as a range
in a sweep. Shares: copy a world (`cp -r sim/data/full my_world`), edit `academic_money.csv` ({rows} rows: place, both
shares, year, 1 if imputed, source) and run with `world=my_world`. What is wrong is refused with file, line, column and
what is allowed. Spending on R&D itself stands in `inputs.csv`. Why it is so: [decision](decisions/money.md).
"""
