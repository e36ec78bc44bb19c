"""What became of files and overrides, and where each value came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.config.files import Unreadable, read_words, read_yaml
from sim.config.folders import COMMAND_LINE, options
from sim.core.read import Problem

_PACKAGE = re.compile(r"^#\s*@package\s+(\S+)", re.MULTILINE)


@dataclass
class Composed:
    """What Hydra made of files and overrides.

    Parameters
    ----------
    values : plain values of the whole configuration.
    problems : what was wrong with the overrides themselves.
    overrides : as passed to Hydra.
    deleted : keys of settings to take away (``~key``), each with the value that it must have (None: any).
    given : key -> value of each plain override.
    chosen : names chosen by group.
    folders : label -> folder, shipped configuration first.
    """

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    overrides: list[str] = field(default_factory=list)
    deleted: dict[str, Any] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)
    chosen: dict[str, list[str]] = field(default_factory=dict)
    folders: dict[str, Path] = field(default_factory=dict)

    def messages(self, problems: Iterable[Problem]) -> list[str]:
        """One line a problem: file or command line, key, what is wrong and what is allowed."""
        layers = self._layers()
        return [
            ": ".join(part for part in (p.where or self._where(p.key, layers), p.key, p.text) if part) for p in problems
        ]

    def _where(self, key: str, layers: list[tuple[str, Any]]) -> str:
        path = key.split(".")
        if any(_depth(_nested(k, v), path) == len(path) for k, v in self.given.items()):
            return COMMAND_LINE
        label, depth = "", 0
        for name, values in layers:
            if _depth(values, path) >= max(depth, 1):
                label, depth = name, _depth(values, path)
        return label

    def _layers(self) -> list[tuple[str, Any]]:
        """Files that were read, from the most general to the most particular, each with its values in place."""
        wanted = [("", "config"), *(("world", name) for name in self.chosen.get("world", []))]
        wanted += [("params", name) for name in self.chosen.get("params", [])]
        policies = self.values.get("policies")
        wanted += [("policy", str(name)) for name in (policies if isinstance(policies, Mapping) else ())]
        wanted += [("scenario", name) for name in self.chosen.get("scenario", [])]
        return [layer for group, name in wanted for layer in self._files(group, name)]

    def _files(self, group: str, name: str) -> Iterable[tuple[str, Any]]:
        for label, folder in self.folders.items():
            file = options(group, [folder]).get(name)
            if file is None:
                continue
            try:
                package, values = _PACKAGE.search(read_words(file)), read_yaml(file) or {}
            except Unreadable:
                continue  # told already
            at = package.group(1) if package else group
            where = "/".join(part for part in (label, group, file.name) if part)
            yield where, values if at == "_global_" or not group else _nested(at, values)


def _nested(key: str, value: Any) -> Any:
    for part in reversed(key.split(".")):
        value = {part: value}
    return value


def _depth(values: Any, path: Sequence[str]) -> int:
    """How many steps of a path exist."""
    for n, part in enumerate(path):
        found = next((k for k in values if str(k) == part), None) if isinstance(values, Mapping) else None
        if found is None:
            return n
        values = values[found]
    return len(path)


def label_of(file: Path, folders: Mapping[str, Path]) -> str:
    """A file's path as messages write it."""
    text = str(file)
    for label, folder in folders.items():
        text = text.replace(str(folder), label)
    return text
