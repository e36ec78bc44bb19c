"""Papers of one field in one year: who leads them and who is on them (ODD 7.6).

Who leads a paper (`sim.engines.projects`) draws a team size, then each partner slot in turn (`sim.engines.teams`).
"""

from __future__ import annotations

import numpy as np

from sim.core.kernels import njit
from sim.core.randomness import fold, person_key, to_unit
from sim.core.ties import STEPS, match_in, uid_tag, with_tag
from sim.engines.naming import (
    ANOTHER,
    BATCH,
    SCREENED,
    Batch,
    Field,
    aim,
    ask_ties,
    find_places,
    look_up,
    meet,
    new_batch,
    open_papers,
    walls_between,
)
from sim.engines.papers import Losses, Papers
from sim.engines.pools import NOBODY, Pool, in_team
from sim.engines.projects import KIND, SENSITIVE, Projects
from sim.engines.teams import BY_FEAR, BY_RULE, NOT_REFUSED, PartnerKeys, PartnerRules, fill_slot

KEPT_OUT, THERE = np.uint8(1), np.uint8(2)  # a place, on the papers of a lead
REPLACED = np.uint8(4)  # bit of a refused slot
TAKEN_AS_NAMED = np.uint8(ANOTHER | SCREENED)


@njit(cache=True, nogil=True)
def write_papers(
    people: np.ndarray,
    places: np.ndarray,
    ties: np.ndarray,
    projects: Projects,
    papers: Papers,
    pool: Pool,
    rules: PartnerRules,
    keys: PartnerKeys,
    losses: Losses,
) -> None:
    """Settle the author list of every paper, and which papers are completed; add up what refused slots cost.

    Parameters
    ----------
    places : uint8 [n_rows], place of each person, close together in memory.
    papers : as planned, in; authors and what is kept of them, out.
    losses : out.
    """
    lead, first = papers.lead, papers.first
    field = Field(people, places, ties, projects.bits, pool, walls_between(rules))
    batch, towards = new_batch(), np.zeros(losses.sensitive.shape[0], np.uint8)
    start = np.int64(0)
    while start < lead.shape[0]:
        stop, base = start, first[start]
        while stop < lead.shape[0] and (first[stop] - base < BATCH or lead[stop] == lead[stop - 1]):
            stop += 1
        open_papers(people, papers, rules, keys, batch, start, stop)
        n_asking, n_fresh = aim(rules, batch, first[stop] - base)
        n_ties, n_fresh = ask_ties(field, papers, rules.memory, batch, base, n_asking, n_fresh)
        find_places(field, rules, batch, n_fresh)
        n_named = look_up(field, papers, batch, base, n_fresh, n_ties)
        meet(field, papers, rules.same, keys.match, batch, base, n_ties, n_named)
        n_troubled = settle_teams(field, papers, rules, keys.match, batch, start, stop)
        if n_troubled > 0:
            complete(field, papers, rules, keys.partner, batch, start, n_troubled, losses, towards)
        start = stop


@njit(cache=True, nogil=True)
def settle_teams(
    field: Field, papers: Papers, rules: PartnerRules, key_match: np.uint64, batch: Batch, start: int, stop: int
) -> int:
    """Teams of papers: those whom slots name, unless anything stands against one; then the whole rule decides.

    After a refusal it decides on all further slots of the paper, since others had been named as if nobody refused.
    Returns the number of papers with refusals or screened partners, which are listed.
    """
    people, lead, first, n_authors = field.people, papers.lead, papers.first, papers.n_authors
    base = first[start]
    authors, author_place, author_mark = papers.authors[base:], papers.author_place[base:], papers.author_mark[base:]
    talent, bars, refused = batch.talent, batch.bars, batch.refused
    n_troubled = np.int64(0)
    for k in range(start, stop):
        i, at = lead[k], first[k] - base
        end = np.uint32(at + 1)
        total = np.float64(talent[at])
        best, together = total, np.int64(0)
        present, seen, whole = np.uint64(1) << np.uint64(i & 63), np.uint8(0), False
        for entry in range(at + 1, first[k + 1] - base):
            s = np.uint32(entry)
            j, bar = np.int64(authors[s]), bars[s]
            bit = np.uint64(1) << np.uint64(j & 63)
            own, place, mark = talent[s], author_place[s], author_mark[s]
            met = present & bit != 0 and bar & ANOTHER == 0 and in_team(authors, at, end - at, j)
            if whole or met or bar & ~TAKEN_AS_NAMED:
                kind, p, skey = field.bits[i] & KIND, batch.openness[s], batch.key[s]
                j, plain, barred, cause = fill_slot(
                    people, field.places, field.ties, field.pool, rules, kind, p, skey, (authors, at, end - at), key_match
                )
                if cause != NOT_REFUSED:
                    refused[s] = cause if j < 0 else cause | REPLACED
                    batch.place[s] = barred
                    whole = True
                if j < 0:
                    continue
                own, place, mark = np.log(people[j].talent), people[j].place, with_tag(plain, uid_tag(people[j].uid))
                bar = field.walls[kind, people[i].place, place]
                bit = np.uint64(1) << np.uint64(j & 63)
            authors[end], author_place[end], author_mark[end] = j, place, mark
            total, best = total + own, max(best, np.float64(own))
            together += match_in(mark)
            present |= bit
            seen |= bar
            end += np.uint32(1)
        n = end - at
        n_authors[k] = n
        papers.talent_mean[k], papers.talent_best[k] = total / n, best
        papers.match[k] = together / np.float64(STEPS * max(n - 1, np.int64(1)))
        batch.named[n_troubled] = k - start
        n_troubled += np.int64(whole | (seen & SCREENED != 0))
    return n_troubled


@njit(cache=True, nogil=True)
def complete(
    field: Field,
    papers: Papers,
    rules: PartnerRules,
    key_partner: np.uint64,
    batch: Batch,
    start: int,
    n_troubled: int,
    losses: Losses,
    towards: np.ndarray,
) -> None:
    """Which papers with refusals or screened partners are completed, and what they cost.

    A paper is completed with probability ``(1 - lost) ** (slots lost + replaced * slots replaced)``, times what is left
    of the lead's time where a partner is screened: one number a paper decides, so that a further refusal or review can
    only end it.
    """
    lead, first, n_authors, author_place = papers.lead, papers.first, papers.n_authors, papers.author_place
    people, bits, screened, slots, ended = field.people, field.bits, rules.screened, losses.slots, losses.papers
    weights = np.zeros(BY_FEAR + 1)
    of_project = 0.0
    for q in range(n_troubled):
        k = start + batch.named[q]
        i, at, n = lead[k], first[k], np.int64(n_authors[k])
        a, kind = np.int64(people[i].place), bits[i] & KIND
        weights[:] = 0.0
        for s in range(at - first[start] + 1, first[k + 1] - first[start]):
            why = batch.refused[s]
            if why != NOT_REFUSED:
                weights[why & ~REPLACED] += rules.replaced if why & REPLACED else 1.0
                slots[(why & ~REPLACED) - 1, a] += 1.0
                towards[batch.place[s]] |= KEPT_OUT
        review = 0.0
        for m in range(at + 1, at + n):
            review = max(review, screened[kind, a, author_place[m]])
        of_project += review
        left, reviewed = (1.0 - rules.lost) ** (weights[BY_RULE] + weights[BY_FEAR]), 1.0 - rules.screening * review
        pkey = fold(person_key(key_partner, people[i].uid), np.uint64(papers.ordinal[k]))
        if to_unit(fold(pkey, np.uint64(0))) >= left * reviewed:
            by_fear = share_by_fear(weights, rules.lost, reviewed)
            ended[BY_RULE - 1, a] += 1.0 - by_fear
            ended[BY_FEAR - 1, a] += by_fear
            for m in range(at, at + n):
                towards[author_place[m]] |= KEPT_OUT
            n_authors[k] = 0
        if q + 1 == n_troubled or lead[start + batch.named[q + 1]] != i:
            close_project(papers, k, a, kind, of_project, losses, towards)
            of_project = 0.0


@njit(cache=True, nogil=True)
def close_project(
    papers: Papers, k: int, a: int, kind: int, of_project: float, losses: Losses, towards: np.ndarray
) -> None:
    """Book what the project of paper k cost, once all its papers are decided.

    Parameters
    ----------
    of_project : reviews of its papers, added up; towards : places kept from it, in; empty, out.
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
