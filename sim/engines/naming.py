"""Whom the partner slots of some papers name, before anybody refuses: stage after stage, each one straight pass.

Most slots take the person they name first. To find that person slot by slot is to wait, at every step, for a branch
that was guessed wrong or for a line of memory. So all slots of a batch go through the stages together: a stage does
one look-up for every slot of a list, puts a slot on the next list without a branch (it is written there in any case,
and counted only if it belongs there), and asks memory for what the next stage reads. A slot names whom
`teams.fill_slot` would find for it if nobody refused (docs/decisions/slots-in-stages.md).

Arrays of `Papers` are taken from the batch's first authorship on, so that an entry of the batch is their index.
"""

from __future__ import annotations

import numpy as np

from sim.core.columns import N_TIES
from sim.core.kernels import njit
from sim.core.prefetch import prefetch
from sim.core.randomness import draw, fold, lower, person_key, unit, upper
from sim.core.ties import mark_of, tie_mark, tie_row, uid_tag, with_tag
from sim.engines.papers import Papers
from sim.engines.pools import MAX_TRIES, NOBODY, cell, is_taken, owner
from sim.engines.projects import KIND
from sim.engines.slots import (
    ABROAD,
    ANOTHER,
    ASKS,
    LEAD_FEARS,
    LOOSE,
    NOBODY_THERE,
    OTHER,
    PARTNER_FEARS,
    RANK,
    RULE,
    SCREENED,
    Batch,
)
from sim.engines.teams import (
    D_LOOSE,
    D_SAME,
    D_SPLIT,
    PERSON,
    Field,
    PartnerKeys,
    PartnerRules,
    foreign_place,
    from_origin,
    match_of_new,
    paper_openness,
    rank_of,
)


def _ties_by_rank() -> np.ndarray:
    """Which tie has a rank among those of a set of bits [sets x ranks], N_TIES if there are too few."""
    sets = [[t for t in range(N_TIES) if bits >> t & 1] for bits in range(1 << N_TIES)]
    return np.array([(ties + [N_TIES] * N_TIES)[rank] for ties in sets for rank in range(N_TIES)], np.uint8)


TIES_BY_RANK = _ties_by_rank()
ALL_TIES = (1 << N_TIES) - 1


@njit(cache=True, inline="always")
def ties_of(ties: np.ndarray, places: np.ndarray, i: int) -> np.uint8:
    """Which ties the person in row i has, a bit each, and above these which of them are elsewhere."""
    found = np.int64(0)
    for t in range(N_TIES):
        row = tie_row(ties[i, t])
        found |= np.int64(row >= 0) << t | np.int64(places[max(row, np.int64(0))] != places[i]) << (N_TIES + t)
    return np.uint8(found)


@njit(cache=True, nogil=True)
def open_papers(
    field: Field, papers: Papers, rules: PartnerRules, keys: PartnerKeys, batch: Batch, start: int, stop: int
) -> None:
    """Put the leads of papers `start` to `stop` down as authors, and note for each slot whose it is."""
    people, places, ties = field.people, field.places, field.ties
    lead, ordinal, first, authors = papers.lead, papers.ordinal, papers.first, papers.authors
    author_place, author_mark = papers.author_place, papers.author_mark
    key, openness, paper, leads = batch.key, batch.openness, batch.paper, batch.lead
    cells, personal, talent, asked, known = rules.openness, rules.personal, batch.talent, batch.asked, batch.ties
    base = first[start]
    for k in range(start, stop):
        i, at = lead[k], first[k] - base
        uid, a = people[i].uid, np.int64(people[i].place)
        authors[first[k]], author_place[first[k]], author_mark[first[k]] = i, a, uid_tag(uid)
        talent[at] = np.log(people[i].talent)
        asked[at], known[at] = 0, ties_of(ties, places, i)
        word = fold(person_key(keys.openness, uid), np.uint64(ordinal[k]))
        p = paper_openness(cells, a, draw(keys.person, uid), word, personal)
        pkey = fold(person_key(keys.partner, uid), np.uint64(ordinal[k]))
        for s in range(at, first[k + 1] - base):
            key[s], openness[s], paper[s], leads[s] = pkey, p, at, i  # the paper's key, until `aim`


@njit(cache=True, nogil=True)
def aim(rules: PartnerRules, batch: Batch, n: int) -> tuple[np.int64, np.int64]:
    """What the draws of n slots say; those that ask a tie, and those that do not, are listed and counted.

    Written for vectors: neither branches nor looks at random memory before the lists are made.
    """
    key, openness, paper, aims, refused = batch.key, batch.openness, batch.paper, batch.aim, batch.refused
    asking, fresh, repeat, looseness, ranks = batch.asking, batch.fresh, rules.repeat, rules.looseness, rules.ranks
    other_from = rules.same if rules.same < 1.0 else 2.0
    for s in range(n):
        skey = fold(key[s], np.uint64(np.int64(s) - np.int64(paper[s])))
        split = fold(skey, np.uint64(D_SPLIT))
        abroad = np.uint8(upper(split) < openness[s])
        loose = np.uint8(unit(skey, np.uint64(D_LOOSE)) < looseness)
        other = np.uint8(unit(skey, np.uint64(D_SAME)) >= other_from)
        asks = np.uint8(upper(skey) < repeat)
        rank = np.uint8(rank_of(lower(split), ranks))
        key[s] = skey
        aims[s] = rank | abroad * ABROAD | loose * LOOSE | other * OTHER | asks * ASKS
        refused[s] = 0
    n_asking, n_fresh = np.int64(0), np.int64(0)
    for s in range(n):
        asks, is_slot = (aims[s] & ASKS) != 0, paper[s] != s  # the lead's own entry is none
        asking[n_asking] = fresh[n_fresh] = s
        n_asking += np.int64(asks & is_slot)
        n_fresh += np.int64((not asks) & is_slot)
    return n_asking, n_fresh


@njit(cache=True, nogil=True)
def ask_ties(
    field: Field, papers: Papers, memory: int, batch: Batch, base: int, n_asking: int, n_fresh: np.int64
) -> tuple[np.int64, np.int64]:
    """Past co-authors whom slots name; slots without one there go on the list of fresh ones.

    So do slots whose co-author an earlier slot of the paper named, who is on the team already if nobody refused, unless
    another of the people that the agent stands for would come.
    """
    people, ties, authors, author_mark = field.people, field.ties, papers.authors[base:], papers.author_mark[base:]
    paper, leads, aims, asked, known, bars = batch.paper, batch.lead, batch.aim, batch.asked, batch.ties, batch.bars
    asking, fresh, named = batch.asking, batch.fresh, batch.named
    n_named = np.int64(0)
    for q in range(n_asking):
        s = asking[q]
        i, to = leads[s], aims[s]
        abroad, anywhere = (to & ABROAD) != 0, (to & (ABROAD | LOOSE)) == LOOSE
        # `teams.asked_tie` without branches: the ties that are where the slot looks, as bits
        elsewhere = np.int64(known[paper[s]]) >> N_TIES
        there = known[paper[s]] & (elsewhere ^ ALL_TIES * (not abroad) | ALL_TIES * anywhere)
        t = np.int64(TIES_BY_RANK[there * N_TIES + (to & RANK)])
        tie, other, before = ties[i, t % N_TIES], (to & OTHER) != 0, asked[paper[s]]
        comes = (t < N_TIES) & (other | ((before >> t) & 1 == 0))
        asked[paper[s]] = before | (1 << t)
        row = tie_row(tie)
        prefetch(people, max(row, np.int64(0)))
        authors[s], author_mark[s], bars[s] = row, tie_mark(tie, memory), np.uint8(other) * ANOTHER
        named[n_named] = fresh[n_fresh] = s
        n_named += np.int64(comes)
        n_fresh += np.int64(not comes)
    return n_named, n_fresh


@njit(cache=True, nogil=True)
def find_places(field: Field, rules: PartnerRules, batch: Batch, n_fresh: int) -> None:
    """Places where fresh slots look for somebody: the lead's origin, else abroad, or home."""
    people, size, place, fresh, seeking = field.people, field.pool.size, batch.place, batch.fresh, batch.seeking
    key, leads, aims = batch.key, batch.lead, batch.aim
    foreign, guides, origin_link = rules.foreign, rules.guides, rules.origin_link
    n_abroad = np.int64(0)
    for q in range(n_fresh):
        s = fresh[q]
        a, origin = np.int64(people[leads[s]].place), np.int64(people[leads[s]].origin)
        back = from_origin(a, origin, key[s], origin_link)
        place[s] = origin if back else a
        seeking[n_abroad] = s
        n_abroad += np.int64(((aims[s] & ABROAD) != 0) & (not back))
    for q in range(n_abroad):
        s = seeking[q]
        place[s] = foreign_place(np.int64(people[leads[s]].place), key[s], size, foreign, guides)


@njit(cache=True, nogil=True, borrows=True)
def look_up(field: Field, papers: Papers, batch: Batch, base: int, n_fresh: int, n_named: np.int64) -> np.int64:
    """People whom fresh slots find in the pool of their place; they go on the list of those that name somebody.

    A slot takes the first cell with somebody (`pools.draw_person`). All look once, those that found an empty one look
    again, and so on: a slot's looks in a loop of its own would end at an unforeseeable step.
    """
    people, authors, bars, named = field.people, papers.authors[base:], batch.bars, batch.named
    table, taken, start, size = field.pool.table, field.pool.taken, field.pool.start, field.pool.size
    key, place, cells, fresh, seeking = batch.key, batch.place, batch.cell, batch.fresh, batch.seeking
    left = np.int64(0)
    for q in range(n_fresh):
        s = fresh[q]
        cells[s] = NOBODY
        seeking[left] = s
        left += np.int64(size[place[s]] > 0)
    for r in range(MAX_TRIES):
        n, left = left, np.int64(0)
        for q in range(n):
            s = seeking[q]
            at = start[place[s]] + cell(fold(key[s], np.uint64(PERSON + r)), size[place[s]])
            prefetch(table, at)
            found = is_taken(taken, at)
            cells[s] = at if found else np.int64(NOBODY)
            seeking[left] = s
            left += np.int64(not found)
        if left == 0:
            break
    for q in range(n_fresh):
        s = fresh[q]
        authors[s], bars[s] = NOBODY, NOBODY_THERE
        if cells[s] != NOBODY:
            row = owner(table, cells[s])
            prefetch(people, row)
            authors[s], bars[s], named[n_named] = row, 0, s
            n_named += np.int64(1)
    return n_named


@njit(cache=True, nogil=True)
def meet(
    field: Field, papers: Papers, same: float, key_match: np.uint64, batch: Batch, base: int, n_ties: int, n_named: int
) -> None:
    """Note what is kept of those who are named, past co-authors first, and what may stand against them."""
    people, places, bits, walls = field.people, field.places, field.bits, field.walls
    authors, author_place, author_mark = papers.authors[base:], papers.author_place[base:], papers.author_mark[base:]
    key, leads, named, talent, bars = batch.key, batch.lead, batch.named, batch.talent, batch.bars
    for q in range(n_ties, n_named):
        s = named[q]
        one, other = people[leads[s]].uid, people[np.uint32(authors[s])].uid
        author_mark[s] = mark_of(match_of_new(one, other, key[s], same, key_match), np.uint32(0))
    for q in range(n_named):
        s = named[q]
        i, j = leads[s], np.uint32(authors[s])
        author_place[s] = places[j]
        author_mark[s] = with_tag(author_mark[s], uid_tag(people[j].uid))
        talent[s] = np.log(people[j].talent)
        fears = np.uint8(people[i].fear > 0.0) * LEAD_FEARS | np.uint8(people[j].fear > 0.0) * PARTNER_FEARS
        bars[s] |= walls[bits[i] & KIND, people[i].place, places[j]] & (RULE | SCREENED | fears)
