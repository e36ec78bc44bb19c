"""How well the fitted world reproduces outcomes up to 2017: one table, hits and misses alike.

``python -m sim.analysis.validate [--scale 100] [--replicates 5] [--out docs/validation.md]``

Runs the baseline 1980-2017 with replicates that calibration never used, and compares the mean with data.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from sim.config.load import load_config
from sim.config.schema import Config
from sim.data.clock import DATA_END, FIRST_YEAR, PAPERS_FROM
from sim.data.tables import WorldData, load_world_data
from sim.world import World

CHECKED = ("M1", "C7", "C14")  # rows of docs/evidence.md that are compared here and that nothing was fitted to
HEADER = """# In-sample fit

Written by `make validate`. Data end in 2017; the fit uses nothing later and no effect of any policy. Lines marked
with an id of [evidence.md](evidence.md) (M1, C7, C14) were not fitted to.
"""


@dataclass(frozen=True)
class Line:
    """One comparison: what, simulated, data or goal, and whether it is met."""

    name: str
    simulated: str
    goal: str
    met: bool


@dataclass
class Means:
    """Means over replicates, by year 1980-2017.

    Attributes
    ----------
    place : column name -> [38, P]; world : column name -> [38]; flows : [38, P, P]; stock : [38, origin, place].
    """

    place: dict[str, np.ndarray]
    world: dict[str, np.ndarray]
    flows: np.ndarray
    stock: np.ndarray
    authors_tail: float = float("nan")


def simulate(cfg: Config, replicates: int) -> Means:
    """Mean of several baseline runs 1980-2017."""
    data = load_world_data(cfg.world)
    years, n = DATA_END - FIRST_YEAR + 1, data.n_places
    place: dict[str, np.ndarray] = {}
    world: dict[str, np.ndarray] = {}
    flows, stock = np.zeros((years, n, n)), np.zeros((years, n, n))
    for replicate in range(replicates):
        for result in World(cfg, replicate).run(until=DATA_END):
            t, tables = result.year - FIRST_YEAR, result.tables
            for table, sums, shape in (("place_year", place, (years, n)), ("world_year", world, (years,))):
                for name, values in tables[table].items():
                    if values.dtype.kind == "f" or name.startswith(("n_", "new_")):
                        target = sums.setdefault(name, np.zeros(shape))
                        target[t] += (values if table == "place_year" else values[0]) / replicates
            f, s = tables["flow_year"], tables["stock_year"]
            np.add.at(flows[t], (f["place_from"], f["place_to"]), f["new_moves"] / replicates)
            np.add.at(stock[t], (s["origin"], s["place"]), s["n_researchers"] / replicates)
    return Means(place, world, flows, stock)


def common_part(a: np.ndarray, b: np.ndarray) -> float:
    """Common part of commuters (Lenormand et al. 2016): twice the overlap over the sum of both."""
    return float(2.0 * np.minimum(a, b).sum() / (a.sum() + b.sum()))


def wmae(simulated: np.ndarray, data: np.ndarray) -> float:
    """Weighted mean absolute error: sum of absolute gaps over the sum of the data."""
    return float(np.abs(simulated - data).sum() / data.sum())


def check(means: Means, data: WorldData, scale: float) -> list[Line]:
    """All comparisons of the in-sample fit."""
    lines: list[Line] = []

    def add(name: str, value: float, goal: str, met: bool, form: str = ".3f") -> None:
        lines.append(Line(name, format(value, form), goal, bool(met)))

    place, world = means.place, means.world
    error = wmae(place["n_researchers"][-1], data.researchers[-1])
    add("stock by place 2017, weighted mean absolute error", error, "<= 3 %", error <= 0.03, ".2%")
    sim, seen = world["new_moves"][1998 - FIRST_YEAR :].sum(), data.moves_out[1998 - FIRST_YEAR :].sum()
    add("total moves 1998-2017, simulated over data", sim / seen, "0.97-1.03", abs(sim / seen - 1) <= 0.03)
    real = ~data.is_rest
    pair = np.ix_(real, real)
    goal = 0.94 if scale <= 10 else 0.89
    cpc = common_part(means.flows[-5:].sum(axis=0)[pair], data.flows[-5:].sum(axis=0)[pair])
    add(f"common part of commuters, flows 2013-17, 60 places, 1:{scale:g}", cpc, f">= {goal}", cpc >= goal)
    papers = np.abs(world["papers"][PAPERS_FROM - FIRST_YEAR :] / data.world_papers - 1)
    add("papers in the world 1996-2017, largest yearly gap", papers.max(), "<= 5 %", papers.max() <= 0.05, ".2%")
    error = wmae(place["papers_fractional"][-1], np.nan_to_num(data.papers_fractional[-1]))
    add("fractional papers by place 2017, weighted mean absolute error", error, "<= 10 %", error <= 0.1, ".2%")
    for first, share in ((1981, 6.2), (1991, 11.4), (2001, 15.8), (2011, 20.7)):
        t = slice(first - FIRST_YEAR, first - FIRST_YEAR + 5)
        value = 100 * world["papers_international"][t].sum() / world["papers"][t].sum()
        name = f"world international share {first}-{first + 4}, %"
        add(name, value, f"{share} ± 1.5", abs(value - share) <= 1.5, ".1f")
    known = np.isfinite(data.intl_share[-1])
    share = place["papers_international"][-1] / np.maximum(place["papers_whole"][-1], 1)
    gap = 100 * np.abs(share - data.intl_share[-1])[known].mean()
    name = f"international share by place 2017, mean absolute error over {known.sum()} places, points"
    add(name, gap, "<= 5", gap <= 5, ".2f")
    at = 2014 - PAPERS_FROM
    top = place["top1_fractional"][2014 - FIRST_YEAR] / np.maximum(place["papers_fractional"][2014 - FIRST_YEAR], 1)
    known = np.isfinite(data.top1_fractional[at]) & real
    rank = float(spearmanr(top[known], data.top1_fractional[at][known]).statistic)
    add("PPtop1 % by place 2014, rank correlation", rank, ">= 0.7", rank >= 0.7)
    foreign = place["n_foreign_origin"][2011 - FIRST_YEAR] / place["n_researchers"][2011 - FIRST_YEAR]
    for iso3, tolerance in (("USA", 8), ("CHE", 8), ("JPN", 3)):
        if iso3 in data.iso3 and iso3 in data.globsci:
            value, target = 100 * foreign[data.iso3.index(iso3)], 100 * data.globsci[iso3]
            met = abs(value - target) <= tolerance
            add(f"foreign-origin share 2011 {iso3}, %", value, f"{target:.1f} ± {tolerance}", met, ".1f")
    return lines + beyond(means, data)


def beyond(means: Means, data: WorldData) -> list[Line]:
    """Rows of evidence (`CHECKED`) that nothing was fitted to, or only by way of a few shared parameters."""
    world, place = means.world, means.place
    rate = world["new_moves"][-13:].sum() / world["n_researchers"][-13:].sum() * 1000
    authors = float(world["authors_per_paper_mean"][2000 - FIRST_YEAR])
    usa = data.iso3.index("USA")
    top = float(place["share_top_cited_international"][-1, usa])
    share = float(place["papers_international"][-1, usa] / place["papers_whole"][-1, usa])
    above = f"above {share:.2f}"
    return [
        Line("M1: moves per 1,000 researcher-years 2005-17", f"{rate:.1f}", "15.9 ± 1.5", abs(rate - 15.9) <= 1.5),
        Line("C7: authors per paper 2000", f"{authors:.2f}", "3.99 ± 0.4", abs(authors - 3.99) <= 0.4),
        Line("C14 (emergent): international share of the US top 1 % 2017", f"{top:.2f}", above, top > share),
    ]


def table(lines: list[Line], title: str) -> str:
    """Markdown table."""
    rows = [f"| {x.name} | {x.simulated} | {x.goal} | {'met' if x.met else '**missed**'} |" for x in lines]
    return "\n".join([title, "", "| outcome | simulated | goal | |", "|---|---|---|---|", *rows, ""])


def main(echo: Callable[[str], None] = print) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--world", default="full")
    parser.add_argument("--scale", type=float, default=100)
    parser.add_argument("--replicates", type=int, default=5)
    parser.add_argument("--out", type=Path, default=None, help="also write the table to this file")
    args = parser.parse_args()
    cfg = load_config(f"world={args.world}", f"scale={args.scale:g}")
    lines = check(simulate(cfg, args.replicates), load_world_data(args.world), args.scale)
    title = f"In-sample fit of the baseline, 1:{args.scale:g}, mean of {args.replicates} replicates from 1980."
    text = table(lines, title)
    echo(text)
    if args.out:
        args.out.write_text(f"{HEADER}\n{text}", encoding="utf-8")


if __name__ == "__main__":
    main()
