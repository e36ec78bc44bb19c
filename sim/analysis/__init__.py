"""Results as tidy frames, of one command or of a sweep.

>>> from sim.analysis import load
>>> frames = load("experiments/threshold/sweep.yaml")
>>> frames["world_year"].groupby(["scenario", "year"], observed=True)["papers"].mean()
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["connect", "load"]


def __getattr__(name: str) -> Any:
    """Import on first use: sweeps bring the whole model, which figures of a finished folder do not need."""
    if name in __all__:
        return getattr(import_module("sim.analysis.open_results"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
