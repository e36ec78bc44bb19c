"""Ending when asked to: a signal becomes an exception, and processes that are started leave it to their parent."""

from __future__ import annotations

import signal
import sys
import threading
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sim.running.streams import silence_if_lost

SIGNALS = ("SIGTERM", "SIGHUP")  # asked to end, and the terminal is gone (a lost connection)
OF_A_TERMINAL = {getattr(signal, name) for name in ("SIGINT", "SIGHUP") if hasattr(signal, name)}


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


@contextmanager
def clean_start() -> Iterator[None]:
    """Start processes that neither run the user's script again nor hear what a terminal tells all of its processes.

    A spawned process imports the main module; a script without ``if __name__ == "__main__"`` would then start the
    whole simulation again in each. Jobs need nothing of it. Ctrl-C and a lost connection reach every process of a
    terminal at once: only the parent shall act (a blocked signal stays blocked in a child from its first instruction).
    """
    main = sys.modules["__main__"]
    blockable = hasattr(signal, "pthread_sigmask")
    before = signal.pthread_sigmask(signal.SIG_BLOCK, OF_A_TERMINAL) if blockable else None
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        if before is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
