"""A sweep's command in processes of its own, to be killed and stopped as users and machines do it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import yaml

from sim.config.schema import Config
from sim.running.model import RealModel, WorldLike
from sim.store.sweep import SweepStore
from tests.sweep.small_sweep import SETTINGS, small_sweep

ROOT = Path(__file__).parents[2]
HALF_WRITTEN = "half"  # file beside the log: number of runs in the part in the middle of which a worker was killed
COMMAND = """
import sys
from tests.sweep.processes import {model}
from sim.sweep import run
run.RealModel = lambda: {model}({log!r})
from sim.cli.main import main
sys.exit(main({words!r}))
"""


@dataclass
class Logged(RealModel):
    """The real model; notes the key of every run that is begun from its branch, which each is once."""

    log: str

    def resume(
        self, cfg: Config, state: dict[str, np.ndarray], replicate: int, mode: str, paired: Mapping[int, Any] | None
    ) -> WorldLike:
        with open(self.log, "a") as file:
            file.write(f"{self.run_key(cfg, replicate, mode)}\n")
        self.happens(cfg)
        return super().resume(cfg, state, replicate, mode, paired)

    def happens(self, cfg: Config) -> None:
        """What goes wrong with this run."""


class DyingWhileWriting(Logged):
    """Once, the process is killed when half of a part's file is on the disk."""

    def happens(self, cfg: Config) -> None:
        from sim.store import sweep as sweep_store

        def half(table: Any, path: Path, **options: Any) -> None:
            write(table, path, **options)
            with suppress(FileExistsError):
                with Path(self.log).with_name(HALF_WRITTEN).open("x") as file:
                    file.write(str(len(set(table["run"].to_pylist()))))
                path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
                os.kill(os.getpid(), signal.SIGKILL)

        write = pq.write_table
        if not Path(self.log).with_name(HALF_WRITTEN).exists():
            sweep_store.pq.write_table = half


class Raising(Logged):
    """Scenario runs under one parameter value raise."""

    def happens(self, cfg: Config) -> None:
        if cfg.policies and cfg.params.security.leak_rate == 0.01:
            raise FloatingPointError("papers became negative")


class Deadly(Logged):
    """Scenario runs under one parameter value kill their process."""

    def happens(self, cfg: Config) -> None:
        if cfg.policies and cfg.params.security.leak_rate == 0.01:
            os.kill(os.getpid(), signal.SIGKILL)


class Slow(Logged):
    """Every run takes its time."""

    def happens(self, cfg: Config) -> None:
        time.sleep(0.3)


class Stubborn(Logged):
    """Every run takes long, and does not hear that it shall stop."""

    def happens(self, cfg: Config) -> None:
        until = time.monotonic() + 120
        while time.monotonic() < until:
            time.sleep(1)


class Case:
    """A sweep with folders of its own.

    Parameters
    ----------
    leak_rates : draws; with the scenario and its baseline that makes 2 x draws x replicates runs.
    outdir : where results go; within `folder` by default.
    """

    def __init__(self, folder: Path, leak_rates: list[float], replicates: int, outdir: Path | None = None) -> None:
        self.folder, self.outdir = folder, outdir or folder / "out"
        folder.mkdir(parents=True, exist_ok=True)
        values = small_sweep(
            folder, settings={**SETTINGS, "end": 2018}, replicates=replicates, chunk_minutes=0.01,
            grid={"params.security.leak_rate": leak_rates}, executor={"workers": 2},
        )  # fmt: skip
        (folder / "sweep.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
        self.log = folder / "begun.txt"
        self.env = {**os.environ, "TALENT_CIRCULATION_CACHE": str(folder / "cache")}

    @property
    def store(self) -> Path:
        """Folder of the store."""
        return self.outdir / self.folder.name / "sweep"

    def start(self, model: str = "Logged", *words: str) -> subprocess.Popen[str]:
        """Start the command in a session of its own, so that signals reach it and its workers only."""
        command = ["sweep", str(self.folder / "sweep.yaml"), f"outdir={self.outdir}", *words]
        code = COMMAND.format(model=model, log=str(self.log), words=command)
        return subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, env=self.env, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip

    def finish(self, model: str = "Logged", *words: str, code: int = 0) -> str:
        """Run to the end; gives what was said."""
        process = self.start(model, *words)
        out, err = process.communicate(timeout=900)
        assert process.returncode == code, out + err
        assert "Traceback" not in err
        return out + err

    def begun(self) -> list[str]:
        """Keys of runs begun so far, in their order."""
        return self.log.read_text().split() if self.log.exists() else []

    def stored(self) -> list[str]:
        """Keys of runs in all parts, those twice that are there twice."""
        store = SweepStore(self.store)
        store.refresh(deep=True)
        assert not store.damaged
        return [run for part in store.parts.values() for run in part.runs["run"].to_pylist()]

    def aside(self) -> list[Path]:
        """What is half written."""
        return list(self.store.rglob(".*.tmp"))

    def wait_for(self, process: subprocess.Popen[str], runs: int) -> bool:
        """Wait until so many runs are stored; False if the process ends before."""
        while process.poll() is None:
            files = self.store.glob("parts/[!.]*/runs.parquet")
            if sum(pq.read_metadata(path).num_rows for path in files) >= runs:
                return True
            time.sleep(0.02)
        return False

    def wait_for_work(self, process: subprocess.Popen[str], more: int = 1) -> None:
        """Wait until so many more runs are begun."""
        before = len(self.begun())
        while process.poll() is None and len(self.begun()) < before + more:
            time.sleep(0.02)
        assert process.poll() is None, process.communicate()[1]


def children(process: subprocess.Popen[str]) -> list[int]:
    """Processes that a process has started and that have not ended."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent = path.read_text().rsplit(")", 1)[1].split()[:2]
            if int(parent) == process.pid and state != "Z":
                found.append(int(path.parent.name))
    return found


def group(process: subprocess.Popen[str]) -> list[int]:
    """Living processes of the session that a process leads, also those whose parent is gone."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rsplit(")", 1)[1].split()
            if int(fields[3]) == process.pid and fields[0] != "Z":
                found.append(int(path.parent.name))
    return found


def wait_until_gone(process: subprocess.Popen[str], seconds: float = 10.0) -> None:
    """Nobody of the session is left after a moment."""
    until = time.monotonic() + seconds
    while group(process):
        assert time.monotonic() < until, f"still there: {group(process)}"
        time.sleep(0.02)
