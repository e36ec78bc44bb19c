"""Commands on the toy world as processes that stop where a test wants them: two at once, at every stage."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toy_model import ToyModel, ToyWorld, toy_config

from sim.cli.run import run_command
from sim.config.schema import Config
from sim.running import command as command_module

# From here every process is forked, so that it need not import all again.
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["toy_process"])


@dataclass
class Gate:
    """Where a process waits for the test, at one stage: the lock, a year of the scenario, the figures.

    Attributes
    ----------
    stage : of the wait; none by default.
    """

    folder: Path
    name: str
    stage: str = ""

    def reach(self, stage: str) -> None:
        """Say that a stage is reached, and wait there if that was asked for."""
        (self.folder / f"{self.name}.{stage}").touch()
        if stage == self.stage:
            wait_for(self.folder / f"{self.name}.go")


def wait_for(path: Path, text: str = "") -> None:
    """Until a file is there, and has a text in it."""
    until = time.monotonic() + 120
    while not path.exists() or text not in path.read_text():
        assert time.monotonic() < until, f"{path.name} did not come"
        time.sleep(0.01)


@dataclass
class GatedModel(ToyModel):
    """Waits in 2019 of the scenario."""

    gate: Gate | None = None

    def happens(self, world: ToyWorld) -> None:
        if world.year == 2019 and world.cfg.policies and self.gate is not None:
            self.gate.reach("computing")


class Started:
    """A command that runs in a process of its own, with figures; what it says lies in ``NAME.said``."""

    def __init__(self, folder: Path, name: str, stage: str = "") -> None:
        self._gate = Gate(folder, name, stage)
        self._process = SERVER.Process(target=_command, args=(self._gate,))
        self._process.start()

    def reached(self, stage: str) -> None:
        """Wait until it is at a stage."""
        wait_for(self._gate.folder / f"{self._gate.name}.{stage}")

    def says(self, text: str) -> None:
        """Wait until it has printed a text."""
        wait_for(self._gate.folder / f"{self._gate.name}.said", text)

    def go_on(self) -> None:
        """Let it go on."""
        (self._gate.folder / f"{self._gate.name}.go").touch()

    def interrupt(self, number: int) -> None:
        """Send a signal."""
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    def ended(self) -> int | None:
        """Its exit code, when it has ended."""
        self._process.join(120)
        return self._process.exitcode

    @property
    def said(self) -> str:
        """All that it printed."""
        return (self._gate.folder / f"{self._gate.name}.said").read_text()


def _command(gate: Gate) -> None:
    """What the process does."""
    locking = command_module.file_lock

    @contextmanager
    def lock(path: Path, *waits: Any) -> Any:
        gate.reach("locking")
        with locking(path, *waits):
            yield

    def draw(frames: Mapping[str, Any], cfg: Config, folder: Path) -> None:
        gate.reach("drawing")
        time.sleep(0.05)  # so that others meet it
        (folder / "one.png").write_text(f"{len(frames['world_year'])} rows")

    command_module.file_lock = lock  # type: ignore[assignment]
    os.environ["TALENT_CIRCULATION_CACHE"] = str(gate.folder / "cache")
    cfg = toy_config(gate.folder, figures="on")
    with (
        open(gate.folder / f"{gate.name}.said", "w", buffering=1) as said,
        redirect_stdout(said),
        redirect_stderr(said),
    ):
        code = run_command(cfg, model=GatedModel(log=str(gate.folder / "log"), gate=gate), draw=draw)
    sys.exit(code)
