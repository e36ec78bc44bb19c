"""Fixtures of tests on the toy world, and of tests of phases."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.store.history import FOLDER
from sim.world import World
from tests import live


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A history cache of the test's own."""
    monkeypatch.setenv("TALENT_CIRCULATION_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / FOLDER


@pytest.fixture(scope="module")
def world(state_2017: dict[str, np.ndarray]) -> World:
    """The world at the end of 2017; tests look at its next year."""
    world = live.resume(live.config(), state_2017).world
    world.year = 2018
    return world
