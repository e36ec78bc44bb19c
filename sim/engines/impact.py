"""Impact: what papers are worth, who is cited by whom, and the world's top 1 % and 10 % (MODEL section 4).

A simulated paper stands for `scale` real ones that share team, place and access, each with its own luck.
So the number among them that reaches the top 1 % is an expectation, ``P(ln z > threshold)``, not one coin
flip: real counts without the noise of sampling. ``ln z = mu + sigma * luck``.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from scipy.optimize import brentq
from scipy.special import ndtr

from sim.engines.publication import APPLIED, APPLIED_FOR, FUNDED, SENSITIVE
from sim.randomness import normal, uniform

INTERNATIONAL = 16  # bit of a paper's flags, above the project bits


@njit(cache=True, nogil=True)
def rate_papers(
    uid,
    place,
    talent,
    reputation,
    project,
    lead,
    ordinal,
    first,
    n_authors,
    authors,
    border_share,
    quality,
    access,
    place_best,
    talent_mean,
    talent_best,
    team_weight,
    reputation_weight,
    key_country,
    mu,
    flags,
):
    """Set ``mu`` (mean of ln z) and ``flags`` of every paper of a field.

    Parameters
    ----------
    border_share : [P], share of joint papers inside a place that cross a border (regional rests), else 0.
    quality, access : [P], fitted place effect and frontier knowledge within reach, both in ln z; `place_best` is
        the weight of the team's best place against the mean of its authors' places.
    """
    for k in range(lead.shape[0]):
        best = -1e9
        mean = 0.0
        level = 0.0
        top = -1e9
        i = lead[k]
        international = False
        partner_at_home = False
        n = n_authors[k]
        for m in range(first[k], first[k] + n):
            j = authors[m]
            ln_talent = np.log(talent[j])
            mean += ln_talent
            best = max(best, ln_talent)
            here = quality[place[j]] + access[place[j]]
            level += here
            top = max(top, here)
            if place[j] != place[i]:
                international = True
            elif m > first[k]:
                partner_at_home = True
        if not international and partner_at_home and border_share[place[i]] > 0.0:
            international = uniform(key_country, uid[i], np.uint64(ordinal[k])) < border_share[place[i]]
        mu[k] = talent_mean * mean / n + talent_best * best + team_weight * np.log(n)
        mu[k] += (1.0 - place_best) * level / n + place_best * top
        mu[k] += reputation_weight * np.log(1.0 + reputation[i])
        flags[k] = project[i] | (INTERNATIONAL if international else 0)


def thresholds(mu: np.ndarray, sigma: float) -> tuple[float, float, float]:
    """Levels of ln z exceeded by the world's top 1, 3 and 10 % of papers of a field.

    Solved on a histogram of ``mu`` (bins of 0.01), convolved with the normal luck.
    """
    if len(mu) == 0:
        return math.inf, math.inf, math.inf
    low = math.floor(float(mu.min()) * 100.0)
    count = np.bincount((mu.astype(np.float64) * 100.0 - low).astype(np.int64))
    used = np.flatnonzero(count)
    centre, weight = (low + used + 0.5) / 100.0, count[used] / len(mu)

    def solve(share: float) -> float:
        low, high = centre[0] - 6.0 * sigma, centre[-1] + 6.0 * sigma
        return float(brentq(lambda z: weight @ ndtr((centre - z) / sigma) - share, low, high, xtol=1e-10))

    return solve(0.01), solve(0.03), solve(0.10)


# rows of the `by_place` array that `count_papers` fills
BY_PLACE = (
    "papers_whole", "papers_fractional", "papers_international", "papers_basic", "papers_sensitive",
    "papers_international_sensitive", "top1_whole", "top1_fractional", "top10_whole", "top10_fractional",
    "top1_at_baseline_threshold", "impact_sum", "top1_international", "z_fractional", "z10_fractional", "z1_fractional",
    "z3_fractional",
)  # fmt: skip


@njit(cache=True, inline="always")
def exceeds(mu, threshold, sigma):
    """Probability that ln z of a paper exceeds a threshold."""
    return 0.5 * math.erfc((threshold - mu) / (sigma * 1.4142135623730951))


@njit(cache=True, nogil=True)
def count_papers(
    place,
    first,
    n_authors,
    authors,
    mu,
    flags,
    sigma,
    z1,
    z3,
    z10,
    z1_baseline,
    by_place,
    together,
):
    """Add the papers of a field to ``by_place[BY_PLACE, P]`` and to ``together[P, P]`` (whole, a < b), in agents."""
    n_places = by_place.shape[1]
    share = np.zeros(n_places)
    seen = np.empty(n_places, np.int64)
    for k in range(n_authors.shape[0]):
        n = n_authors[k]
        n_seen = 0
        for m in range(first[k], first[k] + n):
            p = place[authors[m]]
            if share[p] == 0.0:
                seen[n_seen] = p
                n_seen += 1
            share[p] += 1.0 / n
        top1 = exceeds(mu[k], z1, sigma)
        top10 = exceeds(mu[k], z10, sigma)
        fixed = exceeds(mu[k], z1_baseline, sigma)
        mean = np.exp(mu[k] + 0.5 * sigma * sigma)
        international = 1.0 if flags[k] & INTERNATIONAL else 0.0
        sensitive = 1.0 if flags[k] & SENSITIVE else 0.0
        for q in range(n_seen):
            p = seen[q]
            s = share[p]
            share[p] = 0.0
            by_place[0, p] += 1.0
            by_place[1, p] += s
            by_place[2, p] += international
            by_place[3, p] += 0.0 if flags[k] & APPLIED else 1.0
            by_place[4, p] += sensitive
            by_place[5, p] += sensitive * international
            by_place[6, p] += top1
            by_place[7, p] += top1 * s
            by_place[8, p] += top10
            by_place[9, p] += top10 * s
            by_place[10, p] += fixed
            by_place[11, p] += mean
            by_place[12, p] += top1 * international
            by_place[13, p] += mean * s
            # citations drawn by the top papers: mean of z above a threshold, of a log-normal
            by_place[14, p] += mean * s * exceeds(mu[k] + sigma * sigma, z10, sigma)
            by_place[15, p] += mean * s * exceeds(mu[k] + sigma * sigma, z1, sigma)
            by_place[16, p] += mean * s * exceeds(mu[k] + sigma * sigma, z3, sigma)
            for r in range(q):
                together[min(p, seen[r]), max(p, seen[r])] += 1.0


@njit(cache=True, nogil=True)
def credit_authors(
    uid,
    place,
    lead,
    ordinal,
    first,
    n_authors,
    authors,
    mu,
    flags,
    sigma,
    z1,
    received,
    discount,
    key_luck,
    reputation,
    papers,
    papers_international,
    papers_basic,
    citations,
    top1,
):
    """Write this year's papers, citations and top papers into the author columns; update reputation.

    ``received`` : [P], citations per unit of z that a place's papers receive (home bias and access).
    """
    for i in range(uid.shape[0]):
        papers[i] = 0
        papers_international[i] = 0
        papers_basic[i] = 0
        citations[i] = 0.0
        top1[i] = 0.0
        reputation[i] *= discount
    for k in range(lead.shape[0]):
        i = lead[k]
        z = np.exp(mu[k] + sigma * normal(key_luck, uid[i], np.uint64(ordinal[k])))
        expected = exceeds(mu[k], z1, sigma)
        cited = z * received[place[i]]
        for m in range(first[k], first[k] + n_authors[k]):
            j = authors[m]
            papers[j] += 1
            papers_international[j] += 1 if flags[k] & INTERNATIONAL else 0
            papers_basic[j] += 0 if flags[k] & APPLIED else 1
            citations[j] += cited
            top1[j] += expected
            reputation[j] += cited / n_authors[k]


@njit(cache=True, nogil=True)
def count_projects(
    uid,
    origin,
    place,
    dual,
    project,
    n_leads,
    lead,
    first,
    n_authors,
    authors,
    flags,
    by_place,
    exposed,
):
    """Applications and funded projects by place, and exposure of sensitive projects by way.

    Parameters
    ----------
    by_place : [5, P], out: applications, funded, funded with a paper, of these with a foreign co-author, and
        sensitive projects with a paper.
    exposed : [4 ways, P, P], out: sensitive projects of place a exposed to place b by each way: members in a
        with a second affiliation in b (reward), partners in b (deception, theft), members in a whose origin is
        b (coercion). A project counts once towards a place by each way. What leaks through members in third places is
        `sim.engines.security.third_places`.
    """
    for i in range(uid.shape[0]):
        if uid[i] != 0:
            by_place[0, place[i]] += 1.0 if project[i] & APPLIED_FOR else 0.0
            by_place[1, place[i]] += 1.0 if project[i] & FUNDED else 0.0
    k = 0
    n_papers = lead.shape[0]
    seen = np.full((4, exposed.shape[1]), -1, np.int64)  # last project counted towards each place by each way
    while k < n_papers:
        i = lead[k]
        a = place[i]
        abroad = False
        last = k
        while last < n_papers and lead[last] == i:
            abroad = abroad or (flags[last] & INTERNATIONAL) != 0
            if project[i] & SENSITIVE:
                for m in range(first[last], first[last] + n_authors[last]):
                    j = authors[m]
                    if place[j] != a:
                        if seen[1, place[j]] != i:
                            seen[1, place[j]] = i
                            exposed[1, a, place[j]] += 1.0
                            exposed[3, a, place[j]] += 1.0
                        continue
                    if origin[j] != a and seen[2, origin[j]] != i:
                        seen[2, origin[j]] = i
                        exposed[2, a, origin[j]] += 1.0
                    if dual[j] != 255 and dual[j] != a and seen[0, dual[j]] != i:
                        seen[0, dual[j]] = i
                        exposed[0, a, dual[j]] += 1.0
            last += 1
        by_place[4, a] += 1.0 if project[i] & SENSITIVE else 0.0
        if project[i] & FUNDED:
            by_place[2, a] += 1.0
            by_place[3, a] += 1.0 if abroad else 0.0
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
