"""Variables of the environment that hold while something is done, in processes that are started meanwhile too."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

DEBUG = "TALENT_DEBUG"  # set to 1: failed runs print their traceback


@contextmanager
def environment(name: str, value: str) -> Iterator[None]:
    """Set a variable inside, and leave it as it was."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
