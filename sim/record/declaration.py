"""What is said of a recorded table and of each of its columns; `sim.record.tables` says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.core.axes import CONSTITUENCIES, SIZE_CLASSES, STAGES, WAYS
from sim.data.fields import FIELD_NAMES

REASONS = ("career", "fear", "investigation")  # why people leave research; empty or null: they stayed

# Kinds of columns. Names are written by index: of a place, of these words, or of a member of a constituency.
PLACE, MEMBER = "place", "member"
WORDS: dict[str, tuple[str, ...]] = {
    "field": FIELD_NAMES,
    "stage": STAGES,
    "size class": SIZE_CLASSES,
    "reason": REASONS,
    "way": WAYS,
    "constituency": CONSTITUENCIES,
}
NAMED = (PLACE, *WORDS, MEMBER)
# Other kinds with their Arrow types: small, and in tables of few rows of full precision. Counts are whole numbers and
# kept exactly, so that stocks and flows balance; an amount may be a count's expectation.
TYPES: dict[str, tuple[str, str]] = {
    "count": ("int32", "int64"),
    "amount": ("float", "double"),
    "share": ("float", "double"),
    "mean": ("float", "double"),
    "year": ("int16", "int16"),
    "flag": ("bool", "bool"),
    "identity": ("int32", "int32"),
    "text": ("string", "string"),
}
ANY = "*"  # at the end of a name: one column a partner place, whose code stands there


def names_by_kind(places: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Names by index of every kind in `NAMED`, in a world of these places."""
    members = (*places, *STAGES, *SIZE_CLASSES, *FIELD_NAMES)  # as `sim.engines.constituencies` numbers them
    return {**WORDS, PLACE: tuple(places), MEMBER: members}


@dataclass(frozen=True)
class Column:
    """One recorded column.

    Parameters
    ----------
    kind : one of `NAMED` or `TYPES`.
    counting : ``whole`` (one for every place with an author) or ``fractional`` (shares that sum to 1), of papers.
    extra : a run may leave it out; it comes after the others, and an empty table lacks it.
    type : Arrow type, where it is not that of the kind.
    rounded : a float of three digits (`sim.record.rounding`), for measures in so many rows that digits cost space.
    """

    name: str
    unit: str
    kind: str
    meaning: str
    counting: str = ""
    extra: bool = False
    type: str = ""
    rounded: bool = False

    def __post_init__(self) -> None:
        if not self.unit or not self.meaning:
            raise ValueError(f"column {self.name} needs a unit and a meaning")
        if self.kind not in (*NAMED, *TYPES):
            raise ValueError(f"column {self.name}: no kind {self.kind!r}; there are {', '.join((*NAMED, *TYPES))}")
        if self.name.startswith("papers") and self.kind in ("count", "amount") and not self.counting:
            raise ValueError(f"column {self.name}: papers need a counting, whole or fractional")
        if self.rounded and (self.type or TYPES.get(self.kind, ("",))[0] != "float"):
            raise ValueError(f"column {self.name}: only floats are rounded, {self.kind} is kept as it is")


@dataclass(frozen=True)
class Table:
    """One recorded table.

    Parameters
    ----------
    rows : what a row is (besides scenario, mode, draw, replicate); of : to whom its measures belong.
    columns : in the order of the file.
    precise : full precision, which costs nothing in few rows.
    by : columns that rows are sorted by in a file, before the year and the run; by default all that hold names. They
        tell the rows of a year apart, so that what is like itself from year to year and from run to run stands side
        by side and costs little space.
    """

    name: str
    rows: str
    of: str
    columns: tuple[Column, ...]
    precise: bool = False
    by: tuple[str, ...] | None = None

    @property
    def sorted_by(self) -> tuple[str, ...]:
        """Names of the columns that rows are sorted by, before the year."""
        return self.by if self.by is not None else tuple(c.name for c in self.columns if c.kind in NAMED)

    @property
    def required(self) -> list[str]:
        """Names of the columns that every run records."""
        return [column.name for column in self.columns if not column.extra]

    def column(self, name: str) -> Column:
        """Declaration of a column; `ValueError` if there is none."""
        for column in self.columns:
            if column.name == name or (column.name.endswith(ANY) and name.startswith(column.name[:-1])):
                return column
        raise ValueError(f"column {name} of table {self.name} is not declared; declare it in sim/record/tables.py")

    def rank(self, column: Column) -> int:
        """Place of a column in the file; columns by partner come last, partner by partner."""
        return len(self.columns) if column.name.endswith(ANY) else self.columns.index(column)

    def type_of(self, column: Column) -> str:
        """Arrow type of a column that does not hold names."""
        return column.type or TYPES[column.kind][self.precise]
