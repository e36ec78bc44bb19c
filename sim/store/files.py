"""Arrays and tables as compressed Arrow files, checksums, and a lock that outlives no process."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import pyarrow as pa

from sim.core.digest import file_digest
from sim.core.read import Told

CHUNK_BYTES = 8 << 20  # arrays are written and read in pieces, so that neither needs memory for a second copy
_REPEATING_FLOATS = frozenset({"talent", "weight"})  # constant over a person's years, so that a dictionary pays
_STATE_SCHEMA = pa.schema(
    [("name", pa.string()), ("dtype", pa.string()), ("shape", pa.list_(pa.int64())), ("data", pa.large_binary())]
)


def write_state(path: Path, state: Mapping[str, np.ndarray], compression: str = "zstd") -> str:
    """Write arrays of any type, shape and memory layout to one compressed Arrow file, a row a piece of an array.

    Returns
    -------
    SHA-256 of the file, taken while it is written.
    """
    with _Hashed(path) as file, _writer(file, _STATE_SCHEMA, compression) as writer:
        for batch in _batches(piece for name, values in state.items() for piece in _pieces(name, np.asarray(values))):
            writer.write_batch(batch)
    return file.hexdigest()


class _Hashed:
    """File to be written once from begin to end, which knows the checksum of what was written."""

    def __init__(self, path: Path) -> None:
        self._file, self._hash = path.open("wb"), hashlib.sha256()

    def __enter__(self) -> _Hashed:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()

    @property
    def closed(self) -> bool:
        return self._file.closed

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


def _writer(file: _Hashed, schema: pa.Schema, compression: str) -> pa.ipc.RecordBatchFileWriter:
    return pa.ipc.new_file(file, schema, options=pa.ipc.IpcWriteOptions(compression=compression))


class _Piece(NamedTuple):
    """Consecutive rows of an array, as bytes."""

    name: str
    dtype: str
    shape: list[int]
    data: np.ndarray


def _pieces(name: str, values: np.ndarray) -> Iterator[_Piece]:
    """Pieces of at most `CHUNK_BYTES` (at least one row)."""
    if values.dtype.hasobject:
        raise TypeError(f"state {name} holds Python objects; only plain arrays can be saved")
    rows = values.reshape(1) if values.ndim == 0 else values
    step = max(1, CHUNK_BYTES // max(1, rows.nbytes // max(1, len(rows))))
    dtype = repr(np.lib.format.dtype_to_descr(values.dtype))
    for first in range(0, max(1, len(rows)), step):
        flat = np.ascontiguousarray(rows[first : first + step]).reshape(-1).view(np.uint8)
        yield _Piece(name, dtype, list(values.shape), flat)


def _batches(pieces: Iterable[_Piece]) -> Iterator[pa.RecordBatch]:
    """Pieces in batches, as each is compressed for itself and small ones by the hundred take long."""
    held: list[_Piece] = []
    size = 0
    for piece in pieces:
        if held and size + piece.data.nbytes > CHUNK_BYTES:
            yield _batch(held)
            held, size = [], 0
        held.append(piece)
        size += piece.data.nbytes
    if held:
        yield _batch(held)


def _batch(pieces: Sequence[_Piece]) -> pa.RecordBatch:
    names, dtypes, shapes, parts = zip(*pieces)
    offsets = np.cumsum([0, *(len(part) for part in parts)], dtype=np.int64)
    flat = parts[0] if len(parts) == 1 else np.concatenate(parts)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(flat)]
    data = pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(parts), buffers)
    shape = pa.array(shapes, pa.list_(pa.int64()))
    return pa.record_batch([pa.array(names), pa.array(dtypes), shape, data], schema=_STATE_SCHEMA)


def read_state(path: Path) -> dict[str, np.ndarray]:
    """Arrays that `write_state` wrote; they may be changed.

    Raises
    ------
    ValueError : the file does not hold whole arrays.
    """
    state: dict[str, np.ndarray] = {}
    filled: dict[str, int] = {}
    with pa.OSFile(str(path), "rb") as file:
        reader = pa.ipc.open_file(file)
        for i in range(reader.num_record_batches):
            batch = reader.get_batch(i)
            for name, dtype, shape, data in zip(*(batch[k].to_pylist() for k in range(3)), batch["data"]):
                if name not in state:
                    state[name] = np.empty(shape, np.lib.format.descr_to_dtype(ast.literal_eval(dtype)))
                    filled[name] = 0
                piece = np.frombuffer(data.as_buffer(), np.uint8)
                flat = state[name].reshape(-1).view(np.uint8)
                flat[filled[name] : filled[name] + len(piece)] = piece
                filled[name] += len(piece)
    if short := [name for name, values in state.items() if values.nbytes != filled[name]]:
        raise ValueError(f"{path.name} holds only a part of {', '.join(short)}")
    return state


def write_table(path: Path, table: pa.Table, compression: str = "zstd") -> str:
    """Write one table as a compressed Arrow file; returns its SHA-256."""
    with _Hashed(path) as file, _writer(file, table.schema, compression) as writer:
        writer.write_table(table)
    return file.hexdigest()


def read_table(source: Path | pa.Buffer) -> pa.Table:
    """Table of an Arrow file, or of the same bytes in memory."""
    if isinstance(source, pa.Buffer):
        return pa.ipc.open_file(source).read_all()
    with pa.OSFile(str(source), "rb") as file:
        return pa.ipc.open_file(file).read_all()


def parquet_options(schema: pa.Schema) -> dict[str, Any]:
    """Dictionary encoding where values repeat (it costs time and space on measures that differ); checksums of pages."""
    repeating = [f.name for f in schema if not pa.types.is_floating(f.type) or f.name in _REPEATING_FLOATS]
    return {"compression": "zstd", "compression_level": 3, "use_dictionary": repeating, "write_page_checksum": True}


class DamagedEntry(Told):
    """Files that do not fit their checksums, their key or this program's version."""


@contextmanager
def aside(path: Path, mark: str = "") -> Iterator[Path]:
    """Name to write a file under; it gets its own when the block ends well and goes when it does not.

    Parameters
    ----------
    mark : tells processes apart that may write the same file at once.
    """
    beside = path.with_name(f".{path.name}{mark}.tmp")
    try:
        yield beside
        beside.replace(path)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


class LazyTables(Mapping[str, pa.Table]):
    """Tables by name, read at each access and not kept.

    Parameters
    ----------
    sources : Arrow files, or their bytes.
    """

    def __init__(self, sources: Mapping[str, Path | pa.Buffer]) -> None:
        self._sources = dict(sources)

    def __getitem__(self, name: str) -> pa.Table:
        return read_table(self._sources[name])

    def __contains__(self, name: object) -> bool:
        return name in self._sources  # without reading it

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Exclusive lock of the operating system on a file: released by itself when the process ends, however it ends.

    The file goes when the lock is released; who waited for it meanwhile makes a new one.
    """
    file = _locked(path, wait=True)
    assert file is not None
    with _held(file, path):
        yield


@contextmanager
def lock_if_free(path: Path, seconds: float = 0.0) -> Iterator[bool]:
    """The same lock, but others are waited for at most some seconds; True if it was had."""
    until = time.monotonic() + seconds
    while (file := _locked(path, wait=False)) is None:
        if time.monotonic() >= until:
            yield False
            return
        time.sleep(0.05)
    with _held(file, path):
        yield True


@contextmanager
def _held(file: IO[bytes], path: Path) -> Iterator[None]:
    try:
        yield
    finally:
        with suppress(OSError):  # Windows does not delete an open file
            path.unlink(missing_ok=True)
        _release(file)
        file.close()


def _locked(path: Path, wait: bool) -> IO[bytes] | None:
    """Open file with its lock held; None if another process holds it and is not to be waited for."""
    while True:
        file = path.open("a+b")
        try:
            if not _acquire(file, wait):
                file.close()
                return None
            if _is_still(path, file):
                return file
        except BaseException:
            file.close()
            raise
        file.close()  # whoever held the lock deleted the file


def _is_still(path: Path, file: IO[bytes]) -> bool:
    """True if the path still names this file, or its whole folder is gone and nobody can take another."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(file.fileno()))
    except FileNotFoundError:
        return not path.parent.exists()


def _acquire(file: IO[bytes], wait: bool) -> bool:
    if sys.platform == "win32":
        import msvcrt

        while True:
            try:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
                return True
            except OSError:  # LK_LOCK gives up after ten seconds
                if not wait:
                    return False
    else:
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True


def _release(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_UN)


def damage(folder: Path, checksums: Mapping[str, str]) -> str:
    """What is wrong with files that were written with these SHA-256 checksums, in words; nothing if all are sound."""
    for name, checksum in checksums.items():
        try:
            if file_digest(folder / name) != checksum:
                return f"{name} does not fit its checksum"
        except FileNotFoundError:
            return f"{name} is missing"
        except OSError as error:
            return f"{name} cannot be read ({error.strerror})"
    return ""


def seal(manifest: Mapping[str, Any]) -> str:
    """Digest of what a manifest says of its tables: by which command, of which runs, with which checksums."""
    said = {name: manifest.get(name) for name in ("command_key", "runs", "checksums")}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def unsealed(manifest: Mapping[str, Any]) -> str:
    """What is wrong with a manifest that is not as it was written, in words; nothing if it is."""
    return "" if manifest.get("seal", seal(manifest)) == seal(manifest) else "manifest.json is not as it was written"


def flush(path: Path) -> None:
    """Have the disk hold a file, or the files of a folder, so that a rename survives no power cut that they do not."""
    for file in (path,) if path.is_file() else path.iterdir():
        with file.open("r+b") as opened:  # Windows flushes only what may be written
            os.fsync(opened.fileno())
