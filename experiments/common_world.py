"""What the experiments on whole scenarios share beside `experiments.common_policy`: plain numbers and signed cells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.page import estimated
from sim.analysis.leak_account import LEAKS
from sim.analysis.text import decimals, number


def amounts(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Rows of a table as plain numbers, with ``leaks`` if all ways are there; names of runs as plain texts."""
    out = frame.copy()
    for name in ("scenario", "mode", "place"):
        if name in out.columns:
            out[name] = out[name].astype(str).astype(object)
    out[list(columns)] = out[list(columns)].astype(float)
    if set(LEAKS) <= set(out.columns):
        out["leaks"] = out[list(LEAKS)].astype(float).sum(axis=1)
    return out


def read_lines(file: Path) -> pd.DataFrame:
    """Lines of a ``numbers.csv`` as they were written; empty cells are missing."""
    return pd.read_csv(file, keep_default_na=False, na_values=[""])


def share(part: pd.Series, whole: pd.Series) -> np.ndarray:
    """Quotient, NaN where the whole is zero."""
    return (part / whole.where(whole != 0)).to_numpy(dtype=float)


def signed_cell(mean: float, se: float, lo: float = math.nan, hi: float = math.nan) -> str:
    """Mean with its sign ± standard error (band), with two digits of the standard error."""
    if not math.isfinite(mean):
        return "–"
    if se <= 1e-9 * abs(mean):  # follows from the inputs, the same in every replicate
        return number(mean, decimals(0.0, mean), "+")
    return estimated(mean, se, lo, hi, "+")
