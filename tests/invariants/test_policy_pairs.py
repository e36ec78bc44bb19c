"""Any two scenarios can be in force together, or the error says exactly why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from functools import lru_cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from sim.config.folders import config_root, options
from sim.config.load import load_config
from sim.config.schema import Config
from sim.config.timeline import timeline_of
from sim.core.read import ConfigError
from sim.data.tables import load_world_data
from sim.policy.channels import Channels
from sim.policy.levers import LEVERS

SCENARIOS = sorted(options("scenario", [config_root()]))
YEARS = (2004, 2021, 2030)
# Channels on which strengths of the same lever only ever add to each other: two scenarios are at least the stronger.
RISING = ("entry_refused", "move_refused", "visa_delay", "hostility", "case_rate", "protection_institution",
          "cost_fixed_musd", "screened", "dual_banned", "military")  # fmt: skip


@lru_cache(maxsize=64)
def alone(scenario: str) -> Config:
    return load_config(f"+scenario={scenario}", "world=g20")


@lru_cache(maxsize=256)
def channels_alone(scenario: str, year: int) -> Channels:
    return timeline_of(alone(scenario), load_world_data("g20")).channels(year)


@pytest.mark.parametrize("one", SCENARIOS)
def test_a_scenario_goes_together_with_two_others(one: str) -> None:
    at = SCENARIOS.index(one)
    _check_pairs(one, [(2 * SCENARIOS)[at + step] for step in (1, 7)])


@pytest.mark.full
@pytest.mark.parametrize("one", SCENARIOS)
def test_a_scenario_goes_together_with_every_other(one: str) -> None:
    _check_pairs(one, SCENARIOS[SCENARIOS.index(one) + 1 :])


def _check_pairs(one: str, others: Sequence[str]) -> None:
    data = load_world_data("g20")
    for other in others:
        both = load_config(f"+scenario=[{one},{other}]", "world=g20")
        assert both.policies == {**alone(one).policies, **alone(other).policies}
        assert both.titles == {**alone(one).titles, **alone(other).titles}
        assert both.scenario == f"{one}+{other}"
        line = timeline_of(both, data)
        firsts = [timeline_of(alone(name), data).first_date for name in (one, other)]
        assert line.first_date == min(first for first in firsts if first is not None)
        assert line.levers_never_read() == []
        for year in YEARS:
            _check_channels(line.channels(year), one, other, year)


def _check_channels(both: Channels, one: str, other: str, year: int) -> None:
    parts = channels_alone(one, year), channels_alone(other, year)
    for f in fields(Channels):
        array = getattr(both, f.name)
        assert np.isfinite(array).all()
        if f.name in RISING:
            assert (array >= np.maximum(*(getattr(part, f.name) for part in parts)) - 1e-12).all(), f.name
    for name in ("entry_refused", "move_refused", "friction", "screened", "protection_place", "precision"):
        assert (getattr(both, name) >= 0).all() and (getattr(both, name) <= 1).all(), name


def test_order_of_scenarios_does_not_matter() -> None:
    data = load_world_data("g20")
    for one, other in (("china_initiative", "ostp_2024"), ("as_it_was", "nspm33"), ("decoupling", "china_outflow")):
        lines = [
            timeline_of(load_config(f"+scenario=[{names}]", "world=g20"), data)
            for names in (f"{one},{other}", f"{other},{one}")
        ]
        for year in YEARS:
            for f in fields(Channels):
                arrays = [getattr(line.channels(year), f.name) for line in lines]
                assert np.array_equal(*arrays), f.name


def test_a_policy_that_is_in_both_counts_once() -> None:
    both = load_config("+scenario=[as_it_was,nspm33]")
    assert both.policies == load_config("+scenario=as_it_was").policies


def test_pairs_meet_on_the_same_lever_and_combine_by_its_rule() -> None:
    """The pairs above do not only stand side by side: every kind of combination is met."""
    met = set()
    for one, other in combinations(SCENARIOS, 2):
        pulled = [{use.lever for p in alone(name).policies.values() for use in p.levers.values()}
                  for name in (one, other)]  # fmt: skip
        met |= {LEVERS[name].combine for name in set.intersection(*pulled)}
    assert met == {"add", "compound", "complement", "weighted"}


DEFINES = """\
# @package _global_
{setting}
policies:
  p:
    title: {title}
    issuer: [USA]
    levers:
      it: {{lever: rhetoric, values: {{{date}: 0.1}}, scope: {{origins: [CHN]}}, source: assumption}}
"""
CHANGES = """\
# @package _global_
policies:
  us_talent: {levers: {pay: {values: {2018-11-01: 0.01}}}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> str:
    scenarios = tmp_path / "scenario"
    scenarios.mkdir()
    for name, setting, title, date in (
        ("a", "scale: 1000", "First", "2020-01-01"),
        ("b", "scale: 500", "Second", "2021-01-01"),
        ("c", "seed: 3", "First", "2020-01-01"),
    ):
        words = DEFINES.format(setting=setting, title=title, date=date)
        (scenarios / f"{name}.yaml").write_text(words, encoding="utf-8")
    (scenarios / "cheaper.yaml").write_text(CHANGES, encoding="utf-8")
    return str(tmp_path)


def test_one_name_for_two_policies_and_two_values_of_one_setting_are_told(folder: str) -> None:
    with pytest.raises(ConfigError) as error:
        load_config("+scenario=[a,b]", config_dir=folder)
    assert error.value.messages == [
        "command line: policies.p: is not the same policy in both: title is 'First' in scenario a and 'Second' in "
        "scenario b; rename one",
        "command line: scale: cannot be both 1000 in scenario a and 500 in scenario b; set scale on the command line, "
        "or run the scenarios one after the other (-m)",
    ]


def test_what_the_command_line_settles_is_no_conflict(folder: str) -> None:
    with pytest.raises(ConfigError) as error:
        load_config("+scenario=[a,b]", "scale=100", config_dir=folder)
    assert [message.split(": ")[1] for message in error.value.messages] == ["policies.p"]


def test_the_same_policy_in_two_files_and_the_same_scenario_twice_are_fine(folder: str) -> None:
    cfg = load_config("+scenario=[a,c]", config_dir=folder)
    assert (cfg.scale, cfg.seed, list(cfg.policies)) == (1000, 3, ["p"])
    assert load_config("+scenario=[a,a]", config_dir=folder).policies == cfg.policies


def test_a_scenario_may_change_values_of_one_before_it_but_not_be_undone_by_one_after_it(folder: str) -> None:
    cfg = load_config("+scenario=[open,cheaper]", config_dir=folder)
    assert list(cfg.policies["us_talent"].levers["pay"].values.values()) == [0.01]
    with pytest.raises(ConfigError) as error:
        load_config("+scenario=[cheaper,open]", config_dir=folder)
    assert error.value.messages == [
        "command line: policies.us_talent: is not the same policy in both: levers.pay.values.2018-11-01 is 0.01 in "
        "scenario cheaper and 0.05 in scenario open; rename one"
    ]
