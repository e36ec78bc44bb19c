"""Arrays and tables as compressed Arrow files, checksums, and a lock that outlives no process."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa

_STATE_SCHEMA = pa.schema(
    [("name", pa.string()), ("dtype", pa.string()), ("shape", pa.list_(pa.int64())), ("data", pa.large_binary())]
)


def write_state(path: Path, state: Mapping[str, np.ndarray]) -> None:
    """Write arrays of any type and shape to one compressed Arrow file, a batch an array."""
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, _STATE_SCHEMA, options=options) as writer:
        for name, values in state.items():
            writer.write_batch(_array_batch(name, np.asarray(values, order="C")))


def _array_batch(name: str, values: np.ndarray) -> pa.RecordBatch:
    if values.dtype.hasobject:
        raise TypeError(f"state {name} holds Python objects; only plain arrays can be saved")
    offsets = np.array([0, values.nbytes], np.int64)
    data = pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), 1, [None, pa.py_buffer(offsets), pa.py_buffer(values.reshape(-1))]
    )
    columns = [
        pa.array([name]),
        pa.array([values.dtype.str]),
        pa.array([list(values.shape)], pa.list_(pa.int64())),
        data,
    ]
    return pa.record_batch(columns, schema=_STATE_SCHEMA)


def read_state(path: Path) -> dict[str, np.ndarray]:
    """Arrays that `write_state` wrote; each is a copy that may be changed."""
    state = {}
    with pa.OSFile(str(path), "rb") as file:
        reader = pa.ipc.open_file(file)
        for i in range(reader.num_record_batches):
            row = reader.get_batch(i)
            flat = np.frombuffer(row["data"][0].as_buffer(), dtype=np.dtype(row["dtype"][0].as_py()))
            state[row["name"][0].as_py()] = flat.reshape(row["shape"][0].as_py()).copy()
    return state


def write_table(path: Path, table: pa.Table) -> None:
    """Write one table as a compressed Arrow file."""
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema, options=options) as writer:
        writer.write_table(table)


def read_table(source: Path | pa.Buffer) -> pa.Table:
    """Table of an Arrow file, or of the same bytes in memory."""
    if isinstance(source, pa.Buffer):
        return pa.ipc.open_file(source).read_all()
    with pa.OSFile(str(source), "rb") as file:
        return pa.ipc.open_file(file).read_all()


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

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Exclusive lock of the operating system on a file: released by itself when the process ends, however it ends."""
    with path.open("a+b") as file:
        _acquire(file)
        os.utime(path)  # a lock in use never looks old to `_sweep`
        try:
            yield
        finally:
            _release(file)


def _acquire(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        while True:
            try:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                return
            except OSError:  # LK_LOCK gives up after ten seconds
                continue
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX)


def _release(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_UN)


def sha256(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
