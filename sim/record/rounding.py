"""Floats of three digits: many rows of measures by chance, whose last digits cost most of a file and tell nothing."""

from __future__ import annotations

import numpy as np

BITS = 10  # of the 23 of a mantissa: a value is at most 2^-11, or 0.05 %, off
_DROPPED = np.uint32(23 - BITS)
_HALF, _KEPT = np.uint32((1 << (22 - BITS)) - 1), np.uint32(0xFFFFFFFF << (23 - BITS) & 0xFFFFFFFF)


def rounded(values: np.ndarray) -> np.ndarray:
    """Nearest floats of `BITS` bits, ties to even, so that sums of many are not pushed to one side.

    Parameters
    ----------
    values : float32; zeros, infinities and NaN stay what they are.
    """
    raw = np.ascontiguousarray(values).view(np.uint32)
    near = (raw + _HALF + ((raw >> _DROPPED) & np.uint32(1))) & _KEPT
    return np.where(np.isfinite(values), near.view(np.float32), values)
