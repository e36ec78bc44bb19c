"""Chunks as tasks of Ray, on this machine or on a cluster that is up already."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sim.config.schema import available_cores
from sim.core.read import ConfigError, Problems, check_keys, text, whole
from sim.store.sweep import StoreError
from sim.sweep.chunk import ChunkJob, run_chunk
from sim.sweep.executors.base import STORE_ERROR, Ended

NEEDED = "executor.kind: ray needs Ray: pip install '.[ray]' in the clone with Python 3.12 or 3.13"
KEYS = ("workers", "address", "cpus")


class RayExecutor:
    """Up to `workers` tasks in flight; they end with their driver, as Ray's jobs do.

    Parameters
    ----------
    workers : None for as many as the processors allow.
    address : of a cluster; None for ``RAY_ADDRESS``, or a Ray of this machine if that is not set.
    cpus : processors of a task.
    """

    def __init__(self, workers: int | None, address: str | None, cpus: int) -> None:
        import ray

        self._ray = ray
        self.workers = self.capacity = workers or max(1, available_cores() // cpus)
        address = address or os.environ.get("RAY_ADDRESS") or "local"
        local = {"num_cpus": self.workers * cpus, "include_dashboard": False} if address == "local" else {}
        try:
            with _own_signals():
                ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, **local)
        except (ConnectionError, ValueError, RuntimeError) as error:
            raise ConfigError([f"executor.address: no Ray at '{address}': {str(error).splitlines()[0]}"]) from None
        if workers is None and not local:
            self.workers = self.capacity = max(1, int(ray.cluster_resources().get("CPU", 1)) // cpus)
        # The sweep's driver hands in again what is lost, in halves; Ray would do it whole.
        self._work = ray.remote(num_cpus=cpus, max_retries=0)(_work)
        self._flying: dict[Any, str] = {}
        self._stopped: set[Any] = set()

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], store: Path) -> RayExecutor:
        """From ``executor`` of a sweep; see docs/clusters.md."""
        problems = Problems()
        check_keys(settings, KEYS, "executor", problems)
        given = {key: value for key, value in settings.items() if value is not None}
        workers = whole(given["workers"], "executor.workers", problems, 1, 100_000) if "workers" in given else None
        address = text(given["address"], "executor.address", problems) if "address" in given else None
        cpus = whole(given.get("cpus", 1), "executor.cpus", problems, 1, 1024)
        problems.check()
        try:
            import ray  # noqa: F401
        except ImportError:
            raise ConfigError([NEEDED]) from None
        return cls(workers, address, cpus)

    def adopt(self) -> list[ChunkJob]:
        """Nothing: tasks end with their driver."""
        return []

    def submit(self, jobs: Sequence[ChunkJob]) -> None:
        """One task a chunk."""
        for job in jobs:
            self._flying[self._work.remote(job)] = job.id

    def poll(self, seconds: float) -> list[Ended]:
        """Chunks whose tasks have ended."""
        if not self._flying:
            time.sleep(min(seconds, 0.05))
            return []
        self._ray.wait(list(self._flying), num_returns=1, timeout=seconds)
        ready, _ = self._ray.wait(list(self._flying), num_returns=len(self._flying), timeout=0)
        return [Ended(self._flying.pop(ref), self._error(ref)) for ref in ready]

    def running(self) -> int:
        """Tasks in flight."""
        return len(self._flying)

    def stop(self, kill: bool = False) -> None:
        """Interrupt, upon which a chunk writes what it has; or the end at once."""
        for ref in self._flying.keys() - (set() if kill else self._stopped):
            self._ray.cancel(ref, force=kill)
            self._stopped.add(ref)

    def close(self) -> None:
        """Leave the cluster; what is still at work ends."""
        self._ray.shutdown()

    def _error(self, ref: Any) -> str:
        try:
            return str(self._ray.get(ref))
        except self._ray.exceptions.RayError as error:
            lines = str(error).strip().splitlines() or [""]
            return f"{type(error).__name__}: {lines[0]}"


def _work(job: ChunkJob) -> str:
    """Compute a chunk in a worker; returns why it failed, if it did. Ray's interrupt counts as SIGTERM."""
    before = signal.signal(signal.SIGINT, lambda number, frame: signal.raise_signal(signal.SIGTERM))
    try:
        run_chunk(job)
    except StoreError as error:
        return f"{STORE_ERROR}{error}"
    finally:
        signal.signal(signal.SIGINT, before)
    return ""


@contextmanager
def _own_signals() -> Iterator[None]:
    """Keep the handlers of the command, which Ray replaces by its own."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
