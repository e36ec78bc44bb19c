"""Time and memory of one run and of the default command, with Mesa's own objects as the rival.

``python benchmarks/run_time.py [--command]``

Prints, from one process: the warm time of a whole 1:100 run 1980-2035 (imports and compiling left out), the
nanoseconds per agent-year of the full model with all its tables, and of the least that Mesa's agent objects can
do, one hazard draw an agent (so the rival does a hundredth of the work). With ``--command`` also the wall time and
peak memory of ``python -m sim +scenario=restrictive``, in an empty folder with an empty history cache.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time

import mesa

from sim import World, load_config


class Trivial(mesa.Agent):
    """Mesa agent that draws one number a year."""

    def step(self) -> None:
        """Leave or stay."""
        self.gone = self.random.random() < 0.05


def mesa_ns(n: int = 20_000, steps: int = 5) -> float:
    """Nanoseconds per agent-step of Mesa's objects."""
    model = mesa.Model(rng=0)
    Trivial.create_agents(model, n)
    start = time.perf_counter()
    for _ in range(steps):
        model.agents.do("step")
    return (time.perf_counter() - start) / (n * steps) * 1e9


def one_run(scale: int) -> tuple[float, int]:
    """Seconds and agent-years of a whole run with all tables."""
    world = World(load_config(f"scale={scale}"))
    start = time.perf_counter()
    agent_years = sum(int(r.tables["world_year"]["n_researchers"][0]) // scale for r in world.run())
    return time.perf_counter() - start, agent_years


def command() -> tuple[float, float]:
    """Wall seconds of the default command and peak memory (MB) of its largest process."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"TALENT_CIRCULATION_CACHE": f"{folder}/cache"}
        start = time.perf_counter()
        words = [sys.executable, "-m", "sim", "+scenario=restrictive", f"outdir={folder}/outputs"]
        subprocess.run(words, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seconds = time.perf_counter() - start
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--command", action="store_true", help="also time the default command")
    args = parser.parse_args()
    one_run(2000)  # compile
    runs = [one_run(100) for _ in range(3)]
    seconds, agent_years = min(runs)
    ours, theirs = seconds / agent_years * 1e9, mesa_ns()
    print(f"load average                                    {os.getloadavg()[0]:8.1f}")
    print(f"1:100 run 1980-2035, warm, best of 3          {seconds:8.2f} s   (goal 3)")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process                   {peak:8.0f} MB")
    print(f"full model and tables, per agent-year         {ours:8.0f} ns")
    print(f"Mesa objects, one draw, per agent-step        {theirs:8.0f} ns")
    print(f"ratio Mesa's one draw / our whole year        {theirs / ours:8.2f}")
    if args.command:
        wall, largest = command()
        print(f"default command, both modes, 5 replicates     {wall:8.1f} s   (goal 90)")
        print(f"peak memory of its largest process            {largest:8.0f} MB  (goal 1000)")


if __name__ == "__main__":
    main()
