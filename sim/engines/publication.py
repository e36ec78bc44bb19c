"""Papers of one field in one year: who leads them and who is on them (ODD 7.6).

Who leads a paper (`sim.engines.projects`) draws a team size, then each partner slot in turn (`sim.engines.teams`). The
slots of many papers are looked at together (`sim.engines.naming`).
"""

from __future__ import annotations

import numpy as np

from sim.core.kernels import njit
from sim.core.ties import STEPS, match_in, uid_tag, with_tag
from sim.engines.completion import complete
from sim.engines.naming import aim, ask_ties, find_places, look_up, meet, open_papers
from sim.engines.papers import Losses, Papers
from sim.engines.pools import Pool, in_team
from sim.engines.projects import KIND, Projects
from sim.engines.slots import (
    ANOTHER,
    BATCH,
    REPLACED,
    SCREENED,
    STANDS_AGAINST,
    Batch,
    new_batch,
    walls_between,
)
from sim.engines.teams import NOT_REFUSED, Field, PartnerKeys, PartnerRules, fill_slot


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
    """Find the authors of every paper, decide which papers are completed, and add up what refused slots cost.

    Parameters
    ----------
    places : uint8 [n_rows], place of each person, close together in memory.
    papers : as planned, in; authors and what is kept of them, out.
    losses : out.
    """
    lead, first = papers.lead, papers.first
    field, batch = Field(people, ties, places, projects.bits, pool, walls_between(rules)), new_batch()
    start = np.int64(0)
    while start < lead.shape[0]:
        base, stop = first[start], start + 1
        while stop < lead.shape[0] and (first[stop] - base < BATCH or lead[stop] == lead[stop - 1]):
            stop += 1
        open_papers(field, papers, rules, keys, batch, start, stop)
        n_asking, n_fresh = aim(rules, batch, first[stop] - base)
        n_ties, n_fresh = ask_ties(field, papers, rules.memory, batch, base, n_asking, n_fresh)
        find_places(field, rules, batch, n_fresh)
        n_named = look_up(field, papers, batch, base, n_fresh, n_ties)
        meet(field, papers, rules.same, keys.match, batch, base, n_ties, n_named)
        n_listed = settle_teams(field, papers, rules, keys.match, batch, start, stop)
        if n_listed > 0:
            complete(field, papers, rules, keys.partner, batch, start, n_listed, losses)
        start = stop


@njit(cache=True, nogil=True, borrows=True)
def settle_teams(
    field: Field, papers: Papers, rules: PartnerRules, key_match: np.uint64, batch: Batch, start: int, stop: int
) -> np.int64:
    """Settle the teams of papers `start` to `stop`: whoever is named comes, unless something may stand against it.

    Where something may, and for the rest of a paper once a slot was refused, the whole rule decides. Papers with
    refusals or screened partners are listed in ``batch.named``, counted from `start`; returns their number.
    """
    people, lead, first, base = field.people, papers.lead, papers.first, papers.first[start]
    authors, author_place, author_mark = papers.authors[base:], papers.author_place[base:], papers.author_mark[base:]
    talent, bars, listed, n_listed = batch.talent, batch.bars, batch.named, np.int64(0)
    for k in range(start, stop):
        at = first[k] - base
        end, refused, seen = np.uint32(at + 1), False, np.uint8(0)
        on_team = row_bit(lead[k])  # a bit missing tells that somebody is not on the team
        total, together = np.float64(talent[at]), np.int64(0)
        best = total
        for entry in range(at + 1, first[k + 1] - base):
            s = np.uint32(entry)
            j, bar, place, mark, own = np.int64(authors[s]), bars[s], author_place[s], author_mark[s], talent[s]
            known = on_team & row_bit(j) != 0 and bar & ANOTHER == 0 and in_team(authors, at, end - at, j)
            if refused or known or bar & STANDS_AGAINST:
                j, mark, was_refused = settle_slot(field, authors, rules, key_match, batch, s, end - at)
                refused |= was_refused
                if j < 0:
                    continue
                place, own = people[j].place, np.log(people[j].talent)
                mark = with_tag(mark, uid_tag(people[j].uid))
                bar = field.walls[field.bits[lead[k]] & KIND, people[lead[k]].place, place]
            authors[end], author_place[end], author_mark[end] = j, place, mark
            total, best, together = total + own, max(best, np.float64(own)), together + match_in(mark)
            on_team, seen = on_team | row_bit(j), seen | bar
            end += np.uint32(1)
        n = end - at
        papers.n_authors[k], papers.talent_mean[k], papers.talent_best[k] = n, total / n, best
        papers.match[k] = together / np.float64(STEPS * max(n - 1, np.int64(1)))
        listed[n_listed] = k - start
        n_listed += np.int64(refused | (seen & SCREENED != 0))
    return n_listed


@njit(cache=True, inline="always")
def row_bit(row: int) -> np.uint64:
    """One of 64 bits for a row."""
    return np.uint64(1) << np.uint64(row & 63)


@njit(cache=True, nogil=True, borrows=True)
def settle_slot(
    field: Field, authors: np.ndarray, rules: PartnerRules, key_match: np.uint64, batch: Batch, s: int, n: int
) -> tuple[np.int64, np.uint32, bool]:
    """The whole rule of slot s, for a team of n so far; a refusal is noted.

    Returns
    -------
    Row of the person found, or -1; match with the lead as a mark without tag; if somebody was refused.
    """
    kind, team = field.bits[batch.lead[s]] & KIND, (authors, np.int64(batch.paper[s]), n)
    j, mark, barred, cause = fill_slot(field, rules, kind, batch.openness[s], batch.key[s], team, key_match)
    if cause != NOT_REFUSED:
        batch.refused[s], batch.place[s] = cause if j < 0 else cause | REPLACED, barred
    return j, mark, cause != NOT_REFUSED
