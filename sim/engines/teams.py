"""Partner slots of a paper: who is asked, who refuses, who comes instead (ODD 7.6).

A paper is open to a degree, and each of its slots looks abroad with that probability. A slot goes to (a) a lasting
co-author where it looks, the most valued first; a slot at home asks those anywhere with probability `looseness`; else
(b) to the lead's origin or (c) to a new person, abroad or at home, in proportion to the time that people offer. Rules
and fear refuse slots; a refused slot is filled elsewhere with probability `refill`: with another co-author, from
another place abroad, or from home. Where a drawn place abroad has nobody with time in the field, another is drawn, up
to three times. A refill's place is neither the refused one nor one with rules against it, and its person is not asked
for fear.

An agent stands for `scale` people, so one on the team may come again, as another of them: a past co-author except
with probability ``same = 1 / scale`` (never in a refill); a new partner only for want of others; the lead's own agent
only at home, if nobody else is there (docs/decisions/one-person-in-scale.md). At scale 1 nobody is on a paper twice.

Partners come from keyed pools (`sim.engines.pools`), places from the distributions of `sim.engines.partners`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.kernels import njit
from sim.core.randomness import fold, lower, unit, upper
from sim.core.ties import mark_of, match_of, tie_mark, tie_row
from sim.engines.partners import CELLS
from sim.engines.pools import NOBODY, Pool, draw_person, in_team, invert

# draws of one partner slot; its key itself gives repeat (upper half) and place (lower half)
D_SPLIT, D_LOOSE, D_ORIGIN, D_SAME, D_REFUSE, D_PARTNER, D_REFILL, D_OTHER, D_ELSEWHERE, D_PEOPLE, D_RETRY = range(11)
PERSON, REFILL_PERSON = 16, 256  # first of the draws of a person, of one at another place
PLACES_TRIED = 4  # for a slot abroad, until one has people with time for the field
NOT_REFUSED, BY_RULE, BY_FEAR = range(3)


class Field(NamedTuple):
    """What slots look at, in one field and year.

    Attributes
    ----------
    people : [n_rows], packed records (`sim.core.columns`); ties : [n_rows, N_TIES].
    places : uint8 [n_rows], place of each person, close together in memory.
    bits : uint8 [n_rows], of projects; pool : people with time; walls : what may stand between places
        (`slots.walls_between`).
    """

    people: np.ndarray
    ties: np.ndarray
    places: np.ndarray
    bits: np.ndarray
    pool: Pool
    walls: np.ndarray


class PartnerRules(NamedTuple):
    """What the choice of partners goes by, in one field and year.

    Attributes
    ----------
    foreign : [P, P], cumulative distribution of partner places abroad; guides : its `pools.guide`.
    openness : [P, CELLS], probability that a slot looks abroad, by the lead's place and cell of the paper's quantile.
    friction : [4 kinds, P, P], share of slots refused by the rules of either side.
    screened : [4 kinds, P, P], share of projects of a screened for partners in b; screening : share of a screened
        project's papers that the time for it costs.
    threat : [P, P], threat of b as a counts it.
    ranks : [3], lower ends of the shares of repeat slots that go to the second, third and fourth tie.
    memory : what a year of distance weighs in a tie's value, in 64ths of a standard deviation of the match.
    personal : share of a lead's papers that are open to the lead's own degree.
    repeat : share of slots that ask a past co-author.
    looseness : share of slots at home that ask past co-authors wherever they are.
    origin_link : [P origin], of new partners, the share that people who work outside their origin look for there (C9).
    fear : share of slots with a full threat that the fully fearful refuse.
    refill : share of refused slots that are filled elsewhere.
    lost, replaced : share of papers that one partner lost, or replaced, prevents.
    same : probability that the same agent is the same person, 1 / scale.
    """

    foreign: np.ndarray
    guides: np.ndarray
    openness: np.ndarray
    friction: np.ndarray
    screened: np.ndarray
    screening: float
    threat: np.ndarray
    ranks: np.ndarray
    memory: int
    personal: float
    repeat: float
    looseness: float
    origin_link: np.ndarray
    fear: float
    refill: float
    lost: float
    replaced: float
    same: float


class PartnerKeys(NamedTuple):
    """Keys of the year's draws, and of what stays for life.

    Attributes
    ----------
    partner, openness : of the year: slots and completion; the quantile of a paper's openness.
    person, match : for life: a person's own quantile of openness; the match of two people.
    """

    partner: np.uint64
    openness: np.uint64
    person: np.uint64
    match: np.uint64


def rank_shares(preference: float) -> np.ndarray:
    """Lower ends [3] of the shares of repeat slots that name the second to fourth tie: rank ``int(4 u^preference)``."""
    return (np.arange(1, 4) / 4.0) ** (1.0 / preference)


@njit(cache=True, inline="always")
def rank_of(u: float, ranks: np.ndarray) -> np.int64:
    """Tie that a repeat slot names, from 0."""
    return np.int64(u >= ranks[0]) + np.int64(u >= ranks[1]) + np.int64(u >= ranks[2])


@njit(cache=True, nogil=True, borrows=True)
def asked_tie(
    ties: np.ndarray, i: int, places: np.ndarray, abroad: bool, anywhere: bool, rank: int
) -> tuple[np.uint64, np.int64]:
    """Tie that a slot asks, and the person's row; -1 if there is none.

    Counted from the most valued one among the lead's ties abroad, at home, or anywhere.

    Parameters
    ----------
    places : [n_rows], place of each person.
    """
    a, left = places[i], np.int64(rank)
    for t in range(ties.shape[1]):
        row = tie_row(ties[i, t])
        if row < 0:
            break
        if anywhere or (places[row] != a) == abroad:
            if left == 0:
                return ties[i, t], row
            left -= 1
    return np.uint64(0), np.int64(NOBODY)


@njit(cache=True, inline="always")
def paper_openness(openness: np.ndarray, a: int, own: float, word: np.uint64, personal: float) -> float:
    """Probability that a slot of a paper looks abroad.

    Parameters
    ----------
    own : the lead's own quantile; word : of the paper.
    """
    u = own if upper(word) < personal else lower(word)
    return openness[a, np.int64(u * CELLS)]


@njit(cache=True, nogil=True, borrows=True)
def match_of_new(one: np.uint64, other: np.uint64, skey: np.uint64, same: float, key_match: np.uint64) -> np.int64:
    """Match of two who write their first paper together, in 64ths of a standard deviation.

    With probability `same` they are the same two people whenever these agents meet, and have the match of the pair;
    otherwise they are two others of those that the agents stand for.

    Parameters
    ----------
    one, other : uids of the agents; skey : of the slot.
    """
    word = fold(skey, np.uint64(D_PEOPLE))
    if upper(word) < same:
        return match_of(fold(fold(key_match, min(one, other)), max(one, other)))
    return match_of(word << np.uint64(32))


@njit(cache=True, inline="always")
def fear_refusal(kappa: float, fear: float, a: int, b: int, threat: np.ndarray) -> float:
    """Probability that a fearful person in a refuses to work with b: by the threat that b counts as in a."""
    if a == b or fear <= 0.0:
        return 0.0
    return kappa * fear * threat[a, b]


@njit(cache=True, inline="always")
def from_origin(a: int, origin: int, skey: np.uint64, origin_link: np.ndarray) -> bool:
    """True if a slot of a lead in a goes to a new partner at the lead's origin."""
    return (origin != a) & (unit(skey, np.uint64(D_ORIGIN)) < origin_link[origin])


@njit(cache=True, inline="always")
def foreign_place(a: int, skey: np.uint64, size: np.ndarray, foreign: np.ndarray, guides: np.ndarray) -> np.int64:
    """Place abroad of a new partner of a lead in a.

    If nobody there has time for the field (`size`, cells of each place's pool), another place is drawn.
    """
    b = invert(foreign, guides, a, lower(skey))
    r = 1
    while size[b] == 0 and r < PLACES_TRIED:
        b = invert(foreign, guides, a, unit(skey, np.uint64(D_RETRY + r)))
        r += 1
    return b


@njit(cache=True, nogil=True, borrows=True)
def new_person(
    pool: Pool, b: int, a: int, skey: np.uint64, stream: int, authors: np.ndarray, at: int, n: int, same: float
) -> np.int64:
    """Somebody of place b for the team; at home, if there is nobody, another of those the lead's agent stands for."""
    j = draw_person(pool, b, skey, stream, authors, at, n, same)
    return np.int64(authors[at]) if j == NOBODY and b == a and same < 1.0 else j


@njit(cache=True, nogil=True, borrows=True)
def fill_slot(
    field: Field,
    rules: PartnerRules,
    kind: int,
    p: float,
    skey: np.uint64,
    team: tuple[np.ndarray, int, int],
    key_match: np.uint64,
) -> tuple[np.int64, np.uint32, np.int64, np.int64]:
    """The whole rule of one slot.

    Parameters
    ----------
    kind : of the lead's project; p : openness of the paper; skey : key of the slot.
    team : rows of authors, first of this paper's, and how many there are so far, the lead first.

    Returns
    -------
    Row of the person found, or -1; match with the lead as a mark without tag; place that was refused, or -1; why.
    """
    people, places, ties, pool = field.people, field.places, field.ties, field.pool
    authors, at, n = team
    i = np.int64(authors[at])
    a = np.int64(people[i].place)
    split = fold(skey, np.uint64(D_SPLIT))
    abroad = upper(split) < p
    j, b = np.int64(NOBODY), a
    mark = np.uint32(0)
    if upper(skey) < rules.repeat:
        anywhere = not abroad and unit(skey, np.uint64(D_LOOSE)) < rules.looseness
        tie, row = asked_tie(ties, i, places, abroad, anywhere, rank_of(lower(split), rules.ranks))
        if row >= 0:
            other_one = rules.same < 1.0 and unit(skey, np.uint64(D_SAME)) >= rules.same  # whom the agent stands for
            if other_one or not in_team(authors, at, n, row):
                j, b, mark = row, np.int64(places[row]), tie_mark(tie, rules.memory)
    fresh = np.bool_(j < 0)
    if fresh:
        origin = np.int64(people[i].origin)
        if from_origin(a, origin, skey, rules.origin_link):
            b = origin
        elif abroad:
            b = foreign_place(a, skey, pool.size, rules.foreign, rules.guides)
    cause = NOT_REFUSED
    friction = rules.friction[kind, a, b]
    refusal = 1.0 - (1.0 - friction) * (1.0 - fear_refusal(rules.fear, people[i].fear, a, b, rules.threat))
    if refusal > 0.0:
        u = unit(skey, np.uint64(D_REFUSE))
        if u < refusal:
            cause = BY_RULE if u < friction else BY_FEAR
    if cause == NOT_REFUSED:
        if fresh:
            j = new_person(pool, b, a, skey, np.int64(PERSON), authors, at, n, rules.same)
        if j >= 0:
            shy = fear_refusal(rules.fear, people[j].fear, b, a, rules.threat)
            if shy > 0.0 and unit(skey, np.uint64(D_PARTNER)) < shy:
                cause = BY_FEAR
    barred = np.int64(NOBODY)
    if cause != NOT_REFUSED:
        barred = b
        j, fresh = np.int64(NOBODY), np.bool_(True)
        if unit(skey, np.uint64(D_REFILL)) < rules.refill:
            other = fold(skey, np.uint64(D_OTHER))
            if upper(other) < rules.repeat:
                tie, row = asked_tie(ties, i, places, True, True, rank_of(lower(other), rules.ranks))
                if row >= 0 and not in_team(authors, at, n, row):
                    c = np.int64(places[row])
                    if c != b and rules.friction[kind, a, c] <= 0.0:
                        j, mark, fresh = row, tie_mark(tie, rules.memory), np.bool_(False)
            if j < 0:
                elsewhere = fold(skey, np.uint64(D_ELSEWHERE))
                c = invert(rules.foreign, rules.guides, a, lower(elsewhere)) if upper(elsewhere) < p else a
                if c == b or rules.friction[kind, a, c] > 0.0:
                    c = a
                j = new_person(pool, c, a, skey, np.int64(REFILL_PERSON), authors, at, n, rules.same)
    if fresh and j >= 0:
        mark = mark_of(match_of_new(people[i].uid, people[j].uid, skey, rules.same, key_match), np.uint32(0))
    return j, mark, barred, np.int64(cause)
