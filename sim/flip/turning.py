"""Where an answer turns: along the line of one number, the others as documented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.flip.design import Line
from sim.flip.effects import Margin

CLEAR = 2.0  # standard errors by chance, from which a sign counts


@dataclass(frozen=True)
class Turn:
    """What a line says of one margin.

    Attributes
    ----------
    at : value at which its sign turns, the nearest to the documented one; None if it keeps its sign.
    resolved : the sign, or both signs where it turns, are clear of chance.
    """

    margin: Margin
    at: float | None
    resolved: bool

    @property
    def verdict(self) -> str:
        """In words."""
        if not self.resolved:
            return "not clear of chance"
        return "no turn in its range" if self.at is None else f"turns at {self.at:.3g}"


def turn_of(line: Line, margins: Sequence[Margin], documented: float) -> Turn:
    """The turn of the margin that turns nearest to the documented value; else of one that is unclear, if any is."""
    found = [_turn(line, margin, documented) for margin in margins]
    scale = line.item.law.between_ends()
    here = float(scale.unit(np.array(documented)))

    def distance(turn: Turn) -> tuple[bool, float]:
        far = np.inf if turn.at is None else abs(float(scale.unit(np.array(turn.at))) - here)
        return (turn.at is None or not turn.resolved, far)

    first = min(found, key=distance)
    if first.at is not None and first.resolved:
        return first
    return next((turn for turn in found if not turn.resolved), first)


def _turn(line: Line, margin: Margin, documented: float) -> Turn:
    """Crossings of 0 by straight lines between neighbouring values, in the scale that the number is drawn on."""
    scale = line.item.law.between_ends()
    there = np.isfinite(margin.means[list(line.draws)])
    values, y = np.array(line.values)[there], margin.means[list(line.draws)][there]
    x, here = scale.unit(values), float(scale.unit(np.array(documented)))
    reach = CLEAR * margin.error
    turns = [
        float(x[i] - y[i] * (x[i + 1] - x[i]) / (y[i + 1] - y[i])) for i in range(len(y) - 1) if y[i] * y[i + 1] < 0.0
    ]
    if not turns:
        return Turn(margin, None, bool((np.abs(y) > reach).all()))
    at = min(turns, key=lambda u: abs(u - here))
    sides = (y[x <= at], y[x > at])
    clear = all((np.abs(side) > reach).any() for side in sides) and abs(margin.means[0]) > reach
    return Turn(margin, float(scale.values(np.array(at))), bool(clear))
