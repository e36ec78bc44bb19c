"""`load_config` composes, reads and checks a configuration, with all problems at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from sim.config.compose import compose
from sim.config.schema import Config, to_mapping
from sim.core.axes import BASELINE, WAYS
from sim.core.read import (
    ConfigError,
    Problems,
    check_keys,
    join,
    mapping,
    number,
    read,
    read_some,
    show,
    unknown,
    whole,
)
from sim.data.clock import FIRST_YEAR, LAST_YEAR
from sim.data.places import group_names, resolve
from sim.data.tables import WorldData, load_world_data
from sim.data.threat import resolve_threat, threat_matrix
from sim.data.worlds import resolve_world
from sim.params import Params, SecurityParams
from sim.policy.ladder import LADDERS, read_ladders
from sim.policy.levers import LEVERS, effects_with
from sim.policy.read import read_places, read_policies
from sim.policy.schema import Known
from sim.policy.timeline import Timeline

LONGEST_NAME = 200  # bytes; file systems take 255, and hidden folders add to it


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
    if "security" in changed:
        _check_security(changed["security"], problems)
    return replace(cfg, params=replace(cfg.params, **changed), effects=effects)


def is_parameter(key: str, value: object) -> bool:
    """True if `with_parameters` can set it: a number of an existing section or lever."""
    head, *rest = key.split(".")
    if len(rest) != 2 or isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    sections = {f.name for f in fields(Params) if f.name != "feedback"}
    return (head == "params" and rest[0] in sections) or (head == "effects" and rest[0] in LEVERS)


def from_mapping(raw: Mapping[str, Any], problems: Problems) -> Config:
    """Typed configuration of plain values; problems are noted, and the result counts only if there were none."""
    given = dict(raw)
    given = {k: v for k, v in given.items() if not (v is None and k in ("threads", "experiment"))}
    if given.get("checkpoint_seconds", 0) is None:
        given["checkpoint_seconds"] = 0
    own = ("start", "effects", "ladder", "scenario", "titles", "policies")
    values = read(Config, given, "", problems, skip=own)
    cfg, data = _with_world(Config(**values), problems)
    cfg = _with_threat(cfg, data, problems)
    start = whole(given.get("start", cfg.start), "start", problems, FIRST_YEAR, data.end, "first year")
    cfg = replace(cfg, start=start)
    if cfg.end <= cfg.start:
        problems.add("end", f"{cfg.end} is not after start ({cfg.start}); allowed: {cfg.start + 1} to {LAST_YEAR}")
    known = known_names(data, cfg.start)
    _check_place_lists(cfg, known, problems)
    if "ladder" in given:
        cfg = replace(cfg, ladder=read_ladders(given["ladder"], "ladder", known, problems))
    known = replace(known, rungs={name: len(getattr(cfg.ladder, name).rungs) for name in LADDERS})
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
    if "\0" in cfg.outdir:
        problems.add("outdir", "holds a NUL character; give a folder such as outdir=outputs")
    _check_security(cfg.params.security, problems)
    if policies and not problems.found:
        _check_scopes(cfg, problems)
    return cfg


def _with_world(cfg: Config, problems: Problems) -> tuple[Config, WorldData]:
    """The configuration with its world resolved, and that world's data; those of the default if there is none."""
    try:
        world = resolve_world(cfg.world) if cfg.world else Config.world  # what is no text was noted already
        return replace(cfg, world=world), load_world_data(world)
    except ValueError as error:
        problems.add("world", str(error))
        return replace(cfg, world=Config.world), load_world_data(Config.world)


def _with_threat(cfg: Config, data: WorldData, problems: Problems) -> Config:
    """The configuration with its table of threats found and checked."""
    if not cfg.threat:  # what is no text was noted already
        return cfg
    try:
        cfg = replace(cfg, threat=resolve_threat(cfg.threat))
        threat_matrix(cfg.threat, data)
    except (OSError, ValueError) as error:
        for line in str(error).splitlines():
            problems.add("threat", line)
    return cfg


def known_names(data: WorldData, start: int) -> Known:
    """Places and groups of a world, for checking policies."""
    aliases = {name: code for code, name in zip(data.iso3, data.names)}
    words, persons = (*data.iso3, *group_names()), data.researchers[-1].tolist()
    members = {word: {data.iso3[i]: persons[i] for i in resolve(data, word)} for word in words}
    return Known(words, aliases, members, start)


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
    elif len(name.encode()) > LONGEST_NAME:
        problems.add("experiment", f"{show(name)} is too long for a folder; allowed: {LONGEST_NAME} bytes")


def _check_security(security: SecurityParams, problems: Problems) -> None:
    """What each parameter's own bounds cannot say."""
    if not any(getattr(security, f"share_{way}") for way in WAYS):
        every = ", ".join(f"share_{way}" for way in WAYS)
        problems.add(f"params.security.share_{WAYS[0]}", f"{every} are all 0; allowed: at least one above 0")


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
    for key in Timeline(cfg.policies, load_world_data(cfg.world), cfg.start, cfg.end).empty_scopes():
        _, name, _, local = key.split(".")
        policy = cfg.policies[name]
        why = "it names only the issuer or nobody here"
        if policy.reissued_from:
            why = f"nothing but the new issuer is named, and nobody acts on itself; set {key}.scope as well"
        if policy.levers[local].scope.institution_threshold_musd:
            why = "no institution of the issuers is so large"
        problems.add(join(key, "scope"), f"is empty: {why}")
