"""Worlds: which tables the model can run on, by name of a shipped one or by folder."""

from __future__ import annotations

import difflib
import hashlib
from pathlib import Path

WORLDS = ("full", "g20")
TABLES = (
    "academic_money", "affinity", "constants", "countries", "entry_origin", "flows", "globsci", "inputs",
    "institutions", "joint_papers", "output", "pairs", "people", "places", "stay_rates", "students", "us_doctorates",
    "vdem_place", "world",
)  # fmt: skip
FITTED = ("fitted_affinity", "fitted_pairs", "fitted_place_year", "fitted_places", "paths")


def folder_of(world: str) -> Path:
    """Folder of a world's tables: of the package for a shipped name, else the folder itself."""
    if world in WORLDS:
        return Path(__file__).parent / world
    folder = Path(world).expanduser()
    if not world or not folder.is_dir():
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
        near = difflib.get_close_matches(world.lower(), WORLDS, n=1, cutoff=0.6)
        hint = f"did you mean {near[0]}? " if near else ""
        allowed = f"allowed: {', '.join(WORLDS)}, or a folder of tables as `talent-circulation refit` writes it"
        raise ValueError(f"no world '{world}'; {hint}{allowed}") from None
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
    for path in sorted(folder_of(world).glob("*.csv")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
