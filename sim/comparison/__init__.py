"""Several scenarios side by side, with what chance and what unfixed assumptions do to each difference.

One direction: `question` reads what is asked, `design` makes a sweep of it, `carry` runs it into a folder, `reading`
opens that folder (or an ordinary command's), `bands` tells chance from assumptions.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {"Comparison": "reading", "ask": "question", "carry_out": "carry", "read_comparison": "reading"}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    """Import on first use: asking does not need pandas, reading does not need the model."""
    if name in _HOMES:
        return getattr(import_module(f"sim.comparison.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
