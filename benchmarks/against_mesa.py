"""Time of a year of people, in this engine and written with Mesa's own agent objects.

``python -m benchmarks.against_mesa [--agents 10000 100000]``

Both live the same year (2018, without policy and under the scenario `restrictive`) of the very same people by the same
rules, in one process on one core, both warm; that they did the same is checked. Three times are given: of the engine's
functions that work on people, of its phases as a whole (with all numbers on places, which the reference is handed), and
of the reference (`benchmarks.reference`). Nanoseconds of processor time per agent-year, best of several.
"""

from __future__ import annotations

import argparse
import os
import time

import numpy as np

from benchmarks.reference.handover import (
    PEOPLE,
    PHASES,
    Lived,
    Spy,
    Watched,
    constants_of,
    differences,
    live_a_year,
    people_of,
    reference_doings,
    spies,
)
from sim import load_config
from sim.config import Config

START, YEAR = 2008, 2018
REAL_RESEARCHERS = 8.7e6  # in 2018
SCENARIOS: dict[str, tuple[str, ...]] = {"no policy": (), "restrictive": ("+scenario=restrictive",)}
ENGINE_REPEATS, REFERENCE_REPEATS = 7, 2


def people_at(agents: int, *scenario: str) -> tuple[Config, dict[str, np.ndarray]]:
    """Configuration of a world with about so many agents, and its state a year before the end of 2017."""
    scale = round(REAL_RESEARCHERS / agents)
    cfg = load_config(f"scale={scale}", f"start={START}", "threads=1", "panel.size=0", *scenario)
    world = Watched(cfg)
    for _ in world.run(YEAR - 2):
        pass
    return cfg, {name: np.array(value) for name, value in world.state().items()}


def at_start(cfg: Config, state: dict[str, np.ndarray]) -> Watched:
    """The world before the year; the year before is lived from the state, so that its columns have room as always."""
    world = Watched.from_state(cfg, state)
    world.live_a_year()
    return world


def engine_seconds(cfg: Config, state: dict[str, np.ndarray]) -> tuple[float, float]:
    """Seconds that the kernels on people take, and the phases that hold them."""
    kernels, phases = [], []
    for _ in range(ENGINE_REPEATS):
        world = at_start(cfg, state)
        with spies(PHASES, Spy.time) as whole, spies(PEOPLE, Spy.time) as inner:
            world.live_a_year()
        kernels.append(sum(spy.seconds for spy in inner.values()))
        phases.append(sum(spy.seconds for spy in whole.values()))
    return min(kernels), min(phases)


def reference_seconds(cfg: Config, state: dict[str, np.ndarray], lived: Lived) -> float:
    """Seconds that the same year of the same people takes as Mesa objects; they must do the same."""
    found = []
    for _ in range(REFERENCE_REPEATS):
        world = at_start(cfg, state)
        constants = constants_of(world)
        model, given = people_of(world, constants), lived.given(constants)
        start = time.process_time()
        year = model.live(given)
        found.append(time.process_time() - start)
    ours = lived.doings
    differ = differences(ours, reference_doings(model, year, given))
    verdict = f"not the same: {differ}" if differ else "the same on both sides"
    print(f"{len(ours.people):>8} agents: {len(ours.moves)} moves and {len(ours.papers)} papers, {verdict}")
    return min(found)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--agents", type=int, nargs="+", default=[10_000, 100_000])
    args = parser.parse_args()
    rows = []
    for agents in args.agents:
        for name, scenario in SCENARIOS.items():
            cfg, state = people_at(agents, *scenario)
            lived = live_a_year(at_start(cfg, state))  # compiles, too
            people, phases = engine_seconds(cfg, state)
            rows.append((len(lived.doings.people), name, people, phases, reference_seconds(cfg, state, lived)))
    print(f"\nnanoseconds per agent-year, {YEAR}; load average {os.getloadavg()[0]:.1f}")
    titles = ("engine, people", "engine, phases", "Mesa objects")
    print(f"{'agents':>8} {'':12}{''.join(f'{title:>16}' for title in titles)}{'ratio':>8}{'of phases':>11}")
    for n, name, people, phases, theirs in rows:
        ours, whole, other = (1e9 * seconds / n for seconds in (people, phases, theirs))
        print(f"{n:>8} {name:12}{ours:>16.0f}{whole:>16.0f}{other:>16.0f}{other / ours:>7.0f}x{other / whole:>10.0f}x")


if __name__ == "__main__":
    main()
