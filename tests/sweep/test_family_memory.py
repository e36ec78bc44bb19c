"""A family keeps states to branch from, not the world that came through them."""

from __future__ import annotations

from pathlib import Path

from sim.core.columns import Columns
from sim.running.model import RealModel
from sim.sweep.batches import Piece
from sim.sweep.family import FamilyRun
from sim.sweep.plan import make_plan
from tests.living import living
from tests.sweep.small_sweep import small_spec


def test_the_world_of_the_history_takes_no_memory_while_runs_branch(tmp_path: Path) -> None:
    model = RealModel()
    family = next(iter(make_plan(small_spec(tmp_path), model).families.values()))
    piece = Piece.of(family, list(family.tasks.values()))
    run = FamilyRun(model, piece, ["world_year"], None, lambda: None, [])
    with living(Columns) as columns:
        run.prepare({task.after for task in piece.tasks})
        made, left = columns()
    assert made and sum(each.n_rows for each in left) == 0
    assert len(run.run(piece.paired)["world_year"]) > 0
