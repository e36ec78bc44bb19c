"""Files that were asked for, before Hydra merges them: which they are, and whether they have a shape that it can merge.

Hydra names neither file nor key when it cannot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.config.files import Unreadable, read_yaml
from sim.config.folders import ADDED, GROUPS, options
from sim.core.read import Problem, join, show

# Parts of the configuration that are mappings in config.yaml, with what merging cannot take instead.
SECTIONS = ("policies", "titles", "effects", "params", "panel", "government")
Choice = tuple[str, str]


def reached_files(chosen: Mapping[str, Sequence[str]], folders: Iterable[Path]) -> list[Path]:
    """Files that choices by group name, and those that these ask for in their lists of defaults, each once."""
    found: dict[Choice, Path] = {}
    known, todo = list(folders), [(group, name) for group in (*ADDED, *GROUPS) for name in chosen.get(group, ())]
    while todo:
        group, name = choice = todo.pop(0)
        file = options(group, known).get(name)
        if choice not in found and file is not None:
            found[choice] = file
            todo += _asked_for(group, file)
    return list(found.values())


def _asked_for(group: str, file: Path) -> Iterator[Choice]:
    """Groups and names in the defaults list of a file; what else may stand there, Hydra complains of."""
    try:
        values = read_yaml(file)
    except Unreadable:
        return
    items = values.get("defaults") if isinstance(values, Mapping) else None
    for item in items if isinstance(items, list) else ():
        pairs = item.items() if isinstance(item, Mapping) else [(None, item)]
        for at, names in pairs:
            for name in names if isinstance(names, list) else [names]:
                yield _split(group, str(name) if at is None else f"{str(at).split()[-1]}/{name}")


def _split(group: str, item: str) -> Choice:
    """``/policy/us_talent@here`` → group and name, seen from a file of `group`."""
    path, _, _ = item.partition("@")
    head, _, name = (path if path.startswith("/") else f"{group}/{path}").strip("/").rpartition("/")
    return head, name


def shape_problems(files: Iterable[tuple[str, Path]]) -> list[Problem]:
    """What cannot be merged.

    Parameters
    ----------
    files : the words by which messages name a file, and the file.
    """
    return [problem for where, file in files for problem in _of_file(where, file)]


def _of_file(where: str, file: Path) -> list[Problem]:
    try:
        values = read_yaml(file)
    except Unreadable as error:
        return [Problem(error.key, error.text, where)]
    if not values:
        return [Problem("", "is empty; see `talent-circulation new-scenario NAME` for one to begin from", where)]
    if not isinstance(values, Mapping):
        return [Problem("", f"{show(values)} is not a mapping of names to values", where)]
    found = [
        Problem(name, f"{show(values[name])} is not a mapping of names to values", where)
        for name in SECTIONS
        if values.get(name) and not isinstance(values[name], Mapping)
    ]
    if "hydra" in values:
        found.append(Problem("hydra", "cannot be set in a scenario or policy; set hydra.* on the command line", where))
    return found + _empty_keys(values, "", where) + _defaults(values.get("defaults"), where)


def _empty_keys(values: Any, key: str, where: str) -> list[Problem]:
    """A key that YAML reads as nothing, at any depth."""
    found = []
    for name, item in values.items() if isinstance(values, Mapping) else ():
        if name in ("", "null", "Null", "NULL", "~"):
            found.append(Problem(key, f"the key of {show(item)} is empty; write a name", where))
        found += _empty_keys(item, join(key, name), where)
    return found


def _defaults(taken: Any, where: str) -> list[Problem]:
    """A list of defaults holds names of files."""
    example = "write for example a line '- /policy/us_talent' under it"
    if taken is None or taken == "":
        return []
    if not isinstance(taken, list):
        return [Problem("defaults", f"{show(taken)} is not a list of files; {example}", where)]
    wrong = [item for item in taken if not isinstance(item, (str, Mapping)) or not item]
    return [Problem("defaults", f"{show(item)} is not the name of a file; {example}", where) for item in wrong]
