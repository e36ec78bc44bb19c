"""Time and memory of whole runs at scales ten apart, on one thread and on two.

``python -m benchmarks.scaling [--full] [--scales 1000 100] [--threads 1 2]``

Scales 1:1000, 1:100 and 1:10, with ``--full`` also 1:1. Each scale and number of threads has a process of its own, so
that the peak memory is its own. There, after a small world that loads the kernels and starts the threads, the years
1980-2035 are lived with all tables; imports and compiling do not count. Best of several, but for the largest worlds.
The agents alone grow tenfold from one scale to the next; what does not grow with them makes the factor smaller, and
memory that a world has outgrown (caches) makes it larger. On a machine that does other work as well, seconds hold what
the others took; processor seconds hardly do.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.rows import Row, load, show
from sim import World, load_config
from sim.running.advance import peak_memory_mb

ROOT = Path(__file__).parents[1]
SCALES, FULL = (1000, 100, 10), (1000, 100, 10, 1)
WARM_UP = 30  # scale: small, but large enough to use threads
REPEATS = {1000: 5, 100: 3, 10: 3}  # else once
SECONDS, CPU_SECONDS, MEGABYTES = {100: 1.4, 10: 7.0, 1: 75.0}, {1: 135.0}, {1: 2800.0}  # goals, two threads
TENFOLD = 12.0  # goal: times the time for ten times the agents


@dataclass(frozen=True)
class Measured:
    """One scale with a number of threads: seconds and processor seconds of the best run, peak memory of the process."""

    scale: int
    threads: int
    agent_years: int
    seconds: float
    cpu_seconds: float
    peak_mb: float

    @property
    def ns(self) -> float:
        """Nanoseconds per agent-year."""
        return 1e9 * self.seconds / self.agent_years


def one_run(scale: int, threads: int, *changes: str) -> tuple[float, float, int]:
    """Seconds, processor seconds and agent-years of a run with all its tables."""
    world = World(load_config(f"scale={scale}", f"threads={threads}", *changes))
    start, cpu = time.perf_counter(), time.process_time()
    agent_years = sum(int(r.tables["world_year"]["n_researchers"][0]) // scale for r in world.run())
    return time.perf_counter() - start, time.process_time() - cpu, agent_years


def measure(scale: int, threads: int, *changes: str) -> Measured:
    """Measure in this process, warm."""
    one_run(max(scale, WARM_UP), threads, "start=2010", "end=2020")
    runs = [one_run(scale, threads, *changes) for _ in range(REPEATS.get(scale, 1))]
    seconds, cpu_seconds, agent_years = (min(values) for values in zip(*runs))
    return Measured(scale, threads, agent_years, seconds, cpu_seconds, peak_memory_mb())


def measure_apart(scale: int, threads: int) -> Measured:
    """Measure in a process of its own."""
    words = [sys.executable, "-m", "benchmarks.scaling", "--one", "--scales", str(scale), "--threads", str(threads)]
    return Measured(**json.loads(subprocess.check_output(words, cwd=ROOT, text=True).splitlines()[-1]))


def scaling_rows(found: Sequence[Measured]) -> Iterator[Row]:
    """Rows of one thread: each scale against the one before."""
    for before, one in zip([None, *found], found):
        name, text = f"scaling, 1:{one.scale}", described(one)
        if before is None:
            yield Row(name, text)
        else:
            factor, tenth = one.seconds / before.seconds, TENFOLD * before.scale / one.scale / 10
            text += f"; CPU s {one.cpu_seconds / before.cpu_seconds:.1f}x"
            yield Row(f"{name}, time against 1:{before.scale}", text, factor, f"<= {tenth:.0f}x", factor <= tenth)


def described(one: Measured) -> str:
    """What was measured, in words."""
    return f"{one.seconds:.2f} s, {one.cpu_seconds:.2f} CPU s, {one.ns:.0f} ns/agent-year, {one.peak_mb:.0f} MB"


def goal_rows(found: Sequence[Measured]) -> Iterator[Row]:
    """Each scale against its own goals."""
    for one in found:
        for goals, value, unit in (
            (SECONDS, one.seconds, "s"), (CPU_SECONDS, one.cpu_seconds, "CPU s"), (MEGABYTES, one.peak_mb, "MB"),
        ):  # fmt: skip
            if goal := goals.get(one.scale):
                ratio = value / goal
                name = f"scaling, 1:{one.scale}, {one.threads} threads, of the goal"
                yield Row(name, f"{value:.2f} {unit}", ratio, f"<= {goal:g} {unit}", ratio <= 1.0)


def thread_rows(one: Sequence[Measured], more: Sequence[Measured]) -> Iterator[Row]:
    """Time on one thread over that on more; small worlds shall lose nothing."""
    for alone, together in zip(one, more):
        text = f"{alone.seconds:.2f} s / {together.seconds:.2f} s, "
        text += f"{together.cpu_seconds / alone.cpu_seconds:.2f}x the CPU s, {together.peak_mb:.0f} MB"
        ratio = alone.seconds / together.seconds
        # a small world loses nothing, but for the noise of two measurements
        name = f"threads, 1:{alone.scale}, 1 against {together.threads}"
        yield Row(name, text, ratio, ">= 0.95x", ratio >= 0.95)


def rows(scales: Sequence[int], threads: Sequence[int] = (1, 2)) -> list[Row]:
    """Measure and compare."""
    found = {n: [measure_apart(scale, n) for scale in scales] for n in threads}
    first, *others = threads
    more = (row for n in others for row in (*thread_rows(found[first], found[n]), *goal_rows(found[n])))
    return [*scaling_rows(found[first]), *more]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--full", action="store_true", help="also the whole world, one agent a person")
    parser.add_argument("--scales", type=int, nargs="+", help="instead of these scales")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--one", action="store_true", help="measure the first scale in this process; prints JSON")
    args = parser.parse_args()
    scales = args.scales or (FULL if args.full else SCALES)
    if args.one:
        print(json.dumps(asdict(measure(scales[0], args.threads[0]))))
        return
    before = load()
    show(rows(scales, args.threads))
    print(f"before: {before}; after: {load()}")


if __name__ == "__main__":
    main()
