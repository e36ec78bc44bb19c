"""A family keeps states to branch from, not the world that came through them."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest

from sim.core.columns import Columns
from sim.running.model import RealModel
from sim.sweep.batches import Piece
from sim.sweep.family import FamilyRun
from sim.sweep.plan import make_plan
from tests.sweep.small_sweep import small_spec


def test_the_world_of_the_history_takes_no_memory_while_runs_branch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[weakref.ref[Columns]] = []
    make = Columns.__init__

    def noted(columns: Columns, *more: object) -> None:
        made.append(weakref.ref(columns))
        make(columns, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(Columns, "__init__", noted)
    model = RealModel()
    family = next(iter(make_plan(small_spec(tmp_path), model).families.values()))
    piece = Piece.of(family, list(family.tasks.values()))
    run = FamilyRun(model, piece, ["world_year"], None, lambda: None, [])
    gc.disable()
    try:
        run.prepare({task.after for task in piece.tasks})
        people = sum(columns().n_rows for columns in made if columns() is not None)  # type: ignore[union-attr]
    finally:
        gc.enable()
    assert made and people == 0
    assert len(run.run(piece.paired)["world_year"]) > 0
