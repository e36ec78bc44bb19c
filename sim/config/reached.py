"""Files that a command reaches: those chosen by name, and those that these ask for in their lists of defaults."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.config.files import Unreadable, package_of, read_words, read_yaml
from sim.config.folders import ADDED, GROUPS, options

GLOBAL = "_global_"
_PLACE = re.compile(rf"{GLOBAL}|(?!hydra\b)[^\W_][\w-]*(\.[^\W_][\w-]*)*")  # where a file's values may go


@dataclass(frozen=True)
class Reached:
    """One file, and where its values go.

    Parameters
    ----------
    package : dotted key of its values, `GLOBAL` for the top.
    """

    group: str
    name: str
    file: Path
    package: str

    @property
    def values(self) -> Any:
        """Values in place; nothing of a file that cannot be read, which is told elsewhere."""
        values = _read(self.file)
        return values if self.package == GLOBAL else nested(self.package, values)

    @property
    def policies(self) -> Mapping[str, Mapping[str, Any]]:
        """Policies that it defines or changes."""
        values = self.values
        found = values.get("policies") if isinstance(values, Mapping) else None
        given = found.items() if isinstance(found, Mapping) else ()
        return {str(name): policy for name, policy in given if isinstance(policy, Mapping)}


def reached(chosen: Mapping[str, Sequence[str]], folders: Iterable[Path]) -> list[Reached]:
    """Files of choices by group, and what these ask for, each once for each place that its values go to."""
    found: dict[Reached, None] = {}
    known = list(folders)
    todo: list[tuple[str, str, str | None]] = [
        (group, name, None) for group in dict.fromkeys((*ADDED, *GROUPS)) for name in chosen.get(group, ())
    ]
    while todo:
        group, name, package = todo.pop(0)
        file = options(group, known).get(name)
        if file is None:
            continue
        one = Reached(group, name, file, package or _own_package(group, file))
        if one not in found:
            found[one] = None
            todo += _asked_for(one)
    return list(found)


def strays(found: Iterable[Reached]) -> Iterator[tuple[Path, str, str]]:
    """File, key and words of what would set Hydra, which can be told to call any function, and not the model."""
    for one in found:
        if one.package and not _PLACE.fullmatch(one.package):
            yield one.file, "", f"its values would go to {one.package}; allowed: # @package {GLOBAL} or policies.NAME"
        for group, name, _ in _asked_for(one):
            if group.split("/")[0] == "hydra":
                yield one.file, "defaults", f"{group}/{name} sets Hydra; allowed: files of {', '.join(GROUPS)}"


def nested(key: str, value: Any) -> Any:
    """A value under a dotted key."""
    for part in reversed(key.split(".")):
        value = {part: value}
    return value


def _read(file: Path) -> Any:
    try:
        return read_yaml(file) or {}
    except Unreadable:
        return {}


def _own_package(group: str, file: Path) -> str:
    try:
        return package_of(read_words(file)) or group
    except Unreadable:
        return group


def _asked_for(asking: Reached) -> Iterator[tuple[str, str, str | None]]:
    """Group, name and package in the defaults list of a file; what else may stand there, Hydra complains of."""
    values = _read(asking.file)
    items = values.get("defaults") if isinstance(values, Mapping) else None
    for item in items if isinstance(items, list) else ():
        pairs = item.items() if isinstance(item, Mapping) else [(None, item)]
        for at, names in pairs:
            for name in names if isinstance(names, list) else [names]:
                yield _split(asking, str(name) if at is None else f"{str(at).split()[-1]}/{name}")


def _split(asking: Reached, item: str) -> tuple[str, str, str | None]:
    """``/policy/us_talent@here`` and ``/policy@here/us_talent`` → group, name and package, seen from a file."""
    path, _, package = item.partition("@")
    if "/" in package:
        package, _, name = package.rpartition("/")
        path = f"{path}/{name}"
    head, _, name = (path if path.startswith("/") else f"{asking.group}/{path}").strip("/").rpartition("/")
    if not package:
        return head, name, None
    outer = "" if asking.package == GLOBAL else f"{asking.package}."
    return head, name, package if package == GLOBAL else f"{outer}{package}"
