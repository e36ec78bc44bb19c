"""A sweep of the toy world in this process: four runs in as many parts, in less than a second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.analysis.sweep_frames import write_views
from sim.running.model import Model
from sim.store.sweep import StoreError
from sim.sweep import run as run_module
from sim.sweep.chunk import ChunkJob, run_chunk
from sim.sweep.executors.base import STORE_ERROR, Ended
from sim.sweep.run import Outcome, run
from tests.sweep.inline import Inline
from tests.sweep.small_sweep import small_spec, tables
from tests.unit.toy_model import ToyModel


class Worker(Inline):
    """Says of a chunk that failed what a process of workers says."""

    def _done(self, job: ChunkJob) -> Ended:
        try:
            run_chunk(job)
        except StoreError as error:
            return Ended(job.id, f"{STORE_ERROR}{error}")
        except Exception as error:
            return Ended(job.id, f"{type(error).__name__}: {error}")
        return Ended(job.id)


@dataclass
class ToySweep:
    """The sweep in a folder, which holds its cache and its store too."""

    folder: Path

    @property
    def store(self) -> Path:
        return self.folder / "store"

    def run(self, model: Model | None = None, note: Callable[[str], Any] = lambda text: None) -> Outcome:
        """Run it, as the command does."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TALENT_CIRCULATION_CACHE", str(self.folder / "cache"))
            patch.setattr(run_module, "make_executor", lambda settings, store: Worker())
            spec = small_spec(self.folder, chunk_minutes=0.01)
            outcome = run(spec, self.store, model=model or ToyModel(), note=note)
            write_views(self.store)
        return outcome

    def tables(self) -> dict[str, pd.DataFrame]:
        """All that is recorded."""
        return tables(self.store)

    def left(self) -> list[Path]:
        """What is hidden in the store."""
        return [path for path in self.store.rglob(".*") if path.name != ".gitignore"]
