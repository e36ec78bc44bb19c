"""Where a run's batches go: compressed Arrow files in a folder, or the same bytes in memory."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from sim.store.files import LazyTables


class MemorySink:
    """Streams the batches of one run into compressed buffers, by table; they travel between processes as they are."""

    def __init__(self) -> None:
        self._streams: dict[str, pa.BufferOutputStream] = {}
        self._writers: dict[str, pa.ipc.RecordBatchFileWriter] = {}

    def write(self, table: str, batch: pa.RecordBatch) -> None:
        """Append one batch."""
        if table not in self._writers:
            self._streams[table] = pa.BufferOutputStream()
            self._writers[table] = _open(self._streams[table], batch.schema)
        self._writers[table].write_batch(batch)

    def tables(self) -> LazyTables:
        """Tables by name, decompressed at each access; nothing more can be written."""
        for writer in self._writers.values():
            writer.close()
        return LazyTables({name: stream.getvalue() for name, stream in self._streams.items()})


class FileSink:
    """Streams the batches of one run into Arrow files in a folder, so that memory holds one year."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._writers: dict[str, pa.ipc.RecordBatchFileWriter] = {}

    def write(self, table: str, batch: pa.RecordBatch) -> None:
        """Append one batch; the file is opened at the first."""
        if table not in self._writers:
            self._writers[table] = _open(str(self._folder / f"{table}.arrow"), batch.schema)
        self._writers[table].write_batch(batch)

    def __enter__(self) -> FileSink:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        """Finish the files; after an error, one more of closing (the disk is full) must not hide the first."""
        with suppress(*(() if kind is None else (Exception,))):
            self.close()

    def close(self) -> None:
        """Finish the files; without this they cannot be read."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()


def _open(target: str | pa.BufferOutputStream, schema: pa.Schema) -> pa.ipc.RecordBatchFileWriter:
    options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
    return pa.ipc.new_file(target, schema, options=options)
