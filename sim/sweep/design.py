"""The design of a sweep: its draws, and the configuration of every scenario under every draw.

Scenarios are composed by Hydra once; a draw's values are then set on the composed values and checked by the same
reader as a command line's, so that a sweep cannot do what a command could not.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from sim.assumptions.doses import HEAD, with_doses
from sim.config.load import from_mapping, is_parameter, load_config, with_parameters
from sim.config.schema import WITH_PANEL, Config, to_mapping
from sim.core.axes import BASELINE
from sim.core.read import ConfigError, Problems, near
from sim.policy.read import NOTED
from sim.record.panel_table import PANEL
from sim.sweep.spec import Spec
from sim.sweep.spec_draws import GROUPS, Block
from sim.sweep.spec_scenarios import ScenarioSpec

_SECTIONS = ("params", "effects", "government", "panel")


@dataclass(frozen=True)
class Draws(Block):
    """Every combination of one row of each block and of the sample matrix; a row is a draw."""

    def __len__(self) -> int:
        return len(self.labels)

    def table(self) -> pd.DataFrame:
        """One row a draw: its number, then one column a name."""
        columns: dict[str, Any] = {"draw": range(len(self))}
        columns |= {name: [row[j] for row in self.labels] for j, name in enumerate(self.names)}
        frame = pd.DataFrame(columns)
        for name in self.names:
            if frame[name].map(type).nunique() > 1 and not pd.api.types.is_numeric_dtype(frame[name]):
                frame[name] = frame[name].map(str)
        return frame


def make_draws(spec: Spec) -> Draws:
    """All draws of a sweep, the last block varying fastest; one draw without values if nothing is swept."""
    names = tuple(name for block in spec.blocks for name in block.names)
    blocks = [list(zip(block.labels, block.values)) for block in spec.blocks]
    if spec.sample is not None:
        names = (*names, *spec.sample.names)
        rows: list[tuple[tuple[Any, ...], Mapping[str, Any]]] = []
        for line in spec.sample.matrix().tolist():
            values = {key: value for item, value in zip(spec.sample.over, line) for key in item.keys}
            rows.append((tuple(line), values))
        blocks.append(rows)
    combined = list(itertools.product(*blocks))
    labels = tuple(tuple(label for part, _ in row for label in part) for row in combined)
    merged = tuple({key: value for _, part in row for key, value in part.items()} for row in combined)
    return Draws(names, labels, merged)


class Arm:
    """One scenario, composed; gives its configuration under a draw.

    Parameters
    ----------
    spec : the sweep, whose settings hold for all its scenarios.
    scenario : None for the baseline.
    """

    def __init__(self, spec: Spec, scenario: ScenarioSpec | None) -> None:
        self.label = BASELINE if scenario is None else scenario.label
        self._spec, self._with_panel = spec, PANEL.name in spec.record.tables
        self._raw = _composed(spec, scenario)
        self._read: dict[str, Config] = {}
        problems: list[str] = []
        typed = {key: value for key, value in spec.settings.items() if spec.is_typed(key)}
        filed = {key: value for key, value in spec.settings.items() if key not in typed}
        set_values(self._raw, filed, problems, f"{spec.file}: settings")
        set_values(self._raw, typed, problems, spec.typed_on)
        if scenario is not None:
            set_values(self._raw, scenario.values, problems, f"{spec.file}: scenarios.{self.label}.values")
        if problems:
            raise ConfigError(problems)

    def config(self, values: Mapping[str, Any], where: str) -> Config:
        """Configuration under a draw's values.

        Parameters
        ----------
        where : for messages, such as ``draw 3``.
        """
        numbers = {key: value for key, value in values.items() if is_parameter(key, value)}
        doses = {key: float(value) for key, value in values.items() if key.startswith(f"{HEAD}.")}
        others = {key: value for key, value in values.items() if key not in numbers and key not in doses}
        at = repr(sorted(others.items()))
        if at not in self._read:  # most draws differ in numbers of parameters only
            self._read[at] = self._checked(others, where)
        problems = Problems()
        cfg = with_parameters(self._read[at], numbers, problems)
        self._refuse(problems, values, where)
        return with_doses(cfg, doses)

    def _checked(self, values: Mapping[str, Any], where: str) -> Config:
        raw, found, problems = dict(self._raw), list[str](), Problems()
        set_values(raw, values, found, f"{self._spec.file}: {where}")
        if found:
            raise ConfigError(found)
        cfg = from_mapping(raw, problems)
        if self._with_panel and not cfg.panel.size:
            problems.add("panel.size", f"is 0: a panel to record has people ({WITH_PANEL}, in settings)")
        self._refuse(problems, values, where)
        return replace(cfg, scenario=self.label)

    def _refuse(self, problems: Problems, drawn: Mapping[str, Any], where: str) -> None:
        """Raise `ConfigError` with all problems: those with what was typed are of no draw and no scenario."""
        in_file = f"{self._spec.file}: {where}: {self.label}"
        told = [(self._spec.is_typed(p.key) and p.key not in drawn, p) for p in problems.found]
        if told:
            raise ConfigError([f"{self._spec.typed_on if typed else in_file}: {p.key}: {p.text}" for typed, p in told])


def _composed(spec: Spec, scenario: ScenarioSpec | None) -> dict[str, Any]:
    """Plain values of a scenario, with the shipped defaults if it is given by name."""
    if scenario is not None and scenario.config is not None:
        return _recorded(to_mapping(scenario.config), spec)
    groups = [f"{key}={value}" for key, value in spec.settings.items() if key in GROUPS and isinstance(value, str)]
    if scenario is not None:
        for group, names in (("scenario", scenario.scenarios), ("policy", scenario.policies)):
            groups += [f"+{group}=[{','.join(names)}]"] if names else []
    try:
        cfg = load_config(*groups, config_dir=spec.config_dir)
    except ConfigError as error:
        label = BASELINE if scenario is None else scenario.label
        raise ConfigError([f"{spec.file}: scenarios.{label}: {message}" for message in error.messages]) from None
    return _recorded({**to_mapping(cfg), "government": {"mode": "scripted"}}, spec)


def _recorded(raw: dict[str, Any], spec: Spec) -> dict[str, Any]:
    """The same without a panel, unless it is recorded."""
    return raw if PANEL.name in spec.record.tables else {**raw, "panel": {**raw["panel"], "size": 0}}


def set_values(raw: dict[str, Any], values: Mapping[str, Any], problems: list[str], where: str) -> None:
    """Set values by dotted key; mappings on the way are copied, so that others keep theirs; `where` is for messages.

    A key that does not exist is a problem, except below ``scope`` and ``values`` of a lever, where new ones may stand.
    """
    for key, value in values.items():
        if key in GROUPS and isinstance(value, str):
            continue  # a group, composed already
        path = key.split(".")
        if path[0] == "policies":
            _policy_changes(raw, path)
        parent = _copied_parent(raw, path)
        if isinstance(parent, str):
            problems.append(f"{where}: {key}: {parent}")
        elif isinstance(value, Mapping) and value and path[0] in _SECTIONS:
            example = f"{key}.{next(iter(value))}"
            problems.append(f"{where}: {key}: a mapping would replace all of it; write {example}: … instead")
        elif path[-1] not in parent and not (len(path) > 4 and path[-2] in ("scope", "values")):
            problems.append(f"{where}: {key}: unknown key; {_allowed(path[-1], parent)}")
        else:
            parent[path[-1]] = value


def _policy_changes(raw: dict[str, Any], path: Sequence[str]) -> None:
    """Note who issued a policy first, and forget the dose of a strength that is set: it is of the file's number."""
    holder = _copied_parent(raw, path[:5]) if path[4:5] == ["values"] or path[2:] == ["issuer"] else ""
    if isinstance(holder, dict):
        holder |= {"dose": None} if path[4:5] else {NOTED: holder.get(NOTED) or holder.get("issuer")}


def _copied_parent(raw: dict[str, Any], path: Sequence[str]) -> dict[str, Any] | str:
    """Mapping that holds the last part of a path, copied on the way; or what is wrong."""
    at = raw
    for part in path[:-1]:
        if part not in at and part != "scope":
            return f"there is no '{part}'; {_allowed(part, at)}"
        if not isinstance(at.get(part, {}), Mapping):
            return f"'{part}' holds no further keys"
        at[part] = dict(at.get(part, {}))
        at = at[part]
    return at


def _allowed(name: str, options: Mapping[str, Any]) -> str:
    names = ", ".join(str(option) for option in options)
    return f"{near(name, [str(option) for option in options])}allowed: {names or 'nothing'}"
