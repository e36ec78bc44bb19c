"""Lives of a world after the data, and the trace that governments leave in them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import numpy as np

from experiments.reaction.priors import Values, governed
from sim import World, load_config
from sim.agents.governments.council import Council
from sim.agents.governments.hazards import target_weights
from sim.agents.governments.rungs import RESTRICT
from sim.config.schema import Config
from sim.phases.macro import Macro

DATA_END, LAST = 2017, 2035
CONDITION, SHIFT = "us_alliance_condition", -7  # of years, so that a condition of 2025 is one of 2018
State = dict[str, np.ndarray]
Macros = Mapping[int, Macro]
Raised = tuple[int, int, int]  # ladder, place, target


class Trace(NamedTuple):
    """What one run leaves, by year since 2018 [Y] and place [P], rests included.

    Attributes
    ----------
    protect, promote : [Y, P], own rungs agreed, 0-3; restrict : [Y, P, P] bool, a has agreed to restrict b.
    up, down : [Y, 3, P], probabilities of a step that year, by ladder; 0 where governments only carry out.
    at_us : [Y, P], probability that the place takes a step that restricts the United States, had it not done so before.
    available : [Y, P], people turned away elsewhere over arrivals, as governments saw them.
    researchers, papers : [Y, P], persons; papers by shares of authors.
    """

    protect: np.ndarray
    promote: np.ndarray
    restrict: np.ndarray
    up: np.ndarray
    down: np.ndarray
    at_us: np.ndarray
    available: np.ndarray
    researchers: np.ndarray
    papers: np.ndarray


@cache
def config(scale: int, *words: str) -> Config:
    """A configuration to 2035 on one thread, without a panel."""
    return load_config(f"scale={scale}", f"end={LAST}", "threads=1", "panel.size=0", *words)


@cache
def arms(scale: int) -> dict[str, Config]:
    """Baseline, the restriction of the United States, and the same with a condition on joint work with allies."""
    condition = (f"+policy={CONDITION}", f"policies.{CONDITION}.shift={SHIFT}")
    return {
        "baseline": config(scale),
        "restricts": config(scale, "+scenario=restrictive"),
        "conditions": config(scale, "+scenario=restrictive", *condition),
    }


def history(scale: int, replicate: int) -> State:
    """State of a world at the end of the data; governments decide nothing until then."""
    world = World(config(scale), replicate)
    for _ in world.run(DATA_END):
        pass
    return world.state()


def live(
    cfg: Config,
    past: State,
    replicate: int,
    mode: str,
    paired: Macros | None = None,
    values: Values | None = None,
    until: int = LAST,
    raised: Raised | None = None,
) -> tuple[Trace, Macros]:
    """A run from the end of the data to the end of `until`.

    Parameters
    ----------
    paired : macro states of the scripted baseline, None for that baseline itself.
    values : parameters of governments; raised : who is held one rung higher from 2018 on.
    """
    world = World.from_state(governed(cfg, values or {}), past, replicate, mode, paired)
    world.council.raised = raised
    years = []
    held = np.zeros_like(world.council.listed)  # restrictions when a year's decisions are made
    for result in world.run(until):
        agreed = world.council.standing.agreed
        chances = _chances(world.council, held)
        held = agreed.restrict > 0.0
        people = result.tables["place_year"]
        years.append(
            (
                (agreed.protect > 0.0).sum(axis=1).astype(np.int8), (agreed.promote > 0.0).sum(axis=1).astype(np.int8),
                held, *(chance.astype(np.float32) for chance in chances),
                np.asarray(people["n_researchers"], float), np.asarray(people["papers_fractional"], float),
            )
        )  # fmt: skip
    return Trace(*(np.stack(part) for part in zip(*years))), world.macros


def _chances(council: Council, held: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Probabilities up, down and of restricting the United States, and people available; 0 if nobody decides."""
    n, us = len(council.codes), council.codes.index("USA")
    if council.hazards is None or council.signals is None:
        return np.zeros((3, n)), np.zeros((3, n)), np.zeros(n), np.zeros(n)
    free = council.listed & ~held
    free[:, us] = council.listed[:, us]
    weights = np.where(free, target_weights(council.signals, council.threat, council.params), 0.0)
    share = weights[:, us] / np.maximum(weights.sum(axis=1), np.finfo(float).tiny)
    up = council.hazards.up
    return up, council.hazards.down, up[RESTRICT] * share, council.signals.people_available
