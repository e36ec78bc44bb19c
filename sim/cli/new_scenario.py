"""``talent-circulation new-scenario NAME``: a scenario of one's own, from policies and levers or to begin from."""

from __future__ import annotations

import argparse
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from sim.cli.commands import OWN, options_of
from sim.cli.lists import title_of
from sim.cli.own_scenario import Asked, as_typed, places_of, scenario_text
from sim.cli.parse import Parser, refuse_options
from sim.config.folders import config_root, options, search_folders
from sim.core.read import ConfigError, unknown

USAGE = """\
usage: talent-circulation new-scenario NAME [key=value ...] [options]

Writes a scenario of your own: shipped policies that are taken over, with what
is changed of them as policies.POLICY.KEY=VALUE (shift, issuer, title, levers),
and levers of your own; without any, a commented example to edit. It is composed
and checked before it is written, and no file is overwritten.

options
  --policy POLICY       take this policy over (list policies); may be repeated
  --lever LEVER=VALUE@DATE
                        a lever (list levers) at this strength from a year or
                        day on, or off from then; may be repeated
  --issuer PLACES       who pulls these levers: codes, names or groups, such as
                        CAN or CAN,Japan
  --on PLACES           origins, partners or destinations that they name, where
                        they can; everywhere else if left out
  --title WORDS         one sentence, for captions and above the table
  --config-dir FOLDER   where it is written; my_scenarios by default

examples
  talent-circulation new-scenario canada --issuer CAN \\
      --lever student_places=x2@2027 --lever "project_screening=3 %@2027"
  talent-circulation new-scenario canada_recruits --policy us_talent \\
      policies.us_talent.issuer=CAN policies.us_talent.shift=9
"""
TEMPLATE = """\
# @package _global_
# A scenario is a set of dated policies. Run this one:
#   {run}
# Policies before 2018 are inside the fitted rates, so strengths are departures from the policy of 2017.
# Shipped policies can be taken over: put lines such as "- /policy/g7_safeguards" before "- _self_", and below policies:
# "g7_safeguards: {{shift: 2, issuer: [JPN]}}" to move them by two years or have others issue them.
defaults:
  - _self_
titles:
  {name}: "One sentence, for captions and above the table"
policies:
  {name}:
    title: Screening and recruiting, an example   # shown beside policy dates
    issuer: [USA]                   # places or groups: talent-circulation list places
    levers:                         # talent-circulation list levers
      screening:                    # any name; used in overrides: policies.{name}.levers.screening...
        lever: visa_refusal
        unit: share refused         # optional; checked against the lever's unit
        values:                     # strength from each date on; null = no longer in force
          2020-01-01: 5 %           # or a number in the lever's unit, 0.05
          2030-01-01: null
        scope:                      # optional; what is left out means everywhere but the issuer
          origins: [CHN, RUS]       # also, by lever: partners, destinations, sensitivity, research_type,
          fields: [engineering, computing]        # stages, institution_threshold_musd
        ladder: restrict            # optional: what others see in it, protect 1 to 3, restrict, promote 1 to 3
        source: "assumption"        # where the number comes from, or the word assumption
      recruiting:
        lever: recruit_income
        values: {{2021-07-01: +5 %}}
        source: "assumption"
"""


def command(words: Sequence[str]) -> int:
    """Write a scenario that runs; never over an existing file."""
    args, asked = _parse(words)
    folder = Path(args.config_dir or OWN)
    _check_name(args.name, folder)
    titles = _titles(asked.policies, folder)
    there = "" if folder == Path(OWN) else f" --config-dir {folder}"
    run = f"talent-circulation +scenario={args.name}{there}"
    text = TEMPLATE.format(name=args.name, run=run) if asked == Asked(args.name) else scenario_text(asked, run, titles)
    _check(args.name, text, folder, asked)
    file = folder / "scenario" / f"{args.name}.yaml"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError([f"command line: new-scenario: cannot write {file}: {error.strerror}"]) from None
    print(f"wrote {file}")
    print(f"read it: talent-circulation explain {args.name}{there}")
    print(f"run it: {run}")
    print(f"with ranges: talent-circulation compare {args.name}{there}")
    return 0


def _parse(words: Sequence[str]) -> tuple[argparse.Namespace, Asked]:
    parser = Parser("new-scenario")
    parser.add_argument("--policy", action="append", default=[])
    parser.add_argument("--lever", action="append", default=[])
    parser.add_argument("--issuer", default="")
    parser.add_argument("--on", default="")
    parser.add_argument("--title", default="")
    parser.add_argument("--config-dir", "-cd")
    args, rest = parser.parse_known_args(words)
    refuse_options(rest, options_of(USAGE), "new-scenario")
    names = [word for word in rest if "=" not in word]
    if len(names) != 1:
        raise ConfigError(["command line: new-scenario takes one argument: new-scenario NAME"])
    args.name = names[0]
    changes = tuple(word for word in rest if "=" in word)
    levers, policies = tuple(args.lever), tuple(args.policy)
    issuer, on = places_of(args.issuer, "--issuer"), places_of(args.on, "--on")
    return args, Asked(args.name, policies, levers, issuer, on, args.title, changes)


def _check_name(name: str, folder: Path) -> None:
    """Refuse what is no name or is taken, and the folder of the shipped scenarios."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        text = f"'{name}' is no name for a scenario; allowed: small letters, digits and _, a letter first"
        raise ConfigError([f"command line: new-scenario: {text}"])
    if folder.resolve().is_relative_to(config_root().resolve()):
        text = f"'{folder}' holds the shipped scenarios, which are for everyone; allowed: another folder"
        raise ConfigError([f"command line: --config-dir: {text}"])
    searched = search_folders(str(folder) if folder.is_dir() else None)
    taken = {**options("scenario", searched.values()), **options("policy", searched.values())}
    if name in taken or name == "baseline":
        raise ConfigError([f"command line: new-scenario: '{name}' exists already ({taken.get(name, 'the baseline')})"])


def _titles(names: Sequence[str], folder: Path) -> dict[str, str]:
    """Titles of these policies; raises if there is none of a name."""
    known = options("policy", [config_root(), folder])
    if wrong := [name for name in names if name not in known]:
        raise ConfigError([f"command line: --policy: {unknown(name, 'policy', known)}" for name in wrong])
    return {name: title_of(name, known[name]) for name in names}


def _check(name: str, text: str, folder: Path, asked: Asked) -> None:
    """Compose the scenario in a folder of its own, beside what the user has; raises what a run of it would."""
    from sim.config.load import load_config

    with TemporaryDirectory() as place:
        for group in ("scenario", "policy"):
            (Path(place) / group).mkdir()
            for file in options(group, [folder]).values():
                shutil.copy(file, Path(place) / group)
        (Path(place) / "scenario" / f"{name}.yaml").write_text(text, encoding="utf-8")
        try:
            written = load_config(f"+scenario={name}", config_dir=place).policies
            if asked.changes:  # means the same as if it were typed
                typed = load_config(f"+policy=[{','.join(asked.policies)}]", *asked.changes, config_dir=place)
                apart = [one for one, policy in typed.policies.items() if written[one] != policy]
        except ConfigError as error:
            of_it = f"{Path(place) / 'scenario' / name}.yaml: "
            told = [_told(one.removeprefix(of_it), asked) if one.startswith(of_it) else one for one in error.messages]
            raise ConfigError([message.replace(place, str(folder)) for message in told]) from None
    if asked.changes and apart:
        text = f"cannot be written as a file: what is changed of {', '.join(apart)}; give it when running"
        raise ConfigError([f"command line: new-scenario: {text}"])


def _told(problem: str, asked: Asked) -> str:
    """``KEY: what is wrong`` with the words of the command line: the file that has the key is not there yet."""
    key, colon, text = problem.partition(": ")
    return f"command line: {as_typed(asked, key)}{colon}{text}"
