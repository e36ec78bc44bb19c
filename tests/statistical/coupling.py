"""How alike a scenario and its baseline are where the policy does not reach: runs, shares and standard errors.

One place pulls one lever from the year after the base year on, with scripted governments. Used by
`test_coupling` on a small world and by `benchmarks/coupling.py` on a large one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim import World
from sim.config.schema import Config
from sim.data.tables import load_world_data
from tests import live

DATA_END = load_world_data("full").end
YEARS = 10
MEASURES = ("papers_whole", "n_researchers")


@dataclass
class Arm:
    """What one run leaves: everybody of the last year, who was ever in the treated place, and the last year's table.

    Attributes
    ----------
    uid, place, papers : [people], sorted by uid.
    touched : uids seen in the treated place at the end of the base year or of any later one.
    table : measure to [places], in real units.
    world : the run, whose macro states a frozen scenario reads.
    """

    uid: np.ndarray
    place: np.ndarray
    papers: np.ndarray
    touched: np.ndarray
    table: dict[str, np.ndarray]
    world: World


class Same(NamedTuple):
    """Shares of untouched researchers that are alike in two runs."""

    place: float
    papers: float
    both: float


@dataclass
class Arms:
    """Baseline and scenario, one run a replicate."""

    baseline: list[Arm]
    scenario: list[Arm]


def run_arm(world: World, treated: int) -> Arm:
    """Live through `YEARS` years from the base year and note who was ever in the treated place."""
    uid, place = world.columns.gather("uid"), world.columns.gather("place")
    touched = set(uid[place == treated].tolist())
    table: dict[str, np.ndarray] = {}
    for result in world.run(DATA_END + YEARS):
        uid, place = world.columns.gather("uid"), world.columns.gather("place")
        touched.update(uid[place == treated].tolist())
        table = result.tables["place_year"]
    uid, place, papers = (world.columns.gather(name) for name in ("uid", "place", "papers"))
    order = np.argsort(uid)
    kept = {name: np.asarray(table[name], dtype=float) for name in MEASURES}
    return Arm(uid[order], place[order], papers[order], np.array(sorted(touched), np.uint64), kept, world)


def run_arms(cfg: Config, histories: Sequence[Mapping], lever: str, strength: float, place: str) -> Arms:
    """Baseline and scenario of every replicate; replicate r goes on from history r."""
    arms = Arms([], [])
    changed = live.with_lever(cfg, lever, strength, (place,), DATA_END + 1)
    for replicate, history in enumerate(histories):
        treated = World(cfg, replicate, empty=True).setting.data.iso3.index(place)
        state = {name: np.array(value) for name, value in history.items()}
        arms.baseline.append(run_arm(World.from_state(cfg, state, replicate), treated))
        macros = arms.baseline[-1].world.macros
        arms.scenario.append(run_arm(World.from_state(changed, state, replicate, baseline=macros), treated))
    return arms


def histories_of(cfg: Config, replicates: int) -> list[Mapping]:
    """States of the baseline at the end of the base year, one a replicate."""
    states = []
    for replicate in range(replicates):
        world = World(cfg, replicate)
        for _ in world.run(DATA_END):
            pass
        states.append({name: np.array(value) for name, value in world.state().items()})
    return states


# --- what is measured ---------------------------------------------------------------------------------------
def alike(one: Arm, two: Arm) -> Same:
    """Shares of the researchers in both runs, never in the treated place of either, that are alike in the last year."""
    common, i, j = np.intersect1d(one.uid, two.uid, assume_unique=True, return_indices=True)
    untouched = ~np.isin(common, np.union1d(one.touched, two.touched))
    place = (one.place[i] == two.place[j])[untouched]
    papers = (one.papers[i] == two.papers[j])[untouched]
    return Same(float(place.mean()), float(papers.mean()), float((place & papers).mean()))


def shares(arms: Arms) -> tuple[Same, Same]:
    """Mean shares alike of paired runs, and of a baseline and the next replicate's scenario (chance)."""
    shifted = arms.scenario[1:] + arms.scenario[:1]
    paired = np.mean([alike(b, s) for b, s in zip(arms.baseline, arms.scenario)], axis=0)
    chance = np.mean([alike(b, s) for b, s in zip(arms.baseline, shifted)], axis=0)
    return Same(*paired.tolist()), Same(*chance.tolist())


def errors(arms: Arms, measure: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean effect of a measure, its paired and its unpaired standard error; [places], in real units."""
    b, s = (np.stack([arm.table[measure] for arm in side]) for side in (arms.baseline, arms.scenario))
    root = np.sqrt(len(b))
    unpaired = np.sqrt(b.var(axis=0, ddof=1) + s.var(axis=0, ddof=1)) / root
    return (s - b).mean(axis=0), (s - b).std(axis=0, ddof=1) / root, unpaired


def ratios(arms: Arms, measure: str, treated: int) -> np.ndarray:
    """Paired over unpaired standard error of every untouched place where the latter is not nought."""
    _, paired, unpaired = errors(arms, measure)
    seen = unpaired > 0
    seen[treated] = False
    return paired[seen] / unpaired[seen]
