"""What is still alive of a class, with no help from the collector of garbage."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest


@contextmanager
def living(kind: type) -> Iterator[Callable[[], tuple[int, list[Any]]]]:
    """Inside, garbage is not collected; what is given says how many were made of a class, and which still live."""
    made: list[weakref.ref[Any]] = []
    make = kind.__init__

    def noted(one: Any, *more: object) -> None:
        made.append(weakref.ref(one))
        make(one, *more)

    gc.disable()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(kind, "__init__", noted)
            yield lambda: (len(made), [one for ref in made if (one := ref()) is not None])
    finally:
        gc.enable()
