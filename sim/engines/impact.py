"""Impact: what papers are worth, how they are cited, and who is credited for them (ODD 7.7).

A simulated paper stands for `scale` real ones that share team, places and readers, each with its own luck. So the
number among them that reaches the top 1 % is an expectation, ``P(ln c > threshold)``, not one coin flip: real counts
without the noise of sampling. Citations are ``c = z R`` with the paper's worth z and readers R
(`sim.engines.reading`), ``ln c = mu + sigma * luck``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.kernels import njit
from sim.core.prefetch import AHEAD, prefetch
from sim.core.randomness import normal_each, uniform
from sim.engines.papers import INTERNATIONAL, Papers
from sim.engines.projects import APPLIED, SENSITIVE, Projects
from sim.engines.reading import UNREAD, Readers
from sim.engines.spectrum import (
    FRACTIONAL,
    FRACTIONAL_BASE,
    WHOLE,
    WHOLE_BASE,
    WHOLE_INTERNATIONAL,
    PaperCounts,
    between_bins,
    bin_of,
)

BLOCK = 128  # papers whose luck is drawn side by side


class Worth(NamedTuple):
    """What a paper's mean of ln z is made of, in one field and year.

    Attributes
    ----------
    place : [P], ln z of a place: fitted effect and frontier knowledge within reach. A team has that of its best place.
    place_power : [P], ``exp(exponent * place)``.
    exponent : of the mean of its authors' places that a team has instead (constant elasticity); 0 for the best place.
    talent_mean, talent_best : of the team's ln talent.
    team, match, reputation : of ln team size, of the mean match, and of ln(1 + the lead's reputation).
    sigma : standard deviation of luck in ln z.
    paired : the baseline's readers are others than the run's own.
    border_share : [P], share of joint papers inside a place that cross a border (regional rests), else 0.
    """

    place: np.ndarray
    place_power: np.ndarray
    exponent: float
    talent_mean: float
    talent_best: float
    team: float
    match: float
    reputation: float
    sigma: float
    paired: bool
    border_share: np.ndarray


@njit(cache=True, inline="always")
def places_of(author_place: np.ndarray, start: int, stop: int, share: np.ndarray, seen: np.ndarray) -> int:
    """Distinct places of the authors of a paper, in their order, into `seen`; returns how many.

    Parameters
    ----------
    start, stop : of the authors, at least one.
    share : [P], 0 before, how many of the authors are in a place after.
    """
    p = np.int64(author_place[start])
    m = start + 1
    while m < stop and author_place[m] == p:  # all of them, for most papers
        m += 1
    seen[0], share[p] = p, m - start
    n_seen = 1
    for k in range(m, stop):
        p = np.int64(author_place[k])
        if share[p] == 0.0:
            seen[n_seen] = p
            n_seen += 1
        share[p] += 1.0
    return n_seen


@njit(cache=True)
def ln_level(author_place: np.ndarray, start: int, stop: int, power: np.ndarray, exponent: float) -> float:
    """Mean of the authors' places with constant elasticity, see `Worth`."""
    level = 0.0
    for m in range(start, stop):
        level += power[author_place[m]]
    return np.log(level / (stop - start)) / exponent


@njit(cache=True)
def ln_readers(weight: np.ndarray, best: np.ndarray) -> float:
    """Log of the readers R of a paper of many places, by `best` [P] of `best_known`."""
    readers = 0.0
    for a in range(best.shape[0]):
        readers += weight[a] * best[a]
    return np.log(max(readers, UNREAD))


@njit(cache=True, inline="always")
def best_known(n_seen: int, seen: np.ndarray, known: np.ndarray, best: np.ndarray) -> None:
    """K of the best reached of the places ``seen[:n_seen]``, by place of the readers, into `best`."""
    for a in range(best.shape[0]):
        best[a] = known[seen[0], a]
    for q in range(1, n_seen):
        p = seen[q]
        for a in range(best.shape[0]):
            best[a] = best[a] if best[a] > known[p, a] else known[p, a]  # `max` would not become vectors


@njit(cache=True, nogil=True)
def rate_papers(
    people: np.ndarray,
    output: np.ndarray,
    projects: Projects,
    papers: Papers,
    worth: Worth,
    own: Readers,
    baseline: Readers,
    key_country: np.uint64,
    counts: PaperCounts,
) -> None:
    """Set `mu`, `mu_baseline` and `flags` of every paper of a field, and count papers by place.

    What depends on `mu` is counted by bin of `mu`, so that any function of it can be summed afterwards
    (`sim.engines.spectrum`) without another look at the papers.
    """
    lead, first, n_authors, mu, flags = papers.lead, papers.first, papers.n_authors, papers.mu, papers.flags
    author_place, mean, brightest, bits = papers.author_place, papers.talent_mean, papers.talent_best, projects.bits
    match, mu_baseline, ordinal = papers.match, papers.mu_baseline, papers.ordinal
    by_bin, joint, n_basic, n_sensitive = counts.by_bin, counts.joint, counts.basic, counts.sensitive
    international_sensitive, international_fractional = counts.international_sensitive, counts.international_fractional
    n_written, n_countries, impact = counts.authors, counts.countries, counts.impact
    z_pair, z_more, world = counts.z_pair, counts.z_more, counts.world
    here, power, border_share = worth.place, worth.place_power, worth.border_share
    exponent = worth.exponent
    weight, known, two = own.weight, own.known, own.two
    weight_base, known_base, two_base = baseline.weight, baseline.known, baseline.two
    ln = np.log(np.maximum(np.arange(256), 1.0))
    mean_luck = np.exp(0.5 * worth.sigma**2)
    share = np.zeros(here.shape[0])
    best, best_base = np.zeros(here.shape[0]), np.zeros(here.shape[0])
    seen = np.empty(here.shape[0], np.int64)
    for k in range(lead.shape[0]):
        i = lead[k]
        n = n_authors[k]
        flags[k] = bits[i]
        if n == 0:
            continue
        start, stop = first[k], first[k] + n
        n_seen = places_of(author_place, start, stop, share, seen)
        top = here[seen[0]]
        for q in range(1, n_seen):
            top = max(top, here[seen[q]])
        crosses = n_seen > 1
        at_home = border_share[seen[0]]
        if not crosses and n > 1 and at_home > 0.0:
            crosses = uniform(key_country, people[i].uid, np.uint64(ordinal[k])) < at_home
        if crosses:
            flags[k] |= INTERNATIONAL
        ln_z = worth.talent_mean * mean[k] + worth.talent_best * brightest[k]
        ln_z += worth.team * ln[n] + worth.match * match[k]
        ln_z += top if exponent == 0.0 else ln_level(author_place, start, stop, power, exponent)
        ln_z += worth.reputation * np.log1p(output[i].reputation)
        if n_seen > 2:
            best_known(n_seen, seen, known, best)
            if worth.paired:
                best_known(n_seen, seen, known_base, best_base)
        second = seen[0] if n_seen == 1 else seen[1]
        value = ln_z + (two[seen[0], second] if n_seen < 3 else ln_readers(weight, best))
        value_base = value
        if worth.paired:
            value_base = ln_z + (two_base[seen[0], second] if n_seen < 3 else ln_readers(weight_base, best_base))
        mu[k], mu_baseline[k] = value, value_base
        z = np.exp(ln_z) * mean_luck
        basic = 0.0 if bits[i] & APPLIED else 1.0
        sensitive = 1.0 if bits[i] & SENSITIVE else 0.0
        countries = max(n_seen, 2) if crosses else 0
        at, at_base = bin_of(value), bin_of(value_base)
        world[0] += 1.0
        world[1] += 1.0 if crosses else 0.0
        world[2] += countries
        world[3] += z
        for q in range(n_seen):
            p = seen[q]
            part = share[p] / n
            share[p] = 0.0
            by_bin[p, at, WHOLE] += 1.0
            by_bin[p, at, FRACTIONAL] += part
            by_bin[p, at_base, WHOLE_BASE] += 1.0
            by_bin[p, at_base, FRACTIONAL_BASE] += part
            n_written[p] += n
            n_countries[p] += countries
            impact[p] += z
            if n_seen > 2:
                for a in range(best.shape[0]):
                    z_more[p, a] += part * z * best[a]
            else:
                z_pair[p, seen[n_seen - 1 - q]] += part * z
            n_basic[p] += basic
            n_sensitive[p] += sensitive
            if crosses:
                by_bin[p, at, WHOLE_INTERNATIONAL] += 1.0
                international_fractional[p] += part
                international_sensitive[p] += sensitive
            for r in range(q):
                joint[min(p, seen[r]), max(p, seen[r])] += 1.0


@njit(cache=True, nogil=True)
def credit_authors(
    people: np.ndarray,
    output: np.ndarray,
    papers: Papers,
    sigma: float,
    top1_share: np.ndarray,
    discount: float,
    key_luck: np.uint64,
) -> None:
    """Write this year's papers, citations and top papers into `output` (see `sim.core.columns`); update reputation.

    Parameters
    ----------
    sigma : standard deviation of luck in ln z.
    top1_share : [N_BINS], share of the papers at the centre of each bin of mu that reach the top 1 %.
    discount : share of last year's reputation that is left.
    """
    lead, first, n_authors, authors = papers.lead, papers.first, papers.n_authors, papers.authors
    mu, flags, ordinal = papers.mu, papers.flags, papers.ordinal
    for i in range(output.shape[0]):
        output[i].papers_fractional = 0.0
        output[i].papers = 0
        output[i].papers_international = 0
        output[i].papers_basic = 0
        output[i].citations = 0.0
        output[i].top1 = 0.0
        output[i].reputation *= discount
    n_papers = lead.shape[0]
    words, u, luck = np.empty(BLOCK, np.uint64), np.empty(BLOCK), np.empty(BLOCK)
    for start in range(0, n_papers, BLOCK):
        n = min(BLOCK, n_papers - start)
        for q in range(n):
            words[q] = people[lead[start + q]].uid
        for q in range(n):
            u[q] = uniform(key_luck, words[q], np.uint64(ordinal[start + q]))
        normal_each(u[:n], luck)
        for k in range(start, start + n):
            if n_authors[k] == 0:
                continue
            cited = np.exp(mu[k] + sigma * luck[k - start])
            part, share = 1.0 / n_authors[k], cited / n_authors[k]
            expected = between_bins(top1_share, mu[k])
            international = np.uint16(1 if flags[k] & INTERNATIONAL else 0)
            basic = np.uint16(0 if flags[k] & APPLIED else 1)
            for m in range(first[k], first[k] + n_authors[k]):
                if m + AHEAD < authors.shape[0]:
                    prefetch(output, authors[m + AHEAD])
                author = output[authors[m]]
                author.papers_fractional += part
                author.papers += np.uint16(1)
                author.papers_international += international
                author.papers_basic += basic
                author.citations += cited
                author.top1 += expected
                author.reputation += share
