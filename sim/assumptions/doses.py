"""Doses within their ranges: strengths of levers that no data fix, drawn as parameters are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from sim.config.schema import Config
from sim.policy.levers import LEVERS
from sim.policy.schema import LeverUse

HEAD = "doses"  # keys are doses.POLICY.LEVER, values 0 to 1; 0.5 is the strength as written


def doses_of(cfgs: Iterable[Config]) -> tuple[str, ...]:
    """Keys of all doses with a range that no data fit, each once."""
    return tuple(
        dict.fromkeys(
            f"{HEAD}.{name}.{local}"
            for cfg in cfgs
            for name, policy in cfg.policies.items()
            for local, use in policy.levers.items()
            if use.dose is not None and use.dose.kind != "fitted" and use.dose.range[0] < use.dose.range[1]
        )
    )


def with_doses(cfg: Config, values: Mapping[str, float]) -> Config:
    """The configuration with doses at these positions in their ranges; those of other policies are passed over."""
    policies = dict(cfg.policies)
    for key, u in values.items():
        _, name, local = key.split(".")
        use = policies[name].levers.get(local) if name in policies else None
        if use is not None and use.dose is not None:
            levers = {**policies[name].levers, local: replace(use, values=_moved(use, u))}
            policies[name] = replace(policies[name], levers=levers)
    return replace(cfg, policies=policies) if values else cfg


def _moved(use: LeverUse, u: float) -> dict[date, float | None]:
    """Strengths at a position of the range: its low end at 0, as written at 1/2, its high end at 1."""
    assert use.dose is not None
    lo, hi = use.dose.range
    idle = (None, LEVERS[use.lever].neutral)

    def strength(value: float) -> float:
        return lo + (value - lo) * 2 * u if u < 0.5 else value + (hi - value) * (2 * u - 1)

    return {day: value if value in idle else strength(float(value or 0.0)) for day, value in use.values.items()}
