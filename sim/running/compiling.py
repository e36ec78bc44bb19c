"""Compiling kernels beside the work, after an installation or a change of code.

Workers compile a kernel when they first call it, in the order of a year. Other processes meanwhile compile from the
other end of the year (`sim.core.signatures`), until both meet: each kernel is compiled once, and all cores are busy.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.process import BaseProcess

from numba.core.errors import NumbaError

from sim.core.kernels import KERNELS
from sim.core.signatures import listed
from sim.running.pool import belong_to_parent, clean_start


@contextmanager
def compiled_aside(processes: int) -> Iterator[None]:
    """While the work inside goes on, up to so many processes compile the kernels that are missing; they end with it."""
    compilers = _start(processes) if any(not KERNELS[name].kept.exists for name, _ in listed()) else []
    try:
        yield
    finally:
        for compiler in compilers:
            compiler.terminate()
        for compiler in compilers:
            compiler.join()


def _start(processes: int) -> list[BaseProcess]:
    context = multiprocessing.get_context("spawn")
    compilers: list[BaseProcess] = [context.Process(target=compile_from_the_end, daemon=True) for _ in range(processes)]
    with clean_start():
        for compiler in compilers:
            compiler.start()
    return compilers


def compile_from_the_end() -> None:
    """Compile all kernels that are missing and that no other process is at, the last of a year first."""
    belong_to_parent()
    for name, kinds in reversed(listed()):
        kept = KERNELS[name].kept
        if not kept.exists and not kept.is_taken:
            with suppress(NumbaError):  # of a list that is behind the code: whoever calls the kernel compiles it
                KERNELS[name].compile(kinds)
