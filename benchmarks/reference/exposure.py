"""To whom sensitive projects are exposed (ODD 7.8), one project at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from benchmarks.reference.given import Given
from benchmarks.reference.papers import Paper
from benchmarks.reference.researcher import Researcher

REWARD, DECEPTION, COERCION, THEFT = range(4)
Exposed = dict[tuple[int, ...], float]


def exposure(papers: Iterable[Paper], g: Given) -> tuple[Exposed, Exposed]:
    """Projects exposed, by (way, field, place, place that it is exposed to); and by (way, field, place) to any threat.

    Parameters
    ----------
    papers : completed ones of the year, after which people have met.
    """
    towards: Exposed = defaultdict(float)
    once: Exposed = defaultdict(float)
    projects: dict[Researcher, list[Paper]] = defaultdict(list)
    for paper in papers:
        if paper.lead.sensitive:
            projects[paper.lead].append(paper)
    for lead, written in projects.items():
        a = lead.place
        threats = {b for b in range(g.n_places) if g.constants.threat[a][b] > 0.0}
        for way, found in enumerate(ways(written, g)):
            for b, share in found.items():
                towards[way, lead.field, a, b] += share
            some = {share for b, share in found.items() if b in threats}
            if way == DECEPTION:
                some = {undisclosed(sum(n for b, n in partners(written).items() if b in threats), g)}
            once[way, lead.field, a] += max(some, default=0.0)
    return towards, once


def ways(project: list[Paper], g: Given) -> tuple[dict[int, float], ...]:
    """To which places a project is exposed by each way."""
    a, abroad = project[0].lead.place, partners(project)
    members = {author for paper in project for author in paper.authors if author.place == a}
    reward = {person.dual: 1.0 for person in members if person.dual is not None and person.dual != a}
    coercion = {x.origin: 1.0 for x in members if x.origin != a and (x.origin in abroad or active_tie(x, g))}
    theft = {b: 1.0 for b in range(g.n_places) if b != a}
    return reward, {b: undisclosed(n, g) for b, n in abroad.items()}, coercion, theft


def partners(project: list[Paper]) -> dict[int, int]:
    """Partners of a project by place, each person once: the same agent with the same match to the lead."""
    met = {(p, match) for paper in project for p, match in zip(paper.authors[1:], paper.matches, strict=True)}
    number: dict[int, int] = defaultdict(int)
    for person, _ in met:
        if person.place != project[0].lead.place:
            number[person.place] += 1
    return number


def active_tie(person: Researcher, g: Given) -> bool:
    """Whether a person has a second affiliation in their origin, or a co-author there of the last years."""
    since = g.year - g.params.security.active_years
    recent = any(tie.person.place == person.origin and tie.year >= since for tie in person.ties)
    return recent or person.dual == person.origin


def undisclosed(n: int, g: Given) -> float:
    """Probability that one of n ties is not disclosed."""
    return 1.0 - (1.0 - g.params.security.undisclosed) ** n
