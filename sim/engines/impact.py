"""Impact: what papers are worth, who is credited for them, and who is cited by whom (ODD 7.7).

A simulated paper stands for `scale` real ones that share team, place and access, each with its own luck.
So the number among them that reaches the top 1 % is an expectation, ``P(ln z > threshold)``, not one coin
flip: real counts without the noise of sampling. ``ln z = mu + sigma * luck``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.columns import NONE
from sim.core.kernels import njit
from sim.core.prefetch import AHEAD, prefetch
from sim.core.randomness import normal_quantile, uniform
from sim.engines.projects import APPLIED, APPLIED_FOR, FUNDED, SENSITIVE, Projects
from sim.engines.publication import Papers
from sim.engines.security import COERCION, DECEPTION, REWARD, THEFT
from sim.engines.spectrum import FRACTIONAL, WHOLE, WHOLE_INTERNATIONAL, PaperCounts, between_bins, bin_of

INTERNATIONAL = 16  # bit of a paper's flags, above the project bits


class Worth(NamedTuple):
    """What a paper's mean of ln z is made of, in one field and year.

    Attributes
    ----------
    place : [P], ln z of a place: fitted effect and frontier knowledge within reach.
    place_best : weight of the team's best place against the mean of its authors' places.
    talent_mean, talent_best : of the team's ln talent.
    team, reputation : of ln team size and of ln(1 + the lead's reputation).
    border_share : [P], share of joint papers inside a place that cross a border (regional rests), else 0.
    """

    place: np.ndarray
    place_best: float
    talent_mean: float
    talent_best: float
    team: float
    reputation: float
    border_share: np.ndarray


class ProjectCounts(NamedTuple):
    """Projects of one field in one year by place of the lead (agents).

    Attributes
    ----------
    applications, funded : [P], people who applied for a grant, and got one.
    funded_published, funded_international : [P], funded projects with a paper, of these with a co-author abroad.
    sensitive : [P], sensitive projects with a paper.
    """

    applications: np.ndarray
    funded: np.ndarray
    funded_published: np.ndarray
    funded_international: np.ndarray
    sensitive: np.ndarray

    @classmethod
    def none(cls, n_places: int) -> ProjectCounts:
        """Nothing counted yet."""
        return cls(*(np.zeros(n_places) for _ in cls._fields))


@njit(cache=True, nogil=True)
def rate_papers(
    people: np.ndarray,
    output: np.ndarray,
    projects: Projects,
    papers: Papers,
    worth: Worth,
    key_country: np.uint64,
    counts: PaperCounts,
) -> None:
    """Set `mu` and `flags` of every paper of a field, and count papers by place.

    What depends on `mu` is counted by bin of `mu`, so that any function of it can be summed afterwards
    (`sim.engines.spectrum`) without another look at the papers.
    """
    lead, first, n_authors, mu, flags = papers.lead, papers.first, papers.n_authors, papers.mu, papers.flags
    author_place, author_talent, bits = papers.author_place, papers.author_talent, projects.bits
    by_bin, joint, n_basic, n_sensitive = counts.by_bin, counts.joint, counts.basic, counts.sensitive
    international_sensitive, international_fractional = counts.international_sensitive, counts.international_fractional
    here, border_share, ordinal = worth.place, worth.border_share, papers.ordinal
    place_best, talent_mean, talent_best = worth.place_best, worth.talent_mean, worth.talent_best
    ln = np.log(np.maximum(np.arange(256), 1.0))
    share = np.zeros(here.shape[0])
    seen = np.empty(here.shape[0], np.int64)
    for k in range(lead.shape[0]):
        i = lead[k]
        n = n_authors[k]
        n_seen = 0
        best, top, mean, level = -1e9, -1e9, 0.0, 0.0
        for m in range(first[k], first[k] + n):
            p = np.int64(author_place[m])
            ln_talent = np.log(author_talent[m])
            mean += ln_talent
            best = max(best, ln_talent)
            level += here[p]
            top = max(top, here[p])
            if share[p] == 0.0:
                seen[n_seen] = p
                n_seen += 1
            share[p] += 1.0
        crosses = n_seen > 1
        at_home = border_share[author_place[first[k]]]
        if not crosses and n > 1 and at_home > 0.0:
            crosses = uniform(key_country, people[i].uid, np.uint64(ordinal[k])) < at_home
        value = talent_mean * mean / n + talent_best * best + worth.team * ln[n]
        value += (1.0 - place_best) * level / n + place_best * top
        value += worth.reputation * np.log1p(output[i].reputation)
        mu[k] = value
        flags[k] = bits[i] | (INTERNATIONAL if crosses else 0)
        basic = 0.0 if flags[k] & APPLIED else 1.0
        sensitive = 1.0 if flags[k] & SENSITIVE else 0.0
        at = bin_of(value)
        for q in range(n_seen):
            p = seen[q]
            by_bin[p, at, WHOLE] += 1.0
            by_bin[p, at, FRACTIONAL] += share[p] / n
            if crosses:
                international_fractional[p] += share[p] / n
            share[p] = 0.0
            n_basic[p] += basic
            n_sensitive[p] += sensitive
            if crosses:
                by_bin[p, at, WHOLE_INTERNATIONAL] += 1.0
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
    received: np.ndarray,
    discount: float,
    key_luck: np.uint64,
) -> None:
    """Write this year's papers, citations and top papers into `output` (see `sim.core.columns`); update reputation.

    Parameters
    ----------
    sigma : standard deviation of luck in ln z.
    top1_share : [N_BINS], share of the papers at the centre of each bin of mu that reach the top 1 %.
    received : [P], citations per unit of z that a place's papers receive (home bias and access).
    discount : share of last year's reputation that is left.
    """
    lead, first, n_authors, authors = papers.lead, papers.first, papers.n_authors, papers.authors
    mu, flags, ordinal = papers.mu, papers.flags, papers.ordinal
    for i in range(output.shape[0]):
        output[i].papers = 0
        output[i].papers_international = 0
        output[i].papers_basic = 0
        output[i].citations = 0.0
        output[i].top1 = 0.0
        output[i].reputation *= discount
    for k in range(lead.shape[0]):
        i = lead[k]
        luck = normal_quantile(uniform(key_luck, people[i].uid, np.uint64(ordinal[k])))
        cited = np.exp(mu[k] + sigma * luck) * received[people[i].place]
        share = cited / n_authors[k]
        expected = between_bins(top1_share, mu[k])
        international = np.uint16(1 if flags[k] & INTERNATIONAL else 0)
        basic = np.uint16(0 if flags[k] & APPLIED else 1)
        for m in range(first[k], first[k] + n_authors[k]):
            if m + AHEAD < authors.shape[0]:
                prefetch(output, authors[m + AHEAD])
            author = output[authors[m]]
            author.papers += np.uint16(1)
            author.papers_international += international
            author.papers_basic += basic
            author.citations += cited
            author.top1 += expected
            author.reputation += share


@njit(cache=True, nogil=True)
def count_projects(
    people: np.ndarray, projects: Projects, papers: Papers, counts: ProjectCounts, exposed: np.ndarray
) -> None:
    """Applications and funded projects by place, and exposure of sensitive projects by way.

    Parameters
    ----------
    counts : out.
    exposed : [4 ways, P, P], out: sensitive projects of place a exposed to place b by each way: members in a with a
        second affiliation in b (reward), partners in b (deception, theft), members in a whose origin is b (coercion).
        A project counts once towards a place by each way. What leaks through members in third places is
        `sim.engines.security.third_places`.
    """
    lead, first, n_authors, authors = papers.lead, papers.first, papers.n_authors, papers.authors
    flags, bits = papers.flags, projects.bits
    applications, funded, sensitive = counts.applications, counts.funded, counts.sensitive
    funded_published, funded_international = counts.funded_published, counts.funded_international
    for i in range(people.shape[0]):
        if people[i].uid != 0:
            applications[people[i].place] += 1.0 if bits[i] & APPLIED_FOR else 0.0
            funded[people[i].place] += 1.0 if bits[i] & FUNDED else 0.0
    k = 0
    n_papers = lead.shape[0]
    seen = np.full(exposed.shape[:2], -1, np.int64)  # last project counted by each way towards each place
    while k < n_papers:
        i = lead[k]
        a = people[i].place
        abroad = False
        last = k
        while last < n_papers and lead[last] == i:
            abroad = abroad or (flags[last] & INTERNATIONAL) != 0
            if bits[i] & SENSITIVE:
                for m in range(first[last], first[last] + n_authors[last]):
                    member = people[authors[m]]
                    if member.place != a:
                        if seen[DECEPTION, member.place] != i:
                            seen[DECEPTION, member.place] = i
                            exposed[DECEPTION, a, member.place] += 1.0
                            exposed[THEFT, a, member.place] += 1.0
                        continue
                    if member.origin != a and seen[COERCION, member.origin] != i:
                        seen[COERCION, member.origin] = i
                        exposed[COERCION, a, member.origin] += 1.0
                    if member.dual != NONE and member.dual != a and seen[REWARD, member.dual] != i:
                        seen[REWARD, member.dual] = i
                        exposed[REWARD, a, member.dual] += 1.0
            last += 1
        sensitive[a] += 1.0 if bits[i] & SENSITIVE else 0.0
        if bits[i] & FUNDED:
            funded_published[a] += 1.0
            funded_international[a] += 1.0 if abroad else 0.0
        k = last


def citation_flows(z: np.ndarray, references: np.ndarray, access: np.ndarray, home_bias: float) -> np.ndarray:
    """Citations [citing, cited] that places give: references spread over z, home-biased and by access.

    Parameters
    ----------
    z : [P], sum of z of fractional papers; references : [P], citations that each place gives.
    access : [P, P], what the citing place can reach of the cited place's knowledge, 0-1.
    """
    kernel = (0.25 + 0.75 * access) * z[None, :]
    kernel[np.diag_indices(len(z))] = z * np.exp(home_bias)
    return references[:, None] * kernel / np.maximum(kernel.sum(axis=1, keepdims=True), 1e-300)
