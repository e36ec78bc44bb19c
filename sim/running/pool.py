"""Where jobs are done: in this process, or in worker processes that start clean and end with their parent.

Workers are spawned, not forked: kernels and Arrow start threads, and a fork copies locks that threads hold.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from typing import Any, NamedTuple, Protocol

from sim.running.signals import OF_A_TERMINAL, clean_start
from sim.running.worker import Done, Tick

Work = Callable[[Any, Tick], Done]
POLL_SECONDS = 0.2


class Watcher(Protocol):
    """Is told how far the work is."""

    def years(self, done: int) -> None: ...

    def compiling(self, now: bool, seconds: float) -> None:
        """Numba compiles now, or has compiled for so many seconds; called before `years`, and at the end."""


class InlinePool:
    """Does jobs one after the other in this process, each when its result is waited for."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher, self._years, self._seconds = watcher, 0, 0.0
        self._queue: deque[tuple[Future[Done], Work, Any]] = deque()
        self._end_listening = listen_to_compiler(self._compiles)

    def submit(self, work: Work, job: Any) -> Future[Done]:
        """Queue a job."""
        future: Future[Done] = Future()
        self._queue.append((future, work, job))
        return future

    def wait(self, pending: set[Future[Done]]) -> set[Future[Done]]:
        """Do the next job; errors travel in its future, an interrupt does not."""
        future, work, job = self._queue.popleft()
        try:
            future.set_result(work(job, self._tick))
        except Exception as error:
            future.set_exception(error)
        return {future}

    def close(self) -> None:
        """Nothing is left running."""
        self._end_listening()

    stop = close

    def _compiles(self, seconds: float | None) -> None:
        self._seconds = self._seconds if seconds is None else seconds
        self._watcher.compiling(seconds is None, self._seconds)

    def _tick(self) -> None:
        self._years += 1
        self._watcher.years(self._years)


class ProcessPool:
    """Does jobs in up to `workers` spawned processes."""

    def __init__(self, workers: int, watcher: Watcher) -> None:
        context = multiprocessing.get_context("spawn")
        self._watcher = watcher
        with clean_start():  # multiprocessing starts a process that keeps account of what is shared
            self._told = Told(context.Value("q", 0), context.Value("q", 0), context.Value("d", 0.0))
        self._executor = spawned(workers, _begin, self._told)

    def submit(self, work: Work, job: Any) -> Future[Done]:
        """Hand a job to the next free process; starts one if there are fewer than allowed."""
        with clean_start():
            return self._executor.submit(_work, work, job)

    def wait(self, pending: set[Future[Done]]) -> set[Future[Done]]:
        """Futures that are done; tells the watcher meanwhile."""
        while True:
            done, _ = wait(pending, POLL_SECONDS, FIRST_COMPLETED)
            # Read without the lock, which a process that was killed may still hold.
            years, compiling, seconds = (value.get_obj().value for value in self._told)
            self._watcher.compiling(compiling > 0, seconds)
            self._watcher.years(years)
            if done:
                return done

    def close(self) -> None:
        """Wait for the processes to end."""
        self._executor.shutdown()

    def stop(self) -> None:
        """End the processes now, whatever they are doing."""
        processes = list((self._executor._processes or {}).values())
        self._executor.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        for process in processes:
            process.join(5)
            if process.is_alive():
                process.kill()


def spawned(workers: int, begin: Callable[..., None], *args: Any) -> ProcessPoolExecutor:
    """Up to so many worker processes, each of which calls `begin` first.

    Up to Python 3.11.4 a job larger than a pipe, on its way to a worker that has died, would keep this process from
    ending for ever (https://github.com/python/cpython/issues/94777): it waits for the thread that writes the job. No
    pool needs that wait, since a worker that lives reads all jobs before it ends.
    """
    with clean_start():  # multiprocessing starts a process that keeps account of what is shared
        executor = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), begin, args)
    executor._call_queue.cancel_join_thread()  # type: ignore[attr-defined]
    return executor


class Told(NamedTuple):
    """Numbers that workers share with their parent.

    Attributes
    ----------
    years : done by all; compiling : workers that compile just now; seconds : that the slowest has compiled for.
    """

    years: Any
    compiling: Any
    seconds: Any


_told: Told | None = None


def _begin(told: Told) -> None:
    """First thing in a worker process."""
    global _told
    _told = told
    belong_to_parent()
    import sim.world  # noqa: F401 - what most jobs need, so that it is frozen too

    listen_to_compiler(lambda seconds: _compiles(told, seconds))
    gc.freeze()  # modules stay until the end: the collector need not look through them again and again


def belong_to_parent() -> None:
    """Leave Ctrl-C and lost connections to the parent, and do not outlive it if it is killed."""
    for number in OF_A_TERMINAL:
        signal.signal(number, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _work(work: Work, job: Any) -> Done:
    assert _told is not None
    years = _told.years
    return work(job, lambda: _count(years, 1))


def _count(counter: Any, by: int) -> None:
    with counter.get_lock():
        counter.get_obj().value += by


def _compiles(told: Told, seconds: float | None) -> None:
    if seconds is not None:
        with told.seconds.get_lock():
            slowest = told.seconds.get_obj()
            slowest.value = max(slowest.value, seconds)
    _count(told.compiling, 1 if seconds is None else -1)


def listen_to_compiler(told: Callable[[float | None], None]) -> Callable[[], None]:
    """Tell when numba compiles a kernel that its cache does not hold.

    Parameters
    ----------
    told : called with None when compiling begins, and with the seconds of all compiling so far when it ends. Numba
        holds a lock meanwhile, and kernels that a kernel calls are compiled within it.

    Returns
    -------
    Function that ends the listening.
    """
    from numba.core import event

    class Listener(event.Listener):
        depth, begin, seconds = 0, 0.0, 0.0

        def on_start(self, event: Any) -> None:
            self.depth += 1
            if self.depth == 1:
                self.begin = time.perf_counter()
                told(None)

        def on_end(self, event: Any) -> None:
            self.depth -= 1
            if self.depth == 0:
                self.seconds += time.perf_counter() - self.begin
                told(self.seconds)

    listener = Listener()
    event.register("numba:compile", listener)
    return lambda: event.unregister("numba:compile", listener)


def make_pool(workers: int, watcher: Watcher) -> InlinePool | ProcessPool:
    """Pool of the given size; one worker means this process."""
    return InlinePool(watcher) if workers <= 1 else ProcessPool(workers, watcher)
