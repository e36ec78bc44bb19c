"""Six broad fields of research: share, team size, international propensity, dual use.

Values are assumptions unless cited; team sizes are scaled to the world mean of C7
(Jakab et al. 2024: PubMed mean 3.99 authors in 2000, +2.28 % a year).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Field:
    """One broad field.

    Parameters
    ----------
    share : share of the world's new researchers.
    team : mean authors per paper in 2000, relative to the world mean.
    international : propensity for partners abroad, relative to the world mean (1).
    basic : share of projects that are basic research.
    dual_use_basic, dual_use_applied : share of projects that are sensitive, by research type.
    """

    name: str
    share: float
    team: float
    international: float
    basic: float
    dual_use_basic: float
    dual_use_applied: float


def checked(rows: tuple[Field, ...]) -> tuple[Field, ...]:
    """The fields, if their shares sum to 1 and all shares lie between 0 and 1; otherwise a `ValueError`."""
    total = sum(row.share for row in rows)
    if abs(total - 1.0) > 1e-9:
        raise ValueError(f"sim/data/fields.py: shares of the fields sum to {total:g}, must be 1")
    for row in rows:
        for name in ("share", "basic", "dual_use_basic", "dual_use_applied"):
            if not 0.0 <= getattr(row, name) <= 1.0:
                raise ValueError(f"sim/data/fields.py: {row.name}: {name} is {getattr(row, name):g}, must be 0 to 1")
    return rows


FIELDS: tuple[Field, ...] = checked((
    # name, share, team, intl, basic, dual use (basic, applied): assumptions, see docs/parameters.md
    Field("life", 0.20, 1.15, 1.05, 0.65, 0.02, 0.06),
    Field("medicine", 0.30, 1.25, 0.85, 0.40, 0.01, 0.03),
    Field("physical", 0.17, 1.05, 1.30, 0.70, 0.04, 0.12),
    Field("engineering", 0.19, 0.80, 0.90, 0.30, 0.06, 0.18),
    Field("computing", 0.08, 0.70, 1.00, 0.40, 0.06, 0.16),
    Field("social", 0.06, 0.60, 0.90, 0.60, 0.005, 0.01),
))  # fmt: skip
FIELD_NAMES = tuple(field.name for field in FIELDS)
N_FIELDS = len(FIELDS)


def field_array(attribute: str) -> np.ndarray:
    """Values of one attribute over fields, shape [6], float64."""
    return np.array([getattr(field, attribute) for field in FIELDS], dtype=np.float64)


def same_rules(by_field: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Group of each field [F] and the distinct slices [G, ...] of an array [F, ...]; most rules name no field."""
    group = np.zeros(len(by_field), np.int64)
    distinct = [0]
    for f in range(1, len(by_field)):
        same = [g for g, first in enumerate(distinct) if np.array_equal(by_field[first], by_field[f])]
        group[f] = same[0] if same else len(distinct)
        distinct += [] if same else [f]
    return group, by_field[distinct]
