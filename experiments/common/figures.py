"""What figures of experiments share: writing them beside numbers and page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from experiments.common.numbers import read_numbers, write_numbers
from experiments.common.page import write_page
from experiments.common.store import OpenStore
from sim.plots.style import save

BAND = "Bands: where a further replicate would fall with a probability of 90 %."
Draw = Callable[[], Figure]


def finish(
    opened: OpenStore,
    numbers: pd.DataFrame,
    tables: Callable[[pd.DataFrame], Mapping[str, str]],
    figures: Mapping[str, Draw],
) -> list[Path]:
    """Write ``numbers.csv``, the page's tables and the figures; returns what was written."""
    file = write_numbers(opened.folder, numbers)
    if opened.page is not None:
        # from the file, as every reader gets them: rounding twice can differ in the last digit
        write_page(opened.page, tables(read_numbers(opened.folder)), opened.settings())
    return [file, *draw(opened.folder, figures)]


def draw(folder: Path, figures: Mapping[str, Draw]) -> list[Path]:
    """Draw figures into the folder's ``figures``, by name; returns the files."""
    return [path for name, figure in figures.items() for path in save(figure(), folder / "figures", name)]
