"""How far a command is: a bar on a terminal, a line per 10 % elsewhere; both on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from sim.core.kernel_folder import kernel_base

COMPILING = "Compiling kernels for this machine (once after an installation or a change of code; about a minute) …"
KEPT, NOT_KEPT = (
    "they are kept for the next run",
    "they cannot be kept: set NUMBA_CACHE_DIR to a folder that can be written",
)


class Reporter:
    """Progress in simulated years, and notes; use as a context manager.

    Parameters
    ----------
    total : years to simulate.
    bar : True a bar, False nothing, None a bar on a terminal and lines elsewhere.
    """

    def __init__(self, total: int, bar: bool | None = None) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._total, self._begin, self._told = total, time.perf_counter(), 0
        self._compiling = Compiling(self.note)
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
        self._compiling.end()
        if self._bar:
            self._bar.stop()

    def years(self, done: int) -> None:
        """Years simulated so far."""
        self._compiling.years(done)
        if self._bar and self._task is not None:
            self._bar.update(self._task, completed=done)
        elif self._lines and self._total:
            percent = 100 * done // self._total
            tenth = percent // 10
            if tenth > self._told:
                self._told = tenth
                self.note(f"simulated {done} of {self._total} years ({percent} %), {self._seconds:.0f} s")

    def compiling(self, now: bool, seconds: float) -> None:
        """Numba compiles now, or has compiled for so many seconds."""
        self._compiling.tell(now, seconds)

    def note(self, text: str) -> None:
        """One line to the user, above the bar."""
        self._console.print(text, markup=False)

    @property
    def _seconds(self) -> float:
        return time.perf_counter() - self._begin


class Compiling:
    """Says once that kernels are being compiled, as nothing moves meanwhile, and once how long it took.

    Kernels are compiled when they are first called, so it is over when a year has passed without.
    """

    def __init__(self, note: Callable[[str], None]) -> None:
        self._note = note
        self._now, self._begun, self._over = False, False, False
        self._seconds, self._years, self._before = 0.0, 0, 0.0  # seconds so far; year last seen, and seconds until then

    def tell(self, now: bool, seconds: float) -> None:
        """See `sim.running.pool.Watcher`."""
        self._now, self._seconds = now, seconds
        if (now or seconds > 0.0) and not self._begun:
            self._begun = True
            self._note(COMPILING)

    def years(self, done: int) -> None:
        """Years simulated so far."""
        if done > self._years:
            if not self._now and self._seconds == self._before:
                self.end()
            self._years, self._before = done, self._seconds

    def end(self) -> None:
        """There is nothing more to compile."""
        if self._seconds > 0.0 and not self._over:
            self._over = True
            self._note(f"Compiled kernels in {self._seconds:.0f} s; {KEPT if kernel_base() else NOT_KEPT}")


def _bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, TextColumn("left"), TimeRemainingColumn(), console=console)


def say(text: str) -> None:
    """One line on standard error."""
    print(text, file=sys.stderr, flush=True)
