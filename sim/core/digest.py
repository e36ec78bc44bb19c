"""Digests of files, and of the code of this package."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def digest(files: Iterable[Path]) -> str:
    """SHA-256 over names and contents of files of the package."""
    parts = [f"{path.relative_to(PACKAGE).as_posix()} {file_digest(path)}" for path in files]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of the contents of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
