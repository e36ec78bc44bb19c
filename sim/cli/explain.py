"""``explain NAME``: what a policy or scenario puts in force, when, where, on whom, how strongly, by which source."""

from __future__ import annotations

import argparse
import shutil
import textwrap
from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from sim.cli.commands import options_of
from sim.cli.parse import Parser, refuse_options
from sim.cli.rungs import rung_rows, rung_words
from sim.config.folders import options, search_folders
from sim.config.load import load_config
from sim.config.schema import Config
from sim.core.axes import BASELINE
from sim.core.read import ConfigError, near
from sim.data.clock import LAST_YEAR
from sim.data.places import GROUPS, group
from sim.data.tables import WorldData, load_world_data
from sim.data.threat import threat_matrix, threat_words
from sim.policy.levers import LEVERS
from sim.policy.unfounded import unfounded
from sim.policy.units import forms
from sim.policy.words import COMBINATION, Row, changes, key_words, not_reached, place_words, policy_rows

FORM = "explain takes a scenario or policy: explain NAME [NAME ...] [key=value ...] [--year YEAR] [--world WORLD]"
USAGE = """\
usage: talent-circulation explain NAME [NAME ...] [key=value ...] [options]

What scenarios and policies put in force: when, how strongly, on whom, how well
that is known, by which source. Settings change it as they would change a run:
"set by" tells the keys of a policy, in which LEVER is the lever's name below
it, or what stands in brackets behind that.

options
  --year YEAR           only what is in force in that year
  --world WORLD         full (default), g20, or a folder of tables
  --config-dir FOLDER   your own scenarios and policies too

examples
  talent-circulation explain japan_checklist --year 2024
  talent-circulation explain nspm33 policies.us_nspm33.shift=2
"""
WIDTH = 80  # columns where the output is no terminal


def command(words: Sequence[str]) -> int:
    """The command: tables on standard output."""
    args = _parse(words)
    cfg = _composed(args)
    year = _year(args.year, cfg)
    data = load_world_data(cfg.world)
    if not cfg.policies:
        print(f"{' '.join(args.name)}: no policies, so no departure from the policy of {data.end}")
        return 0
    rows = [row for name, policy in cfg.policies.items() for row in policy_rows(name, policy, data, year)]
    for line in _titles(args.name, cfg):
        _say(line)
    if cfg.world != Config.world:
        print(f"World: {cfg.world}, data to {data.end}")
    if cfg.threat != Config.threat:
        print(f"Threats: {threat_words(cfg.threat)}")
    held = "each holds from its first to its last day" if year is None else f"each is the mean strength in {year}"
    _say(f"Strengths are departures from the policy of {data.end}; {held}.")
    if not rows:
        first = min(day for use in cfg.uses for day in use.values)
        print(f"\nNothing is in force in {year}; the first date is {first}.")
        return 0
    _print_policies(rows, cfg, data)
    if later := not_reached(cfg.policies, cfg.end):
        _say(f"Not reached by {cfg.end}: {later}")
    _print_rungs(rung_rows(cfg, data, year))
    _print_notes(rows, cfg, data)
    for line in unfounded(cfg.policies, data, threat_matrix(cfg.threat, data)):
        _say(f"Note: {line}")
    return 0


def _titles(names: Sequence[str], cfg: Config) -> list[str]:
    """Titles of the scenarios asked for, then of those that they build on."""
    own = [cfg.titles[name] for name in names if name in cfg.titles]
    others = [f"{title} ({name})" for name, title in cfg.titles.items() if name not in names]
    return [*own, *([f"Builds on: {'; '.join(others)}"] if others else [])]


def _parse(words: Sequence[str]) -> argparse.Namespace:
    parser = Parser("explain")
    parser.add_argument("--config-dir", "-cd", nargs="?")
    parser.add_argument("--year", nargs="?", const="")
    parser.add_argument("--world")
    args, rest = parser.parse_known_args(words)
    args.overrides = [word for word in rest if "=" in word and not word.startswith("-")]
    rest = [word for word in rest if word not in args.overrides]
    names = [name for word in rest for name in word.strip("[]").split(",") if name]
    refuse_options(rest, options_of(USAGE), "explain")
    if not names:
        raise ConfigError([f"command line: {FORM}"])
    args.name = names
    return args


def _composed(args: argparse.Namespace) -> Config:
    """Configuration with the scenarios and policies of the names given, and with overrides."""
    names, folders = args.name, search_folders(args.config_dir).values()
    scenarios, policies = options("scenario", folders), options("policy", folders)
    wrong = [name for name in names if name not in scenarios and name not in policies and name != BASELINE]
    if wrong:
        every = [BASELINE, *scenarios, *policies]
        allowed = f"allowed: scenarios {', '.join([BASELINE, *scenarios])}; policies {', '.join(policies)}"
        text = "command line: explain: no scenario or policy"
        raise ConfigError([f"{text} '{name}'; {near(name, every)}{allowed}" for name in wrong])
    overrides = [
        f"+{group}=[{','.join(chosen)}]"
        for group, found in (("scenario", scenarios), ("policy", policies))
        if (chosen := [name for name in names if name in found and (group == "scenario" or name not in scenarios)])
    ]
    world = [f"world={args.world}"] if args.world else []
    return load_config(*overrides, *world, *args.overrides, config_dir=args.config_dir)


def _year(word: str | None, cfg: Config) -> int | None:
    if word is None:
        return None
    if not word.isdigit() or not cfg.start <= int(word) <= cfg.end:
        later = word.isdigit() and cfg.end < int(word) <= LAST_YEAR
        allowed = f"allowed: {cfg.start} to {cfg.end}{f'; later years with end={word}' if later else ''}"
        raise ConfigError([f"command line: --year: '{word}' is not allowed; {allowed}"])
    return int(word)


def _say(text: str, first: str = "", indent: str = "  ") -> None:
    """A paragraph as wide as the terminal; lines after the first are indented."""
    width = shutil.get_terminal_size((WIDTH, 40)).columns
    print(textwrap.fill(text, width, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False))


def _print_policies(rows: Sequence[Row], cfg: Config, data: WorldData) -> None:
    """A block a lever: its strengths by date, then what is the same of all of them."""
    for name, policy in cfg.policies.items():
        mine = [row for row in rows if row.policy == name]
        if not mine:
            continue
        print()
        _say(f"{name}: {policy.title}")
        about = [f"issued by {place_words(policy.issuer, data)}", policy.source, *changes(policy, data)]
        _say("; ".join(part for part in about if part), "  ")
        _say(f"set by {key_words(name, policy)}", "  ", "    ")
        for lever, held in groupby(mine, key=lambda row: row.lever):
            print(f"  {lever}")
            _print_lever(list(held), cfg)


def _print_lever(rows: Sequence[Row], cfg: Config) -> None:
    dates = [f"{row.since} to {row.until}" if row.until else f"{row.since} on" for row in rows]
    for when, row in zip(dates, rows):
        _say(f"{when.ljust(max(map(len, dates)))}  {row.strength}", " " * 4, " " * 6)
    one = rows[0]
    about = (
        ("known", one.dose),
        ("on", one.whom),
        ("seen as", rung_words(one.step, cfg.ladder)),
        ("source", one.source),
    )
    for label, text in about:
        if text:
            _say(f"{label.ljust(9)}{text}", " " * 4, " " * 13)


def _print_rungs(rows: Sequence[tuple[str, ...]]) -> None:
    """What other governments see of all policies together."""
    print("\nRungs in force, as other governments see them" + ("" if rows else ": none"))
    for when, country, protect, restricts, promote in rows:
        steps = (("protect", protect), ("restricts", restricts), ("promote", promote))
        _say(f"{when}: {country}: {', '.join(f'{word} {step}' for word, step in steps if step)}", "  ", "    ")


def _print_notes(rows: Sequence[Row], cfg: Config, data: WorldData) -> None:
    """What each lever does, how repeated ones combine, who is in the groups that were named."""
    shown = dict.fromkeys(row.lever.split(" ")[0] for row in rows)
    often = Counter(use.lever for use in cfg.uses)
    print("\nWhat the levers do")
    for name in shown:
        lever = LEVERS[name]
        _say(
            f"{name}: {lever.meaning} Range {lever.lo:g} to {lever.hi:g} {lever.unit}; also {forms(lever)}.",
            "  ",
            "    ",
        )
        if often[name] > 1:
            _say(f"where several meet, {COMBINATION[lever.combine]}", "    ", "    ")
    policies = cfg.policies.values()
    issuers = [word for policy in policies for word in policy.issuer]
    words = dict.fromkeys([*issuers, *(word for policy in policies for word in policy.named)])
    if groups := [word for word in words if word in GROUPS]:
        print("Groups")
        for word in groups:
            _say(f"{word}: {', '.join(data.names[place] for place in group(data, word))}", "  ", "    ")
