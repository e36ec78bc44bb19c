"""Institutions as columns with a view of each: place, name, federal money, size class, weight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

import numpy as np

from sim.agents.columnar import ColumnarSet, read_only

INSTITUTION_NAMES = ("index", "place", "name", "federal_musd", "weight", "size_class")


class Institution:
    """View of one institution; its columns are attributes, and none can be set.

    Parameters
    ----------
    columns : column name -> array [I].
    index : which institution.
    """

    __slots__ = ("_columns", "index")

    def __init__(self, columns: Mapping[str, np.ndarray], index: int) -> None:
        object.__setattr__(self, "_columns", columns)
        object.__setattr__(self, "index", index)

    def __getattr__(self, name: str) -> Any:
        if name not in INSTITUTION_NAMES:
            raise AttributeError(f"Institution has no attribute {name!r}; it has {', '.join(INSTITUTION_NAMES)}")
        value = self._columns[name][self.index]
        return value.item() if isinstance(value, np.generic) else value

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{name} of an institution cannot be set: it belongs to the data of the world")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Institution) and other.index == self.index and other._columns is self._columns

    def __hash__(self) -> int:
        return hash(self.index)

    def __repr__(self) -> str:
        return f"<Institution {self.index}: {self.name}, place {self.place}>"


class InstitutionSet(ColumnarSet[Institution]):
    """Institutions of a world, or some of them.

    Parameters
    ----------
    columns : column name -> array [I] for all of `INSTITUTION_NAMES` but ``index``; see `from_data`.
    positions : which of them; None for all.
    """

    names = INSTITUTION_NAMES

    def __init__(
        self, columns: Mapping[str, np.ndarray], positions: np.ndarray | None = None, random: Random | None = None
    ) -> None:
        self.columns = columns
        self._positions = np.arange(len(columns["place"])) if positions is None else positions
        self.random = random or Random(0)

    @classmethod
    def from_data(cls, data: Any, random: Random | None = None) -> InstitutionSet:
        """Institutions of `sim.data.tables.WorldData`."""
        names = [name for name in INSTITUTION_NAMES if name != "index"]
        return cls({name: np.asarray(getattr(data, f"institution_{name}")) for name in names}, random=random)

    def __len__(self) -> int:
        return len(self._positions)

    def __iter__(self) -> Iterator[Institution]:
        for index in self._positions.tolist():
            yield Institution(self.columns, index)

    def __contains__(self, item: object) -> bool:
        mine = isinstance(item, Institution) and item._columns is self.columns
        return mine and bool(np.any(self._positions == item.index))  # type: ignore[attr-defined]

    def column(self, name: str) -> np.ndarray:
        """Values of one attribute, a copy that cannot be written, shape [n]."""
        return read_only(self._positions.copy() if name == "index" else self.columns[name][self._positions])

    def take(self, positions: np.ndarray) -> InstitutionSet:
        """Subset by positions, in the order given."""
        return InstitutionSet(self.columns, self._positions[positions], self.random)

    def view(self, position: int) -> Institution:
        """View of one institution."""
        return Institution(self.columns, int(self._positions[position]))

    def __repr__(self) -> str:
        return f"<{len(self)} institutions in columns>"

    def _become(self, other: InstitutionSet) -> InstitutionSet:
        self._positions = other._positions
        return self

    def _member_type(self) -> type:
        return Institution
