"""Chunks as tasks of Slurm job arrays, through submitit; what is left of a killed driver's jobs is adopted.

Each array has a name that no other has and a folder ``STORE/jobs/NAME/``: its chunks, written before it is submitted,
and submitit's files. A task that `squeue` shows under that name lives, whatever its state; one that it does not has
ended. So it does not matter when the driver is killed, and no accounting (`sacct`) is needed.
"""

from __future__ import annotations

import os
import pickle
import re
import secrets
import shutil
import subprocess
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.core.digest import children
from sim.core.read import ConfigError
from sim.store.entry import new_file
from sim.store.sweep import StoreError, why_not_written
from sim.sweep.chunk import ChunkJob, run_chunk
from sim.sweep.executors.base import STORE_ERROR, Ended
from sim.sweep.executors.pickles import read_chunks, read_result
from sim.sweep.executors.slurm_settings import Settings, read_settings

ARRAY = 500  # tasks of an array at most; Slurm's own MaxArraySize is 1001 unless set
CHUNKS, LOGS = "chunks.pkl", "logs"
FIRST_PAUSE, LAST_PAUSE = 1.0, 15.0  # between two questions to the controller, which all users share
SILENCE = 1800.0  # seconds for which a controller may not answer
NEVER = ("PartitionTimeLimit", "PartitionNodeLimit", "BadConstraints", "AccountNotAllowed", "QOSNotAllowed")
_NAME = re.compile(r".{0,24}-[0-9a-f]{12}")  # of an array
LAUNCH_FAILED = "launch failed requeued held"


class _Refused(Exception):
    """Sbatch did not take a job; its message."""


@dataclass
class _Array:
    """Chunks submitted together; the position of a chunk is the number of its task."""

    name: str
    jobs: list[ChunkJob]
    live: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class _Task:
    """A line of squeue."""

    job: str
    name: str
    number: int
    state: str
    reason: str


class SlurmExecutor:
    """Job arrays of the cluster that this machine submits to."""

    capacity: int | None = None

    def __init__(self, settings: Settings, store: Path) -> None:
        self.workers = settings.max_jobs
        self._settings, self._store = settings, store
        self._folder = store.absolute() / "jobs"
        self._arrays: dict[str, _Array] = {}
        self._backlog: deque[ChunkJob] = deque()  # what the cluster's limits of submitted jobs keep out
        self._tasks: list[_Task] = []
        self._pause, self._asked, self._answered = FIRST_PAUSE, 0.0, time.monotonic()
        self._stopped: set[str] = set()

    @classmethod
    def from_settings(cls, settings: dict[str, Any], store: Path) -> SlurmExecutor:
        """From ``executor`` of a sweep; see docs/clusters.md."""
        read = read_settings(settings)
        try:
            import submitit  # noqa: F401
        except ImportError:
            needs = "executor.kind: slurm needs submitit: pip install '.[cluster]' in the clone"
            raise ConfigError([needs]) from None
        missing = [name for name in ("sbatch", "srun", "squeue", "scancel") if shutil.which(name) is None]
        if missing:
            where = "is this a machine from which jobs are submitted to Slurm?"
            raise ConfigError([f"executor.kind: slurm: {', '.join(missing)} not found; {where}"])
        return cls(read, store)

    def adopt(self) -> list[ChunkJob]:
        """Chunks noted in the store whose tasks are still in the queue; notes of those that ended are deleted.

        What has no name of ours is left alone: nobody else's jobs are cancelled for a folder that lies there.
        """
        for folder in [path for path in children(self._folder) if _NAME.fullmatch(path.name)]:
            with suppress(OSError, pickle.UnpicklingError):
                self._arrays[folder.name] = _Array(folder.name, read_chunks((folder / CHUNKS).read_bytes()))
                continue
            _scancel(["--name", folder.name])  # of another version of the program, or killed before it submitted
            shutil.rmtree(folder, ignore_errors=True)
        if not self._arrays:
            return []
        until = time.monotonic() + 60
        while not self._ask():
            if time.monotonic() > until:
                raise ConfigError(["executor: squeue does not answer, and jobs of this sweep may be in the queue"])
            time.sleep(1)
        adopted = []
        for array in list(self._arrays.values()):
            array.live = {task.number for task in self._tasks if task.name == array.name}
            adopted += [array.jobs[number] for number in sorted(array.live)]
            self._forget_if_over(array)
        return adopted

    def submit(self, jobs: Sequence[ChunkJob]) -> None:
        """Hand over chunks; those beyond what the cluster lets a user submit wait here until others have ended."""
        self._backlog += jobs
        self._hand_over()

    def poll(self, seconds: float) -> list[Ended]:
        """Chunks whose tasks are no longer in the queue."""
        until = time.monotonic() + seconds
        due = self._asked + self._pause
        if due > until or not self._arrays:
            time.sleep(seconds if self._arrays else min(seconds, 0.05))
            return []
        time.sleep(max(due - time.monotonic(), 0))
        if not self._ask():
            return []
        ended = [found for array in list(self._arrays.values()) for found in self._ended(array)]
        self._pause = FIRST_PAUSE if ended else min(1.2 * self._pause, LAST_PAUSE)
        if ended and self._backlog and not self._stopped:
            self._hand_over()
        return ended

    def running(self) -> int:
        """Tasks at work when the queue was last looked at."""
        return sum(task.state in ("RUNNING", "COMPLETING", "CONFIGURING") for task in self._tasks)

    def stop(self, kill: bool = False) -> None:
        """Cancel: tasks that wait are gone, those at work get SIGTERM, and SIGKILL after the cluster's KillWait."""
        self._pause = FIRST_PAUSE
        names = [name for name in self._arrays if kill or name not in self._stopped]
        for name in names:
            if kill:
                _scancel(["--signal=KILL", "--full", "--name", name])
            _scancel(["--name", name])
        self._stopped |= set(names)

    def close(self) -> None:
        """Nothing is held open."""

    def _hand_over(self) -> None:
        size = ARRAY
        while self._backlog:
            some = [self._backlog[n] for n in range(min(size, len(self._backlog)))]
            try:
                self._submit_array(some)
            except _Refused as error:
                if not any(word in str(error).lower() for word in ("limit", "array", "temporarily")):
                    raise ConfigError([f"executor: sbatch: {error}"]) from None
                if len(some) > 1:
                    size = len(some) // 2
                    continue
                if not self._arrays:
                    raise ConfigError([f"executor: sbatch: {error}"]) from None
                return
            for _ in some:
                self._backlog.popleft()

    def _submit_array(self, jobs: list[ChunkJob]) -> None:
        name = f"{self._store.absolute().parent.name[:24]}-{secrets.token_hex(6)}"
        folder = self._folder / name
        array = _Array(name, jobs, set(range(len(jobs))))
        try:
            folder.mkdir(parents=True)
            with new_file(folder / CHUNKS) as beside:
                beside.write_bytes(pickle.dumps(jobs))
            self._sbatch(name, folder, jobs)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise StoreError(why_not_written(self._store, error)) from error
        except _Refused:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._arrays[name] = array
        self._asked, self._pause = time.monotonic(), FIRST_PAUSE

    def _sbatch(self, name: str, folder: Path, jobs: list[ChunkJob]) -> None:
        import submitit
        from submitit.core.utils import FailedJobError, FailedSubmissionError

        executor = submitit.SlurmExecutor(folder)
        executor.update_parameters(job_name=name, **self._settings.for_submitit())
        try:
            with _not_in_a_job():
                executor.map_array(run_chunk, jobs)
        except (FailedJobError, FailedSubmissionError) as error:
            lines = [line.removeprefix("sbatch: ").removeprefix("error: ") for line in str(error).splitlines()]
            said = [line for line in lines if line.strip() and not line.startswith(("Command", "subprocess"))]
            raise _Refused(" ".join(said)) from None

    def _ask(self) -> bool:
        """Look at the queue; False if the controller does not answer."""
        self._asked = time.monotonic()
        words = ["squeue", "--noheader", "--array", f"--name={','.join(self._arrays)}", "--format=%A|%j|%K|%T|%r"]
        try:
            done = subprocess.run(words, capture_output=True, text=True, timeout=120)
        except (OSError, subprocess.TimeoutExpired):
            done = None
        if done is None or done.returncode:
            if self._asked - self._answered > SILENCE:
                raise ConfigError([f"executor: squeue has not answered for {SILENCE / 60:.0f} minutes"])
            return False
        self._answered = time.monotonic()
        rows = (line.split("|", 4) for line in done.stdout.splitlines() if line.count("|") >= 4)
        self._tasks = [_Task(job, name, int(k) if k.isdigit() else 0, state, why) for job, name, k, state, why in rows]
        return True

    def _ended(self, array: _Array) -> list[Ended]:
        mine = [task for task in self._tasks if task.name == array.name]
        stuck = next((task.reason for task in mine if task.reason in NEVER), None)
        if stuck:
            raise ConfigError([f"executor: Slurm will not start these jobs with these settings ({stuck})"])
        for task in mine:
            if task.reason == LAUNCH_FAILED:
                _scancel([task.job])
        gone = sorted(array.live - {task.number for task in mine if task.reason != LAUNCH_FAILED})
        array.live -= set(gone)
        ended = [Ended(array.jobs[number].id, self._why(array, number)) for number in gone]
        self._forget_if_over(array)
        return ended

    def _why(self, array: _Array, number: int) -> str:
        """What submitit's file of results says; logs of a task that did not end by itself are kept."""
        folder, chunk = self._folder / array.name, array.jobs[number].id
        result = next(folder.glob(f"*_{number}_0_result.pkl" if len(array.jobs) > 1 else "*_0_result.pkl"), None)
        kind, text = "gone", ""
        with suppress(OSError, pickle.UnpicklingError):
            if result is not None:
                kind, text = read_result(result.read_bytes())
        if kind == "success":
            return ""
        log = self._keep_log(folder, number if len(array.jobs) > 1 else None, chunk)
        if kind == "gone":
            return f"the task was cancelled, killed or never started; {log}"
        last = text.strip().splitlines()[-1]
        head, _, message = last.partition(": ")
        return f"{STORE_ERROR}{message}" if head.endswith(".StoreError") else f"{last}; {log}"

    def _keep_log(self, folder: Path, number: int | None, chunk: str) -> str:
        ending = "_0_log.err" if number is None else f"_{number}_0_log.err"
        found = next(folder.glob(f"*{ending}"), None)
        if found is None:
            return "it left no log"
        kept = self._folder / LOGS / f"{chunk}.err"
        with suppress(OSError):
            kept.parent.mkdir(exist_ok=True)
            shutil.copyfile(found, kept)
        return f"log: {kept}"

    def _forget_if_over(self, array: _Array) -> None:
        if not array.live:
            self._arrays.pop(array.name, None)
            shutil.rmtree(self._folder / array.name, ignore_errors=True)


def _scancel(words: Sequence[str]) -> None:
    """Ask for the end of jobs; those that have ended already are no error."""
    with suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(["scancel", "--quiet", *words], capture_output=True, timeout=120)


@contextmanager
def _not_in_a_job() -> Iterator[None]:
    """Hide the variables of a job that this driver itself may run in; they would be taken for those of the new job."""
    hidden = {}
    if "SLURM_JOB_ID" in os.environ:
        names = [name for name in os.environ if name.startswith(("SLURM_", "SRUN_", "SBATCH_", "SUBMITIT_"))]
        hidden = {name: os.environ.pop(name) for name in names if name != "SLURM_CONF"}
    try:
        yield
    finally:
        os.environ.update(hidden)
