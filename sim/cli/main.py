"""The command: compose, check, then run; `python -m sim …` and `talent-circulation …` are the same."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version

from sim.cli.parse import Parser
from sim.core.read import ConfigError, in_words
from sim.running.streams import silence, write_plainly

USAGE = """\
usage: python -m sim [+scenario=NAME | +scenario=[A,B]] [key=value ...] [-m] [--config-dir FOLDER]
       python -m sim list scenarios|policies|levers|places|threats|outcomes
       python -m sim explain NAME [--year YEAR]     what a scenario or policy puts in force, with sources
       python -m sim new-scenario NAME
       python -m sim cache list|prune
       python -m sim balance SCENARIO [key=value ...] [--sweep] | balance RUN_FOLDER [FOLDER ...]
       python -m sim refit --to YEAR [--data FOLDER] [--out FOLDER]    fit to another last year of data: docs/refit.md
       python -m sim sweep experiments/NAME/sweep.yaml         thousands of runs: sweep --help, docs/sweeps.md
(talent-circulation ... is the same command)

Runs the baseline and, if one is named, a scenario; prints the main outcomes and writes tables and figures into
outputs/<experiment>/<key>/. The last line printed is that folder.

examples
  python -m sim                                       the baseline
  python -m sim +scenario=restrictive                 a scenario against the baseline
  python -m sim +scenario=[restrictive,open]          both together
  python -m sim -m +scenario=restrictive,open         one after the other
  python -m sim +scenario=open scale=1000 replicates=20 params.collaboration.refill=0.3
  python -m sim +scenario=open "policies.us_talent.levers.pay.values.2018-11-01=+10 %"
  python -m sim +scenario=nspm33 policies.us_nspm33.shift=2 policies.us_nspm33.issuer=[JPN]

settings (default)
  scale (100)       real researchers per agent          replicates (5)      repetitions
  seed (0)          random numbers                      start (1980), end (2035)
  world (full)      full, g20, or a folder of tables    threads (all cores)
  threat (rivalry)  rivalry, votes, rivals, or a CSV file: who is a threat to whom (docs/threat.md)
  government.mode (both)  scripted: direct effects; reactive: total effects; both
  outdir (outputs), experiment (the scenario's name)    compare, figures (true), progress (auto)
  checkpoint_seconds (30)  a killed run goes on from its last checkpoint when started again; 0 = none
  params.*          docs/parameters.md                  effects.*, policies.*   docs/levers.md

options
  -m, --multirun        run every combination of comma-separated values; hydra/launcher= joblib, slurm, ray does them
                        side by side, on a cluster (docs/clusters.md)
  --config-dir FOLDER   your own scenario/NAME.yaml and policy/NAME.yaml
  --traceback           show where an unexpected error came from
  --cfg job             print the composed configuration (and other options of Hydra: --hydra-help)
  --version, -h, --help
"""

# Module of each command; imported only when it is asked for, as some take seconds.
COMMANDS = {
    "list": "sim.cli.lists",
    "explain": "sim.cli.explain",
    "new-scenario": "sim.cli.new_scenario",
    "cache": "sim.cli.cache",
    "balance": "sim.cli.balance",
    "sweep": "sim.cli.sweep",
    "flip": "sim.cli.flip",
    "refit": "sim.cli.refit",
    "docs": "sim.cli.docs",
}
RUNNING = ("balance", "sweep", "flip", "refit")  # of these, the ones that compute
ADDRESS_SPACE = 4_000_000_000  # bytes; a small run reserves 2.7 GB on two cores, more on more, and uses a sixth of it
# Options that Hydra answers itself, without running anything.
HYDRA_OPTIONS = ("--cfg", "-c", "--info", "-i", "--hydra-help", "--shell-completion", "-sc")


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code: 0 done, 1 bad input or failed run, 130 interrupted, 141 nobody reads on."""
    words = list(sys.argv[1:] if argv is None else argv)
    show = "--traceback" in words
    write_plainly()
    try:
        code = _dispatch(_command_first([word for word in words if word != "--traceback"]))
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # the reader has seen enough: list … | head
        silence(sys.stdout)
        return 141
    except ConfigError as error:
        print("\n".join(f"error: {message}" for message in error.messages), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except Exception as error:
        if show:
            raise
        print(f"error: {in_words(error)} (--traceback shows where)", file=sys.stderr)
        return 1


def _command_first(words: list[str]) -> list[str]:
    """``--config-dir X explain NAME`` → ``explain NAME --config-dir X``."""
    n = 2 if words[:1] in (["--config-dir"], ["-cd"]) else 1
    moved = words[0].split("=")[0] in ("--config-dir", "-cd") if len(words) > n else False
    return [*words[n:], *words[:n]] if moved and words[n] in COMMANDS else words


def _dispatch(words: list[str]) -> int:
    if words[:1] not in (["sweep"], ["flip"]) and ("-h" in words or "--help" in words):
        print(USAGE, end="")
        return 0
    if words == ["--version"]:
        print(version("talent-circulation"))
        return 0
    if not words or words[0] in RUNNING or words[0] not in COMMANDS:
        _check_address_space()
    if words and words[0] in COMMANDS:
        code: int = import_module(COMMANDS[words[0]]).command(words[1:])
        return code
    if any(word.split("=")[0] in HYDRA_OPTIONS for word in words):
        from sim.cli.multirun import through_hydra

        through_hydra(words)
        return 0
    args, overrides = _parse(words)
    if args.multirun:
        from sim.cli.multirun import multirun

        return multirun(overrides, args.config_dir)
    return _run(overrides, args.config_dir)


def _check_address_space() -> None:
    """Refuse a limit under which OpenBLAS asks for its buffers for ever, inside an import and deaf to signals."""
    if sys.platform == "win32":
        return
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY and limit < ADDRESS_SPACE:
        have, need = f"{limit / 1e9:.1f} GB", f"{ADDRESS_SPACE / 1e9:g} GB"
        raise ConfigError(
            [f"the address space is limited to {have} (ulimit -v); allowed: no limit, or {need} at least"]
        )


def _parse(words: list[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = Parser()
    parser.add_argument("-m", "--multirun", action="store_true")
    parser.add_argument("--config-dir", "-cd")
    args, overrides = parser.parse_known_args(words)
    for word in overrides:
        if word.startswith("-"):
            raise ConfigError([f"command line: unknown option {word}; see --help"])
    return args, overrides


def _run(overrides: Sequence[str], config_dir: str | None) -> int:
    from sim.config.load import load_config

    cfg = load_config(*overrides, config_dir=config_dir)
    from sim.cli.run import run_command

    return run_command(cfg)
