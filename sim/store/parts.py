"""Parts: the tables of one finished run of a command after the branch year, a folder each.

A part is an entry (`sim.store.entry`), so that an interrupted command keeps its finished runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import get_type_hints

import pyarrow as pa

from sim.store.entry import DamagedEntry, check, new_folder, read_label, write_label
from sim.store.files import LazyTables, read_schema

META = "meta.json"


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

    @classmethod
    def read(cls, said: object) -> PartMeta:
        """From a file that may hold anything; `DamagedEntry` if these are not the values of a run."""
        kinds = {name: float | int if kind is float else kind for name, kind in get_type_hints(cls).items()}
        kinds["levers_never_read"] = list
        if not isinstance(said, dict) or not all(isinstance(said[name], kinds.get(name, ())) for name in said):
            raise DamagedEntry("these are not the values of a run")
        try:
            return cls(**said)
        except TypeError as error:
            raise DamagedEntry(f"a value of a run is missing ({error})") from error

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

    def writing(self, key: str) -> AbstractContextManager[Path]:
        """Folder to write a part into, whose last file is that of `write_part_meta`."""
        return new_folder(self.path(key))

    def meta(self, key: str) -> PartMeta | None:
        """Meta data of a finished part; None if it is not there, or not as it was written."""
        try:
            said = read_label(self.path(key) / META, {"run": dict})
            check(self.path(key), said)
            for name in said["checksums"]:
                read_schema(self.path(key) / name)
            meta = PartMeta.read(said["run"])
            return meta if meta.key == key else None
        except (DamagedEntry, pa.ArrowException):
            return None

    def tables(self, key: str) -> Mapping[str, pa.Table]:
        """Tables of a part that `meta` found sound, read when asked for."""
        names = read_label(self.path(key) / META, {"run": dict})["checksums"]
        return LazyTables({Path(name).stem: self.path(key) / name for name in names})


def write_part_meta(folder: Path, meta: PartMeta) -> None:
    """Write the meta data of a part; last, as the part is finished then."""
    write_label(folder / META, {"run": asdict(meta)})
