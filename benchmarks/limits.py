"""What a year would cost at best on this machine, kernel by kernel: the cost model of docs/performance.md.

``python -m benchmarks.limits [--scale 10] [--repeats 3]``

A kernel's limit is the sum of what it cannot do without: hashes for its draws, transcendental functions, cache lines of
other people's rows, bytes that it passes over in order. How often each is needed follows from the rules
(`NEEDS`); what one costs is measured here, in the same run, on one thread: hashes and functions in loops without
dependence, lines read, and read and written, in a random order that is known ahead, over as many rows as a field has.
The gap is what is measured over the limit: branches guessed wrong, arithmetic, and memory waited for.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.phases import YEAR, Year, bandwidth, measure
from benchmarks.rows import Row, best, load, timed
from sim.core.kernels import njit
from sim.core.prefetch import AHEAD, prefetch
from sim.core.randomness import fold, normal_quantile, to_unit

N_FIELDS = 6  # about; rows of one field are what random looks go over
WORDS = 2**20


@dataclass(frozen=True)
class Needs:
    """What one kernel needs for each agent, each paper and each partner of a paper.

    Attributes
    ----------
    per : ``agent``, ``paper`` or ``partner``.
    hashes, functions : keyed words; exponentials, logarithms, normal quantiles.
    reads, updates : cache lines at random that are read; that are read and written.
    bytes : passed over in order.
    """

    per: str
    hashes: float = 0.0
    functions: float = 0.0
    reads: float = 0.0
    updates: float = 0.0
    bytes: float = 0.0


# By kernel of `benchmarks.phases`; what happens to few (movers, entrants, refused slots) is left out.
NEEDS: dict[str, tuple[Needs, ...]] = {
    "projects.plan_projects": (
        Needs("agent", hashes=3, functions=2, bytes=32 + 5),  # applying and funding, places offered, papers led
        Needs("paper", hashes=2),  # type of the project, of leads only
    ),
    "pools.build_pools": (
        Needs("agent", bytes=2 * (32 + 2)),
        Needs("partner", hashes=1, updates=1, bytes=8 / 0.7),  # as many places are offered as asked for
    ),
    "publication.plan_papers": (Needs("agent", bytes=2 * 2), Needs("paper", hashes=1, bytes=13)),
    # a partner: key of the slot, abroad or not, which tie or origin, who; the cell or the tie's place; the person
    "publication.write_papers": (
        Needs("paper", hashes=4, bytes=64 + 30),
        Needs("partner", hashes=4 + 2, reads=2, bytes=2 * 9),
    ),
    "remembering.update_ties": (Needs("paper", bytes=64), Needs("partner", updates=1, bytes=8)),
    "impact.rate_papers": (Needs("paper", functions=3, bytes=40 + 24), Needs("partner", bytes=1)),
    "impact.count_projects": (Needs("agent", bytes=32 + 3), Needs("paper", bytes=20), Needs("partner", bytes=1)),
    "impact.credit_authors": (
        Needs("agent", bytes=2 * 24),
        Needs("paper", hashes=1, functions=2, bytes=20),
        Needs("partner", updates=1, bytes=4),
    ),
    "careers.step": (Needs("agent", hashes=2, functions=0.1, bytes=32),),
    "mobility.sum_people": (Needs("agent", hashes=1, functions=1, bytes=32 + 8),),
    "mobility.propose": (Needs("agent", bytes=8),),
    "counting.count_people": (Needs("agent", bytes=32),),
    "constituencies.count": (Needs("agent", bytes=32 + 24),),
}


# --- what the machine can do --------------------------------------------------------------------------------
@njit(cache=True)
def hashes(words: np.ndarray, key: np.uint64) -> None:
    """One keyed word each."""
    for i in range(words.shape[0]):
        words[i] = fold(key, words[i])


@njit(cache=True)
def functions(values: np.ndarray) -> None:
    """An exponential, a logarithm and a normal quantile each, as libm and the model have them."""
    for i in range(values.shape[0]):
        values[i] = np.exp(-values[i]) + np.log(values[i] + 1.0) + normal_quantile(values[i])


@njit(cache=True)
def read_lines(rows: np.ndarray, order: np.ndarray) -> np.uint64:
    """Sum of a word of each row, in an order known ahead."""
    total = np.uint64(0)
    for k in range(order.shape[0] - AHEAD):
        prefetch(rows, order[k + AHEAD])
        total += rows[order[k], 0]
    return total


@njit(cache=True)
def update_lines(rows: np.ndarray, order: np.ndarray) -> None:
    """Change a word of each row, in an order known ahead."""
    for k in range(order.shape[0] - AHEAD):
        prefetch(rows, order[k + AHEAD])
        rows[order[k], 0] += np.uint64(1)


@dataclass(frozen=True)
class Machine:
    """Nanoseconds of a hash, a function, a line read, a line updated, a byte in order."""

    hash: float
    function: float
    read: float
    update: float
    byte: float

    @classmethod
    def measured(cls, n_rows: int) -> Machine:
        """Of this machine, on one thread, with as many rows of 32 bytes to look at as a field has."""
        rng = np.random.default_rng(0)
        words = rng.integers(0, 2**63, WORDS, dtype=np.uint64)
        values = rng.random(WORDS)
        rows, order = np.zeros((n_rows, 4), np.uint64), rng.integers(0, n_rows, WORDS)
        to_unit(fold(np.uint64(1), np.uint64(2)))

        def ns(kernel: object, *args: object) -> float:
            return 1e9 * best(7, lambda: timed(kernel, *args)) / WORDS

        return cls(
            ns(hashes, words, np.uint64(1)),
            ns(functions, np.abs(values)) / 3,
            ns(read_lines, rows, order),
            ns(update_lines, rows, order),
            1e9 / bandwidth(),
        )

    def seconds(self, need: Needs, times: int) -> float:
        """Of a need that arises so many times."""
        ns = need.hashes * self.hash + need.functions * self.function
        ns += need.reads * self.read + need.updates * self.update + need.bytes * self.byte
        return 1e-9 * ns * times


def limits(year: Year, machine: Machine) -> dict[str, float]:
    """Least seconds of each kernel in a year."""
    number = {"agent": year.agents, "paper": year.papers, "partner": year.authorships - year.papers}
    return {name: sum(machine.seconds(need, number[need.per]) for need in needs) for name, needs in NEEDS.items()}


def lines(year: Year, machine: Machine) -> Iterator[tuple[str, float, float, float]]:
    """Kernel, milliseconds measured and at best, nanoseconds measured an authorship; the year as a whole last."""
    at_best = limits(year, machine)
    for name, spent in sorted(year.kernels.items(), key=lambda item: -item[1].seconds):
        yield name, 1e3 * spent.seconds, 1e3 * at_best.get(name, 0.0), 1e9 * spent.seconds / year.authorships
    rest = year.seconds - sum(spent.seconds for spent in year.kernels.values())
    yield "the rest", 1e3 * rest, 0.0, 1e9 * rest / year.authorships
    yield "the year", 1e3 * year.seconds, 1e3 * sum(at_best.values()), 1e9 * year.seconds / year.authorships


def show(scale: int, year: Year, machine: Machine) -> None:
    """Print the table in Markdown."""
    print(
        f"1:{scale}, {YEAR}: {year.agents} agents, {year.papers} papers, {year.authorships} authorships. A hash "
        f"{machine.hash:.1f} ns, a function {machine.function:.1f}, a line read {machine.read:.1f}, updated "
        f"{machine.update:.1f}, 1 kB in order {1e3 * machine.byte:.0f}; {load()}.\n"
    )
    print("| kernel | ms | at best | gap | ns an authorship |\n|---|---|---|---|---|")
    for name, ms, least, ns in lines(year, machine):
        gap = f"{ms / least:.1f}" if least else ""
        print(f"| {name} | {ms:.1f} | {f'{least:.1f}' if least else ''} | {gap} | {ns:.1f} |")


def rows(scale: int, repeats: int = 3) -> list[Row]:
    """The year and its partners against their limits, and the goal for partners in the whole world."""
    year = measure(scale, repeats)
    found = {name: (ms, least) for name, ms, least, _ in lines(year, Machine.measured(year.agents // N_FIELDS))}
    ms, least = found["the year"]
    partners = [name for name in found if name in ("publication.write_papers", "remembering.update_ties")]
    ns = 1e6 * sum(found[name][0] for name in partners) / year.authorships
    text = f"{ns:.0f} ns an authorship, of {1e6 * sum(found[name][1] for name in partners) / year.authorships:.0f}"
    goal = ("<= 80 ns", ns <= 80.0) if scale == 1 else ("", None)
    return [
        Row(f"limits, 1:{scale}, the year", f"{ms:.0f} ms against {least:.0f} by the cost model", ms / least),
        Row(f"limits, 1:{scale}, naming, writing, remembering", text, ns / 80.0, *goal),
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--scale", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    year = measure(args.scale, args.repeats)
    show(args.scale, year, Machine.measured(year.agents // N_FIELDS))


if __name__ == "__main__":
    main()
