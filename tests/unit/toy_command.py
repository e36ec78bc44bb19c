"""What the tests of commands share: a command's folder, its tables, and whether they are the same."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sim.record.tables import TABLES
from sim.store.frames import Frames

RUN_COLUMNS = ["scenario", "draw", "replicate", "mode"]


def folder_of(capsys: pytest.CaptureFixture[str]) -> Path:
    """Folder that a command names in its last line."""
    return Path(capsys.readouterr().out.strip().splitlines()[-1])


def same(a: pd.DataFrame, b: pd.DataFrame) -> bool:
    """Equal to the last bit, with the same columns of the same types (names may be listed in another order)."""
    frames = []
    for frame in (a, b):
        names = [c for c in frame.columns if isinstance(frame[c].dtype, pd.CategoricalDtype)]
        frames.append(frame.astype(dict.fromkeys(names, object)))
    pd.testing.assert_frame_equal(*frames, check_exact=True)
    return True


def tables_of(frames: Frames) -> dict[str, pd.DataFrame]:
    return {name: frames[name].reset_index(drop=True) for name in TABLES}


def hidden(folder: Path) -> list[str]:
    """Names of what lies beside the folders of an experiment."""
    return [path.name for path in folder.iterdir() if path.name.startswith(".")] if folder.is_dir() else []


def flip(path: Path, at: float = 0.5) -> None:
    """Change one bit of a file."""
    content = bytearray(path.read_bytes())
    content[int(at * (len(content) - 1))] ^= 1
    path.write_bytes(content)
