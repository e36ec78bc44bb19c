"""Several configurations at once, from Python: what they share is computed once, and each gets what it would alone."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from toy_command import same, tables_of
from toy_model import ToyModel, toy_config, toy_policy

from sim.api import compare, run
from sim.config.schema import Config

pytestmark = pytest.mark.usefixtures("cache")


def three(folder: Path) -> list[Config]:
    """Scenarios whose first years differ: of their histories the shortest serves all."""
    return [
        toy_config(folder, scenario="late", policies=toy_policy(2020)),
        toy_config(folder, scenario="early", policies=toy_policy(2014, 2.0)),
        toy_config(folder, scenario="baseline", policies={}),
    ]


def test_each_gets_the_tables_that_it_would_get_alone(tmp_path: Path):
    cfgs = three(tmp_path)
    for cfg, frames in zip(cfgs, run(cfgs, model=ToyModel()), strict=True):
        alone, together = tables_of(run(cfg, model=ToyModel())), tables_of(frames)
        assert all(same(alone[name], together[name]) for name in alone), cfg.scenario


@pytest.mark.parametrize("threads", [1, 2])
def test_histories_and_baselines_are_computed_once(tmp_path: Path, threads: int):
    cfgs = [toy_config(tmp_path, threads=threads, **more) for more in (
        {"scenario": "late", "policies": toy_policy(2020)},
        {"scenario": "early", "policies": toy_policy(2014)},
        {"scenario": "early", "policies": toy_policy(2014)},
    )]  # fmt: skip
    model = ToyModel(log=str(tmp_path / "log"))
    run(cfgs, model=model)
    arms = [(name, mode) for name in ("baseline", "late", "early") for mode in ("scripted", "reactive")]
    expected = {f"new baseline scripted {r}": 1 for r in range(2)}
    expected |= {f"resume {name} {mode} {r}": 1 for name, mode in arms for r in range(2)}
    assert Counter(model.built()) == expected


def test_where_a_policy_is_in_force_from_the_start_the_others_still_share(tmp_path: Path):
    cfgs = [
        toy_config(tmp_path, scenario=f"from{year}", policies=toy_policy(year), replicates=1)
        for year in (2010, 2015, 2018)
    ]
    model = ToyModel(log=str(tmp_path / "log"))
    several = run(cfgs, model=model)
    built = Counter(model.built())
    assert built["new from2010 scripted 0"] == built["resume from2015 scripted 0"] == 1
    assert all(
        same(tables_of(one)["place_year"], tables_of(run(cfg, model=ToyModel()))["place_year"])
        for cfg, one in zip(cfgs, several, strict=True)
    )


def test_other_seeds_and_lengths_share_nothing_that_differs(tmp_path: Path):
    cfgs = [toy_config(tmp_path, **more) for more in ({}, {"seed": 1}, {"end": 2019}, {"replicates": 3})]
    for cfg, frames in zip(cfgs, run(cfgs, model=ToyModel()), strict=True):
        assert same(tables_of(frames)["world_year"], tables_of(run(cfg, model=ToyModel()))["world_year"])


def test_compare_takes_a_list_too(tmp_path: Path):
    cfgs = three(tmp_path)[:2]
    several = compare(cfgs, model=ToyModel())
    for cfg, table in zip(cfgs, several, strict=True):
        pd.testing.assert_frame_equal(table, compare(cfg, model=ToyModel()), check_exact=True)
    again = compare(cfgs, run(cfgs, model=ToyModel()), model=ToyModel())
    pd.testing.assert_frame_equal(pd.concat(again), pd.concat(several))


def test_lists_that_do_not_fit_are_refused(tmp_path: Path):
    with pytest.raises(ValueError, match="the list is empty"):
        run([], model=ToyModel())
    cfg = toy_config(tmp_path)
    with pytest.raises(ValueError, match="2 configurations, but frames of 1"):
        compare([cfg, cfg], [run(cfg, model=ToyModel())], model=ToyModel())
