"""How well the fitted world reproduces outcomes up to the last year of data: one table, hits and misses alike.

``python -m sim.analysis.validate [--scale 100] [--replicates 5] [--out docs/validation.md]``

Runs the baseline from 1980 to that year with replicates that calibration never used, and compares the mean with data
(`sim.analysis.fit`).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from sim.analysis.fit import Line, Means, check
from sim.analysis.lifetimes import Lifetimes, gini
from sim.analysis.stays import Stays
from sim.config.load import load_config
from sim.config.schema import Config
from sim.data.clock import FIRST_YEAR
from sim.data.tables import load_world_data
from sim.phases.impact import luck
from sim.phases.publication import Output
from sim.phases.setting import YearContext
from sim.world import World

BACKTEST = "<!-- whole model: begin -->"
HEADER = """# Validation: the fit, and years not seen

Written by `make validate`. Data end in 2017; the calibration of tables uses nothing later and no effect of any policy.
Three single parameters are fitted to effects of policy (P1; P8 and P16; P3: [ODD](ODD.md#8-limits)). Of the lines with
an id of [evidence.md](evidence.md), M1, C14 and F6 were not fitted to; C7 is put in; F7 and C11 steer one or two
parameters; M14 is fitted to, as are stays, by intentions and stay rates to 2017 (M16, of later years, set the level of
going home). Lines without a verdict have no bar and are printed only. The model on years that it has not seen:
[backtest](../experiments/backtest).
"""


class ReadWorld(World):
    """A world that keeps the citations of the year's papers: mean of ln c, by field."""

    mu: list[np.ndarray]
    stays: Stays

    def on_phase(self, phase: str, ctx: YearContext) -> None:
        """Count stays."""
        if phase == "careers":
            self.stays.see(ctx.year, self.setting.data, self.columns)

    def on_output(self, ctx: YearContext, output: Output) -> None:
        """Keep what the year's papers are cited."""
        self.mu = [papers.mu[papers.n_authors > 0] for papers in output.papers]


def simulate(cfg: Config, replicates: int) -> Means:
    """Mean of several baseline runs to the last year of data."""
    data = load_world_data(cfg.world)
    years, n = data.n_years, data.n_places
    flows, stock, joint = np.zeros((3, years, n, n))
    means = Means({}, {}, flows, stock, joint, agent=cfg.scale / replicates)
    means.stays = Stays.none(n)
    means.ended = np.zeros((years, years), np.int64)
    people = []
    for replicate in range(replicates):
        world = ReadWorld(cfg, replicate)
        world.stays = means.stays
        lives = Lifetimes(world.setting.params.collaboration.tie_memory, data.end)
        for result in world.run(until=data.end):
            add_year(means, result.year - FIRST_YEAR, result.tables, replicates)
            lives.follow(result.year, world.columns)
        lives.end()
        people.append(lives.papers)
        means.ended += lives.ended
        sizes = [len(mu) for mu in world.mu]
        means.gini += np.average([gini(mu, luck(world.setting)) for mu in world.mu], weights=sizes) / replicates
    means.papers = np.concatenate(people)
    return means


def add_year(means: Means, t: int, tables: Mapping[str, Mapping[str, np.ndarray]], replicates: int) -> None:
    """Add the tables of one year of one replicate to the means."""
    for table, sums in (("place_year", means.place), ("world_year", means.world)):
        for name, values in tables[table].items():
            if values.dtype.kind == "f" or name.startswith(("n_", "new_")):
                shape = (len(means.flows), len(values)) if table == "place_year" else (len(means.flows),)
                target = sums.setdefault(name, np.zeros(shape))
                target[t] += (values if table == "place_year" else values[0]) / replicates
    f, s, c = tables["flow_year"], tables["stock_year"], tables["copub_year"]
    np.add.at(means.flows[t], (f["place_from"], f["place_to"]), f["new_moves"] / replicates)
    np.add.at(means.stock[t], (s["origin"], s["place"]), s["n_researchers"] / replicates)
    for a, b in (("place_a", "place_b"), ("place_b", "place_a")):
        np.add.at(means.joint[t], (c[a], c[b]), c["papers_whole"] / replicates)


def table(lines: list[Line], title: str) -> str:
    """Markdown table."""
    verdict = {True: "met", False: "🔴 **missed**", None: ""}
    rows = [f"| {x.name} | {x.simulated} | {x.goal} | {verdict[x.met]} |" for x in lines]
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
        old = args.out.read_text(encoding="utf-8") if args.out.exists() else ""
        _, mark, backtest = old.partition(BACKTEST)  # of the whole model, written by experiments/backtest
        args.out.write_text(f"{HEADER}\n{text}{mark and chr(10)}{mark}{backtest}", encoding="utf-8")


if __name__ == "__main__":
    main()
