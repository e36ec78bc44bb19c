"""The only module of the reference that knows the engine: people and yearly numbers out of it, and its year's events.

A `Watched` world lives its years as always; the arguments that its kernels are called with are kept by name, so
that the reference gets the very numbers on places that the engine's people saw.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from operator import attrgetter
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.reference.events import AMOUNTS, PERSON, YearEvents
from benchmarks.reference.given import Constants, Given, Plans, give
from benchmarks.reference.model import Reference
from benchmarks.reference.researcher import Researcher
from benchmarks.reference.ties import FIRST, Tie
from sim import phases
from sim.core.axes import NONE
from sim.core.columns import Block
from sim.core.ties import tie_row
from sim.data.fields import FIELDS
from sim.engines import careers, entry, hosts, impact, mobility, partners, pools, projects, publication, remembering
from sim.engines.exposure import DECEPTION, THEFT
from sim.engines.papers import INTERNATIONAL
from sim.params import Params
from sim.phases.entry import Entries
from sim.phases.macro import Macro
from sim.phases.mobility import Moves
from sim.phases.publication import Output
from sim.phases.setting import YearContext
from sim.world import World

REASONS = {1: "career", 2: "fear", 3: "case"}
ENTRY = ("odds", "host", "odds_now", "host_now", "changed", "barred")
# kernel, and the arguments (or members of them) that hold numbers on places; each is called once a field, but the last
_PLANS: tuple[tuple[Any, str, dict[str, str]], ...] = (
    (hosts, "choose_entry", {f"entry_{name}": f"choice.{name}" for name in ENTRY}),
    (mobility, "propose", {name: f"plan.{name}" for name in ("base", "attract", "total", "leaving", "accept")}),
    (phases.publication, "plan_papers", {"teams": "team_cumulative"}),
    (partners, "partner_weights", {"weight": "returned"}),
)
_ONCE = ("base", "accept")  # the same in every field
# functions that work on people, and the phases that call them: what benchmarks time
PHASES: list[tuple[Any, str]] = [
    (phases.careers, "age_and_exit"), (phases.careers, "retire"), (phases.entry, "enter"), (phases.mobility, "move"),
    (phases.publication, "research"),
]  # fmt: skip
PEOPLE: list[tuple[Any, str]] = [
    (careers, "step"), (phases.careers, "retire"), (entry, "create_cohort"), (hosts, "choose_entry"),
    (mobility, "sum_people"), (mobility, "propose"), (mobility, "apply_moves"),
    (projects, "plan_projects"), (pools, "build_pools"), (phases.publication, "plan_papers"),
    (publication, "write_papers"), (remembering, "update_ties"),
    (impact, "rate_papers"), (impact, "credit_authors"),
]  # fmt: skip


class Watched(World):
    """World that remembers the context of its year."""

    context: YearContext

    def on_phase(self, phase: str, ctx: YearContext) -> None:
        """Keep what this year's people see."""
        self.context = ctx


def constants_of(world: World) -> Constants:
    """What stays the same over a world's run."""
    s = world.setting
    return Constants(
        seed=s.seed,
        replicate=s.replicate,
        scale=s.scale,
        params=s.params,
        elite_talent=s.elite_talent,
        threat=s.threat.tolist(),
        border_share=np.asarray(s.data.internal_border_share).tolist(),
        institution_first=s.institutions.shares.first.tolist(),
        institution_cumulative=s.institutions.shares.cumulative.tolist(),
    )


def people_of(world: World, constants: Constants) -> Reference:
    """A reference model with the people that a world has now."""
    model, memory = Reference(constants), _memory(world.setting.params)
    for f, block in enumerate(world.columns):
        by_row = {int(row): _person(model, f, block, int(row)) for row in block.alive()}
        for row, person in by_row.items():
            person.ties = [Tie(by_row[other], match, year) for other, match, year in _ties(block, row, memory)]
    return model


def _memory(params: Params) -> int:
    """What a year counts in the value of a tie."""
    return round(64 * params.collaboration.tie_memory)


def _person(model: Reference, field: int, block: Block, row: int) -> Researcher:
    """One row as an object."""
    names = "uid origin place institution entry_place entry_year talent".split()
    uid, *rest = (getattr(block, name)[row].item() for name in names)
    person = Researcher(model, uid, field, *rest)
    person.stage, person.moved_year = int(block.stage[row]), int(block.moved_year[row])
    person.permanent = int(block.permanent[row])
    person.fear, person.reputation = float(block.fear[row]), float(block.reputation[row])
    person.prev_place, person.dual, person.awaits = (
        _place(column[row]) for column in (block.prev_place, block.dual, block.awaits)
    )
    return person


def _place(value: np.uint8) -> int | None:
    return None if value == NONE else int(value)


def _ties(block: Block, row: int, memory: int) -> list[tuple[int, int, int]]:
    """Row, match and year of the ties of a row: a word's upper 14 bits are the priority, its lower 7 the year."""
    found = []
    for tie in map(int, block.ties[row]):
        if tie:
            years = tie & 127
            found.append((int(tie_row(np.uint64(tie))), (tie >> 50) - 512 - memory * years, FIRST + years))
    return found


# --- the year -----------------------------------------------------------------------------------------------
class Spy:
    """Stands before a kernel: keeps arguments by name, or the time that calls take."""

    def __init__(self, kernel: Callable[..., Any], call: Callable[[Spy, tuple[Any, ...]], Any]) -> None:
        self.kernel, self._call = kernel, call
        self.names = list(inspect.signature(getattr(kernel, "py_func", kernel)).parameters)
        self.calls: list[dict[str, Any]] = []
        self.seconds = 0.0

    def __call__(self, *args: Any) -> Any:
        return self._call(self, args)

    def keep(self, args: tuple[Any, ...]) -> Any:
        """Call and keep the arguments and the result."""
        result = self.kernel(*args)
        self.calls.append({**dict(zip(self.names, args, strict=True)), "returned": result})
        return result

    def time(self, args: tuple[Any, ...]) -> Any:
        """Call and add up the time."""
        start = time.process_time()
        result = self.kernel(*args)
        self.seconds += time.process_time() - start
        return result


@contextmanager
def spies(where: list[tuple[Any, str]], call: Callable[[Spy, tuple[Any, ...]], Any]) -> Iterator[dict[str, Spy]]:
    """Put spies before functions of modules, by name."""
    with ExitStack() as stack:
        found = {name: Spy(getattr(module, name), call) for module, name in where}
        for module, name in where:
            stack.enter_context(patch.object(module, name, found[name]))
        yield found


@dataclass(frozen=True)
class Lived:
    """A year of the engine: what its people saw, and what they did; `baseline` : the paired baseline's macro state."""

    context: YearContext
    plans: Plans
    baseline: Macro | None
    events: YearEvents

    def given(self, constants: Constants) -> Given:
        """What the people of a reference see in the same year."""
        return give(constants, self.context, self.plans, self.baseline)


def live_a_year(world: Watched) -> Lived:
    """Let the engine live a year."""
    watched = [(module, name) for module, name, _ in _PLANS]
    watched += [(phases.careers, "retire"), (phases.entry, "enter"), (phases.mobility, "move")]
    watched += [(phases.publication, "research")]
    exits: dict[int, str] = {}

    def call(spy: Spy, args: tuple[Any, ...]) -> Any:
        if spy.kernel is retire:  # the rows are still those of the people who leave
            _, columns, leaving = args
            for block, rows, reasons in zip(columns, leaving.rows, leaving.reasons, strict=True):
                exits.update((int(block.uid[r]), REASONS[int(why)]) for r, why in zip(rows, reasons, strict=True))
        return spy.keep(args)

    retire = phases.careers.retire
    with spies(watched, call) as found:
        world.live_a_year()
    plans: dict[str, np.ndarray] = {}
    for _, kernel, names in _PLANS:
        for ours, theirs in names.items():
            arrays = [np.asarray(attrgetter(theirs)(SimpleNamespace(**args))) for args in found[kernel].calls]
            plans[ours] = arrays[0] if ours in _ONCE else np.stack(arrays)
    plans["teams"] = plans["teams"].reshape(len(plans["teams"]), -1)
    plans |= _abroad(plans.pop("weight")[0], world.setting.params.collaboration.openness_spread)
    (entries,), (moved,), (output,) = ([c["returned"] for c in found[n].calls] for n in ("enter", "move", "research"))
    events = _engine_events(world, exits, entries, moved, output)
    return Lived(world.context, Plans(**plans), world.baseline.get(world.year), events)


def _abroad(weight: np.ndarray, spread: float) -> dict[str, np.ndarray]:
    """Places of partners abroad, and how open papers are, from the weights of partner places."""
    shares = [partners.share_abroad(weight, field.international) for field in FIELDS]
    cells = np.stack([partners.openness_cells(share, spread) for share in shares])
    return {"foreign": partners.foreign_distribution(weight), "openness": cells}


def _engine_events(world: World, exits: dict[int, str], entries: Entries, moved: Moves, output: Output) -> YearEvents:
    """The engine's year in the common form; nobody's row has changed since."""
    blocks = world.columns.blocks
    entered = {int(b.uid[r]): int(b.entry_place[r]) for b, rows in zip(blocks, entries.rows) for r in rows}
    fields = zip(moved.field, moved.row, moved.place_from, moved.place_to, moved.with_tie)
    went: dict[int, tuple[int | None, int, bool]] = {
        int(blocks[f].uid[r]): (int(a), int(b), bool(tie)) for f, r, a, b, tie in fields
    }
    written: dict[tuple[int, int], tuple[tuple[int, ...], bool, bool, bool]] = {}
    mu: dict[tuple[int, int], tuple[float, float]] = {}
    for block, p in zip(blocks, output.papers):
        for k in np.flatnonzero(p.n_authors):  # a paper without authors was not completed
            team = tuple(int(block.uid[row]) for row in p.authors[p.first[k] : p.first[k] + p.n_authors[k]])
            flags, key = p.flags[k], (team[0], int(p.ordinal[k]))
            basic, sensitive = not flags & projects.APPLIED, bool(flags & projects.SENSITIVE)
            written[key] = team, basic, sensitive, bool(flags & INTERNATIONAL)
            mu[key] = float(p.mu[k]), float(p.mu_baseline[k])
    standing, amounts, memory = {}, {}, _memory(world.setting.params)
    for f, block in enumerate(blocks):
        for row in map(int, block.alive()):
            ties = tuple((int(block.uid[other]), match, year) for other, match, year in _ties(block, row, memory))
            values = {"field": f, "ties": ties}
            values |= {name: _place(getattr(block, name)[row]) for name in ("prev_place", "dual", "awaits")}
            plain = (values[n] if n in values else int(getattr(block, n)[row]) for n in PERSON.split())
            standing[int(block.uid[row])] = tuple(plain)
            amounts[int(block.uid[row])] = tuple(float(getattr(block, n)[row]) for n in AMOUNTS)
    return YearEvents(
        exits, entered, went, written, standing, amounts, mu,
        lost=_entries(output.lost[DECEPTION] / world.setting.params.security.undisclosed),
        ended=_entries(output.lost[THEFT].max(axis=2)),
        exposed=_entries(output.exposure.towards),
        exposed_once=_entries(output.exposure.once),
        refused=_entries(output.slots_refused),
        unwritten=_entries(output.papers_lost),
        cited=_entries(output.citations),
        readers={a: float(w) for a, w in enumerate(world.macro.readers)},
        top_baseline=_entries(output.by_field.top1_at_baseline_threshold.sum(axis=1)),
    )  # fmt: skip


def _entries(array: np.ndarray) -> dict[Any, float]:
    """Entries of an array that are not 0, by index."""
    return {tuple(map(int, at)): float(array[tuple(at)]) for at in np.argwhere(array)}
