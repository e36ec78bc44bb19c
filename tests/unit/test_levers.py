"""Levers are declared completely."""

from __future__ import annotations

import pytest

from sim.policy.levers import LEVERS, Lever


@pytest.mark.parametrize("lever", LEVERS.values(), ids=LEVERS)
def test_declarations_are_complete(lever: Lever) -> None:
    assert lever.lo <= lever.neutral <= lever.hi
    assert lever.unit and lever.meaning and lever.source and lever.aim in ("promote", "protect")
    assert lever.channels
    for effect in lever.effects:
        assert effect.lo <= effect.default <= effect.hi
        assert effect.role in ("sourced", "assumption") and effect.source
    assert lever.shape(4, 8)
