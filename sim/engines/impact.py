"""Impact: what papers are worth, who is credited for them, and who is cited by whom (ODD 7.7).

A simulated paper stands for `scale` real ones that share team, place and access, each with its own luck.
So the number among them that reaches the top 1 % is an expectation, ``P(ln z > threshold)``, not one coin
flip: real counts without the noise of sampling. ``ln z = mu + sigma * luck``.
"""

from __future__ import annotations

import numpy as np

from sim.core.kernels import njit
from sim.core.prefetch import AHEAD, prefetch
from sim.core.randomness import normal_quantile, uniform
from sim.engines.projects import APPLIED, APPLIED_FOR, FUNDED, SENSITIVE
from sim.engines.spectrum import FRACTIONAL, WHOLE, between_bins, bin_of
from sim.engines.spectrum import INTERNATIONAL as INTERNATIONAL_WHOLE

INTERNATIONAL = 16  # bit of a paper's flags, above the project bits


@njit(cache=True, nogil=True)
def rate_papers(
    uid,
    reputation,
    project,
    lead,
    ordinal,
    first,
    n_authors,
    author_place,
    author_talent,
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
    counts,
    plain,
    together,
):
    """Set ``mu`` (mean of ln z) and ``flags`` of every paper of a field, and count papers by place.

    What depends on ``mu`` is counted by bin of ``mu``, so that any function of it can be summed afterwards
    (`sim.engines.spectrum`) without another look at the papers.

    Parameters
    ----------
    border_share : [P], share of joint papers inside a place that cross a border (regional rests), else 0.
    quality, access : [P], fitted place effect and frontier knowledge within reach, both in ln z; `place_best` is
        the weight of the team's best place against the mean of its authors' places.
    counts : [P, N_BINS, 3], out: papers by whole and fractional count, and whole international ones; plain : [4, P],
        out: basic, sensitive, international and sensitive papers (whole), international ones by fractional count.
    together : [P, P], out: joint papers, a < b.
    """
    n_places = counts.shape[0]
    here = quality + access
    ln = np.log(np.maximum(np.arange(256), 1.0))
    share = np.zeros(n_places)
    seen = np.empty(n_places, np.int64)
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
            crosses = uniform(key_country, uid[i], np.uint64(ordinal[k])) < at_home
        value = talent_mean * mean / n + talent_best * best + team_weight * ln[n]
        value += (1.0 - place_best) * level / n + place_best * top
        value += reputation_weight * np.log1p(reputation[i])
        mu[k] = value
        flags[k] = project[i] | (INTERNATIONAL if crosses else 0)
        basic = 0.0 if flags[k] & APPLIED else 1.0
        sensitive = 1.0 if flags[k] & SENSITIVE else 0.0
        at = bin_of(value)
        for q in range(n_seen):
            p = seen[q]
            counts[p, at, WHOLE] += 1.0
            counts[p, at, FRACTIONAL] += share[p] / n
            if crosses:
                plain[3, p] += share[p] / n
            share[p] = 0.0
            plain[0, p] += basic
            plain[1, p] += sensitive
            if crosses:
                counts[p, at, INTERNATIONAL_WHOLE] += 1.0
                plain[2, p] += sensitive
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
    top1_share,
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

    ``top1_share`` : [N_BINS], share of the papers at the centre of each bin of mu that reach the top 1 %.
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
        luck = normal_quantile(uniform(key_luck, uid[i], np.uint64(ordinal[k])))
        cited = np.exp(mu[k] + sigma * luck) * received[place[i]]
        share = cited / n_authors[k]
        expected = between_bins(top1_share, mu[k])
        international = np.uint16(1 if flags[k] & INTERNATIONAL else 0)
        basic = np.uint16(0 if flags[k] & APPLIED else 1)
        for m in range(first[k], first[k] + n_authors[k]):
            if m + AHEAD < authors.shape[0]:
                prefetch(reputation, authors[m + AHEAD])
            j = authors[m]
            papers[j] += np.uint16(1)
            papers_international[j] += international
            papers_basic[j] += basic
            citations[j] += cited
            top1[j] += expected
            reputation[j] += share


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
