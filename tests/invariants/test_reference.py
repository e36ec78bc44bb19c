"""The same rules written a second time, with Mesa's own agent objects and no engine code, give the same people.

`benchmarks.reference` lives several years on from the engine's people, given only each year's numbers on places;
moves, author lists, ties and everything else that is discrete must be equal person by person.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import benchmarks.reference
from benchmarks.reference import exposure, impact, keyed, model, papers, pool, ties
from benchmarks.reference.events import PERSON, YearEvents, differences, reference_events
from benchmarks.reference.given import Given
from benchmarks.reference.handover import Lived, Watched, constants_of, live_a_year, people_of
from benchmarks.reference.papers import Paper
from benchmarks.reference.researcher import BOUGHT, Researcher
from sim import World
from sim.core import randomness
from sim.core.ties import MATCHES
from sim.data.fitted import load_fitted
from sim.data.inputs import Inputs, YearInputs
from sim.data.tables import load_world_data
from sim.phases.macro import Macro
from tests import live

FIRST, LAST = 2017, 2020  # a year without policy, then three under all levers at once
PLANET = 4000.0  # real people for each of the small planet's


class Restless(Inputs):
    """Inputs of a world in which people move five times as often, so that few people show the rules of moving."""

    def year(self, year: int) -> YearInputs:
        """Inputs of a year."""
        ours = super().year(year)
        return replace(ours, move_base=5.0 * ours.move_base)


def inputs(scale: int) -> Inputs:
    """Inputs of our world or, to be lived at scale 1, of a planet with one person for every 4000 of ours.

    The planet has our money, since rules cost its institutions what they cost ours.
    """
    data = load_world_data("full")
    if scale == 1:
        fewer = {name: getattr(data, name) / PLANET for name in ("researchers", "entries", "exits")}
        data = replace(data, **fewer)
    return Restless(data, load_fitted("full"))


@dataclass(frozen=True)
class Both:
    """Years of the engine, and of a reference that started from the same people and then lived on its own.

    `starts` : states before each year; baseline : macro states of the same world without policy.
    """

    starts: list[dict[str, np.ndarray]]
    cfg: live.Config
    baseline: dict[int, Macro]
    lived: list[Lived]
    theirs: list[YearEvents]


@lru_cache(maxsize=2)
def both(scale: int) -> Both:
    """Both sides from 2017 to 2020, about 2,000 researchers: agents for 4000 people each, or people of a planet.

    The worth of a team is that of its best place, on the planet a mean over places that leans to the best: both forms.
    """
    quality = "best" if scale > 1 else "ces"
    plain = live.config(f"scale={scale}", "start=2010", f"params.impact.team_quality={quality}", "params.entry.retry=1")
    without, cfg = World(plain, inputs=inputs(scale)), live.with_everything(plain)
    for _ in without.run(LAST):
        pass
    world = Watched(cfg, inputs=inputs(scale), baseline=without.macros)
    for _ in world.run(FIRST - 1):
        pass
    constants = constants_of(world)
    reference = people_of(world, constants)
    lived, theirs, starts = [], [], []
    for _ in range(FIRST, LAST + 1):
        starts.append({name: np.array(value) for name, value in world.state().items()})
        lived.append(live_a_year(world))
        given = lived[-1].given(constants)
        theirs.append(reference_events(reference, reference.live_a_year(given), given))
    return Both(starts, cfg, without.macros, lived, theirs)


@pytest.mark.parametrize("scale", [4000, 1])
def test_both_give_the_same_people_for_four_years(scale: int) -> None:
    found = both(scale)
    for year, ours, theirs in zip(range(FIRST, LAST + 1), (lived.events for lived in found.lived), found.theirs):
        assert differences(ours, theirs) == {}, year
        assert 1500 < len(ours.people) < 3000
        assert min(map(len, (ours.exits, ours.entries, ours.moves))) > 30 and len(ours.papers) > 300
    last = found.lived[-1].events
    assert len(last.lost) > 10, "rules refuse partners"
    unwritten = {why for lived in found.lived for why, _ in lived.events.unwritten}
    assert unwritten == {papers.RULE, papers.FEAR}, "both prevent papers"
    posts = PERSON.split().index("permanent")
    assert {person[posts] for person in last.people.values()} == {0, 1, BOUGHT}, "some posts are bought"
    assert {reason for lived in found.lived for reason in lived.events.exits.values()} >= {"career", "fear"}
    at = PERSON.split().index("dual")
    dual = [{uid for uid, person in lived.events.people.items() if person[at] is not None} for lived in found.lived]
    assert any(before - after for before, after in pairwise(dual)), "second affiliations end"
    assert any(after - before for before, after in pairwise(dual)), "second affiliations begin"
    waits = PERSON.split().index("awaits")
    waiting = [{u for u, x in lived.events.people.items() if x[waits] is not None} for lived in found.lived]
    went = [before & lived.events.moves.keys() for before, lived in zip(waiting, found.lived[1:])]
    assert any(waiting) and any(went), "some who are refused wait for a host, and some of them go there"
    twice = sum(len(set(team)) < len(team) for lived in found.lived for team, *_ in lived.events.papers.values())
    assert (twice > 0) == (scale > 1), "the same agent twice on a paper is two people, and at scale 1 nobody is two"


@lru_cache(maxsize=1)
def alone() -> tuple[Watched, dict[str, np.ndarray], Lived]:
    """A world without policy that is its own baseline, its state at the end of 2018, and its year 2019."""
    world = Watched(live.config("scale=4000", "start=2010"), inputs=inputs(4000))
    for _ in world.run(2018):
        pass
    state = {name: np.array(value) for name, value in world.state().items()}
    return world, state, live_a_year(world)


def differences_alone(norm: float | None = None) -> dict[str, int]:
    """Differences of that year, in which the reference finds the norm of exits by itself unless it is told one."""
    world, state, lived = alone()
    constants = constants_of(world)
    reference = people_of(Watched.from_state(world.cfg, state), constants)
    given = lived.given(constants)
    assert given.exit_norm is None, "a baseline after the data"
    given.exit_norm = None if norm is None else [norm] * given.n_places
    return differences(lived.events, reference_events(reference, reference.live_a_year(given), given))


def test_both_divide_rates_of_exit_in_a_baseline_by_the_mean_of_its_own_people() -> None:
    assert differences_alone() == {}
    assert differences_alone(1.0).get("exits", 0) > 0


# --- it can fail --------------------------------------------------------------------------------------------
def differences_with(found: Both, at: int = -1, **changes: Any) -> dict[str, int]:
    """Differences of one year, the last one, if the reference has other parameters (``section__name``) in it."""
    world = Watched.from_state(found.cfg, found.starts[at], baseline=found.baseline)
    constants = constants_of(world)
    params = constants.params
    for name, value in changes.items():
        section, key = name.split("__")
        params = replace(params, **{section: replace(getattr(params, section), **{key: value})})
    constants = replace(constants, params=params)
    reference = people_of(world, constants)
    given = found.lived[at].given(constants)
    return differences(found.lived[at].events, reference_events(reference, reference.live_a_year(given), given))


def seen(kind: str, **changes: Any) -> bool:
    """Whether entries of a kind differ in a year at either scale: in small worlds not every rule decides each year."""
    tried = ((scale, at) for at in (-1, -2, -3, -4) for scale in (4000, 1))
    return any(differences_with(both(scale), at, **changes).get(kind, 0) for scale, at in tried)


def test_a_reference_that_starts_anew_from_the_engines_people_agrees_too() -> None:
    assert differences_with(both(4000)) == {}


@pytest.mark.parametrize(
    ("change", "value", "seen_in"),
    [
        ("careers__exit_fear", 1.5, "exits"),
        ("careers__exit_permanent", 1.0, "exits"),
        ("careers__exit_retirement", 1.0, "exits"),
        ("careers__talent_permanent", 0.0, "permanent"),
        ("security__dual_end", 0.0, "dual"),
        ("collaboration__fear_nearness_tie", 0.0, "fear"),
        ("collaboration__fear_exposure_other", 0.0, "fear"),
        ("entry__talent_abroad", 0.0, "entries"),
        ("entry__retry", 0.0, "moves"),
        ("mobility__tie", 0.0, "moves"),
        ("mobility__talent", 0.0, "moves"),
        ("mobility__home_early", 0.0, "moves"),
        ("mobility__permanent", 1.0, "moves"),
        ("mobility__age_senior", 1.0, "moves"),
        ("mobility__fear_leave", 2.0, "moves"),
        ("collaboration__origin", 0.0, "papers"),
        ("collaboration__repeat", 0.3, "ties"),
        ("collaboration__repeat_preference", 1.0, "papers"),
        ("collaboration__tie_memory", 0.0, "ties"),
        ("collaboration__looseness", 0.0, "papers"),
        ("collaboration__openness_personal", 0.0, "papers"),
        ("collaboration__refill", 0.4, "papers"),
        ("collaboration__lost_partner", 0.0, "unwritten"),
        ("collaboration__replaced_partner", 0.0, "unwritten"),
        ("collaboration__fear", 0.0, "papers"),
        ("publication__fear_apply", 0.0, "papers"),
        ("publication__funded_gain", 0.0, "papers"),
        ("publication__age_senior", 1.1, "papers"),
        ("publication__team_fade", 0.0, "papers"),
        ("publication__students_output", 0.0, "papers"),
        ("money__floor", 0.99, "papers"),
        ("compliance__screening_time", 0.2, "papers"),
        ("compliance__hour_share", 3.0, "unwritten"),
        ("security__undisclosed", 0.05, "exposed_once"),
        ("security__active_years", 1.0, "exposed"),
        ("impact__talent_best", 0.29, "mu"),
        ("impact__match", 0.0, "mu"),
        ("impact__team_quality", "ces", "mu"),
        ("impact__reputation", 0.0, "mu"),
        ("impact__reading_floor", 0.5, "mu"),
        ("impact__reading_abroad", 0.9, "cited"),
        ("impact__citations_mean", 9.0, "readers"),
        ("impact__discount", 0.84, "reputation"),
    ],
)
def test_another_parameter_is_another_world(change: str, value: Any, seen_in: str) -> None:
    assert seen(seen_in, **{change: value})


def _without_ties(person: Researcher) -> list[int]:
    return []


def _oldest_first(person: Researcher, g: Given) -> None:
    person.ties = [*person.ties, *person.met][: ties.N_TIES]
    person.met.clear()


def _all_meet(paper: Paper, year: int) -> None:
    for author in paper.authors:
        author.met += [ties.Tie(other, 0, year) for other in paper.authors if other is not author]


def _leads_of_slots(person: Researcher, g: Given) -> None:
    PLAN(person, g)
    person.n_leads = min(person.n_leads, person.n_slots)


def _one_draw(person: Researcher, g: Given) -> None:
    PLAN(person, g)
    person.n_slots = round(person.n_leads * (g.team_mean[person.field] - 1.0))


def _own_readers(paper: Paper, g: Given) -> None:
    RATE(paper, g)
    paper.mu_baseline = paper.mu


def _whole_credit(paper: Paper, g: Given, sigma: float, z1: float) -> None:
    CREDIT(paper, g, sigma, z1)
    for author in paper.authors:
        author.papers_fractional = float(author.papers)


def _strangers(lead: Researcher, partner: Researcher, word: int, g: Given) -> int:
    return keyed.NORMALS[(word & 0xFFFFFFFF) >> 20]


def _once_a_paper(project: list[Paper]) -> dict[int, int]:
    abroad = [b.place for paper in project for b in paper.authors[1:] if b.place != paper.lead.place]
    return {b: abroad.count(b) for b in abroad}


PLAN, RATE, CREDIT = papers.plan_year, impact.rate, impact.credit


@pytest.mark.parametrize(
    ("owner", "name", "rule", "seen_in"),
    [
        (Researcher, "places_of_ties", _without_ties, "moves"),
        (papers, "fearful", lambda person, towards, g: 0.0, "papers"),
        (papers, "past_coauthor", lambda paper, key, abroad, u, g: None, "papers"),
        (papers, "tie_elsewhere", lambda paper, refused, g, word: None, "papers"),
        (papers, "plan_year", _leads_of_slots, "papers"),
        (papers, "plan_year", _one_draw, "papers"),
        (papers, "match_of", _strangers, "ties"),
        (ties, "remember", _oldest_first, "ties"),
        (ties, "meet", _all_meet, "ties"),
        (Researcher, "forget", lambda person: None, "ties"),
        (pool, "LOAD", 0.5, "papers"),
        (papers, "MOST", 3, "papers"),
        (papers, "RECENT", 0, "papers"),
        (papers, "review_time", lambda paper, g: 0.0, "papers"),
        (exposure, "active_tie", lambda person, g: True, "exposed"),
        (exposure, "partners", _once_a_paper, "exposed"),
        (impact, "rate", lambda paper, g: None, "papers"),
        (impact, "rate", _own_readers, "mu_baseline"),
        (impact, "credit", _whole_credit, "papers_fractional"),
        (impact, "reached", lambda places, readers: 1.0, "mu"),
        (model, "uniform", lambda key, uid, alternative: 0.5, "entries"),
    ],
)
def test_another_rule_is_another_world(
    owner: Any, name: str, rule: Callable[..., Any] | float, seen_in: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owner, name, rule)
    assert seen(seen_in)


# --- independence -------------------------------------------------------------------------------------------
ALLOWED = {"sim.params", "sim.data.fields"}  # numbers, not rules


def test_the_reference_shares_no_code_with_the_engine() -> None:
    folder = Path(benchmarks.reference.__file__).parent
    files = sorted(path for path in folder.glob("*.py") if path.stem != "handover")
    assert len(files) >= 7
    for path in files:
        names = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            if isinstance(node, ast.ImportFrom):
                names.add(node.module or "")
        foreign = {name for name in names if name.split(".")[0] in ("sim", "numba", "tests")}
        assert foreign <= ALLOWED, path.name


def test_keyed_numbers_are_those_of_the_engine() -> None:
    u64, rng = np.uint64, np.random.default_rng(5)
    for seed, replicate, uid, alt in rng.integers(0, 2**63, (50, 4), dtype=np.uint64):
        ours = randomness.base_key(int(seed), int(replicate), randomness.Stream.MOVE, 2018)
        theirs = keyed.stream_key(int(seed), int(replicate), keyed.Stream.MOVE, 2018)
        assert int(ours) == theirs
        assert randomness.draw(ours, uid) == keyed.draw(theirs, int(uid))
        assert randomness.uniform(ours, uid, alt) == keyed.uniform(theirs, int(uid), int(alt))
        assert randomness.gumbel(ours, uid) == pytest.approx(keyed.gumbel(theirs, int(uid)), rel=1e-12)
        assert randomness.normal(ours, uid, u64(3)) == pytest.approx(keyed.normal(theirs, int(uid), 3), rel=1e-8)
        u = keyed.draw(theirs, int(uid))
        for mean in (0.0, 0.3, 7.0, 59.0, 80.0, 500.0):
            assert randomness.poisson_from(u, mean) == keyed.poisson(u, mean)
    assert MATCHES.tolist() == keyed.NORMALS
    assert {s.name: int(s) for s in keyed.Stream}.items() <= {s.name: int(s) for s in randomness.Stream}.items()
