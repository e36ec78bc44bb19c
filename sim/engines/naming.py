"""Whom the partner slots of some papers name, before anybody refuses: stage after stage, each one straight pass.

Most slots take the first person they name. To find that person slot by slot would wait, at every step, for a branch
that is guessed wrong or for a line of memory. So the slots of a `Batch` of papers go through stages together: each
stage does one look-up for all slots in its list, puts a slot on the next list without a branch (it writes the slot in
any case, and counts it only if it belongs there), and asks memory for what the next stage will read. What a stage
finds is what `teams.fill_slot` would find for the slot (docs/decisions/slots-in-stages.md).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.columns import N_TIES
from sim.core.kernels import njit
from sim.core.prefetch import prefetch
from sim.core.randomness import draw, fold, lower, person_key, unit, upper
from sim.core.ties import mark_of, tie_mark, tie_row, uid_tag, with_tag
from sim.engines.papers import Papers
from sim.engines.partners import MAX_TEAM
from sim.engines.pools import MAX_TRIES, NOBODY, Pool, cell, is_taken, owner
from sim.engines.projects import KIND, MAX_SLOTS
from sim.engines.teams import (
    D_LOOSE,
    D_SAME,
    D_SPLIT,
    PERSON,
    PartnerKeys,
    PartnerRules,
    foreign_place,
    from_origin,
    match_of_new,
    paper_openness,
    rank_of,
)

BATCH = 1024  # slots that go through the stages together: their notes fit into the cache nearest to the processor
ROOM = BATCH + MAX_SLOTS * MAX_TEAM  # all papers of a lead are in one batch

# what may stand between a slot and whom it names
RULE, LEAD_FEARS, PARTNER_FEARS, SCREENED, UNFOUND, ANOTHER = (np.uint8(1 << bit) for bit in range(6))

# what the draws of a slot say: which tie it asks, if it looks abroad, if it asks ties anywhere, if another of the
# people whom an agent stands for may come, if it asks a tie at all
RANK, ABROAD, LOOSE, OTHER, ASKS = (np.uint8(bits) for bits in (3, 4, 8, 16, 32))


def _chosen() -> np.ndarray:
    """Number of the tie of a rank among those whose bits are set [16 sets x 4 ranks]; N_TIES if there are too few."""
    sets = [[t for t in range(N_TIES) if bits >> t & 1] for bits in range(1 << N_TIES)]
    return np.array([(ties + [N_TIES] * N_TIES)[rank] for ties in sets for rank in range(N_TIES)], np.uint8)


CHOSEN = _chosen()


class Field(NamedTuple):
    """What slots look at, in one field and year.

    Attributes
    ----------
    people : [n_rows], packed records; ties : [n_rows, N_TIES]; bits : uint8 [n_rows], of projects.
    places : uint8 [n_rows], place of each person, close together in memory.
    pool : of people with time; walls : `walls_between` places.
    """

    people: np.ndarray
    places: np.ndarray
    ties: np.ndarray
    bits: np.ndarray
    pool: Pool
    walls: np.ndarray


class Batch(NamedTuple):
    """Notes on the slots of some papers, one entry an authorship; a slot is named by its entry.

    Attributes
    ----------
    key : uint64, of the slot; openness : of its paper.
    paper : int16, entry of the paper's lead; lead : int32, row of the lead.
    aim : uint8, what its draws say: `RANK` and following bits.
    place : uint8, where a new partner is sought; cell : of the pool, -1 if there is nobody.
    talent : float32, ln talent of the person; bars : uint8, what may stand against them.
    refused : uint8, why the slot was refused, and `REPLACED` if it was filled elsewhere; then `place` is the one refused.
    asked : uint8, ties that slots of a paper named so far, a bit each, at the lead's entry.
    asking, fresh, far, named : int16, lists of slots.
    """

    key: np.ndarray
    openness: np.ndarray
    paper: np.ndarray
    lead: np.ndarray
    aim: np.ndarray
    place: np.ndarray
    cell: np.ndarray
    talent: np.ndarray
    bars: np.ndarray
    refused: np.ndarray
    asked: np.ndarray
    asking: np.ndarray
    fresh: np.ndarray
    far: np.ndarray
    named: np.ndarray


@njit(cache=True)
def new_batch() -> Batch:
    """Room for a batch."""
    byte, short, double = np.uint8, np.uint16, np.float64
    return Batch(
        np.empty(ROOM, np.uint64),
        np.empty(ROOM, double),
        np.empty(ROOM, short),
        np.empty(ROOM, np.uint32),
        np.empty(ROOM, byte),
        np.empty(ROOM, byte),
        np.empty(ROOM, np.int64),
        np.empty(ROOM, np.float32),
        np.empty(ROOM, byte),
        np.empty(ROOM, byte),
        np.empty(ROOM, byte),
        np.empty(ROOM, short),
        np.empty(ROOM, short),
        np.empty(ROOM, short),
        np.empty(ROOM, short),
    )


@njit(cache=True, nogil=True)
def open_papers(
    people: np.ndarray, papers: Papers, rules: PartnerRules, keys: PartnerKeys, batch: Batch, start: int, stop: int
) -> None:
    """Put the leads of papers `start` to `stop` down as authors, and note for each slot whose it is."""
    lead, ordinal, first, authors = papers.lead, papers.ordinal, papers.first, papers.authors
    author_place, author_mark = papers.author_place, papers.author_mark
    key, openness, paper, row, talent, asked = (
        batch.key, batch.openness, batch.paper, batch.lead, batch.talent, batch.asked,
    )  # fmt: skip
    cells, personal = rules.openness, rules.personal
    base = first[start]
    for k in range(start, stop):
        i, at = lead[k], first[k] - base
        uid, a = people[i].uid, np.int64(people[i].place)
        authors[first[k]], author_place[first[k]], author_mark[first[k]] = i, a, uid_tag(uid)
        talent[at] = np.log(people[i].talent)
        asked[at] = 0
        word = fold(person_key(keys.openness, uid), np.uint64(ordinal[k]))
        p = paper_openness(cells, a, draw(keys.person, uid), word, personal)
        pkey = fold(person_key(keys.partner, uid), np.uint64(ordinal[k]))
        for s in range(at, first[k + 1] - base):
            key[s], openness[s], paper[s], row[s] = pkey, p, at, i


@njit(cache=True, nogil=True)
def aim(rules: PartnerRules, batch: Batch, n: int) -> tuple[np.int64, np.int64]:
    """What the draws of slots say; lists those that ask a tie, and those that do not."""
    key, openness, paper, aims, refused = batch.key, batch.openness, batch.paper, batch.aim, batch.refused
    asking, fresh = batch.asking, batch.fresh
    repeat, looseness, same, ranks = rules.repeat, rules.looseness, rules.same, rules.ranks
    rank1, rank2, rank3 = ranks[0], ranks[1], ranks[2]
    for s in range(n):
        skey = fold(key[s], np.uint64(np.int64(s) - np.int64(paper[s])))
        split = fold(skey, np.uint64(D_SPLIT))
        u = lower(split)
        rank = np.int64(u >= rank1) + np.int64(u >= rank2) + np.int64(u >= rank3)
        abroad = np.int64(upper(split) < openness[s])
        loose = np.int64(unit(skey, np.uint64(D_LOOSE)) < looseness)
        another = np.int64(unit(skey, np.uint64(D_SAME)) >= same)
        asks = np.int64(upper(skey) < repeat)
        key[s] = skey
        aims[s] = rank | (abroad << 2) | (loose << 3) | (another << 4) | (asks << 5)
        refused[s] = 0
    n_asking, n_fresh = np.int64(0), np.int64(0)
    for s in range(n):
        asks, slot = (aims[s] & ASKS) != 0, paper[s] != s
        asking[n_asking] = fresh[n_fresh] = s
        n_asking += np.int64(asks & slot)
        n_fresh += np.int64((not asks) & slot)
    return n_asking, n_fresh


@njit(cache=True, nogil=True)
def ask_ties(
    field: Field, papers: Papers, memory: int, batch: Batch, base: int, n_asking: int, n_fresh: int
) -> tuple[np.int64, np.int64]:
    """Past co-authors that slots name; who has none there goes on the list of fresh ones.

    So does a slot whose co-author an earlier slot of the paper named: on the team already, unless this is another of
    the people that the agent stands for.
    """
    people, places, ties, authors, author_mark = field.people, field.places, field.ties, papers.authors[base:], papers.author_mark[base:]
    paper, lead, aims = batch.paper, batch.lead, batch.aim
    asked, asking, fresh, named, bars = batch.asked, batch.asking, batch.fresh, batch.named, batch.bars
    n_named = np.int64(0)
    for q in range(n_asking):
        s = asking[q]
        i, to = lead[s], aims[s]
        abroad, another = (to & ABROAD) != 0, (to & OTHER) != 0
        loose = (to & (ABROAD | LOOSE)) == LOOSE
        a, there = places[i], np.int64(0)
        for t in range(N_TIES):
            row = tie_row(ties[i, t])
            fits = (row >= 0) & (loose | ((places[max(row, np.int64(0))] != a) == abroad))
            there |= np.int64(fits) << t
        t = np.int64(CHOSEN[there * N_TIES + (to & RANK)])
        tie = ties[i, t % N_TIES]
        before = asked[paper[s]]
        takes = (t < N_TIES) & (another | ((before >> t) & 1 == 0))
        asked[paper[s]] = before | (1 << t)
        row = tie_row(tie)
        prefetch(people, max(row, np.int64(0)))
        authors[s], author_mark[s] = row, tie_mark(tie, memory)
        bars[s] = ANOTHER if another else 0
        named[n_named] = fresh[n_fresh] = s
        n_named += np.int64(takes)
        n_fresh += np.int64(not takes)
    return n_named, n_fresh


@njit(cache=True, nogil=True)
def find_places(field: Field, rules: PartnerRules, batch: Batch, n_fresh: int) -> None:
    """Places where fresh slots seek somebody."""
    place, fresh, far, key, lead, aims = batch.place, batch.fresh, batch.far, batch.key, batch.lead, batch.aim
    foreign, guides, origin_link = rules.foreign, rules.guides, rules.origin_link
    people, size = field.people, field.pool.size
    n_far = np.int64(0)
    for q in range(n_fresh):
        s = fresh[q]
        i = lead[s]
        a, b = np.int64(people[i].place), np.int64(people[i].origin)
        back = from_origin(a, b, key[s], origin_link)
        place[s] = b if back else a
        far[n_far] = s
        n_far += np.int64(((aims[s] & ABROAD) != 0) & (not back))
    for q in range(n_far):
        s = far[q]
        place[s] = foreign_place(np.int64(people[lead[s]].place), key[s], size, foreign, guides)


@njit(cache=True, nogil=True)
def look_up(field: Field, papers: Papers, batch: Batch, base: int, n_fresh: int, n_named: int) -> int:
    """People whom fresh slots find there, the first cell taken of those a slot looks at; they go on the list of named."""
    people, pool, authors = field.people, field.pool, papers.authors[base:]
    table, taken, start, size = pool.table, pool.taken, pool.start, pool.size
    place, fresh, seeking, key, cells, named = (
        batch.place, batch.fresh, batch.far, batch.key, batch.cell, batch.named,
    )  # fmt: skip
    n = np.int64(0)
    for q in range(n_fresh):
        s = fresh[q]
        cells[s] = NOBODY
        seeking[n] = s
        n += np.int64(size[place[s]] > 0)
    for r in range(MAX_TRIES):
        left = np.int64(0)
        for q in range(n):
            s = seeking[q]
            b = place[s]
            at = start[b] + cell(fold(key[s], np.uint64(PERSON + r)), size[b])
            prefetch(table, at)
            there = is_taken(taken, at)
            cells[s] = at if there else np.int64(NOBODY)
            seeking[left] = s
            left += np.int64(not there)
        n = left
        if n == 0:
            break
    for q in range(n_fresh):
        s = fresh[q]
        if cells[s] == NOBODY:
            authors[s], batch.bars[s] = NOBODY, UNFOUND
        else:
            row = owner(table, cells[s])
            prefetch(people, row)
            authors[s], batch.bars[s] = row, 0
            named[n_named] = s
            n_named += 1
    return n_named


@njit(cache=True, nogil=True)
def meet(
    field: Field, papers: Papers, same: float, key_match: np.uint64, batch: Batch, base: int, n_ties: int, n_named: int
) -> None:
    """Note what is kept of everybody named, and whether anything may stand against them."""
    authors, author_place, author_mark = papers.authors[base:], papers.author_place[base:], papers.author_mark[base:]
    key, lead, named, talent, bars = batch.key, batch.lead, batch.named, batch.talent, batch.bars
    people, places, bits, walls = field.people, field.places, field.bits, field.walls
    for q in range(n_ties, n_named):
        s = named[q]
        one, other = people[lead[s]].uid, people[np.uint32(authors[s])].uid
        author_mark[s] = mark_of(match_of_new(one, other, key[s], same, key_match), np.uint32(0))
    for q in range(n_named):
        s = named[q]
        i, j = lead[s], np.uint32(authors[s])
        b = places[j]
        author_place[s] = b
        author_mark[s] = with_tag(author_mark[s], uid_tag(people[j].uid))
        talent[s] = np.log(people[j].talent)
        may = RULE | SCREENED
        may |= LEAD_FEARS if people[i].fear > 0.0 else 0
        may |= PARTNER_FEARS if people[j].fear > 0.0 else 0
        bars[s] |= walls[bits[i] & KIND, people[i].place, b] & may


@njit(cache=True)
def walls_between(rules: PartnerRules) -> np.ndarray:
    """What may stand between a lead and a partner, by kind of project and places of both [4, P, P]."""
    friction, screened, threat, kappa = rules.friction, rules.screened, rules.threat, rules.fear
    walls, fears = np.empty(friction.shape, np.uint8), np.zeros(threat.shape, np.uint8)
    for a in range(threat.shape[0]):
        for b in range(threat.shape[1]):
            if a != b:
                one, other = kappa * threat[a, b] > 0.0, kappa * threat[b, a] > 0.0
                fears[a, b] = np.uint8(one) * LEAD_FEARS | np.uint8(other) * PARTNER_FEARS
    for kind in range(walls.shape[0]):
        for a in range(walls.shape[1]):
            for b in range(walls.shape[2]):
                rule, review = friction[kind, a, b] > 0.0, screened[kind, a, b] > 0.0
                walls[kind, a, b] = fears[a, b] | np.uint8(rule) * RULE | np.uint8(review) * SCREENED
    return walls
