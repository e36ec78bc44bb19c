"""Figures of a command written into a folder.

In the command's own process: a second one costs more in imports than it saves in waiting.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from sim.plots.captions import assemble
from sim.plots.figures import DRAWINGS
from sim.plots.material import material_of
from sim.plots.style import save

NOTES = "notes.md"  # beside the figures


def write_figures(frames: Mapping[str, pd.DataFrame], cfg: Any, folder: Path, data: Any = None) -> list[Path]:
    """Draw every figure that the frames allow, write each as PNG (``figures=svg``: also as SVG), and notes on all.

    Parameters
    ----------
    frames : table name -> tidy frame; `place_year`, `world_year` and, if there are any, `decisions` are read.
    cfg : `sim.config.load.Config` of the command.
    folder : where to write; made if missing.
    data : world data to compare with; the package's own by default.

    Returns
    -------
    Paths written, in the order of drawing; the notes last.
    """
    material = material_of(frames, cfg, data)
    if material.place_year.empty:
        return []
    paths, notes = list[Path](), ["# Notes on the figures\n"]
    for draw in DRAWINGS:
        for name, figure, alt, said in draw(material):
            paths += save(figure, folder, name, svg=cfg.figures == "svg")
            notes.append(f"## {figure.get_label()}\n\n![{alt}]({name}.png)\n\n{assemble(*said)}\n")
    (folder / NOTES).write_text("\n".join(notes), encoding="utf-8")
    return [*paths, folder / NOTES]
