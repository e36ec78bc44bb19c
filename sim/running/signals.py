"""Ending when asked to: a signal becomes an exception, so that workers end too and nothing is left half-written."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sim.running.streams import silence_if_lost

SIGNALS = ("SIGTERM", "SIGHUP")  # asked to end, and the terminal is gone (a lost connection)


class Terminated(BaseException):
    """The process was asked to end by one of `SIGNALS`, whose number it carries."""

    def __init__(self, number: int = signal.SIGTERM) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


@contextmanager
def raise_on_signals() -> Iterator[None]:
    """Raise `Terminated` inside when one of `SIGNALS` comes; only the main thread hears it, and nohup stays nohup."""
    if threading.current_thread() is not threading.main_thread() or sys.platform == "win32":
        yield
        return
    numbers = [getattr(signal, name) for name in SIGNALS]
    before = {n: signal.signal(n, _raise_terminated) for n in numbers if signal.getsignal(n) != signal.SIG_IGN}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _raise_terminated(number: int, frame: Any) -> None:
    silence_if_lost()  # what is said on the way out must not fail
    raise Terminated(number)
