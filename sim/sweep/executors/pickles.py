"""Pickles that lie in a store are read as data: of chunks and plain values, never of anything that could be called."""

from __future__ import annotations

import io
import pickle
from typing import Any

from sim.config.schema import Config
from sim.params import Params
from sim.policy.ladder import Ladders
from sim.policy.schema import Policy
from sim.running.model import RealModel
from sim.sweep.batches import Piece
from sim.sweep.chunk import ChunkJob
from sim.sweep.plan import Task
from sim.sweep.spec import Record

# Modules whose classes make up a chunk; none of them does anything when it is made.
_OURS = {kind.__module__ for kind in (Config, Params, Ladders, Policy, RealModel, Piece, ChunkJob, Task, Record)}
_PLAIN = {("datetime", "date"), ("pathlib", "PosixPath"), ("pathlib", "WindowsPath")}
_PLAIN |= {("pathlib._local", name) for _, name in _PLAIN if name != "date"}  # as Python 3.13 writes them


def read_chunks(content: bytes) -> list[ChunkJob]:
    """Chunks that a driver noted; `pickle.UnpicklingError` if it holds anything else."""
    found = _read(content)
    if not isinstance(found, list) or not all(isinstance(job, ChunkJob) for job in found):
        raise pickle.UnpicklingError("these are no chunks")
    return found


def read_result(content: bytes) -> tuple[str, str]:
    """How a task ended, as submitit notes it: ``success`` or ``error``, and a traceback."""
    found = _read(content)
    if not isinstance(found, tuple) or len(found) != 2:
        raise pickle.UnpicklingError("this is no result")
    return str(found[0]), str(found[1])


def _read(content: bytes) -> Any:
    """What a pickle holds; `pickle.UnpicklingError` if it cannot be read or names what no chunk holds."""
    try:
        return _Reader(io.BytesIO(content)).load()
    except pickle.UnpicklingError:
        raise
    except Exception as error:  # a pickle that is damaged, or of another version, can raise anything
        raise pickle.UnpicklingError(f"{type(error).__name__}: {error}") from error


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module in _OURS or (module, name) in _PLAIN:
            found = super().find_class(module, name)
            if isinstance(found, type) and ((module, name) in _PLAIN or found.__module__ == module):
                return found
        raise pickle.UnpicklingError(f"it names {module}.{name}, which no chunk holds")
