"""Results as tidy frames, of one command or of a sweep.

>>> from sim.analysis import load
>>> frames = load("experiments/threshold/sweep.yaml")
>>> frames["world_year"].groupby(["scenario", "year"], observed=True)["papers"].mean()
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.analysis.frames import Frames

__all__ = ["connect", "load"]


def load(path: str | Path, small: bool = False) -> Frames:
    """Tables of finished runs by name; each is read when it is first asked for.

    Parameters
    ----------
    path : folder of a command (the last line that it printed), store of a sweep, or a ``sweep.yaml``.
    small : the store of the sweep's small version.

    Returns
    -------
    Frames by table name. Those of a sweep carry one column an axis of its design, and there are ``draws``, ``runs``
    (status, seconds) and ``failures`` too; runs that are not there are told by a warning.

    Raises
    ------
    ConfigError, FileNotFoundError : there is nothing to read.
    """
    from sim.analysis import frames
    from sim.sweep.design_files import ABOUT, folder_of

    path = Path(path)
    if path.suffix not in (".yaml", ".yml") and not (path / ABOUT).is_file() and any(path.glob("*.parquet")):
        return frames.load(path)
    from sim.analysis.sweep_frames import load_sweep

    return load_sweep(folder_of(path, small))


def connect(path: str | Path, small: bool = False) -> Any:
    """DuckDB connection with the tables of a sweep as views; `path` and `small` as for `load`."""
    from sim.analysis.sweep_frames import connect
    from sim.sweep.design_files import folder_of

    return connect(folder_of(Path(path), small))
