"""Store of a sweep: parts of many runs, failures, an index; safe against kills, full disks and damaged files.

::

    parts/NAME/     one Parquet file a table, runs.parquet with one row a run, part.json: an `sim.store.entry`
    failures/NAME.parquet   runs that raised, with traceback and configuration; they are tried again
    index.parquet   which part holds which run, with sizes and times of what was verified; made anew if it is lost or
                    does not fit index.sha256
    damaged/        parts that no longer fit their checksums

A run is done if a sound part lists it, whatever an executor says of its job. Rows carry the run's key only: what
scenario, draw and replicate that is says the design, so that a design can grow without touching a part.
"""

from __future__ import annotations

import errno
import itertools
import json
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.core.digest import children, file_digest
from sim.core.read import Told
from sim.store.edition import KEY, OF_A_STORE, OUTPUTS_VERSION, OtherEdition, check_edition
from sim.store.entry import DamagedEntry, check, damage, delete, new_file, new_folder, read_label, sweep_up, write_label
from sim.store.files import parquet_options

META, RUNS, INDEX, INDEX_SUM, COMPACTED = "part.json", "runs", "index.parquet", "index.sha256", "compacted-"
_PART = re.compile(r"\w[\w-]*")  # name of a part
_SAID = {"version": int, "record": str}
_TEXT, _NUMBER = pa.string(), pa.float32()
RUN_FIELDS = pa.schema([("run", _TEXT), ("seconds", _NUMBER), ("peak_memory_mb", _NUMBER)])
FAILURE_FIELDS = pa.schema([(name, pa.string()) for name in "run stage message traceback config host time".split()])
_INDEX_FIELDS = pa.schema(
    [("part", _TEXT), ("files", _TEXT), ("record", _TEXT), *RUN_FIELDS], {KEY: str(OUTPUTS_VERSION)}
)


class StoreError(Told):
    """The store cannot be written or read; one line for the user."""


@dataclass
class Part:
    """A sound part.

    Attributes
    ----------
    files : (name, bytes, modification time in ns) of its files as they were when their checksums fitted.
    record : digest of what is kept of each run.
    runs : one row a run, `RUN_FIELDS`.
    """

    name: str
    files: list[list[Any]]
    record: str
    runs: pa.Table


@dataclass
class SweepStore:
    """A store on disk.

    Parameters
    ----------
    root : its folder.
    damaged : parts found unsound, with the reason and the runs they held as far as that is known.
    """

    root: Path
    parts: dict[str, Part] = field(default_factory=dict)
    damaged: dict[str, tuple[str, int]] = field(default_factory=dict)
    _tried_index: bool = False

    def write_part(self, name: str, record: str, runs: pa.Table, tables: Mapping[str, pa.Table], **more: Any) -> Path:
        """Write one part aside and rename it.

        Parameters
        ----------
        record : digest of what is kept of each run.
        runs : one row a run, `RUN_FIELDS`; tables : by name, with a column ``run``.
        more : further entries of ``part.json``.
        """
        with self.writing(name, record, **more) as aside:
            for table, rows in {**tables, RUNS: runs}.items():
                pq.write_table(rows, aside / f"{table}.parquet", **parquet_options(rows.schema))
        return self.root / "parts" / name

    @contextmanager
    def writing(self, name: str, record: str, **more: Any) -> Iterator[Path]:
        """Folder that a part's Parquet files are written into; `StoreError` if the disk does not take it."""
        with told(self.root), new_folder(self.root / "parts" / name) as folder:
            yield folder
            write_label(folder / META, {"version": OUTPUTS_VERSION, "record": record, **more})

    def write_failures(self, name: str, failures: Sequence[Mapping[str, str]]) -> None:
        """Write what failed, aside and renamed."""
        with writing_into(self.root, self.root / "failures" / f"{name}.parquet") as aside:
            pq.write_table(pa.Table.from_pylist([dict(row) for row in failures], FAILURE_FIELDS), aside)

    def failures(self) -> pa.Table:
        """All failures noted, those of runs that were done since included; what cannot be read is left out."""
        return pa.concat_tables([FAILURE_FIELDS.empty_table(), *self._failures("*").values()])

    def failures_of(self, chunk: str) -> list[dict[str, str]]:
        """Failures that a chunk noted."""
        return [row for table in self._failures(f"{chunk}-*").values() for row in table.to_pylist()]

    def failure_files(self) -> list[Path]:
        """Files of failures that can be read."""
        return list(self._failures("*"))

    def _failures(self, names: str) -> dict[Path, pa.Table]:
        found = {}
        for path in children(self.root / "failures", f"{names}.parquet"):
            with suppress(OSError, ValueError, KeyError, pa.ArrowException):
                found[path] = pq.read_table(path).select(FAILURE_FIELDS.names).cast(FAILURE_FIELDS)
        return found

    def refresh(self, deep: bool = False) -> None:
        """Look at the parts on disk: new and changed ones are verified; `OtherEdition` if one is of another edition.

        Parameters
        ----------
        deep : verify the checksums of all.
        """
        if not self._tried_index and not deep:
            self._read_index()
        self._tried_index = True
        names = {path.name for path in children(self.root / "parts") if not path.name.startswith(".")}
        for name in self.parts.keys() - names:
            del self.parts[name]
        unknown = [name for name in names if deep or self._changed(name)]  # also damaged ones: a disk may fail once
        # Compacted ones first: what a sound one of them replaces may be half deleted, and is of no concern.
        self._verify([name for name in unknown if name.startswith(COMPACTED)])
        replaced = {old for name in self.parts if name.startswith(COMPACTED) for old in self._replaced_by(name)}
        self._verify([name for name in unknown if not name.startswith(COMPACTED) and name not in replaced])
        for name in replaced:
            self.parts.pop(name, None)
            self.damaged.pop(name, None)

    def done(self, record: str) -> dict[str, str]:
        """Part by run; of a run that two parts hold (a job thought lost that was not), the first by name."""
        found: dict[str, str] = {}
        for name in sorted(self.parts):
            if self.parts[name].record == record:
                found |= {run: name for run in self.parts[name].runs["run"].to_pylist() if run not in found}
        return found

    def save_index(self) -> None:
        """Keep what is known of the parts, so that opening a store of many needs not read them all."""
        tables = []
        for part in self.parts.values():
            n = part.runs.num_rows
            head = {"part": part.name, "files": json.dumps(part.files), "record": part.record}
            same = {key: pa.array([value] * n, pa.string()) for key, value in head.items()}
            rows = dict(zip(part.runs.column_names, part.runs.columns))
            tables.append(pa.table({**same, **rows}, schema=_INDEX_FIELDS))
        with writing_into(self.root, self.root / INDEX) as aside:
            pq.write_table(pa.concat_tables(tables) if tables else _INDEX_FIELDS.empty_table(), aside)
        with writing_into(self.root, self.root / INDEX_SUM) as aside:
            aside.write_text(file_digest(self.root / INDEX), encoding="ascii")

    def set_aside_damaged(self) -> None:
        """Move unsound parts to ``damaged/``, where nothing reads them; their runs are missing then."""
        for name in self.damaged:
            with suppress(OSError):  # what cannot be moved is not read either
                (self.root / "damaged").mkdir(exist_ok=True)
                (self.root / "parts" / name).rename(self.root / "damaged" / f"{name}.{secrets.token_hex(3)}")

    def sweep_up(self) -> None:
        """Delete what killed processes left half-written; only while no worker can be writing."""
        for folder in (self.root, self.root / "parts", self.root / "failures"):
            sweep_up(folder)
        for name in self.parts:
            if name.startswith(COMPACTED):
                for old in self._replaced_by(name):
                    delete(self.root / "parts" / old)

    def files(self, table: str, record: str) -> list[Path]:
        """Parquet files of a table in the parts of a record."""
        names = (name for name in sorted(self.parts) if self.parts[name].record == record)
        found = (self.root / "parts" / name / f"{table}.parquet" for name in names)
        return [path for path in found if path.is_file()]

    def _verify(self, names: Sequence[str]) -> None:
        """Take in the sound ones among these parts, and note the others as damaged."""
        with ThreadPoolExecutor(4) as pool:  # checksums are taken without Python's lock
            for name, found in zip(names, pool.map(self._verified, names)):
                lost, (_, before) = self.parts.pop(name, None), self.damaged.pop(name, ("", 0))
                if isinstance(found, Part):
                    self.parts[name] = found
                elif (self.root / "parts" / name).exists():  # else it went while this looked
                    self.damaged[name] = found, lost.runs.num_rows if lost else before

    def _verified(self, name: str) -> Part | str:
        """The part if its files fit their checksums, or what is wrong."""
        folder = self.root / "parts" / name
        try:
            files = self._files(name)
            meta = read_label(folder / META, _SAID)
            check_edition({KEY: meta["version"]}, folder, OF_A_STORE)
            check(folder, meta)
            runs = pq.read_table(folder / f"{RUNS}.parquet").cast(RUN_FIELDS)
            return Part(name, files, meta["record"], runs)
        except OtherEdition:
            raise
        except DamagedEntry as error:
            return str(error)
        except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
            return f"cannot be read ({error})"

    def _files(self, name: str) -> list[list[Any]]:
        stats = ((path.name, path.stat()) for path in sorted((self.root / "parts" / name).iterdir()))
        return [[file, stat.st_size, stat.st_mtime_ns] for file, stat in stats]

    def _changed(self, name: str) -> bool:
        try:
            return name not in self.parts or self.parts[name].files != self._files(name)
        except OSError:
            return True

    def _read_index(self) -> None:
        with suppress(OSError, ValueError, KeyError, TypeError, pa.ArrowException):
            known = self.root / INDEX_SUM
            if not known.is_file() or damage(self.root, {INDEX: known.read_text(encoding="ascii")}):
                return
            table = pq.read_table(self.root / INDEX)
            if table.schema.metadata != _INDEX_FIELDS.metadata:  # of another edition: its parts are to be looked at
                return
            table = table.cast(_INDEX_FIELDS)
            first = 0
            for name, same in itertools.groupby(table["part"].to_pylist()):
                rows = table.slice(first, len(list(same)))
                files, record = json.loads(rows["files"][0].as_py()), rows["record"][0].as_py()
                self.parts[name] = Part(name, files, record, rows.select(RUN_FIELDS.names))
                first += rows.num_rows

    def _replaced_by(self, name: str) -> list[str]:
        """Names of the parts that a compacted one was made of; only such as parts can have, whatever it says."""
        try:
            names = read_label(self.root / "parts" / name / META, {**_SAID, "replaces": list})["replaces"]
        except DamagedEntry:
            return []
        return [old for old in names if isinstance(old, str) and _PART.fullmatch(old)]


@contextmanager
def writing_into(root: Path, path: Path) -> Iterator[Path]:
    """Name to write a file of a store under, which gets its own on a good end.

    Raises
    ------
    StoreError : the disk is full, or the folder cannot be written.
    """
    with told(root):
        path.parent.mkdir(parents=True, exist_ok=True)
        with new_file(path) as aside:
            yield aside


@contextmanager
def told(root: Path) -> Iterator[None]:
    """Turn what the disk refuses into a `StoreError` that names the store."""
    try:
        yield
    except OSError as error:
        raise StoreError(why_not_written(root, error)) from error


def why_not_written(root: Path, error: OSError) -> str:
    """One line: what cannot be written and what to do."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{root} cannot be written: the disk is full; free some space and give the same command again"
    reason = error.strerror or str(error)
    return f"{root} cannot be written ({reason}); give a folder that can, such as outdir=outputs"
