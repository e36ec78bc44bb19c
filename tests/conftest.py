"""Fixtures shared by tests of whole worlds."""

from __future__ import annotations

import numpy as np
import pytest

from tests import live


@pytest.fixture(scope="session")
def history() -> live.Run:
    """The baseline from 1980 to 2017; not to be lived on (take `state_2017`)."""
    return live.start(live.config()).go(2017)


@pytest.fixture(scope="session")
def state_2017(history: live.Run) -> dict[str, np.ndarray]:
    """State of the baseline at the end of 2017, from which scenarios branch."""
    return history.state()


@pytest.fixture(scope="session")
def baseline(state_2017: dict[str, np.ndarray]) -> live.Run:
    """The baseline from 2018 to 2025."""
    return live.resume(live.config(), state_2017).go()


@pytest.fixture(scope="session")
def restrictive(state_2017: dict[str, np.ndarray], baseline: live.Run) -> live.Run:
    """The scenario `restrictive` from 2018 to 2025."""
    return live.resume(live.config("+scenario=restrictive"), state_2017, baseline=baseline.world.macros).go()
