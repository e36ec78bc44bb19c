"""The only module of the reference that knows the engine: people and yearly numbers out of it, and its year's events.

A `Watched` world lives its years as always; the arguments that its kernels are called with are kept by name, so
that the reference gets the very numbers on places that the engine's people saw.
"""

from __future__ import annotations

import inspect
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from operator import attrgetter
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.reference.given import Constants, Given, Plans, give
from benchmarks.reference.model import Reference, Year
from benchmarks.reference.researcher import Researcher
from sim import phases
from sim.core.columns import N_TIES, NONE, Block
from sim.core.ties import alive, tie_row
from sim.engines import careers, entry, impact, mobility, pools, projects, publication
from sim.engines.security import DECEPTION
from sim.phases.entry import Entries
from sim.phases.mobility import Moves
from sim.phases.publication import Output
from sim.phases.setting import YearContext
from sim.world import World

REASONS = {1: "career", 2: "fear", 3: "case"}
# kernel, and the arguments (or members of them) that hold numbers on places; each is called once a field
_PLANS: tuple[tuple[Any, str, dict[str, str]], ...] = (
    (entry, "choose_entry", {"entry_odds": "choice.odds", "entry_weight": "choice.weight"}),
    (mobility, "propose", {name: f"plan.{name}" for name in ("base", "attract", "total", "leaving", "accept")}),
    (publication, "plan_papers", {"teams": "team_cumulative"}),
    (publication, "write_papers", {"partners": "rules.cumulative"}),
)
_ONCE = ("base", "accept")  # the same in every field
# functions that work on people, and the phases that call them: what benchmarks time
PHASES: list[tuple[Any, str]] = [
    (phases.careers, "age_and_exit"), (phases.careers, "retire"), (phases.entry, "enter"), (phases.mobility, "move"),
    (phases.publication, "research"),
]  # fmt: skip
PEOPLE: list[tuple[Any, str]] = [
    (careers, "step"), (phases.careers, "retire"), (entry, "create_cohort"), (entry, "choose_entry"),
    (mobility, "sum_people"), (mobility, "propose"), (mobility, "apply_moves"),
    (projects, "plan_projects"), (pools, "build_pools"), (publication, "plan_papers"),
    (publication, "name_candidates"), (publication, "write_papers"), (publication, "update_ties"),
    (impact, "rate_papers"), (impact, "credit_authors"),
]  # fmt: skip


class Watched(World):
    """World that remembers the context of its year."""

    context: YearContext

    def on_phase(self, phase: str, ctx: YearContext) -> None:
        """Keep what this year's people see."""
        self.context = ctx


@dataclass
class YearEvents:
    """What one side did in a year, by uid: the same form for both sides.

    Attributes
    ----------
    exits : uid -> reason; entries : uid -> place; moves : uid -> (from, to, a co-author is there).
    papers : (uid of the lead, ordinal) -> (uids of the authors, basic, sensitive, international).
    people : uid -> everything discrete about a person at the end of the year; ties of those who left are 0.
    amounts : uid -> talent, fear, reputation, citations, top-1 % papers.
    mu : (uid of the lead, ordinal) -> mean of ln z.
    lost : (field, place, partner's place) -> refused sensitive projects.
    """

    exits: dict[int, str]
    entries: dict[int, int]
    moves: dict[int, tuple[int | None, int, bool]]
    papers: dict[tuple[int, int], tuple[tuple[int, ...], bool, bool, bool]]
    people: dict[int, tuple[Any, ...]]
    amounts: dict[int, tuple[float, ...]]
    mu: dict[tuple[int, int], float]
    lost: dict[tuple[int, int, int], float]


PERSON = "field origin place institution entry_place entry_year stage permanent moved_year prev_place dual ties "
PERSON += "papers papers_international papers_basic"
# relative tolerances: the engine keeps single precision, and thresholds and citations from papers in bins of ln z
AMOUNTS = {"talent": 1e-6, "fear": 1e-6, "reputation": 3e-3, "citations": 3e-3, "top1": 3e-2}
MU_TOLERANCE = 1e-3


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
    model = Reference(constants)
    for f, block in enumerate(world.columns):
        by_row = {int(row): _person(model, f, block, int(row)) for row in block.alive()}
        for row, person in by_row.items():
            person.ties = [by_row.get(other) for other in _tie_rows(block, row)]
    return model


def _person(model: Reference, field: int, block: Block, row: int) -> Researcher:
    """One row as an object."""
    names = "uid origin place institution entry_place entry_year talent".split()
    uid, *rest = (getattr(block, name)[row].item() for name in names)
    person = Researcher(model, uid, field, *rest)
    person.stage, person.moved_year = int(block.stage[row]), int(block.moved_year[row])
    person.permanent = bool(block.permanent[row])
    person.fear, person.reputation = float(block.fear[row]), float(block.reputation[row])
    person.prev_place, person.dual = (_place(column[row]) for column in (block.prev_place, block.dual))
    return person


def _place(value: np.uint8) -> int | None:
    return None if value == NONE else int(value)


def _tie_rows(block: Block, row: int) -> list[int]:
    """Rows of co-authors; -1 for one who left or for no tie."""
    people = block.rows.people
    return [int(tie_row(tie)) if alive(people, tie) else -1 for tie in block.ties[row]]


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
    """A year of the engine: what its people saw, and what they did."""

    context: YearContext
    plans: Plans
    events: YearEvents

    def given(self, constants: Constants) -> Given:
        """What the people of a reference see in the same year."""
        return give(constants, self.context, self.plans)


def live_a_year(world: Watched) -> Lived:
    """Let the engine live a year."""
    watched = [(module, name) for module, name, _ in _PLANS]
    watched += [(phases.careers, "retire"), (phases.entry, "enter"), (phases.mobility, "move")]
    watched += [(phases.publication, "research")]
    exits: dict[int, str] = {}

    def call(spy: Spy, args: tuple[Any, ...]) -> Any:
        if spy.kernel is retire:  # the rows are still those of the people who leave
            columns, leaving = args
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
    (entries,), (moved,), (output,) = ([c["returned"] for c in found[n].calls] for n in ("enter", "move", "research"))
    events = _engine_events(world, exits, entries, moved, output)
    return Lived(world.context, Plans(**plans), events)


def _engine_events(world: World, exits: dict[int, str], entries: Entries, moved: Moves, output: Output) -> YearEvents:
    """The engine's year in the common form; nobody's row has changed since."""
    blocks = world.columns.blocks
    entered = {int(b.uid[r]): int(b.entry_place[r]) for b, rows in zip(blocks, entries.rows) for r in rows}
    fields = zip(moved.field, moved.row, moved.place_from, moved.place_to, moved.with_tie)
    went: dict[int, tuple[int | None, int, bool]] = {
        int(blocks[f].uid[r]): (int(a), int(b), bool(tie)) for f, r, a, b, tie in fields
    }
    written: dict[tuple[int, int], tuple[tuple[int, ...], bool, bool, bool]] = {}
    mu: dict[tuple[int, int], float] = {}
    for block, p in zip(blocks, output.papers):
        for k, (first, n, flags) in enumerate(zip(p.first, p.n_authors, p.flags)):
            team = tuple(int(block.uid[row]) for row in p.authors[first : first + n])
            basic, sensitive = not flags & projects.APPLIED, bool(flags & projects.SENSITIVE)
            key = team[0], int(p.ordinal[k])
            written[key] = team, basic, sensitive, bool(flags & impact.INTERNATIONAL)
            mu[key] = float(p.mu[k])
    standing, amounts = {}, {}
    for f, block in enumerate(blocks):
        for row in map(int, block.alive()):
            ties = tuple(int(block.uid[r]) if r >= 0 else 0 for r in _tie_rows(block, row))
            values = {"field": f, "ties": ties}
            values |= {name: _place(getattr(block, name)[row]) for name in ("prev_place", "dual")}
            plain = (values[n] if n in values else int(getattr(block, n)[row]) for n in PERSON.split())
            standing[int(block.uid[row])] = tuple(plain)
            amounts[int(block.uid[row])] = tuple(float(getattr(block, n)[row]) for n in AMOUNTS)
    refused = output.lost[DECEPTION]
    lost = {(int(f), int(a), int(b)): float(refused[f, a, b]) for f, a, b in np.argwhere(refused > 0)}
    return YearEvents(exits, entered, went, written, standing, amounts, mu, lost)


def reference_events(model: Reference, year: Year, given: Given) -> YearEvents:
    """The reference's year in the common form."""
    standing = {}
    for x in model.researchers:
        uids = [t.uid if t is not None and t.active else 0 for t in x.ties]
        ties = {"ties": (*uids, *[0] * (N_TIES - len(uids)))}
        standing[x.uid] = tuple(ties[n] if n in ties else getattr(x, n) for n in PERSON.split())
    return YearEvents(
        exits={x.uid: x.leaving for x in year.left},
        entries={x.uid: x.entry_place for x in year.entered},
        moves={x.uid: (x.prev_place, x.place, x.with_tie) for x in year.moved},
        papers={
            (p.lead.uid, p.ordinal): (tuple(a.uid for a in p.authors), p.lead.basic, p.lead.sensitive, p.international)
            for of_field in year.papers
            for p in of_field
        },
        people=standing,
        amounts={x.uid: tuple(getattr(x, n) for n in AMOUNTS) for x in model.researchers},
        mu={(p.lead.uid, p.ordinal): p.mu for of_field in year.papers for p in of_field},
        lost=given.lost,
    )


def differences(one: YearEvents, two: YearEvents) -> dict[str, int]:
    """How many entries of each kind differ; empty if both did the same. People are told apart by column."""
    found: dict[str, int] = defaultdict(int)
    for kind in ("exits", "entries", "moves", "papers"):
        ours, theirs = getattr(one, kind), getattr(two, kind)
        found[kind] = sum(ours.get(k) != theirs.get(k) for k in ours.keys() | theirs.keys())
    found["present"] = len(one.people.keys() ^ two.people.keys())
    for uid in one.people.keys() & two.people.keys():
        for name, a, b in zip(PERSON.split(), one.people[uid], two.people[uid], strict=True):
            found[name] += a != b
        for (name, tolerance), x, y in zip(AMOUNTS.items(), one.amounts[uid], two.amounts[uid], strict=True):
            found[name] += abs(x - y) > tolerance * max(abs(x), abs(y)) + 1e-7
    found["mu"] = sum(abs(one.mu[k] - two.mu[k]) > MU_TOLERANCE for k in one.mu.keys() & two.mu.keys())
    for key in one.lost.keys() | two.lost.keys():
        found["lost"] += abs(one.lost.get(key, 0.0) - two.lost.get(key, 0.0)) > 1e-9
    return {name: number for name, number in found.items() if number}
