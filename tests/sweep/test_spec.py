"""``sweep.yaml``: what is right is read, what is wrong is named with file, key and what is allowed, all at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.core.laws import Law
from sim.core.read import ConfigError
from sim.sweep.design import Arm, make_draws
from sim.sweep.plan import make_plan
from sim.sweep.sampling import METHODS, Range, Sample
from sim.sweep.spec import read_spec, spec_of
from tests.sweep.small_sweep import SETTINGS, small_spec, small_sweep

BAD: list[tuple[dict[str, Any], str]] = [
    ({"replicate": 3}, "s.yaml: replicate: unknown key; did you mean replicates?"),
    ({"replicates": 0}, "s.yaml: replicates: 0 is out of range; allowed: 1 to 100000"),
    ({"replicates": "many"}, "s.yaml: replicates: 'many' is not a whole number"),
    ({"grid": [1]}, "s.yaml: grid: a list is not a mapping"),
    ({"grid": {"params.x.y": 3}}, "s.yaml: grid.params.x.y: 3 is not a list of values"),
    ({"grid": {"a": []}}, "s.yaml: grid.a: is empty"),
    ({"grid": {"a": [1, 1]}}, "s.yaml: grid.a: holds the same value twice"),
    ({"grid": {"a": {"keys": ["x"]}}}, "s.yaml: grid.a: needs keys (a list of configuration keys) and values"),
    ({"grid": {"year": [1]}}, "s.yaml: year: is a column of every table"),
    ({"grid": {"a": [1]}, "list": [{"a": 2}]}, "s.yaml: a: is swept twice"),
    ({"list": [{"a": 1}, {"b": 1}]}, "s.yaml: list[1]: has other keys than the first row; allowed: a"),
    ({"list": "x"}, "s.yaml: list: is not a list of mappings"),
    (
        {"sample": {"method": "grid", "over": {"a": {"from": 0, "to": 1}}}},
        "s.yaml: sample.method: 'grid' is not allowed",
    ),
    ({"sample": {"method": "lhs"}}, "s.yaml: sample.over: is empty"),
    ({"sample": {"method": "lhs", "over": {"a": {"from": 0}}}}, "s.yaml: sample.over.a: has no documented bounds"),
    ({"sample": {"method": "lhs", "over": {"a": {"from": 2, "to": 1}}}}, "sample.over.a: to (1) is not above from (2)"),
    (
        {"sample": {"method": "lhs", "over": {"a": {"from": 0, "to": 1, "law": "log-uniform"}}}},
        "s.yaml: sample.over.a: a logarithmic range cannot begin at 0",
    ),
    (
        {"sample": {"method": "lhs", "over": {"a": {"law": "weight", "from": 0}}}},
        "s.yaml: sample.over.a: is a weight, which takes no from, to or scale",
    ),
    (
        {"sample": {"method": "lhs", "over": {"a": {"law": "normal", "from": 0, "scale": 1}}}},
        "s.yaml: sample.over.a: is normal, which takes scale, but no from or to",
    ),
    (
        {"sample": {"method": "lhs", "over": {"a": {"law": "gaussian"}}}},
        "s.yaml: sample.over.a.law: 'gaussian' is not allowed; allowed: uniform, log-uniform, half-normal",
    ),
    ({"record": {"tables": ["world_years"]}}, "no table 'world_years'; did you mean world_year?"),
    ({"record": {"first_year": "x"}}, "s.yaml: record.first_year: 'x' is not a whole number"),
    ({"executor": {"kind": "condor"}}, "s.yaml: executor.kind: 'condor' is not allowed"),
    ({"compare": "yes please"}, "s.yaml: compare: 'yes please' is not allowed; allowed: true, false"),
    ({"scenarios": {"baseline": "open"}}, "the name baseline is taken"),
    ({"scenarios": {"x": {}}}, "s.yaml: scenarios.x: names neither a scenario nor a policy"),
    ({"scenarios": [], "compare": False}, "there is nothing to run"),
    ({"settings": {"replicates": 3}}, "s.yaml: settings.replicates: is not set here but in the sweep itself"),
    ({"settings": {"effects": {"disclosure": {"time": 0}}}}, "is not set here but in grid, list or sample"),
    ({"chunk_minutes": 0}, "s.yaml: chunk_minutes: 0 is out of range"),
]

BAD_VALUES: list[tuple[dict[str, Any], str]] = [
    ({"settings": {"scales": 3}}, "sweep.yaml: settings: scales: unknown key; did you mean scale?"),
    ({"settings": {"scale": -1, "world": "g20"}}, "closed: scale: -1 is out of range; allowed: 1 to 100000"),
    (
        {"grid": {"params.security.leakrate": [0.1]}},
        "draw 0: closed: params.security.leakrate: unknown key; did you mean",
    ),
    ({"grid": {"params.security.leak_rate": [0.1, 7]}}, "draw 1: closed: params.security.leak_rate: 7 is out of range"),
    ({"grid": {"effects.disclosure.decption": [0.1]}}, "effects.disclosure.decption: unknown key"),
    ({"grid": {"policies.dor.levers.visa.values": [{}]}}, "there is no 'dor'; did you mean door? allowed: door"),
    ({"grid": {"policies.door.levers.visas.lever": [1]}}, "there is no 'visas'; did you mean visa?"),
    ({"grid": {"policies.door.levers.visa.values.2018-01-01": [2.0]}}, "2 is out of range"),
    ({"grid": {"policies.door.levers.visa.scope.origin": [["CHN"]]}}, "unknown key; did you mean origins?"),
    (
        {"record": {"tables": ["panel"]}},
        "panel.size: is 0: a panel to record has people (panel.size=20000, in",
    ),
    ({"scenarios": ["clsed"]}, "scenarios.clsed: command line: scenario: no scenario 'clsed'; did you mean closed?"),
    ({"scenarios": {"x": {"scenario": "closed", "values": {"params.no.no": 1}}}}, "scenarios.x.values: params.no.no"),
]


@pytest.mark.parametrize(("change", "message"), BAD, ids=[message[:40] for _, message in BAD])
def test_what_is_wrong_with_the_file_is_said(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as error:
        spec_of({"scenarios": ["restrictive"], **change}, "s.yaml", "s", tmp_path)
    assert message in str(error.value)


@pytest.mark.parametrize(("change", "message"), BAD_VALUES, ids=[message[:40] for _, message in BAD_VALUES])
def test_what_is_wrong_with_values_is_said_before_anything_runs(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    from sim.running.model import RealModel

    with pytest.raises(ConfigError) as error:
        make_plan(small_spec(tmp_path, **change), RealModel())
    assert message in str(error.value)


def test_all_problems_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        spec_of({"replicates": 0, "grid": {"a": []}, "titel": "x"}, "s.yaml", "s", tmp_path)
    assert len(error.value.messages) == 3


def test_file_is_read_with_numbers_dates_small_version_and_changes(tmp_path: Path) -> None:
    file = tmp_path / "question" / "sweep.yaml"
    file.parent.mkdir()
    file.write_text(
        "scenarios: [restrictive]\nsettings: {scale: 1000, government: {mode: both}}\nreplicates: 9\n"
        "grid:\n  rate: {keys: [params.security.leak_rate], values: [1e-4, 1e-1]}\n"
        "  when: {choices: {early: {policies.p.levers.v.values: {2018-01-01: 1}}, late: {}}}\n"
        "small: {replicates: 1, settings: {scale: 20000}}\n"
    )
    spec = read_spec(file, {"executor.workers": 3, "params.feedback": "frozen"})
    assert spec.name == "question" and spec.replicates == 9
    assert spec.settings == {"scale": 1000, "government.mode": "both", "params.feedback": "frozen"}
    assert spec.executor == {"kind": "processes", "workers": 3}
    assert [block.labels for block in spec.blocks] == [((1e-4,), (0.1,)), (("early",), ("late",))]
    assert spec.blocks[1].values[0] == {"policies.p.levers.v.values": {"2018-01-01": 1}}
    small = read_spec(tmp_path / "question", small=True)
    assert small.replicates == 1 and small.settings["scale"] == 20000 and small.settings["government.mode"] == "both"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1", "not YAML"),
        ("a: 1\na: 2\n", "found duplicate key a"),
        ("[1, 2]", "is not a mapping"),
        ("\x00", "not YAML: unacceptable character"),
        ("a: &a [*a]\n", "a: contains itself"),
        (f"a: {'[' * 400}{']' * 400}\n", "is nested too deeply; allowed: 32 levels"),
        (f"a: {'9' * 5000}\n", "a: is a whole number of 5,000 digits; allowed: 60"),
        (f"title: {'y' * 2_000_000}\n", "holds 2.0 MB; allowed: at most 1 MB"),
    ],
)
def test_unreadable_files_are_named(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "sweep.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError) as error:
        read_spec(file)
    assert str(file) in str(error.value) and message in str(error.value)
    with pytest.raises(ConfigError, match="no such sweep"):
        read_spec(tmp_path / "absent.yaml")


def test_a_range_is_the_documented_one_or_a_law_by_name(tmp_path: Path) -> None:
    over = {
        "params.security.leak_rate": {},
        "params.government.beta_cost": {"law": "half-normal", "scale": 2.0},
        "params.trust.joint": {"from": 0.01, "to": 0.1, "law": "log-uniform"},
        "params.trust.ally": {"to": 0.5},
    }
    for method in ("nested", "morris"):
        sample = small_spec(tmp_path, sample={"method": method, "over": over}, grid={}).sample
        assert sample is not None
        rate, slope, joint, ally = (item.law for item in sample.over)
        assert rate == Law("log-uniform", 1e-4, 1e-1) and joint == Law("log-uniform", 0.01, 0.1)
        assert ally == Law("uniform", 0.0, 0.5)
        wanted = Law("half-normal", 0.0, 5.0, 2.0)
        assert slope == (wanted.between_ends() if method == "morris" else wanted)


def test_all_numbers_that_no_data_fix_by_one_word(tmp_path: Path) -> None:
    def sampled(**more: Any) -> dict[str, Law]:
        over = {"assumptions": {}, "params.trust.ally": {"from": 0.1, "to": 0.2}, "params.security.chi": {}}
        sample = small_spec(tmp_path, sample={"method": "nested", "over": over}, grid={}, **more).sample
        assert sample is not None
        return {item.name: item.law for item in sample.over}

    found = sampled()
    assert found["params.trust.ally"] == Law("uniform", 0.1, 0.2), "a number that is named has its own range"
    assert {"effects.cybersecurity.theft", "params.trust.joint", "params.security.chi"} <= set(found)
    assert not any(name.startswith(("effects.disclosure", "params.government")) for name in found)
    reactive = sampled(settings={**SETTINGS, "government.mode": "both"})
    assert {"effects.disclosure.time", "params.government.beta_cost"} <= set(reactive)
    with pytest.raises(ConfigError, match="assumptions: takes nothing"):
        small_spec(tmp_path, sample={"method": "nested", "over": {"assumptions": {"from": 0}}})


def test_draws_are_all_combinations_the_last_varying_fastest(tmp_path: Path) -> None:
    over = {"params.security.fear_decay": {"from": 0.1, "to": 0.2}}
    spec = small_spec(
        tmp_path,
        grid={"a": {"keys": ["seed"], "values": [0, 1]}, "b": {"choices": {"x": {"params.trust.joint": 0}, "y": {}}}},
        sample={"method": "lhs", "n": 3, "over": over},
    )
    draws = make_draws(spec)
    assert draws.names == ("a", "b", "params.security.fear_decay") and len(draws) == 12
    assert [row[:2] for row in draws.labels[::3]] == [(0, "x"), (0, "y"), (1, "x"), (1, "y")]
    assert draws.values[0]["params.trust.joint"] == 0 and "params.trust.joint" not in draws.values[3]
    assert list(draws.table().columns) == ["draw", *draws.names]


@pytest.mark.parametrize("swept", [{"grid": {"threat": ["rivalry", "votes"]}}, {"list": [{"threat": "rivalry"}]}])
def test_the_table_of_threats_is_an_axis_whose_column_is_no_column_of_a_table(
    tmp_path: Path, swept: dict[str, Any]
) -> None:
    spec = small_spec(tmp_path, **{"grid": {}, **swept})
    draws = make_draws(spec)
    assert draws.names == ("threat_table",) and draws.values[0] == {"threat": "rivalry"}
    assert Arm(spec, None).config(draws.values[-1], "draw").threat == draws.labels[-1][0]


def test_values_of_a_draw_do_not_leak_into_the_next(tmp_path: Path) -> None:
    spec = small_spec(tmp_path)
    arm = Arm(spec, spec.scenarios[0])
    changed = arm.config({"policies.door.levers.visa.values": {"2018-06-01": 0.1}, "params.trust.joint": 0.0}, "draw 0")
    plain = arm.config({}, "draw 1")
    assert len(changed.policies["door"].levers["visa"].values) == 1 and changed.params.trust.joint == 0.0
    assert plain.policies["door"].levers["visa"].values != changed.policies["door"].levers["visa"].values
    assert plain.params.trust.joint != 0.0


def test_runs_that_are_the_same_are_planned_once_and_baselines_shared(tmp_path: Path) -> None:
    from sim.running.model import RealModel

    grid = {
        "threshold": {"keys": ["policies.door.levers.cyber.scope.institution_threshold_musd"], "values": [10, 50]},
        "params.security.leak_rate": [0.001, 0.01],
        "effects.investigations.deterrence": [0.01, 0.02],  # a lever that nobody pulls
    }
    plan = make_plan(small_spec(tmp_path, grid=grid), RealModel())
    assert len(plan.rows) == 2 * 8 * 2  # two arms, eight draws, two replicates
    assert len(plan.families) == 2 * 2  # a leak rate and a replicate
    baselines = plan.rows[plan.rows["scenario"] == "baseline"]
    assert baselines["run"].nunique() == 4
    assert plan.rows[plan.rows["scenario"] == "closed"]["run"].nunique() == 8


def test_draws_that_differ_in_how_governments_react_share_the_scripted_baseline_only(tmp_path: Path) -> None:
    from sim.running.model import RealModel

    levels = {"params.government.promote_level": [0.01, 0.1]}
    settings = {**SETTINGS, "government.mode": "both"}
    plan = make_plan(small_spec(tmp_path, grid=levels, settings=settings, scenarios=[], replicates=1), RealModel())
    assert plan.rows.groupby("mode")["run"].nunique().to_dict() == {"reactive": 2, "scripted": 1}
    tasks = {task.key: task.cfg for family in plan.families.values() for task in family.tasks.values()}
    reactive = plan.rows[plan.rows["mode"] == "reactive"].sort_values("draw")["run"]
    assert [tasks[key].params.government.promote_level for key in reactive] == [0.01, 0.1]


@pytest.mark.parametrize("method", METHODS)
def test_samples_stay_within_their_ranges_and_come_out_the_same(method: str) -> None:
    over = (Range("a", ("a",), Law("log-uniform", 1e-4, 1e-1)), Range("b", ("b",), Law("uniform", -1.0, 3.0)))
    sample = Sample(method, 16, 0, over)
    values = sample.matrix()
    assert (values >= [1e-4, -1]).all() and (values <= [0.1, 3]).all()
    assert len(values) == {"nested": 16, "lhs": 16, "sobol": 16, "saltelli": 16 * 4, "morris": 16 * 3}[method]
    np.testing.assert_array_equal(values, sample.matrix())
    assert not np.array_equal(values, Sample(method, 16, 1, over).matrix())


@pytest.mark.parametrize("method", ["nested", "lhs", "sobol"])
def test_shares_of_weights_are_from_a_flat_dirichlet(method: str) -> None:
    over = tuple(Range(name, (name,), Law("weight", 0.0, 1.0)) for name in "abcd")
    weights = Sample(method, 4096, 0, over).matrix()
    assert weights.min() >= 0.0 and weights.max() <= 1.0
    shares = weights / weights.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shares.mean(axis=0), 0.25, atol=0.01)
    np.testing.assert_allclose(shares.var(axis=0), 0.25 * 0.75 / 5, rtol=0.08)
    # each share is Beta(1, 3): P(share > x) = (1 - x)^3
    np.testing.assert_allclose((shares > 0.5).mean(axis=0), 0.125, atol=0.02)


def test_latin_hypercube_has_one_point_in_each_stratum_of_each_parameter() -> None:
    over = tuple(Range(name, (name,), Law("uniform", 0.0, 1.0)) for name in "abc")
    strata = np.floor(32 * Sample("lhs", 32, 3, over).matrix()).astype(int)
    assert all(sorted(column) == list(range(32)) for column in strata.T)


def test_python_values_and_file_give_the_same_sweep(tmp_path: Path) -> None:
    from omegaconf import OmegaConf

    values = small_sweep(tmp_path)
    file = tmp_path / "sweep.yaml"
    OmegaConf.save(OmegaConf.create(values), file)
    read = read_spec(file)
    made = spec_of(values, str(file), tmp_path.name, tmp_path)
    assert read == made
