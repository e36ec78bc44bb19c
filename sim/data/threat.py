"""Who is a threat to whom: a state of the world that no policy changes, read from a table of places and threats.

`threat=` names one of the world's own tables (`CHOICES`) or a CSV file in the same layout. How they are made, and how
to edit one: docs/threat.md.
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from sim.core.digest import file_digest
from sim.core.read import near
from sim.data.check import Grid, Problems, read_table
from sim.data.layout import TABLES
from sim.data.tables import WorldData
from sim.data.worlds import folder_of

CHOICES = {
    "rivalry": "strategic rivals, and those of a more capable defence ally",
    "votes": "distance in UN votes times distance in regime, less among allies",
    "rivals": "strategic rivals alone",
}
DEFAULT = "rivalry"
LAYOUT = next(table for table in TABLES if table.name == f"threat_{DEFAULT}")


def resolve_threat(threat: str) -> str:
    """A choice, or the absolute path of a file, so that other processes and machines find it.

    Raises
    ------
    ValueError : what is wrong and what is allowed.
    """
    if threat in CHOICES:
        return threat
    path = Path(os.path.expanduser(threat))
    if os.path.isfile(path):
        return str(path.absolute())
    allowed = f"allowed: {', '.join(CHOICES)}, or a CSV file in the layout of threat_{DEFAULT}.csv (docs/threat.md)"
    raise ValueError(f"no threat table '{threat}'; {near(threat, CHOICES)}{allowed}")


def threat_words(threat: str) -> str:
    """A table in captions and titles: its name, or that of its file."""
    return threat if threat in CHOICES else Path(threat).name


def threat_file(threat: str, world: str) -> Path:
    """The file of a choice in a world, or the file itself."""
    return folder_of(world) / f"threat_{threat}.csv" if threat in CHOICES else Path(threat)


def threat_digest(threat: str, world: str) -> str:
    """SHA-256 of the contents: a copy under another name is the same table."""
    return file_digest(threat_file(threat, world))


def read_threats(threat: str, data: WorldData, problems: Problems) -> Grid | None:
    """The rows of a table by place and threat, checked; every problem with file, row, column and what is allowed."""
    return _read(threat_file(threat, data.world), data.iso3, data.names, problems)


def _read(path: Path, codes: tuple[str, ...], names: tuple[str, ...], problems: Problems) -> Grid | None:
    table = replace(LAYOUT, name=path.name.removesuffix(".csv"))
    return read_table(path, table, list(codes), problems, dict(zip(names, codes)))


def threat_matrix(threat: str, data: WorldData) -> np.ndarray:
    """Threat of b to a [a, b], 0-1, diagonal 0; what has no row is 0.

    Parameters
    ----------
    threat : a choice or a file; data : of the world that it is about.

    Raises
    ------
    ValueError : every problem of the table, one a line.
    """
    path = threat_file(threat, data.world)
    return _matrix(path, data.iso3, data.names, file_digest(path))


@lru_cache(maxsize=16)
def _matrix(path: Path, codes: tuple[str, ...], names: tuple[str, ...], digest: str) -> np.ndarray:
    """Read once for each contents (`digest`), so that a file which is edited is read anew."""
    problems = Problems()
    grid = _read(path, codes, names, problems)
    if grid is None or problems.found:
        raise ValueError("\n".join(problems.messages()))
    index = {code: i for i, code in enumerate(codes)}
    out = np.zeros((len(index), len(index)))
    for (place, source), row in grid.rows.items():
        out[index[place], index[source]] = float(row["value"])
    out.setflags(write=False)
    return out


def of_concern(threat: np.ndarray, concern: float) -> np.ndarray:
    """List of concern [a, b] bool: b is a threat to a of `concern` or more."""
    return (threat >= concern) & (threat > 0.0)
