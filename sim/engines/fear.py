"""Fear: what cases that find nothing do to those like the person, by origin and by tie (ODD 7.2).

Axes: a place, o origin, t state that people have ties to.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engines.enforcement import Cases
from sim.params import SecurityParams


class Fear(NamedTuple):
    """Levels of fear h >= 0.

    Attributes
    ----------
    by_origin : [a, o], of people of origin o in a; by_tie : [a, t], of people in a with ties to t, of other origins,
        who feel a part of it (P9).
    """

    by_origin: np.ndarray
    by_tie: np.ndarray


def update_fear(fear: Fear, found: Cases, tied: np.ndarray, exposed: np.ndarray, params: SecurityParams) -> Fear:
    """Fear of the next year.

    ``h ← (1−δ) [(1−s) h + s · mean h in the place] + χ · cases that find nothing per tied researcher``, the mean
    weighted by exposed people: one hears from those who work on the same ties. A case by profile falls
    on the origin, one by risk on the origins of the tied as they are; at home it is by their tie, not by their origin,
    that people are like the person. Every case frightens those with the same ties. Decay and spill-over are unknown and
    swept; spilling over keeps the sum over exposed people, so that without cases it dies out over the whole sweep.

    Parameters
    ----------
    fear : at the start of the year. found : the year's cases (real counts).
    tied : [a, t], real researchers in a, of whatever origin, with ties to t: those whom χ counts by (P16).
    exposed : [a, o], real researchers of origin o in a with ties to a threat.
    """
    heads = np.maximum(tied, 1.0)
    on_origin = found.over_origins(found.nothing_by_risk / heads)
    np.fill_diagonal(on_origin, 0.0)
    on_origin += found.nothing_by_profile / heads
    kept, chi = 1.0 - params.fear_decay, params.chi
    by_origin = kept * _spread(fear.by_origin, exposed, params.fear_spill) + chi * on_origin
    by_tie = kept * fear.by_tie + chi * found.nothing / heads
    return Fear(np.minimum(by_origin, params.fear_max), np.minimum(by_tie, params.fear_max))


def _spread(h: np.ndarray, exposed: np.ndarray, spill: float) -> np.ndarray:
    """Level of each origin [a, o] after some has spilled over; the sum over exposed people stays as it was."""
    total = exposed.sum(axis=1, keepdims=True)
    mean = np.divide((h * exposed).sum(axis=1, keepdims=True), total, out=np.zeros(total.shape), where=total > 0.0)
    return np.where(total > 0.0, (1.0 - spill) * h + spill * mean, h)
