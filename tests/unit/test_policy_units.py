"""Strengths in units that people speak, and back."""

from __future__ import annotations

import math
from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.config.load import load_config
from sim.core.read import ConfigError, Problems
from sim.policy.levers import LEVERS
from sim.policy.levers.base import Lever
from sim.policy.units import UNITS, Issuers, forms, in_words, read_strength, unit_of
from sim.sweep.design import Arm
from tests.sweep.small_sweep import small_spec

ONE = Issuers(1_448_410.0, 1)
OF_EACH = {next(lever for lever in LEVERS.values() if lever.unit.startswith(begin)) for begin in UNITS}
EVERY = [pytest.param(lever, id=name) for name, lever in LEVERS.items()]


def read(lever: str, words: object, issuers: Issuers = ONE) -> tuple[float, list[str]]:
    problems = Problems()
    return read_strength(words, LEVERS[lever], "key", problems, issuers), [p.text for p in problems.found]


@pytest.mark.parametrize(
    ("lever", "words", "strength"),
    [
        ("research_funding", "+100 %", 1.0),
        ("research_funding", "-20%", -0.2),
        ("research_funding", "x2", 1.0),
        ("research_funding", "2x", 1.0),
        ("research_funding", "X 2", 1.0),
        ("talent_programme", "500 places per year", 500 / 1448.41),
        ("open_access", "+8 %", 0.08),
        ("recruit_income", "+5 %", math.log(1.05)),
        ("student_places", "x2", math.log(2.0)),
        ("joint_programme", "-20 %", math.log(0.8)),
        ("visa_openness", "+20 %", math.log(1.2)),
        ("talent_programme", "500 places a year", 500 / 1448.41),
        ("visa_refusal", "4.1 %", 0.041),
        ("disclosure", "100 %", 1.0),
        ("visa_delay", "6 months", 0.5),
        ("visa_delay", "30 days", 30 / 365.25),
        ("visa_delay", "1.5 years", 1.5),
        ("visa_delay", "1 year", 1.0),
        ("investigations", "0.0019 a year", 0.0019),
        ("investigations", "0.19 % a year", 0.0019),
        ("permanent_posts", "1 % a year", 0.01),
        ("rhetoric", "35 % fearful", -math.log(0.65)),
        ("visa_refusal", 0.3, 0.3),
    ],
)
def test_words_become_the_models_number(lever: str, words: object, strength: float) -> None:
    found, problems = read(lever, words)
    assert not problems and found == pytest.approx(strength, rel=1e-12)


@pytest.mark.parametrize("digits", ["4.1", "0.9", "27", "0.29", "57.3", "14"])
def test_a_share_in_per_cent_is_the_very_number_that_a_decimal_is(digits: str) -> None:
    assert read("visa_refusal", f"{digits} %")[0] == float(f"{digits}e-2")


@pytest.mark.parametrize(
    ("lever", "words", "told"),
    [
        ("visa_refusal", "+4 %", "'+4 %' is no strength of visa_refusal; allowed: 0 to 1 (share refused), or '4 %'"),
        ("visa_refusal", "0.3", "'0.3' is no strength"),
        ("visa_refusal", "4", "'4' is no strength"),
        (
            "visa_refusal",
            "104 %",
            "1.04 is out of range; allowed: 0 to 1 (share refused; null = not in force; '104 %' is",
        ),
        (
            "research_funding",
            "5 %",
            "allowed: -0.9 to 2 (relative change of academic money), or '+5 %', '-20 %', 'x2'",
        ),
        ("research_funding", "1,000 %", "is no strength"),
        ("recruit_income", "-100 %", "'-100 %' leaves nothing, which no logarithm can say"),
        ("visa_delay", "30 d", "or '30 days', '6 months', '1.5 years'"),
        ("rhetoric", "100 % fearful", "is everybody"),
        ("investigations", "1 % a month", "is no strength"),
        ("visa_refusal", "\u0664 %", "is no strength"),
        ("visa_refusal", "", "'' is no strength"),
        ("visa_refusal", True, "true is not a number"),
    ],
)
def test_other_words_are_refused_with_what_is_allowed(lever: str, words: object, told: str) -> None:
    found, problems = read(lever, words)
    assert math.isnan(found) and len(problems) == 1 and told in problems[0]


def test_places_of_several_issuers_must_say_that_they_are_of_all() -> None:
    two = Issuers(2_000_000.0, 2)
    assert read("talent_programme", "500 places a year in all", two) == (0.25, [])
    assert "may mean each of 2 issuers" in read("talent_programme", "500 places a year", two)[1][0]
    assert "issuer is not known" in read("talent_programme", "500 places a year", Issuers())[1][0]


@pytest.mark.parametrize("lever", EVERY)
def test_what_is_said_of_a_strength_can_be_written_and_gives_it_back(lever: Lever) -> None:
    for share, issuers in product((0.001, 0.2, 0.37, 0.5, 0.99), (ONE, Issuers(3e6, 4))):
        strength = lever.lo + share * (lever.hi - lever.lo)
        problems = Problems()
        found = read_strength(in_words(lever, strength, issuers), lever, "key", problems, issuers)
        assert not problems.found, problems.found
        assert found == pytest.approx(strength, rel=0.03, abs=0.001 * (lever.hi - lever.lo))


@pytest.mark.parametrize("lever", EVERY)
def test_every_lever_has_forms_and_its_own_examples_are_read(lever: Lever) -> None:
    examples = [part for n, part in enumerate(forms(lever).split("'")) if n % 2]
    assert examples
    for words in examples:
        assert unit_of(lever).read(words, Issuers(2e6, 1 + words.endswith("in all"))) is not None, words


WORDS = st.one_of(
    st.text(max_size=30),
    st.from_regex(
        r"[+x-]?\d{0,12}\.?\d{0,12} ?(%|days?|months?|places a year( in all)?|a year|% fearful)?", fullmatch=True
    ),
)


@settings(max_examples=400, deadline=None, database=None, derandomize=True)
@given(st.sampled_from(sorted(OF_EACH, key=lambda lever: lever.name)), WORDS)
def test_any_text_is_a_strength_within_bounds_or_one_problem(lever: Lever, words: str) -> None:
    problems = Problems()
    found = read_strength(words, lever, "key", problems, ONE)
    assert (lever.lo <= found <= lever.hi and not problems.found) or (math.isnan(found) and len(problems.found) == 1)


def test_words_are_taken_on_a_command_line_in_files_and_in_sweeps(tmp_path: object) -> None:
    for override in (
        "policies.us_talent.levers.pay.values.2018-11-01=+5 %",
        "policies.us_talent.levers.pay.values.2018-11-01=+5%",
        "policies.us_talent.levers.pay.values={2018-11-01: +5 %}",
        "policies.us_talent.levers.pay.values={2018-11-01: '+5 %'}",
    ):
        pay = load_config("+scenario=open", override).policies["us_talent"].levers["pay"]
        assert pay.values == {date(2018, 11, 1): pytest.approx(math.log(1.05))}
    with pytest.raises(ConfigError, match=r"command line: .*2018-11-01: '5 %' is no strength of recruit_income"):
        load_config("+scenario=open", "policies.us_talent.levers.pay.values.2018-11-01=5 %")
    spec = small_spec(tmp_path, grid={"policies.door.levers.visa.values.2018-01-01": ["4 %", "8 %"]})  # type: ignore[arg-type]
    arm = Arm(spec, spec.scenarios[0])
    values = {"policies.door.levers.visa.values.2018-01-01": "8 %"}
    assert arm.config(values, "draw 1").policies["door"].levers["visa"].values == {date(2018, 1, 1): 0.08}
