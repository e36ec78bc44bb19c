"""Time of the most trivial step, one hazard draw an agent, in this engine and in other frameworks.

``python -m benchmarks.against_others [--agents 1000000] [--steps 5]``

The step is the same everywhere: every agent draws one number and leaves with probability 0.05, those who leave are
removed, and as many new agents come in. This engine and Starsim draw *keyed* numbers (what one agent draws does not
depend on the others); Mesa and mesa-frames have no such draws and use one generator, which is less work. Starsim's row
holds its own loop and its results, this engine's holds its columns and the kernel. Mesa's objects are run with a tenth
of the agents. What is not installed is said to be so: Starsim is in the extra ``bench``;
mesa-frames asks for an older NumPy, so by hand: ``pip install --no-deps mesa-frames polars``.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import mesa
import numpy as np

from benchmarks.rows import Row, load
from sim.core.columns import Block
from sim.core.kernels import njit
from sim.core.randomness import Stream, base_key, draw

LEAVE = 0.05
REPEATS = 5
GOALS = {"starsim": 5.0}  # times this engine's time, by package
Steps = Iterator[int]  # each `next` takes one step and gives the number of agents who left


@dataclass(frozen=True)
class Rival:
    """One row of the table: `start(n, steps)` sets a world of n agents up and takes its steps."""

    name: str
    package: str
    keyed: bool
    start: Callable[[int, int], Callable[[], int]]
    share: float = 1.0


# --- this engine --------------------------------------------------------------------------------------------
@njit(cache=True)
def leavers(uid, key, out):
    """Rows of those who leave; returns how many."""
    n = 0
    for i in range(uid.shape[0]):
        if uid[i] != 0 and draw(key, uid[i]) < LEAVE:
            out[n] = i
            n += 1
    return n


def columns(n: int, steps: int) -> Callable[[], int]:
    """Columns, one keyed draw a person, rows freed and used again."""
    block = Block(n)
    block.uid[block.allocate(n)] = np.arange(1, n + 1, dtype=np.uint64)
    rows = np.empty(n, np.int64)
    leavers(block.uid[: block.n_rows], base_key(0, 0, Stream.EXIT, 0), rows)  # compile

    def run() -> int:
        left = 0
        for step in range(steps):
            number = leavers(block.uid[: block.n_rows], base_key(0, 0, Stream.EXIT, 1 + step), rows)
            block.retire(rows[:number].copy())
            born = block.allocate(number)
            block.uid[born] = np.arange(n + left + 1, n + left + number + 1, dtype=np.uint64)
            left += number
        assert block.n_alive == n
        return left

    return run


# --- others -------------------------------------------------------------------------------------------------
def starsim(n: int, steps: int) -> Callable[[], int]:
    """Starsim's own loop with common random numbers: a Bernoulli filter, requested deaths, grown people."""
    import starsim as ss  # type: ignore[import-not-found]

    ss.options(verbose=0, crn=True)

    class Turnover(ss.Module):
        def __init__(self) -> None:
            super().__init__()
            self.leave = ss.bernoulli(p=LEAVE)

        def step(self) -> None:
            gone = self.leave.filter()
            self.sim.people.request_death(gone)
            self.sim.people.grow(len(gone))
            left.append(len(gone))

    left: list[int] = []
    # its clock counts the first and the last year
    sim = ss.Sim(n_agents=n, modules=Turnover(), dur=steps - 1, dt=1, verbose=0, use_aging=False)
    sim.init()

    def run() -> int:
        sim.run()
        assert sim.t.npts == steps and len(sim.people) == n
        return sum(left)

    return run


def mesa_frames(n: int, steps: int) -> Callable[[], int]:
    """A Polars set of agents: one column of draws, a filter, new rows."""
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # one thread each, so that processor time compares
    import mesa_frames as mf  # type: ignore[import-not-found]
    import polars as pl  # type: ignore[import-not-found]

    class People(mf.AgentSetPolars):
        def __init__(self, model: mf.ModelDF) -> None:
            super().__init__(model)
            self.last = n
            self.add(pl.DataFrame({"unique_id": pl.arange(0, n, eager=True)}))

        def step(self) -> None:
            stays = pl.Series(self.model.random.random(len(self)) >= LEAVE)
            before = len(self)
            self._agents: pl.DataFrame = self._agents.filter(stays)
            self._mask = pl.repeat(True, len(self._agents), dtype=pl.Boolean, eager=True)
            number = before - len(self)
            self.add(pl.DataFrame({"unique_id": pl.arange(self.last, self.last + number, eager=True)}))
            self.last += number

    people = People(mf.ModelDF(0))

    def run() -> int:
        for _ in range(steps):
            people.step()
        assert len(people) == n
        return people.last - n

    return run


class Person(mesa.Agent):
    """Mesa agent that draws one number a step."""

    def decide(self) -> None:
        """Leave or stay."""
        if self.random.random() < LEAVE:
            self.remove()


def mesa_objects(n: int, steps: int) -> Callable[[], int]:
    """Mesa's agent objects."""
    model = mesa.Model(rng=0)
    Person.create_agents(model, n)

    def run() -> int:
        left = 0
        for _ in range(steps):
            model.agents.do("decide")
            gone = n - len(model.agents)
            Person.create_agents(model, gone)
            left += gone
        return left

    return run


RIVALS = (
    Rival("this engine", "numba", True, columns),
    Rival("Starsim", "starsim", True, starsim),
    Rival("mesa-frames", "mesa-frames", False, mesa_frames),
    Rival("Mesa objects", "mesa", False, mesa_objects, share=0.1),
)


def nanoseconds(rival: Rival, n: int, steps: int) -> float:
    """Processor time per agent and step, best of several runs; each starts anew, and setting up does not count."""
    best = float("inf")
    for _ in range(REPEATS):
        run = rival.start(n, steps)
        start = time.process_time()
        left = run()
        best = min(best, time.process_time() - start)
        assert abs(left / (n * steps) - LEAVE) < 0.1 * LEAVE, f"{rival.name} does another step"
    return best / (n * steps) * 1e9


@dataclass(frozen=True)
class Found:
    """What became of a rival: nanoseconds per agent and step, or why there are none."""

    rival: Rival
    label: str
    agents: int
    ns: float | None
    why: str = ""


def compare(agents: int, steps: int) -> list[Found]:
    """Time all that are installed, this engine first."""
    found = []
    for rival in RIVALS:
        n, label = int(agents * rival.share), rival.name
        try:
            label = f"{rival.name} ({rival.package} {version(rival.package)})"
            found.append(Found(rival, label, n, nanoseconds(rival, n, steps)))
        except PackageNotFoundError:
            found.append(Found(rival, label, n, None, "not installed"))
        except Exception as error:  # a rival that does not run here is a row of the table, not the end of it
            found.append(Found(rival, label, n, None, f"does not run: {type(error).__name__}: {str(error)[:80]}"))
    return found


def rows(agents: int, steps: int = 5) -> list[Row]:
    """Rows of the common table."""
    ours, *others = compare(agents, steps)
    assert ours.ns is not None, ours.why
    found = []
    for one in others:
        name = f"{one.label}, one draw, {one.agents} agents"
        if one.ns is None:
            found.append(Row(name, one.why))
            continue
        ratio, least = one.ns / ours.ns, GOALS.get(one.rival.package)
        goal = (f">= {least:.0f}x", ratio >= least) if least else ("", None)
        found.append(Row(name, f"{one.ns:.1f} ns/agent-step against {ours.ns:.1f}", ratio, *goal))
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--agents", type=int, default=1_000_000)
    parser.add_argument("--steps", type=int, default=5)
    args = parser.parse_args()
    print(f"one hazard draw an agent, {LEAVE:.0%} replaced each step, {args.steps} steps, best of {REPEATS}; {load()}")
    print(f"{'':36}{'agents':>10}{'keyed':>8}{'ns/agent-step':>16}{'against this engine':>22}")
    found = compare(args.agents, args.steps)
    ours = found[0].ns or float("nan")
    for one in found:
        if one.ns is None:
            print(f"{one.label:36}  {one.why}")
        else:
            keyed = "yes" if one.rival.keyed else "no"
            print(f"{one.label:36}{one.agents:>10}{keyed:>8}{one.ns:>16.1f}{one.ns / ours:>20.1f} x")


if __name__ == "__main__":
    main()
