"""Where the time of a year goes, kernel by kernel, beside what the machine's memory could do.

``python -m benchmarks.phases [--scale 100] [--repeats 7]``

The same year (2018) is lived several times on one thread; the least time of each kernel counts. *Traffic* is the least
traffic: every array that a kernel is given or returns counts once, however often the kernel looks at it, and a packed
record (`sim.core.columns`) counts as a whole if the kernel is given any of its columns. Kernels that look at people at
random move more; only one that passes over most rows, as `propose` does, moves less. The share is traffic over time,
against the bandwidth of one thread that this run measures with copy and triad over arrays larger than the caches (as
STREAM does). Near 1, memory is the limit; far below, arithmetic is, or waiting for single cache lines; above 1, the
world lies in the caches. The traffic of functions that are handed objects is not known.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.rows import Row, best, load, timed
from sim import World, load_config, phases
from sim.config.schema import Config
from sim.core.kernels import njit
from sim.engines import (
    careers,
    counting,
    entry,
    hosts,
    impact,
    mobility,
    pools,
    projects,
    publication,
    reading,
    remembering,
    spectrum,
)
from sim.phases.publication import Output
from sim.record import measures
from sim.record.panel import Panel

YEAR = 2018
KERNELS: tuple[tuple[Any, str], ...] = (
    (careers, "step"), (phases.careers, "exit_norm"), (phases.careers, "retire"),
    (entry, "create_cohort"), (hosts, "choose_entry"),
    (mobility, "sum_people"), (phases.mobility, "plan_moves"), (mobility, "propose"), (mobility, "apply_moves"),
    (mobility, "exposure"), (phases.publication, "partner_rules"),
    (projects, "plan_projects"), (pools, "build_pools"), (phases.publication, "plan_papers"),
    (publication, "write_papers"), (remembering, "update_ties"),
    (impact, "rate_papers"), (spectrum, "sum_by_place"), (phases.impact, "count_projects"), (reading, "attention"),
    (phases.impact, "count_exposure"), (spectrum.Spectrum, "of"), (phases.impact, "thresholds"),
    (impact, "credit_authors"), (counting, "count_people"), (phases.constituencies, "count"),
    (phases.security, "secure"), (measures, "tables"), (Panel, "leavers"), (Panel, "record"),
)  # fmt: skip
STREAM_WORDS = 2**23  # 64 MB an array


# --- memory -------------------------------------------------------------------------------------------------
@njit(cache=True)
def copy(a, b):
    """Move 16 bytes an element."""
    for i in range(a.shape[0]):
        a[i] = b[i]


@njit(cache=True)
def triad(a, b, c, factor):
    """Move 24 bytes an element."""
    for i in range(a.shape[0]):
        a[i] = b[i] + factor * c[i]


def bandwidth() -> float:
    """Bytes a second of one thread, the better of copy and triad."""
    a, b, c = (np.full(STREAM_WORDS, x) for x in (0.0, 1.0, 2.0))

    return max(
        2 * a.nbytes / best(10, lambda: timed(copy, a, b)), 3 * a.nbytes / best(10, lambda: timed(triad, a, b, c, 3.0))
    )


def arrays_of(value: Any) -> Iterator[np.ndarray]:
    """Arrays in an argument or a result; raises TypeError for an object that may hold others."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, tuple | list):
        for part in value:
            yield from arrays_of(part)
    elif not isinstance(value, int | float | np.generic | None):
        raise TypeError


def traffic(*values: Any) -> int:
    """Bytes of all arrays, each once; columns of one packed record count as the rows of that record, once.

    0 if it is not known.
    """
    sizes: dict[int, int] = {}
    try:
        for array in arrays_of(values):
            owner = array
            while isinstance(owner.base, np.ndarray):
                owner = owner.base
            if owner.dtype.names:
                at, size = id(owner), len(array) * owner.itemsize
            else:
                at, size = array.ctypes.data, array.nbytes
            sizes[at] = max(sizes.get(at, 0), size)
    except TypeError:
        return 0
    return sum(sizes.values())


# --- time ---------------------------------------------------------------------------------------------------
@dataclass
class Spent:
    """Seconds and bytes of one kernel in a year."""

    seconds: float = 0.0
    bytes: int = 0


@dataclass
class Year:
    """Seconds of a year as a whole and of its kernels, agents at its end, its papers and their authors."""

    seconds: float = 0.0
    kernels: dict[str, Spent] = field(default_factory=lambda: defaultdict(Spent))
    agents: int = 0
    papers: int = 0
    authorships: int = 0


@contextmanager
def watched(year: Year) -> Iterator[None]:
    """Put a clock before every kernel."""

    def clock(where: Any, name: str) -> Callable[..., Any]:
        kernel = getattr(where, name)
        spent = year.kernels[f"{where.__name__.split('.')[-1]}.{name}"]

        def call(*args: Any, **options: Any) -> Any:
            start = time.thread_time()
            result = kernel(*args, **options)
            spent.seconds += time.thread_time() - start
            spent.bytes += traffic(*args, *options.values(), result)
            return result

        return call

    def research(*args: Any) -> Output:
        output = whole(*args)
        year.papers, year.authorships = output.n_papers, output.n_authorships
        return output

    whole = phases.publication.research
    with ExitStack() as stack:
        for where, name in KERNELS:
            stack.enter_context(patch.object(where, name, clock(where, name)))
        stack.enter_context(patch.object(phases.publication, "research", research))
        yield


def one_year(cfg: Config, state: dict[str, np.ndarray]) -> Year:
    """Live the year; the year before is lived from the state, so that columns have room as in a running world."""
    world, year = World.from_state(cfg, state), Year()
    world.live_a_year()
    start = time.thread_time()
    world.live_a_year()
    year.seconds = time.thread_time() - start
    world = World.from_state(cfg, state)
    world.live_a_year()
    with watched(year):
        world.live_a_year()
    year.agents = len(world.columns)
    return year


def measure(scale: int, repeats: int) -> Year:
    """The year with the least time of each kernel."""
    cfg = load_config(f"scale={scale}", "threads=1")
    world = World(cfg)
    for _ in world.run(until=YEAR - 2):
        pass
    state = {name: np.array(value) for name, value in world.state().items()}
    one_year(cfg, state)  # compiles
    years = [one_year(cfg, state) for _ in range(repeats)]
    least = years[0]
    least.seconds = min(year.seconds for year in years)
    for name, spent in least.kernels.items():
        spent.seconds = min(year.kernels[name].seconds for year in years)
    return least


def lines(year: Year, speed: float) -> Iterator[tuple[str, ...]]:
    """Cells of the table: slowest kernel first, then the rest of the year and the whole."""
    spent = sorted(year.kernels.items(), key=lambda item: -item[1].seconds)
    rest = year.seconds - sum(kernel.seconds for _, kernel in spent)
    for name, one in [*spent, ("the rest", Spent(rest)), ("the year", Spent(year.seconds))]:
        ns = 1e9 * one.seconds
        share = f"{one.bytes / one.seconds / speed:.2f}" if one.bytes else ""
        mb = f"{one.bytes / 1e6:.1f}" if one.bytes else ""
        yield name, f"{1e3 * one.seconds:.2f}", f"{ns / year.agents:.1f}", f"{ns / year.authorships:.1f}", mb, share


def show(year: Year, speed: float) -> None:
    """Print the table."""
    print(f"{year.agents} agents, {year.authorships} authorships; memory {speed / 1e9:.1f} GB/s; {load()}")
    print(f"{YEAR:<28}{'ms':>9}{'ns/agent':>10}{'ns/authorship':>15}{'traffic, MB':>13}{'of bandwidth':>14}")
    for name, *numbers in lines(year, speed):
        print(f"{name:<28}" + "".join(cell.rjust(width) for cell, width in zip(numbers, (9, 10, 15, 13, 14))))


def rows(scale: int, repeats: int = 5) -> list[Row]:
    """Rows of the kernels that take at least 3 % of the year."""
    year, speed = measure(scale, repeats), bandwidth()
    found = [Row(f"phases, 1:{scale}, memory", f"{speed / 1e9:.1f} GB/s")]
    for name, ms, ns, per_authorship, _, share in lines(year, speed):
        if name == "the year" or 1e-3 * float(ms) >= 0.03 * year.seconds:
            text = f"{ms} ms, {ns} ns/agent, {per_authorship} ns/authorship"
            ratio = float(share) if share else None
            found.append(Row(f"phases, 1:{scale}, {name}", text, ratio, unit=" of bandwidth"))
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--scale", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=7)
    args = parser.parse_args()
    show(measure(args.scale, args.repeats), bandwidth())


if __name__ == "__main__":
    main()
