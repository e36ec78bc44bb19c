"""Tables of a world to any last year, from checked yearly files: outcomes cut there, and made anew what hangs on it.

What is kept keeps its text, so that the shipped files come out byte for byte. Made anew: stocks and moves before 1998,
entries and exits (`people_of`), the series of affinity, and the sums of joint works.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd

from sim.data.build.affinity import FIRST as WORKS_FROM
from sim.data.build.affinity import affinity_columns, joint_sums
from sim.data.build.gaps import ImputedLog
from sim.data.build.people import people_of
from sim.data.build.write import place_year, symmetric_rows, write_csv
from sim.data.check import Grid, Problems, is_year_column
from sim.data.clock import FIRST_YEAR, FLOWS_FROM
from sim.data.layout import TABLES

SUM_TOLERANCE = 1e-4  # of shares that are written with six digits
Grids = dict[str, Grid]
NSF = ("nsf_1996", "nsf_2003")
GEO = ("distance_km", "contiguous", "common_language", "colonial")


def places_of(grids: Grids) -> list[str]:
    """Codes in the order of places.csv."""
    return [key[0] for key in grids["places"].rows]


def by_place(grid: Grid, name: str, places: list[str], first: int, last: int) -> np.ndarray:
    """Column of a file of places and years [T, P]."""
    return np.array([[float(grid.rows[place, str(t)][name]) for place in places] for t in range(first, last + 1)])


def by_pair(grid: Grid, names: list[str], places: list[str], *, symmetric: bool = False) -> np.ndarray:
    """Columns of a file of two places [columns, P, P], 0 where there is no row."""
    index = {place: i for i, place in enumerate(places)}
    a, b = ([index[key[side]] for key in grid.rows] for side in (0, 1))
    out = np.zeros((len(names), len(places), len(places)))
    for t, name in enumerate(names):
        out[t, a, b] = grid.values(name)
        if symmetric:
            out[t, b, a] = out[t, a, b]
    return out


def years(first: int, last: int) -> list[str]:
    """Names of columns of years."""
    return [f"y{year}" for year in range(first, last + 1)]


def check_sums(grids: Grids, year: int, problems: Problems) -> None:
    """Moves must be the margins of flows, the world's their sum, and shares of origins must sum to 1."""
    if not {"places", "people", "flows", "world", "entry_origin"} <= set(grids):
        return
    places = places_of(grids)
    if not problems.of("people", "flows", "places"):
        flows, people = by_pair(grids["flows"], years(FLOWS_FROM, year), places), grids["people"]
        for name, axis in (("moves_out", 2), ("moves_in", 1)):
            told, summed = by_place(people, name, places, FLOWS_FROM, year), flows.sum(axis=axis)
            for t, p in np.argwhere(told != summed):
                line = people.lines[places[p], str(FLOWS_FROM + t)]
                problems.add("people.csv", line, name, f"{told[t, p]:g} is not the sum of flows.csv; allowed: "
                             f"{summed[t, p]:g}")  # fmt: skip
        if not problems.of("world"):
            total = flows.sum(axis=(1, 2)) + by_place(people, "moves_within", places, FLOWS_FROM, year).sum(axis=1)
            for t, summed in zip(range(FLOWS_FROM, year + 1), total):
                world = float(grids["world"].rows[(str(t),)]["moves"])
                if world != summed:
                    problems.add("world.csv", grids["world"].lines[(str(t),)], "moves", f"{world:g} is not the sum of "
                                 f"flows.csv and moves_within; allowed: {summed:g}")  # fmt: skip
    if not problems.of("entry_origin", "places"):
        grid = grids["entry_origin"]
        names = ["y1980_1997", *(name for name in years(FLOWS_FROM, year) if name in grid.header)]
        sums = by_pair(grid, names, places).sum(axis=2)
        for t, p in np.argwhere(np.abs(sums - 1.0) > SUM_TOLERANCE):
            line = next(grid.lines[key] for key in grid.rows if key[0] == places[p])
            text = f"shares of the origins of {places[p]} sum to {sums[t, p]:.6g}; allowed: 1"
            problems.add("entry_origin.csv", line, names[t], text)


def write_tables(grids: Grids, year: int, folder: Path) -> None:
    """All tables of a world with outcomes to `year`; the grids must be free of problems."""
    places = places_of(grids)
    for table in TABLES:
        if table.name not in ("people", "joint_papers"):
            _write_text(grids[table.name], year, places, folder / table.file)
    _write_people(grids, year, places, folder)
    _write_works(grids, year, places, folder)


def _write_text(grid: Grid, year: int, places: list[str], path: Path) -> None:
    """Rows and columns up to the year, as they stand."""
    table = grid.table
    header = [name for name in grid.header if not (table.outcome and is_year_column(name) and int(name[1:]) > year)]
    at = table.year_key or ("year" if "year" in table.keys else "")
    keys = [key for key in grid.rows if not (table.outcome and at and int(grid.rows[key][at]) > year)]
    if table.form in ("place_year", "year"):
        index = {place: i for i, place in enumerate(places)}
        keys.sort(key=lambda key: (index.get(key[0], 0), int(key[-1])))
    if table.name == "flows":
        keys = [key for key in keys if any(float(grid.rows[key][name]) for name in header[2:])]
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        out.writerows([grid.rows[key][name] for name in header] for key in keys)


def _write_people(grids: Grids, year: int, places: list[str], folder: Path) -> None:
    """people.csv: stocks and first publications as given, the rest carried back and balanced."""
    grid = grids["people"]
    seen = np.full((year - FIRST_YEAR + 1, len(places)), np.nan)
    seen[2000 - FIRST_YEAR :] = by_place(grid, "first_seen", places, 2000, year)
    within = by_place(grid, "moves_within", places, FLOWS_FROM, year)
    flows = by_pair(grids["flows"], years(FLOWS_FROM, year), places)
    stock = by_place(grid, "researchers", places, FLOWS_FROM, year)
    people = people_of(stock, seen, flows, within, flows.sum(axis=(1, 2)) + within.sum(axis=1))
    unknown = np.full((FLOWS_FROM - FIRST_YEAR, len(places)), np.nan)
    names = ("researchers", "entries", "exits", "moves_in", "moves_out")
    arrays = {name: getattr(people, name) for name in names}
    arrays |= {"moves_within": np.vstack([unknown, within]), "first_seen": seen}
    write_csv(folder / "people.csv", place_year(arrays, places, FIRST_YEAR))


def _write_works(grids: Grids, year: int, places: list[str], folder: Path) -> None:
    """affinity.csv and joint_papers.csv from the joint works of places by year."""
    works = by_pair(grids["joint_works"], years(WORKS_FROM, year), places, symmetric=True)
    geo = dict(zip(GEO, by_pair(grids["pairs"], list(GEO), places, symmetric=True)))
    ratios = affinity_columns(works, geo, ImputedLog())
    write_csv(folder / "affinity.csv", symmetric_rows(ratios, places, diagonal=False))
    grid = grids["joint_papers"]
    counts = dict(zip(NSF, by_pair(grid, list(NSF), places, symmetric=True)))
    targets: pd.DataFrame = symmetric_rows(counts | joint_sums(works), places, diagonal=False)
    write_csv(folder / "joint_papers.csv", targets)
