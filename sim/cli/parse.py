"""What the commands share: a parser whose errors are lines to the user, one argument and ``--config-dir``."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from typing import NoReturn

from sim.core.read import ConfigError, near, unknown


class Parser(argparse.ArgumentParser):
    """Options of a command; what is wrong with them is a `ConfigError`.

    Parameters
    ----------
    command : its name, for messages; the main command has none.
    """

    def __init__(self, command: str = "") -> None:
        super().__init__(prog=command, add_help=False, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing and ending."""
        where = f"{self.prog}: " if self.prog else ""
        strange = message.partition("unrecognized arguments: ")[2].split(" ")[0]
        meant = near(strange, self._option_string_actions) if strange.startswith("-") else ""
        raise ConfigError([f"command line: {where}{message}; {meant}see --help"])


def refuse_options(words: Sequence[str], known: Iterable[str], command: str = "") -> None:
    """Raise `ConfigError` for the first word that looks like an option, with those that there are."""
    if strange := [word for word in words if word.startswith("-")]:
        where, options = f"{command}: " if command else "", list(known)
        told = f"unknown option {strange[0]}; {near(strange[0], options)}allowed: {', '.join(options)}"
        raise ConfigError([f"command line: {where}{told}"])


def one_argument(
    words: Sequence[str], command: str, argument: str, allowed: Mapping[str, str] | None = None, world: bool = False
) -> argparse.Namespace:
    """The one argument of a command, --config-dir and, if asked for, --world.

    Parameters
    ----------
    allowed : what the argument may be, each with what it is; anything if None.
    """
    parser = Parser(command)
    parser.add_argument("--config-dir", "-cd", nargs="?")
    if world:
        parser.add_argument("--world", default="full")
    args, rest = parser.parse_known_args(words)
    if len(rest) != 1:
        choices = "; ".join(f"{name}: {what}" for name, what in (allowed or {}).items())
        choice = f"{'|'.join(allowed)} ({choices})" if allowed else argument.upper()
        raise ConfigError([f"command line: {command} takes one argument: {command} {choice}"])
    if allowed and rest[0] not in allowed:
        raise ConfigError([f"command line: {command}: {unknown(rest[0], argument, allowed)}"])
    return argparse.Namespace(**vars(args), **{argument: rest[0]})
