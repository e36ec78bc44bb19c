"""Ending when asked to: SIGTERM becomes an exception, so that worker processes end and nothing is left half-written."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Terminated(BaseException):
    """The process was asked to end (SIGTERM)."""


@contextmanager
def ending_cleanly() -> Iterator[None]:
    """Raise `Terminated` inside when SIGTERM comes; only the main thread can hear it."""
    if threading.current_thread() is not threading.main_thread() or sys.platform == "win32":
        yield
        return
    before = signal.signal(signal.SIGTERM, _raise_terminated)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _raise_terminated(number: int, frame: Any) -> None:
    raise Terminated
