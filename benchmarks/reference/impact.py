"""What papers are worth (ODD 7.7): means, readers, the top 1 %, citations, and credit to authors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import erfc, exp, inf, log, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from benchmarks.reference.given import Given, Readers
from benchmarks.reference.keyed import Stream, normal, uniform
from benchmarks.reference.papers import Paper
from benchmarks.reference.researcher import Researcher


def rate(paper: Paper, g: Given) -> None:
    """Mean of ln z, without and with readers, and whether the paper crosses a border."""
    i, lead, authors = g.params.impact, paper.lead, paper.authors
    n, level = len(authors), g.level[lead.field]
    talents = [log(author.talent) for author in authors]
    paper.international = any(author.place != lead.place for author in authors)
    border = g.constants.border_share[lead.place]
    if not paper.international and n > 1 and border > 0.0:  # inside a regional rest
        paper.international = uniform(g.key[Stream.REST_COUNTRY], lead.uid, paper.ordinal) < border
    paper.mu_z = (
        i.talent_mean * sum(talents) / n + i.talent_best * max(talents) + i.team * log(n)
        + i.match * mean_match(paper) + place_term([level[author.place] for author in authors], g)
        + i.reputation * log(1.0 + lead.reputation)
    )  # fmt: skip
    paper.mu = paper.mu_baseline = paper.mu_z + log(reached(places_of(paper), g.readers))
    if g.readers_baseline is not None:
        paper.mu_baseline = paper.mu_z + log(reached(places_of(paper), g.readers_baseline))


def mean_match(paper: Paper) -> float:
    """Mean match of the partners with the lead, in standard deviations; 0 for one author."""
    return sum(paper.matches) / 64.0 / max(len(paper.matches), 1)


def place_term(levels: list[float], g: Given) -> float:
    """What the places of a team are worth: the best one, or a mean over authors that leans to the best."""
    i = g.params.impact
    if i.team_quality == "best":
        return max(levels)
    return log(sum(exp(i.ces_exponent * level) for level in levels) / len(levels)) / i.ces_exponent


# --- readers ------------------------------------------------------------------------------------------------
def places_of(paper: Paper) -> frozenset[int]:
    """Places of the authors."""
    return frozenset(author.place for author in paper.authors)


def readership(places: frozenset[int], readers: Readers) -> list[float]:
    """How far readers of each place are reached by a paper from some places: by the best reached of these [P]."""
    return [max(row[b] for b in places) for row in readers.reach]


def reached(places: frozenset[int], readers: Readers) -> float:
    """Readers of a paper from some places."""
    if places not in readers.known:
        readers.known[places] = sum(w * k for w, k in zip(readers.weight, readership(places, readers), strict=True))
    return readers.known[places]


@dataclass(frozen=True)
class Citations:
    """Citations of a year: `flows` [citing, cited]; weight : [P], readers of next year."""

    flows: np.ndarray
    weight: list[float]


def cite(papers: Iterable[Paper], g: Given, sigma: float) -> Citations:
    """Who is cited by whom, and how many readers each place will have next year."""
    z: dict[frozenset[int], np.ndarray] = defaultdict(lambda: np.zeros(g.n_places))  # by the places of a team
    fractional = np.zeros(g.n_places)
    for paper in papers:
        mean, places = exp(paper.mu_z + 0.5 * sigma * sigma), places_of(paper)
        for author in paper.authors:
            fractional[author.place] += 1.0 / len(paper.authors)
            z[places][author.place] += mean / len(paper.authors)
    demand = np.zeros((g.n_places, g.n_places))
    for places, cited in z.items():
        demand += np.array(readership(places, g.readers))[:, None] * cited
    references = g.params.impact.citations_mean * fractional
    weight = references / np.maximum(demand.sum(axis=1), 1e-300)
    return Citations(np.array(g.readers.weight)[:, None] * demand, weight.tolist())


# --- credit -------------------------------------------------------------------------------------------------
def top_level(papers: list[Paper], sigma: float, share: float = 0.01) -> float:
    """Level of ln c that a share of the papers of a field exceeds, with everybody's luck to come."""
    if not papers:
        return inf
    mu = np.array([paper.mu for paper in papers])
    low, high = mu.min() - 6.0 * sigma, mu.max() + 6.0 * sigma
    return float(brentq(lambda z: ndtr((mu - z) / sigma).mean() - share, low, high, xtol=1e-12))


def chance(mu: float, sigma: float, level: float) -> float:
    """Probability that luck lifts a paper above a level."""
    return 0.5 * erfc((level - mu) / (sigma * sqrt(2.0)))


def start_year(person: Researcher, discount: float) -> None:
    """Last year's counts go, and reputation fades."""
    person.papers = person.papers_international = person.papers_basic = 0
    person.citations = person.top1 = person.papers_fractional = 0.0
    person.reputation *= discount


def credit(paper: Paper, g: Given, sigma: float, z1: float) -> None:
    """What a paper brings its authors."""
    lead = paper.lead
    cited = exp(paper.mu + sigma * normal(g.key[Stream.QUALITY], lead.uid, paper.ordinal))
    expected = chance(paper.mu, sigma, z1)
    for author in paper.authors:
        author.papers += 1
        author.papers_fractional += 1.0 / len(paper.authors)
        author.papers_international += paper.international
        author.papers_basic += lead.basic
        author.citations += cited
        author.top1 += expected
        author.reputation += cited / len(paper.authors)


def top_at_baseline(papers: list[Paper], sigma: float, level: float) -> float:
    """Papers of a field that would be at the top before the baseline's readers, once for each of their places."""
    return sum(chance(paper.mu_baseline, sigma, level) * len(places_of(paper)) for paper in papers)
