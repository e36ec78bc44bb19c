"""Numbers of recruiting by policy: what recruiters and the rest gain or lose, what it costs, who comes anyway."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from experiments.common.numbers import Numbers
from experiments.common.store import OpenStore, with_axes
from experiments.race.governments import add_governments
from sim.analysis.balance.inputs import quotient
from sim.analysis.outcomes import BILL
from sim.analysis.pairs import estimate
from sim.core.axes import BASELINE

FIRST = 2019  # the package begins in November 2018
CASE = ("sweep", "case", "scenario", "area")
RACERS, ELSEWHERE, WORLD = "recruiters", "elsewhere", "world"
SHOWN = ("USA", "DEU", "CHE")  # a large, a middle and a small system
USUAL = "as assumed"
PROMOTION = tuple(column for column in BILL if column != "budget_security_musd")
LEAVING = ("budget_pay_musd", "budget_posts_musd", "budget_students_musd")
COLUMNS = ("n_researchers", "new_moves_in", "new_entrants_foreign", "papers_fractional", "budget_public_musd",
           "budget_new_musd", *PROMOTION)  # fmt: skip


def numbers_of(opened: OpenStore) -> pd.DataFrame:
    """All lines of ``numbers.csv``, of the three sweeps."""
    found = Numbers(CASE)
    for store, sweep in ((opened, "sweep"), (opened.beside("race_ends"), "ends")):
        for case, scenario, totals, base in arms(store):
            for area, places in areas(totals, scenario).items():
                named = {"sweep": sweep, "case": case, "scenario": scenario, "area": area}
                add_area(found, named, totals, base, places)
    add_governments(found, opened.beside("race_reactive"))
    return found.frame()


def arms(opened: OpenStore) -> Iterator[tuple[str, str, pd.DataFrame, pd.DataFrame]]:
    """Case, scenario, and sums over the years by replicate and place in the scenario and in its baseline."""
    sums = totals_of(opened)
    for (case, scenario), rows in sums.groupby(["case", "scenario"], sort=False):
        if scenario != BASELINE:
            base = sums[(sums["case"] == case) & (sums["scenario"] == BASELINE)]
            cells = ["replicate", "place"]
            yield str(case), str(scenario), rows.set_index(cells), base.set_index(cells)


def totals_of(opened: OpenStore) -> pd.DataFrame:
    """Sums from `FIRST` on by case, scenario, mode, replicate and place; ``n_researchers`` of the last year."""
    keys = ["scenario", "mode", "draw", "replicate", "year", "place"]
    names = [name for name in COLUMNS if name != "n_researchers"]
    frame = opened.frames.read("place_year", [*keys, *COLUMNS], [("year", ">=", FIRST)])
    frame = frame.astype({**dict.fromkeys(("scenario", "mode", "place"), str), **dict.fromkeys(COLUMNS, float)})
    cells = ["scenario", "mode", "draw", "replicate", "place"]
    sums = frame.groupby(cells, sort=False)[names].sum()
    years = frame["year"].nunique()
    sums[names] /= years
    last = frame[frame["year"] == frame["year"].max()].set_index(cells)["n_researchers"]
    found = with_axes(sums.assign(n_researchers=last, years=years).reset_index(), opened.frames)
    axes = [name for name in found if name in ("case", "hazards")]
    return found.rename(columns={axes[0]: "case"}) if axes else found.assign(case=USUAL)


def areas(totals: pd.DataFrame, scenario: str) -> dict[str, Sequence[str]]:
    """Places by area: who recruits or spends new money, the rest, the world, and countries that are shown apart."""
    spent = totals[[*PROMOTION, "budget_new_musd"]].sum(axis=1).groupby("place").max()
    places = list(spent.index)
    racers = list(spent.index[spent > 0.0])
    found: dict[str, Sequence[str]] = {RACERS: racers, ELSEWHERE: [p for p in places if p not in racers], WORLD: places}
    if len(racers) > 1:
        found |= {place: [place] for place in SHOWN if place in racers}
    return found


def add_area(
    found: Numbers, named: dict[str, str], totals: pd.DataFrame, base: pd.DataFrame, places: Sequence[str]
) -> None:
    """Effects on one area: yearly means over the years, researchers of the last year."""
    after, before = (summed(frame, places) for frame in (totals, base))
    change = after - before
    for name, words in (("n_researchers", "researchers at the end"), ("papers_fractional", "papers a year")):
        found.add(named, words, "%", quotient(100 * change[name].to_numpy(), before[name].to_numpy()))
        found.add(named, words, "number", estimate(change[name].to_numpy()))
    bill, leaving = (after[list(names)].sum(axis=1).to_numpy() for names in (PROMOTION, LEAVING))
    found.add(named, "new money", "M$ a year", estimate(after["budget_new_musd"].to_numpy()))
    if named["area"] == WORLD or not bill.any():
        return
    public, gained = after["budget_public_musd"].to_numpy(), change["n_researchers"].to_numpy()
    years = float(totals["years"].iloc[0])
    found.add(named, "bill", "% of academic money", quotient(100 * bill, public))
    found.add(named, "bill", "M$ a year", estimate(bill))
    found.add(named, "leaves research", "% of the bill", quotient(100 * leaving, bill))
    found.add(named, "bill of all years by researchers gained", "M$ each", quotient(years * bill, gained))
    found.add(named, "pay, posts and places by researchers gained", "M$ each", quotient(years * leaving, gained))
    if named["area"] == RACERS:
        rest = summed(totals, None)["n_researchers"] - summed(base, None)["n_researchers"] - gained
        found.add(named, "lost elsewhere", "% of the gain", quotient(-100 * rest.to_numpy(), gained))
    came = [(frame["new_moves_in"] + frame["new_entrants_foreign"]).to_numpy() for frame in (before, after)]
    found.add(named, "would have come anyway", "% of arrivals", quotient(100 * came[0], came[1]))


def summed(frame: pd.DataFrame, places: Sequence[str] | None) -> pd.DataFrame:
    """Sums over places by replicate; None: all places."""
    part = frame if places is None else frame[frame.index.get_level_values("place").isin(list(places))]
    numbers = part.select_dtypes(np.number).groupby("replicate").sum()
    return numbers.sort_index()
