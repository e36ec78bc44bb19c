"""What a government decides meets what a scenario imposes as the stronger of the two, by lever and cell."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pytest

from sim.config.ladders import shipped_ladders
from sim.config.load import load_config
from sim.core.axes import KINDS
from sim.data.places import resolve
from sim.data.tables import load_world_data
from sim.policy.channels import CHANNELS, Channels
from sim.policy.ladder import scope_for
from sim.policy.levers import LEVERS
from sim.policy.schema import Decided, Scope
from sim.policy.timeline import Timeline

DATA = load_world_data("g20")
USA, CHN, RUS, IND = (resolve(DATA, code)[0] for code in ("USA", "CHN", "RUS", "IND"))
ENGINEERING = 3
YEAR = 2022  # all of it after the last step of the policies below


def line(*names: str) -> Timeline:
    cfg = load_config(f"+policy=[{','.join(names)}]", "world=g20") if names else load_config("world=g20")
    return Timeline(cfg.policies, DATA, ladders=cfg.ladder)


def own(place: int, ladder: str, rung: int, target: str | None = None, listed: tuple[str, ...] = ()) -> list[Decided]:
    """What a government on a rung decides; what is bought, at the strength of the ready-made policy."""
    found = []
    for entry in getattr(shipped_ladders(), ladder).up_to(rung):
        scope = scope_for(entry, target, listed)
        assert scope is not None
        found.append(Decided(place, entry.lever, entry.full, scope))
    return found


RESTRICT = own(USA, "restrict", 1, "CHN")
CRACKDOWN = ("us_crackdown_enforcement", "us_crackdown_visas", "us_crackdown_ties")


def test_own_restriction_under_the_crackdown_adds_nothing_twice() -> None:
    """Added up, these were 0.0051 cases, h 0.5, 29 % refusals, 96 % of programmes, half a year and -0.2."""
    alone, both = line(*CRACKDOWN).channels(YEAR), line(*CRACKDOWN).channels(YEAR, RESTRICT)
    assert both.case_rate[USA, CHN] == pytest.approx(0.0033)
    assert both.hostility[USA, CHN] == pytest.approx(0.3)
    assert both.entry_refused[ENGINEERING, CHN, USA] == pytest.approx(0.16)
    assert both.move_refused[ENGINEERING, CHN, USA] == pytest.approx(0.08)
    assert both.dual_banned[USA, CHN] == pytest.approx(0.8)
    assert both.visa_delay[CHN, USA] == pytest.approx(0.25)
    assert both.joint[USA, CHN] == pytest.approx(-0.1)
    assert both.precision[USA, CHN] == 0.0
    changed = {name for name in CHANNELS if not np.array_equal(getattr(alone, name), getattr(both, name))}
    assert changed == {"openness", "protection_place", "burden_place"}, "only knowledge is closed anew"


def test_own_restriction_under_the_initiative_and_letters_is_no_third_kind_of_case() -> None:
    timeline = line("us_china_initiative", "us_nih_letters", "us_proclamation_10043")
    found = timeline.channels(2021, RESTRICT)
    assert found.case_rate[USA, CHN] == pytest.approx(0.0018 + 0.0019), "different cases of imposed policies add up"
    assert found.hostility[USA, CHN] == pytest.approx(0.2)
    assert found.entry_refused[ENGINEERING, CHN, USA] == pytest.approx(0.16), (
        "the own 16 %, not 24 % with the imposed 10"
    )


def test_own_screening_and_screening_by_country_meet_as_the_stronger() -> None:
    screening = own(USA, "protect", 3, listed=("CHN", "RUS"))
    found = line("us_crackdown_ties").channels(YEAR, screening)
    sensitive, open_basic = KINDS.index("sensitive_basic"), KINDS.index("open_basic")
    assert found.screened[sensitive, 0, USA, CHN] == pytest.approx(0.6)  # 0.72 were both at work
    assert found.screened[sensitive, 0, USA, RUS] == pytest.approx(0.6)
    assert found.screened[open_basic, 0, USA, CHN] == pytest.approx(0.3), "what is imposed goes on where nothing own is"
    assert found.friction[sensitive, 0, USA, RUS] == pytest.approx(0.6 * 0.2)
    refused = line("us_crackdown_ties").channels(YEAR).friction[open_basic, 0, USA, CHN]
    assert found.friction[open_basic, 0, USA, CHN] == refused == pytest.approx(0.3 * 0.1)


def test_a_package_that_is_imposed_in_part_is_completed_not_added_to() -> None:
    found = line("us_nspm33").channels(2022, own(USA, "protect", 2))
    alone = line().channels(2022, own(USA, "protect", 2))
    held = DATA.institution_place == USA
    large = held & (np.asarray(DATA.institution_federal_musd) >= 50.0)
    assert np.array_equal(found.cost_share[large], alone.cost_share[large])
    assert (found.cost_share[held & ~large] > alone.cost_share[held & ~large]).all(), "imposed without a threshold"


def test_thresholds_charge_a_rule_once_at_the_stronger_of_own_and_imposed() -> None:
    rules = own(USA, "protect", 2)
    (alone,) = line().thresholds(2028, rules)
    (imposed,) = line("us_ostp_2024").thresholds(2028)
    (both,) = line("us_ostp_2024").thresholds(2028, rules)
    assert 0.0 < imposed.fixed_musd < alone.fixed_musd == pytest.approx(both.fixed_musd)


def test_what_closes_counts_before_what_opens() -> None:
    """A government that opens to all and restricts one place, in whatever order and whoever imposes what."""
    opened, closed = (
        Decided(USA, "joint_programme", 0.1),
        Decided(USA, "joint_programme", -0.1, Scope(partners=("CHN",))),
    )
    for decided in permutations((opened, closed)):
        assert line().channels(YEAR, decided).joint[USA, [CHN, IND]].tolist() == [-0.1, 0.1]
    assert line("us_crackdown_ties").channels(YEAR, [opened]).joint[USA, [CHN, IND]].tolist() == [-0.1, 0.1]
    assert line("us_open_doors").channels(YEAR, [closed]).joint[USA, [CHN, IND]].tolist() == [-0.1, 0.1]


@pytest.mark.parametrize("name", [lever.name for lever in LEVERS.values() if not lever.of])
def test_own_pulls_of_one_lever_count_as_the_largest(name: str) -> None:
    """Of every lever that has a rule of its own: half, all and half of a strength are all of it."""
    lever = LEVERS[name]
    strengths = (lever.hi * 0.25, lever.hi * 0.5, lever.hi * 0.25)
    several = [Decided(USA, name, strength) for strength in strengths]
    assert same(line().channels(YEAR, several), line().channels(YEAR, several[1:2]))


def same(one: Channels, other: Channels) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in CHANNELS)


def test_qualifiers_go_with_the_stronger_cases() -> None:
    def precision(rate: float, share: float) -> float:
        cases = Decided(USA, "investigations", rate, Scope(origins=("CHN",)))
        decided = [cases, Decided(USA, "enforcement_precision", share)]
        return float(line("us_crackdown_enforcement").channels(YEAR, decided).precision[USA, CHN])

    assert precision(0.001, 0.9) == 0.0, "the imposed cases by profile are the stronger"
    assert precision(0.01, 0.9) == pytest.approx(0.9)
    assert precision(0.0033, 0.9) == 0.0, "equally strong: as imposed"


@pytest.mark.parametrize("imposed", [(), CRACKDOWN, ("g7_safeguards", "us_open_doors", "us_nih_letters")])
def test_the_order_of_decisions_is_of_no_matter(imposed: Sequence[str]) -> None:
    decided = [*RESTRICT, *own(USA, "restrict", 1, "RUS"), *own(USA, "protect", 3, listed=("CHN", "RUS"))]
    decided += [*own(USA, "promote", 3), *own(CHN, "restrict", 1, "USA")]
    first = line(*imposed).channels(YEAR, decided)
    shuffled = [decided[i] for i in np.random.default_rng(0).permutation(len(decided))]
    assert same(first, line(*imposed).channels(YEAR, shuffled))
    assert same(first, line(*imposed).channels(YEAR, decided[::-1]))


def test_strengths_are_the_same_whichever_way_a_year_was_reached() -> None:
    """The incremental arrays of a timeline that saw other decisions before are those of a fresh one."""
    used = line(*CRACKDOWN)
    for decided in (RESTRICT, own(USA, "promote", 3), [], RESTRICT):
        assert same(used.channels(YEAR, decided), line(*CRACKDOWN).channels(YEAR, decided))
