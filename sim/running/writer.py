"""Tables are written while the simulation goes on, replicate by replicate, whoever finishes first."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from sim.running.execute import Execution
from sim.running.plan import Run
from sim.store.runs import ParquetTable, RunTables, replicates, table_names

LARGEST = "panel"  # most of all bytes: it has a thread of its own


class OrderedWriter:
    """Appends replicates to the tables of a command, each as soon as its runs and all before it are finished.

    Parameters
    ----------
    folder : where the tables go.
    scenarios : names of all scenarios of the command.
    runs : recorded runs in the order of their rows.
    execution : where their tables come from.
    """

    def __init__(self, folder: Path, scenarios: Sequence[str], runs: Sequence[Run], execution: Execution) -> None:
        self._folder, self._scenarios = folder, scenarios
        self._left, self._execution = replicates(runs, lambda run: run.id), execution
        self._tables: dict[str, ParquetTable] = {}
        self._threads = {large: ThreadPoolExecutor(1) for large in (True, False)}
        self._jobs: list[Future[None]] = []

    def advance(self) -> None:
        """Hand the next replicates to the threads that write, as far as they are finished."""
        for job in self._jobs:
            if job.done():
                job.result()  # an error of writing stops the command at once
        while self._left:
            found = [tables for run in self._left[0] if (tables := self._execution.run_tables(run)) is not None]
            if len(found) < len(self._left[0]):
                return
            self._left.pop(0)
            for large, thread in self._threads.items():
                self._jobs.append(thread.submit(self._append, found, large))

    def finish(self) -> None:
        """Wait for the threads and finish the files."""
        self.advance()
        for job in self._jobs:
            job.result()
        for name in table_names([]):
            self._table(name)
        for table in self._tables.values():
            table.close()

    def abandon(self) -> None:
        """Write nothing more."""
        for thread in self._threads.values():
            thread.shutdown(cancel_futures=True)

    def _append(self, runs: Sequence[RunTables], large: bool) -> None:
        for name in table_names(runs):
            if (name == LARGEST) == large:
                self._table(name).append(runs)

    def _table(self, name: str) -> ParquetTable:
        if name not in self._tables:
            self._tables[name] = ParquetTable(self._folder, name, self._scenarios)
        return self._tables[name]
