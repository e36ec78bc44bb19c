"""Runs of the experiment: ``python -m experiments.reaction.run``; goes on where it stopped.

Everything branches from worlds of 2017, since governments decide nothing before. Parts: ``draws`` from the priors, with
and without a US restriction, and with one kind of reaction switched off at a time; ``slopes``, all at multiples of
their starting values; ``matrix``, the reaction matrix.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from experiments.reaction import matrix
from experiments.reaction.lives import Macros, State, Trace, arms, history, live
from experiments.reaction.priors import (
    ALARM,
    COMPETITION,
    FOLLOWING,
    RETALIATION,
    Values,
    corner,
    draws,
    slopes_times,
    without,
)
from experiments.reaction.runs import Arrays
from sim.data.tables import load_world_data
from sim.running.manifest import package_version

STORE = Path("outputs") / "reaction"
OFF = {"no retaliation": RETALIATION, "no following": FOLLOWING, "no alarm": ALARM, "no competition": COMPETITION}
FACTORS = (0.0, 0.5, 1.0, 1.5, 2.0)
Task = Callable[[], Arrays]


@dataclass(frozen=True)
class Design:
    """How many runs of what.

    Attributes
    ----------
    scale : researchers an agent stands for; replicates : worlds of 2017, which draws take in turn.
    draws : points of the priors; split, conditions : of those, how many are run with each kind of reaction off, and
        with a condition on joint work with allies.
    slopes : replicates of each multiple of the slopes.
    fine, largest : scale of the matrix of the largest places, and how many they are; at `scale` it is measured at the
        corner of the priors and at as many draws as `radii` says.
    """

    scale: int = 2000
    replicates: int = 6
    draws: int = 60
    split: int = 12
    conditions: int = 60
    slopes: int = 4
    fine: int = 100
    largest: int = 12
    radii: int = 12


SMALL = Design(20000, 2, 2, 1, 1, 1, 20000, 2, 1)


@lru_cache(maxsize=8)
def world(scale: int, replicate: int) -> tuple[State, Macros, Arrays]:
    """A world of 2017, macro states of its scripted baseline, and both scripted arms."""
    past, both = history(scale, replicate), arms(scale)
    trace, macros = live(both["baseline"], past, replicate, "scripted")
    found = _named("baseline", trace)
    return past, macros, found | _named("restricts", live(both["restricts"], past, replicate, "scripted", macros)[0])


def scripted(scale: int, replicate: int) -> Arrays:
    """Traces of both arms if governments only carry out."""
    return world(scale, replicate)[2]


def _named(name: str, trace: Trace) -> dict[str, np.ndarray]:
    return {f"{name}.{field}": values for field, values in trace._asdict().items()}


def reactive(scale: int, replicate: int, values: Values, wanted: tuple[str, ...], prefix: str = "") -> Arrays:
    """Traces of reactive governments in some arms."""
    past, macros, _ = world(scale, replicate)
    every, found = arms(scale), dict[str, np.ndarray]()
    for arm in wanted:
        trace, _ = live(every[arm], past, replicate, "reactive", macros, values)
        found |= _named(f"{prefix}{arm}", trace)
    return found


def one_split(scale: int, replicate: int, values: Values) -> Arrays:
    """Baseline and restriction of a draw with one kind of reaction off at a time."""
    found: dict[str, np.ndarray] = {}
    for name, off in OFF.items():
        found |= reactive(scale, replicate, without(values, off), ("baseline", "restricts"), f"{name}.")
    return found


def one_matrix(scale: int, replicate: int, values: Values, n: int) -> Arrays:
    """The reaction matrix of the `n` largest places, and who they are."""
    past, macros, _ = world(scale, replicate)
    places = matrix.largest(load_world_data("full"), n)
    found = matrix.matrix(scale, past, replicate, macros, values, places, matrix.first_threats(scale))
    return {"matrix": found, "places": np.array(places)}


def tasks(design: Design) -> Iterator[tuple[str, Task]]:
    """Name of each file and how it is made; what pages need most comes first."""
    points, scale, n = draws(design.draws), design.scale, design.replicates
    for r in range(n):
        yield f"scripted_{r}", partial(scripted, scale, r)
    for d, point in enumerate(points):
        yield f"draw_{d}", partial(reactive, scale, d % n, point, ("baseline", "restricts"))
    for d, point in enumerate(points[: design.conditions]):
        yield f"conditions_{d}", partial(reactive, scale, d % n, point, ("conditions",))
    yield "matrix", partial(one_matrix, design.fine, 0, {}, design.largest)
    yield "corner", partial(one_matrix, scale, 0, corner(), design.largest)
    for d, point in enumerate(points[: design.radii]):
        yield f"radius_{d}", partial(one_matrix, scale, d % n, point, design.largest)
    for d, point in enumerate(points[: design.split]):
        yield f"split_{d}", partial(one_split, scale, d % n, point)
    for k, factor in enumerate(FACTORS):
        for r in range(design.slopes):
            yield f"slopes_{k}_{r}", partial(reactive, scale, r, slopes_times(factor), ("baseline", "restricts"))


def run(design: Design, store: Path) -> None:
    """Make every file that is not there."""
    store.mkdir(parents=True, exist_ok=True)
    about = {"version": package_version("talent-circulation"), "started": f"{date.today()}", **asdict(design)}
    (store / "design.json").write_text(json.dumps(about, indent=1), encoding="utf-8")
    for name, make in tasks(design):
        file, begin = store / f"{name}.npz", time.perf_counter()
        if not file.exists():
            aside = store / f"{name}.part.npz"
            np.savez_compressed(aside, **dict(make()))  # type: ignore[arg-type]
            aside.rename(file)
            print(f"{name}: {time.perf_counter() - begin:.0f} s", file=sys.stderr, flush=True)


def main(words: list[str] | None = None) -> Path:
    """Run the experiment; returns its store."""
    parser = argparse.ArgumentParser(prog="python -m experiments.reaction.run")
    parser.add_argument("--small", action="store_true", help="a version that takes seconds")
    parser.add_argument("--store", type=Path, help="folder of the runs")
    parser.add_argument("--scale", type=int, help="researchers an agent stands for, in draws and slopes")
    args = parser.parse_args(words)
    design = SMALL if args.small else Design()
    if args.scale:
        design = replace(design, scale=args.scale)
    store = args.store or STORE / ("small" if args.small else "runs")
    run(design, store)
    return store


if __name__ == "__main__":
    main()
