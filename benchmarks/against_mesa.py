"""Time of a year of people, in this engine and written with Mesa's own agent objects.

``python -m benchmarks.against_mesa [--agents 10000 100000]``

Both live the same year (2018, without policy and under the scenario `restrictive`) of the very same people by the same
rules, in one process on one core, both warm; that they did the same is checked. Three times are given: of the engine's
functions that work on people, of its phases as a whole (with all numbers on places, which the reference is handed), and
of the reference (`benchmarks.reference`). Nanoseconds of processor time per agent-year, best of several.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.reference.events import differences, reference_events
from benchmarks.reference.handover import (
    PEOPLE,
    PHASES,
    Lived,
    Spy,
    Watched,
    constants_of,
    live_a_year,
    people_of,
    spies,
)
from benchmarks.rows import Row, load
from sim import load_config
from sim.config.schema import Config

START, YEAR = 2008, 2018
REAL_RESEARCHERS = 8.7e6  # in 2018
SCENARIOS: dict[str, tuple[str, ...]] = {"no policy": (), "restrictive": ("+scenario=restrictive",)}
ENGINE_REPEATS, REFERENCE_REPEATS = 7, 2
GOALS = {"no policy": 150.0, "restrictive": 110.0}


@dataclass(frozen=True)
class Compared:
    """Nanoseconds per agent-year of the engine's functions on people, of its phases, and of Mesa objects."""

    agents: int
    scenario: str
    people: float
    phases: float
    objects: float


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
        year = model.live_a_year(given)
        found.append(time.process_time() - start)
    ours = lived.events
    differ = differences(ours, reference_events(model, year, given))
    verdict = f"not the same: {differ}" if differ else "the same on both sides"
    print(f"{len(ours.people):>8} agents: {len(ours.moves)} moves and {len(ours.papers)} papers, {verdict}")
    return min(found)


def compare(agents: Sequence[int]) -> list[Compared]:
    """Time all numbers of agents under all scenarios."""
    found = []
    for n in agents:
        for name, scenario in SCENARIOS.items():
            cfg, state = people_at(n, *scenario)
            lived = live_a_year(at_start(cfg, state))  # compiles, too
            seconds = (*engine_seconds(cfg, state), reference_seconds(cfg, state, lived))
            number = len(lived.events.people)
            found.append(Compared(number, name, *(1e9 * value / number for value in seconds)))
    return found


def rows(agents: Sequence[int]) -> list[Row]:
    """Rows of the common table; the goal is for worlds of about 100 000 agents and more."""
    found = []
    for one in compare(agents):
        least = GOALS[one.scenario]
        goal = (f">= {least:.0f}x", one.objects / one.people >= least) if one.agents > 50_000 else ("", None)
        text = (
            f"{one.objects:.0f} ns/agent-year against {one.people:.0f}; of whole phases {one.objects / one.phases:.0f}x"
        )
        found.append(Row(f"Mesa objects, {one.agents} agents, {one.scenario}", text, one.objects / one.people, *goal))
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--agents", type=int, nargs="+", default=[10_000, 100_000])
    found = compare(parser.parse_args().agents)
    print(f"\nnanoseconds per agent-year, {YEAR}; {load()}")
    titles = ("engine, people", "engine, phases", "Mesa objects")
    print(f"{'agents':>8} {'':12}{''.join(f'{title:>16}' for title in titles)}{'ratio':>8}{'of phases':>11}")
    for one in found:
        ratio, of_phases = one.objects / one.people, one.objects / one.phases
        numbers = "".join(f"{ns:>16.0f}" for ns in (one.people, one.phases, one.objects))
        print(f"{one.agents:>8} {one.scenario:12}{numbers}{ratio:>7.0f}x{of_phases:>10.0f}x")


if __name__ == "__main__":
    main()
