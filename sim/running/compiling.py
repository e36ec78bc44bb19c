"""Compiling kernels beside the work, after an installation or a change of code.

Workers compile a kernel when they first call it, in the order of a year. As soon as one does, other processes compile
from the other end of the year (`sim.core.signatures`), until both meet: each kernel is compiled once, and all cores are
busy. This process need not know the kernels, which take long to import.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.process import BaseProcess

from sim.running.pool import Watcher, belong_to_parent
from sim.running.signals import clean_start


@contextmanager
def compiled_aside(watcher: Watcher, processes: int) -> Iterator[Watcher]:
    """What should watch the work inside: once that compiles, up to so many processes do too, and end with it."""
    aside = _Aside(watcher, processes)
    try:
        yield aside
    finally:
        aside.end()


class _Aside:
    """Passes on what it is told."""

    def __init__(self, watcher: Watcher, processes: int) -> None:
        self._watcher, self._processes = watcher, processes
        self._compilers: list[BaseProcess] = []

    def years(self, done: int) -> None:
        self._watcher.years(done)

    def compiling(self, now: bool, seconds: float) -> None:
        if now and not self._compilers:
            context = multiprocessing.get_context("spawn")
            self._compilers = [
                context.Process(target=compile_from_the_end, daemon=True) for _ in range(self._processes)
            ]
            with clean_start():
                for compiler in self._compilers:
                    compiler.start()
        self._watcher.compiling(now, seconds)

    def end(self) -> None:
        for compiler in self._compilers:
            compiler.terminate()
        for compiler in self._compilers:
            compiler.join()


def compile_from_the_end() -> None:
    """Compile all kernels that are missing and that no other process is at, the last of a year first."""
    belong_to_parent()
    from numba.core.errors import NumbaError

    import sim.world  # noqa: F401 - its kernels
    from sim.core.kernels import KERNELS
    from sim.core.signatures import listed

    for name, kinds in reversed(listed()):
        kept = KERNELS[name].kept
        if not kept.exists and not kept.is_taken:
            with suppress(NumbaError):  # of a list that is behind the code: whoever calls the kernel compiles it
                KERNELS[name].compile(kinds)
