"""A place loses a tenth of its people, or a tenth of its money: how much less it writes, and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from experiments.acceptance.pooled import Sums
from experiments.acceptance.worlds import DATA_END, Changes, Lived, Watched, branch, config, history, live, summed
from sim.config.schema import Config
from sim.core.columns import Columns
from sim.core.randomness import Stream, draw
from sim.core.ties import forget
from sim.data.tables import load_world_data
from sim.policy.schema import LeverUse, Policy

PLACES = ("DEU", "GBR", "FRA", "ITA", "ESP", "JPN", "KOR")
LOST, LAST, BACK = 0.1, 2035, 2023  # money that comes back does so in this year
RATIO, LONGER = "fall by people over fall by money", "of the fall of 2021-23 left in 2033-35, people less money"
YEARS = range(DATA_END + 1, LAST + 1)


def collect(scale: int, replicate: int, changes: Changes = ()) -> Sums:
    """Papers of the places by year in the baseline and after each shock."""
    past, cfg = history(scale, replicate, changes), config(scale, changes, f"end={LAST}")
    without = branch(cfg, past, replicate, LAST)
    arms = {
        "without": without,
        "people": _fewer(cfg, past, replicate, without),
        "money": branch(_poorer(cfg, None), past, replicate, LAST, baseline=without.macros),
        "money for five years": branch(_poorer(cfg, BACK), past, replicate, LAST, baseline=without.macros),
    }
    at = [load_world_data("full").iso3.index(code) for code in PLACES]
    papers = {arm: [summed(lived.years, "place_year", "papers_fractional", y, y)[at].sum() for y in YEARS]
              for arm, lived in arms.items()}  # fmt: skip
    return {arm: np.array(values) for arm, values in papers.items()}


def _poorer(cfg: Config, back: int | None) -> Config:
    """The configuration with a tenth less academic money in the places, for good or until a year."""
    values = {date(DATA_END + 1, 1, 1): -LOST} | ({} if back is None else {date(back, 1, 1): None})
    use = LeverUse("research_funding", values, source="acceptance")
    return replace(cfg, scenario="poorer", policies={"poorer": Policy("poorer", PLACES, {"use": use})})


def _fewer(cfg: Config, past: Lived, replicate: int, without: Lived) -> Lived:
    """The years after a tenth of the people of the places, drawn by their number, have left research."""
    world = Watched.from_state(cfg, past.state, replicate, "scripted", without.macros)
    codes = world.setting.data.iso3
    _dismiss(world.columns, [codes.index(code) for code in PLACES], world.setting.key(Stream.EXIT, 0))
    return live(world, LAST)


def _dismiss(columns: Columns, places: list[int], key: np.uint64) -> None:
    """Free the rows of a tenth of the people, and have their co-authors forget them."""
    for block in columns:
        rows = block.alive()
        there = rows[np.isin(block.place[rows], places)]
        leaving = there[[draw(key, uid) < LOST for uid in block.uid[there]]]
        gone = np.zeros(block.n_rows, np.bool_)
        gone[leaving] = True
        forget(block.rows.ties, gone)
        block.retire(leaving)


def numbers(sums: Sums) -> dict[str, float]:
    """Mean falls over the years in per cent, their ratio, and what is left of the fall at the end."""
    falls = {arm: 1.0 - sums[arm] / sums["without"] for arm in sums if arm != "without"}
    mean = {arm: float(fall.mean()) for arm, fall in falls.items()}
    left = {arm: float(fall[-3:].mean() / fall[3:6].mean()) for arm, fall in falls.items()}
    return {
        "fall by people, %": 100.0 * mean["people"],
        "fall by money, %": 100.0 * mean["money"],
        RATIO: mean["people"] / mean["money"],
        LONGER: left["people"] - left["money for five years"],
    }
