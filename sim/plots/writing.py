"""Figures of a command written into a folder, by two processes where there are two cores."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from sim.plots.figures import EFFECTS, LEVELS, Written, written
from sim.plots.material import material_of
from sim.running.signals import clean_start

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
    if material.compared and cfg.threads > 1:
        with _beside(written, material, LEVELS, folder) as others:
            found = [*written(material, EFFECTS, folder), *others()]
    else:
        found = written(material, [*EFFECTS, *LEVELS], folder)
    found.sort(key=lambda drawing: drawing.rank)
    notes = "\n".join(["# Notes on the figures\n", *(drawing.note for drawing in found)])
    (folder / NOTES).write_text(notes, encoding="utf-8")
    return [*(path for drawing in found for path in drawing.paths), folder / NOTES]


@contextmanager
def _beside(work: Callable[..., list[Written]], *job: Any) -> Iterator[Callable[[], list[Written]]]:
    """Do some of the work in a second process, which ends at once if the first fails; gives what hands it over."""
    executor = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
    try:
        with clean_start():
            future = executor.submit(work, *job)
        yield future.result
    except BaseException:
        for process in (executor._processes or {}).values():
            process.terminate()
        raise
    finally:
        executor.shutdown()
