"""What reads like a sensible ``sweep.yaml`` but would give misleading numbers is refused, before anything has run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.analysis import load
from sim.analysis.pairs import paired_by_draw, paired_difference
from sim.core.digest import file_digest
from sim.core.read import ConfigError
from sim.running.model import RealModel
from sim.sweep.design_files import DESIGN, update_about
from sim.sweep.plan import make_plan
from sim.sweep.spec import read_spec, spec_of
from tests.sweep.small_sweep import SETTINGS, small_spec, small_sweep, swept

RATE = "params.security.leak_rate"
AXIS = {"keys": [RATE], "values": [0.01, 0.02]}

TRAPS: list[tuple[dict[str, Any], str]] = [
    (
        {"grid": None, "scenarios": {"a": "closed", "b": {"scenario": "closed", "values": {RATE: 0.05}}}},
        "scenarios.b: sets more than policies, so its baseline is not that of the other scenarios",
    ),
    ({"scenarios": {"b": {"scenario": "closed", "values": {RATE: 0.05}}}}, f"scenarios.b.values.{RATE}: is swept too"),
    ({"scenarios": {"b": {"scenario": "closed", "values": {"world": "full"}}}}, "scenarios.b.values.world: is not set"),
    ({"grid": {"world": ["g20", "full"]}}, "world: world cannot be swept as a whole; make a sweep of each world"),
    ({"grid": None, "list": [{"params": {"security": {"leak_rate": 0.1}}}]}, "params cannot be swept as a whole"),
    (
        {"grid": {"x": {"choices": {"u": {"params.security": {"leak_rate": 0.1}}}}}},
        "params.security: a mapping would replace all of it; write params.security.leak_rate: … instead",
    ),
    ({"grid": {"replicates": [1, 2]}}, "replicates: replicates cannot be swept, as it changes no result"),
    (
        {"grid": {"papers": AXIS}},
        "papers: is a column of a table; choose another name for this axis: grid: {another_name: {keys",
    ),
    ({"grid": {"Draw": AXIS}}, "Draw: is a column of every table"),
    ({"grid": {"rate": AXIS, "Rate": {**AXIS, "keys": ["params.trust.joint"]}}}, "rate: is swept twice"),
    ({"grid": {"a": AXIS, RATE: [0.03]}}, f"{RATE}: sets {RATE}, which a sets too: only one of them would count"),
    (
        {"grid": {"a": AXIS}, "sample": {"method": "lhs", "n": 2, "over": {RATE: {}}}},
        f"sample: sets {RATE}, which a sets too",
    ),
    ({"record": {"places": ["USA", "usa"]}}, "record.places: no place 'usa'; did you mean USA?"),
    ({"record": {"first_year": 2050}}, "record.first_year: is after the last year, 2019: nothing would be kept"),
    (
        {"grid": None, "sample": {"method": "morris", "n": 2, "levels": 3, "over": {RATE: {}}}},
        "sample.levels: 3 is odd",
    ),
]


@pytest.mark.parametrize(("more", "message"), TRAPS, ids=[message[:40] for _, message in TRAPS])
def test_designs_whose_numbers_would_mislead_are_refused(tmp_path: Path, more: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make_plan(small_spec(tmp_path, **more), RealModel())
    assert len([text for text in caught.value.messages if message in text]) == 1, caught.value.messages


def test_scenarios_that_differ_in_parameters_are_run_where_nothing_is_paired(tmp_path: Path) -> None:
    arms = {"a": "closed", "b": {"scenario": "closed", "values": {RATE: 0.05}}}
    plan = make_plan(small_spec(tmp_path, grid=None, scenarios=arms, compare=False), RealModel())
    assert set(plan.rows["scenario"]) == {"a", "b"} and len(plan.keys) == 4


def test_the_command_line_adds_to_what_a_file_gives_as_a_word_or_list(tmp_path: Path) -> None:
    raw = small_sweep(tmp_path, executor="slurm")
    changes = {"executor.partition": "short", "scenarios.open": "open"}
    spec = spec_of(raw, "s.yaml", "toy", tmp_path, changes)
    assert spec.executor == {"kind": "slurm", "partition": "short"}
    assert [scenario.label for scenario in spec.scenarios] == ["closed", "open"]
    with pytest.raises(ConfigError, match="replicates is 2 in the file"):
        spec_of(raw, "s.yaml", "toy", tmp_path, {"replicates.x": 1})


def test_settings_of_the_small_block_leave_the_others_alone_however_nested(tmp_path: Path) -> None:
    from omegaconf import OmegaConf

    nested = {"params": {"security": {"leak_rate": 0.02, "fear_decay": 0.3}}}
    small = {"settings": {"params": {"security": {"leak_rate": 0.01}}}}
    file = tmp_path / "sweep.yaml"
    OmegaConf.save(OmegaConf.create(small_sweep(tmp_path, settings={**SETTINGS, **nested}, small=small)), file)
    settings = read_spec(file, small=True).settings
    assert (settings[RATE], settings["params.security.fear_decay"]) == (0.01, 0.3)


def test_undefined_values_stay_undefined_draw_by_draw_as_over_draws() -> None:
    """A mean over nobody is no zero; a cell that a run does not list is."""
    rows = [
        ("baseline", 0, 0, "CHN", np.nan), ("baseline", 0, 0, "USA", 2.0), ("baseline", 0, 0, "DEU", 1.0),
        ("closed", 0, 0, "CHN", 3.0), ("closed", 0, 0, "USA", 5.0),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["scenario", "draw", "replicate", "place", "x"]).assign(mode="scripted", axis=7)
    found = paired_by_draw(frame, "x", by=["place"], keep=["axis"]).set_index("place")
    assert np.isnan(found.loc["CHN", "mean"]) and found.loc["USA", "mean"] == 3.0 and found.loc["DEU", "mean"] == -1.0
    over = paired_difference(frame, "x", by=["place"]).set_index("place")
    pd.testing.assert_series_equal(found["mean"].sort_index(), over["mean"].sort_index())
    assert list(paired_by_draw(frame, "x", by=["axis"], keep=["axis"])["axis"]) == [7]


def test_every_number_of_a_replicate_that_is_allowed_can_be_read(tmp_path: Path) -> None:
    store = swept(tmp_path, replicates=1, grid=None).folder
    design = pd.read_parquet(store / DESIGN)
    design.assign(replicate=99_999).to_parquet(store / DESIGN, index=False)
    update_about(store, {"checksums": {DESIGN: file_digest(store / DESIGN)}})
    assert set(load(store)["world_year"]["replicate"]) == {99_999}


def test_an_executor_that_is_refused_leaves_the_design_of_a_store_as_it_was(tmp_path: Path) -> None:
    store = swept(tmp_path, replicates=1, grid=None).folder
    before = (store / DESIGN).read_bytes()
    with pytest.raises(ConfigError, match=r"executor\.workers: 0 is out of range"):
        swept(tmp_path, replicates=2, grid=None, executor={"workers": 0})
    assert (store / DESIGN).read_bytes() == before


def test_what_is_wrong_under_every_draw_is_said_once(tmp_path: Path) -> None:
    values = {f"policies.door.levers.{lever}.values": {"2018-01-01": 7.0} for lever in ("visa", "cyber")}
    with pytest.raises(ConfigError) as caught:
        make_plan(small_spec(tmp_path, scenarios={"closed": {"scenario": "closed", "values": values}}), RealModel())
    assert len(caught.value.messages) == 2
    assert all("draw 0: closed" in message and "7 is out of range" in message for message in caught.value.messages)
