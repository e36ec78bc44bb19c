"""Where the deterred entrants of every shipped scenario go: ``python -m experiments.deterred.run``.

One baseline a replicate lends its states and macro states to all scenarios, each of which is run from its first policy
on until ten years with deterred entrants have passed. Writes ``numbers.csv``, the figure and the page.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.acceptance.pooled import Found, Sums, pooled
from experiments.acceptance.worlds import Lived, live
from experiments.common.made import made, write_made
from experiments.common.numbers import write_numbers
from experiments.deterred import page
from sim import World, load_config
from sim.analysis.deterred import COLUMNS, LEAST, WHERE
from sim.config.folders import config_root, options
from sim.config.schema import Config
from sim.record.tables import LAMBDAS
from sim.running.model import RealModel

HERE = Path(__file__).parent
YEARS = 10
ENDS = dict(zip(LAMBDAS, page.ENDS))  # suffixes of columns, and what the numbers call them


def config(scale: int, *words: str) -> Config:
    """A configuration without a panel, on one thread."""
    return load_config(f"scale={scale}", "panel.size=0", "threads=1", *words)


def histories(cfg: Config, replicate: int, branches: set[int]) -> dict[int, Lived]:
    """The scripted baseline, as it was at the end of some years; the macro states are those of all years."""
    world = World(cfg, replicate)
    past = {year: live(world, year) for year in sorted(branches)}
    live(world, cfg.end)
    return past


def deterring(world: World) -> Iterator[tuple[int, np.ndarray]]:
    """Years in which somebody is deterred, and how many, by column."""
    for result in world.run():
        table = result.tables["world_year"]
        amounts = np.array([float(table[name][0]) for name in COLUMNS])
        if amounts[: len(WHERE)].sum() >= LEAST:
            yield result.year, amounts


def numbers(sums: Sums) -> dict[str, float]:
    """Persons a year, and per cent of them by where they go, at each λ."""
    found = {}
    for end, name in ENDS.items():
        amounts = np.array([float(sums[f"deterred_to_{where}{end}"]) for where in WHERE])
        total = float(amounts.sum())
        found[f"{name} {page.PERSONS}"] = total / max(float(sums["years"]), 1.0)
        for where, amount in zip(WHERE, amounts):
            found[f"{name} {where}"] = 100.0 * amount / total if total else float("nan")
    return found


def collect(scale: int, replicate: int, names: Sequence[str]) -> dict[str, tuple[Sums, list[int]]]:
    """Sums over the years in which a scenario deters somebody, and these years, of one replicate."""
    configs, model, base = {name: config(scale, f"+scenario={name}") for name in names}, RealModel(), config(scale)
    before = {name: (model.first_policy_year(cfg) or cfg.end) - 1 for name, cfg in configs.items()}
    past = histories(base, replicate, set(before.values()))
    found = {}
    for name, cfg in configs.items():
        own = past[before[name]]
        world = World.from_state(cfg, own.state, replicate, baseline=own.macros)
        years = [year for year, _ in zip(deterring(world), range(YEARS))]
        amounts = np.sum([amounts for _, amounts in years], axis=0) if years else np.zeros(len(COLUMNS))
        sums = dict(zip(COLUMNS, amounts)) | {"years": np.array(float(len(years)))}
        found[name] = sums, [year for year, _ in years]
    return found


def measure(scale: int, replicates: int, names: Sequence[str]) -> pd.DataFrame:
    """Tidy numbers of all scenarios."""
    runs = [collect(scale, replicate, names) for replicate in range(replicates)]
    rows: list[Mapping[str, object]] = []
    for name in names:
        found: dict[str, Found] = pooled([run[name][0] for run in runs], numbers)
        years = [year for run in runs for year in run[name][1]]
        about = {"scenario": name, "title": title(name), "years": f"{min(years)}–{max(years)}" if years else ""}
        for words, (mean, se) in found.items():
            end, _, outcome = words.partition(" ")
            rows.append(about | {"lambda": end, "outcome": outcome, "mean": mean, "se": se})
    return pd.DataFrame(rows)


def title(name: str) -> str:
    """Title of a scenario, as it is shipped."""
    return str(load_config(f"+scenario={name}").titles[name])


def main(words: Sequence[str] | None = None) -> list[Path]:
    """Run, and write numbers, figure and page; returns what was written."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--scale", type=int, default=1000)
    parser.add_argument("--replicates", type=int, default=4)
    shelf = options("scenario", [config_root()])
    parser.add_argument("--only", nargs="+", choices=shelf, metavar="NAME", default=list(shelf), help="needs --folder")
    parser.add_argument("--folder", type=Path, default=HERE, help="to write to; the page only in this one")
    args = parser.parse_args(words)
    if args.folder == HERE and set(args.only) != set(shelf):
        parser.error("--only needs --folder: the page is of all scenarios")
    write_made(args.folder, made(args.replicates, [args.scale]))
    return [write_numbers(args.folder, measure(args.scale, args.replicates, args.only)), *page.write(args.folder)]


if __name__ == "__main__":
    for path in main():
        print(path)
