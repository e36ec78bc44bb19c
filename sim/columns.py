"""Researchers as columns: names, types, units and meaning, and the store that holds them.

One `Block` a field. A row is a researcher; ``uid == 0`` marks a free row, which the next newborn reuses.
Rows never move, so that a remembered row is safe if the remembered tag still fits (`uid_tag`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.fields import N_FIELDS

N_TIES = 4
NONE = np.uint8(255)  # "no place"


@dataclass(frozen=True)
class Column:
    """Name, NumPy type, unit and meaning of one column; `width` > 1 for several values a row."""

    name: str
    dtype: str
    unit: str
    meaning: str
    width: int = 1


COLUMNS: tuple[Column, ...] = (
    Column("uid", "u8", "", "stable identity from origin, cohort year, field and ordinal; 0 = free row"),
    Column("origin", "u1", "place", "place where the researcher grew up"),
    Column("place", "u1", "place", "place of work"),
    Column("institution", "u2", "institution", "index into the world's institutions"),
    Column("entry_place", "u1", "place", "place of the first publication"),
    Column("entry_year", "i2", "year", "year of the first publication"),
    Column("stage", "u1", "", "0 early (0-7 years since entry), 1 established (8-19), 2 senior (20+)"),
    Column("permanent", "u1", "0/1", "holds a permanent post"),
    Column("talent", "f4", "mean 1", "log-normal talent, constant over life"),
    Column("reputation", "f4", "citations", "discounted citations of own papers"),
    Column("fear", "f4", "0-1", "share of the full chill that the person feels this year"),
    Column("moved_year", "i2", "year", "year of the last move, 0 = never"),
    Column("prev_place", "u1", "place", "place before the last move, 255 = none"),
    Column("tie_row", "i4", "row", "rows (same field) of recent co-authors, -1 = none", N_TIES),
    Column("tie_tag", "u4", "", "tag of the co-author's uid; a reused row does not fit", N_TIES),
    Column("dual", "u1", "place", "place of a second affiliation or talent programme, 255 = none"),
    Column("papers", "u2", "papers", "papers of this year"),
    Column("papers_international", "u2", "papers", "of these, with authors in two or more countries"),
    Column("papers_basic", "u2", "papers", "of these, basic research"),
    Column("citations", "f4", "citations", "citations drawn by this year's papers"),
    Column("top1", "f4", "papers", "expected papers of this year in the world's top 1 % of their field"),
)
_BY_NAME = {column.name: column for column in COLUMNS}
_EMPTY = {"uid": 0, "place": NONE, "prev_place": NONE, "dual": NONE, "tie_row": -1}


class Block:
    """The researchers of one field; every column is an attribute (``block.place``, ``block.tie_row`` …).

    Arrays have `capacity` rows, of which the first `n_rows` have ever been used.
    """

    uid: np.ndarray
    origin: np.ndarray
    place: np.ndarray
    institution: np.ndarray
    entry_place: np.ndarray
    entry_year: np.ndarray
    stage: np.ndarray
    permanent: np.ndarray
    talent: np.ndarray
    reputation: np.ndarray
    fear: np.ndarray
    moved_year: np.ndarray
    prev_place: np.ndarray
    tie_row: np.ndarray
    tie_tag: np.ndarray
    dual: np.ndarray
    papers: np.ndarray
    papers_international: np.ndarray
    papers_basic: np.ndarray
    citations: np.ndarray
    top1: np.ndarray

    def __init__(self, capacity: int = 1024) -> None:
        self.n_rows = 0
        for column in COLUMNS:
            setattr(self, column.name, _fresh(column, capacity))

    @property
    def capacity(self) -> int:
        return len(self.uid)

    @property
    def n_alive(self) -> int:
        return int(np.count_nonzero(self.uid[: self.n_rows]))

    def used(self, *names: str) -> tuple[np.ndarray, ...]:
        """Views of the used rows of the named columns, in that order."""
        return tuple(getattr(self, name)[: self.n_rows] for name in names)

    def alive(self) -> np.ndarray:
        """Rows in use, ascending (int64)."""
        return np.flatnonzero(self.uid[: self.n_rows])

    def allocate(self, n: int) -> np.ndarray:
        """Rows for n newborns: free rows first (ascending), then new ones; grows column by column."""
        free = np.flatnonzero(self.uid[: self.n_rows] == 0)[:n]
        extra = n - len(free)
        if self.n_rows + extra > self.capacity:
            self._grow(max(self.n_rows + extra, self.capacity + self.capacity // 4))
        rows = np.concatenate([free, np.arange(self.n_rows, self.n_rows + extra)])
        self.n_rows += extra
        return rows

    def retire(self, rows: np.ndarray) -> None:
        """Free rows of people who left research."""
        for name, value in _EMPTY.items():
            getattr(self, name)[rows] = value

    def clear(self, rows: np.ndarray) -> None:
        """Reset every column of the given rows to its empty value."""
        for column in COLUMNS:
            getattr(self, column.name)[rows] = _EMPTY.get(column.name, 0)

    def _grow(self, capacity: int) -> None:
        for column in COLUMNS:  # one column at a time, so that the peak is one column's copy
            old = getattr(self, column.name)
            new = _fresh(column, capacity)
            new[: self.n_rows] = old[: self.n_rows]
            setattr(self, column.name, new)

    def arrays(self) -> dict[str, np.ndarray]:
        """Used part of every column, for saving."""
        return {column.name: getattr(self, column.name)[: self.n_rows] for column in COLUMNS}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> Block:
        """Block from what `arrays` returned."""
        block = cls(max(len(arrays["uid"]), 16))
        block.n_rows = len(arrays["uid"])
        for column in COLUMNS:
            getattr(block, column.name)[: block.n_rows] = arrays[column.name]
        return block


def _fresh(column: Column, capacity: int) -> np.ndarray:
    shape = (capacity,) if column.width == 1 else (capacity, column.width)
    value = _EMPTY.get(column.name, 0)
    return np.zeros(shape, column.dtype) if value == 0 else np.full(shape, value, column.dtype)


class Columns:
    """All researchers: one `Block` a field, in the order of `sim.fields.FIELDS`."""

    def __init__(self, blocks: list[Block] | None = None) -> None:
        self.blocks = blocks or [Block() for _ in range(N_FIELDS)]

    def __iter__(self) -> Iterator[Block]:
        return iter(self.blocks)

    def __len__(self) -> int:
        return sum(block.n_alive for block in self.blocks)

    def gather(self, name: str) -> np.ndarray:
        """Copy of one column over all living researchers, field by field."""
        return np.concatenate([getattr(block, name)[block.alive()] for block in self.blocks])

    def field_of(self) -> np.ndarray:
        """Field index of each living researcher, aligned with `gather`."""
        return np.repeat(np.arange(N_FIELDS, dtype=np.uint8), [block.n_alive for block in self.blocks])

    def state(self) -> dict[str, np.ndarray]:
        """Flat dictionary of arrays that `from_state` restores bit by bit."""
        return {f"block{i}.{k}": v for i, b in enumerate(self.blocks) for k, v in b.arrays().items()}

    @classmethod
    def from_state(cls, state: dict[str, np.ndarray]) -> Columns:
        """Columns from what `state` returned."""
        return cls([Block.from_arrays({c.name: state[f"block{i}.{c.name}"] for c in COLUMNS}) for i in range(N_FIELDS)])
