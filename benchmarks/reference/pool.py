"""Whom a place has to offer: everyone's authorships of the year in a hash table, looked up by keyed draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.reference.keyed import draw, fold

if TYPE_CHECKING:
    from benchmarks.reference.researcher import Researcher

LOAD = 0.6  # authorships per cell
TRIES = 64


class Pool:
    """Authorships of one field in one place.

    Of two that want one cell the larger hash has it and the other takes the next free one, which is what filling
    by descending hash gives.
    """

    def __init__(self) -> None:
        self.slots: list[tuple[int, Researcher]] = []
        self.cells: list[Researcher | None] = []
        self._mask = self._half = 0

    def add(self, person: Researcher, key: int, number: int) -> None:
        """Take in the authorships of one person; `key` is that of the pools of the year."""
        own = fold(key, person.uid)
        self.slots.extend((fold(own, k), person) for k in range(number))

    def close(self) -> None:
        """Build the table when everyone is in."""
        size = int(len(self.slots) / LOAD) + 2
        self._half = 1 << (size - 1).bit_length() - 1
        self._mask = 2 * self._half - 1
        self.cells = [None] * size
        for word, person in sorted(self.slots, key=lambda slot: slot[0], reverse=True):
            at = self._cell(word)
            while self.cells[at] is not None:
                at = (at + 1) % size
            self.cells[at] = person

    def _cell(self, word: int) -> int:
        at = word & self._mask
        return at if at < len(self.cells) else at - self._half

    def draw(self, key: int, team: list[Researcher], same: float) -> Researcher | None:
        """Someone who is not on the team, or None after many vain looks.

        `same` : probability that an agent on the team already would be the same person.
        """
        for attempt in range(TRIES if self.cells else 0):
            person = self.cells[self._cell(fold(key, attempt))]
            if person is None:
                continue
            if person not in team or (same < 1.0 and draw(key, TRIES + attempt) >= same):
                return person
        return None
