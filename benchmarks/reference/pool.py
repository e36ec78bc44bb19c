"""Whom a place has to offer: everyone's time for others' papers in a hash table, looked up by keyed draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.reference.keyed import fold

if TYPE_CHECKING:
    from benchmarks.reference.researcher import Researcher

LOAD = 0.7  # places offered per cell, at most
TRIES = 64


def size_for(number: int) -> int:
    """Cells for a number of places offered: rounded up to at most three binary digits and zeros."""
    size, step = int(number / LOAD) + 2, 1
    while size > 8 * step:
        step *= 2
    return -(-size // step) * step


class Pool:
    """Places offered on papers of others, of one field in one place.

    Of two that want one cell the larger hash has it and the other takes the next free one, which is what filling
    by descending hash gives.
    """

    def __init__(self) -> None:
        self.slots: list[tuple[int, Researcher]] = []
        self.cells: list[Researcher | None] = []

    def add(self, person: Researcher, key: int, number: int) -> None:
        """Take in what one person offers; `key` is that of the pools of the year."""
        own = fold(key, person.uid)
        self.slots.extend((fold(own, k), person) for k in range(number))

    def close(self) -> None:
        """Build the table when everyone is in."""
        size = size_for(len(self.slots))
        self.cells = [None] * size
        for word, person in sorted(self.slots, key=lambda slot: slot[0], reverse=True):
            at = self._cell(word)
            while self.cells[at] is not None:
                at = (at + 1) % size
            self.cells[at] = person

    def _cell(self, word: int) -> int:
        return (word & 0xFFFFFFFF) * len(self.cells) >> 32

    def draw(self, key: int, first: int, team: list[Researcher], same: float) -> Researcher | None:
        """Someone who is not on the team (never the lead), or None after many vain looks.

        `first` : number of the first look. `same` : below 1 somebody on the team comes again, as another of the people
        whom the agent stands for, for want of others; never the lead.
        """
        again = None
        for look in range(first, first + TRIES if self.cells else first):
            person = self.cells[self._cell(fold(key, look))]
            if person is None:
                continue
            if person not in team:
                return person
            if again is None and person is not team[0] and same < 1.0:
                again = person
        return again
