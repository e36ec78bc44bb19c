"""``talent-circulation list``: what can be named on the command line and in files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from sim.analysis.outcomes import OUTCOMES
from sim.cli.parse import one_argument
from sim.config.files import Unreadable, read_yaml
from sim.config.folders import options, search_folders
from sim.config.ladders import shipped_ladders
from sim.core.read import ConfigError
from sim.data.places import group, group_names
from sim.data.tables import load_world_data
from sim.data.threat import CHOICES
from sim.data.worlds import resolve_world
from sim.policy.ladder import LADDERS
from sim.policy.levers import LEVERS
from sim.record.declaration import Column
from sim.record.tables import TABLES

WHAT = {  # of each list, for those who ask for none
    "scenarios": "what can be run",
    "policies": "what scenarios are made of",
    "levers": "what policies set",
    "ladders": "packages of levers that governments climb",
    "places": "codes, names and groups",
    "threats": "tables for threat=",
    "outcomes": "recorded and derived columns",
}


def command(words: Sequence[str]) -> int:
    kinds: dict[str, Callable[[str | None], list[tuple[str, ...]]]] = {
        "scenarios": _scenarios,
        "policies": partial(_titled, "policy"),
        "levers": _levers,
        "ladders": _ladders,
        "places": _places,
        "threats": _threats,
        "outcomes": _outcomes,
    }
    args = one_argument(words, "list", "kind", WHAT, world=True)
    rows = _places(args.world) if args.kind == "places" else kinds[args.kind](args.config_dir)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    for row in rows:
        print("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths)), row[-1]]).rstrip())
    return 0


def _titled(group: str, config_dir: str | None) -> list[tuple[str, ...]]:
    """Names and titles of the YAML files of a group."""
    files = options(group, search_folders(config_dir).values())
    return [(name, _title(name, file)) for name, file in files.items()]


def _title(name: str, file: Path) -> str:
    try:
        values = read_yaml(file)
    except Unreadable as error:
        return f"({error.text})"
    values = values if isinstance(values, Mapping) else {}
    titles = values.get("titles")
    return str((titles.get(name) if isinstance(titles, Mapping) else "") or values.get("title") or "")


def _scenarios(config_dir: str | None) -> list[tuple[str, ...]]:
    baseline = ("baseline", "no departure from the policy of 2017 (run without +scenario)")
    return [baseline, *_titled("scenario", config_dir)]


def _levers(config_dir: str | None) -> list[tuple[str, ...]]:
    head = ("lever", "aim", "bounds", "unit", "meaning")
    rows = [
        (lever.name, lever.aim, f"{lever.lo:g} to {lever.hi:g}", lever.unit, lever.meaning) for lever in LEVERS.values()
    ]
    return [head, *rows]


def _ladders(config_dir: str | None) -> list[tuple[str, ...]]:
    found = {name: getattr(shipped_ladders(), name) for name in LADDERS}
    return [
        (
            name if len(ladder.rungs) == 1 else f"{name} {number}",
            rung.title,
            ", ".join(dict.fromkeys(entry.lever for entry in rung.entries.values())),
        )
        for name, ladder in found.items()
        for number, rung in enumerate(ladder.rungs, 1)
    ]


def _places(world: str | None) -> list[tuple[str, ...]]:
    try:
        data = load_world_data(resolve_world(world or "full"))
    except ValueError as error:
        raise ConfigError([f"command line: --world: {error}"]) from None
    members = {name: " ".join(data.iso3[place] for place in group(data, name)) for name in group_names()}
    groups = [(name, f"group: {codes}") for name, codes in members.items()]
    return [*zip(data.iso3, data.names), *groups]


def _threats(config_dir: str | None) -> list[tuple[str, ...]]:
    return [*CHOICES.items(), ("FILE.csv", "your own table in the same layout (docs/threat.md)")]


def _outcomes(config_dir: str | None) -> list[tuple[str, ...]]:
    head = ("outcome", "table", "kind", "unit", "meaning")
    recorded = [(c.name, table.name, c.kind, c.unit, _counted(c)) for table in TABLES.values() for c in table.columns]
    derived = [(o.name, o.table, "derived", o.unit, f"{o.meaning}: {o.formula}") for o in OUTCOMES.values()]
    return [head, *recorded, *derived]


def _counted(column: Column) -> str:
    return f"{column.meaning}; {column.counting} counting" if column.counting else column.meaning
