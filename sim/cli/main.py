"""The command: compose, check, then run; `python -m sim …` and `talent-circulation …` are the same."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path

from sim.cli.commands import COMMANDS, OWN, RUNNING, general_help, options_of, refuse_unknown, usage_of
from sim.cli.environment import DEBUG, environment
from sim.cli.parse import Parser, refuse_options
from sim.config.folders import ADDED, options, search_folders
from sim.core.read import ConfigError, Told, in_words
from sim.running.streams import silence, write_plainly

ADDRESS_SPACE = 4_000_000_000  # bytes; a small run reserves 2.7 GB on two cores, more on more, and uses a sixth of it
# Options that Hydra answers itself, without running anything.
HYDRA_OPTIONS = ("--cfg", "-c", "--info", "-i", "--hydra-help", "--shell-completion", "-sc")


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code: 0 done, 1 bad input or failed run, 130 interrupted, 141 nobody reads on."""
    words = list(sys.argv[1:] if argv is None else argv)
    show = "--traceback" in words
    write_plainly()
    try:
        with environment(DEBUG, "1") if show else nullcontext():
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
        where = "" if isinstance(error, Told) else " (--traceback shows where)"
        print(f"error: {in_words(error)}{where}", file=sys.stderr)
        return 1


def _command_first(words: list[str]) -> list[str]:
    """``--config-dir X explain NAME`` → ``explain NAME --config-dir X``."""
    n = 2 if words[:1] in (["--config-dir"], ["-cd"]) else 1
    moved = words[0].split("=")[0] in ("--config-dir", "-cd") if len(words) > n else False
    return [*words[n:], *words[:n]] if moved and words[n] in COMMANDS else words


def _dispatch(words: list[str]) -> int:
    if words[:1] == ["help"]:
        words = [*words[1:2], "--help"]
        if words[0] not in COMMANDS:
            refuse_unknown(words[0], [])
    command = words[0] if words and words[0] in COMMANDS else ""
    usage = usage_of(command) if command else general_help()
    if "-h" in words or "--help" in words:
        print(usage, end="")
        return 0
    if words == ["--version"]:
        from importlib.metadata import version  # which takes a moment

        print(version("talent-circulation"))
        return 0
    words = _with_own(words, usage)
    if not command or command in RUNNING:
        _check_address_space()
    if command:
        code: int = import_module(COMMANDS[command][0]).command(words[1:])
        return code
    if any(word.split("=")[0] in HYDRA_OPTIONS for word in words):
        from sim.cli.multirun import through_hydra

        through_hydra(words)
        return 0
    args, overrides = _parse(words)
    if overrides:
        refuse_unknown(overrides[0], list(options("scenario", search_folders(args.config_dir).values())))
    if args.multirun:
        from sim.cli.multirun import multirun

        return multirun(overrides, args.config_dir)
    return _run(overrides, args.config_dir)


def _with_own(words: list[str], usage: str) -> list[str]:
    """The words, with the user's own scenarios as --config-dir where they exist and no other folder is named."""
    named = any(word.split("=")[0] in ("--config-dir", "-cd") for word in words)
    taken = "--config-dir" in options_of(usage)
    return [*words, "--config-dir", OWN] if taken and not named and Path(OWN).is_dir() else words


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
    refuse_options(overrides, [*(f"+{group}" for group in ADDED), *options_of(general_help())])
    return args, overrides


def _run(overrides: Sequence[str], config_dir: str | None) -> int:
    from sim.config.load import load_config

    cfg = load_config(*overrides, config_dir=config_dir)
    from sim.cli.run import run_command

    return run_command(cfg)
