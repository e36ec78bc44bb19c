"""One slot of a team asked many times: what tests of the choice of partners share."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from sim.core.columns import Block
from sim.core.randomness import Stream, fold
from sim.core.ties import match_in
from sim.engines.pools import build_pools
from sim.engines.slots import walls_between
from sim.engines.teams import Field, fill_slot
from tests.small import Rules, key, people

P = 4
PER_PLACE = 40
LEAD = 0  # of place 0, where all of the first PER_PLACE people work
FRIENDS = 4  # the first people of each place, who offer no time: only ties find them


def villages() -> Block:
    """People of four places, PER_PLACE each in order of the places, at home and without ties."""
    block = people(P * PER_PLACE, P, ties=False)
    block.place[: P * PER_PLACE] = block.origin[: P * PER_PLACE] = np.repeat(np.arange(P), PER_PLACE)
    return block


def friend(place: int, number: int = 1) -> int:
    """Row of somebody in a place whom only a tie finds; number 0 of place 0 is the lead."""
    return place * PER_PLACE + number


@dataclass(frozen=True)
class Slot:
    """What became of a slot: row of the person or -1, match, place that was refused or -1, and why."""

    row: int
    match: int
    barred: int
    cause: int

    @property
    def place(self) -> int:
        """Place of the person, -1 if there is none."""
        return self.row // PER_PLACE if self.row >= 0 else -1


def ask(
    block: Block, rules: Rules, p: float = 0.5, n: int = 4000, team: tuple[int, ...] = (LEAD,), kind: int = 0
) -> list[Slot]:
    """The next slot of a team, with n different keys; p: how open the paper is."""
    n_slots = np.where(np.arange(block.n_rows) % PER_PLACE < FRIENDS, 0, 2).astype(np.uint16)
    pool = build_pools(block.rows.people, n_slots, key(Stream.POOL), P)
    authors = np.array([*team, -1], np.int32)
    rows, of_slot = block.rows, rules.partners()
    places, bits = rows.people["place"].copy(), np.zeros(block.n_rows, np.uint8)
    field = Field(rows.people, rows.ties, places, bits, pool, walls_between(of_slot))
    found, key_match = [], key(Stream.MATCH, 0)
    for number in range(n):
        skey = np.uint64(fold(np.uint64(77), np.uint64(number)))
        so_far = (authors, 0, len(team))
        j, mark, barred, cause = fill_slot(field, of_slot, kind, p, skey, so_far, key_match)
        found.append(Slot(int(j), int(match_in(np.uint32(mark))) if j >= 0 else 0, int(barred), int(cause)))
    return found


def rows_of(slots: list[Slot]) -> Counter:
    """How often each person came."""
    return Counter(slot.row for slot in slots)


def places_of(slots: list[Slot]) -> np.ndarray:
    """Slots by place of the person [P], without empty ones."""
    return np.bincount([slot.place for slot in slots if slot.row >= 0], minlength=P)
