"""What governments decided, as rows of decisions.parquet."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

NO_PARTNER = 255


class Trigger(NamedTuple):
    """What set a decision off.

    Attributes
    ----------
    indicator : leading indicator, or ``ally_demand``.
    value : its deviation in sd, or what meeting the demand is worth (1 = worth it).
    """

    indicator: str
    value: float


@dataclass(frozen=True)
class Decision:
    """One draft and what became of it; strengths in the unit of the lever.

    Attributes
    ----------
    draft : change that was put to consultation; after = before + draft - conceded.
    unfunded : what the budget had cut from the proposal before.
    opposition : share of the research community against it, 0-1.
    conceded : part of the draft given up in consultation.
    before, after : strength in force and strength agreed.
    effective_year : year in which the agreed strength comes into force.
    partner, answer : ally whose demand it answers and how; 255 and empty if none.
    """

    year: int
    place: int
    lever: str
    draft: float
    opposition: float
    conceded: float
    before: float
    after: float
    trigger: str
    trigger_value: float
    effective_year: int
    partner: int = NO_PARTNER
    answer: str = ""
    unfunded: float = 0.0


_TYPES = {"int": np.int64, "float": np.float64, "str": np.str_}


def columns(decisions: list[Decision]) -> dict[str, np.ndarray]:
    """Decisions as columns, with the same names and types when there are none."""
    return {
        f.name: np.array([getattr(d, f.name) for d in decisions], dtype=_TYPES[str(f.type)]) for f in fields(Decision)
    }
