"""``talent-circulation list``: what can be named on the command line, in files and in Python."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

from sim.analysis.outcomes import OUTCOMES
from sim.cli.commands import block_of
from sim.cli.parse import Parser
from sim.config.files import Unreadable, read_yaml
from sim.config.folders import options, search_folders
from sim.config.ladders import shipped_ladders
from sim.core.read import ConfigError, unknown
from sim.data.places import group, group_names
from sim.data.tables import load_world_data
from sim.data.threat import CHOICES
from sim.data.worlds import resolve_world
from sim.policy.ladder import LADDERS
from sim.policy.levers import LEVERS, Lever
from sim.record.declaration import Column
from sim.record.tables import TABLES

USAGE = """\
usage: talent-circulation list KIND [WORD ...] [options]

What can be named on the command line, in files and in Python. With words, only
entries that hold all of them.

kinds
  scenarios     what can be run
  policies      what scenarios are made of
  levers        what policies set
  ladders       packages of levers that governments climb
  places        codes, names and groups
  threats       tables for threat=
  parameters    numbers of the model: default, range, unit, how they are known
  outcomes      recorded and derived columns
  tables        files that a run leaves behind

options
  --world WORLD         of places: full (default), g20, or a folder of tables
  --config-dir FOLDER   your own scenarios and policies too

examples
  talent-circulation list scenarios
  talent-circulation list parameters fear
  talent-circulation list levers institution_threshold_musd
"""
KINDS = block_of(USAGE, "kinds")
WIDTH = 80  # columns where the output is no terminal
NAME = 26  # columns of names; a longer one stands above its text
Entry = tuple[str, str]


def command(words: Sequence[str]) -> int:
    """Print the entries of one kind, each with what it is."""
    parser = Parser("list")
    parser.add_argument("--config-dir", "-cd", nargs="?")
    parser.add_argument("--world", default="full")
    args, rest = parser.parse_known_args(words)
    if not rest:
        kinds = "; ".join(f"{name}: {what}" for name, what in KINDS.items())
        raise ConfigError([f"command line: list takes a kind: list KIND [WORD ...] ({kinds})"])
    kind, *wanted = rest
    if kind not in KINDS:
        raise ConfigError([f"command line: list: {unknown(kind, 'kind', KINDS)}"])
    entries = _entries(kind, args.config_dir, args.world)
    found = [entry for entry in entries if all(word.lower() in " ".join(entry).lower() for word in wanted)]
    if not found:
        raise ConfigError([f"command line: list {kind}: nothing holds '{' '.join(wanted)}'"])
    for line in _lines(found, shutil.get_terminal_size((WIDTH, 40)).columns):
        print(line)
    return 0


def _lines(entries: Sequence[Entry], width: int) -> list[str]:
    """Names in a column, what they are beside them, broken at words."""
    column = min(NAME, max(len(name) for name, _ in entries))
    indent = " " * (column + 2)
    lines = []
    for name, text in entries:
        beside = len(name) <= column
        first = name.ljust(column + 2) if beside else indent
        lines += [] if beside else [name]
        lines.append(
            textwrap.fill(text, width, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False) or name
        )
    return lines


def _entries(kind: str, config_dir: str | None, world: str | None) -> list[Entry]:
    if kind in ("scenarios", "policies"):
        return _scenarios(config_dir) if kind == "scenarios" else _titled("policy", config_dir)
    if kind == "places":
        return _places(world)
    return {
        "levers": _levers,
        "ladders": _ladders,
        "threats": _threats,
        "parameters": _parameters,
        "outcomes": _outcomes,
        "tables": _tables,
    }[kind]()


def _titled(group: str, config_dir: str | None) -> list[Entry]:
    """Names and titles of the YAML files of a group."""
    files = options(group, search_folders(config_dir).values())
    return [(name, title_of(name, file)) for name, file in files.items()]


def title_of(name: str, file: Path) -> str:
    """Title in the file of a scenario or policy."""
    try:
        values = read_yaml(file)
    except Unreadable as error:
        return f"({error.text})"
    values = values if isinstance(values, Mapping) else {}
    titles = values.get("titles")
    return str((titles.get(name) if isinstance(titles, Mapping) else "") or values.get("title") or "")


def _scenarios(config_dir: str | None) -> list[Entry]:
    baseline = ("baseline", "no departure from the policy of 2017 (run without +scenario)")
    return [baseline, *_titled("scenario", config_dir)]


def _levers() -> list[Entry]:
    return [
        (lever.name, f"{lever.aim}, {lever.lo:g} to {lever.hi:g} {lever.unit}. {lever.meaning}{_scope(lever)}")
        for lever in LEVERS.values()
    ]


def _scope(lever: Lever) -> str:
    """What its scope may name: ``Scope: partners, fields, institution_threshold_musd.``"""
    return f" Scope: {', '.join(lever.scopes)}." if lever.scopes else ""


def _ladders() -> list[Entry]:
    found = {name: getattr(shipped_ladders(), name) for name in LADDERS}
    return [
        (
            name if len(ladder.rungs) == 1 else f"{name} {number}",
            f"{rung.title}: {', '.join(dict.fromkeys(entry.lever for entry in rung.entries.values()))}",
        )
        for name, ladder in found.items()
        for number, rung in enumerate(ladder.rungs, 1)
    ]


def _places(world: str | None) -> list[Entry]:
    try:
        data = load_world_data(resolve_world(world or "full"))
    except ValueError as error:
        raise ConfigError([f"command line: --world: {error}"]) from None
    members = {name: " ".join(data.iso3[place] for place in group(data, name)) for name in group_names()}
    groups = [(name, f"group: {codes}") for name, codes in members.items()]
    return [*zip(data.iso3, data.names), *groups]


def _threats() -> list[Entry]:
    return [*CHOICES.items(), ("FILE.csv", "your own table in the same layout (docs/threat.md)")]


def _parameters() -> list[Entry]:
    from sim.config.schema import parameter_table  # the other lists start without it

    return [(row["key"], _parameter(**row)) for row in parameter_table()]


def _parameter(default: object, bounds: tuple[object, ...] | None, unit: str, role: str, **row: str) -> str:
    """``0.3 (0 to 1) share of the gap to 1; assumption: what a defence pact adds``."""
    numbers = isinstance(default, (int, float)) and not isinstance(default, bool)
    allowed = "" if bounds is None else f" ({(' to ' if numbers else ', ').join(map(str, bounds))})"
    source = f": {row['source']}" if row["source"] else ""
    return f"{default}{allowed} {unit}".rstrip() + f"; {role}{source}"


def _outcomes() -> list[Entry]:
    recorded = [
        (column.name, f"{table.name}, {column.unit or column.kind}: {_counted(column)}")
        for table in TABLES.values()
        for column in table.columns
    ]
    derived = [(o.name, f"{o.table}, {o.unit}: {o.meaning} ({o.formula})") for o in OUTCOMES.values()]
    return [*recorded, *derived]


def _counted(column: Column) -> str:
    return f"{column.meaning}; {column.counting} counting" if column.counting else column.meaning


def _tables() -> list[Entry]:
    return [(table.name, f"{len(table.columns)} columns, a row for {table.rows}") for table in TABLES.values()]
