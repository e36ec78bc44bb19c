"""Worlds: which tables the model can run on, by name of a shipped one or by folder."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from sim.core.digest import children
from sim.core.read import near
from sim.data.layout import TABLES as LAYOUT

WORLDS = ("full", "g20")
TABLES = tuple(sorted(("affinity", *(table.name for table in LAYOUT))))  # what refit makes, and what it reads
FITTED = ("fitted_affinity", "fitted_exposure", "fitted_pairs", "fitted_place_year", "fitted_places", "paths")


def folder_of(world: str) -> Path:
    """Folder of a world's tables: of the package for a shipped name, else the folder itself."""
    if world in WORLDS:
        return Path(__file__).parent / world
    folder = Path(os.path.expanduser(world))
    if not world or not os.path.isdir(folder):  # which is false, not an error, for what can be no path
        raise KeyError(f"unknown world {world!r}; there are {', '.join(WORLDS)}, or the folder of another one")
    return folder


def resolve_world(world: str) -> str:
    """Name of a shipped world, or absolute path of a folder, so that other processes and machines find it.

    Raises
    ------
    ValueError : what is wrong and what is allowed.
    """
    if world in WORLDS:
        return world
    try:
        folder = folder_of(world).absolute()
    except KeyError:
        allowed = f"allowed: {', '.join(WORLDS)}, or a folder of tables as `talent-circulation refit` writes it"
        raise ValueError(f"no world '{world}'; {near(world, WORLDS)}{allowed}") from None
    missing = [f"{name}.csv" for name in (*TABLES, *FITTED) if not (folder / f"{name}.csv").is_file()]
    if missing:
        what = "a world is a folder with all tables, fitted ones included, as `talent-circulation refit` writes it"
        raise ValueError(f"folder '{world}' holds no {', '.join(missing)}; {what}")
    return str(folder)


def world_words(world: str) -> str:
    """A world in captions and titles: its name, or that of its folder."""
    return world if world in WORLDS else Path(world).name


def data_checksum(world: str = "full") -> str:
    """SHA-256 over names and bytes of all CSV files of a world, fitted ones included."""
    digest = hashlib.sha256()
    for path in children(folder_of(world), "*.csv"):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
