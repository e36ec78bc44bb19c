"""All researchers of a world, or some of them, as one columnar set with the face of Mesa's AgentSet."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import numpy as np
from mesa.agent import AgentSet

from sim.agents.columnar import ColumnarSet, read_only
from sim.agents.researcher import RESEARCHER_NAMES, Researcher
from sim.core.columns import COLUMNS, Columns
from sim.data.fields import N_FIELDS

_DTYPES = {column.name: np.dtype(column.dtype) for column in COLUMNS}
_WIDTHS = {column.name: column.width for column in COLUMNS}


class ResearcherPool(ColumnarSet[Researcher]):
    """Researchers in columns.

    The pool of a whole world is live: it always shows who is in research now. A subset remembers rows and
    uids; whoever leaves research drops out of it, as a dead agent drops out of Mesa's AgentSet, even if the
    row has been reused.

    Parameters
    ----------
    columns : the store.
    model : the world that views belong to, or None.
    random : generator for `shuffle`.
    index : (field [n] u1, row [n] i8, uid [n] u8) of a subset; None for everyone.
    """

    names = RESEARCHER_NAMES

    def __init__(
        self,
        columns: Columns,
        model: Any = None,
        random: Random | None = None,
        index: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None,
    ) -> None:
        self.columns = columns
        self.model = model
        self.random = random or Random(0)
        self._index = index

    def rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Where the members are now: (field [n] u1, row [n] i8)."""
        if self._index is None:
            alive = [block.alive() for block in self.columns]
            field = np.repeat(np.arange(N_FIELDS, dtype=np.uint8), [len(rows) for rows in alive])
            return field, np.concatenate(alive)
        field, row, uid = self._index
        current = self._gather("uid", field, row)
        keep = current == uid
        return (field, row) if keep.all() else (field[keep], row[keep])

    def __len__(self) -> int:
        return len(self.columns) if self._index is None else len(self.rows()[0])

    def __iter__(self) -> Iterator[Researcher]:
        field, row = self.rows()
        uid = self._gather("uid", field, row)
        for f, r, u in zip(field.tolist(), row.tolist(), uid.tolist()):
            yield Researcher(self.model, self.columns.blocks[f], r, f, u)

    def __contains__(self, item: object) -> bool:
        if not isinstance(item, Researcher) or item._block is not self.columns.blocks[item.field]:
            return False
        if not item.is_active:
            return False
        return self._index is None or bool(np.any(self._index[2] == np.uint64(item.unique_id)))

    def column(self, name: str) -> np.ndarray:
        """Values of one attribute, a copy that cannot be written, shape [n] (ties: [n, 4])."""
        name = "uid" if name == "unique_id" else name
        if self._index is None:
            return read_only(self.columns.field_of() if name == "field" else self.columns.gather(name))
        field, row = self.rows()
        return read_only(field.copy() if name == "field" else self._gather(name, field, row))

    def take(self, positions: np.ndarray) -> ResearcherPool:
        """Subset by positions, in the order given."""
        field, row = self.rows()
        field, row = field[positions], row[positions]
        index = (field, row, self._gather("uid", field, row))
        return ResearcherPool(self.columns, self.model, self.random, index)

    def view(self, position: int) -> Researcher:
        """View of one member."""
        field, row = self.rows()
        f, r = int(field[position]), int(row[position])
        block = self.columns.blocks[f]
        return Researcher(self.model, block, r, f, int(block.uid[r]))

    def __or__(self, other: ResearcherPool) -> ResearcherPool:
        mine, new = self.copy(), other.take(np.flatnonzero(~np.isin(other.get("uid"), self.get("uid"))))
        index = tuple(np.concatenate(pair) for pair in zip(mine._index or (), new._index or ()))
        return ResearcherPool(self.columns, self.model, self.random, index)  # type: ignore[arg-type]

    def __and__(self, other: ResearcherPool) -> ResearcherPool:
        return self.select(mask=np.isin(self.get("uid"), other.get("uid")))

    def __sub__(self, other: ResearcherPool) -> ResearcherPool:
        return self.select(mask=~np.isin(self.get("uid"), other.get("uid")))

    def __repr__(self) -> str:
        return f"<{len(self)} researchers in columns>"

    def _gather(self, name: str, field: np.ndarray, row: np.ndarray) -> np.ndarray:
        width = _WIDTHS[name]
        out = np.empty(len(row) if width == 1 else (len(row), width), dtype=_DTYPES[name])
        for f, block in enumerate(self.columns):
            mine = field == f
            out[mine] = getattr(block, name)[row[mine]]
        return out

    def _become(self, other: ResearcherPool) -> ResearcherPool:
        self._index = other._index
        return self

    def _member_type(self) -> type:
        return Researcher


AgentSet.register(ResearcherPool)  # isinstance(world.agents_by_type[Researcher], AgentSet) holds
