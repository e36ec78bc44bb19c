"""Overrides of a comparison by scenario: those of policies go to the scenarios that have the policy, and a list of
values makes a scenario of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from sim.config.schema import Config
from sim.core.read import ConfigError, unknown

HEAD = "policies."
TOLD = {  # key -> how a value of it is told
    "institution_threshold_musd": "from {} M$",
    "issuer": "issued by {}",
    "shift": "{} years later",
}


@dataclass(frozen=True)
class Variant:
    """A scenario as asked for, or one of several that a list of values makes of it.

    Attributes
    ----------
    words : overrides of its policies.
    told : what tells it from its sisters, in words; empty if there are none.
    """

    words: tuple[str, ...]
    told: str = ""


def variants(words: Sequence[str], cfg: Config) -> list[Variant]:
    """What the overrides of policies make of one scenario.

    Parameters
    ----------
    words : ``policies.NAME.KEY=VALUE``, where ``*`` may stand for parts of names and ``VALUE,VALUE`` makes several.
    cfg : the scenario without them.
    """
    found = [Variant(())]
    for word in words:
        key, _, value = word.partition("=")
        keys = _meant(key, cfg)
        if not keys:
            continue
        values = several(value)
        tail = key.rpartition(".")[2]
        tell = TOLD.get(tail, f"{tail} = {{}}") if len(values) > 1 else ""
        found = [
            Variant(
                (*one.words, *(f"{at}={v}" for at in keys)),
                ", ".join(part for part in (one.told, tell.format(v)) if part),
            )
            for one in found
            for v in values
        ]
    return found


def check_used(words: Sequence[str], configs: Mapping[str, Config]) -> None:
    """Raise for an override of a policy or lever that no scenario has."""
    known = list(dict.fromkeys(name for cfg in configs.values() for name in cfg.policies))
    for word in words:
        key = word.partition("=")[0]
        if any(_meant(key, cfg) for cfg in configs.values()):
            continue
        name, *rest = key.split(".")[1:]
        levers = {local for cfg in configs.values() if name in cfg.policies for local in cfg.policies[name].levers}
        if name in known and rest[:1] == ["levers"] and len(rest) > 1:
            said = unknown(rest[1], "lever", sorted(levers))
        else:
            said = unknown(name, "policy", known)
        raise ConfigError([f"command line: {key}: {said} (of the scenarios that are compared)"])


def _meant(key: str, cfg: Config) -> list[str]:
    """Keys that a key with wildcards stands for in a scenario; none if it has no such policy or lever."""
    parts = key.split(".")
    if len(parts) < 3 or parts[0] != HEAD[:-1]:
        return []
    names = [name for name in cfg.policies if fnmatchcase(name, parts[1])]
    if len(parts) < 5 or parts[2] != "levers":
        return [".".join([parts[0], name, *parts[2:]]) for name in names]
    return [
        ".".join([parts[0], name, "levers", local, *parts[4:]])
        for name in names
        for local in cfg.policies[name].levers
        if fnmatchcase(local, parts[3])
    ]


def several(value: str) -> list[str]:
    """Values of a list written with commas; a list or a text in quotes is one value."""
    if value[:1] in ("[", "{", "'", '"'):
        return [value]
    return value.split(",")
