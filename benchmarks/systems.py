"""Every system alone: what it moves at its default strength, with its band. ``python benchmarks/systems.py [--help]``.

Each system of `benchmarks.systems_table` is pulled alone, from 2018 on, in pairs of runs that share history and random
draws; its outcomes are yearly means over 2018-2025. The page ``docs/systems.md`` is written from the table and from
what was measured. A system whose claim is emergent is measured again with its nearest parameter at both ends of its
range (one of which is neutral, where the range has it): its label falls to *assumed* if the sign does not survive.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.systems_table import SYSTEMS, Outcome, System
from sim import World, load_config
from sim.analysis.leak_account import LEAKS
from sim.analysis.pairs import Estimate, estimate
from sim.analysis.text import decimals, number
from sim.config.schema import Config
from sim.data.tables import load_world_data
from sim.policy.schema import LeverUse, Policy, Scope
from sim.record.recorder import YearResult

PAGE = Path(__file__).parents[1] / "docs" / "systems.md"
FIRST, LAST = 2018, 2025
SURVIVES = 2.0  # standard errors that a change must keep at both ends of the nearest parameter


def config(scale: int, system: System, policies: bool = True) -> Config:
    """Configuration of a system's run: its levers pulled, or the scenario in which a mechanism works."""
    extra = [f"+scenario={system.scenario}"] if system.scenario else []
    cfg = load_config(f"scale={scale}", f"end={LAST}", "threads=1", "panel.size=0", *extra)
    if not system.levers:
        return cfg
    uses = {pull.lever: _use(pull.lever, pull.strength, dict(pull.scope)) for pull in system.levers if policies}
    if not uses:
        return cfg
    return replace(cfg, scenario="alone", policies={"alone": Policy("alone", (system.issuer,), uses)})


def _use(lever: str, strength: float, scope: dict[str, Any]) -> LeverUse:
    return LeverUse(lever=lever, values={date(FIRST, 1, 1): strength}, source="benchmark", scope=Scope(**scope))


def with_value(cfg: Config, path: str, value: float) -> Config:
    """The configuration with one parameter (``params.a.b``) or strength of a lever (``effects.a.b``) replaced."""
    kind, group, name = path.split(".")
    if kind == "effects":
        return replace(cfg, effects={**cfg.effects, group: {**cfg.effects[group], name: value}})
    part = replace(getattr(cfg.params, group), **{name: value})
    return replace(cfg, params=replace(cfg.params, **{group: part}))


@cache
def history(scale: int, replicate: int) -> dict[str, np.ndarray]:
    """State of the baseline at the end of 2017."""
    world = World(load_config(f"scale={scale}", f"end={LAST}", "threads=1", "panel.size=0"), replicate)
    for _ in world.run(until=FIRST - 1):
        pass
    return {name: np.array(value) for name, value in world.state().items()}


def live(cfg: Config, mode: str, replicate: int) -> list[YearResult]:
    """Years from 2018 on."""
    return list(World.from_state(cfg, history(cfg.scale, replicate), replicate, mode).run())


def measured(years: list[YearResult], outcome: Outcome) -> float:
    """Yearly mean of an outcome (``table.column``) in its place, or in the world."""
    table, name = outcome.column.split(".")
    total = 0.0
    for result in years:
        if table not in result.tables:
            continue
        values = result.tables[table]
        names = LEAKS if name == "leaks" else (name,)
        amount = sum(np.nan_to_num(np.asarray(values[n], float)) for n in names)
        if outcome.place:
            at = load_world_data("full").iso3.index(outcome.place)
            keys = [k for k in ("place", "place_to", "place_a", "cited_place") if k in values]
            amount = amount[values[keys[0]] == at]
        total += float(np.sum(amount))
    return total / len(years)


def arms(scale: int, system: System) -> tuple[Config, Config]:
    """Configurations without and with the system: levers not pulled and pulled, parameters neutral and at default."""
    cfg = config(scale, system)
    if system.levers:
        kept = system.levers[: system.kept]
        off = config(scale, replace(system, levers=kept)) if kept else cfg.baseline()
        return off, cfg
    off = cfg
    for path, value in system.neutral:
        off = with_value(off, path, value)
    return off, cfg


def one(scale: int, replicate: int, system: System) -> tuple[list[tuple[float, float]], list[list[float]]]:
    """One replicate: (without, with) by outcome; and the change of the first outcome at the ends of `nearest`."""
    off, on = arms(scale, system)
    without, pulled = (live(cfg, system.mode, replicate) for cfg in (off, on))
    levels = [(measured(without, o), measured(pulled, o)) for o in system.outcomes]
    ends = []
    for path, values in system.nearest:
        changes = []
        for value in values:
            runs = [live(with_value(cfg, path, value), system.mode, replicate) for cfg in (off, on)]
            first, second = (measured(years, system.outcomes[0]) for years in runs)
            changes.append(second - first)
        ends.append(changes)
    return levels, ends


def work(task: tuple[int, int, tuple[str, ...]]) -> list[Any]:
    """All asked systems of one replicate (they share its history)."""
    scale, replicate, names = task
    return [one(scale, replicate, system) for system in SYSTEMS if system.name in names]


def label(system: System, main: Estimate, ends: list[list[Estimate]]) -> str:
    """Input, fitted or emergent; *assumed* where an emergent claim does not survive its nearest parameter.

    What is not clear of zero, or goes the other way, is called that first.
    """
    if abs(main.mean) <= SURVIVES * main.se:
        return "not seen at this strength"
    if main.mean * system.outcomes[0].sign < 0:
        return "against what the mechanism says"
    if system.label != "emergent":
        return system.label
    for found in (e for each in ends for e in each):
        if not (found.mean * main.mean > 0 and abs(found.mean) > SURVIVES * found.se):
            return "assumed"
    return "emergent"


def text_of(found: Estimate, reference: float) -> str:
    """Change, standard error, band, and per cent of the level without the system."""
    digits = decimals(found.se, found.mean)
    relative = f", {number(100 * found.mean / reference, 2, '+')} %" if reference else ""
    band = f"{number(found.lo, digits, '+')} … {number(found.hi, digits, '+')}"
    return f"{number(found.mean, digits, '+')} ± {number(found.se, digits)} ({band}{relative})"


def lines(results: list[list[Any]], names: tuple[str, ...]) -> Iterator[str]:
    """Rows of the page."""
    for k, system in enumerate(s for s in SYSTEMS if s.name in names):
        runs = [replicate[k] for replicate in results]
        levels = np.array([levels for levels, _ in runs])  # [replicate, outcome, without or with]
        found = [estimate(levels[:, o, 1] - levels[:, o, 0]) for o in range(levels.shape[1])]
        by_end = np.array([ends for _, ends in runs])  # [replicate, parameter, end]
        ends = [[estimate(by_end[:, p, e]) for e in range(by_end.shape[2])] for p in range(len(system.nearest))]
        effects = "<br>".join(
            f"`{o.column}` {o.place or 'world'}: {text_of(f, float(levels[:, i, 0].mean()))}"
            for i, (o, f) in enumerate(zip(system.outcomes, found))
        )
        yield _row(system, effects, label(system, found[0], ends), _ends(system, ends))


def _ends(system: System, ends: list[list[Estimate]]) -> str:
    told = []
    for (path, values), each in zip(system.nearest, ends):
        at = "; ".join(f"{value:g}: {_short(e)}" for value, e in zip(values, each))
        told.append(f"`{path.removeprefix('params.')}` {at}")
    return "<br>".join(told)


def _short(found: Estimate) -> str:
    digits = decimals(found.se, found.mean)
    return f"{number(found.mean, digits, '+')} ± {number(found.se, digits)}"


def _row(system: System, effects: str, name: str, ends: str) -> str:
    pulls = "<br>".join(pull.words for pull in system.levers) or "<br>".join(
        f"`{path.removeprefix('params.')}` at default, against {value:g}" for path, value in system.neutral
    )
    strength = f"{pulls}<br>{system.issuer if system.levers else ''}".removesuffix("<br>")
    if system.scenario or system.mode == "reactive":
        strength += f"<br>in {system.scenario or 'baseline'}{' (reactive)' if system.mode == 'reactive' else ''}"
    file = f"[{system.file.removeprefix('sim/')}](../{system.file})"
    tests = "<br>".join(f"`{test}`" for test in system.tests)
    cells = (system.name, file, system.mechanism, tests, strength, effects, name, ends, system.source)
    return f"| {' | '.join(cells)} |"


HEAD = """\
# Systems: what defines each, what it moves, and which test fails without it

<!-- generated by `python benchmarks/systems.py`; edit benchmarks/systems_table.py, not this file -->

One row a system. *Effect* is the paired change of yearly means over 2018-2025 when the system alone is pulled from 2018
on at the strength named (which is that of the shipped scenarios, where they use it): mean ± standard error (90 % band
for another replicate, per cent of the level without). {settings}. Leaks are conditional on
`params.security.leak_rate` = 0.003, which nobody knows. *Label*: **input** (the number was put in), **fitted**,
**emergent** (the sign also holds, beyond two standard errors, with the nearest parameter at both ends of its range),
**assumed** (it does not), or not seen at this strength and scale. Tests are in `tests/`. That a lever at full strength
moves its outcome the stated way is tested by `test_each_lever_alone_moves_its_outcome_as_stated`, that it leaves other
places alone under frozen feedback by `test_a_policy_of_a_small_place_leaves_the_rest_of_the_world_as_it_was`.

| system | file | mechanism | tests that fail without it | strength | effect | label | nearest parameter | source |
|---|---|---|---|---|---|---|---|---|
"""


def main() -> int:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--scale", type=int, default=100)
    parser.add_argument("--replicates", type=int, default=5)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only", nargs="*", help="names of systems; the page is then printed, not written")
    args = parser.parse_args()
    names = tuple(args.only or (system.name for system in SYSTEMS))
    tasks = [(args.scale, replicate, names) for replicate in range(args.replicates)]
    run: Callable[..., Any] = map
    with get_context("spawn").Pool(args.processes) as pool:
        run = pool.imap if args.processes > 1 else run
        results = list(run(work, tasks))
    settings = f"{args.replicates} replicates, one agent for {args.scale} researchers"
    page = HEAD.format(settings=settings) + "\n".join(lines(results, names)) + "\n"
    if args.only:
        print(page[page.index("| system") :])
    else:
        PAGE.write_text(page, encoding="utf-8")
        print(f"wrote {PAGE}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    sys.exit(main())
