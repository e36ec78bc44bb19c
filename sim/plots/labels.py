"""Labels of points that do not run into each other or into the points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg

from sim.plots.style import GREY, text_width

_ANGLES = np.radians(np.arange(0, 360, 15))
_RADII = (0.0, 3.0, 7.0, 12.0, 18.0, 25.0, 33.0, 44.0)  # points of distance beyond the marker's edge
_PASSES = 4
_LEADER = 5.0  # points between marker and label from which a leader is drawn


def _candidates(half: np.ndarray, marker: float) -> np.ndarray:
    """Offsets [n, 2] (points) of a label's centre such that its box stands at each distance and angle."""
    gap = (marker + 1.2 + np.array(_RADII))[:, None, None]
    direction = np.column_stack([np.cos(_ANGLES), np.sin(_ANGLES)])
    # Square-root keeps the box outside the circle without pushing oblique labels too far out.
    return (direction * gap + np.sign(direction) * half * np.abs(direction) ** 0.5).reshape(-1, 2)


def _overlap(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Overlap area of each box [n, 4] (x0, y0, x1, y1) with all others [m, 4]."""
    area = np.ones((len(boxes), len(others)))
    for low, high in ((0, 2), (1, 3)):  # one axis after the other: arrays [n, m, 2] cost several times as much
        inner = np.minimum.outer(boxes[:, high], others[:, high]) - np.maximum.outer(boxes[:, low], others[:, low])
        area *= np.maximum(inner, 0.0)
    return area.sum(axis=1)


def _ends(point: np.ndarray, offsets: np.ndarray, half: np.ndarray) -> np.ndarray:
    """Where a leader from the point meets each label's box [n, 2]."""
    centre = point + offsets
    return np.clip(point, centre - half, centre + half)


def _crossed(starts: np.ndarray, end: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Number of boxes [m, 4] that each leader [n] from `starts` to `end` runs through, by sampling."""
    crossed = np.zeros((len(starts), len(boxes)), bool)
    for step in np.linspace(0.15, 0.85, 6):
        x, y = (starts * (1 - step) + end * step).T[:, :, None]
        crossed |= (x > boxes[:, 0]) & (x < boxes[:, 2]) & (y > boxes[:, 1]) & (y < boxes[:, 3])
    return crossed.sum(axis=1)


def _best_offset(
    point: np.ndarray, half: np.ndarray, marker: float, others: np.ndarray, frame: np.ndarray
) -> np.ndarray:
    """Offset with the least cost: overlap first, then leaders through other things, then distance."""
    offsets = _candidates(half, marker)
    reach = np.abs(offsets).max(axis=0) + half
    others = others[(others[:, :2] < point + reach).all(axis=1) & (others[:, 2:] > point - reach).all(axis=1)]
    centres = point + offsets
    boxes = np.hstack([centres - half, centres + half])
    ends = _ends(point, offsets, half)
    distance = np.hypot(*(ends - point).T) - marker
    outside = np.clip(frame[:2] - boxes[:, :2], 0, None).sum(axis=1) + np.clip(boxes[:, 2:] - frame[2:], 0, None).sum(
        axis=1
    )
    # Level with its point a label reads best, right of it better than left.
    side = 2.5 * np.abs(offsets[:, 1]) / (half[1] + marker + 1.2) + 0.3 * (offsets[:, 0] < 0)
    crossing = np.zeros(len(offsets))
    away = distance > _LEADER
    crossing[away] = _crossed(ends[away], point, others)
    return offsets[np.argmin(20 * _overlap(boxes, others) + 50 * outside + 25 * crossing + distance + side)]


def _place(points: np.ndarray, halves: np.ndarray, radius: np.ndarray, fixed: np.ndarray, frame: np.ndarray,
           order: Sequence[int]) -> np.ndarray:  # fmt: skip
    """Offsets [n, 2]; a few passes, so that the first labels make way for the last."""
    offsets = np.full(points.shape, np.nan)
    for _ in range(_PASSES):
        before = offsets.copy()
        for i in order:
            placed = [j for j in order if j != i and np.isfinite(offsets[j, 0])]
            centres = points[placed] + offsets[placed]
            labels = np.hstack([centres - halves[placed], centres + halves[placed]]).reshape(-1, 4)
            own = np.arange(len(fixed)) != i  # a label may come close to its own marker
            offsets[i] = _best_offset(points[i], halves[i], radius[i], np.vstack([fixed[own], labels]), frame)
        if np.array_equal(offsets, before):
            break
    return offsets


def label_points(
    ax: Axes,
    x: np.ndarray,
    y: np.ndarray,
    texts: Sequence[str],
    *,
    size: float = 6.5,
    markers: np.ndarray | float = 2.0,
    colors: Sequence[str] | str = GREY,
    order: Iterable[int] | None = None,
    blocked: np.ndarray | None = None,
) -> None:
    """Write each text beside its point, with a thin leader where it had to move away.

    Call it when the limits of the axes are final.

    Parameters
    ----------
    x, y : [n], data coordinates.
    texts : n labels; an empty text is skipped but its point is kept free.
    markers : radius of the markers in points, one or [n].
    order : indices, most important first; default as given.
    blocked : [m, 2], further data coordinates to keep free.
    """
    figure = ax.get_figure(root=True)
    assert figure is not None
    if not hasattr(figure.canvas, "get_renderer"):
        FigureCanvasAgg(figure)
    to_points = 72 / figure.dpi
    points = ax.transData.transform(np.column_stack([x, y])) * to_points
    radius = np.broadcast_to(np.asarray(markers, dtype=float), len(points))
    fixed = np.hstack([points - radius[:, None], points + radius[:, None]])
    if blocked is not None and len(blocked):
        lines = ax.transData.transform(blocked) * to_points
        fixed = np.vstack([fixed, np.hstack([lines - 1.0, lines + 1.0])])
    window = ax.get_window_extent()
    frame = np.array([window.x0, window.y0, window.x1, window.y1]) * to_points
    halves = np.array([[text_width(t, size) * 36 + 0.8, size * 0.52] for t in texts])
    wanted = [i for i in (range(len(points)) if order is None else order) if texts[i]]
    offsets = _place(points, halves, radius, fixed, frame, wanted)
    for i in wanted:
        color = colors if isinstance(colors, str) else colors[i]
        ax.annotate(
            texts[i], (x[i], y[i]), tuple(offsets[i]), textcoords="offset points", ha="center", va="center_baseline",
            size=size, color=color, annotation_clip=False,
        )  # fmt: skip
        end = _ends(points[i], offsets[i : i + 1], halves[i])[0]
        if np.hypot(*(end - points[i])) - radius[i] > _LEADER:
            ends = ax.transData.inverted().transform(np.vstack([end, points[i]]) / to_points)
            ax.plot(*ends.T, color=color, lw=0.4, zorder=2, clip_on=False)
