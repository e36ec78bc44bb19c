"""Files that were asked for, before Hydra merges them: whether they have a shape that it can merge.

Hydra names neither file nor key when it cannot.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sim.config.files import Unreadable, read_yaml
from sim.core.read import Problem, join, show

# Parts of the configuration that are mappings in config.yaml, with what merging cannot take instead.
SECTIONS = ("policies", "titles", "effects", "params", "ladder", "panel", "government")


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
