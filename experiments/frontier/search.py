"""Search for the Pareto front of promoting and protecting: ``python -m experiments.frontier.search [--small]``.

NSGA-II (Deb et al. 2002, by pymoo) begins at the sample of ``sweep.yaml`` and some corners, in the same store. Each
generation is a sweep over all points so far, so runs that the store holds are not computed again, and a search that was
killed retraces its steps and goes on: it is seeded, and results do not depend on when they were computed. All points
see the same replicates. The front that it ends with is then run again with other random numbers, since the best of
many noisy points are partly lucky, and so are the named scenarios.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from experiments.frontier.outcomes import FILE, NAMED_FILE, by_draw, outcomes
from sim.analysis import load
from sim.analysis.frontier import front
from sim.core.read import ConfigError
from sim.sweep.design_files import store_folder
from sim.sweep.run import Outcome, run
from sim.sweep.sampling import Sample
from sim.sweep.spec import Spec, read_spec
from sim.sweep.spec_draws import Block

AGAIN, NAMED = "again", "named"  # stores below that of the search
STEPS = 1000  # of a lever's range: finer differences mean nothing


@dataclass(frozen=True)
class Effort:
    """Size of a search: points a generation, generations beyond the start, and replicates of the second evaluation."""

    population: int
    generations: int
    replicates: int
    seed: int = 1


FULL, SMALL = Effort(16, 2, 6), Effort(4, 1, 2)


# Corners of the lever space that one would write down; genetic search alone is slow to reach the ends of many ranges.
PROMOTE, INSTITUTIONS, CASES = ("openness", "recruiting"), ("disclosure", "elements", "screening"), ("investigations",)
THRESHOLDS = (0.0, 0.63)  # of its logarithmic range: everyone, and 50 million $


def corners(sample: Sample) -> np.ndarray:
    """Points [n, levers] of the unit cube: promotion, institutions' protection and cases by risk, each in full or not.

    Nobody is refused a visa; protection is for everyone, or for institutions with 50 million $ and more.
    """
    rows = []
    for promote, protect, cases, threshold in itertools.product((0.0, 1.0), (0.0, 1.0), (0.0, 1.0), THRESHOLDS):
        at = dict.fromkeys(PROMOTE, promote) | dict.fromkeys(INSTITUTIONS, protect) | dict.fromkeys(CASES, cases)
        at |= {"precision": 1.0, "threshold": threshold if protect else THRESHOLDS[1]}
        row = [at.get(name, 0.0) for name in sample.names]
        if row not in rows:
            rows.append(row)
    return np.array(rows)


def block(points: np.ndarray, sample: Sample) -> Block:
    """Draws of points [n, levers] of the unit cube, by the ranges of a sample.

    The same point gives the same runs as in a sweep of the sample.
    """
    values = np.column_stack([item.law.values(points[:, j]) for j, item in enumerate(sample.over)]).tolist()
    rows = [{key: value for item, value in zip(sample.over, row) for key in item.keys} for row in values]
    return Block(sample.names, tuple(map(tuple, values)), tuple(rows))


def at_points(spec: Spec, points: np.ndarray, **changes: Any) -> Spec:
    """The sweep of `spec` at given points [n, levers] of the unit cube in place of its sample."""
    assert spec.sample is not None
    return replace(spec, blocks=(block(points, spec.sample),), sample=None, **changes)


def gains_of(folder: Path, scenario: str) -> np.ndarray:
    """Means [draws, objectives] over replicates, of the design that a store was last asked for."""
    return by_draw(outcomes(load(folder)), scenario).mean(axis=1)


def generations(spec: Spec, effort: Effort) -> Iterator[tuple[np.ndarray, Any]]:
    """Points of each generation, and the function that wants their gains before the next is asked for."""
    try:
        from pymoo.algorithms.moo.nsga2 import NSGA2
        from pymoo.core.evaluator import Evaluator
        from pymoo.core.problem import Problem
        from pymoo.problems.static import StaticProblem
    except ImportError:
        raise ConfigError(["the search needs pymoo; pip install '.[sweep]' in the clone"]) from None
    assert spec.sample is not None
    start = np.vstack([spec.sample.unit(), corners(spec.sample)])
    problem = Problem(n_var=start.shape[1], n_obj=2, xl=0.0, xu=1.0)
    search = NSGA2(pop_size=effort.population, sampling=start)
    search.setup(problem, termination=("n_gen", effort.generations + 1), seed=effort.seed, verbose=False)
    while search.has_next():
        asked = search.ask()
        if search.n_iter > 1:
            asked.set("X", np.round(asked.get("X") * STEPS) / STEPS)

        def tell(gains: np.ndarray, asked: Any = asked) -> None:
            Evaluator().eval(StaticProblem(problem, F=-gains), asked)
            search.tell(infills=asked)

        yield np.asarray(asked.get("X"), float), tell


def search(spec: Spec, folder: Path, effort: Effort) -> np.ndarray:
    """Carry out the search, or go on with it; points [n, levers] of its front in the unit cube."""
    scenario = spec.scenarios[0].label
    points = np.empty((0, 0))
    for n, (new, tell) in enumerate(generations(spec, effort)):
        points = np.vstack([points, new]) if n else new
        found = done(run(at_points(spec, points), folder, note=say_unless_known))
        gains = gains_of(folder, scenario)
        tell(gains[-len(new) :])
        say(f"generation {n}: {len(points)} points, {len(front(gains))} on the front, {found.computed} runs now")
    return points[front(gains)]


def done(outcome: Outcome) -> Outcome:
    """The outcome, if nothing is missing: a front of what is left would be another one."""
    if outcome.done < outcome.total:
        text = f"{outcome.failed} of {outcome.total} runs failed; see load(FOLDER)['failures'], then search again"
        raise ConfigError([f"{outcome.folder}: {text}"])
    return outcome


def say_unless_known(line: str) -> None:
    """Notes of a sweep; that levers at their neutral values change nothing is no news here."""
    if not line.startswith("note: "):
        say(line)


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main(words: Sequence[str] | None = None) -> int:
    """Search, run the front again, run the named scenarios; the last line is the store's folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--small", action="store_true", help="seconds instead of a quarter of an hour")
    parser.add_argument("--store", type=Path, help="folder of results; outputs/frontier/sweep by default")
    args = parser.parse_args(words)
    effort = SMALL if args.small else FULL
    try:
        spec, named = read_spec(FILE, small=args.small), read_spec(NAMED_FILE, small=args.small)
        folder = args.store or store_folder(spec, args.small)
        best = search(spec, folder, effort)
        fresh = {**spec.settings, "seed": int(named.settings.get("seed", 0)) or int(spec.settings.get("seed", 0)) + 1}
        again = at_points(spec, best, settings=fresh, replicates=effort.replicates)
        for name, what in ((AGAIN, again), (NAMED, replace(named, settings={**named.settings, "seed": fresh["seed"]}))):
            found = done(run(what, folder / name, note=say_unless_known))
            say(f"{name}: {found.total} runs, {found.computed} of them now")
    except ConfigError as error:
        for message in error.messages:
            say(f"error: {message}")
        return 1
    except KeyboardInterrupt:
        say("interrupted; the same command goes on from there")
        return 130
    print(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
