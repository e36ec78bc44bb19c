"""The kernels that a year calls from Python, and the types that it calls them with, as text.

With them a process can compile kernels before anyone calls them. Types are written as NumPy writes them, with the
number of axes and the layout of an array: ``<f8`` a number, ``<f8 2C`` a matrix, ``person 1C`` rows of people,
``["sim.engines.careers.CareerRates", ...]`` a named tuple and what it holds.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numba.core import types
from numba.core.types.containers import BaseTuple
from numba.np.numpy_support import as_dtype, from_dtype

from sim.core.columns import RECORDS

FILE = Path(__file__).with_name("signatures.json")
_RECORDS = {from_dtype(dtype): name for name, dtype in RECORDS.items()}

Words = Any  # text or nested lists of it


def listed() -> list[tuple[str, tuple[Any, ...]]]:
    """Names of kernels and types of their arguments, in the order in which a year calls them.

    Types that belong to modules which are not imported are left out.
    """
    found = []
    for name, words in json.loads(FILE.read_text(encoding="utf-8")):
        try:
            found.append((name, tuple(type_of(word) for word in words)))
        except (KeyError, AttributeError):
            continue
    return found


def as_text(called: Iterable[tuple[str, tuple[Any, ...]]]) -> str:
    """The text of the file for kernels that were called so, a line each."""
    lines = dict.fromkeys(json.dumps([name, [in_words(kind) for kind in kinds]]) for name, kinds in called)
    return "[\n" + ",\n".join(lines) + "\n]\n"


def in_words(kind: Any) -> Words:
    """A type of numba's as text."""
    if isinstance(kind, BaseTuple):
        of = getattr(kind, "instance_class", tuple)
        return [f"{of.__module__}.{of.__qualname__}", *(in_words(member) for member in kind.types)]
    if isinstance(kind, types.Array):
        held = _RECORDS.get(kind.dtype) or as_dtype(kind.dtype).str
        return f"{held} {kind.ndim}{kind.layout}" + ("" if kind.mutable else " readonly")
    return str(as_dtype(kind).str)


def type_of(words: Words) -> Any:
    """The type of numba's that a text means."""
    if isinstance(words, list):
        module, _, name = words[0].rpartition(".")
        return BaseTuple.from_types([type_of(word) for word in words[1:]], getattr(sys.modules[module], name))
    held, *shape = words.split()
    dtype = from_dtype(RECORDS[held] if held in RECORDS else np.dtype(held))
    if not shape:
        return dtype
    return types.Array(dtype, int(shape[0][0]), shape[0][1], readonly=shape[1:] == ["readonly"])
