"""Stocks, moves, entries and exits that balance exactly, in whole persons.

One definition is used throughout: moves are those of the pair file, scaled by one factor a year (about 1.002) so
that the world total is the country table's; moves in and out of a place are the margins of these flows; exits are a
smoothed hazard of the balance; entries close the balance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.data.build.gaps import ImputedLog, check_gaps
from sim.data.build.gaps_listed import LISTED
from sim.data.build.sources import Sources, country_list, sixty, wide

FIRST, DATA, LAST = 1980, 1998, 2017
HAZARD_LO, HAZARD_HI = 0.02, 0.10  # bounds of the exit hazard a year (assumption; data: 2 to 8 % in most places)
GROWTH_HI = 0.15  # fastest growth a year carried back (assumption: Iran's 30 % would leave 26 researchers in 1980)
ENTRY_LO = 0.005  # least entrants a year as a share of the stock (assumption)


@dataclass
class People:
    """Arrays of one world (persons): stocks, moves, entries, exits and first publications [T, P], flows [T18, P, P]."""

    researchers: np.ndarray
    entries: np.ndarray
    exits: np.ndarray
    moves_in: np.ndarray
    moves_out: np.ndarray
    first_seen: np.ndarray
    flows: np.ndarray
    within: np.ndarray
    world_moves: np.ndarray


def whole_numbers(values: np.ndarray, total: int) -> np.ndarray:
    """Round to whole numbers that add up to `total` (largest remainders; ties by position)."""
    floor = np.floor(values)
    short = total - int(floor.sum())
    order = np.argsort(-(values - floor).ravel(), kind="stable")
    out = floor.ravel()
    out[order[:short]] += 1
    return out.reshape(values.shape)


def moves_by_place(sources: Sources, places: list[str], mapping: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Flows [20, P, P] with moves inside rests on the diagonal, and the country table's world totals [20]."""
    index = {place: i for i, place in enumerate(places)}
    moves = sources.moves()
    origin, target = (moves[c].map(mapping).map(index).to_numpy() for c in ("iso3codefrom", "iso3codeto"))
    raw = np.zeros((LAST - DATA + 1, len(places), len(places)))
    np.add.at(raw, (moves.year.to_numpy() - DATA, origin, target), moves.n_migrations.to_numpy(float))
    table = sources.country_year().groupby("year").moves_in.sum().loc[DATA:LAST].to_numpy(int)
    scaled = [whole_numbers(year * total / year.sum(), int(total)) for year, total in zip(raw, table)]
    return np.array(scaled), table


def stocks(sources: Sources, places: list[str], mapping: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Stocks from 1998 [T18, P] and first publications [T, P] (NaN before 2000) by place."""
    table = wide(sources.country_year(), "researchers")
    check_gaps("people.researchers", table.loc[DATA:], sixty(country_list(sources)), LISTED["people.researchers"])
    people = table.fillna(0.0).T.groupby(mapping).sum().T[places]
    first = wide(sources.country_year(), "first_seen").fillna(0.0).T.groupby(mapping).sum().T[places]
    seen = np.vstack([np.full((2000 - FIRST, len(places)), np.nan), first.loc[2000:LAST].to_numpy()])
    return people.loc[DATA:LAST].to_numpy(), seen


def carried_back(stock: np.ndarray) -> np.ndarray:
    """Stocks from 1998 [T18, P] as [T, P] from 1980.

    Before 1998 the source counts only those who had already published since 1996, so its 1996-97 stocks are too
    small; they are replaced, like all earlier years, by the log-linear path of 1998-2008 carried back from 1998
    (growth at most 15 % a year).
    """
    years = np.arange(DATA, 2009, dtype=float)
    logs = np.log(stock[: len(years)])
    growth = ((years - years.mean())[:, None] * (logs - logs.mean(0))).sum(0) / ((years - years.mean()) ** 2).sum()
    growth = np.minimum(growth, GROWTH_HI)
    steps = np.arange(FIRST, DATA)[:, None] - DATA
    before = np.rint(stock[0] * np.exp(growth * steps))
    return np.vstack([before, stock])


def moves_before_data(stock: np.ndarray, flows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Moves in and out [18, P] of 1980-1997: rates of 1998-2000 times the stock, world totals made equal."""
    n = DATA - FIRST
    base = stock[n - 1 : n + 2].sum(0)  # stocks at the start of 1998, 1999, 2000
    rate_in, rate_out = flows[:3].sum((0, 1)) / base, flows[:3].sum((0, 2)) / base
    previous = np.vstack([stock[:1], stock[: n - 1]])
    moved_in, moved_out = np.zeros((n, stock.shape[1])), np.zeros((n, stock.shape[1]))
    for t in range(n):
        out, into = rate_out * previous[t], rate_in * previous[t]
        total = round(float(out.sum()))
        moved_out[t] = whole_numbers(out * total / out.sum(), total)
        moved_in[t] = whole_numbers(into * total / into.sum(), total)
    return moved_in, moved_out


def exit_hazard(stock: np.ndarray, seen: np.ndarray, net: np.ndarray) -> np.ndarray:
    """Exit hazard a year [T, P]: balance from 2000 on smoothed over three years; before 2000 the mean of 2000-08."""
    previous = np.vstack([stock[:1], stock[:-1]])
    raw = (seen + net - (stock - previous)) / previous  # NaN before 2000
    start = 2000 - FIRST
    raw = raw[start:]
    padded = np.vstack([raw[:1], raw, raw[-1:]])
    smooth = np.clip((padded[:-2] + padded[1:-1] + padded[2:]) / 3, HAZARD_LO, HAZARD_HI)
    early = np.repeat(smooth[:9].mean(0)[None], start, axis=0)
    return np.vstack([early, smooth])


def balance(
    stock: np.ndarray, seen: np.ndarray, moved_in: np.ndarray, moved_out: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Entries and exits [T, P], whole persons, that close the balance from the second year on.

    stock[t] = stock[t-1] + entries[t] - exits[t] + moved_in[t] - moved_out[t]; in the first year the same hazards
    and the growth of the next year are used.
    """
    net = moved_in - moved_out
    hazard = exit_hazard(stock, seen, net)
    first = np.maximum(np.rint(stock[:1] ** 2 / np.maximum(stock[1:2], 1)), 1)
    previous = np.vstack([first, stock[:-1]])
    exits = np.rint(hazard * previous)
    entries = stock - previous - net + exits
    raised = np.maximum(entries, np.ceil(ENTRY_LO * previous))
    return raised, exits + raised - entries


def people_of(stock: np.ndarray, seen: np.ndarray, flows: np.ndarray, within: np.ndarray, totals: np.ndarray) -> People:
    """All person counts of one world, carried back to 1980 and balanced.

    Parameters
    ----------
    stock : [T18, P], stocks from 1998; seen : [T, P], first publications, NaN before 2000.
    flows : [T18, P, P], zero diagonal; within : [T18, P], moves inside rests; totals : [T18], all moves.
    """
    stock = carried_back(stock)
    early_in, early_out = moves_before_data(stock, flows)
    moved_in, moved_out = np.vstack([early_in, flows.sum(1)]), np.vstack([early_out, flows.sum(2)])
    entries, exits = balance(stock, seen, moved_in, moved_out)
    return People(stock, entries, exits, moved_in, moved_out, seen, flows, within, totals)


def build_people(sources: Sources, places: list[str], mapping: pd.Series, log: ImputedLog) -> People:
    """All person counts of one world, from the sources."""
    flows, totals = moves_by_place(sources, places, mapping)
    within = flows.diagonal(axis1=1, axis2=2).copy()
    flows[:, np.arange(len(places)), np.arange(len(places))] = 0
    people = people_of(*stocks(sources, places, mapping), flows, within, totals)
    log_people(log, places, people.first_seen, people.entries)
    return people


def log_people(log: ImputedLog, places: list[str], seen: np.ndarray, entries: np.ndarray) -> None:
    """Rows of imputed.csv for what is not in the source."""
    for p, iso in enumerate(places):
        log.add(
            "people.researchers",
            iso,
            "1980-1997",
            "log-linear path of 1998-2008 (at most 15 % a year) carried back from 1998",
        )
        log.add("people.moves", iso, "1980-1997", "rates of 1998-2000 times the stock, world total in = out")
        log.add("people.entries", iso, "1980-1999", "closes the balance at the mean exit hazard of 2000-2008")
        log.add("people.exits", iso, "1980-1999", "mean hazard of 2000-2008")
        log.add("people.exits", iso, "2000-2017", "balance of first publications, moves and stocks; hazard smoothed "
                "over 3 years and kept in 2-10 %")  # fmt: skip
        years = np.arange(2000, LAST + 1)
        gap = np.abs(entries[20:, p] - seen[20:, p]) > 0.5
        if gap.any():
            log.add("people.entries", iso, list(years[gap]), "first publications plus what the smoothed exits need")
