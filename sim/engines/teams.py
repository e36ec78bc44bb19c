"""Partner slots of a paper: who is asked, who refuses, who comes instead (ODD 7.6).

A slot goes to (a) a past co-author, else (b, c) a place, at home or abroad or the lead's origin, and a person of that
place in proportion to their authorships. Rules and fear refuse slots; a refused slot is filled elsewhere with
probability `refill`, otherwise the authorship is lost. Where a drawn place has nobody with time in the field, another
is drawn, up to three times. A refill goes to another place by the same distribution, or home if that is the refused
place or has rules against it itself; its person is not asked for fear.

An agent stands for `scale` people, so to draw the same agent twice is to draw the same person with probability
``same = 1 / scale`` only. At scale 1 nobody is on a paper twice; at any scale team sizes and international
shares are those of scale 1.

Partners come from keyed pools (`sim.engines.pools`), places from the distributions of `sim.engines.partners`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.kernels import njit
from sim.core.randomness import lower, unit, upper
from sim.core.ties import alive, tie_row
from sim.engines.pools import Pool, draw_person, in_team, invert

# draws of one partner slot; its key itself gives repeat (upper half) and place (lower half)
D_TIE, D_ORIGIN, D_SAME, D_REFUSE, D_PARTNER, D_REFILL, D_OTHER, D_RETRY = range(8)
PERSON, REFILL_PERSON = 16, 256  # first of the draws of a person, of one at another place
PLACES_TRIED = 4  # for a slot, until one has people with time for the field


class PartnerRules(NamedTuple):
    """What the choice of partners goes by, in one field and year.

    Attributes
    ----------
    cumulative : [P, P], cumulative distribution of partner places by the lead's place; guides : its `pools.guide`.
    friction : [4 kinds, P, P], share of slots refused by the rules of either side.
    threat : [P, P], threat of b as a counts it.
    repeat : share of slots that go to a past co-author.
    origin_link : of the rest, the share that people who work outside their origin give to their origin (C9).
    fear : share of slots with a full threat that the fully fearful refuse.
    refill : share of refused slots that are filled elsewhere.
    same : probability that the same agent is the same person, 1 / scale.
    """

    cumulative: np.ndarray
    guides: np.ndarray
    friction: np.ndarray
    threat: np.ndarray
    repeat: float
    origin_link: float
    fear: float
    refill: float
    same: float


@njit(cache=True, inline="always")
def candidate_row(found: int) -> np.int64:
    """Row of a candidate of `name_candidates`."""
    return np.int64(found) if found >= 0 else -2 - np.int64(found)


@njit(cache=True, inline="always")
def drawn_tie(ties: np.ndarray, i: int, skey: np.uint64) -> np.uint64:
    """Tie that a slot of lead i names."""
    return ties[i, int(unit(skey, np.uint64(D_TIE)) * ties.shape[1])]


@njit(cache=True)
def places_without_rules(friction: np.ndarray) -> np.ndarray:
    """True where a place's projects of a kind meet no rule [4 kinds, P]."""
    free = np.ones(friction.shape[:2], np.bool_)
    for kind in range(friction.shape[0]):
        for a in range(friction.shape[1]):
            free[kind, a] = friction[kind, a].max() <= 0.0
    return free


@njit(cache=True, inline="always")
def fear_refusal(kappa: float, fear: float, a: int, b: int, threat: np.ndarray) -> float:
    """Probability that a fearful person in a refuses to work with b: by the threat that b counts as in a."""
    if a == b or fear <= 0.0:
        return 0.0
    return kappa * fear * threat[a, b]


@njit(cache=True, inline="always")
def fill_slot(
    people: np.ndarray,
    ties: np.ndarray,
    pool: Pool,
    rules: PartnerRules,
    kind: int,
    skey: np.uint64,
    authors: np.ndarray,
    at: int,
    n: int,
) -> tuple[np.int64, np.int64]:
    """The whole rule of one slot: person found, or -1; and the place that was refused, or -1.

    Parameters
    ----------
    kind : of the lead's project; skey : key of the slot.
    authors, at, n : the team so far, n rows from `at`, the lead first.
    """
    i = np.int64(authors[at])
    a = np.int64(people[i].place)
    j = np.int64(-1)
    b = a
    if upper(skey) < rules.repeat:
        tie = drawn_tie(ties, i, skey)
        if alive(people, tie):
            row = tie_row(tie)
            if not in_team(authors, at, n, row) or (rules.same < 1.0 and unit(skey, np.uint64(D_SAME)) >= rules.same):
                j = row
                b = np.int64(people[row].place)
    if j < 0:
        b = partner_place(a, np.int64(people[i].origin), skey, pool.size, rules)
    friction = rules.friction[kind, a, b]
    refusal = 1.0 - (1.0 - friction) * (1.0 - fear_refusal(rules.fear, people[i].fear, a, b, rules.threat))
    refused = refusal > 0.0 and unit(skey, np.uint64(D_REFUSE)) < refusal
    if not refused:
        if j < 0:
            j = draw_person(pool, b, skey, np.int64(PERSON), authors, at, n, rules.same)
        if j >= 0:
            shy = fear_refusal(rules.fear, people[j].fear, b, a, rules.threat)
            refused = shy > 0.0 and unit(skey, np.uint64(D_PARTNER)) < shy
    barred = np.int64(-1)
    if refused:
        barred = b
        j = np.int64(-1)
        if unit(skey, np.uint64(D_REFILL)) < rules.refill:
            c = invert(rules.cumulative, rules.guides, a, unit(skey, np.uint64(D_OTHER)))
            if c == b or rules.friction[kind, a, c] > 0.0:
                c = a
            j = draw_person(pool, c, skey, np.int64(REFILL_PERSON), authors, at, n, rules.same)
    return j, barred


@njit(cache=True, inline="always")
def partner_place(a: np.int64, origin: np.int64, skey: np.uint64, size: np.ndarray, rules: PartnerRules) -> np.int64:
    """Place of a new partner of a lead in a: the origin, or by distribution.

    If nobody there has time for the field (`size`, cells of each place's pool), another place is drawn, up to three
    times.
    """
    b = origin
    if origin == a or unit(skey, np.uint64(D_ORIGIN)) >= rules.origin_link:
        b = invert(rules.cumulative, rules.guides, a, lower(skey))
        r = 1
        while size[b] == 0 and r < PLACES_TRIED:
            b = invert(rules.cumulative, rules.guides, a, unit(skey, np.uint64(D_RETRY + r)))
            r += 1
    return b
