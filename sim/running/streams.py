"""What is printed must not end a command: letters that a stream does not know, streams that take nothing any more."""

from __future__ import annotations

import codecs
import os
import sys
from contextlib import suppress
from typing import TextIO

PLAIN = {"−": "-", "–": "-", "—": "-", "…": "...", "±": "+/-", "×": "x", "→": "->", "≤": "<=", "≥": ">="}


def write_plainly() -> None:
    """Have standard output and error write what their encoding lacks in ASCII; a minus stays one."""
    codecs.register_error("plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):  # not a stream of Python's own, or closed
            stream.reconfigure(errors="plain")  # type: ignore[union-attr]


def _plain(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(PLAIN.get(letter, "?") for letter in error.object[error.start : error.end]), error.end


def silence(stream: TextIO | int) -> None:
    """Let a stream that cannot be written take everything and keep nothing; Python would complain again at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream if isinstance(stream, int) else stream.fileno())


def silence_if_lost() -> None:
    """The same for standard output and error if their terminal is gone."""
    for code in (1, 2):
        try:
            os.write(code, b"")
        except OSError:
            silence(code)
