"""``talent-circulation new-scenario NAME``: a commented scenario to begin from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from sim.cli.parse import one_argument
from sim.config.folders import config_root, options, search_folders
from sim.core.read import ConfigError

OWN = "my_scenarios"  # beside the user, never among the shipped scenarios, which are for everyone
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
    """Write a commented scenario that runs; never over an existing file."""
    args = one_argument(words, "new-scenario", "name")
    name = args.name
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        text = f"'{name}' is no name for a scenario; allowed: small letters, digits and _, a letter first"
        raise ConfigError([f"command line: new-scenario: {text}"])
    folder = Path(args.config_dir or OWN)
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
