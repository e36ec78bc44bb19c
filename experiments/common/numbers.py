"""Lines of an experiment's ``numbers.csv``: made, read, and picked from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from sim.analysis.pairs import Estimate

# Columns in which an empty cell is a number that is not known; in all others it is an empty word.
MEASURES = ("mean", "median", "se", "lo", "hi", "reference", "value", "noise", "p", "resolved")


@dataclass
class Numbers:
    """Lines of ``numbers.csv`` as they are found: the columns that name a case, outcome, unit, and the estimate."""

    case: tuple[str, ...]
    rows: list[dict[str, object]] = field(default_factory=list)

    def add(self, case: Mapping[str, object], outcome: str, unit: str, found: Estimate) -> None:
        """One number with its standard error and band."""
        self.rows.append({**{name: case[name] for name in self.case}, "outcome": outcome, "unit": unit, **vars(found)})

    def frame(self) -> pd.DataFrame:
        """Tidy."""
        return pd.DataFrame(self.rows)


def exactly(value: float) -> Estimate:
    """A number without error: one that is derived from means."""
    return Estimate(value, float("nan"), float("nan"), float("nan"), 1)


def write_numbers(folder: Path, numbers: pd.DataFrame) -> Path:
    """Write ``numbers.csv`` with six digits."""
    file = folder / "numbers.csv"
    numbers.to_csv(file, index=False, float_format="%.6g")
    return file


def read_numbers(folder: Path) -> pd.DataFrame:
    """Lines of a folder's ``numbers.csv`` as they were written; see `MEASURES` for empty cells."""
    missing = {name: [""] for name in MEASURES}
    return pd.read_csv(folder / "numbers.csv", keep_default_na=False, na_values=missing)


def at(numbers: pd.DataFrame, outcome: str, **case: object) -> pd.DataFrame:
    """Lines of one outcome and of the cases asked for."""
    keep = numbers["outcome"] == outcome
    for name, value in case.items():
        keep &= numbers[name] == value
    return numbers[keep]


def share(part: pd.Series, whole: pd.Series) -> np.ndarray:
    """Quotient line by line, NaN where the whole is zero."""
    return (part / whole.where(whole != 0)).to_numpy(dtype=float)


def clear(found: Estimate) -> bool:
    """True if a mean differs from zero by two standard errors."""
    return bool(found.mean != 0 and abs(found.mean) >= 2.0 * np.nan_to_num(found.se))
