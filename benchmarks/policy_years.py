"""What policy adds to the cost of a year: the same years under `restrictive` and in the baseline it is paired with.

``python -m benchmarks.policy_years [--scale 100] [--repeats 5]``

Both worlds live until the year before with their policies; then the same years are lived from these states in turn, on
one thread. The least processor time of each counts.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from benchmarks.rows import Row, load, show
from sim import World, load_config
from sim.config.schema import Config
from sim.phases.macro import Macro

FIRST, LAST = 2026, 2030
GOAL = 1.15
ARMS = {"baseline": (), "restrictive": ("+scenario=restrictive",)}
State = dict[str, np.ndarray]


def begun(cfg: Config, baseline: dict[int, Macro] | None) -> State:
    """State at the end of the year before the first."""
    world = World(cfg, baseline=baseline)
    for _ in world.run(FIRST - 1):
        pass
    return {name: np.array(value) for name, value in world.state().items()}


def seconds(cfg: Config, state: State, baseline: dict[int, Macro] | None) -> float:
    """Processor seconds of the years."""
    world = World.from_state(cfg, state, baseline=baseline)
    start = time.thread_time()
    for _ in world.run(LAST):
        pass
    return time.thread_time() - start


def rows(scale: int, repeats: int = 5) -> list[Row]:
    """One row: restrictive over baseline."""
    cfgs = {name: load_config(f"scale={scale}", "threads=1", "start=2008", *words) for name, words in ARMS.items()}
    paired = World(cfgs["baseline"])
    for _ in paired.run(LAST):
        pass
    macros = {"baseline": None, "restrictive": paired.macros}
    states = {name: begun(cfg, macros[name]) for name, cfg in cfgs.items()}
    least = dict.fromkeys(ARMS, np.inf)
    for _ in range(repeats):
        for name, cfg in cfgs.items():
            least[name] = min(least[name], seconds(cfg, states[name], macros[name]))
    one, other = (1e3 * least[name] / (LAST - FIRST + 1) for name in ARMS)
    text = f"{other:.1f} ms a year against {one:.1f}, {FIRST}-{LAST}"
    return [Row(f"policy, 1:{scale}", text, other / one, f"<= {GOAL}x", other / one <= GOAL)]


def main() -> None:
    """Print the row."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--scale", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    show(rows(args.scale, args.repeats))
    print(load())


if __name__ == "__main__":
    main()
