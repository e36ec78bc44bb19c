"""Shipped policies at other dates, by other issuers, under other titles; what files say of one policy twice."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from toy_model import ToyModel, toy_config, toy_policy

from sim.cli.run import run_command
from sim.config.key import run_key
from sim.config.load import load_config, validate
from sim.config.schema import Config
from sim.core.read import ConfigError, Problems
from sim.data.tables import load_world_data
from sim.policy.schema import LeverUse, Policy
from sim.policy.shift import read_shift
from sim.policy.words import changes, not_reached, policy_rows, source_words
from sim.running.manifest import describe
from sim.running.model import RealModel
from sim.running.plan import make_plan
from sim.sweep.design import Arm
from tests.sweep.small_sweep import small_spec

NAME = "us_china_initiative"
WRITTEN = [date(2018, 11, 1), date(2020, 1, 1), date(2022, 2, 23)]


def composed(*overrides: str, scenario: str = "china_initiative") -> Config:
    cfg = load_config(f"+scenario={scenario}", *overrides)
    assert validate(cfg) == cfg  # what is written into config.yaml gives the same dates again, not later ones
    return cfg


def dates(cfg: Config, name: str = NAME) -> list[date]:
    return sorted({day for use in cfg.policies[name].levers.values() for day in use.values})


@pytest.mark.parametrize(
    ("shift", "expected", "words"),
    [
        ("2", [date(2020, 11, 1), date(2022, 1, 1), date(2024, 2, 23)], "by 2 years"),
        ("2y", [date(2020, 11, 1), date(2022, 1, 1), date(2024, 2, 23)], "by 2 years"),
        ("-1", [date(2017, 11, 1), date(2019, 1, 1), date(2021, 2, 23)], "by -1 year"),
        ("-18m", [date(2017, 5, 1), date(2018, 7, 1), date(2020, 8, 23)], "by -18 months"),
        ("10d", [date(2018, 11, 11), date(2020, 1, 11), date(2022, 3, 5)], "by 10 days"),
        ("0.5", [date(2019, 5, 2), date(2020, 7, 1), date(2022, 8, 24)], "by 0.5 years"),
        ("2021-06-01", [date(2021, 6, 1), date(2022, 8, 1), date(2024, 9, 23)], "to begin on 2021-06-01"),
    ],
)
def test_all_dates_move_and_none_stays(shift: str, expected: list[date], words: str) -> None:
    cfg = composed(f"policies.{NAME}.shift={shift}")
    policy, data = cfg.policies[NAME], load_world_data()
    assert dates(cfg) == expected
    assert dates(cfg, "us_nih_letters") == dates(composed(), "us_nih_letters")
    assert changes(policy, data) == [f"shifted {words}"]
    assert all(row.source.endswith(f"; shifted {words}") for row in policy_rows(NAME, policy, data))


def test_a_shift_of_nothing_is_the_policy_itself() -> None:
    plain = composed()
    for shift in ("0", "0.0", "0y", "null"):
        assert composed(f"policies.{NAME}.shift={shift}") == plain
    assert run_key(composed(f"policies.{NAME}.shift=1"), 0) != run_key(plain, 0)


def test_days_that_a_month_lacks_become_its_last_one_and_fractions_grow_steadily() -> None:
    def moved(value: object, day: date) -> date:
        shift = read_shift(value, "", Problems())
        assert shift is not None
        return shift.move([day])[day]

    assert moved("1m", date(2020, 1, 31)) == date(2020, 2, 29)
    assert moved(-1, date(2020, 2, 29)) == date(2019, 2, 28)
    steps = [moved(n / 40, date(2019, 3, 31)) for n in range(-80, 81) if n]
    assert steps == sorted(steps) and moved(1, date(2019, 3, 31)) == date(2020, 3, 31)


@pytest.mark.parametrize(
    "shift", ["two years", "2 years", "1e400", "nan", "[1]", "true", "2021-13-01", "20210601", "1.5y"]
)
def test_other_shifts_are_refused_with_what_is_allowed(shift: str) -> None:
    with pytest.raises(ConfigError) as error:
        load_config("+scenario=nspm33", f"policies.us_nspm33.shift={shift}")
    (message,) = error.value.messages
    assert message.startswith("command line: policies.us_nspm33.shift: ") and "allowed: " in message


def test_a_shift_that_leaves_the_clock_at_its_start_is_refused_and_at_its_end_told() -> None:
    told = r"us_nspm33\.shift: 1971-01-14 lies before the model's first year; allowed: 1980-01-01"
    with pytest.raises(ConfigError, match=told):
        load_config("+scenario=nspm33", "policies.us_nspm33.shift=-50")
    with pytest.raises(ConfigError, match=r"9000'? is out of range"):
        load_config("+scenario=nspm33", "policies.us_nspm33.shift=9000")
    late = load_config("+scenario=nspm33", "policies.us_nspm33.shift=14")
    assert not_reached(late.policies, late.end) == "us_nspm33 (2036-01-04, 2038-05-20)"


def test_a_shift_that_moves_two_dates_of_a_lever_to_one_is_refused() -> None:
    values = "policies.us_nspm33.levers.{}.values={{2018-01-30:0.1,2018-01-31:0.2}}"
    name = next(iter(load_config("+scenario=nspm33").policies["us_nspm33"].levers))
    words = ["+scenario=nspm33", values.format(name), "policies.us_nspm33.shift=1m"]
    with pytest.raises(ConfigError, match=rf"shift: '1m' moves 2018-01-30 and 2018-01-31 of {name} to 2018-02-28"):
        load_config(*words)
    assert load_config(*words[:2], "policies.us_nspm33.shift=30d")


def test_every_scenario_can_end_in_any_year() -> None:
    early = load_config("+scenario=as_it_was", "end=2019", "world=g20")
    later = not_reached(early.policies, early.end)
    assert "us_ostp_2024 (2025-07-09, 2027-01-09)" in later and "2018" not in later
    assert later.count("us_nspm33") == 1
    assert not_reached(load_config("+scenario=open", "end=2019").policies, 2019) == ""


def test_a_command_names_once_what_it_does_not_reach(
    tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    late = Policy("Late", ("USA",), {"a": LeverUse("research_funding", {date(2031, 1, 1): 0.1}, "assumption")})
    assert run_command(toy_config(tmp_path, policies={**toy_policy(), "late": late}), model=ToyModel()) == 0
    notes = [line for line in capsys.readouterr().err.splitlines() if "late" in line]
    assert notes == ["note: not reached by 2022: late (2031-01-01)"]


def test_another_issuer_takes_the_strengths_over_as_an_assumption() -> None:
    cfg = composed(f"policies.{NAME}.issuer=[JPN]", f"policies.{NAME}.title=Japan's initiative")
    policy = cfg.policies[NAME]
    words = 'One, two: the "third" (of 3)'
    assert composed(f"policies.{NAME}.title={words}").policies[NAME].title == words
    assert policy.issuer == ("JPN",) and policy.title == "Japan's initiative" and policy.reissued_from == ("USA",)
    assert policy.levers["investigations"].scope.origins == ("CHN",)
    told = source_words(policy.levers["rhetoric"], policy, load_world_data())
    assert told.endswith("; as issued by United States, taken over as an assumption")
    assert composed(f"policies.{NAME}.issuer=[USA]").policies[NAME].reissued_from == ()


def test_a_place_never_acts_on_itself_and_a_scope_that_names_only_the_issuer_is_refused() -> None:
    both = composed(f"policies.{NAME}.issuer=[JPN,CHN]").policies[NAME]
    assert both.issuer == ("JPN", "CHN")
    with pytest.raises(ConfigError, match=r"nothing but the new issuer is named, .*rhetoric.scope as well"):
        load_config("+scenario=china_initiative", f"policies.{NAME}.issuer=[CHN]")


def test_the_manifest_says_what_was_changed() -> None:
    cfg = composed(f"policies.{NAME}.shift=2", f"policies.{NAME}.issuer=[JPN]", "titles.china_initiative=Japan's turn")
    said = describe(make_plan(cfg, RealModel()), RealModel())["policies"][NAME]
    assert said == {
        "title": "China Initiative (Department of Justice)", "issuer": ["JPN"], "shift": "2", "reissued_from": ["USA"],
    }  # fmt: skip
    assert cfg.titles == {"china_initiative": "Japan's turn"}


def test_an_axis_of_a_sweep_moves_and_reissues(tmp_path: Path) -> None:
    spec = small_spec(tmp_path, grid={"policies.door.shift": [0, 1]})
    arm = Arm(spec, spec.scenarios[0])
    found = [arm.config({"policies.door.shift": n}, f"draw {n}").policies["door"] for n in (0, 1)]
    assert [min(policy.levers["visa"].values) for policy in found] == [date(2018, 1, 1), date(2019, 1, 1)]
    elsewhere = arm.config({"policies.door.issuer": ["JPN"]}, "draw 2").policies["door"]
    assert (elsewhere.issuer, elsewhere.reissued_from) == (("JPN",), ("USA",))
    lag = Arm(small_spec(tmp_path, scenarios=["retaliation"], settings={"world": "g20"}), None)
    assert lag.config({}, "draw 0").policies == {}


def test_an_axis_replaces_the_shift_of_the_scenario(tmp_path: Path) -> None:
    spec = small_spec(tmp_path, scenarios=["retaliation"])
    arm = Arm(spec, spec.scenarios[0])
    for lag in (1, 3):
        answer = arm.config({"policies.chn_answer_visas.shift": lag}, "draw").policies["chn_answer_visas"]
        assert min(answer.levers["delay"].values) == date(2018 + lag, 11, 1)


def own(folder: Path, **files: str) -> str:
    """Folder with the user's own scenarios and policies, by group and name: ``scenario_mine="…"``."""
    for name, words in files.items():
        group, _, stem = name.partition("_")
        file = folder / group / f"{stem}.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(words, encoding="utf-8")
    return str(folder)


def test_values_given_as_a_whole_on_a_command_line_replace_all_dates() -> None:
    key = f"policies.{NAME}.levers.investigations.values"
    whole = composed(f"{key}={{2021-01-01: 0.001}}").policies[NAME].levers["investigations"]
    assert whole.values == {date(2021, 1, 1): 0.001}
    added = composed(f"{key}.2021-01-01=0.001").policies[NAME].levers["investigations"]
    assert sorted(added.values) == sorted([*WRITTEN, date(2021, 1, 1)])
    both = composed(f"{key}={{2021-01-01: 0.001}}", f"{key}.2022-01-01=null").policies[NAME].levers["investigations"]
    assert both.values == {date(2021, 1, 1): 0.001, date(2022, 1, 1): None}
    deep = composed(f"policies.{NAME}.levers={{investigations: {{values: {{2021-01-01: 0.001}}}}}}")
    assert deep.policies[NAME].levers["investigations"].values == {date(2021, 1, 1): 0.001}


HEAD = "# @package _global_\ndefaults:\n  - /policy/us_china_initiative\n  - _self_\n"
CHANGE = "policies:\n  us_china_initiative:\n    levers:\n      rhetoric:\n        values: {%s}\n"


def test_a_file_that_sets_dates_says_what_becomes_of_all_of_them(tmp_path: Path) -> None:
    folder = own(
        tmp_path,
        scenario_new=HEAD + CHANGE % "2021-01-01: 0.2",
        scenario_all=HEAD + CHANGE % "2018-11-01: null, 2021-01-01: 0.2, 2022-02-23: null",
    )
    with pytest.raises(ConfigError) as error:
        load_config("+scenario=new", config_dir=folder)
    (message,) = error.value.messages
    assert message.startswith(
        f"{folder}/scenario/new.yaml: policies.{NAME}.levers.rhetoric.values: says nothing of 2018-"
    )
    assert f"set in configs/policy/{NAME}.yaml" in message and f"policies.{NAME}.shift" in message
    assert (
        load_config("+scenario=all", config_dir=folder).policies[NAME].levers["rhetoric"].values[date(2018, 11, 1)]
        is None
    )


def test_a_policy_is_defined_once_and_listed_as_often_as_one_likes(tmp_path: Path) -> None:
    again = "policies:\n  us_china_initiative:\n    title: Mine\n    issuer: [USA]\n    levers:\n      words:\n"
    again += "        lever: rhetoric\n        values: {2020-01-01: 0.1}\n        source: assumption\n"
    folder = own(
        tmp_path,
        scenario_again=HEAD + again,
        scenario_twice=HEAD.replace("  - _self_", f"  - /policy/{NAME}\n  - /scenario/china_initiative\n  - _self_"),
    )
    with pytest.raises(
        ConfigError, match=rf"again.yaml: policies.{NAME}: is defined in configs/policy/{NAME}.yaml too"
    ):
        load_config("+scenario=again", config_dir=folder)
    twice = load_config("+scenario=twice", f"+policy={NAME}", config_dir=folder)
    assert twice.policies == load_config("+scenario=china_initiative").policies


def test_a_file_of_ones_own_does_not_stand_in_for_a_shipped_one_in_a_list_of_defaults(tmp_path: Path) -> None:
    folder = own(
        tmp_path,
        scenario_mine="# @package _global_\ndefaults:\n  - /policy/us_nspm33\n",
        policy_us_nspm33="# @package policies.us_nspm33\ntitle: Mine\n",
    )
    with pytest.raises(ConfigError, match=rf"{folder}/policy/us_nspm33.yaml: policy 'us_nspm33' is in two folders"):
        load_config("+scenario=mine", config_dir=folder)


def test_one_file_serves_under_several_names(tmp_path: Path) -> None:
    item = "  - /policy/us_nspm33@policies.japan\n"
    change = "policies:\n  japan: {issuer: [JPN], shift: 1, title: Japan follows}\n"
    folder = own(
        tmp_path, scenario_both=f"# @package _global_\ndefaults:\n  - /policy/us_nspm33\n{item}  - _self_\n{change}"
    )
    found = load_config("+scenario=both", config_dir=folder).policies
    assert dates(load_config("+scenario=both", config_dir=folder), "japan") == [
        day.replace(year=day.year + 1) for day in dates(composed(scenario="nspm33"), "us_nspm33")
    ]
    assert found["japan"].reissued_from == ("USA",) and found["us_nspm33"].title.startswith("NSPM-33")


def test_a_strength_that_is_set_has_no_dose_and_a_given_one_must_hold_it() -> None:
    key = "policies.us_hostility_2016.levers.rhetoric"
    assert composed(scenario="hostility_2016").policies["us_hostility_2016"].levers["rhetoric"].dose is not None
    free = composed(f"{key}.values.2016-01-01=0", scenario="hostility_2016")
    assert free.policies["us_hostility_2016"].levers["rhetoric"].dose is None
    with pytest.raises(ConfigError, match=r"0\.2 to 0\.3 does not hold the 0\.4 of 2016-01-01"):
        load_config("+scenario=hostility_2016", f"{key}.values.2016-01-01=0.4", f"{key}.dose.range=[0.2,0.3]")
