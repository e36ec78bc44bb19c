"""What a folder holds, and digests of files and of the code of this package."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from fnmatch import filter as matching
from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def children(folder: Path, names: str = "*") -> list[Path]:
    """Entries of a folder whose names match, in order; none if it is not there.

    A folder that cannot be read is an `OSError`. `Path.glob` finds nothing in it from Python 3.12 on.
    """
    try:
        return sorted(folder / name for name in matching(os.listdir(folder), names))
    except (FileNotFoundError, NotADirectoryError):
        return []


def modules(folder: Path) -> Iterator[Path]:
    """Python files in a folder and below it; `OSError` if one of the folders cannot be read."""
    for path in children(folder):
        if path.suffix == ".py":
            yield path
        elif path.is_dir():
            yield from modules(path)


def digest(files: Iterable[Path]) -> str:
    """SHA-256 over names and contents of files of the package."""
    parts = [f"{path.relative_to(PACKAGE).as_posix()} {file_digest(path)}" for path in files]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of the contents of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
