"""Carry out a sweep from Python; the command adds a table and words."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.config.schema import available_cores
from sim.core.locks import lock_if_free
from sim.core.read import ConfigError
from sim.running.manifest import now
from sim.running.model import Model, RealModel
from sim.store.history import cache_dir
from sim.store.sweep import StoreError, SweepStore, why_not_written
from sim.sweep.design_files import record_digest, store_folder, update_about, write_design
from sim.sweep.driver import Driver, Progress
from sim.sweep.executors import make_executor
from sim.sweep.plan import Plan, make_plan
from sim.sweep.spec import Spec

LOCK_SECONDS = 2.0  # `status` holds the lock for an instant


@dataclass(frozen=True)
class Outcome:
    """How a sweep ended: runs done, failed and missing of those asked for, and how many were computed now."""

    folder: Path
    total: int
    done: int
    failed: int
    computed: int

    @property
    def missing(self) -> int:
        return self.total - self.done - self.failed


@dataclass
class Sweep:
    """A sweep and its store, planned.

    Parameters
    ----------
    spec : what is asked for, by `sim.sweep.spec.read_spec` or `spec_of`.
    folder : of the store; ``outputs/NAME/sweep`` by default.
    """

    spec: Spec
    folder: Path
    model: Model
    plan: Plan
    store: SweepStore
    digest: str

    @classmethod
    def open(cls, spec: Spec, folder: Path | None = None, model: Model | None = None) -> Sweep:
        """Plan a sweep and look what its store holds; nothing is written."""
        model = model or RealModel()
        folder = folder or store_folder(spec)
        sweep = cls(spec, folder, model, make_plan(spec, model), SweepStore(folder), record_digest(spec.record))
        sweep.store.refresh()
        return sweep

    def missing(self) -> set[str]:
        """Keys of the runs that no sound part holds."""
        return self.plan.keys - self.store.done(self.digest).keys()

    def failed(self) -> set[str]:
        """Keys of the runs that failed when they were last tried."""
        return set(self.store.failures()["run"].to_pylist()) & self.missing()


def silent(_: Any) -> None:
    """Tell nobody: what `show` and `note` are by default."""


def run(
    spec: Spec,
    folder: Path | None = None,
    *,
    only_failed: bool = False,
    model: Model | None = None,
    show: Callable[[Progress], None] = silent,
    note: Callable[[str], None] = silent,
) -> Outcome:
    """Compute the runs of a sweep that its store does not hold yet.

    Parameters
    ----------
    folder : of the store; ``outputs/NAME/sweep`` by default.
    only_failed : only those that failed before.
    show, note : told of progress, and single lines.

    Returns
    -------
    What became of it; failures are in the store.

    Raises
    ------
    ConfigError : bad input, or another process works on the same store.
    StoreError : the store cannot be written; what was written is kept.
    """
    return carry_out(Sweep.open(spec, folder, model), only_failed=only_failed, show=show, note=note)


def carry_out(
    sweep: Sweep,
    *,
    only_failed: bool = False,
    show: Callable[[Progress], None] = silent,
    note: Callable[[str], None] = silent,
) -> Outcome:
    """Compute what is missing; see `run`."""
    try:
        sweep.folder.mkdir(parents=True, exist_ok=True)
        (sweep.folder / "lock").touch()
    except OSError as error:
        raise StoreError(why_not_written(sweep.folder, error)) from error
    with lock_if_free(sweep.folder / "lock", LOCK_SECONDS) as free:
        if not free:
            raise ConfigError([f"{sweep.folder}: another process works on this sweep; wait for it or stop it"])
        return _carry_out(sweep, only_failed, show, note)


def _carry_out(
    sweep: Sweep, only_failed: bool, show: Callable[[Progress], None], note: Callable[[str], None]
) -> Outcome:
    store = sweep.store
    store.refresh(deep=True)
    for name, (why, runs) in store.damaged.items():
        held = f"; its {runs} runs are computed again" if runs else "; its runs are computed again"
        note(f"part {store.root / 'parts' / name} is damaged: {why}{held}")
    store.set_aside_damaged()
    for lever in sweep.plan.unread:
        note(f"note: {lever} changes nothing in these years or places")
    before = sweep.missing()
    wanted = sweep.failed() if only_failed else before
    if wanted or store.damaged:
        _drive(sweep, wanted, show, note)
    else:
        write_design(sweep.folder, sweep.plan, sweep.digest)
    missing, failed = sweep.missing(), sweep.failed()
    total = len(sweep.plan.keys)
    outcome = Outcome(sweep.folder, total, total - len(missing), len(failed), len(before) - len(missing))
    update_about(sweep.folder, {"done": outcome.done, "failed": outcome.failed, "ended": now()})
    return outcome


def _drive(sweep: Sweep, wanted: set[str], show: Callable[[Progress], None], note: Callable[[str], None]) -> None:
    settings = dict(sweep.spec.executor)
    executor = make_executor(settings, sweep.folder)  # first: one that is refused leaves the store's design as it is
    try:
        write_design(sweep.folder, sweep.plan, sweep.digest)
        if executor.capacity is not None:
            sweep.store.sweep_up()  # these workers end with their driver: nobody is writing now
        cores = available_cores() // executor.workers if settings["kind"] == "processes" else 1
        threads = int(settings.get("cpus") or max(1, cores))
        cache = cache_dir()
        with suppress(OSError):
            cache.mkdir(parents=True, exist_ok=True)
        driver = Driver(
            sweep.plan, sweep.model, sweep.store, executor, sweep.digest, wanted, cache, threads, show, note
        )  # fmt: skip
        driver.carry_out()
    finally:
        executor.close()
        if executor.capacity is not None:
            sweep.store.sweep_up()  # a worker that was killed may have left half a part
