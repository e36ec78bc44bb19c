"""Kernels take few things, say what they are, and are compiled once."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from sim.core.digest import PACKAGE

MOST, MOST_INLINED = 9, 10  # arguments


@dataclass(frozen=True)
class Kernel:
    """A compiled function of the package, as its source says."""

    module: str
    name: str
    arguments: tuple[ast.arg, ...]
    inlined: bool


def kernels() -> Iterator[Kernel]:
    """Every function of the package that is compiled."""
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for mark in node.decorator_list:
                    if isinstance(mark, ast.Call) and getattr(mark.func, "id", "") == "njit":
                        inlined = any(option.arg == "inline" for option in mark.keywords)
                        args = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
                        yield Kernel(module, node.name, args, inlined)


KERNELS = list(kernels())


def test_kernels_take_at_most_nine_things_and_say_what_they_are() -> None:
    assert len(KERNELS) > 60
    many = {k.name for k in KERNELS if len(k.arguments) > (MOST_INLINED if k.inlined else MOST)}
    untyped = {k.name for k in KERNELS if any(a.annotation is None for a in k.arguments)}
    assert not many
    assert not untyped


LIVES = """
import importlib
from dataclasses import replace

import numpy as np
from sim import World, load_config

some = load_config("scale=4000", "start=2012", "end=2025", "threads=1", "panel.size=50", "+scenario=restrictive")
for cfg in (some, replace(some, scale=3e6)):
    for replicate in (0, 1):
        world = World(cfg, replicate)
        for result in world.run():
            if result.year == 2016:
                state = {name: np.array(value) for name, value in world.state().items()}
    for _ in World.from_state(cfg, state, 1).run():
        pass
for name in MODULES:
    for kernel in vars(importlib.import_module(f"sim.{name}")).values():
        if getattr(kernel, "signatures", None) and kernel.py_func.__module__ == f"sim.{name}":
            if len(kernel.signatures) > 1:
                print(name, kernel.py_func.__name__, *kernel.signatures, sep="\\n  ")
"""


def test_two_runs_and_a_resumed_one_compile_every_kernel_once() -> None:
    """Rows have one type and layout, wherever they come from and however few: the second world has a handful."""
    modules = sorted({k.module for k in KERNELS})
    script = LIVES.replace("MODULES", repr(modules))
    done = subprocess.run([sys.executable, "-c", script], env=dict(os.environ), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
