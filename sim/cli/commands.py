"""The commands by name: where they live, what they do, their help; read without importing them, which takes seconds."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from sim.core.read import ConfigError, near

COMMANDS = {  # name -> module, what it does
    "compare": ("sim.cli.compare", "several scenarios in one table, figure and report, with ranges"),
    "report": ("sim.cli.report", "one page to mail or print, of a run or of scenarios"),
    "flip": ("sim.cli.flip", "the assumptions that would turn an answer round"),
    "balance": ("sim.cli.balance", "what a scenario gains and costs, and who pays"),
    "explain": ("sim.cli.explain", "what a scenario or policy puts in force, with sources"),
    "list": ("sim.cli.lists", "scenarios, policies, levers, parameters, outcomes, tables …"),
    "new-scenario": ("sim.cli.new_scenario", "write a scenario of your own"),
    "sweep": ("sim.cli.sweep", "thousands of runs, here or on a cluster"),
    "refit": ("sim.cli.refit", "fit the model to another last year of data"),
    "cache": ("sim.cli.cache", "list or delete what is kept between commands"),
    "completion": ("sim.cli.completion", "completion for bash, zsh and fish"),
    "docs": ("sim.cli.docs", "write the pages of docs/ that follow from code"),
}
OWN = (
    "my_scenarios"  # the user's folder of scenarios, beside them; never among the shipped ones, which are for everyone
)
RUNNING = ("compare", "report", "flip", "balance", "sweep", "refit")  # of these, the ones that compute

GENERAL = """\
usage: talent-circulation [+scenario=NAME] [key=value ...] [options]
       talent-circulation COMMAND ...     (COMMAND --help tells more)

Runs the baseline and, if one is named, a scenario; prints the main outcomes and
writes tables and figures into outputs/<experiment>/<key>/. The last line
printed is that folder. (python -m sim is the same command.)

commands
{commands}

settings (default)
  scale (100)           real researchers per agent
  replicates (5)        repetitions, for the part of chance
  start (1980), end (2035), seed (0), threads (all cores)
  world (full)          full, g20, or a folder of tables
  threat (rivalry)      rivalry, votes, rivals, or a CSV file: who is a threat
                        to whom (docs/threat.md)
  government.mode (both)
                        scripted: direct effects; reactive: total effects
  outdir (outputs), experiment (the scenario's name)
  compare (true), figures (on; svg: SVG beside PNG), progress (auto)
  checkpoint_seconds (30)
                        a killed run goes on from its last checkpoint; 0: none
  params.*              talent-circulation list parameters
  policies.*, effects.* talent-circulation list levers

options
  -m, --multirun        run every combination of comma-separated values;
                        hydra/launcher= joblib, slurm or ray does them side by
                        side, on a cluster (docs/clusters.md)
  --config-dir FOLDER   your own scenario/NAME.yaml and policy/NAME.yaml
                        (my_scenarios, if it is there)
  --traceback           show where an unexpected error came from
  --cfg job             print the composed configuration (--hydra-help: more)
  --version, -h, --help

examples
  talent-circulation
  talent-circulation +scenario=restrictive scale=1000
  talent-circulation +scenario=[restrictive,open]          both together
  talent-circulation -m +scenario=restrictive,open         one after the other
  talent-circulation +scenario=nspm33 policies.us_nspm33.shift=2
  talent-circulation +scenario=open \\
      "policies.us_talent.levers.pay.values.2018-11-01=+10 %"
"""


def general_help() -> str:
    """Help of the command itself, with a line for each sub-command."""
    return GENERAL.format(commands="\n".join(f"  {name:<14}{what}" for name, (_, what) in COMMANDS.items()))


def usage_of(name: str) -> str:
    """Help of a command: the text ``USAGE`` of its module, which is read rather than imported where it is plain."""
    module = COMMANDS[name][0]
    found = find_spec(module)
    if found is None or found.origin is None:
        return ""
    for node in ast.parse(Path(found.origin).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "USAGE":
            if isinstance(node.value, ast.Constant):
                return str(node.value.value)
            return str(import_module(module).USAGE)  # put together of parts
    return ""


def block_of(usage: str, heading: str) -> dict[str, str]:
    """Entries of a block of a help, ``  name  text`` below its heading."""
    block = usage.partition(f"\n{heading}\n")[2].partition("\n\n")[0]
    return dict(re.findall(r"^  (\S+) {2,}(.+)$", block, re.MULTILINE))


def options_of(usage: str) -> dict[str, tuple[str, ...]]:
    """Options with which lines of a help begin, each with the values it may have if they are listed."""
    lines = re.findall(
        r"^ *(?:-\w, )?(--[a-z-]+(?:, --[a-z-]+)*)(?: ([a-z0-9]+(?:\|[a-z0-9]+)+))?", usage, re.MULTILINE
    )
    return {
        option: tuple(values.split("|")) if values else ()
        for options, values in lines
        for option in options.split(", ")
    }


def refuse_unknown(word: str, scenarios: list[str]) -> None:
    """Raise if the first word is neither a command nor a setting.

    Raises
    ------
    ConfigError : with the commands that there are.
    """
    if "=" in word or word.startswith(("+", "-", "~")):
        return
    if word in scenarios:
        raise ConfigError([f"command line: '{word}' is a scenario: +scenario={word} runs it, explain {word} tells it"])
    told = f"no command '{word}'; {near(word, COMMANDS)}allowed: {', '.join(COMMANDS)}, or key=value; see --help"
    raise ConfigError([f"command line: {told}"])
