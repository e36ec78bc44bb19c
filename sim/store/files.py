"""Arrays and tables as compressed Arrow files with their checksums, and the seal of a manifest."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from sim.store.entry import DamagedEntry

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
    DamagedEntry : the file does not hold whole arrays of plain values.
    """
    try:
        return _read_state(path)
    except (pa.ArrowException, ValueError, TypeError, LookupError, SyntaxError, RecursionError, OverflowError) as error:
        raise DamagedEntry(f"{path.name} holds no arrays ({error})") from error


def _read_state(path: Path) -> dict[str, np.ndarray]:
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
        raise ValueError(f"only a part of {', '.join(short)}")
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


def read_schema(path: Path) -> pa.Schema:
    """Columns of an Arrow file, which is read no further."""
    with pa.OSFile(str(path), "rb") as file:
        return pa.ipc.open_file(file).schema


def parquet_options(schema: pa.Schema) -> dict[str, Any]:
    """Dictionary encoding where values repeat (it costs time and space on measures that differ); checksums of pages."""
    repeating = [f.name for f in schema if not pa.types.is_floating(f.type) or f.name in _REPEATING_FLOATS]
    return {"compression": "zstd", "compression_level": 3, "use_dictionary": repeating, "write_page_checksum": True}


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


def seal(manifest: Mapping[str, Any]) -> str:
    """Digest of what a manifest says of its tables: by which command, of which runs, with which checksums."""
    said = {name: manifest.get(name) for name in ("command_key", "runs", "checksums")}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def unsealed(manifest: Mapping[str, Any]) -> str:
    """What is wrong with a manifest that is not as it was written, in words; nothing if it is."""
    return "" if manifest.get("seal", seal(manifest)) == seal(manifest) else "manifest.json is not as it was written"
