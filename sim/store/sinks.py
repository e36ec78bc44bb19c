"""Where a run's batches go: compressed Arrow files in a folder, or the same bytes in memory."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from sim.store.files import LazyTables


class _Streams:
    """Arrow streams of one run by table, each opened at its first batch."""

    def __init__(self, target: Callable[[str], str | pa.BufferOutputStream]) -> None:
        self._target = target
        self._writers: dict[str, pa.ipc.RecordBatchFileWriter] = {}

    def write(self, table: str, batch: pa.RecordBatch) -> None:
        """Append one batch."""
        if table not in self._writers:
            options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
            self._writers[table] = pa.ipc.new_file(self._target(table), batch.schema, options=options)
        self._writers[table].write_batch(batch)

    def close(self) -> None:
        """Finish the streams; without this they cannot be read."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()


class MemorySink(_Streams):
    """Streams the batches of one run into compressed buffers, by table; they travel between processes as they are."""

    def __init__(self) -> None:
        self._buffers: dict[str, pa.BufferOutputStream] = {}
        super().__init__(lambda table: self._buffers.setdefault(table, pa.BufferOutputStream()))

    def tables(self) -> LazyTables:
        """Tables by name, decompressed at each access; nothing more can be written."""
        self.close()
        return LazyTables({name: buffer.getvalue() for name, buffer in self._buffers.items()})


class FileSink(_Streams):
    """Streams the batches of one run into Arrow files in a folder, so that memory holds few years."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(lambda table: str(folder / f"{table}.arrow"))

    def __enter__(self) -> FileSink:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        """Finish the files; after an error, one more of closing (the disk is full) must not hide the first."""
        with suppress(*(() if kind is None else (Exception,))):
            self.close()
