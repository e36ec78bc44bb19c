"""``executor`` of a sweep that runs on Slurm, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.core.read import Problems, check_keys, number, show, text, whole

TEXTS = ("partition", "account", "qos", "constraint", "exclude")
KEYS = (*TEXTS, "time_minutes", "memory_gb", "cpus", "max_jobs", "nice", "setup")


@dataclass(frozen=True)
class Settings:
    """What is asked of Slurm for a task.

    Attributes
    ----------
    texts : partition, account, qos, constraint, exclude as given.
    time_minutes : limit of a task; memory_gb : None leaves it to the cluster; cpus : threads of the kernels.
    max_jobs : tasks at work at once in an array.
    nice : lowers the priority.
    setup : lines of shell before Python starts.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    time_minutes: int = 60
    memory_gb: float | None = None
    cpus: int = 1
    max_jobs: int = 100
    nice: int | None = None
    setup: tuple[str, ...] = ()

    def for_submitit(self) -> dict[str, Any]:
        """Parameters of `submitit.SlurmExecutor`; ahead of the time limit a chunk is told to write what it has."""
        more: dict[str, Any] = {"requeue": True, "signal": f"TERM@{min(60, 20 * self.time_minutes)}"}
        if self.nice is not None:
            more["nice"] = self.nice
        given: dict[str, Any] = dict(self.texts)
        if self.memory_gb is not None:
            given["mem"] = f"{round(1024 * self.memory_gb)}M"
        return {
            **given,
            "time": self.time_minutes,
            "cpus_per_task": self.cpus,
            "srun_args": [f"--cpus-per-task={self.cpus}"],  # since Slurm 22.05 not handed on by sbatch
            "array_parallelism": self.max_jobs,
            "setup": list(self.setup) or None,
            "wckey": None,  # submitit's own would be refused where such keys are checked
            "additional_parameters": more,
        }


def read_settings(raw: Mapping[str, Any]) -> Settings:
    """Settings, or `ConfigError` with every problem: key, what is wrong, what is allowed."""
    problems = Problems()
    check_keys(raw, KEYS, "executor", problems)
    given = {key: value for key, value in raw.items() if value is not None}
    texts = {key: text(_word(given[key]), f"executor.{key}", problems) for key in TEXTS if key in given}
    minutes = whole(given.get("time_minutes", 60), "executor.time_minutes", problems, 1, 43_200, "minutes")
    memory = given.get("memory_gb")
    if memory is not None:
        memory = number(memory, "executor.memory_gb", problems, 0.1, 10_000, "GB")
    cpus = whole(given.get("cpus", 1), "executor.cpus", problems, 1, 1024)
    jobs = whole(given.get("max_jobs", 100), "executor.max_jobs", problems, 1, 100_000)
    nice = given.get("nice")
    if nice is not None:
        nice = whole(nice, "executor.nice", problems, 0, 2_147_483_645)
    setup = given.get("setup", [])
    if not isinstance(setup, list) or not all(isinstance(line, str) for line in setup):
        problems.add("executor.setup", f"{show(setup)} is not a list of lines of shell")
        setup = []
    problems.check()
    return Settings(texts, minutes, memory, cpus, jobs, nice, tuple(setup))


def _word(value: object) -> object:
    """YAML reads some names, such as 2024, as numbers."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
