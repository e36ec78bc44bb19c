"""What a world is saved as, flat arrays, and a world as it was saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.governments.signals import Observation
from sim.core.columns import Columns
from sim.phases import entry
from sim.phases.budget import Ledger
from sim.phases.macro import Macro

if TYPE_CHECKING:
    from sim.world import World

OWN = (
    "trust", "fear", "fear_tie", "case_exit", "known", "cost", "funding_lag", "recruit_lag", "support", "waiting",
)  # fmt: skip


def arrays(world: World) -> dict[str, np.ndarray]:
    """All that a world needs to go on from here; views, not copies."""
    own = {name: getattr(world, name) for name in OWN}
    macros = {f"macros.{y}.{k}": v for y, m in world.macros.items() for k, v in m.arrays().items()}
    observed = world.observation.arrays() if world.observation is not None else {}
    return {
        "year": np.array(world.year),
        **own,
        **{f"macro.{k}": v for k, v in world.macro.arrays().items()},
        **macros,
        **{f"ledger.{k}": v for k, v in world.ledger._asdict().items()},
        **{f"observation.{k}": v for k, v in observed.items()},
        **{f"government.{k}": v for k, v in world.council.state().items()},
        **world.columns.state(),
    }


def restore(world: World, state: dict[str, np.ndarray]) -> None:
    """Make an empty world the one that was saved."""
    world.year = int(state["year"])
    rows = entry.rows_needed(world.setting, world.inputs, world.cfg.start, world.cfg.end)
    world.columns = Columns.from_state(state, rows)
    for name in OWN:
        setattr(world, name, state[name].copy())
    parts = _by_prefix(state)
    world.macro = Macro(**parts["macro"])
    world.macros = {int(k.removeprefix("macros.")): Macro(**v) for k, v in parts.items() if k.startswith("macros.")}
    observed = parts.get("observation")
    world.observation = Observation.of(observed) if observed else None
    world.ledger = Ledger(**parts["ledger"])
    world.council.restore(parts["government"])


def _by_prefix(state: dict[str, np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
    """Entries by what their names begin with, ``government`` or ``macros.1990``, without it."""
    found: dict[str, dict[str, np.ndarray]] = {}
    for name, values in state.items():
        first, _, rest = name.partition(".")
        if first == "macros":
            year, _, rest = rest.partition(".")
            first = f"macros.{year}"
        found.setdefault(first, {})[rest] = values
    return found
