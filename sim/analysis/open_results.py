"""Finished runs as tidy frames, whether a command or a sweep made them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.analysis import sweep_frames
from sim.core.read import ConfigError
from sim.store import frames
from sim.sweep.design_files import ABOUT, folder_of


def load(path: str | Path, small: bool = False) -> frames.Frames:
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
    path = Path(path)
    if path.suffix not in (".yaml", ".yml") and not (path / ABOUT).is_file() and any(path.glob("*.parquet")):
        return frames.load(path)
    return sweep_frames.load_sweep(_store(path, small))


def connect(path: str | Path, small: bool = False) -> Any:
    """DuckDB connection with the tables of a sweep as views; `path` and `small` as for `load`."""
    return sweep_frames.connect(_store(Path(path), small))


def _store(path: Path, small: bool) -> Path:
    """Folder of a sweep's store; raises `ConfigError` if nothing is there at all."""
    if path.suffix not in (".yaml", ".yml") and not path.exists():
        folder = "give a folder of finished runs (the last line that its command printed)"
        raise ConfigError([f"{path}: no such folder; {folder} or a file such as experiments/threshold/sweep.yaml"])
    return folder_of(path, small)
