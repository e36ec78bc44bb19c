"""Fixtures of tests on the toy world."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A history cache of the test's own."""
    monkeypatch.setenv("TALENT_CIRCULATION_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "history"
