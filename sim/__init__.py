"""Agent-based simulation of global talent circulation.

>>> from sim import load_config, run, compare
>>> table = compare(load_config("scale=2000", "+scenario=restrictive"))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.api import compare, run
    from sim.config.load import load_config
    from sim.world import World

    __version__: str

__all__ = ["World", "__version__", "compare", "load_config", "run"]


_HOMES = {"load_config": "sim.config.load", "World": "sim.world", "run": "sim.api", "compare": "sim.api"}


def __getattr__(name: str) -> Any:
    """Import on first use: the world takes seconds to import, the configuration does not need it."""
    if name == "__version__":  # of what is installed; reading it takes a moment too
        from importlib.metadata import version

        return version("talent-circulation")
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
