"""How far a command is: a bar on a terminal, a line per 10 % elsewhere; both on standard error."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

COMPILING = "Compiling kernels for this machine (once after an installation or a change of code; about half a minute) …"


class Reporter:
    """Progress in simulated years, and notes; use as a context manager.

    Parameters
    ----------
    total : years to simulate.
    bar : True a bar, False nothing, None a bar on a terminal and lines elsewhere.
    """

    def __init__(self, total: int, bar: bool | None = None) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._total, self._begin, self._told, self._compiling = total, time.perf_counter(), 0, False
        self._lines = bar is None and not self._console.is_terminal
        show = bar is not False and not self._lines and total > 0
        self._bar = _bar(self._console) if show else None
        self._task = self._bar.add_task("Simulating years", total=total) if self._bar else None

    def __enter__(self) -> Reporter:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def years(self, done: int) -> None:
        """Years simulated so far."""
        if self._bar and self._task is not None:
            self._bar.update(self._task, completed=done)
        elif self._lines and self._total:
            tenth = 10 * done // self._total
            if tenth > self._told:
                self._told = tenth
                self.note(f"simulated {done} of {self._total} years ({10 * tenth} %), {self._seconds:.0f} s")

    def compiling(self) -> None:
        """Numba compiles: said once, as nothing moves meanwhile."""
        if not self._compiling:
            self._compiling = True
            self.note(COMPILING)

    def note(self, text: str) -> None:
        """One line to the user, above the bar."""
        self._console.print(text, markup=False)

    @property
    def _seconds(self) -> float:
        return time.perf_counter() - self._begin


def _bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, TextColumn("left"), TimeRemainingColumn(), console=console)


def say(text: str) -> None:
    """One line on standard error."""
    print(text, file=sys.stderr, flush=True)
