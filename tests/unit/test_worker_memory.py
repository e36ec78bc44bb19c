"""What a job has lived through is given back at its end, not when garbage happens to be collected."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.core.columns import Block
from sim.running.model import RealModel
from sim.running.plan import make_plan
from sim.running.worker import HistoryJob, RunJob, do_history, do_run
from tests import live
from tests.living import living


@pytest.mark.parametrize("kept", [True, False])
def test_the_people_of_a_finished_job_take_no_memory(tmp_path: Path, kept: bool) -> None:
    cfg = live.config("world=g20", "start=2016", "end=2018", "scale=50000", "+scenario=restrictive")
    plan, model, root = make_plan(cfg, RealModel()), RealModel(), tmp_path if kept else None
    run = next(run for run in plan.runs if run.partner is None)
    assert run.past is not None
    with living(Block) as blocks:
        done = do_history(HistoryJob(model, run.cfg, 0, run.past.until, run.past.key, root), lambda: None)
        do_run(RunJob(model, run, done.history or run.past.key, root, None), lambda: None)
        made, left = blocks()
    assert made >= 24 and sum(block.n_rows for block in left) == 0  # of the last world the empty ones are left
