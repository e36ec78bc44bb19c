"""Files that a choice reaches: the one it names, and those that this one asks for in its defaults list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from sim.config.files import Unreadable, read_yaml
from sim.config.folders import ADDED, GROUPS, options

Choice = tuple[str, str]


def reached_files(chosen: Mapping[str, Sequence[str]], folders: Iterable[Path]) -> list[Path]:
    """Files of all choices by group, in the order in which they are reached, each once; all of them exist."""
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
