"""Lives of a world after the data, and the trace that governments leave in them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import numpy as np

from experiments.reaction.priors import Values, governed
from sim import World, load_config
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
    researchers, papers : [Y, P], persons; papers by shares of authors.
    """

    protect: np.ndarray
    promote: np.ndarray
    restrict: np.ndarray
    up: np.ndarray
    down: np.ndarray
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
    n, years = world.setting.data.n_places, []
    for result in world.run(until):
        agreed, hazards = world.council.standing.agreed, world.council.hazards
        chances = (np.zeros((3, n)),) * 2 if hazards is None else (hazards.up, hazards.down)
        people = result.tables["place_year"]
        years.append(
            (
                (agreed.protect > 0.0).sum(axis=1).astype(np.int8), (agreed.promote > 0.0).sum(axis=1).astype(np.int8),
                agreed.restrict > 0.0, *(chance.astype(np.float32) for chance in chances),
                np.asarray(people["n_researchers"], float), np.asarray(people["papers_fractional"], float),
            )
        )  # fmt: skip
    return Trace(*(np.stack(part) for part in zip(*years))), world.macros
