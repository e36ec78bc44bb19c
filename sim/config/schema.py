"""The schema of the configuration: frozen dataclasses with bounds, allowed values and units."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import Field, asdict, dataclass, field, fields, is_dataclass, replace
from typing import Any

from sim.config.ladders import shipped_ladders
from sim.core.axes import BASELINE, MODES
from sim.data.clock import FIRST_YEAR, LAST_YEAR
from sim.data.threat import CHOICES, DEFAULT
from sim.params import Params
from sim.policy.ladder import LADDERS, Ladders
from sim.policy.levers import effects_with
from sim.policy.schema import LeverUse, Policy

WITH_PANEL = "panel.size=20000"  # what to type for table `panel`
ON_REQUEST = {"panel": WITH_PANEL}  # tables that are empty unless asked for, and how to ask


def _bounded(default: int, lo: int, hi: int, unit: str) -> Any:
    return field(default=default, metadata={"lo": lo, "hi": hi, "unit": unit})


def _choice(default: str, *allowed: str) -> Any:
    return field(default=default, metadata={"allowed": allowed})


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class GovernmentConfig:
    """Direct effects (scripted in both arms), total effects (reactive in both arms), or both."""

    mode: str = _choice("both", *MODES, "both")


@dataclass(frozen=True)
class PanelConfig:
    """Sample of researchers that is followed year by year, if any are asked for."""

    start: int = _bounded(2008, FIRST_YEAR, LAST_YEAR, "first year")
    size: int = _bounded(0, 0, 10_000_000, "agents, at least; 0 = none")
    partners: tuple[str, ...] = field(default=("CHN", "USA"), metadata={"unit": "places"})


@dataclass(frozen=True)
class Config:
    """Everything that a command needs to know."""

    scale: int = _bounded(100, 1, 100_000, "real researchers per agent")
    replicates: int = _bounded(5, 1, 10_000, "replicates")
    seed: int = _bounded(0, 0, 2**62, "")
    start: int = _bounded(FIRST_YEAR, FIRST_YEAR, LAST_YEAR, "first year, not after the last one of data")
    end: int = _bounded(2035, FIRST_YEAR + 1, LAST_YEAR, "last year")
    world: str = field(default="full", metadata={"unit": "full, g20, or a folder of tables"})
    threat: str = field(default=DEFAULT, metadata={"unit": f"{', '.join(CHOICES)}, or a CSV file: threat.md"})
    threads: int = field(default_factory=available_cores, metadata={"lo": 1, "hi": 1024, "unit": "worker processes"})
    government: GovernmentConfig = field(default_factory=GovernmentConfig)
    outdir: str = "outputs"
    experiment: str = BASELINE
    compare: bool = True
    figures: str = _choice("on", "on", "off", "svg")
    progress: str = _choice("auto", "auto", "on", "off")
    checkpoint_seconds: float = field(
        default=30.0, metadata={"lo": 0, "hi": 86_400, "unit": "seconds between checkpoints of a run, 0 = none"}
    )
    panel: PanelConfig = field(default_factory=PanelConfig)
    params: Params = field(default_factory=Params)
    effects: dict[str, dict[str, float]] = field(default_factory=lambda: effects_with({}))
    ladder: Ladders = field(default_factory=shipped_ladders)
    scenario: str = BASELINE
    titles: dict[str, str] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)

    @property
    def uses(self) -> list[LeverUse]:
        """All that its policies pull, policy by policy."""
        return [use for policy in self.policies.values() for use in policy.levers.values()]

    def baseline(self) -> Config:
        """The same run without any policy."""
        return replace(self, scenario=BASELINE, titles={}, policies={})


def to_mapping(cfg: Config) -> dict[str, Any]:
    """Plain values for ``config.yaml``, of which `from_mapping` makes the same configuration again."""
    values = _plain(asdict(cfg))
    for policy in values["policies"].values():
        for use in policy["levers"].values():
            use["scope"] = _given(use["scope"])
            written = use.pop("written")
            use["values"] = use["values"] if written is None else written
    for ladder in map(values["ladder"].__getitem__, LADDERS):
        ladder["rungs"] = {rung["name"]: _rung(rung) for rung in ladder["rungs"]}
    return values


def _rung(rung: dict[str, Any]) -> dict[str, Any]:
    """A rung as a file has it."""
    entries = {name: {**_given(entry), "scope": _given(entry["scope"])} for name, entry in rung["entries"].items()}
    return {"title": rung["title"], "levers": entries}


def _given(values: dict[str, Any]) -> dict[str, Any]:
    """What says something."""
    return {key: value for key, value in values.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value


def members(key: str, f: Field[Any], value: Any) -> list[tuple[str, Field[Any], Any]]:
    """Key, field and value of a setting, or of each setting of a section."""
    if not is_dataclass(value):
        return [(key, f, value)]
    return [(f"{key}.{member.name}", member, getattr(value, member.name)) for member in fields(value)]


def allowed(f: Field[Any]) -> tuple[Any, ...] | None:
    """Allowed values of a setting, or its lower and upper bound; None if it has neither."""
    meta = f.metadata
    return meta.get("allowed") or ((meta["lo"], meta["hi"]) if "lo" in meta else None)


def parameter_table() -> list[dict[str, Any]]:
    """One row a parameter for documents: key, default, bounds or allowed values, draw, unit, role, source."""
    words, defaults = ("unit", "role", "source"), Params()
    return [
        {
            "key": key,
            "default": value,
            "bounds": allowed(f),
            "draw": f.metadata.get("draw"),
            **{word: f.metadata.get(word, "") for word in words},
        }
        for section in fields(Params)
        for key, f, value in members(f"params.{section.name}", section, getattr(defaults, section.name))
    ]
