"""The baseline after the data: papers and moves per head go on, and nothing jumps when the data end."""

from __future__ import annotations

import numpy as np

from experiments.acceptance.pooled import Sums
from experiments.acceptance.worlds import Changes, config, inputs_of
from sim import World
from sim.data.inputs import load_inputs
from sim.data.paths import continued, error

LAST, HORIZON = 2023, 6
NOISE_FROM = 2008  # first of the yearly changes that say how large noise is
TWO_SIDED = 1.645  # normal quantile of a 90 % band
PAPERS = "papers per head, largest gap over half of the band"
MOVES = "moves per 1,000, largest gap, %"
SERIES = ("papers per head", "moves per head", "entrants per head", "exits per head", "international share",
          "authors a paper", "United States' share of top papers")  # fmt: skip
_SUMS = ("n_researchers", "papers", "papers_international", "new_moves", "authors", "new_entrants", "new_exits", "top")


def collect(scale: int, replicate: int, changes: Changes = ()) -> Sums:
    """Sums of the world by year."""
    cfg = config(scale, changes, f"end={LAST}")
    world = World(cfg, replicate, inputs=inputs_of(changes))
    found: dict[str, list[float]] = {name: [] for name in _SUMS}
    for result in world.run():
        total, place = result.tables["world_year"], result.tables["place_year"]
        usa = world.setting.data.iso3.index("USA")
        row = {name: total[name][0] for name in ("n_researchers", "papers", "papers_international", "new_moves")}
        row["authors"] = total["authors_per_paper_mean"][0] * total["papers"][0]
        row |= {name: place[name].sum() for name in ("new_entrants", "new_exits")}
        row["top"] = place["top1_fractional"][usa]
        for name, value in row.items():
            found[name].append(float(value))
    return {name: np.array(values) for name, values in found.items()}


def numbers(sums: Sums) -> dict[str, float]:
    """Distances from what goes on: of papers per head in half widths of the band, of moves in per cent, of jumps."""
    shipped = load_inputs("full")
    data, path = shipped.data, shipped.paths["papers"]
    of = sums
    heads, papers, moves = of["n_researchers"], of["papers"], 1000.0 * of["new_moves"] / of["n_researchers"]
    stock = data.researchers.sum(axis=1)[-len(data.world_papers) :]
    goes_on = continued(data.world_papers / stock, path, HORIZON)
    gap = np.log(papers / heads)[-HORIZON:] - np.log(goes_on)
    band = TWO_SIDED * error(path, np.arange(1, HORIZON + 1), 1.0, 0.0)
    usual = moves[-HORIZON - 5 : -HORIZON].mean()
    found = {
        PAPERS: float(np.abs(gap / band).max()),
        MOVES: float(100 * np.abs(moves[-HORIZON:] / usual - 1).max()),
    }
    series = (
        papers / heads, moves, of["new_entrants"] / heads, of["new_exits"] / heads, of["papers_international"] / papers,
        of["authors"] / papers, of["top"] / papers,
    )  # fmt: skip
    for name, values in zip(SERIES, series):
        found[f"jump, {name}"] = jump(np.log(values))
    return found


def jump(series: np.ndarray) -> float:
    """Change in the first year without data less the mean of the yearly changes before it, over their deviation."""
    change = np.diff(series)[: -HORIZON + 1]
    before = change[-1 - (2017 - NOISE_FROM + 1) : -1]
    return float((change[-1] - before.mean()) / before.std(ddof=1))
