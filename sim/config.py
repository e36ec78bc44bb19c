"""The configuration: frozen dataclasses are the schema; `load_config` composes, reads and checks everything at once.

Hydra is imported only when something is composed, the world's tables only when names of places are checked, so that
``import sim.config`` stays cheap.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from sim.config_key import run_key
from sim.config_read import ConfigError, Problems, check_keys, join, mapping, number, read, read_some, unknown
from sim.params import Params
from sim.policy.levers import LEVERS, effects_with
from sim.policy.schema import Known, Policy, read_places, read_policies

__all__ = ["BASELINE", "Config", "ConfigError", "load_config", "parameter_table", "run_key", "to_mapping", "validate"]

BASELINE = "baseline"
WORLDS = ("full", "g20")
FIRST_YEAR, DATA_END, LAST_YEAR = 1980, 2017, 2060  # back-cast begins; outcomes end; inputs are extended to here


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

    mode: str = _choice("both", "scripted", "reactive", "both")


@dataclass(frozen=True)
class PanelConfig:
    """Sample of researchers that is followed year by year."""

    start: int = _bounded(2008, FIRST_YEAR, LAST_YEAR, "first year")
    size: int = _bounded(20_000, 0, 10_000_000, "agents")
    partners: tuple[str, ...] = field(default=("CHN", "USA"), metadata={"unit": "places"})


@dataclass(frozen=True)
class Config:
    """Everything that a command needs to know."""

    scale: int = _bounded(100, 1, 100_000, "real researchers per agent")
    replicates: int = _bounded(5, 1, 10_000, "replicates")
    seed: int = _bounded(0, 0, 2**62, "")
    start: int = _bounded(FIRST_YEAR, FIRST_YEAR, DATA_END, "first year")
    end: int = _bounded(2035, FIRST_YEAR + 1, LAST_YEAR, "last year")
    world: str = _choice("full", *WORLDS)
    threads: int = field(default_factory=available_cores, metadata={"lo": 1, "hi": 1024, "unit": "worker processes"})
    government: GovernmentConfig = field(default_factory=GovernmentConfig)
    outdir: str = "outputs"
    experiment: str = BASELINE
    compare: bool = True
    figures: bool = True
    progress: str = _choice("auto", "auto", "on", "off")
    checkpoint_seconds: float = field(
        default=30.0, metadata={"lo": 0, "hi": 86_400, "unit": "seconds between checkpoints of a run, 0 = none"}
    )
    panel: PanelConfig = field(default_factory=PanelConfig)
    params: Params = field(default_factory=Params)
    effects: dict[str, dict[str, float]] = field(default_factory=lambda: effects_with({}))
    scenario: str = BASELINE
    titles: dict[str, str] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)

    def baseline(self) -> Config:
        """The same run without any policy."""
        return replace(self, scenario=BASELINE, titles={}, policies={})


def load_config(*overrides: str, config_dir: str | None = None) -> Config:
    """Compose and check a configuration.

    Parameters
    ----------
    overrides : as on the command line: ``"scale=1000"``, ``"+scenario=restrictive"``, ``"params.trust.joint=0"``.
    config_dir : folder of the user's own ``scenario/``, ``policy/`` … beside the shipped ones.

    Raises
    ------
    ConfigError : with all problems at once.
    """
    from sim.config_compose import compose

    composed = compose(overrides, config_dir)
    problems = Problems([*composed.problems])
    cfg = from_mapping(composed.values, problems)
    if problems.found:
        raise ConfigError(composed.messages(problems.found))
    return cfg


def validate(cfg: Config) -> Config:
    """Check a configuration built in Python; returns it, or raises `ConfigError` with all problems at once."""
    problems = Problems()
    checked = from_mapping(to_mapping(cfg), problems)
    problems.check()
    return checked


def with_parameters(cfg: Config, values: Mapping[str, Any], problems: Problems) -> Config:
    """The same with other values of ``params.SECTION.NAME`` and ``effects.LEVER.NAME``; only these are checked.

    A sweep sets them tens of thousands of times; reading everything again (`from_mapping`) takes 30 times as long.
    """
    sections: dict[str, dict[str, Any]] = {}
    effects = cfg.effects
    for key, value in values.items():
        head, section, name = key.split(".")
        if head == "params":
            sections.setdefault(section, {})[name] = value
        else:
            strength = _read_effects({section: {name: value}}, problems).get(section, {}).get(name)
            effects = {**effects, section: {**effects.get(section, {}), name: strength or 0.0}}
    changed = {}
    for section, given in sections.items():
        old = getattr(cfg.params, section)
        changed[section] = replace(old, **read_some(type(old), given, f"params.{section}", problems))
    return replace(cfg, params=replace(cfg.params, **changed), effects=effects)


def is_parameter(key: str, value: object) -> bool:
    """True if `with_parameters` can set it: a number of an existing section or lever."""
    head, *rest = key.split(".")
    if len(rest) != 2 or isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    sections = {f.name for f in fields(Params) if f.name != "feedback"}
    return (head == "params" and rest[0] in sections) or (head == "effects" and rest[0] in LEVERS)


def to_mapping(cfg: Config) -> dict[str, Any]:
    """Plain values for ``config.yaml``, of which `from_mapping` makes the same configuration again."""
    values = _plain(asdict(cfg))
    for policy in values["policies"].values():
        for use in policy["levers"].values():
            use["scope"] = {key: value for key, value in use["scope"].items() if value is not None}
    return values


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value


def from_mapping(raw: Mapping[str, Any], problems: Problems) -> Config:
    """Typed configuration of plain values; problems are noted, and the result counts only if there were none."""
    given = dict(raw)
    given = {k: v for k, v in given.items() if not (v is None and k in ("threads", "experiment"))}
    if given.get("checkpoint_seconds", 0) is None:
        given["checkpoint_seconds"] = 0
    own = ("effects", "scenario", "titles", "policies")
    values = read(Config, given, "", problems, skip=own)
    cfg = Config(**values)
    if cfg.end <= cfg.start:
        problems.add("end", f"{cfg.end} is not after start ({cfg.start}); allowed: {cfg.start + 1} to {LAST_YEAR}")
    known = known_names(cfg.world, cfg.start, cfg.end)
    _check_place_lists(cfg, known, problems)
    policies = read_policies(given.get("policies"), "policies", known, problems)
    scenario = str(given.get("scenario") or BASELINE)
    cfg = replace(
        cfg,
        effects=_read_effects(given.get("effects"), problems),
        scenario=scenario,
        titles={str(k): str(v) for k, v in mapping(given.get("titles"), "titles", problems).items()},
        policies=policies,
        experiment=cfg.experiment if "experiment" in given else scenario,
    )
    _check_folder(cfg.experiment, problems)
    if policies and not problems.found:
        _check_scopes(cfg, problems)
    return cfg


def known_names(world: str, start: int, end: int) -> Known:
    """Places and groups of a world, for checking policies."""
    from sim.data.tables import load_world_data
    from sim.places import group_names

    data = load_world_data(world)
    aliases = {name: code for code, name in zip(data.iso3, data.names)}
    return Known((*data.iso3, *group_names()), aliases, start, end)


def _check_place_lists(cfg: Config, known: Known, problems: Problems) -> None:
    for key, holder in _sections(cfg):
        for f in fields(holder):
            if f.metadata.get("unit") == "places":
                read_places(getattr(holder, f.name), join(key, f.name), known, problems)


def _sections(cfg: Config) -> list[tuple[str, Any]]:
    inside = [(f"params.{f.name}", getattr(cfg.params, f.name)) for f in fields(cfg.params)]
    return [("panel", cfg.panel), *((key, part) for key, part in inside if hasattr(part, "__dataclass_fields__"))]


def _check_folder(name: str, problems: Problems) -> None:
    if not all(part.isalnum() or part in "._+-" for part in name) or name.startswith("."):
        problems.add("experiment", f"'{name}' is no folder name; allowed: letters, digits, . _ + - (no dot in front)")


def _read_effects(raw: object, problems: Problems) -> dict[str, dict[str, float]]:
    changes: dict[str, dict[str, float]] = {}
    for lever_name, values in mapping(raw, "effects", problems).items():
        key = join("effects", lever_name)
        lever = LEVERS.get(lever_name)
        if lever is None:
            problems.add(key, unknown(lever_name, "lever", [n for n, item in LEVERS.items() if item.effects]))
            continue
        known = {effect.name: effect for effect in lever.effects}
        given = mapping(values, key, problems)
        check_keys(given, known, key, problems)
        changes[lever_name] = {
            name: number(value, join(key, name), problems, known[name].lo, known[name].hi, known[name].unit)
            for name, value in given.items()
            if name in known
        }
    return effects_with(changes)


def _check_scopes(cfg: Config, problems: Problems) -> None:
    """A scope must leave something to act on; needs the world's tables, so only after names are known to be good."""
    from sim.data.tables import load_world_data
    from sim.policy.timeline import Timeline

    for key in Timeline.from_config(cfg, load_world_data(cfg.world)).empty_scopes():
        _, policy, _, use = key.split(".")
        large = cfg.policies[policy].levers[use].scope.institution_threshold_musd
        why = "no institution of the issuers is so large" if large else "it names only the issuer or nobody here"
        problems.add(join(key, "scope"), f"is empty: {why}")


def parameter_table() -> list[dict[str, Any]]:
    """One row a parameter for documents: key, default, bounds or allowed values, unit, role, source."""
    rows: list[dict[str, Any]] = []
    for section in fields(Params):
        part = getattr(Params(), section.name)
        members = [("params", section)] if not hasattr(part, "__dataclass_fields__") else []
        members += [(f"params.{section.name}", f) for f in (fields(part) if not members else ())]
        for key, f in members:
            meta = f.metadata
            rows.append(
                {
                    "key": f"{key}.{f.name}",
                    "default": part if f is section else getattr(part, f.name),
                    "bounds": meta.get("allowed") or ((meta["lo"], meta["hi"]) if "lo" in meta else None),
                    "unit": meta.get("unit", ""),
                    "role": meta.get("role", ""),
                    "source": meta.get("source", ""),
                }
            )
    return rows
