"""Processes that lack the same kernels at the same time compile each of them once between them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.core.digest import PACKAGE

KERNELS = """
from sim.core.kernels import njit

@njit(cache=True)
def inner(x):
    total = 0.0
    for k in range(len(x)):
        total += x[k] * k
    return total

@njit(cache=True)
def outer(x):
    return inner(x) + inner(x[::2].copy())

@njit(cache=True)
def other(x, n):
    return x.reshape(-1, n).sum(axis=1)
"""
# Waits for the file that starts both; says how often each kernel was compiled here.
CALL = """
import sys, time
from pathlib import Path
import numpy as np
from sim.toy import inner, other, outer
Path(sys.argv[1]).touch()
while not Path(sys.argv[2]).exists():
    time.sleep(0.005)
assert outer(np.ones(8)) == 28.0 + 6.0 and other(np.ones(8), 2).tolist() == [2.0] * 4
print(*(sum(kernel.stats.cache_misses.values()) for kernel in (inner, outer, other)))
"""
STOP = """
import time
import numpy as np
from numba.core import event
from sim.toy import outer

class Stop(event.Listener):
    def on_start(self, event):
        print("compiling", flush=True)
        time.sleep(60)
    def on_end(self, event): ...

event.register("numba:compile", Stop())
outer(np.ones(8))
"""


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """A package with three kernels."""
    (tmp_path / "sim" / "core").mkdir(parents=True)
    for name in (
        "__init__",
        "core/__init__",
        *(f"core/{name}" for name in ("kernels", "kernel_folder", "locks", "digest")),
    ):
        shutil.copy(PACKAGE / f"{name}.py", tmp_path / "sim" / f"{name}.py")
    (tmp_path / "sim" / "toy.py").write_text(KERNELS)
    return tmp_path


def start(toy: Path, *words: str) -> subprocess.Popen[str]:
    environment = os.environ | {"NUMBA_CACHE_DIR": str(toy / "kept"), "PYTHONPATH": str(toy)}
    return subprocess.Popen([sys.executable, "-c", *words], env=environment, cwd=toy, stdout=subprocess.PIPE, text=True)


def test_each_kernel_is_compiled_once(toy: Path) -> None:
    processes = [start(toy, CALL, str(toy / f"ready{k}"), str(toy / "go")) for k in range(2)]
    while not all((toy / f"ready{k}").exists() for k in range(2)):
        assert all(process.poll() is None for process in processes)
        time.sleep(0.01)
    (toy / "go").touch()
    compiled = [[int(n) for n in process.communicate(timeout=60)[0].split()] for process in processes]
    assert [sum(times) for times in zip(*compiled, strict=True)] == [1, 1, 1], compiled
    assert not list(toy.rglob("*.lock"))


def test_who_waits_for_a_killed_compiler_goes_on(toy: Path) -> None:
    first = start(toy, STOP)
    assert first.stdout is not None and first.stdout.readline() == "compiling\n"
    (toy / "go").touch()
    second = start(toy, CALL, str(toy / "ready"), str(toy / "go"))
    while not (toy / "ready").exists():
        time.sleep(0.01)
    time.sleep(0.3)
    assert second.poll() is None  # waits
    first.kill()
    first.communicate()
    assert second.communicate(timeout=60)[0].split() == ["1", "1", "1"]
