"""Reactive governments do not swing: few reversals, hardly any two-cycles, over replicates from 1980 to 2035.

Bounds are set by what a reader would accept, not by what is found: at most one step in ten against the one before,
no lever of a government turning more than four times in 17 years (a turn takes three years at the least, so that
five are possible), and at most one lever-year in a hundred inside an up-down-up.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.statistical.stability import Turns, strengths, turns

REVERSALS, WORST, CYCLING = 0.10, 4, 0.01


def check(found: list[Turns]) -> None:
    """The stated bounds, over all replicates."""
    changes = sum(run.changes for run in found)
    assert changes > 50 * len(found), "governments that do nothing are stable, and no test"
    assert sum(run.reversals for run in found) < REVERSALS * changes
    assert max(run.worst for run in found) <= WORST
    assert float(np.mean([run.cycling for run in found])) < CYCLING


def test_they_do_not_swing() -> None:
    check([turns(strengths(replicate)) for replicate in range(4)])


@pytest.mark.full
@pytest.mark.parametrize("scenario", ["", "+scenario=restrictive"])
def test_they_do_not_swing_in_fifty_replicates(scenario: str) -> None:
    check([turns(strengths(replicate, *scenario.split())) for replicate in range(50)])


def test_swings_would_be_seen() -> None:
    """The measure finds a lever that goes up and down by turns, and none that goes up and later down."""
    swing = np.cumsum(np.tile([1.0, 0.0, -1.0, 0.0], 5))[:, None, None]
    hump = np.array([0.0, 1, 2, 3, 3, 3, 2, 1, 0, 0])[:, None, None]
    assert turns(swing).worst > WORST and turns(swing).cycling > 0.8
    assert turns(hump) == Turns(6, 1, 1, 0.0)


def test_without_band_and_patience_they_swing_more() -> None:
    """What keeps them calm is the rule: without band, smoothing, hysteresis and rest, reversals multiply."""
    hasty = ("band=0", "smoothing=1", "relax_factor=1", "wait_years=1")
    restless = turns(strengths(0, *(f"params.government.{change}" for change in hasty)))
    assert restless.reversals / restless.changes > REVERSALS and restless.cycling > CYCLING
