"""Country shapes on the Equal Earth projection, from the package's own small file (no map library)."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any

import numpy as np
from matplotlib.path import Path

SHAPES = FilePath(__file__).parents[1] / "data" / "map" / "world_110m.json"
CENTRE = 11.0  # central meridian, degrees east: the map is cut at 169 W, in the Bering Strait
NORTH, SOUTH = 84.0, -57.0  # degrees; the map is trimmed to inhabited latitudes
# Coefficients of Savric, Patterson & Jenny 2019, "The Equal Earth map projection", doi:10.1080/13658816.2018.1504949.
_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796


def equal_earth(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Project degrees to the plane; areas stay in proportion.

    Parameters
    ----------
    lon : [...], degrees east, already within 180 of `CENTRE`.
    lat : [...], degrees north.

    Returns
    -------
    x, y : [...], in radii of the globe.
    """
    theta = np.arcsin(np.sqrt(3) / 2 * np.sin(np.radians(lat)))
    t2 = theta * theta
    t6 = t2 * t2 * t2
    slope = _A1 + 3 * _A2 * t2 + t6 * (7 * _A3 + 9 * _A4 * t2)
    x = 2 * np.sqrt(3) / 3 * np.radians(np.asarray(lon) - CENTRE) * np.cos(theta) / slope
    return x, theta * (_A1 + _A2 * t2 + t6 * (_A3 + _A4 * t2))


def around_centre(lon: np.ndarray) -> np.ndarray:
    """Longitudes moved by whole turns to within 180 degrees of `CENTRE`."""
    return (np.asarray(lon, dtype=float) - CENTRE + 180) % 360 - 180 + CENTRE


def _ring(arc_numbers: list[int], arcs: list[np.ndarray]) -> np.ndarray:
    """Closed ring of one polygon [n, 2], projected; one piece on the side of the cut where most of it lies."""
    parts = [arcs[a] if a >= 0 else arcs[~a][::-1] for a in arc_numbers]
    points = np.concatenate([parts[0], *[p[1:] for p in parts[1:]]])
    lon = np.unwrap(points[:, 0], period=360)
    lon += around_centre(lon.mean()) - lon.mean()
    return np.column_stack(equal_earth(lon, points[:, 1]))


def _path(rings: list[np.ndarray]) -> Path:
    codes = []
    for ring in rings:
        codes += [Path.MOVETO] + [Path.LINETO] * (len(ring) - 2) + [Path.CLOSEPOLY]
    return Path(np.concatenate(rings), codes)


@lru_cache(maxsize=1)
def country_paths() -> dict[str, Path]:
    """Matplotlib path of each country, by ISO 3166-1 alpha-3 code (XKX: Kosovo)."""
    raw: dict[str, Any] = json.loads(SHAPES.read_text(encoding="utf-8"))
    arcs = [np.cumsum(np.reshape(a, (-1, 2)), axis=0) * raw["step_degrees"] for a in raw["arcs"]]
    return {code: _path([_ring(r, arcs) for r in rings]) for code, rings in raw["shapes"].items()}


def outline() -> Path:
    """Edge of the trimmed world map."""
    lat = np.linspace(SOUTH, NORTH, 60)
    left = np.column_stack(equal_earth(np.full(60, CENTRE - 180), lat))
    right = np.column_stack(equal_earth(np.full(60, CENTRE + 180), lat[::-1]))
    return _path([np.concatenate([left, right, left[:1]])])
