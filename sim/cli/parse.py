"""What the small commands share: one argument and ``--config-dir``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from sim.core.read import ConfigError, unknown


def one_argument(words: Sequence[str], command: str, argument: str, *allowed: str) -> argparse.Namespace:
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
