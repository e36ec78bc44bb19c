"""What papers are worth (ODD 7.7): means, the top 1 %, citations, and credit to authors."""

from __future__ import annotations

from collections.abc import Iterable
from math import erfc, exp, inf, log, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from benchmarks.reference.given import Given
from benchmarks.reference.keyed import Stream, normal, uniform
from benchmarks.reference.papers import Paper
from benchmarks.reference.researcher import Researcher


def rate(paper: Paper, g: Given) -> None:
    """Mean of ln z and whether the paper crosses a border."""
    i, lead, authors = g.params.impact, paper.lead, paper.authors
    n, level = len(authors), g.level[lead.field]
    talents = [log(author.talent) for author in authors]
    levels = [level[author.place] for author in authors]
    paper.international = any(author.place != lead.place for author in authors)
    border = g.constants.border_share[lead.place]
    if not paper.international and n > 1 and border > 0.0:  # inside a regional rest
        paper.international = uniform(g.key[Stream.REST_COUNTRY], lead.uid, paper.ordinal) < border
    paper.mu = (
        i.talent_mean * sum(talents) / n + i.talent_best * max(talents) + i.team * log(n)
        + (1.0 - i.place_best) * sum(levels) / n + i.place_best * max(levels)
        + i.reputation * log(1.0 + lead.reputation)
    )  # fmt: skip


def top_level(papers: list[Paper], sigma: float, share: float = 0.01) -> float:
    """Level of ln z that a share of the papers of a field exceeds, with everybody's luck to come."""
    if not papers:
        return inf
    mu = np.array([paper.mu for paper in papers])
    low, high = mu.min() - 6.0 * sigma, mu.max() + 6.0 * sigma
    return float(brentq(lambda z: ndtr((mu - z) / sigma).mean() - share, low, high, xtol=1e-12))


def received(papers: Iterable[Paper], g: Given, sigma: float) -> list[float]:
    """Citations a place's papers get per unit of z [P]: each place spreads its references, home-biased, by access."""
    i = g.params.impact
    z, fractional = np.zeros(g.n_places), np.zeros(g.n_places)
    for paper in papers:
        mean = exp(paper.mu + 0.5 * sigma * sigma)
        for author in paper.authors:
            fractional[author.place] += 1.0 / len(paper.authors)
            z[author.place] += mean / len(paper.authors)
    pull = (0.25 + 0.75 * g.access) * z
    np.fill_diagonal(pull, z * np.exp(i.home_bias))
    given = i.citations_mean * fractional
    cited = (given[:, None] * pull / np.maximum(pull.sum(axis=1, keepdims=True), 1e-300)).sum(axis=0)
    return (cited / np.maximum(z, 1e-12)).tolist()


def start_year(person: Researcher, discount: float) -> None:
    """Last year's counts go, and reputation fades."""
    person.papers = person.papers_international = person.papers_basic = 0
    person.citations = person.top1 = 0.0
    person.reputation *= discount


def credit(paper: Paper, g: Given, sigma: float, z1: float, per_z: list[float]) -> None:
    """What a paper brings its authors."""
    lead = paper.lead
    luck = normal(g.key[Stream.QUALITY], lead.uid, paper.ordinal)
    cited = exp(paper.mu + sigma * luck) * per_z[lead.place]
    expected = 0.5 * erfc((z1 - paper.mu) / (sigma * sqrt(2.0)))
    for author in paper.authors:
        author.papers += 1
        author.papers_international += paper.international
        author.papers_basic += lead.basic
        author.citations += cited
        author.top1 += expected
        author.reputation += cited / len(paper.authors)
