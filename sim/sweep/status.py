"""How far a sweep is: a live table on a terminal, a line per 10 % elsewhere; both on standard error."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from sim.sweep.driver import Progress

QUIET_SECONDS = 60.0  # without a line, elsewhere than on a terminal
HINT_SECONDS = 15.0  # without a finished chunk, until it is said why that may be


def duration(seconds: float | None) -> str:
    """Time in the two largest units."""
    if seconds is None:
        return "–"
    s = round(seconds)
    if s < 60:
        return f"{s} s"
    if s < 3600:
        return f"{s // 60} min {s % 60:02d} s"
    return f"{s // 3600} h {s % 3600 // 60:02d} min"


class LiveStatus:
    """Shows progress; use as a context manager.

    Parameters
    ----------
    show : True the table, False nothing, None the table on a terminal and lines elsewhere.
    """

    def __init__(self, title: str, show: bool | None = None) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._title, self._silent = title, show is False
        terminal = self._console.is_terminal
        self._live = Live(console=self._console, refresh_per_second=4) if show or (show is None and terminal) else None
        self._tenth, self._said, self._hinted = 0, time.monotonic(), False

    def __enter__(self) -> LiveStatus:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def note(self, text: str) -> None:
        """One line to the user, above the table."""
        self._console.print(text, markup=False)

    def progress(self, now: Progress) -> None:
        """Where the sweep stands."""
        if not self._hinted and now.done == now.done_before and time.monotonic() - now.began > HINT_SECONDS:
            self._hinted = True
            self.note("No chunk has finished yet; after an installation kernels are compiled first, about a minute.")
        if self._live:
            self._live.update(table(self._title, now))
        elif not self._silent:
            self._line(now)

    def _line(self, now: Progress) -> None:
        tenth = 10 * now.done // max(now.total, 1)
        quiet = time.monotonic() - self._said
        if tenth > self._tenth or (quiet > QUIET_SECONDS and now.remaining):
            self._tenth, self._said = tenth, time.monotonic()
            failed = f", {now.failed} failed" if now.failed else ""
            left = f", about {duration(now.seconds_left)} left" if now.remaining and now.seconds_left else ""
            self.note(f"{now.done:,} of {now.total:,} runs done{failed}, {now.remaining:,} remaining{left}")


def table(title: str, now: Progress) -> Table:
    """Done, running, failed, remaining, rate and time left."""
    out = Table(title=Text(title, "bold"), title_justify="left", box=None, pad_edge=False)
    spent = time.monotonic() - now.began
    new = now.done - now.done_before
    rate = f"{60 * new / spent:,.0f} a minute" if new and spent > 0 else "–"
    cells = {
        "runs": f"{now.total:,}",
        "done": f"{now.done:,} ({100 * now.done // max(now.total, 1)} %)",
        "failed": Text(f"{now.failed:,}", "red") if now.failed else "0",
        "remaining": f"{now.remaining:,}",
        "chunks running": f"{now.running} of {now.workers}",
        "rate": rate,
        "elapsed": duration(spent),
        "left": duration(now.seconds_left if now.remaining else 0),
    }
    for name in cells:
        out.add_column(name, justify="right", no_wrap=True)
    out.add_row(*cells.values())
    return out
