"""Shape of the files that were asked for, before Hydra merges them: it names neither file nor key when it cannot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from sim.core.read import Problem, join, show

# Parts of the configuration that are mappings in config.yaml, with what merging cannot take instead.
SECTIONS = ("policies", "titles", "effects", "params", "panel", "government")


def shape_problems(files: Iterable[tuple[str, Path]]) -> list[Problem]:
    """What cannot be merged.

    Parameters
    ----------
    files : the words by which messages name a file, and the file.
    """
    return [problem for where, file in files for problem in _of_file(where, file)]


def _of_file(where: str, file: Path) -> list[Problem]:
    try:
        values = yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        return [Problem("", "is not UTF-8 text", where)] if isinstance(error, UnicodeDecodeError) else []
    if not isinstance(values or {}, Mapping):
        return [Problem("", f"{show(values)} is not a mapping of names to values", where)]
    found = [
        Problem(name, f"{show(values[name])} is not a mapping of names to values", where)
        for name in SECTIONS
        if name in (values or {}) and values[name] and not isinstance(values[name], Mapping)
    ]
    if "hydra" in (values or {}):
        found.append(Problem("hydra", "cannot be set in a scenario or policy; set hydra.* on the command line", where))
    return found + _empty_keys(values or {}, "", where) + _defaults((values or {}).get("defaults"), where)


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
