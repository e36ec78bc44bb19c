"""Tables of a sweep, by DuckDB over the parts of its store: each row with scenario, draw, replicate, mode and axes.

A run that several draws share (a baseline under policies that differ) is stored once and stands under each of them.
Rows come in the order of the design, and within a run as they were recorded, so that sums are the same every time.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from sim.core.axes import MODES
from sim.core.read import ConfigError
from sim.record.tables import sql_type
from sim.store.frames import Frames
from sim.store.sweep import FAILURE_FIELDS, RUN_FIELDS, RUNS, SweepStore, writing_into
from sim.sweep.design_files import DESIGN, DRAWS, read_about, read_design

VIEWS = "views.sql"
_OPERATORS = {name: name.upper() for name in ("==", "=", "!=", ">", ">=", "<", "<=", "in", "not in")}  # in SQL
_OPERATORS |= {"==": "=", "!=": "<>"}


class Reading:
    """A store as it is now: its design, sound parts and the SQL of its views.

    Parameters
    ----------
    verify : compare every file with its checksum, as DuckDB looks at none (one pass over the store).

    Raises
    ------
    ConfigError : the folder is not a sweep's store, or its design is damaged.
    """

    def __init__(self, folder: Path, verify: bool = True) -> None:
        self.folder, self.about = folder, read_about(folder)
        self.store = SweepStore(folder)
        self.store.refresh(deep=verify)
        self.scenarios = dict.fromkeys(read_design(folder, self.about)["scenario"].to_pylist())
        self.record: str = self.about["record_digest"]
        self.tables: list[str] = self.about["record"]["tables"]
        self.axes: list[str] = self.about["axes"]
        for name, (why, _) in self.store.damaged.items():
            text = f"part {folder / 'parts' / name} is damaged ({why}) and left out; the sweep's command mends it"
            warnings.warn(text, stacklevel=4)

    def statements(self, place: Callable[[Path], str]) -> Iterator[str]:
        """SQL that makes all views.

        Parameters
        ----------
        place : how a file's path is written.
        """
        design, draws = place(self.folder / DESIGN), place(self.folder / DRAWS)
        yield f"CREATE TYPE scenario_name AS ENUM ({', '.join(map(_text, self.scenarios))})"
        yield f"CREATE TYPE mode_name AS ENUM ({', '.join(map(_text, MODES))})"
        yield f"CREATE VIEW draws AS SELECT * FROM read_parquet({_text(draws)})"
        yield (
            "CREATE VIEW design AS SELECT scenario::scenario_name AS scenario, mode::mode_name AS mode, "
            "draw::INTEGER AS draw, replicate::INTEGER AS replicate, run, file_row_number AS position "
            f"FROM read_parquet({_text(design)}, file_row_number=true)"
        )
        done = self._parts(RUNS, place, RUN_FIELDS.names)
        failed = self.store.failure_files()
        yield f"CREATE VIEW all_failures AS {_union(failed, place, FAILURE_FIELDS.names)}"
        yield (
            "CREATE VIEW runs AS SELECT d.scenario, d.mode, d.draw, d.replicate, d.run, "
            "CASE WHEN r.run IS NOT NULL THEN 'done' WHEN d.run IN (SELECT run FROM all_failures) THEN 'failed' "
            f"ELSE 'missing' END AS status, r.seconds, r.peak_memory_mb FROM design d LEFT JOIN ({done}) r USING (run) "
            "ORDER BY d.position"
        )
        yield (
            "CREATE VIEW failures AS SELECT d.scenario, d.mode, d.draw, d.replicate, f.* FROM all_failures f "
            "JOIN design d USING (run) WHERE d.run IN (SELECT run FROM runs WHERE status = 'failed') "
            "ORDER BY d.position, f.time"
        )
        axes = "".join(f", a.{_name(axis)}" for axis in self.axes)
        for table in self.tables:
            rows = self._parts(table, place, ["run", *self.about["columns"].get(table, ["year"])])
            yield (
                f"CREATE VIEW {table} AS SELECT d.scenario, d.draw, d.replicate, d.mode{axes}, "
                "t.* EXCLUDE (run, file_row_number) "
                f"FROM ({rows}) t JOIN design d USING (run) JOIN draws a USING (draw) "
                "ORDER BY d.position, t.file_row_number"
            )

    def _parts(self, table: str, place: Callable[[Path], str], columns: Sequence[str]) -> str:
        """Rows of a table in all sound parts, each run once."""
        files = self.store.files(table, self.record)
        rows = _union(files, place, columns, file_row_number=True)
        if not files:
            return f"SELECT *, 0 AS file_row_number FROM ({rows})"
        return f"SELECT * EXCLUDE (filename) FROM ({rows}) WHERE {self._once()}"

    def _once(self) -> str:
        """Condition that leaves out second copies of runs (of jobs that were thought lost)."""
        chosen, copies = self.store.done(self.record), []
        for name, part in self.store.parts.items():
            if part.record == self.record:
                doubles = [run for run in part.runs["run"].to_pylist() if chosen[run] != name]
                if doubles:
                    runs = ", ".join(map(_text, doubles))
                    copies.append(f"NOT (contains(filename, {_text(f'/{name}/')}) AND run IN ({runs}))")
        return " AND ".join(copies) or "true"


def connect(folder: str | Path) -> Any:
    """DuckDB connection with one view a table of a sweep.

    Parameters
    ----------
    folder : store of a sweep, or its ``sweep.yaml``.

    Returns
    -------
    duckdb.DuckDBPyConnection with the views of the recorded tables, ``draws``, ``runs``, ``failures``.
    """
    return _connected(Reading(Path(folder)))


def _connected(reading: Reading) -> Any:
    import duckdb

    connection = duckdb.connect()
    for statement in reading.statements(str):
        connection.execute(statement)
    return connection


def load_sweep(folder: Path) -> Frames:
    """Frames of a sweep: the recorded tables, ``draws``, ``runs``, ``failures``."""
    reading = Reading(folder)
    connection = _connected(reading)

    def read(name: str, columns: Sequence[str] | None = None, filters: Any = None) -> pa.Table:
        chosen = ", ".join(_name(column) for column in columns) if columns else "*"
        where, values = _where(filters or ())
        table: pa.Table = connection.sql(f"SELECT {chosen} FROM {name}{where}", params=values).to_arrow_table()
        return table

    frames = Frames([*reading.tables, "draws", RUNS, "failures"], read, folder)
    counts = dict(connection.execute("SELECT status, count(DISTINCT run) FROM runs GROUP BY status").fetchall())
    if missing := counts.get("missing", 0) + counts.get("failed", 0):
        text = (
            f"{folder}: {missing:,} of {sum(counts.values()):,} runs are not there ({counts.get('failed', 0):,} failed)"
        )
        warnings.warn(text, stacklevel=3)
    return frames


def write_views(folder: Path) -> None:
    """Write the views as ``views.sql`` for DuckDB's own shell, to be read in the store's folder."""
    reading = Reading(folder, verify=False)  # whoever wrote it has just looked
    text = ";\n".join(reading.statements(lambda path: path.relative_to(folder).as_posix()))
    head = "-- In this folder: duckdb -init views.sql; then for example: SELECT * FROM runs LIMIT 10;\n"
    with writing_into(folder, folder / VIEWS) as aside:
        aside.write_text(f"{head}{text};\n", encoding="utf-8")


def _union(
    files: Sequence[Path], place: Callable[[Path], str], columns: Sequence[str], file_row_number: bool = False
) -> str:
    """Rows of Parquet files; with none, no rows of the given columns."""
    if not files:
        return f"SELECT {', '.join(f'NULL::{_type(column)} AS {_name(column)}' for column in columns)} WHERE false"
    names = ", ".join(_text(place(path)) for path in files)
    row = ", filename=true, file_row_number=true" if file_row_number else ""
    return f"SELECT * FROM read_parquet([{names}], union_by_name=true{row})"


def _type(column: str) -> str:
    """SQL type of a column that no file tells."""
    return "VARCHAR" if column in FAILURE_FIELDS.names else sql_type(column)


def _where(filters: Sequence[tuple[str, str, Any]]) -> tuple[str, list[Any]]:
    conditions, values = [], []
    for column, operator, value in filters:
        if operator not in _OPERATORS:
            raise ConfigError([f"filter on {column}: no operator {operator}; allowed: {', '.join(_OPERATORS)}"])
        items = list(value) if operator in ("in", "not in") else [value]
        marks = ", ".join("?" for _ in items)
        conditions.append(f"{_name(column)} {_OPERATORS[operator]} ({marks})")
        values += items
    return (f" WHERE {' AND '.join(conditions)}" if conditions else ""), values


def _text(text: str) -> str:
    return "'" + str(text).replace("'", "''") + "'"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
