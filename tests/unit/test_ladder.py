"""Ladders: what the shipped ones hold, how they are read, and which rungs ready-made policies put places on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from sim.config.folders import config_root, options
from sim.config.key import run_key
from sim.config.ladders import shipped_ladders
from sim.config.load import load_config
from sim.config.schema import Config
from sim.core.read import ConfigError
from sim.data.tables import load_world_data
from sim.pages.ladders import WITHOUT
from sim.pages.scenarios import shipped_policies
from sim.policy.ladder import LADDERS, LIST, TARGET, Entry, scope_for
from sim.policy.levers import LEVERS
from sim.policy.rungs import Rungs
from sim.policy.schema import PLACES, LeverUse, Policy, Scope
from sim.policy.timeline import Timeline

DATA = load_world_data()
USA, CHN, RUS, JPN, GBR, DEU, BRA = (DATA.iso3.index(code) for code in "USA CHN RUS JPN GBR DEU BRA".split())


def rungs(year: int, *overrides: str) -> Rungs:
    cfg = load_config(*overrides)
    return Timeline(cfg.policies, DATA, ladders=cfg.ladder).rungs(year)


def targets(found: Rungs, place: int) -> list[int]:
    return np.flatnonzero(found.restrict[place]).tolist()


def messages(*overrides: str) -> list[str]:
    with pytest.raises(ConfigError) as error:
        load_config(*overrides)
    return error.value.messages


def test_three_ladders_of_three_one_and_three_rungs() -> None:
    ladders = shipped_ladders()
    assert [len(getattr(ladders, name).rungs) for name in LADDERS] == [3, 1, 3]
    assert {entry.lever for entry in ladders.restrict.up_to(1)} & {"project_screening", "screening_refusal"} == set()
    assert len(ladders.protect.up_to(2)) == 7 and not ladders.protect.up_to(0)


@pytest.mark.parametrize("ladder", LADDERS)
def test_strengths_are_the_last_ones_of_ready_made_policies(ladder: str) -> None:
    """Every strength, and every one that imposed policies are compared with, is one that a shipped policy ends at."""
    made: dict[str, set[float]] = {}
    for policy in shipped_policies().values():
        for use in policy.levers.values():
            made.setdefault(use.lever, set()).add([v for v in use.values.values() if v is not None][-1])
    rungs_ = getattr(shipped_ladders(), ladder).rungs
    for entry in (entry for rung in rungs_ for entry in rung.entries.values()):
        assert entry.full in made[entry.lever], entry


def test_what_is_bought_has_a_price_and_shares_make_a_whole() -> None:
    for rung in shipped_ladders().promote.rungs:
        bought = [entry for entry in rung.entries.values() if entry.money is not None]
        assert sum(entry.money or 0.0 for entry in bought) == 1.0
        assert all(LEVERS[entry.lever].price and entry.strength is None for entry in bought)
    free = [e.lever for e in shipped_ladders().promote.up_to(3) if e.money is None]
    assert free == ["visa_openness"]


def test_words_stand_for_the_places_of_a_government() -> None:
    ladders = shipped_ladders()
    for entry in ladders.restrict.up_to(1):
        scope = scope_for(entry, "CHN", ())
        named = [getattr(scope, name) for name in PLACES if getattr(scope, name)]
        assert named == ([] if LEVERS[entry.lever].of else [("CHN",)])
    screening = ladders.protect.rungs[2].entries["sensitive_projects"]
    found = scope_for(screening, None, ("CHN", "RUS"))
    assert found == replace(screening.scope, partners=("CHN", "RUS"))
    assert scope_for(screening, None, ()) is None, "who has nobody on its list screens nobody"
    assert scope_for(ladders.restrict.rungs[0].entries["delay"], None, ("CHN",)) is None
    both = Entry("visa_delay", 0.1, None, Scope(origins=(LIST, TARGET, "IND")), "test")
    assert scope_for(both, "CHN", ("CHN", "RUS")) == Scope(origins=("CHN", "RUS", "IND")), "nobody twice"
    programme = ladders.promote.rungs[0].entries["programme"]
    assert scope_for(programme, None, ()) == programme.scope, "a group is no word for a target"


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("ladder=3", "ladder: 3 is not a mapping"),
        ("ladder.protct.title=x", "ladder.protct: unknown key; did you mean protect?"),
        ("ladder.protect=5", "ladder.protect: 5 is not a mapping"),
        ("ladder.protect.rungs.screning.title=x", "ladder protect has no rung 'screning'; did you mean screening?"),
        ("ladder.protect.rungs.screening.levers.refusls.strength=0.2", "no lever 'refusls'; did you mean refusals?"),
        ("ladder.protect.rungs.screening.levers.refusals.strength=2", "refusals.strength: 2 is out of range"),
        ("ladder.protect.rungs.screening.levers.refusals.strength=2 days", "'2 days' is no strength of"),
        ("ladder.protect.rungs.screening.levers.refusals.money=0.2", "the ladder protect is not bought"),
        ("ladder.promote.rungs.pay.levers.visas.money=0.2", "visa_openness has no price; write strength instead"),
        ("ladder.promote.rungs.pay.levers.pay.money=0.4", "pay.levers: shares of money sum to 0.9; allowed: 1"),
        ("ladder.promote.rungs.pay.levers.pay.money=2", "pay.money: 2 is out of range; allowed: 0 to 1"),
        ("ladder.promote.rungs.pay.levers.pay.strength=0.1", "write either strength, or money"),
        ("~ladder.promote.rungs.pay.levers.pay.shelf", "pay.shelf: is missing"),
        ("~ladder.protect.rungs.advice.levers.advice.strength", "advice.strength: is missing"),
        ("~ladder.protect.rungs.advice.levers.advice.source", "advice.source: is missing"),
        ("~ladder.protect.rungs.advice.title", "advice.title: is missing"),
        ("~ladder.restrict.rungs.closed", "command line: ladder.restrict.rungs: are 0 (none); allowed: 1 rung"),
        ("ladder.restrict=null", "command line: ladder.restrict: is empty; allowed: 1 rung"),
        ("ladder.promote=null", "to switch the ladder off set params.government.promote_level=0"),
        (
            "ladder.protect.rungs.screening=null",
            "command line: ladder.protect.rungs.screening: is empty, and a rung has",
        ),
        ("ladder.protect.rungs.x=1", "command line: ladder.protect.rungs: are 4 (advice, programmes, screening, x)"),
        ("~ladder.restrict.rungs.closed.levers.investigations", "does nothing without lever investigations"),
        ("ladder.restrict.rungs.closed.levers.delay.scope.origins=['{LIST}']", "no place or group '{LIST}'"),
        ("ladder.protect.rungs.screening.levers.refusals.scope={partners: ['{TARGET}']}", "no place or group"),
        ("ladder.restrict.rungs.closed.levers.delay.unit=days", "'days' is not the unit of visa_delay"),
        (
            "ladder.restrict.rungs.more={title: a, levers: {b: {lever: awareness, strength: 1, source: c}}}",
            "are 2 (closed, more); allowed: 1 rung",
        ),
    ],
)
def test_every_mistake_is_told_by_its_key(override: str, said: str) -> None:
    (message,) = messages(override)[:1]
    assert said in message and "ladder" in message


def test_ladders_can_be_changed_on_the_command_line_and_are_part_of_the_key() -> None:
    plain, other = load_config(), load_config("ladder.protect.rungs.screening.levers.refusals.strength=30 %")
    assert plain.ladder == Config().ladder == shipped_ladders()
    assert other.ladder.protect.rungs[2].entries["refusals"].strength == 0.3
    assert run_key(plain, 0, "reactive") != run_key(other, 0, "reactive")
    assert run_key(plain, 0) == run_key(other, 0), "a scripted baseline has nobody on a ladder"
    told = load_config("ladder.protect.title=Other words", "ladder.protect.rungs.advice.levers.advice.source=other")
    assert run_key(plain, 0, "reactive") == run_key(told, 0, "reactive"), "titles and sources change no result"


@pytest.mark.parametrize("name", options("policy", [config_root()]))
def test_every_entry_of_a_policy_names_its_rung_or_is_listed_without(name: str) -> None:
    policy = shipped_policies()[name]
    without = {local for local, use in policy.levers.items() if use.step is None}
    listed = WITHOUT.get(name)
    expected = set(policy.levers) if listed and not listed.entries else set(listed.entries if listed else ())
    assert without == expected
    assert listed is None or listed.why


def test_nothing_is_listed_without_that_does_not_exist() -> None:
    assert WITHOUT.keys() <= shipped_policies().keys()


def test_the_ladder_of_an_entry_fits_what_its_lever_is_for() -> None:
    """What promotes stands on `promote` and what protects on the others; joint work can be opened and closed."""
    uses = [use for policy in shipped_policies().values() for use in policy.levers.values() if use.step]
    for use in uses:
        lever = LEVERS[use.lever]
        closes = any(value is not None and value < lever.neutral for value in use.values.values())
        assert (use.ladder.startswith("promote")) == (lever.aim == "promote" and not closes)


@pytest.mark.parametrize("word", ["protect", "protect 4", "protect 0", "restrict 1", "climb 1", "3"])
def test_labels_are_read_strictly(word: str) -> None:
    (message,) = messages("+policy=us_nspm33", f"policies.us_nspm33.levers.disclosure.ladder='{word}'")
    assert "disclosure.ladder" in message and "allowed: protect 1, protect 2, protect 3, restrict, promote 1" in message


def test_a_ladder_has_three_rungs() -> None:
    more = "ladder.protect.rungs.closed={title: a, levers: {b: {lever: awareness, strength: 1, source: c}}}"
    (message,) = messages(more)
    assert "protect.rungs: are 4 (advice, programmes, screening, closed); allowed: 3" in message


def test_who_refuses_everybody_restricts_everybody() -> None:
    everybody = "policies.us_crackdown_ties.levers.sensitive_projects.scope.partners=[ALL]"
    found = rungs(2022, "+policy=us_crackdown_ties", everybody)
    assert (
        found.restrict[USA].sum() == found.restrict.shape[1] - 1 and found.restrict.sum() == found.restrict[USA].sum()
    )


def test_the_crackdown_restricts_one_place_and_protects_by_its_disclosure() -> None:
    assert targets(rungs(2017, "+scenario=restrictive"), USA) == []
    found = rungs(2022, "+scenario=restrictive")
    assert targets(found, USA) == [CHN]
    assert found.restrict.sum() == 1
    assert found.protect[USA] == 2 and found.protect.sum() == 2 and not found.promote.any()


def test_retaliation_restricts_both_ways_and_no_further() -> None:
    found = rungs(2022, "+scenario=retaliation")
    assert targets(found, USA) == [CHN] and targets(found, CHN) == [USA] and found.restrict.sum() == 2


def test_an_initiative_counts_while_it_lasts() -> None:
    counted = [year for year in range(2017, 2025) if rungs(year, "+policy=us_china_initiative").restrict.any()]
    assert counted == [2020, 2021], "0.0006 cases in 2019 are a third of the package, and 2022 had 53 days of it"


def test_half_of_a_package_counts_and_less_does_not() -> None:
    assert [rungs(year, "+policy=us_nspm33").protect[USA] for year in (2021, 2022, 2025)] == [0, 2, 2]
    assert rungs(2030, "+policy=jpn_checklist").protect[JPN] == 1, "disclosure of 0.3 is less than half of 1"
    assert targets(rungs(2021, "+policy=us_proclamation_10043"), USA) == [CHN], "10 % of 16 %"
    assert rungs(2023, "+policy=gbr_project_screening").protect[GBR] == 3, "30 % of 60 %"


def test_rungs_that_cannot_be_bought_are_compared_with_ready_made_policies() -> None:
    assert [rungs(year, "+policy=chn_talent").promote[CHN] for year in (2018, 2019, 2021, 2022)] == [0, 0, 3, 3]
    assert rungs(2020, "+policy=us_open_doors").promote[USA] == 3
    assert rungs(2027, "+policy=jpn_multilateral").promote[JPN] == 1


def test_only_places_that_are_named_are_restricted() -> None:
    assert not rungs(2025, "+policy=chn_outflow").restrict.any(), "closed to the whole world singles out nobody"
    found = rungs(2025, "+policy=russia_sanctions")
    assert targets(found, DEU) == [RUS] and targets(found, RUS) == []
    assert not found.restrict[BRA].any()


def test_words_and_qualifiers_put_nobody_on_a_rung() -> None:
    start = date(2020, 1, 1)
    uses = {
        "words": LeverUse("rhetoric", {start: 3.0}, "test", Scope(origins=("CHN",)), ladder="restrict"),
        "precision": LeverUse("enforcement_precision", {start: 0.0}, "test", ladder="restrict"),
        "refusals": LeverUse("screening_refusal", {start: 1.0}, "test", ladder="protect 3"),
        "other": LeverUse("exit_restriction", {start: 1.0}, "test", ladder="restrict"),
    }
    found = Timeline({"p": Policy("Test", ("USA",), uses)}, DATA, ladders=shipped_ladders()).rungs(2021)
    assert not found.restrict.any() and not found.protect.any()
