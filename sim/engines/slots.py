"""Partner slots of some papers as arrays: what is noted of each on its way through `sim.engines.naming`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.kernels import njit
from sim.engines.partners import MAX_TEAM
from sim.engines.projects import MAX_SLOTS
from sim.engines.teams import PartnerRules

BATCH = 1024  # authorships of a batch, so that its notes stay in the cache
ROOM = BATCH + MAX_SLOTS * MAX_TEAM  # all papers of a lead are in one batch

# what the draws of a slot say: rank of the tie it asks, if it looks abroad, if it asks ties wherever they are, if
# another of the people whom an agent stands for would come, if it asks a tie at all
RANK, ABROAD, LOOSE, OTHER, ASKS = (np.uint8(bits) for bits in (3, 4, 8, 16, 32))
# what may stand against the person a slot names: a rule, fear of the lead, fear of the partner, nobody found; and what
# does not: partners that are screened, persons who may be on the team as they are another of an agent's
RULE, LEAD_FEARS, PARTNER_FEARS, NOBODY_THERE, SCREENED, ANOTHER = (np.uint8(1 << bit) for bit in range(6))
STANDS_AGAINST = np.uint8(RULE | LEAD_FEARS | PARTNER_FEARS | NOBODY_THERE)
REPLACED = np.uint8(4)  # bit of a refused slot that was filled elsewhere, above its cause


class Batch(NamedTuple):
    """Notes on the authorships of some papers, an entry each, in their order [ROOM]; a slot is named by its entry.

    What only the numbers of entries and rows go through is unsigned: a kernel need not ask if they are negative.

    Attributes
    ----------
    key : uint64, of the slot; openness : probability that a slot of its paper looks abroad.
    paper : entry of the paper's lead; lead : uint32, row of the lead.
    aim : uint8, what the slot's draws say, `RANK` to `ASKS`.
    place : uint8, where a new partner is sought, and in the end the place that was refused.
    cell : int64, of the pool, NOBODY if nobody is found.
    talent : float32, ln talent of the person named.
    bars : uint8, what may stand against this person, `RULE` to `ANOTHER`.
    refused : uint8, why the slot was refused (`teams.BY_RULE`, `teams.BY_FEAR`) and `REPLACED`, or 0.
    asked, ties : uint8, at a lead's entry: ties that slots of the paper named so far, a bit each; `naming.ties_of`.
    asking, fresh, seeking, named : lists of slots: that ask a tie, that look for somebody new, that are not done with
        it, and that name somebody, those with a tie first.
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
    ties: np.ndarray
    asking: np.ndarray
    fresh: np.ndarray
    seeking: np.ndarray
    named: np.ndarray


@njit(cache=True)
def new_batch() -> Batch:
    """Room for a batch, used again for the next one."""
    return Batch(
        np.empty(ROOM, np.uint64), np.empty(ROOM, np.float64), np.empty(ROOM, np.uint16), np.empty(ROOM, np.uint32),
        np.empty(ROOM, np.uint8), np.empty(ROOM, np.uint8), np.empty(ROOM, np.int64), np.empty(ROOM, np.float32),
        np.empty(ROOM, np.uint8), np.empty(ROOM, np.uint8), np.empty(ROOM, np.uint8), np.empty(ROOM, np.uint8),
        np.empty(ROOM, np.uint16), np.empty(ROOM, np.uint16), np.empty(ROOM, np.uint16), np.empty(ROOM, np.uint16),
    )  # fmt: skip


@njit(cache=True)
def walls_between(rules: PartnerRules) -> np.ndarray:
    """What may stand between a lead and a partner, by kind of project and places of both: uint8 [4, P, P]."""
    friction, screened, threat, kappa = rules.friction, rules.screened, rules.threat, rules.fear
    walls, fears = np.empty(friction.shape, np.uint8), np.zeros(threat.shape, np.uint8)
    for a in range(threat.shape[0]):
        for b in range(threat.shape[1]):
            if a != b:
                one, other = kappa * threat[a, b] > 0.0, kappa * threat[b, a] > 0.0
                fears[a, b] = np.uint8(one) * LEAD_FEARS | np.uint8(other) * PARTNER_FEARS
    for kind in range(friction.shape[0]):
        for a in range(friction.shape[1]):
            for b in range(friction.shape[2]):
                rule, review = friction[kind, a, b] > 0.0, screened[kind, a, b] > 0.0
                walls[kind, a, b] = fears[a, b] | np.uint8(rule) * RULE | np.uint8(review) * SCREENED
    return walls
