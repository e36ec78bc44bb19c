"""Researchers as columns: names, types, units and meaning, and the store that holds them.

One `Block` a field. A row is a researcher; ``uid == 0`` marks a free row, which the next entrant reuses.
Rows never move, so that a remembered row stays that of the remembered person until they leave (`sim.core.ties`).

Columns that are read together at random rows lie together in memory: a `record` is one array of packed rows, and
a column is a strided view of it. Who writes a paper with whom is random access over the whole world; so a look at a
person costs one cache line instead of one for each column.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from sim.core.kernels import njit
from sim.data.fields import N_FIELDS

N_TIES = 4


@dataclass(frozen=True)
class Column:
    """Name, NumPy type, unit and meaning of one column, and the packed record it lies in.

    `width` > 1 for several values a row; `empty` is the value of a free row.
    """

    name: str
    dtype: str
    unit: str
    meaning: str
    record: str = "person"
    width: int = 1
    empty: int = 0


# Wider types first within a record, so that packed rows are aligned: person has 32 bytes, ties 32, output 24.
COLUMNS: tuple[Column, ...] = (
    Column("uid", "u8", "", "stable identity from origin, cohort year, field and ordinal; 0 = free row"),
    Column("talent", "f4", "mean 1", "log-normal talent, constant over life"),
    Column("fear", "f4", "0-1", "share of the full chill that the person feels this year"),
    Column("institution", "u2", "institution", "index into the world's institutions"),
    Column("entry_year", "i2", "year", "year of the first publication"),
    Column("moved_year", "i2", "year", "year of the last move, 0 = never"),
    Column("origin", "u1", "place", "place where the researcher grew up"),
    Column("place", "u1", "place", "place of work", empty=255),
    Column("entry_place", "u1", "place", "place of the first publication"),
    Column("prev_place", "u1", "place", "place before the last move, 255 = none", empty=255),
    Column("dual", "u1", "place", "place of a second affiliation or talent programme, 255 = none", empty=255),
    Column("awaits", "u1", "place", "host that refused or delayed this year's entrant, who stayed at home; 255 = none",
           empty=255),
    Column("stage", "u1", "", "0 early (0-7 years since entry), 1 established (8-19), 2 senior (20+)"),
    Column("permanent", "u1", "0-2", "holds a permanent post: 1 of the place's own, 2 bought by policy"),
    Column("ties", "u8", "", "lasting co-authors, most valued first: a packed word (sim.core.ties), 0 = none", "ties",
           N_TIES),
    Column("reputation", "f4", "citations", "discounted citations of own papers", "output"),
    Column("citations", "f4", "citations", "citations drawn by this year's papers", "output"),
    Column("top1", "f4", "papers", "expected papers of this year in the world's top 1 % of their field", "output"),
    Column("papers_fractional", "f4", "papers", "papers of this year, each shared equally by its authors", "output"),
    Column("papers", "u2", "papers", "papers of this year", "output"),
    Column("papers_international", "u2", "papers", "of these, with authors in two or more countries", "output"),
    Column("papers_basic", "u2", "papers", "of these, basic research", "output"),
)  # fmt: skip
RECORDS: dict[str, np.dtype] = {
    record: np.dtype(
        [(c.name, c.dtype) if c.width == 1 else (c.name, c.dtype, (c.width,)) for c in COLUMNS if c.record == record],
        align=True,
    )
    for record in dict.fromkeys(c.record for c in COLUMNS)
}
_RECORDS_AS = np.recarray if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0" else np.ndarray
_NOT_ZERO = {c.name: c.empty for c in COLUMNS if c.empty}


def _empty_row(record: np.dtype) -> np.ndarray:
    """Words of a record of nobody."""
    row = np.zeros(1, record)
    for name in record.names or ():
        row[name] = _NOT_ZERO.get(name, 0)
    return row.view(np.uint32).reshape(-1)


_EMPTY = {name: _empty_row(record) for name, record in RECORDS.items()}


class Rows(NamedTuple):
    """Used rows of a field, one packed record a person, as kernels take them: ``people[i].uid``, ``ties[i, 0]``.

    Uncompiled (``NUMBA_DISABLE_JIT=1``) the two record arrays are `np.recarray`, whose rows have attributes in Python
    too; compiled kernels take plain ones, since handing over an `np.recarray` costs 14 µs, and a plain array one.

    Attributes
    ----------
    people : [n_rows], the record ``person`` (see `COLUMNS`).
    ties : [n_rows, N_TIES], words of `sim.core.ties`.
    output : [n_rows], the record ``output``.
    """

    people: np.ndarray
    ties: np.ndarray
    output: np.ndarray


@njit(cache=True, nogil=True)
def _wipe(words: np.ndarray, rows: np.ndarray, empty: np.ndarray) -> None:
    """Set some rows of an array of words [rows, words a row] to those of an empty one."""
    for r in rows:
        for w in range(words.shape[1]):
            words[r, w] = empty[w]


class Block:
    """The researchers of one field; every column is an attribute (``block.place``, ``block.ties`` …).

    Arrays have `capacity` rows, of which the first `n_rows` have ever been used. Rows beyond them take no memory until
    they are: the system hands out pages when they are first written to.
    """

    uid: np.ndarray
    talent: np.ndarray
    fear: np.ndarray
    institution: np.ndarray
    entry_year: np.ndarray
    moved_year: np.ndarray
    origin: np.ndarray
    place: np.ndarray
    entry_place: np.ndarray
    prev_place: np.ndarray
    dual: np.ndarray
    awaits: np.ndarray
    stage: np.ndarray
    permanent: np.ndarray
    ties: np.ndarray
    reputation: np.ndarray
    citations: np.ndarray
    top1: np.ndarray
    papers_fractional: np.ndarray
    papers: np.ndarray
    papers_international: np.ndarray
    papers_basic: np.ndarray

    def __init__(self, capacity: int = 1024) -> None:
        self.n_rows = 0
        self._used: dict[str, np.ndarray] = {}  # views of the used rows, made again when these change
        self._rows: Rows | None = None  # the same as whole records
        self._free = np.empty(0, np.int64)  # free rows among the used ones, ascending
        self._records: dict[str, np.ndarray] = {}
        for record in RECORDS:
            self._set_record(record, np.zeros(capacity, RECORDS[record]))

    def _set_record(self, record: str, rows: np.ndarray) -> None:
        self._used, self._rows = {}, None
        self._records[record] = rows
        for name in RECORDS[record].names or ():
            setattr(self, name, rows[name])

    @property
    def capacity(self) -> int:
        return len(self.uid)

    @property
    def n_alive(self) -> int:
        return self.n_rows - len(self._free)

    def used(self, *names: str) -> tuple[np.ndarray, ...]:
        """Views of the used rows of the named columns, in that order."""
        if not self._used:
            self._used = {c.name: getattr(self, c.name)[: self.n_rows] for c in COLUMNS}
        return itemgetter(*names)(self._used) if len(names) > 1 else (self._used[names[0]],)

    @property
    def rows(self) -> Rows:
        """Views of the used rows as whole records."""
        if self._rows is None:
            n = self.n_rows
            people, output = (self._records[name][:n].view(_RECORDS_AS) for name in ("person", "output"))
            self._rows = Rows(people, self.ties[:n], output)
        return self._rows

    def alive(self) -> np.ndarray:
        """Rows in use, ascending (int64)."""
        return np.flatnonzero(self.uid[: self.n_rows] != 0)  # several times faster than of the uids themselves

    def allocate(self, n: int) -> np.ndarray:
        """Empty rows for n entrants: free rows first (ascending), then new ones."""
        free, self._free = self._free[:n], self._free[n:]
        extra = n - len(free)
        if self.n_rows + extra > self.capacity:
            self.reserve(max(self.n_rows + extra, self.capacity + self.capacity // 4))
        fresh = slice(self.n_rows, self.n_rows + extra)
        for name, value in _NOT_ZERO.items():
            getattr(self, name)[fresh] = value
        rows = np.concatenate([free, np.arange(fresh.start, fresh.stop)])
        self.n_rows, self._used, self._rows = self.n_rows + extra, {}, None
        return rows

    def retire(self, rows: np.ndarray) -> None:
        """Free and empty the rows of people who left research; who remembers one of them finds no such uid."""
        self.clear(rows)
        self._free = np.sort(np.concatenate([self._free, rows]), kind="stable")  # merges two ascending runs

    def clear(self, rows: np.ndarray) -> None:
        """Reset every column of the given rows to its empty value."""
        for name, record in self._records.items():
            _wipe(record.view(np.uint32).reshape(len(record), -1), rows, _EMPTY[name])

    def reserve(self, capacity: int) -> None:
        """Have room for at least so many rows."""
        if capacity > self.capacity:
            self._grow(capacity)

    def _grow(self, capacity: int) -> None:
        for record, old in self._records.items():  # one record at a time, so that the peak is one record's copy
            new = np.zeros(capacity, old.dtype)
            new[: self.n_rows] = old[: self.n_rows]
            self._set_record(record, new)

    def records(self) -> dict[str, np.ndarray]:
        """Used rows of every record as bytes [n_rows, bytes a row], for saving: views, nothing is copied."""
        return {
            name: rows[: self.n_rows].view(np.uint8).reshape(self.n_rows, rows.itemsize)
            for name, rows in self._records.items()
        }

    @classmethod
    def from_records(cls, records: dict[str, np.ndarray], room: int = 0) -> Block:
        """Block of at least `room` rows from what `records` returned; takes a copy."""
        n = len(records["person"])
        block = cls(max(n + n // 8 + 16, room))
        block.n_rows = n
        for name, rows in block.records().items():
            rows[:] = records[name]
        block._free = np.flatnonzero(block.uid[: block.n_rows] == 0)
        return block


class Columns:
    """All researchers: one `Block` a field, in the order of `sim.data.fields.FIELDS`."""

    def __init__(self, blocks: list[Block] | None = None) -> None:
        self.blocks = blocks or [Block() for _ in range(N_FIELDS)]

    def __iter__(self) -> Iterator[Block]:
        return iter(self.blocks)

    def __len__(self) -> int:
        return sum(block.n_alive for block in self.blocks)

    @property
    def n_rows(self) -> int:
        """Rows of all fields, free ones included: what says whether threads pay."""
        return sum(block.n_rows for block in self.blocks)

    def reserve(self, room: Sequence[int]) -> None:
        """Have room for at least so many rows by field."""
        for block, rows in zip(self.blocks, room):
            block.reserve(rows)

    def gather(self, name: str) -> np.ndarray:
        """Copy of one column over all living researchers, field by field."""
        return np.concatenate([getattr(block, name)[block.alive()] for block in self.blocks])

    def field_of(self) -> np.ndarray:
        """Field index of each living researcher, aligned with `gather`."""
        return np.repeat(np.arange(N_FIELDS, dtype=np.uint8), [block.n_alive for block in self.blocks])

    def state(self) -> dict[str, np.ndarray]:
        """Flat dictionary of arrays that `from_state` restores bit by bit; views, not copies."""
        return {f"block{i}.{k}": v for i, b in enumerate(self.blocks) for k, v in b.records().items()}

    @classmethod
    def from_state(cls, state: dict[str, np.ndarray], room: Sequence[int] = (0,) * N_FIELDS) -> Columns:
        """Columns from what `state` returned, with room for at least so many rows by field."""
        records = [{r: state[f"block{i}.{r}"] for r in RECORDS} for i in range(N_FIELDS)]
        return cls([Block.from_records(of_field, rows) for of_field, rows in zip(records, room)])
