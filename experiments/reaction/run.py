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
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np

from experiments.reaction import matrix
from experiments.reaction.lives import Macros, State, arms, history, live
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
from sim.data.tables import load_world_data
from sim.running.manifest import package_version

STORE = Path("outputs") / "reaction"
OFF = {"no retaliation": RETALIATION, "no following": FOLLOWING, "no alarm": ALARM, "no competition": COMPETITION}
FACTORS = (0.0, 0.5, 1.0, 1.5, 2.0)
Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Design:
    """How many runs of what.

    Attributes
    ----------
    scale : researchers an agent stands for; replicates : worlds of 2017, which draws take in turn.
    draws : points of the priors; split : of those, how many are run with each kind of reaction off.
    slopes : replicates of each multiple of the slopes.
    fine, fine_replicates : scale and replicates of the matrix of the largest places; largest : how many they are.
    radius_draws : draws of which the matrix of the largest is measured at `scale`, at the start and at `CORNER` too.
    everybody : places in the matrix of all places, measured at `scale`.
    """

    scale: int = 2000
    replicates: int = 6
    draws: int = 60
    split: int = 30
    slopes: int = 4
    fine: int = 100
    fine_replicates: int = 2
    largest: int = 12
    radius_draws: int = 6
    everybody: int = 60


SMALL = Design(20000, 2, 2, 1, 1, 20000, 2, 2, 1, 3)


@lru_cache(maxsize=8)
def world(scale: int, replicate: int) -> tuple[State, Macros, Arrays]:
    """A world of 2017, macro states of its scripted baseline, and both scripted arms."""
    past, both = history(scale, replicate), arms(scale)
    trace, macros = live(both["baseline"], past, replicate, "scripted")
    found = _named("baseline", trace)
    return past, macros, found | _named("restricts", live(both["restricts"], past, replicate, "scripted", macros)[0])


def _named(name: str, trace: object) -> dict[str, np.ndarray]:
    return {f"{name}.{field}": values for field, values in trace._asdict().items()}  # type: ignore[attr-defined]


def reactive(scale: int, replicate: int, values: Values, wanted: tuple[str, ...], prefix: str = "") -> Arrays:
    """Traces of reactive governments in some arms."""
    past, macros, _ = world(scale, replicate)
    every, found = arms(scale), dict[str, np.ndarray]()
    for arm in wanted:
        trace, _ = live(every[arm], past, replicate, "reactive", macros, values)
        found |= _named(f"{prefix}{arm}", trace)
    return found


def one_split(design: Design, replicate: int, values: Values) -> Arrays:
    """Baseline and restriction of a draw with one kind of reaction off at a time."""
    found: dict[str, np.ndarray] = {}
    for name, off in OFF.items():
        found |= reactive(design.scale, replicate, without(values, off), ("baseline", "restricts"), f"{name}.")
    return found


def one_matrix(scale: int, replicate: int, values: Values, n: int) -> Arrays:
    """The reaction matrix of the `n` largest places, and who they are."""
    past, macros, _ = world(scale, replicate)
    places = matrix.largest(load_world_data("full"), n)
    found = matrix.matrix(scale, past, replicate, macros, values, places, matrix.first_threats(scale))
    return {"matrix": found, "places": np.array(places)}


def tasks(design: Design) -> Iterator[tuple[str, Callable[[], Arrays]]]:
    """Name of each file and how it is made; what pages need most comes first."""
    points, scale, n = draws(design.draws), design.scale, design.replicates
    for r in range(n):
        yield f"scripted_{r}", lambda r=r: world(scale, r)[2]
    for d, point in enumerate(points):
        yield (
            f"draw_{d}",
            lambda d=d, point=point: reactive(scale, d % n, point, ("baseline", "restricts", "conditions")),
        )
    for r in range(design.fine_replicates):
        yield f"matrix_{r}", lambda r=r: one_matrix(design.fine, r, {}, design.largest)
    for d, point in enumerate(points[: design.split]):
        yield f"split_{d}", lambda d=d, point=point: one_split(design, d % n, point)
    for k, factor in enumerate(FACTORS):
        for r in range(design.slopes):
            values = slopes_times(factor)
            yield f"slopes_{k}_{r}", lambda r=r, values=values: reactive(scale, r, values, ("baseline", "restricts"))
    for name, values in {"start": {}, "corner": corner(), **dict(enumerate(points[: design.radius_draws]))}.items():
        yield f"radius_{name}", lambda values=values: one_matrix(scale, 0, values, design.largest)
    yield "everybody", lambda: one_matrix(scale, 0, {}, design.everybody)


def run(design: Design, store: Path) -> None:
    """Make every file that is not there."""
    store.mkdir(parents=True, exist_ok=True)
    about = {"version": package_version("talent-circulation"), "started": f"{date.today()}", **asdict(design)}
    (store / "design.json").write_text(json.dumps(about, indent=1), encoding="utf-8")
    for name, make in tasks(design):
        file, begin = store / f"{name}.npz", time.perf_counter()
        if not file.exists():
            aside = store / f"{name}.part.npz"
            np.savez_compressed(aside, **make())
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
