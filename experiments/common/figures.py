"""What figures of experiments share: writing them beside numbers and page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.common.numbers import read_numbers, write_numbers
from experiments.common.page import write_page
from experiments.common.store import OpenStore
from sim.plots.style import INK, save

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


def labelled_bars(ax: Axes, mean: np.ndarray, se: np.ndarray, words: Sequence[str], colors: Sequence[str]) -> None:
    """Horizontal bars from the top down with two standard errors each way, and what they say to their right.

    Parameters
    ----------
    mean, se : [n]; NaN leaves a row empty. words, colors : n.
    """
    at, reach = np.arange(len(mean)), 2 * np.nan_to_num(se)
    ax.barh(at, np.nan_to_num(mean), color=list(colors), height=0.66, alpha=0.85)
    ax.hlines(at, mean - reach, mean + reach, color=INK, lw=0.9)
    for y, text in zip(at, words):
        ax.annotate(text, (1, y), (5, 0), ("axes fraction", "data"), textcoords="offset points", size=6.5, va="center")
    ax.axvline(0, color=INK, lw=0.7)
    ax.set_ylim(len(mean) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.set_xticks([])
