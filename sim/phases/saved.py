"""What a world is saved as, flat arrays, and how it goes on from them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.agents.governments.council import Council
from sim.agents.governments.signals import Observation
from sim.core.columns import Columns
from sim.phases.budget import Ledger
from sim.phases.macro import Macro

OWN = (
    "trust", "fear", "fear_tie", "case_exit", "known", "cost", "funding_lag", "recruit_lag", "support", "waiting",
)  # fmt: skip


class Saved:
    """The part of a world that a checkpoint holds: what follows, and the arrays of `OWN`."""

    year: int
    columns: Columns
    macro: Macro
    macros: dict[int, Macro]
    ledger: Ledger
    observation: Observation | None
    council: Council

    def state(self) -> dict[str, np.ndarray]:
        """All that a world needs to go on from here; views, not copies."""
        own = {name: getattr(self, name) for name in OWN}
        macros = {f"macros.{y}.{k}": v for y, m in self.macros.items() for k, v in m.arrays().items()}
        observed = self.observation.arrays() if self.observation is not None else {}
        return {
            "year": np.array(self.year),
            **own,
            **{f"macro.{k}": v for k, v in self.macro.arrays().items()},
            **macros,
            **{f"ledger.{k}": v for k, v in self.ledger._asdict().items()},
            **{f"observation.{k}": v for k, v in observed.items()},
            **{f"government.{k}": v for k, v in self.council.state().items()},
            **self.columns.state(),
        }

    def restore(self, state: dict[str, np.ndarray], rows: Sequence[int]) -> None:
        """Become what was saved, with room for at least `rows` people by field."""
        self.year = int(state["year"])
        self.columns = Columns.from_state(state, rows)
        for name in OWN:
            setattr(self, name, state[name].copy())
        parts = _by_prefix(state)
        self.macro = Macro(**parts["macro"])
        self.macros = {int(k.removeprefix("macros.")): Macro(**v) for k, v in parts.items() if k.startswith("macros.")}
        observed = parts.get("observation")
        self.observation = Observation.of(observed) if observed else None
        self.ledger = Ledger(**parts["ledger"])
        self.council.restore(parts["government"])


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
