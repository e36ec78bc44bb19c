"""Papers of one field in one year: who leads them and who is on them (ODD 7.6).

Who leads a paper (`sim.engines.projects`) draws a team size, then each partner slot in turn (`sim.engines.teams`).
"""

from __future__ import annotations

import numpy as np

from sim.core.kernels import njit
from sim.core.prefetch import AHEAD, prefetch
from sim.core.randomness import draw, fold, lower, person_key, to_unit, unit, upper
from sim.core.ties import STEPS, mark_of, match_in, tie_mark, uid_tag, with_tag
from sim.engines.papers import Losses, Papers
from sim.engines.pools import NOBODY, Pool, first_taken, in_team, invert, owner
from sim.engines.projects import KIND, SENSITIVE, Projects
from sim.engines.teams import (
    BY_FEAR,
    BY_RULE,
    D_LOOSE,
    D_ORIGIN,
    D_RETRY,
    D_SPLIT,
    NOT_REFUSED,
    PERSON,
    PLACES_TRIED,
    PartnerKeys,
    PartnerRules,
    asked_tie,
    fill_slot,
    match_of_new,
    paper_openness,
    places_without_rules,
    rank_of,
)

KEPT_OUT, THERE = np.uint8(1), np.uint8(2)  # a place, on the papers of a lead


@njit(cache=True, inline="always")
def candidate_row(found: int) -> np.int64:
    """Row of a candidate of `name_candidates`."""
    return np.int64(found) if found >= 0 else -2 - np.int64(found)


@njit(cache=True, nogil=True)
def name_candidates(
    people: np.ndarray,
    places: np.ndarray,
    ties: np.ndarray,
    papers: Papers,
    pool: Pool,
    rules: PartnerRules,
    keys: PartnerKeys,
) -> None:
    """Put the lead, and the first person that each slot names, into `authors`: a row, a past co-author, NOBODY.

    A past co-author is put as ``-2 - row``, with the match into `author_mark`; a new partner's match is drawn later.

    Parameters
    ----------
    places : uint8 [n_rows], place of each person, close together in memory.
    """
    # kernels count references to what they take out of a tuple, so once
    lead, ordinal, first, authors = papers.lead, papers.ordinal, papers.first, papers.authors
    author_mark, foreign, guides, openness = papers.author_mark, rules.foreign, rules.guides, rules.openness
    ranks, memory, repeat, looseness = rules.ranks, rules.memory, rules.repeat, rules.looseness
    origin_link, personal = rules.origin_link, rules.personal
    table, taken, start, size = pool.table, pool.taken, pool.start, pool.size
    for k in range(lead.shape[0]):
        i = lead[k]
        authors[first[k]] = i
        uid, a = people[i].uid, np.int64(people[i].place)
        word = fold(person_key(keys.openness, uid), np.uint64(ordinal[k]))
        p = paper_openness(openness, a, draw(keys.person, uid), word, personal)
        pkey = fold(person_key(keys.partner, uid), np.uint64(ordinal[k]))
        for slot in range(1, first[k + 1] - first[k]):
            skey = fold(pkey, np.uint64(slot))
            split = fold(skey, np.uint64(D_SPLIT))
            abroad = upper(split) < p
            if upper(skey) < repeat:
                anywhere = not abroad and unit(skey, np.uint64(D_LOOSE)) < looseness
                tie, row = asked_tie(ties, i, places, abroad, anywhere, rank_of(lower(split), ranks))
                if row >= 0:
                    authors[first[k] + slot] = -2 - row
                    author_mark[first[k] + slot] = tie_mark(tie, memory)
                    continue
            # `new_place`, written out: called with arrays, it would count references once a slot
            b = np.int64(people[i].origin)
            if b == a or unit(skey, np.uint64(D_ORIGIN)) >= origin_link[b]:
                b = a
                if abroad:
                    b = invert(foreign, guides, a, lower(skey))
                    r = 1
                    while size[b] == 0 and r < PLACES_TRIED:
                        b = invert(foreign, guides, a, unit(skey, np.uint64(D_RETRY + r)))
                        r += 1
            # the cell only: who has it is a look at random memory, of which many are made at once below
            authors[first[k] + slot] = first_taken(taken, start, size, b, skey, PERSON)
    for k in range(lead.shape[0]):
        for m in range(first[k] + 1, first[k + 1]):
            if authors[m] >= 0:
                authors[m] = owner(table, authors[m])


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

    Most candidates are taken as they are. Where anything may stand against one (on the team already, rules at the
    lead's place, fear of either), `fill_slot` applies the whole rule, which gives the same person if nothing does.
    Candidates are known beforehand, so that memory can be asked for them before they are looked at.

    A paper is completed with probability ``(1 - lost) ** (slots lost + replaced * slots replaced)``, times what is left
    of the lead's time where a partner is screened: one number a paper decides, so that a further refusal or review can
    only end it.

    Parameters
    ----------
    places : as in `name_candidates`.
    papers : with the candidates of `name_candidates` as authors, in; authors and what is kept of them, out.
    losses : out.
    """
    lead, ordinal, first, authors = papers.lead, papers.ordinal, papers.first, papers.authors
    n_authors, author_place, match = papers.n_authors, papers.author_place, papers.match
    talent_mean, talent_best, author_mark = papers.talent_mean, papers.talent_best, papers.author_mark
    bits = projects.bits
    slots, ended, sensitive, screened = losses.slots, losses.papers, losses.sensitive, losses.screened
    free, unscreened = places_without_rules(rules.friction), places_without_rules(rules.screened)
    same, key_match = rules.same, keys.match
    weights = np.zeros(BY_FEAR + 1)
    towards = np.zeros(sensitive.shape[0], np.uint8)  # who was refused or there, over the papers of a lead
    of_project, n_papers = 0.0, 0  # screened papers of a lead, expected, and all
    for k in range(lead.shape[0]):
        i = lead[k]
        at = first[k]
        uid, a = people[i].uid, np.int64(people[i].place)
        author_place[at], author_mark[at] = a, uid_tag(uid)
        own = np.log(people[i].talent)
        total, best = np.float64(own), np.float64(own)
        n = np.int64(1)  # a plain 1 would compile `fill_slot` once more, for the number 1
        kind = bits[i] & KIND
        plain = free[kind, a] and people[i].fear <= 0.0
        pkey = fold(person_key(keys.partner, uid), np.uint64(ordinal[k]))
        together, refused = np.int64(0), False
        for slot in range(1, first[k + 1] - at):
            ahead = at + slot + AHEAD
            if ahead < authors.shape[0]:
                prefetch(people, candidate_row(authors[ahead]))
            found = authors[at + slot]
            j = candidate_row(found)
            if plain and found != NOBODY and people[j].fear <= 0.0 and not in_team(authors, at, n, j):
                mark = author_mark[at + slot]
                if found > NOBODY:
                    skey = fold(pkey, np.uint64(slot))
                    mark = mark_of(match_of_new(uid, people[j].uid, skey, same, key_match), np.uint32(0))
            else:
                skey = fold(pkey, np.uint64(slot))
                word = fold(person_key(keys.openness, uid), np.uint64(ordinal[k]))
                p = paper_openness(rules.openness, a, draw(keys.person, uid), word, rules.personal)
                j, mark, barred, cause = fill_slot(
                    people, places, ties, pool, rules, kind, p, skey, (authors, at, n), key_match
                )
                if cause != NOT_REFUSED:
                    refused = True
                    weights[cause] += 1.0 if j < 0 else rules.replaced
                    slots[cause - 1, a] += 1.0
                    if kind & SENSITIVE:
                        towards[barred] |= KEPT_OUT
            if j >= 0:
                authors[at + n] = j
                author_place[at + n] = people[j].place
                own = np.log(people[j].talent)
                total, best = total + own, max(best, np.float64(own))
                author_mark[at + n] = with_tag(mark, uid_tag(people[j].uid))
                together += match_in(mark)
                n += 1
        n_authors[k] = n
        talent_mean[k], talent_best[k] = total / n, best
        match[k] = together / np.float64(STEPS * max(n - 1, np.int64(1)))
        review = 0.0
        if not unscreened[kind, a]:
            for m in range(at + 1, at + n):
                review = max(review, rules.screened[kind, a, author_place[m]])
            of_project += review
        if refused or review > 0.0:
            left, reviewed = (1.0 - rules.lost) ** (weights[BY_RULE] + weights[BY_FEAR]), 1.0 - rules.screening * review
            if to_unit(fold(pkey, np.uint64(0))) >= left * reviewed:
                n_authors[k] = 0
                by_fear = share_by_fear(weights, rules.lost, reviewed)
                ended[BY_RULE - 1, a] += 1.0 - by_fear
                ended[BY_FEAR - 1, a] += by_fear
            weights[:] = 0.0
        if kind & SENSITIVE:
            for m in range(at, at + n):
                towards[author_place[m]] |= THERE if n_authors[k] > 0 else KEPT_OUT
        n_papers += 1
        if k + 1 == lead.shape[0] or lead[k + 1] != i:
            screened[a] += of_project / n_papers
            of_project, n_papers = 0.0, 0
            if kind & SENSITIVE:
                for b in range(towards.shape[0]):
                    if towards[b] == KEPT_OUT:
                        sensitive[a, b] += 1.0
                    towards[b] = 0


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
