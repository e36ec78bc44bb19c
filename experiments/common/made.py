"""With what an experiment without a store was made, in a line beside its numbers: replicates, scale, version, day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from sim.running.manifest import package_version

FILE = "settings.txt"


def made(replicates: int, scales: Iterable[int], *more: str) -> str:
    """The line: ``4 replicates, one agent for 100 researchers; version 0.2.0, 2026-11-30``."""
    agents = "/".join(f"{scale:,}" for scale in sorted(set(scales)))
    runs = f"{replicates} replicate{'s' * (replicates != 1)}, one agent for {agents} researchers"
    return f"{', '.join((runs, *more))}; {version_and_day()}"


def version_and_day() -> str:
    """``version 0.2.0, 2026-11-30``."""
    return f"version {package_version('talent-circulation')}, {date.today()}"


def write_made(folder: Path, line: str) -> str:
    """Keep the line beside the numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(f"{line}\n", encoding="utf-8")
    return line


def read_made(folder: Path) -> str:
    """The line as it was kept."""
    return (folder / FILE).read_text(encoding="utf-8").strip()
