"""Which papers with refused slots or screened partners are completed, and what they cost (ODD 7.6).

A paper is completed with probability ``(1 - lost) ** (slots lost + replaced * slots replaced)``, times what is left of
the lead's time where a partner is screened: one number a paper decides, so that a further refusal or review can only
end it (docs/decisions/lost-partners.md).
"""

from __future__ import annotations

import numpy as np

from sim.core.kernels import njit
from sim.core.randomness import fold, person_key, to_unit
from sim.engines.papers import Losses, Papers
from sim.engines.projects import KIND, SENSITIVE
from sim.engines.slots import REPLACED, Batch
from sim.engines.teams import BY_FEAR, BY_RULE, NOT_REFUSED, Field, PartnerRules

KEPT_OUT, THERE = np.uint8(1), np.uint8(2)  # a place, on the papers of a lead
CAUSE = np.uint8(REPLACED - 1)


@njit(cache=True, nogil=True)
def complete(
    field: Field,
    papers: Papers,
    rules: PartnerRules,
    key_partner: np.uint64,
    batch: Batch,
    start: int,
    n_listed: int,
    losses: Losses,
) -> None:
    """Decide on the papers with refusals or screened partners, and book what all that cost.

    Parameters
    ----------
    start : first paper of the batch; n_listed : papers that ``batch.named`` lists, counted from there, in order.
    """
    lead, first, n_authors, author_place = papers.lead, papers.first, papers.n_authors, papers.author_place
    slots, ended, screened = losses.slots, losses.papers, rules.screened
    weights, towards, of_project = np.zeros(BY_FEAR + 1), np.zeros(losses.sensitive.shape[0], np.uint8), 0.0
    for q in range(n_listed):
        k = start + np.int64(batch.named[q])
        i, at, n = lead[k], first[k], np.int64(n_authors[k])
        a, kind = np.int64(field.people[i].place), field.bits[i] & KIND
        weights[:] = 0.0
        for s in range(at - first[start] + 1, first[k + 1] - first[start]):
            cause = batch.refused[s] & CAUSE
            if cause != NOT_REFUSED:
                weights[cause] += rules.replaced if batch.refused[s] & REPLACED else 1.0
                slots[cause - 1, a] += 1.0
                towards[batch.place[s]] |= KEPT_OUT
        review = 0.0
        for m in range(at + 1, at + n):
            review = max(review, screened[kind, a, author_place[m]])
        of_project += review
        left, reviewed = (1.0 - rules.lost) ** (weights[BY_RULE] + weights[BY_FEAR]), 1.0 - rules.screening * review
        pkey = fold(person_key(key_partner, field.people[i].uid), np.uint64(papers.ordinal[k]))
        if to_unit(fold(pkey, np.uint64(0))) >= left * reviewed:
            by_fear = share_by_fear(weights, rules.lost, reviewed)
            ended[BY_RULE - 1, a] += 1.0 - by_fear
            ended[BY_FEAR - 1, a] += by_fear
            for m in range(at, at + n):
                towards[author_place[m]] |= KEPT_OUT
            n_authors[k] = 0
        if q + 1 == n_listed or lead[start + np.int64(batch.named[q + 1])] != i:
            close_project(papers, k, a, kind, of_project, losses, towards)
            of_project = 0.0


@njit(cache=True, nogil=True)
def close_project(
    papers: Papers, k: int, a: int, kind: int, of_project: float, losses: Losses, towards: np.ndarray
) -> None:
    """Book what the project of paper k cost its place a, once all its papers are decided.

    Parameters
    ----------
    of_project : reviews of its papers, added up; towards : uint8 [P], places kept from it, in, and empty again, out.
    """
    lead, first, n_authors, author_place = papers.lead, papers.first, papers.n_authors, papers.author_place
    begin, end = k, k + 1
    while begin > 0 and lead[begin - 1] == lead[k]:
        begin -= 1
    while end < lead.shape[0] and lead[end] == lead[k]:
        end += 1
    losses.screened[a] += of_project / (end - begin)
    if kind & SENSITIVE:
        for paper in range(begin, end):
            for m in range(first[paper], first[paper] + n_authors[paper]):
                towards[author_place[m]] |= THERE
        for b in range(towards.shape[0]):
            if towards[b] == KEPT_OUT:
                losses.sensitive[a, b] += 1.0
    towards[:] = 0


@njit(cache=True, nogil=True)
def share_by_fear(weights: np.ndarray, lost: float, reviewed: float) -> float:
    """Share of a paper that was not completed that is booked to fear: by weights of slots; reviews are a rule.

    Parameters
    ----------
    weights : [3], of refused slots by cause; lost : share of papers that one prevents; reviewed : time left by reviews.
    """
    weight = weights[BY_RULE] + weights[BY_FEAR]
    if reviewed < 1.0:
        hazard = -np.log(1.0 - lost)
        return hazard * weights[BY_FEAR] / (hazard * weight - np.log(reviewed)) if reviewed > 0.0 else 0.0
    return weights[BY_FEAR] / weight
