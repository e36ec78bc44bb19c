"""The scenarios part of ``sweep.yaml``: which policies the arms of a sweep live under."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.config.folders import options, search_folders
from sim.config.load import load_config
from sim.config.schema import Config
from sim.core.read import Problems, check_keys, mapping, show
from sim.sweep.spec_draws import GROUPS, NOT_SWEPT, names_of


@dataclass(frozen=True)
class ScenarioSpec:
    """One policy arm: shipped or own scenarios merged, and values set on top of them.

    Attributes
    ----------
    config : what they come to, where it is composed already; then the names are not read.
    """

    label: str
    scenarios: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    config: Config | None = None


def scenarios_of(raw: object, config_dir: Path | None, problems: Problems) -> tuple[ScenarioSpec, ...]:
    """Scenarios as a file gives them: ``all``, names, or a mapping of labels."""
    if raw == "all":
        folders = search_folders(None if config_dir is None else str(config_dir)).values()
        raw = list(options("scenario", folders))
    if isinstance(raw, str):
        raw = [raw]
    if isinstance(raw, Mapping):
        return tuple(_scenario(str(label), value, problems) for label, value in raw.items())
    if isinstance(raw, Sequence):
        found = [ScenarioSpec(str(name), (str(name),)) for name in raw if not isinstance(name, (Mapping, list))]
        if len(found) < len(raw):
            problems.add("scenarios", "holds something that is no name; write a mapping label: {scenario: [A, B]}")
        return tuple(found)
    if raw is not None:
        problems.add("scenarios", f"{show(raw)} is not a list of names, a mapping of labels, or the word all")
    return ()


def _scenario(label: str, raw: object, problems: Problems) -> ScenarioSpec:
    key = f"scenarios.{label}"
    if not isinstance(raw, Mapping):
        raw = {"scenario": raw}
    check_keys(raw, ("scenario", "policy", "values"), key, problems)
    names = {group: names_of(raw.get(group), f"{key}.{group}", problems) for group in ("scenario", "policy")}
    if not any(names.values()):
        problems.add(key, "names neither a scenario nor a policy")
    if label == "baseline":
        problems.add(key, "the name baseline is taken by the world without policies; choose another")
    values = mapping(raw.get("values"), f"{key}.values", problems)
    for name in values:
        if str(name).split(".")[0] in NOT_SWEPT or name in GROUPS:
            problems.add(f"{key}.values.{name}", "is not set for one scenario; set it for all in settings")
    return ScenarioSpec(label, names["scenario"], names["policy"], values)


def configs_of(scenarios: Sequence[ScenarioSpec], config_dir: str | None, mode: str) -> list[Config]:
    """Scenarios as their files have them, under governments of a mode."""
    found = []
    for scenario in scenarios:
        groups = (("scenario", scenario.scenarios), ("policy", scenario.policies))
        words = [f"+{group}=[{','.join(names)}]" for group, names in groups if names]
        found.append(load_config(*words, f"government.mode={mode}", config_dir=config_dir))
    return found
