"""With what an experiment without a store was made, in a line beside its numbers: replicates, scale, version, day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path

import pandas as pd

from experiments.common.figures import Draw, draw
from experiments.common.numbers import read_numbers
from experiments.common.page import write_finding, write_page
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


def write_from_numbers(
    home: Path,
    folder: Path,
    blocks: Callable[[pd.DataFrame], Mapping[str, str]],
    finding: Callable[[pd.DataFrame], str],
    figures: Callable[[pd.DataFrame, str], Mapping[str, Draw]],
) -> list[Path]:
    """Figures in a folder, and in the experiment's own the page and its row of the index; returns the figures.

    Parameters
    ----------
    blocks, finding : of the numbers; figures : of the numbers and the line with what they were made.
    """
    numbers, line = read_numbers(folder), read_made(folder)
    if folder == home:
        write_page(home / "README.md", blocks(numbers), line)
        write_finding(home, finding(numbers))
    return draw(folder, figures(numbers, line))
