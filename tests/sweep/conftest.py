"""A store that is done once a session, and copies of it to be damaged."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from sim.sweep import run as run_module
from tests.sweep.inline import Inline, Small
from tests.sweep.small_sweep import tables


@pytest.fixture
def inline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sweeps compute in this process."""
    monkeypatch.setattr(run_module, "make_executor", lambda settings, store: Inline())


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """Done, in several parts; not to be changed."""
    folder = tmp_path_factory.mktemp("whole")
    small = Small(folder, folder / "store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_module, "make_executor", lambda settings, store: Inline())
        outcome = small.run()
    assert outcome.computed == outcome.done == 16 and len(small.parts()) >= 4
    return small


@pytest.fixture(scope="session")
def rows(whole: Small) -> dict[str, pd.DataFrame]:
    """Tables of the undisturbed sweep."""
    return tables(whole.store)


@pytest.fixture
def small(whole: Small, tmp_path: Path) -> Small:
    """A copy to be damaged."""
    shutil.copytree(whole.store, tmp_path / "store")  # with the times of its files
    return Small(whole.folder, tmp_path / "store")
