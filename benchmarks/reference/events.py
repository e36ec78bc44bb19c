"""What either side did in a year, in one form, and where they differ."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.reference.given import Given
from benchmarks.reference.model import Reference, Year


@dataclass
class YearEvents:
    """What one side did in a year, by uid: the same form for both sides.

    Attributes
    ----------
    exits : uid -> reason; entries : uid -> place; moves : uid -> (from, to, a co-author is there).
    papers : (uid of the lead, ordinal) -> (uids of the authors, basic, sensitive, international).
    people : uid -> everything discrete about a person at the end of the year; ties as (uid, match, year).
    amounts : uid -> talent, fear, reputation, citations, top-1 % papers, papers by shares of authors.
    mu : (uid of the lead, ordinal) -> mean of ln c, with the run's own readers and with the paired baseline's.
    lost : (field, place, partner's place) -> refused sensitive projects.
    ended : (field, place) -> sensitive projects without a paper.
    exposed : (way, field, place, place exposed to) -> sensitive projects; exposed_once : (way, field, place).
    refused, unwritten : (rule 0 or fear 1, place) -> refused slots, and papers that these prevented.
    cited : (citing, cited) -> citations; readers : place -> readers of next year.
    top_baseline : (field,) -> papers that the baseline's readers would put at the top, once for each of their places.
    """

    exits: dict[int, str]
    entries: dict[int, int]
    moves: dict[int, tuple[int | None, int, bool]]
    papers: dict[tuple[int, int], tuple[tuple[int, ...], bool, bool, bool]]
    people: dict[int, tuple[Any, ...]]
    amounts: dict[int, tuple[float, ...]]
    mu: dict[tuple[int, int], tuple[float, float]]
    lost: dict[tuple[int, int, int], float]
    ended: dict[tuple[int, int], float]
    exposed: dict[tuple[int, ...], float]
    exposed_once: dict[tuple[int, ...], float]
    refused: dict[tuple[int, int], float]
    unwritten: dict[tuple[int, int], float]
    cited: dict[tuple[int, int], float]
    readers: dict[int, float]
    top_baseline: dict[tuple[int], float]


PERSON = "field origin place institution entry_place entry_year stage permanent moved_year prev_place dual awaits ties "
PERSON += "papers papers_international papers_basic"
# relative tolerances: the engine keeps single precision, and takes thresholds from papers in bins of ln c, which where
# a field has few papers are off by hundredths
AMOUNTS = {"talent": 1e-6, "fear": 1e-6, "reputation": 3e-3, "citations": 3e-3, "top1": 5e-2, "papers_fractional": 1e-5}
MU_TOLERANCE = 1e-3
# of sums by place, field and so on
SUMS = {
    "lost": 1e-9,
    "ended": 1e-9,
    "exposed": 1e-9,
    "exposed_once": 1e-9,
    "refused": 1e-9,
    "unwritten": 1e-9,
    "cited": 1e-3,
    "readers": 1e-3,
    "top_baseline": 5e-2,
}


def reference_events(model: Reference, year: Year, given: Given) -> YearEvents:
    """The reference's year in the common form."""
    standing = {}
    for x in model.researchers:
        ties = {"ties": tuple((tie.person.uid, tie.match, tie.year) for tie in x.ties)}
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
        mu={(p.lead.uid, p.ordinal): (p.mu, p.mu_baseline) for of_field in year.papers for p in of_field},
        lost=given.lost,
        ended=given.ended,
        exposed=year.exposed[0],
        exposed_once=year.exposed[1],
        refused=given.refused,
        unwritten=given.unwritten,
        cited={at: float(year.citations.flows[at]) for at in np.ndindex(*year.citations.flows.shape)},
        readers=dict(enumerate(year.citations.weight)),
        top_baseline={(f,): number for f, number in enumerate(year.top_baseline)},
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
    for at, name in enumerate(("mu", "mu_baseline")):
        both = one.mu.keys() & two.mu.keys()
        found[name] = sum(abs(one.mu[k][at] - two.mu[k][at]) > MU_TOLERANCE for k in both)
    for name, tolerance in SUMS.items():
        ours, theirs = getattr(one, name), getattr(two, name)
        for at in ours.keys() | theirs.keys():
            x, y = ours.get(at, 0.0), theirs.get(at, 0.0)
            found[name] += abs(x - y) > tolerance * max(abs(x), abs(y)) + 1e-7
    return {name: number for name, number in found.items() if number}
