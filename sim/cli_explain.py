"""``explain NAME``: what a policy or scenario puts in force, when, where, on whom, how strongly, by which source."""

from __future__ import annotations

import argparse
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sim.config_read import ConfigError, near

if TYPE_CHECKING:
    from sim.config import Config
    from sim.data.tables import WorldData
    from sim.policy.schema import LeverUse, Policy, Scope

USAGE = "explain takes a scenario or policy: explain NAME [NAME ...] [--year YEAR]"
WIDTH = 140  # columns where the output is no terminal
COMBINATION = {
    "add": "strengths add up",
    "compound": "factors multiply: a and b give (1 + a)(1 + b) - 1",
    "complement": "shares left over multiply: a and b give 1 - (1 - a)(1 - b)",
    "weighted": "the mean counts, weighted by what each qualifies",
}


@dataclass(frozen=True)
class Row:
    """One strength of one lever while it holds; dates as text, an open end is empty."""

    policy: str
    issuer: str
    lever: str
    since: str
    until: str
    strength: str
    whom: str
    source: str


def explain(words: Sequence[str]) -> int:
    """The command: tables on standard output."""
    args = _parse(words)
    cfg = _composed(args.name, args.config_dir)
    year = _year(args.year, cfg)
    if not cfg.policies:
        print(f"{' '.join(args.name)}: no policies, so no departure from the policy of 2017")
        return 0
    from sim.data.tables import load_world_data

    data = load_world_data(cfg.world)
    rows = [row for name, policy in cfg.policies.items() for row in policy_rows(name, policy, data, year)]
    for title in cfg.titles.values():
        print(title)
    print("Strengths are departures from the policy of 2017; each holds from its first to its last day.")
    if not rows:
        first = min(day for policy in cfg.policies.values() for use in policy.levers.values() for day in use.values)
        print(f"\nNothing is in force in {year}; the first date is {first}.")
        return 0
    _print(rows, cfg, data, year)
    _print_notes(rows, cfg, data)
    return 0


def _parse(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--config-dir", "-cd", nargs="?")
    parser.add_argument("--year", nargs="?", const="")
    args, rest = parser.parse_known_args(words)
    names = [name for word in rest for name in word.strip("[]").split(",") if name]
    if not names or any(word.startswith("-") for word in rest):
        raise ConfigError([f"command line: {USAGE}"])
    args.name = names
    return args


def _composed(names: Sequence[str], config_dir: str | None) -> Config:
    """Configuration with the scenarios and policies of these names."""
    from sim.config import BASELINE, load_config
    from sim.config_compose import options, search_folders

    folders = search_folders(config_dir).values()
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
    return load_config(*overrides, config_dir=config_dir)


def _year(word: str | None, cfg: Config) -> int | None:
    if word is None:
        return None
    if not word.isdigit() or not cfg.start <= int(word) <= cfg.end:
        raise ConfigError([f"command line: --year: '{word}' is not allowed; allowed: {cfg.start} to {cfg.end}"])
    return int(word)


def policy_rows(name: str, policy: Policy, data: WorldData, year: int | None = None) -> Iterator[Row]:
    """Rows of a policy in the order of its file; with a year, only what is in force in it, as its mean strength."""
    for local, use in policy.levers.items():
        steps = list(_steps(use, year))
        for since, until, held in steps if year is None else _mean_of(policy, use, year, steps):
            yield Row(
                policy=name,
                issuer=place_words(policy.issuer, data),
                lever=use.lever if local == use.lever else f"{use.lever} ({local})",
                since=since.isoformat(),
                until=until.isoformat() if until else "",
                strength=f"{held:.4g} {_unit(use)}",
                whom=whom(use, policy.issuer, data),
                source=use.source,
            )


def _steps(use: LeverUse, year: int | None) -> Iterator[tuple[date, date | None, float]]:
    """First day, last day (None: open) and strength of each period in which a lever is not neutral."""
    from sim.policy.levers import LEVERS

    days = sorted(use.values)
    for first, end in zip(days, [*days[1:], None]):
        strength, last = use.values[first], end - timedelta(days=1) if end else None
        inside = year is None or (first.year <= year and (last is None or last.year >= year))
        if strength is not None and strength != LEVERS[use.lever].neutral and inside:
            yield first, last, strength


def _mean_of(
    policy: Policy, use: LeverUse, year: int, steps: Sequence[tuple[date, date | None, float]]
) -> Iterator[tuple[date, date | None, float]]:
    """The periods of one year as one, with the strength that the year's arrays are made of."""
    from sim.policy.timeline import year_strength

    if steps:
        yield steps[0][0], steps[-1][1], year_strength(policy, use, year)


def _unit(use: LeverUse) -> str:
    from sim.policy.levers import LEVERS

    return LEVERS[use.lever].unit


def place_words(words: Iterable[str], data: WorldData) -> str:
    """Names of places; groups keep their word."""
    names = dict(zip(data.iso3, data.names))
    return ", ".join("all places" if word == "ALL" else names.get(word, word) for word in words)


def whom(use: LeverUse, issuer: Sequence[str], data: WorldData) -> str:
    """On whom a lever bites: people, partners, fields, projects, institutions."""
    from sim.policy.levers import LEVERS

    lever, scope = LEVERS[use.lever], use.scope
    if lever.of:
        return f"{lever.of} of the same policy"
    others = "its own diaspora" if lever.own_origin else "all other places"
    parts = {
        "o": f"origin: {place_words(scope.origins, data) if scope.origins else others}",
        "b": f"partner: {place_words(scope.partners, data) if scope.partners else others}",
        "d": f"destination: {place_words(scope.destinations, data) if scope.destinations else others}",
        "k": f"projects: {_kinds(scope)}",
        "f": f"fields: {', '.join(scope.fields)}" if scope.fields else "all fields",
        "e": f"stages: {', '.join(scope.stages)}" if scope.stages else "all stages",
        "i": _institutions(scope.institution_threshold_musd, issuer, data),
    }
    order = [axis for axis in "obdkfei" if axis in lever.axes]
    return "; ".join(parts[axis] for axis in order) or "everyone in its places"


def _kinds(scope: Scope) -> str:
    words = [*(scope.sensitivity or ()), *(scope.research_type or ())]
    return " ".join(words) if words else "all"


def _institutions(threshold: float | None, issuer: Sequence[str], data: WorldData) -> str:
    """Institutions covered, with their number in the issuers' places."""
    from sim.places import resolve

    here = [place in resolve(data, list(issuer)) for place in data.institution_place]
    money = data.institution_federal_musd[here]
    if not threshold:
        return f"all {len(money)} institutions"
    covered = int((money >= threshold).sum())
    return f"{covered} of {len(money)} institutions, those with {threshold:g} million $ a year or more"


def _print(rows: Sequence[Row], cfg: Config, data: WorldData, year: int | None) -> None:
    """One table a policy; what is the same as in the line above is not repeated."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    console = Console(width=shutil.get_terminal_size((WIDTH, 40)).columns, highlight=False, markup=False)
    for name, policy in cfg.policies.items():
        mine = [row for row in rows if row.policy == name]
        if not mine:
            continue
        console.print(f"\n{name}: {policy.title}", style="bold")
        console.print(f"issued by {place_words(policy.issuer, data)}{f'; {policy.source}' if policy.source else ''}")
        table = Table(box=SIMPLE, pad_edge=False)
        for head in ("from", "until"):
            table.add_column(head, no_wrap=True)
        strength = "strength" if year is None else f"mean strength in {year}"
        for head, ratio in (("lever", 2), (strength, 2), ("on whom", 3), ("source", 4)):
            table.add_column(head, ratio=ratio, overflow="fold")
        above = ("", "", "")
        for row in mine:
            told = (row.lever, row.whom, row.source)
            lever, people, source = ("", "", "") if told == above else told
            table.add_row(row.since, row.until or "open", lever, row.strength, people, source)
            above = told
        console.print(table)


def _print_notes(rows: Sequence[Row], cfg: Config, data: WorldData) -> None:
    """What each lever does, how repeated ones combine, who is in the groups that were named."""
    from sim.places import GROUPS, group
    from sim.policy.levers import LEVERS

    uses = [use for policy in cfg.policies.values() for use in policy.levers.values()]
    shown = dict.fromkeys(row.lever.split(" ")[0] for row in rows)
    often = Counter(use.lever for use in uses)
    print("What the levers do")
    for name in shown:
        lever = LEVERS[name]
        print(f"  {name}: {lever.meaning} Range {lever.lo:g} to {lever.hi:g} {lever.unit}.")
        if often[name] > 1:
            print(f"    where several meet, {COMBINATION[lever.combine]}")
    scopes = [word for use in uses for words in (use.scope.origins, use.scope.partners, use.scope.destinations)
              for word in words or ()]  # fmt: skip
    words = dict.fromkeys([*(word for policy in cfg.policies.values() for word in policy.issuer), *scopes])
    named = [word for word in words if word in GROUPS]
    if named:
        print("Groups")
        for word in named:
            print(f"  {word}: {', '.join(data.names[place] for place in group(data, word))}")
