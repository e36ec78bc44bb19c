"""Commands beside running: lists of what can be named, a new scenario to begin from, the cache of histories."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from sim.config_read import ConfigError, unknown

TEMPLATE = """\
# @package _global_
# A scenario is a set of dated policies. Run this one:
#   {run}
# Policies before 2018 are inside the fitted rates, so strengths are departures from the policy of 2017.
# Shipped policies can be taken over: put lines such as "- /policy/g7_safeguards" before "- _self_".
defaults:
  - _self_
titles:
  {name}: "One sentence for captions and tables"
policies:
  {name}:
    title: Screening and recruiting, an example   # shown beside policy dates
    issuer: [USA]                   # places or groups: talent-circulation list places
    levers:                         # talent-circulation list levers
      screening:                    # any name; used in overrides: policies.{name}.levers.screening...
        lever: visa_refusal
        unit: share refused         # optional; checked against the lever's unit
        values:                     # strength from each date on; null = no longer in force
          2020-01-01: 0.05
          2030-01-01: null
        scope:                      # optional; what is left out means everywhere but the issuer
          origins: [CHN, RUS]       # also, by lever: partners, destinations, sensitivity, research_type,
          fields: [engineering, computing]        # stages, institution_threshold_musd
        source: "assumption"        # where the number comes from, or the word assumption
      recruiting:
        lever: recruit_income
        values: {{2021-07-01: 0.05}}
        source: "assumption"
"""


def command(words: Sequence[str]) -> int:
    """Run one of `sim.__main__.COMMANDS`."""
    name, *rest = words
    commands = {
        "list": _list,
        "explain": _explain,
        "new-scenario": _new_scenario,
        "cache": _cache,
        "balance": _balance,
        "sweep": _sweep,
    }
    return commands[name](rest)


def _explain(words: Sequence[str]) -> int:
    from sim.cli_explain import explain

    return explain(words)


def _balance(words: Sequence[str]) -> int:
    from sim.analysis.balance.command import command

    return command(words)


def _sweep(words: Sequence[str]) -> int:
    from sim.sweep.command import command

    return command(words)


def _list(words: Sequence[str]) -> int:
    kinds = {"scenarios": _scenarios, "policies": _policies, "levers": _levers, "places": _places}
    args = _parse(words, "list", "kind", *kinds)
    rows = kinds[args.kind](args.config_dir)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    for row in rows:
        print("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths)), row[-1]]).rstrip())
    return 0


def _parse(words: Sequence[str], command: str, argument: str, *allowed: str) -> argparse.Namespace:
    """The one argument of a command and --config-dir."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--config-dir", "-cd", nargs="?")
    args, rest = parser.parse_known_args(words)
    if len(rest) != 1:
        choice = "|".join(allowed) or argument.upper()
        raise ConfigError([f"command line: {command} takes one argument: {command} {choice}"])
    if allowed and rest[0] not in allowed:
        raise ConfigError([f"command line: {command}: {unknown(rest[0], argument, allowed)}"])
    return argparse.Namespace(config_dir=args.config_dir, **{argument: rest[0]})


def _titled(group: str, config_dir: str | None) -> list[tuple[str, ...]]:
    """Names and titles of the YAML files of a group."""
    import yaml

    from sim.config_compose import options, search_folders

    rows: list[tuple[str, ...]] = []
    for name, file in options(group, search_folders(config_dir).values()).items():
        values = yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader) or {}
        rows.append((name, (values.get("titles") or {}).get(name) or values.get("title") or ""))
    return rows


def _scenarios(config_dir: str | None) -> list[tuple[str, ...]]:
    return [
        ("baseline", "no departure from the policy of 2017 (run without +scenario)"),
        *_titled("scenario", config_dir),
    ]


def _policies(config_dir: str | None) -> list[tuple[str, ...]]:
    return _titled("policy", config_dir)


def _levers(config_dir: str | None) -> list[tuple[str, ...]]:
    from sim.policy.levers import lever_table

    head = ("lever", "aim", "bounds", "unit", "meaning")
    rows = [
        (row["name"], row["aim"], "{:g} to {:g}".format(*row["bounds"]), row["unit"], row["meaning"])
        for row in lever_table()
    ]
    return [head, *rows]


def _places(config_dir: str | None) -> list[tuple[str, ...]]:
    from sim.data.tables import load_world_data
    from sim.places import group, group_names

    data = load_world_data()
    members = {name: " ".join(data.iso3[place] for place in group(data, name)) for name in group_names()}
    groups = [(name, f"group: {codes}") for name, codes in members.items()]
    return [*zip(data.iso3, data.names), *groups]


def _new_scenario(words: Sequence[str]) -> int:
    """Write a commented scenario that runs; never over an existing file."""
    from sim.config_compose import config_root, options, search_folders

    args = _parse(words, "new-scenario", "name")
    name = args.name
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        text = f"'{name}' is no name for a scenario; allowed: small letters, digits and _, a letter first"
        raise ConfigError([f"command line: new-scenario: {text}"])
    folder = Path(args.config_dir or (config_root() if _in_clone() else "my_scenarios"))
    shipped = folder.resolve() == config_root().resolve()
    searched = search_folders(str(folder) if folder.is_dir() else None)
    taken = {**options("scenario", searched.values()), **options("policy", searched.values())}
    if name in taken or name == "baseline":
        raise ConfigError([f"command line: new-scenario: '{name}' exists already ({taken.get(name, 'the baseline')})"])
    run = f"python -m sim {'' if shipped else f'--config-dir {folder} '}+scenario={name}"
    file = folder / "scenario" / f"{name}.yaml"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(TEMPLATE.format(name=name, run=run), encoding="utf-8")
    except OSError as error:
        raise ConfigError([f"command line: new-scenario: cannot write {file}: {error.strerror}"]) from None
    print(f"wrote {file}\nrun it: {run}")
    return 0


def _in_clone() -> bool:
    """True if the shipped configuration is a clone's, where the user may write, and not a wheel's."""
    from sim.config_compose import config_root

    return config_root().parent != Path(__file__).parent


def _cache(words: Sequence[str]) -> int:
    """List or empty the cache: histories, macro states of baselines, checkpoints of unfinished runs."""
    args = _parse(words, "cache", "action", "list", "prune")
    from sim.record.cache import list_cache, prune_cache

    entries = list_cache() if args.action == "list" else prune_cache()
    for entry in entries:
        print(entry)
    kinds = {"histories": "history", "states of baselines": "macros", "checkpoints": "checkpoint"}
    counts = [f"{sum(entry.kind == kind for entry in entries)} {words}" for words, kind in kinds.items()]
    print(f"{', '.join(counts)} {'in the cache' if args.action == 'list' else 'removed'}")
    if args.action == "prune" and (left := list_cache()):
        print(f"{len(left)} left: in use, or not yours to delete")
    return 0
