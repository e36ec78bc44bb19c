"""Maps and labels of the figures hold what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sim.data.tables import load_world_data
from sim.data.worlds import WORLDS
from sim.plots import geo
from sim.plots.labels import label_points
from sim.plots.world_map import class_bounds


def test_projection_keeps_areas() -> None:
    """A degree cell's projected area over its area on the globe is the same at all latitudes."""
    ratios = []
    for south in (-50.0, -10.0, 0.0, 35.0, 70.0):
        lon = np.array([20.0, 21.0, 21.0, 20.0])
        lat = np.array([south, south, south + 1, south + 1])
        x, y = geo.equal_earth(lon, lat)
        flat = 0.5 * abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))
        globe = np.radians(1) * (np.sin(np.radians(south + 1)) - np.sin(np.radians(south)))
        ratios.append(flat / globe)
    assert ratios == pytest.approx([ratios[0]] * 5, rel=1e-3)


@pytest.mark.parametrize("world", WORLDS)
def test_every_place_is_on_the_map(world: str) -> None:
    data = load_world_data(world)
    shapes = geo.country_paths()
    dots = [c for c, rest in zip(data.iso3, data.is_rest) if not rest and c not in shapes]
    assert set(dots) <= {"SGP", "HKG"}


def test_shapes_lie_within_the_outline() -> None:
    x, _ = geo.equal_earth(np.array([geo.CENTRE - 180, geo.CENTRE + 180]), np.zeros(2))
    for path in geo.country_paths().values():
        assert path.vertices[:, 0].min() > x[0] * 1.02
        assert path.vertices[:, 0].max() < x[1] * 1.02
        rings = np.split(path.vertices, np.flatnonzero(path.codes == path.MOVETO)[1:])
        assert max(np.ptp(ring[:, 0]) for ring in rings) < 2.2  # no ring is torn across the map; Russia spans 2


def test_class_bounds() -> None:
    bounds = class_bounds(np.linspace(-9, 9, 100))
    assert list(bounds) == [-10, -5, -2, -1, 1, 2, 5, 10]
    assert (np.diff(class_bounds(np.zeros(5))) > 0).all()


# ---- labels


def test_labels_keep_clear_of_each_other() -> None:
    rng = np.random.default_rng(3)
    figure = Figure(figsize=(7, 6), dpi=100)
    FigureCanvasAgg(figure)
    ax = figure.add_axes((0.1, 0.1, 0.85, 0.85))
    ax.set(xlim=(0, 1), ylim=(0, 1))
    x, y = rng.uniform(0.2, 0.8, 40), rng.uniform(0.2, 0.8, 40)
    label_points(ax, x, y, [f"Country {i}" for i in range(40)], markers=2.0)
    renderer = figure.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in ax.texts]
    assert len(boxes) == 40
    overlaps = [
        (a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :] if a.shrunk(0.9, 0.7).overlaps(b.shrunk(0.9, 0.7))
    ]
    assert not overlaps
