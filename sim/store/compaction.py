"""Many small parts of a sweep's store put together into few large ones; a kill at any moment loses and doubles nothing.

The joined part names those it replaces. While both are there, readers leave the old ones out.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.store.files import parquet_options
from sim.store.sweep import COMPACTED, META, SweepStore


def compact(store: SweepStore, record: str, target_bytes: int = 512 << 20) -> tuple[int, int]:
    """Put the parts of a record together into few large ones; each run once.

    Returns
    -------
    Number of parts before and after.
    """
    store.refresh(deep=True)
    names = [name for name in sorted(store.parts) if store.parts[name].record == record]
    chosen = store.done(record)
    groups = list(_groups(store, names, target_bytes))
    for group in groups:
        if len(group) > 1:
            _join(store, record, group, chosen)
    store.refresh()
    store.sweep_up()
    store.save_index()
    return len(names), sum(part.record == record for part in store.parts.values())


def _groups(store: SweepStore, names: Iterable[str], target_bytes: int) -> Iterator[list[str]]:
    group: list[str] = []
    size = 0
    for name in names:
        own = sum(file[1] for file in store.parts[name].files)
        if group and size + own > target_bytes:
            yield group
            group, size = [], 0
        group.append(name)
        size += own
    if group:
        yield group


def _join(store: SweepStore, record: str, names: Sequence[str], chosen: Mapping[str, str]) -> None:
    """Write one part in place of several, a table and a part at a time."""
    tables = sorted({file[0].removesuffix(".parquet") for name in names for file in store.parts[name].files} - {META})
    name = f"{COMPACTED}{secrets.token_hex(8)}"
    with store.writing(name, record, replaces=list(names)) as aside:
        for table in tables:
            _append(store, table, names, chosen, aside / f"{table}.parquet")


def _append(store: SweepStore, table: str, names: Sequence[str], chosen: Mapping[str, str], out: Path) -> None:
    sources = [(name, store.root / "parts" / name / f"{table}.parquet") for name in names]
    there = [(name, path) for name, path in sources if path.is_file()]
    schema = pa.unify_schemas([pq.read_schema(path) for _, path in there], promote_options="permissive")
    with pq.ParquetWriter(out, schema, **parquet_options(schema)) as writer:
        for name, path in there:
            rows = pq.read_table(path)
            runs = store.parts[name].runs["run"].to_pylist()
            own = [run for run in runs if chosen[run] == name]
            if len(own) < len(runs):
                rows = rows.filter(pc.is_in(rows["run"].cast(pa.string()), value_set=pa.array(own, pa.string())))
            absent = {f.name: pa.nulls(len(rows), f.type) for f in schema if f.name not in rows.column_names}
            filled = {**dict(zip(rows.column_names, rows.columns)), **absent}
            writer.write_table(pa.table(filled).select(schema.names).cast(schema))
