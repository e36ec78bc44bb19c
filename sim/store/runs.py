"""Tables of runs on disk when a command is done: one Parquet file a table, of parts and the shared history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.core.axes import MODES
from sim.record.declaration import NAMED, Column
from sim.record.tables import TABLES, declared
from sim.store.edition import OUTPUTS_VERSION, edition_of, words
from sim.store.entry import DamagedEntry, damage, read_json
from sim.store.files import parquet_options, unsealed, write_table
from sim.store.parts import PartMeta, RunId
from sim.store.sorting import by_row

RUN_COLUMNS = ("scenario", "draw", "replicate", "mode")
ROW_GROUP = 1 << 20
T = TypeVar("T")
DAMAGED = "{folder} is damaged ({wrong}); nothing is taken from it, its runs are computed again"


@dataclass
class RunTables:
    """Tables of one run: shared history and what came after the branch year, both without the run's columns."""

    run: RunId
    history: Mapping[str, pa.Table]
    part: Mapping[str, pa.Table]


def table_names(runs: Iterable[RunTables]) -> list[str]:
    """Names of all tables: those of the contract, then others that the runs recorded."""
    found = {name for run in runs for name in (*run.history, *run.part)}
    return [*TABLES, *sorted(found - set(TABLES))]


def with_run(table: pa.Table, run: RunId, scenarios: Sequence[str]) -> pa.Table:
    """Table with the columns scenario, draw, replicate, mode in front; one byte a row for names."""
    n = table.num_rows
    columns = {
        "scenario": _constant(scenarios.index(run.scenario), scenarios, n),
        "draw": pa.array(np.full(n, run.draw, np.int32)),
        "replicate": pa.array(np.full(n, run.replicate, np.int16)),
        "mode": _constant(MODES.index(run.mode), MODES, n),
    }
    return pa.table({**columns, **dict(zip(table.column_names, table.columns))})


def _constant(code: int, words: Sequence[str], n: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(np.full(n, code, np.int8)), pa.array(words, pa.string()))


def pieces(name: str, runs: Sequence[RunTables], scenarios: Sequence[str]) -> Iterator[pa.Table]:
    """History and part of each run in order; nothing for runs without rows. A history that runs share is read once."""
    read: dict[int, pa.Table] = {}
    for run in runs:
        for source in (run.history, run.part):
            if name in source:
                if id(source) not in read:
                    read[id(source)] = source[name]
                yield with_run(read[id(source)], run.run, scenarios)


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Table in the columns and types of another run's (a copied run may come with wider indices of names)."""
    return table if table.schema == schema else table.select(schema.names).cast(schema)


def empty_table(name: str, scenarios: Sequence[str]) -> pa.Table:
    """Table without rows, for what no run recorded (scripted governments decide nothing): the file is there."""
    columns = {column.name: pa.array([], _empty_type(column)) for column in declared(name).columns if not column.extra}
    return with_run(pa.table(columns), RunId(scenarios[0], MODES[0], 0, 0), scenarios)


def _empty_type(column: Column) -> pa.DataType:
    """Names, words and the year as they are; all else is a float without values, as outputs of version 1 have it."""
    if column.kind in NAMED:
        return pa.dictionary(pa.int8(), pa.string())
    return pa.string() if column.kind == "text" else pa.int16() if column.name == "year" else pa.float32()


def replicates(runs: Iterable[T], of: Callable[[T], RunId]) -> list[list[T]]:
    """Runs by replicate and draw, in the order of the first of each: what is written together.

    Parameters
    ----------
    of : names a run.
    """
    found: dict[tuple[int, int], list[T]] = {}
    for run in runs:
        found.setdefault((of(run).draw, of(run).replicate), []).append(run)
    return list(found.values())


def together(name: str, runs: Sequence[RunTables], scenarios: Sequence[str]) -> pa.Table | None:
    """One table of the runs of a replicate, their rows side by side; None if there are none."""
    found = list(pieces(name, runs, scenarios))
    if not found:
        return None
    table = pa.concat_tables([conform(piece, found[0].schema) for piece in found]).unify_dictionaries()
    return by_row(table, declared(name).sorted_by)


def assemble(name: str, runs: Sequence[RunTables], scenarios: Sequence[str]) -> pa.Table:
    """One table of all runs in memory, in the order of a file."""
    found = [together(name, group, scenarios) for group in replicates(runs, lambda run: run.run)]
    tables = [table for table in found if table is not None]
    return pa.concat_tables([conform(table, tables[0].schema) for table in tables] or [empty_table(name, scenarios)])


class ParquetTable:
    """One table on disk that grows by the runs of one replicate at a time, so that memory holds no more.

    Parameters
    ----------
    folder : where ``NAME.parquet`` is written.
    """

    def __init__(self, folder: Path, name: str, scenarios: Sequence[str]) -> None:
        self._path, self._name, self._scenarios = folder / f"{name}.parquet", name, scenarios
        self._writer: pq.ParquetWriter | None = None

    def append(self, runs: Sequence[RunTables]) -> None:
        """Write history and parts of the runs of one replicate; replicates come in the order of calls."""
        if (table := together(self._name, runs, self._scenarios)) is not None:
            self._write(table)

    def close(self) -> None:
        """Finish the file; without rows it holds the columns of the contract."""
        if self._writer is None:
            self._write(empty_table(self._name, self._scenarios))
        assert self._writer is not None
        self._writer.close()

    def _write(self, table: pa.Table) -> None:
        if self._writer is None:
            # No statistics: every group of rows holds all years and runs, and they take a fifth of the time.
            options = {**parquet_options(table.schema), "write_statistics": False}
            self._writer = pq.ParquetWriter(self._path, table.schema, **options)
        self._writer.write_table(conform(table, self._writer.schema), row_group_size=ROW_GROUP)


def finished_runs(outdir: Path, wanted: Set[str], notes: list[str]) -> Iterator[tuple[list[Path], PartMeta]]:
    """Runs of finished commands under an output folder, each once, with the tables that hold it.

    Parameters
    ----------
    wanted : keys of runs.
    notes : what the user should be told: folders whose tables are not as they were written, which are left out.
    """
    left = set(wanted)
    for path in sorted(outdir.glob("*/*/manifest.json")):
        try:
            manifest = read_json(path)
            metas = [PartMeta.read(run) for run in manifest["runs"]] if manifest["status"] == "done" else []
            found = {meta.key: meta for meta in metas if meta.key in left}
            sums = table_checksums(manifest) if found else {}
        except (DamagedEntry, KeyError, TypeError, AttributeError):
            continue  # not a manifest of ours, or of a folder that is being replaced
        if found and (other := edition_of(manifest)) != OUTPUTS_VERSION:
            notes.append(f"{path.parent} {words(other)}; its runs are computed again, and it stays as it is")
        elif wrong := found and (unsealed(manifest) or damage(path.parent, sums)):
            notes.append(DAMAGED.format(folder=path.parent, wrong=wrong))
        else:
            left -= found.keys()
            yield from (([path.parent / name for name in sums], meta) for meta in found.values())


def table_checksums(manifest: Mapping[str, Any]) -> dict[str, str]:
    """SHA-256 of each table of a finished command by file name; KeyError if its manifest does not say them all."""
    files = manifest["checksums"]["files"]
    return {f"{name}.parquet": files[f"{name}.parquet"] for name in TABLES} | {
        name: checksum for name, checksum in files.items() if name.endswith(".parquet")
    }


def copy_run(tables: Iterable[Path], run: PartMeta, after: int, folder: Path) -> None:
    """Copy one run's rows of the years after `after` from a finished command's tables into a part's folder."""
    rows = [("scenario", "==", run.scenario), ("mode", "==", run.mode), ("draw", "==", run.draw)]
    rows += [("replicate", "==", run.replicate), ("year", ">", after)]
    for path in tables:
        table = pq.read_table(path, filters=rows)
        if table.num_rows:
            write_table(folder / f"{path.stem}.arrow", table.drop_columns(list(RUN_COLUMNS)).combine_chunks())
