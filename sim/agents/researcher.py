"""A researcher as Mesa sees one: a view of one row of the columns, made when asked for and then thrown away."""

from __future__ import annotations

from typing import Any, NoReturn

import mesa
import numpy as np

from sim.core.columns import COLUMNS, Block
from sim.data.fields import FIELD_NAMES

COLUMN_NAMES = tuple(column.name for column in COLUMNS)
RESEARCHER_NAMES = (*COLUMN_NAMES, "field", "unique_id")


class RetiredError(LookupError):
    """The researcher of this view has left research; the row is free or belongs to someone else."""


class Researcher(mesa.Agent):
    """View of one researcher; every column is an attribute, and none can be set.

    Researchers are not registered one by one with the model (`mesa.Agent.__init__` is not called): the
    model shows them through `sim.agents.face.ColumnarModel`.

    Parameters
    ----------
    model : the world, or None outside one.
    block : columns of the researcher's field.
    row, field : where in the columns.
    uid : stable identity; the view is void once the row holds another one.
    """

    pos = None  # Mesa's attribute; a researcher's position is `place`

    def __init__(self, model: Any, block: Block, row: int, field: int, uid: int) -> None:
        self.__dict__.update(model=model, _block=block, _row=row, field=field, unique_id=uid)

    @property
    def is_active(self) -> bool:
        """True while the researcher is in research."""
        return int(self._block.uid[self._row]) == self.unique_id

    @property
    def field_name(self) -> str:
        """Name of the researcher's field."""
        return FIELD_NAMES[self.field]

    def __getattr__(self, name: str) -> Any:
        if name not in COLUMN_NAMES:
            raise AttributeError(f"Researcher has no attribute {name!r}; it has {', '.join(RESEARCHER_NAMES)}")
        if not self.is_active:
            raise RetiredError(f"researcher {self.unique_id} has left research: {name} is no longer known")
        value = getattr(self._block, name)[self._row]
        return value.copy() if isinstance(value, np.ndarray) else value.item()

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"{name} of a researcher cannot be set: only the world changes columns")

    def remove(self) -> NoReturn:
        """Refused: researchers leave through the yearly cycle."""
        raise TypeError("a researcher cannot be removed by hand: exits happen in the yearly cycle of the world")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *COLUMN_NAMES})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Researcher) and other.unique_id == self.unique_id and other._block is self._block

    def __hash__(self) -> int:
        return hash(self.unique_id)

    def __repr__(self) -> str:
        if not self.is_active:
            return f"<Researcher {self.unique_id}, left research>"
        inputs = getattr(self.model, "inputs", None)  # a world; others have places by number only
        origin, place = (inputs.data.iso3[i] if inputs else i for i in (self.origin, self.place))
        return f"<Researcher {self.unique_id}: {self.field_name}, origin {origin}, place {place}>"
