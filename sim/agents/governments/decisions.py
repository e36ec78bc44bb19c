"""What governments decided, as rows of decisions.parquet."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

NO_PLACE = -1
LADDERS = ("protect", "restrict", "promote")


@dataclass(frozen=True)
class Decision:
    """One step and what became of it, or an ally's demand that was refused.

    Attributes
    ----------
    target : place that is restricted, or no more; `NO_PLACE` on the other ladders.
    rung_before, rung_after : own rung, 0-3; of restrict 0 or 1, towards the target.
    restriction_received ... people_available : signals, see `sim.agents.governments.signals.Signals`.
    trigger : signal that pressed most for the step, ``chance`` if none raised its hazard by a tenth; empty if there is
        no step.
    p_up, p_down : probabilities of a step up and down of this ladder this year.
    opposition : share of the research community against it, 0-1; opposed_for : ``time``, ``fear`` or ``draft``.
    conceded : share of the package given up in consultation; share_affordable : share that the cap let through.
    cost_musd : yearly cost of the step as taken, million $.
    partner, answer : ally whose demand it answers and how; `NO_PLACE` and empty if none.
    effective_year : year in which it comes into force.
    """

    year: int
    place: int
    ladder: str
    target: int
    rung_before: int
    rung_after: int
    restriction_received: float
    allies_protect: float
    allies_restrict: float
    salience: float
    cost: float
    talent_account: float
    recruiting_received: float
    people_available: float
    trigger: str
    p_up: float
    p_down: float
    opposition: float
    opposed_for: str
    conceded: float
    share_affordable: float
    cost_musd: float
    partner: int
    answer: str
    effective_year: int


_TYPES = {"int": np.int64, "float": np.float64, "str": np.str_}
_PLACES = ("target", "partner")


def columns(decisions: list[Decision], codes: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Decisions as columns, with the same names and types when there are none; places of `_PLACES` by code."""
    names = np.array([*codes, ""])  # so that `NO_PLACE` has no name
    found: dict[str, np.ndarray] = {
        f.name: np.array([getattr(d, f.name) for d in decisions], dtype=_TYPES[str(f.type)]) for f in fields(Decision)
    }
    return found | {name: names[found[name]] for name in _PLACES}
