"""Compiling kernels, each in one process at a time, and keeping them for the next run.

Every kernel is made by `njit` of this module instead of numba's. Numba is told of the kernel's folder only while it
makes the kernel, so that other packages' kernels, and the environment of other processes, are left alone.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import numba
from numba.core import config, event
from numba.core.caching import FunctionCache
from numba.core.compiler_lock import global_compiler_lock

from sim.core.kernel_folder import kernel_folder
from sim.core.locks import lock_if_free

PATIENCE = 120.0  # seconds that another process may compile one kernel before it is not waited for any more
GARBAGE = (
    200_000,
    50,
    1_000,
)  # how seldom a compiler looks for garbage: it leaves little, and looking takes long
KERNELS: dict[str, Any] = {}  # kernels that are kept, by module and name
CALLED: list[tuple[str, Any]] = []  # of these, what was called from Python, in order: name and types of arguments


def njit(borrows: bool = False, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Numba's `njit`; what ``cache=True`` keeps lies in `kernel_folder` of the module.

    Parameters
    ----------
    borrows : the kernel makes no arrays and returns none. It need not count references to those that its caller holds,
        which numba does, one atomic step after the other, wherever a loop takes an array out of a tuple. A kernel that
        makes one all the same is not compiled.
    """
    options["no_cfunc_wrapper"] = True  # nothing here is called from C
    if borrows:
        options["_nrt"] = False

    def decorate(function: Callable[..., Any]) -> Any:
        folder = kernel_folder(Path(function.__code__.co_filename)) if options.get("cache") else None
        if folder is None:
            return numba.njit(**(options | {"cache": False}))(function)
        before, config.CACHE_DIR = config.CACHE_DIR, str(folder)
        try:
            kernel = numba.njit(**options)(function)
            return kernel if config.DISABLE_JIT else _compiled_once(kernel)
        finally:
            config.CACHE_DIR = before

    return decorate


def _compiled_once(kernel: Any) -> Any:
    """Let processes that lack a kernel at the same time compile it once between them."""
    kept = kernel.kept = kernel._cache = KernelCache(kernel.py_func)
    compile_here = kernel.compile

    def compile_or_load(arguments: Any) -> Any:
        # The lock is numba's, and taken here already so that threads leave the turn to each other.
        with global_compiler_lock, _seldom_collected():
            try:
                return compile_here(arguments)
            finally:
                kept.end_turn()

    kernel.compile = compile_or_load
    KERNELS[kept.name] = kernel
    return kernel


@contextmanager
def _seldom_collected() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(*GARBAGE)
    try:
        yield
    finally:
        gc.set_threshold(*before)


class KernelCache(FunctionCache):
    """What numba keeps of one kernel. A process that does not find it waits while another one compiles it.

    The lock is the operating system's, so a compiler that is killed leaves it free. It also keeps two processes from
    writing the kernel's index at the same time, of which numba would keep the last one only. Nobody waits in a circle:
    who holds a kernel waits only for those that it calls.
    """

    _turns = 0  # kernels that this process is at

    def __init__(self, function: Any) -> None:
        super().__init__(function)
        self.name = f"{function.__module__}.{function.__qualname__}"
        self._file = Path(self.cache_path) / self._impl.filename_base
        self._turn = ExitStack()

    @property
    def exists(self) -> bool:
        """True if the kernel is kept for some arguments."""
        return self._file.with_name(self._file.name + ".nbi").exists()

    @property
    def is_taken(self) -> bool:
        """True if another process compiles the kernel just now."""
        with suppress(OSError), lock_if_free(self._lock) as free:
            return not free
        return False

    def load_overload(self, arguments: Any, target: Any) -> Any:
        """Called by numba before it compiles: what is kept; None if there is nothing, and it is this process's turn."""
        if not KernelCache._turns:
            CALLED.append((self.name, arguments))
        found = super().load_overload(arguments, target)
        if found is None:
            self._begin_turn()
            found = super().load_overload(arguments, target)
        return found

    def _begin_turn(self) -> None:
        KernelCache._turns += 1
        self._turn.callback(_turn_is_over)
        with suppress(OSError):  # a folder without locks: every process compiles for itself
            if not self._turn.enter_context(lock_if_free(self._lock)):
                with event.trigger_event("numba:compile", data={"dispatcher": KERNELS[self.name]}):
                    self._turn.enter_context(lock_if_free(self._lock, PATIENCE))

    def end_turn(self) -> None:
        """The kernel is there, or could not be compiled: others may look."""
        self._turn.close()

    @property
    def _lock(self) -> Path:
        return self._file.with_name(self._file.name + ".lock")


def _turn_is_over() -> None:
    KernelCache._turns -= 1
