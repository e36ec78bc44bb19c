"""Questions of a comparison: who is compared with what, which overrides go where, and what is refused."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from sim.comparison.design import draws_of, spec_of_question
from sim.comparison.question import DRAWS, REACTIVE, REPEATED, SCALE, Question, ask
from sim.comparison.reading import command_of
from sim.config.load import load_config
from sim.core.read import ConfigError
from sim.sweep.design import Arm
from tests.sweep.small_sweep import POLICY

SMALL = ("world=g20", "start=2010")


@pytest.fixture
def own(tmp_path: Path) -> str:
    """A folder with the scenario `closed`."""
    file = tmp_path / "scenario" / "closed.yaml"
    file.parent.mkdir()
    file.write_text(POLICY, encoding="utf-8")
    return str(tmp_path)


def asked(*names: str, words: tuple[str, ...] = (), **how: object) -> Question:
    return ask(names, (*SMALL, *words), **how)  # type: ignore[arg-type]


def test_defaults() -> None:
    question = asked("restrictive", "open")
    assert question.scenarios == ("restrictive", "open") and question.reference == "baseline"
    assert (question.draws, question.repeated, question.reactive_draws) == (DRAWS, REPEATED, REACTIVE)
    assert all(cfg.scale == SCALE for cfg in question.configs.values())
    assert (question.period.first, question.period.last) == (2018, 2035)
    assert question.titles["restrictive"].startswith("A lasting crackdown")


def test_settings_hold_for_all_and_are_not_drawn() -> None:
    question = asked("restrictive", words=("params.security.fear_decay=0.5", "draws=2", "scale=900"))
    assert question.draws == 2 and question.configs["restrictive"].scale == 900
    assert question.configs["restrictive"].params.security.fear_decay == 0.5
    assert "params.security.fear_decay" not in draws_of(question).names


def test_scenarios_are_added_to_what_was_and_put_in_the_place_of_others(own: str) -> None:
    added = asked("closed", against="as_it_was", config_dir=own)
    assert set(added.configs["as_it_was"].policies) < set(added.configs["closed"].policies)
    assert added.scenarios == ("closed",) and added.period.first == 2018
    instead = asked("closed", against="open", config_dir=own)
    assert list(instead.configs["closed"].policies) == ["door"]


def test_two_scenarios_hold_together() -> None:
    question = asked("nspm33+open")
    both = question.configs["nspm33+open"]
    assert "us_nspm33" in both.policies and len(both.policies) > 1
    assert " + " in question.titles["nspm33+open"]


def test_overrides_of_policies_go_to_the_scenarios_that_have_them(own: str) -> None:
    words = ("policies.door.levers.visa.values.2018-01-01=0.2",)
    question = asked("closed", "open", words=words, config_dir=own)
    assert question.configs["closed"].policies["door"].levers["visa"].values == {date(2018, 1, 1): 0.2}
    assert set(question.configs) == {"closed", "open"}


def test_a_list_of_values_makes_scenarios_and_stars_stand_for_names(own: str) -> None:
    words = ("policies.*.levers.cyber.scope.institution_threshold_musd=10,50,200",)
    question = asked("closed", words=words, config_dir=own)
    found = [c.policies["door"].levers["cyber"].scope.institution_threshold_musd for c in question.configs.values()]
    assert found == [10, 50, 200]
    assert question.scenarios[0] == "closed (from 10 M$)"
    issuers = asked("restrictive", words=("policies.us_crackdown_*.issuer=[JPN]",)).configs["restrictive"]
    assert {policy.issuer for policy in issuers.policies.values()} == {("JPN",)}


@pytest.mark.parametrize(
    ("names", "words", "how", "said"),
    [
        (("restrictiv",), (), {}, "restrictive"),
        (("restrictive",), ("policies.us_nspm33.shift=2",), {}, "us_nspm33"),
        (("restrictive",), ("policies.us_crackdown_visas.levers.visa.values=1",), {}, "lever"),
        (("restrictive",), ("params.security.fear_decay=0.1,0.5",), {}, "sweep"),
        (("restrictive",), ("draws=-1",), {}, "draws"),
        (("restrictive",), ("draws=many",), {}, "draws"),
        (("restrictive",), ("nonsense",), {}, "key=value"),
        (("restrictive",), ("+policy=us_talent",), {}, "new-scenario"),
        (("restrictive",), (), {"first": 1900}, "--from"),
        (("restrictive",), (), {"first": 2036}, "--from"),
        (("restrictive",), (), {"last": 2009}, "end"),
        (("restrictive",), (), {"against": "nothing"}, "nothing"),
        (("open",), (), {"against": "open"}, "reference"),
        (("nspm33",), (), {"against": "as_it_was"}, "nothing would differ"),
    ],
)
def test_what_cannot_be_asked_is_told(
    names: tuple[str, ...], words: tuple[str, ...], how: dict[str, object], said: str
) -> None:
    with pytest.raises(ConfigError) as error:
        asked(*names, words=words, **how)
    assert said in "\n".join(error.value.messages)


def test_the_first_draw_is_the_documented_one_and_more_draws_refine() -> None:
    few, more = (draws_of(asked("restrictive", words=(f"draws={n}",))) for n in (5, 10))
    assert few.values[0] == {} and few.labels == more.labels[:6]
    fewer_keys = draws_of(asked("restrictive", words=("draws=5", "params.trust.ally=0.3")))
    both = [name for name in fewer_keys.names if name in few.names]
    assert len(both) == len(few.names) - 1
    for name in both:  # what else is drawn changes nothing
        a, b = (block.names.index(name) for block in (few, fewer_keys))
        assert [row[a] for row in few.labels] == [row[b] for row in fewer_keys.labels]


def test_doses_are_drawn_within_their_ranges(own: str) -> None:
    question = asked("china_initiative", words=("draws=5",))
    spec = spec_of_question(question, "x")
    use = question.configs["china_initiative"].policies["us_china_initiative"].levers["investigations"]
    assert use.dose is not None
    lo, hi = use.dose.range
    arm = Arm(spec, spec.scenarios[0])
    drawn = [
        arm.config(values, "draw").policies["us_china_initiative"].levers["investigations"].values
        for values in spec.blocks[0].values
    ]
    assert drawn[0] == use.values
    assert len({tuple(values.values()) for values in drawn}) == 6
    for values in drawn:
        assert values.keys() == use.values.keys() and values[date(2022, 2, 23)] is None
        assert all(value is None or lo <= value <= hi for value in values.values())


def test_a_folder_of_a_command_says_how_to_repeat_it() -> None:
    words = ("+scenario=[restrictive,nspm33]", "scale=400", "world=g20", "params.security.fear_decay=0.5")
    cfg = load_config(*words, "policies.us_nspm33.shift=2", "threads=1", "outdir=elsewhere")
    said = shlex.split(command_of(cfg))
    assert said[:3] == ["python", "-m", "sim"]
    assert set(said[3:]) == {*words, "policies.us_nspm33.shift=2"}
    assert replace(load_config(*said[3:]), threads=1, outdir="elsewhere") == cfg
