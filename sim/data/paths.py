"""What comes after the last year of data: one rule for every series, by kind.

A series goes on from its **last value**, with the trend of its last years in the scale of its link, shrunk by its
standard error and damped: h years on it has moved by ``slope * (d + d^2 + ... + d^h)``. ``years = 0`` is no trend.
``paths.csv`` has the rule of each kind, chosen by `sim.analysis.backtest` on data to the last year of the world, and
the spread of its errors there, which a run may draw as parameters (docs/decisions/after-the-data.md).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path as File

import numpy as np

LINKS = ("log", "logit", "linear")
HORIZONS = 5  # years of a backtest; later errors grow with the root of time
LARGE_PAIR = 50.0  # moves a year of a directed pair that has a rule of its own (assumption)
MOST = 0.10  # largest slope a year in the link's scale: small systems' jumps are not carried on (assumption)
SPREADS = ("common", "own")


@dataclass(frozen=True)
class Path:
    """How series of one kind go on.

    Attributes
    ----------
    kind : name; link : scale of trend and errors: ``log``, ``logit`` (shares, 0-1) or ``linear``.
    years : steps of the window of the trend (one value more); 0 for the last value.
    shrink : standard errors by which the trend is drawn towards 0; damping : fading of the trend, a year.
    common, own : [5], standard deviation of the backtest's errors 1-5 years on, in the link's scale: part common to all
        series and each one's own part.
    chosen_by : what the choice rests on, in words.
    """

    kind: str
    link: str
    years: int
    shrink: float
    damping: float
    common: np.ndarray
    own: np.ndarray
    chosen_by: str = ""


def to_link(values: np.ndarray, link: str) -> np.ndarray:
    """Values in the link's scale; what has none there (log of 0) is infinite, what is outside is NaN."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if link == "log":
            out: np.ndarray = np.log(values)
        elif link == "logit":
            out = np.log(values / (1.0 - values))
        else:
            out = np.asarray(values, float)
    return out


def shifted(values: np.ndarray, shift: np.ndarray, link: str) -> np.ndarray:
    """Values moved by so much in the link's scale; to the bit the same where the shift is 0."""
    if link == "log":
        out: np.ndarray = values * np.exp(shift)
    elif link == "logit":
        out = np.where(shift == 0.0, values, values / (values + (1.0 - values) * np.exp(-shift)))
    else:
        out = values + shift
    return out


def slope(series: np.ndarray, path: Path, most: float = MOST) -> np.ndarray:
    """Trend a year [...] of a series [T, ...] at its end, in the link's scale.

    Least squares over the last ``years + 1`` values (fewer if there are fewer), drawn towards 0 by ``shrink`` standard
    errors, at most `most`; 0 where a value of the window is missing or has no place in the link's scale.
    """
    window = to_link(np.asarray(series[-(path.years + 1) :], float), path.link)
    if len(window) < 2:
        return np.zeros(window.shape[1:])
    known = np.isfinite(window).all(axis=0)
    window = np.where(known, window, 0.0)
    t = np.arange(len(window)) - (len(window) - 1) / 2.0
    trend = np.tensordot(t, window, 1) / (t @ t)
    residual = window - window.mean(axis=0) - np.multiply.outer(t, trend)
    error = np.sqrt((residual**2).sum(axis=0) / max(len(window) - 2, 1) / (t @ t))
    size = np.minimum(np.maximum(np.abs(trend) - path.shrink * error, 0.0), most)
    return np.where(known, np.sign(trend) * size, 0.0)


def steps(damping: float, n: int) -> np.ndarray:
    """[n], by how many yearly slopes a series has moved 1 ... n years on."""
    return np.cumsum(np.full(n, damping) ** np.arange(1, n + 1))


def continued(series: np.ndarray, path: Path, n: int) -> np.ndarray:
    """Values [n, ...] of the n years after the last of a series [T, ...]; NaN stays NaN, 0 stays 0."""
    moved = np.multiply.outer(steps(path.damping, n), slope(series, path))
    return shifted(np.broadcast_to(series[-1], moved.shape), moved, path.link)


def error(path: Path, horizon: int | np.ndarray, z_common: float, z_own: float | np.ndarray) -> np.ndarray:
    """Shift in the link's scale, [horizons..., P...], `horizon` years (from 1) after the data.

    Draws are in standard deviations: `z_common` one for the world, `z_own` [P...] one a series.
    """
    at = np.minimum(np.asarray(horizon), HORIZONS)
    growth = np.sqrt(np.asarray(horizon) / at)
    common, own = growth * path.common[at - 1], growth * path.own[at - 1]
    z = np.asarray(z_own, float)
    return np.multiply.outer(common, np.full(z.shape, z_common)) + np.multiply.outer(own, z)


def drawn(values: np.ndarray, path: Path, z_common: float, z_own: np.ndarray) -> np.ndarray:
    """Continued values [n, P...] with a draw of their errors: one for the world and one a series, the same all years.

    Parameters
    ----------
    values : [n, P...], the years 1 ... n after the data; z_common, z_own [P...] : standard normal, or 0.
    """
    return shifted(values, error(path, np.arange(1, len(values) + 1), z_common, z_own), path.link)


def columns() -> list[str]:
    """Columns of ``paths.csv``."""
    spread = [f"{part}_{h}" for part in SPREADS for h in range(1, HORIZONS + 1)]
    return ["kind", "link", "years", "shrink", "damping", *spread, "chosen_by"]


def save_paths(paths: list[Path], folder: File) -> None:
    """Write ``paths.csv``: spreads with four decimals."""
    with open(folder / "paths.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(columns())
        for p in paths:
            spread = [f"{x:.4f}" for part in SPREADS for x in getattr(p, part)]
            out.writerow([p.kind, p.link, p.years, f"{p.shrink:g}", f"{p.damping:g}", *spread, p.chosen_by])


def load_paths(folder: File) -> dict[str, Path]:
    """Rules by kind from ``paths.csv`` of a folder."""
    with open(folder / "paths.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {row["kind"]: _path(row) for row in rows}


def _path(row: dict[str, str]) -> Path:
    """One row of ``paths.csv``; a link that does not exist is an error."""
    if row["link"] not in LINKS:
        raise ValueError(f"paths.csv, {row['kind']}: unknown link {row['link']!r}; there are {', '.join(LINKS)}")
    common, own = (np.array([float(row[f"{part}_{h}"]) for h in range(1, HORIZONS + 1)]) for part in SPREADS)
    for spread in (common, own):
        spread.setflags(write=False)
    return Path(
        kind=row["kind"],
        link=row["link"],
        years=int(row["years"]),
        shrink=float(row["shrink"]),
        damping=float(row["damping"]),
        common=common,
        own=own,
        chosen_by=row["chosen_by"],
    )
