"""Papers of one field in one year: who leads them, who is on them, who remembers whom (ODD 7.6).

Who leads a paper (`sim.engines.projects`) draws a team size, then each partner slot in turn (`sim.engines.teams`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.kernels import njit
from sim.core.prefetch import AHEAD, prefetch
from sim.core.randomness import fold, lower, person_key, unit, upper
from sim.core.ties import alive, tie_row, tie_word, uid_tag, with_tie
from sim.engines.pools import NOBODY, Pool, first_taken, guide, in_team, invert, owner
from sim.engines.projects import KIND, SENSITIVE, Projects
from sim.engines.teams import (
    D_ORIGIN,
    D_RETRY,
    PERSON,
    PLACES_TRIED,
    PartnerRules,
    candidate_row,
    drawn_tie,
    fill_slot,
    places_without_rules,
)


class Papers(NamedTuple):
    """Papers of one field in one year, in order of their leads; authorships in flat arrays, the lead first.

    `plan_papers` draws what is led; `name_candidates` and `write_papers` fill in the authors, `impact.rate_papers`
    what a paper is worth. Paper k has the authorships ``first[k]`` to ``first[k] + n_authors[k]``; those up to
    ``first[k + 1]`` were planned and found nobody.

    Attributes
    ----------
    lead : int32 [papers], row of the lead.
    ordinal : uint8 [papers], number within the lead's year; with the lead's uid it names the paper.
    first : int64 [papers + 1], first authorship.
    n_authors : uint8 [papers].
    mu : float32 [papers], mean of ln z.
    flags : uint8 [papers], project bits of the lead and `sim.engines.impact.INTERNATIONAL`.
    authors : int32 [authorships], rows.
    author_place, author_talent, author_tag : uint8, float32 and uint32 [authorships], place, talent and tag of the
        uid; kept while they are at hand, so that later passes need not look at people at random.
    """

    lead: np.ndarray
    ordinal: np.ndarray
    first: np.ndarray
    n_authors: np.ndarray
    mu: np.ndarray
    flags: np.ndarray
    authors: np.ndarray
    author_place: np.ndarray
    author_talent: np.ndarray
    author_tag: np.ndarray


def plan_papers(people: np.ndarray, n_leads: np.ndarray, team_cumulative: np.ndarray, key_team: np.uint64) -> Papers:
    """Papers that are led, with team sizes drawn; authors and worth are still to be filled in."""
    lead, ordinal, first = draw_teams(people, n_leads, team_cumulative, key_team)
    n, m = len(lead), int(first[-1])
    return Papers(
        lead, ordinal, first, np.empty(n, np.uint8), np.empty(n, np.float32), np.empty(n, np.uint8),
        np.empty(m, np.int32), np.empty(m, np.uint8), np.empty(m, np.float32), np.empty(m, np.uint32),
    )  # fmt: skip


@njit(cache=True, nogil=True)
def draw_teams(
    people: np.ndarray, n_leads: np.ndarray, team_cumulative: np.ndarray, key_team: np.uint64
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`lead`, `ordinal` and `first` of `Papers`.

    Parameters
    ----------
    n_leads : uint16 [n_rows], papers led.
    team_cumulative : [1, MAX_TEAM], cumulative distribution of partners per paper.
    """
    n = 0
    for i in range(people.shape[0]):
        n += n_leads[i]
    guides = guide(team_cumulative)
    lead = np.empty(n, np.int32)
    ordinal = np.empty(n, np.uint8)
    first = np.zeros(n + 1, np.int64)
    k = 0
    for i in range(people.shape[0]):
        if n_leads[i] == 0:
            continue
        pkey = person_key(key_team, people[i].uid)
        for j in range(n_leads[i]):
            lead[k] = i
            ordinal[k] = j
            first[k + 1] = first[k] + 1 + invert(team_cumulative, guides, 0, unit(pkey, np.uint64(j)))
            k += 1
    return lead, ordinal, first


@njit(cache=True, nogil=True)
def name_candidates(
    people: np.ndarray, ties: np.ndarray, papers: Papers, pool: Pool, rules: PartnerRules, key_partner: np.uint64
) -> None:
    """Put the lead, and the first person that each slot names, into `authors`: a row, a past co-author, NOBODY.

    A past co-author is kept as ``-2 - row`` until it is known whether they are still there (`candidate_row`).
    """
    # kernels count references to what they take out of a tuple, so once
    lead, ordinal, first, authors = papers.lead, papers.ordinal, papers.first, papers.authors
    cumulative, guides, repeat, origin_link = rules.cumulative, rules.guides, rules.repeat, rules.origin_link
    table, taken, start, size = pool.table, pool.taken, pool.start, pool.size
    for k in range(lead.shape[0]):
        i = lead[k]
        authors[first[k]] = i
        a = np.int64(people[i].place)
        pkey = fold(person_key(key_partner, people[i].uid), np.uint64(ordinal[k]))
        for slot in range(1, first[k + 1] - first[k]):
            skey = fold(pkey, np.uint64(slot))
            row = np.int64(-1)
            if upper(skey) < repeat:
                row = tie_row(drawn_tie(ties, i, skey))
            if row >= 0:
                authors[first[k] + slot] = -2 - row
            else:
                # `partner_place`, written out: called with arrays, it would count references once a slot
                b = np.int64(people[i].origin)
                if b == a or unit(skey, np.uint64(D_ORIGIN)) >= origin_link:
                    b = invert(cumulative, guides, a, lower(skey))
                    r = 1
                    while size[b] == 0 and r < PLACES_TRIED:
                        b = invert(cumulative, guides, a, unit(skey, np.uint64(D_RETRY + r)))
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
    ties: np.ndarray,
    projects: Projects,
    papers: Papers,
    pool: Pool,
    rules: PartnerRules,
    key_partner: np.uint64,
    lost: np.ndarray,
) -> None:
    """Settle the author list of every paper; add refused sensitive slots to ``lost[a, b]`` (in projects).

    Most candidates are taken as they are. Where anything may stand against one (on the team already, gone, rules at
    the lead's place, fear of either), `fill_slot` applies the whole rule, which gives the same person if nothing
    does. Candidates are known beforehand, so that memory can be asked for them before they are looked at.

    Parameters
    ----------
    papers : with the candidates of `name_candidates` as authors, in; authors and what is kept of them, out.
    lost : [P, P], out.
    """
    lead, ordinal, first, authors = papers.lead, papers.ordinal, papers.first, papers.authors
    n_authors, author_place = papers.n_authors, papers.author_place
    author_talent, author_tag = papers.author_talent, papers.author_tag
    bits, n_leads = projects.bits, projects.n_leads
    free = places_without_rules(rules.friction)
    for k in range(lead.shape[0]):
        i = lead[k]
        at = first[k]
        a = people[i].place
        author_place[at], author_talent[at], author_tag[at] = a, people[i].talent, uid_tag(people[i].uid)
        n = np.int64(1)  # a plain 1 would compile `fill_slot` once more, for the number 1
        kind = bits[i] & KIND
        plain = free[kind, a] and people[i].fear <= 0.0
        pkey = fold(person_key(key_partner, people[i].uid), np.uint64(ordinal[k]))
        for slot in range(1, first[k + 1] - at):
            ahead = at + slot + AHEAD
            if ahead < authors.shape[0]:
                prefetch(people, candidate_row(authors[ahead]))
            found = authors[at + slot]
            j = candidate_row(found)
            if not (
                plain
                and found != NOBODY
                and people[j].fear <= 0.0
                and (found > NOBODY or alive(people, drawn_tie(ties, i, fold(pkey, np.uint64(slot)))))
                and not in_team(authors, at, n, j)
            ):
                skey = fold(pkey, np.uint64(slot))
                j, barred = fill_slot(people, ties, pool, rules, kind, skey, authors, at, n)
                if barred >= 0 and kind & SENSITIVE:
                    lost[a, barred] += 1.0 / n_leads[i]
            if j >= 0:
                authors[at + n] = j
                author_place[at + n], author_talent[at + n] = people[j].place, people[j].talent
                author_tag[at + n] = uid_tag(people[j].uid)
                n += 1
        n_authors[k] = n


@njit(cache=True, nogil=True)
def update_ties(year: int, ties: np.ndarray, papers: Papers, key_tie: np.uint64) -> None:
    """Lead and partners of each paper remember each other; the order of papers does not matter."""
    first, n_authors, authors, author_tag = papers.first, papers.n_authors, papers.authors, papers.author_tag
    odd = key_tie | np.uint64(1)
    for k in range(n_authors.shape[0]):
        i = authors[first[k]]
        own = tie_word(i, author_tag[first[k]], year)
        tie0, tie1, tie2, tie3 = ties[i, 0], ties[i, 1], ties[i, 2], ties[i, 3]
        for m in range(first[k] + 1, first[k] + n_authors[k]):
            ahead = m + AHEAD
            if ahead < authors.shape[0]:
                prefetch(ties, authors[ahead])
            # an agent may remember itself: another of the people it stands for (never at scale 1)
            j = authors[m]
            tie0, tie1, tie2, tie3 = with_tie(tie0, tie1, tie2, tie3, tie_word(j, author_tag[m], year), odd)
            if j != i:
                ties[j, 0], ties[j, 1], ties[j, 2], ties[j, 3] = with_tie(
                    ties[j, 0], ties[j, 1], ties[j, 2], ties[j, 3], own, odd
                )
        ties[i, 0], ties[i, 1], ties[i, 2], ties[i, 3] = tie0, tie1, tie2, tie3
