"""Plans, tables and bits of commands, on the toy world."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from toy_command import RUN_COLUMNS, folder_of, hidden, same, tables_of
from toy_model import EFFECT, ToyModel, toy_config, toy_policy

from sim.api import compare, run
from sim.cli.run import counted_twice, run_command
from sim.record.tables import TABLES
from sim.running.plan import branch_year, make_plan
from sim.store.frames import load

pytestmark = pytest.mark.usefixtures("cache")


def test_run_in_memory_leaves_the_disk_alone(tmp_path: Path):
    frames = run(toy_config(tmp_path), model=ToyModel())
    assert not (tmp_path / "outputs").exists() and not (tmp_path / "cache").exists()
    place = frames["place_year"]
    assert list(place.columns) == RUN_COLUMNS + TABLES["place_year"].required
    assert len(place) == 2 * 2 * 2 * 13 * 3  # scenarios, modes, replicates, years, places
    assert set(frames) >= set(TABLES)
    assert len(frames["decisions"]) == 0


def test_command_writes_the_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    cfg = toy_config(tmp_path)
    assert run_command(cfg, model=ToyModel()) == 0
    folder = folder_of(capsys)
    assert folder.parent == tmp_path / "outputs" / "toy"
    assert {path.name for path in folder.iterdir()} == {"config.yaml", "manifest.json"} | {
        f"{t}.parquet" for t in TABLES
    }
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["status"] == "done" and len(manifest["runs"]) == 8
    assert manifest["levers_never_read"] == ["policies.toy.levers.idle"]
    for key in "version git_revision checksums seed packages seconds peak_memory_mb message stage".split():
        assert key in manifest
    assert hidden(folder.parent) == []
    for name, table in TABLES.items():
        assert list(load(folder)[name].columns) == RUN_COLUMNS + table.required, name


def test_policies_of_years_whose_data_are_in_the_fit_are_named(tmp_path: Path):
    cfgs = {year: toy_config(tmp_path, policies=toy_policy(year)) for year in (2017, 2018, 2019, 2020)}
    assert not any(counted_twice(cfg, 2017) for cfg in cfgs.values())  # a shipped world
    assert [year for year, cfg in cfgs.items() if counted_twice(cfg, 2019)] == [2018, 2019]
    (line,) = counted_twice(cfgs[2018], 2019)
    assert line.startswith("note: toy: begins in 2018 to 2019") and "counts twice (docs/refit.md)" in line
    assert not counted_twice(cfgs[2018].baseline(), 2019)


def test_a_run_begins_with_what_counts_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(ToyModel, "data_end", lambda self, cfg: 2019)
    assert run_command(toy_config(tmp_path), model=ToyModel()) == 0
    assert capsys.readouterr().err.startswith("note: toy: begins in 2018 to 2019")


def test_disk_and_memory_one_and_two_processes_give_the_same_bits(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    cfg = toy_config(tmp_path)
    memory = tables_of(run(cfg, model=ToyModel()))
    two = tables_of(run(replace(cfg, threads=2), model=ToyModel()))
    assert run_command(replace(cfg, threads=2), model=ToyModel()) == 0
    disk = tables_of(load(folder_of(capsys)))
    for name in TABLES:
        assert same(memory[name], two[name]) and same(memory[name], disk[name])


def test_history_is_computed_once_per_replicate_and_shared(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    model = ToyModel(log=str(tmp_path / "log"))
    run_command(toy_config(tmp_path), model=model)
    assert sorted(line for line in model.built() if line.startswith("new")) == [
        "new baseline scripted 0",
        "new baseline scripted 1",
    ]
    assert len(model.built()) == 2 + 8


def test_every_scenario_equals_the_baseline_before_its_first_date(tmp_path: Path):
    place = run(toy_config(tmp_path, policies=toy_policy(2015)), model=ToyModel())["place_year"]
    columns = ["draw", "replicate", "mode", *TABLES["place_year"].required]
    before = place[place["year"] < 2015]
    a, b = (before[before["scenario"] == s][columns].reset_index(drop=True) for s in ("baseline", "toy"))
    assert same(a, b)
    after = place[place["year"] == 2015].groupby("scenario", observed=True)["n_researchers"].apply(list)
    assert after["baseline"] != after["toy"]


def test_branching_from_history_equals_a_straight_run(tmp_path: Path):
    """A policy in the first year leaves no history to share; the baseline must not notice."""
    straight = run(toy_config(tmp_path, policies=toy_policy(2010)), model=ToyModel())["place_year"]
    branched = run(toy_config(tmp_path), model=ToyModel())["place_year"]
    a, b = (f[(f["scenario"] == "baseline")].reset_index(drop=True) for f in (straight, branched))
    assert same(a, b)


@pytest.mark.parametrize(
    "start, end, first, expected",
    [
        (1980, 2035, None, 2017),
        (1980, 2035, 2018, 2017),
        (1980, 2035, 2030, 2017),
        (1980, 2035, 2002, 2001),
        (1980, 2000, None, 2000),
        (1980, 2035, 1980, None),
        (2018, 2035, None, None),
    ],
)
def test_branch_year(start: int, end: int, first: int | None, expected: int | None):
    assert branch_year(start, end, first, 2017) == expected


@pytest.mark.parametrize("feedback", ["on", "frozen"])
def test_all_runs_are_paired_with_a_scripted_baseline_that_need_not_be_recorded(feedback: str, tmp_path: Path):
    cfg = toy_config(tmp_path, compare=False)
    place = run(replace(cfg, params=replace(cfg.params, feedback=feedback)), model=ToyModel())["place_year"]
    assert set(place["scenario"]) == {"toy"} and set(place["mode"]) == {"scripted", "reactive"}
    late = place[place["year"] > 2017]
    assert (late["top1_at_baseline_threshold"] == late["replicate"]).all()


def test_of_the_baselines_only_the_scripted_one_stands_alone(tmp_path: Path):
    place = run(toy_config(tmp_path), model=ToyModel())["place_year"]
    late = place[(place["year"] > 2017) & (place["scenario"] == "baseline")]
    alone = late["top1_at_baseline_threshold"].isna()
    assert alone.equals(late["mode"] == "scripted")
    plan = make_plan(toy_config(tmp_path), ToyModel())
    ids = {plan.partner(one).id if plan.partner(one) else None for one in plan.runs}
    assert {(i.scenario, i.mode) for i in ids if i} == {("baseline", "scripted")} and None in ids


def test_table_shows_the_known_effect(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """World papers rise by the shift of 400 a year (200 under reactive governments), without error."""
    cfg = toy_config(tmp_path)
    table = compare(cfg, model=ToyModel()).set_index(["area", "outcome", "mode"]).sort_index()
    papers = table.loc[("World", "papers a year")]
    assert papers.loc["scripted", "mean"] == EFFECT * cfg.scale and papers.loc["scripted", "se"] == 0.0
    assert papers.loc["reactive", "mean"] == EFFECT * cfg.scale / 2
    assert papers.loc["scripted", "reference"] == 1000.0
    issuer = table.loc[("Issuer: United States", "researchers, 2022", "scripted")]
    assert issuer["mean"] == -5 * EFFECT * cfg.scale
    assert table.loc[("Target: China", "researchers, 2022", "scripted"), "mean"] == 5 * EFFECT * cfg.scale
    run_command(cfg, model=ToyModel())
    printed = capsys.readouterr().out
    assert "direct effect" in printed and "total effect" in printed and "+400" in printed and "± chance" in printed


def test_baseline_alone_prints_levels(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    cfg = toy_config(tmp_path, scenario="baseline", policies={})
    assert run_command(cfg, model=ToyModel()) == 0
    out = capsys.readouterr().out
    assert "1,000" in out and "effect" not in out
    assert set(load(out.strip().splitlines()[-1])["world_year"]["scenario"]) == {"baseline"}


def test_replicates_one_and_modes_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    cfg = toy_config(tmp_path, replicates=1)
    cfg = replace(cfg, government=replace(cfg.government, mode="scripted"))
    assert run_command(cfg, model=ToyModel()) == 0
    out = capsys.readouterr().out
    assert "total effect" not in out and "nan" not in out


def test_policies_without_a_scenario_are_not_called_baseline(tmp_path: Path):
    plan = make_plan(toy_config(tmp_path, scenario="baseline"), ToyModel())
    assert plan.recorded == ("baseline", "custom")


def test_effects_do_not_depend_on_order_of_completion(tmp_path: Path):
    """Rows are ordered by replicate, place, year, scenario and mode, whoever finished first."""
    place = run(toy_config(tmp_path, threads=2, replicates=3), model=ToyModel())["place_year"]
    rows = place[["replicate", "place", "year", "scenario", "mode"]].to_numpy().tolist()
    years, runs = sorted(set(place["year"])), [(s, m) for s in ("baseline", "toy") for m in ("scripted", "reactive")]
    places = ("CHN", "IND", "USA")
    assert rows == [[r, p, y, s, m] for r in range(3) for p in places for y in years for s, m in runs]
