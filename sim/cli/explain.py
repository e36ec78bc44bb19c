"""``explain NAME``: what a policy or scenario puts in force, when, where, on whom, how strongly, by which source."""

from __future__ import annotations

import argparse
import shutil
from collections import Counter
from collections.abc import Sequence

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from sim.cli.parse import Parser
from sim.cli.rungs import rung_rows, rung_words
from sim.config.folders import options, search_folders
from sim.config.load import load_config
from sim.config.schema import Config
from sim.core.axes import BASELINE
from sim.core.read import ConfigError, near
from sim.data.places import GROUPS, group
from sim.data.tables import WorldData, load_world_data
from sim.data.threat import threat_matrix, threat_words
from sim.policy.levers import LEVERS
from sim.policy.unfounded import unfounded
from sim.policy.units import forms
from sim.policy.words import COMBINATION, Row, changes, not_reached, place_words, policy_rows

USAGE = "explain takes a scenario or policy: explain NAME [NAME ...] [key=value ...] [--year YEAR] [--world WORLD]"
OPTIONS = ("--year", "--world", "--config-dir")
WIDTH = 140  # columns where the output is no terminal


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
        print(line)
    if cfg.world != Config.world:
        print(f"World: {cfg.world}, data to {data.end}")
    if cfg.threat != Config.threat:
        print(f"Threats: {threat_words(cfg.threat)}")
    print(f"Strengths are departures from the policy of {data.end}; each holds from its first to its last day.")
    if not rows:
        first = min(day for use in cfg.uses for day in use.values)
        print(f"\nNothing is in force in {year}; the first date is {first}.")
        return 0
    _print(rows, cfg, data, year)
    if later := not_reached(cfg.policies, cfg.end):
        print(f"Not reached by {cfg.end}: {later}")
    _print_rungs(rung_rows(cfg, data, year))
    _print_notes(rows, cfg, data)
    for line in unfounded(cfg.policies, data, threat_matrix(cfg.threat, data)):
        print(f"Note: {line}")
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
    if options := [word for word in rest if word.startswith("-")]:
        known = near(options[0], OPTIONS)
        raise ConfigError([f"command line: explain: unknown option {options[0]}; {known}allowed: {', '.join(OPTIONS)}"])
    if not names:
        raise ConfigError([f"command line: {USAGE}"])
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
        raise ConfigError([f"command line: --year: '{word}' is not allowed; allowed: {cfg.start} to {cfg.end}"])
    return int(word)


def _print(rows: Sequence[Row], cfg: Config, data: WorldData, year: int | None) -> None:
    """One table a policy; what is the same as in the line above is not repeated."""
    console = _console()
    for name, policy in cfg.policies.items():
        mine = [row for row in rows if row.policy == name]
        if not mine:
            continue
        console.print(f"\n{name}: {policy.title}", style="bold")
        about = [f"issued by {place_words(policy.issuer, data)}", policy.source, *changes(policy, data)]
        console.print("; ".join(part for part in about if part))
        table = Table(box=SIMPLE, pad_edge=False)
        for head in ("from", "until"):
            table.add_column(head, no_wrap=True)
        strength = "strength" if year is None else f"mean strength in {year}"
        for head, ratio in (("lever", 2), (strength, 3), ("dose", 2), ("on whom", 3), ("rung", 2), ("source", 4)):
            table.add_column(head, ratio=ratio, overflow="fold")
        above: tuple[str, ...] = ()
        for row in mine:
            told = (row.lever, row.dose, row.whom, rung_words(row.step, cfg.ladder), row.source)
            lever, *rest = [""] * len(told) if told == above else told
            table.add_row(row.since, row.until or "open", lever, row.strength, *rest)
            above = told
        console.print(table)


def _console() -> Console:
    return Console(width=shutil.get_terminal_size((WIDTH, 40)).columns, highlight=False, markup=False)


def _print_rungs(rows: Sequence[tuple[str, ...]]) -> None:
    """What other governments see of all policies together."""
    print("Rungs in force, as other governments see them" + ("" if rows else ": none"))
    if rows:
        table = Table("years", "country", "protect", "restricts", "promote", box=SIMPLE, pad_edge=False)
        for row in rows:
            table.add_row(*row)
        _console().print(table)


def _print_notes(rows: Sequence[Row], cfg: Config, data: WorldData) -> None:
    """What each lever does, how repeated ones combine, who is in the groups that were named."""
    shown = dict.fromkeys(row.lever.split(" ")[0] for row in rows)
    often = Counter(use.lever for use in cfg.uses)
    print("What the levers do")
    for name in shown:
        lever = LEVERS[name]
        print(f"  {name}: {lever.meaning} Range {lever.lo:g} to {lever.hi:g} {lever.unit}; also {forms(lever)}.")
        if often[name] > 1:
            print(f"    where several meet, {COMBINATION[lever.combine]}")
    policies = cfg.policies.values()
    issuers = [word for policy in policies for word in policy.issuer]
    words = dict.fromkeys([*issuers, *(word for policy in policies for word in policy.named)])
    if groups := [word for word in words if word in GROUPS]:
        print("Groups")
        for word in groups:
            print(f"  {word}: {', '.join(data.names[place] for place in group(data, word))}")
