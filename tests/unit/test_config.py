"""Composition, validation and the key of a run."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest

from sim.config.folders import config_root, options
from sim.config.key import run_key
from sim.config.load import load_config, validate
from sim.config.merge import expand
from sim.config.schema import Config, parameter_table, to_mapping
from sim.core.read import ConfigError
from sim.params import Params
from sim.policy.schema import Policy

GOOD = Path(__file__).parent.parent / "policy_yaml" / "good"
LIGHT = "import sys, sim.config.load, sim.policy.levers; print([m for m in {heavy} if m in sys.modules])"
HEAVY = ["mesa", "numba", "pandas", "matplotlib", "pyarrow", "scipy", "hydra", "omegaconf", "rich"]


def messages(*overrides: str) -> list[str]:
    with pytest.raises(ConfigError) as error:
        load_config(*overrides)
    return error.value.messages


def test_baseline_has_the_defaults_of_the_schema() -> None:
    assert load_config() == Config()
    assert load_config().scenario == "baseline"


def test_every_top_level_setting_stands_in_config_yaml_with_its_default() -> None:
    words = (config_root() / "config.yaml").read_text(encoding="utf-8")
    for f in fields(Config):
        if f.name not in ("params", "world", "threat", "ladder", "scenario"):  # groups, what Hydra would take for one
            assert f"\n{f.name}:" in words


@pytest.mark.parametrize("scenario", options("scenario", [config_root()]))
def test_checked_configuration_survives_the_way_to_plain_values_and_back(scenario: str) -> None:
    cfg = load_config(f"+scenario={scenario}", "scale=1000")
    assert cfg.scenario == cfg.experiment == scenario
    assert cfg.policies and all(isinstance(policy, Policy) for policy in cfg.policies.values())
    assert validate(cfg) == cfg
    assert cfg.titles[scenario]
    assert to_mapping(cfg)["scenario"] == scenario


def test_scenarios_and_policies_compose() -> None:
    both = load_config("+scenario=[restrictive,open]")
    one, other = load_config("+scenario=restrictive"), load_config("+scenario=open")
    assert both.scenario == "restrictive+open"
    assert both.policies == {**one.policies, **other.policies}
    assert load_config("scenario=open") == other  # the plus may be left out
    assert load_config("+policy=us_talent").scenario == "us_talent"
    assert load_config("+scenario=open", "+policy=us_crackdown_visas").scenario == "open+us_crackdown_visas"


def test_any_value_can_be_overridden() -> None:
    cfg = load_config(
        "+scenario=open",
        "params.collaboration.refill=0.3",
        "effects.disclosure.deception=0.9",
        "policies.us_talent.levers.pay.values.2018-11-01=0.1",
        "policies.us_talent.levers.posts.values={2019-01-01: 0.02, 2020-01-01: null}",
        "policies.us_talent.issuer=[USA,CAN]",
        "policies.us_open_doors.levers.visas.scope={origins: [IND]}",
        "panel.partners=[IND]",
        "params=frozen",
        "government.mode=scripted",
    )
    assert cfg.params.collaboration.refill == 0.3
    assert cfg.params.feedback == "frozen"
    assert cfg.effects["disclosure"]["deception"] == 0.9
    talent = cfg.policies["us_talent"]
    assert talent.issuer == ("USA", "CAN")
    assert talent.levers["pay"].values == {date(2018, 11, 1): 0.1}
    assert talent.levers["posts"].values[date(2019, 1, 1)] == 0.02
    assert talent.levers["posts"].values[date(2020, 1, 1)] is None
    assert cfg.policies["us_open_doors"].levers["visas"].scope.origins == ("IND",)
    assert cfg.panel.partners == ("IND",)
    assert cfg.government.mode == "scripted"


def test_all_mistakes_are_told_at_once() -> None:
    found = messages("scale=0", "government.mode=reactiv", "params.trust.jont=1", "params.trust.joint=9", "seed=x")
    assert len(found) == 5
    assert all(message.startswith("command line: ") for message in found)


@pytest.mark.parametrize(
    "key, instead",
    [
        ("mobility.income", "net_income weighs what policy offers"),
        ("mobility.origin_income", "home_income weighs them at home"),
        ("mobility.freedom_early", "academic freedom is in the fitted rates"),
        ("mobility.freedom_late", "academic freedom is in the fitted rates"),
        ("impact.place_best", "now team_quality"),
    ],
)
def test_parameters_of_earlier_editions_are_refused_with_what_stands_in_their_place(key: str, instead: str) -> None:
    (message,) = messages(f"params.{key}=0.1")
    assert message.startswith(f"command line: params.{key}: unknown key; gone, ") and instead in message


@pytest.mark.parametrize(
    ("effect", "instead"),
    [("prestige_chairs", "params.money.chair"), ("talent_programme", "params.money.programme_place")],
)
def test_costs_of_earlier_editions_are_refused_with_the_price_in_their_place(effect: str, instead: str) -> None:
    (message,) = messages(f"effects.{effect}.cost_musd=1")
    assert f"effects.{effect}.cost_musd: unknown key; gone, now {instead}" in message


def test_configuration_built_in_python_is_checked_too() -> None:
    with pytest.raises(ConfigError) as error:
        validate(replace(Config(), scale=0, end=1970, world="g21"))
    assert [message.split(":")[0] for message in error.value.messages] == ["scale", "end", "world"]


@pytest.mark.parametrize("name", sorted(file.stem for file in (GOOD / "scenario").glob("*.yaml")))
def test_good_scenarios_load(name: str) -> None:
    cfg = load_config(f"+scenario={name}", config_dir=str(GOOD))
    assert cfg.scenario == name
    assert validate(cfg) == cfg


def test_own_scenario_may_change_shipped_policies() -> None:
    cfg = load_config("+scenario=shipped_and_own", config_dir=str(GOOD))
    assert cfg.policies["us_china_initiative"].levers["precision"].values[date(2018, 11, 1)] == 0.35
    assert cfg.policies["us_china_initiative"].levers["precision"].values[date(2022, 2, 23)] is None
    assert (cfg.scale, cfg.progress, cfg.params.feedback, cfg.params.security.leak_rate) == (1000, "off", "on", 0.01)


def test_own_scenario_may_not_hide_a_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "scenario").mkdir()
    (tmp_path / "scenario" / "open.yaml").write_text("# @package _global_\nscale: 10\n")
    with pytest.raises(ConfigError, match="'open' is in two folders"):
        load_config("+scenario=open", config_dir=str(tmp_path))


def test_multirun_expands_lists_ranges_and_dated_values() -> None:
    assert expand(["+scenario=open,restrictive", "seed=range(0,2)"]) == [
        ["+scenario=open", "seed=0"],
        ["+scenario=open", "seed=1"],
        ["+scenario=restrictive", "seed=0"],
        ["+scenario=restrictive", "seed=1"],
    ]
    jobs = expand(["+scenario=open", "policies.us_talent.levers.pay.values.2018-11-01=0.1,0.2"])
    pays = [load_config(*job).policies["us_talent"].levers["pay"].values[date(2018, 11, 1)] for job in jobs]
    assert pays == [0.1, 0.2]


def test_run_key_changes_with_what_changes_results_only() -> None:
    cfg = load_config("+scenario=open")
    key = run_key(cfg, 0)
    same = replace(
        cfg, threads=1, outdir="x", experiment="y", replicates=9, compare=False, figures="off", progress="off"
    )
    assert run_key(same, 0) == key
    assert run_key(load_config("+scenario=open", "policies.us_talent.levers.pay.source=reworded"), 0) == key
    assert run_key(replace(cfg, scenario="renamed"), 0) == key
    others = [
        run_key(cfg, 1),
        run_key(cfg, 0, mode="reactive"),
        run_key(cfg, 0, end=2017),
        run_key(cfg.baseline(), 0),
        *(
            run_key(load_config("+scenario=open", change), 0)
            for change in (
                "seed=1",
                "scale=50",
                "end=2030",
                "params.trust.joint=0.01",
                "effects.talent_programme.pull=0.5",
                "policies.us_talent.levers.pay.values.2018-11-01=0.1",
                "policies.us_talent.issuer=[CAN]",
                "panel.size=100",
            )
        ),
    ]
    assert len({key, *others}) == 1 + len(others)
    assert run_key(cfg.baseline(), 3) == run_key(load_config("+scenario=restrictive").baseline(), 3)


def test_strength_of_a_lever_that_nobody_pulls_is_in_the_key_only_if_governments_may_pull_it() -> None:
    cfg = load_config("+scenario=open")
    stronger = load_config("+scenario=open", "effects.disclosure.deception=0.5")
    assert run_key(stronger, 0) == run_key(cfg, 0)
    assert run_key(stronger, 0, mode="reactive") != run_key(cfg, 0, mode="reactive")
    pulled = load_config("+scenario=restrictive")
    changed = load_config("+scenario=restrictive", "effects.disclosure.deception=0.5")
    assert run_key(pulled, 0) != run_key(changed, 0)


def test_parameter_table_covers_every_parameter_with_role_and_source() -> None:
    rows = parameter_table()
    sections = [getattr(Params(), f.name) for f in fields(Params)]
    assert len(rows) == sum(len(fields(s)) if hasattr(s, "__dataclass_fields__") else 1 for s in sections)
    assert all(row["role"] in ("sourced", "fitted", "assumption") and row["source"] for row in rows)


def test_configuration_is_cheap_to_import() -> None:
    out = subprocess.run(
        [sys.executable, "-c", LIGHT.format(heavy=HEAVY)], capture_output=True, text=True, check=True
    ).stdout
    assert out.strip() == "[]"
