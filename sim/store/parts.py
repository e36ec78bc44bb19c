"""Parts: the tables of one finished run of a command after the branch year, a folder each.

A part is written aside and renamed, so that an interrupted command keeps its finished runs.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import pyarrow as pa

from sim.core.digest import file_digest
from sim.store.files import LazyTables, damage, flush


@dataclass(frozen=True, order=True)
class RunId:
    """One run of a command: a scenario, a mode of governments, a draw of parameters, a replicate."""

    scenario: str
    mode: str
    draw: int
    replicate: int

    def __str__(self) -> str:
        return f"{self.scenario}/{self.mode} replicate {self.replicate}"


@dataclass
class PartMeta:
    """What the manifest says of one run."""

    key: str
    scenario: str
    mode: str
    draw: int
    replicate: int
    seconds: float = 0.0
    peak_memory_mb: float = 0.0
    reused: bool = False
    levers_never_read: list[str] = field(default_factory=list)
    resumed_after: int | None = None  # year of the checkpoint that the run went on from after it was killed

    def renamed(self, run: RunId) -> PartMeta:
        """The same run as another command reuses it."""
        return replace(self, scenario=run.scenario, mode=run.mode, draw=run.draw, replicate=run.replicate, reused=True)


class PartStore:
    """Folder of parts, one a finished run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, key: str) -> Path:
        """Folder of one part, there or not."""
        return self.folder / key

    @contextmanager
    def writing(self, key: str) -> Iterator[Path]:
        """Folder to write a part into; it gets its name when the block ends well and vanishes when it does not."""
        aside = self.folder / f".{key}.{secrets.token_hex(6)}.tmp"
        aside.mkdir(parents=True)
        try:
            yield aside
            flush(aside)
            shutil.rmtree(self.path(key), ignore_errors=True)
            aside.rename(self.path(key))
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def meta(self, key: str) -> PartMeta | None:
        """Meta data of a finished part; None if it is not there, or not as it was written."""
        folder = self.path(key)
        try:
            written = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
            sound = not damage(folder, written["checksums"]) and written["run"]["key"] == key
            return PartMeta(**written["run"]) if sound else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def tables(self, key: str) -> Mapping[str, pa.Table]:
        """Tables of a part, read when asked for."""
        return LazyTables({path.stem: path for path in sorted(self.path(key).glob("*.arrow"))})


def write_meta(folder: Path, meta: PartMeta) -> None:
    """Write the meta data of a part and the checksums of its tables; last, as the part is finished then."""
    checksums = {path.name: file_digest(path) for path in sorted(folder.glob("*.arrow"))}
    (folder / "meta.json").write_text(json.dumps({"run": asdict(meta), "checksums": checksums}), encoding="utf-8")
