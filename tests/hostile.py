"""What may stand where a file of a store stood: rot, accidents, and what nobody would write who means well."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def _half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _bit(path: Path) -> None:
    """One bit, with the file's size and time left as they were."""
    times, content = path.stat(), bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def _other(write: Callable[[Path], Any]) -> Callable[[Path], None]:
    """Something else in place of the file."""

    def replace(path: Path) -> None:
        path.unlink()
        write(path)

    return replace


def _other_types(path: Path) -> None:
    """A mapping of JSON with all its names, whose values are of other types."""
    values = json.loads(path.read_bytes())
    path.write_text(json.dumps({name: [] if isinstance(value, dict) else {} for name, value in values.items()}))


def _more_types(path: Path) -> None:
    """The same one level down."""
    values = json.loads(path.read_bytes())
    path.write_text(json.dumps({name: _mixed(value) for name, value in values.items()}))


def _mixed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: ["x", {}] for name in value} | {"../../x": 1}
    return [{"x": []}, None] if isinstance(value, list) else value


ANY: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "half": _half,
    "one bit": _bit,
    "no text": lambda path: path.write_bytes(b"\xff\xfe\x00\x80" * 99),
    "a folder": _other(Path.mkdir),
    "a link to nowhere": _other(lambda path: path.symlink_to("/nonexistent")),
}
if sys.platform != "win32":  # who reads on until they end, never ends
    ANY |= {"a pipe": _other(os.mkfifo), "a device": _other(lambda path: path.symlink_to("/dev/zero"))}
OF_JSON: dict[str, Callable[[Path], object]] = {
    **ANY,
    "a list": lambda path: path.write_text("[]"),
    "a word": lambda path: path.write_text('"x"'),
    "an empty mapping": lambda path: path.write_text("{}"),
    "nested without end": lambda path: path.write_text("[" * 100_000),
    "values of other types": _other_types,
    "values of other types below": _more_types,
}


def cases(kinds: dict[str, str]) -> list[Any]:
    """Each kind of file, by name and pattern, with each damage that it can have.

    Every third is a test of each change, so that no kind and no damage is left out; the rest are long checks.
    """
    return [
        pytest.param(kind, what, marks=pytest.mark.full if (k + n) % 3 else ())
        for k, (kind, path) in enumerate(kinds.items())
        for n, what in enumerate(OF_JSON if path.endswith(".json") else ANY)
    ]


def spoil(folder: Path, pattern: str, what: str) -> Path:
    """Damage the last of the files that a pattern finds; gives its path."""
    path = sorted(folder.glob(pattern))[-1]
    OF_JSON[what](path)
    return path


def copy(folder: Path, to: Path) -> Path:
    """A copy to be damaged, with the times of its files."""
    return Path(shutil.copytree(folder, to))
