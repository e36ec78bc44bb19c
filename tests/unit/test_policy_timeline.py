"""Dated policies become the channels of a year: combination, scopes, and nothing at all before their date."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

import numpy as np
import pytest
from policy_small_world import SmallWorld

from sim.core.axes import KINDS, WAYS
from sim.policy.channels import Channels, channel
from sim.policy.levers import LEVERS, Lever
from sim.policy.schema import Decided, LeverUse, Policy, Scope
from sim.policy.timeline import Timeline

USA, CHN, DEU, IND = range(4)
DATA = SmallWorld()
START = date(2020, 1, 1)


def use(lever: str, strength: float | None, when: date = START, **scope: object) -> LeverUse:
    return LeverUse(lever, {when: strength}, "assumption", Scope(**scope))  # type: ignore[arg-type]


def policy(*uses: LeverUse, issuer: tuple[str, ...] = ("USA",)) -> Policy:
    return Policy("Test", issuer, {f"l{i}": item for i, item in enumerate(uses)})


def timeline(*uses: LeverUse, **more: object) -> Timeline:
    return Timeline({"p": policy(*uses)}, DATA, **more)  # type: ignore[arg-type]


def channels(*uses: LeverUse, decided: tuple[Decided, ...] = ()) -> Channels:
    return timeline(*uses).channels(2020, decided)


def changed(found: Channels) -> set[str]:
    neutral = Channels.neutral(len(found.funding), len(found.cost_share))
    return {f.name for f in fields(Channels) if not np.array_equal(getattr(found, f.name), getattr(neutral, f.name))}


def with_base(lever: Lever, strength: float) -> list[LeverUse]:
    """The lever with what it qualifies, if anything."""
    return [use(lever.name, strength), *([use(lever.of, 0.05)] if lever.of else [])]


@pytest.mark.parametrize("lever", LEVERS.values(), ids=LEVERS)
@pytest.mark.parametrize("off", ["neutral", "null"])
def test_neutral_lever_changes_no_bit(lever: Lever, off: str) -> None:
    line = timeline(use(lever.name, lever.neutral if off == "neutral" else None))
    assert line.first_date is None
    assert "policies.p.levers.l0" in line.levers_never_read()
    assert all(line.channels(year).is_neutral() for year in (1980, 2019, 2020, 2035))
    assert line.channels(2020, [Decided(USA, lever.name, lever.neutral)]).is_neutral()


@pytest.mark.parametrize("lever", LEVERS.values(), ids=LEVERS)
def test_lever_changes_its_own_channels_and_nothing_before_its_date(lever: Lever) -> None:
    strength = lever.hi if lever.neutral != lever.hi else lever.lo
    line = timeline(*with_base(lever, strength))
    assert line.channels(2019).is_neutral()
    assert line.first_date == 2020
    base = set(LEVERS[lever.of].channels) if lever.of else set()
    assert changed(line.channels(2020)) - base == set(lever.channels) - base
    assert line.levers_never_read() == []


def test_every_channel_is_reached_by_a_lever() -> None:
    assert {name for lever in LEVERS.values() for name in lever.channels} == {f.name for f in fields(Channels)}


def test_a_lever_on_an_unknown_channel_is_told_where_channels_are() -> None:
    with pytest.raises(
        ValueError, match=r"lever pay: no channel 'fundin'; did you mean funding\? .*policy/channels.py"
    ):
        replace(LEVERS["research_funding"], name="pay", channels=("fundin",))


def test_a_channel_without_unit_or_meaning_is_an_error() -> None:
    for words in (("", "meaning"), ("unit", "")):
        with pytest.raises(ValueError, match="needs a unit and a meaning"):
            channel("P", 0, *words)


def test_strengths_combine_by_the_rule_of_the_lever() -> None:
    twice = channels(use("visa_refusal", 0.1), use("visa_refusal", 0.2))
    assert twice.entry_refused[0, CHN, USA] == pytest.approx(1 - 0.9 * 0.8)
    assert channels(use("research_funding", 0.1), use("research_funding", 0.5)).funding[USA] == pytest.approx(1.65)
    assert channels(use("visa_delay", 0.5), use("visa_delay", 0.25)).visa_delay[CHN, USA] == 0.75
    assert channels(use("visa_delay", 2.0), use("visa_delay", 2.0)).visa_delay[CHN, USA] == 2.0  # bounds of the lever


def test_decided_levers_act_in_their_own_place_and_scope() -> None:
    both = channels(use("visa_refusal", 0.1), decided=(Decided(USA, "visa_refusal", 0.2), Decided(DEU, "rhetoric", 1)))
    assert both.move_refused[2, IND, USA] == 0.2
    assert both.hostility[DEU, CHN] == 1.0
    assert both.hostility[USA, CHN] == 0.0
    alone = Timeline({}, DATA).channels(2020, [Decided(USA, "visa_refusal", 0.2, Scope(origins=("CHN",)))])
    assert alone.entry_refused[0, CHN, USA] == 0.2
    assert alone.entry_refused[0, IND, USA] == 0.0


def test_same_programme_asked_for_twice_is_paid_once() -> None:
    once = channels(use("disclosure", 1.0))
    twice = channels(use("disclosure", 1.0), use("disclosure", 1.0, institution_threshold_musd=50))
    assert np.array_equal(once.cost_fixed_musd, twice.cost_fixed_musd)
    assert np.array_equal(once.protection_institution, twice.protection_institution)


def test_precision_is_weighted_by_cases_and_belongs_to_its_policy() -> None:
    def cases(rate: float, precision: float | None) -> Policy:
        qualifier = [] if precision is None else [use("enforcement_precision", precision)]
        return policy(use("investigations", rate, origins=("CHN",)), *qualifier)

    both = Timeline({"a": cases(0.003, 0.2), "b": cases(0.001, 0.8)}, DATA).channels(2020)
    assert both.precision[USA, CHN] == pytest.approx((0.003 * 0.2 + 0.001 * 0.8) / 0.004)
    assert both.case_rate[USA, CHN] == pytest.approx(0.004)
    assert (both.precision[CHN] == 1.0).all() and both.precision[USA, IND] == 1.0
    unqualified = Timeline({"a": cases(0.003, 0.2), "b": cases(0.001, None)}, DATA).channels(2020)
    assert unqualified.precision[USA, CHN] == pytest.approx((0.003 * 0.2 + 0.001) / 0.004)
    lone = Timeline({"a": policy(use("enforcement_precision", 0.2))}, DATA).channels(2020)
    assert lone.is_neutral()


def test_precision_belongs_to_the_origin_it_was_meant_for() -> None:
    def cases(origin: str, precision: float) -> Policy:
        return policy(use("investigations", 0.002, origins=(origin,)), use("enforcement_precision", precision))

    found = Timeline({"a": cases("CHN", 0.2), "b": cases("IND", 0.8)}, DATA).channels(2020)
    assert found.precision[USA].tolist() == pytest.approx([1.0, 0.2, 1.0, 0.8])


def test_precision_of_a_year_is_that_of_the_days_with_cases() -> None:
    """Precision is neutral at 1 before November, when there were no cases to be precise about."""
    november, repeal = date(2018, 11, 1), date(2022, 2, 23)
    line = timeline(
        LeverUse("investigations", {november: 0.001, date(2018, 12, 1): 0.003, repeal: None}, "assumption"),
        LeverUse("enforcement_precision", {november: 0.2, date(2018, 12, 1): 0.4, repeal: None}, "assumption"),
    )
    precision = [line.channels(year).precision[USA, CHN] for year in (2017, 2018, 2020, 2022, 2023)]
    assert precision == pytest.approx(
        [1.0, (30 * 0.001 * 0.2 + 31 * 0.003 * 0.4) / (30 * 0.001 + 31 * 0.003), 0.4, 0.4, 1.0]
    )


def test_only_cases_aimed_by_risk_deter() -> None:
    def prevented(precision: float) -> float:
        found = channels(use("investigations", 0.001), use("enforcement_precision", precision))
        return float(found.protection_place[WAYS.index("theft"), USA, CHN])

    assert prevented(1.0) == pytest.approx(LEVERS["investigations"].defaults()["deterrence"])
    assert prevented(0.0) == 0.0
    assert 0.0 < prevented(0.3) < prevented(0.9)


def test_refused_share_of_screened_projects() -> None:
    found = channels(
        use("project_screening", 0.5, partners=("CHN",), sensitivity=("sensitive",)), use("screening_refusal", 0.2)
    )
    sensitive = KINDS.index("sensitive_applied")
    assert found.screened[sensitive, 3, USA].tolist() == [0.0, 0.5, 0.0, 0.0]
    assert found.friction[sensitive, 3, USA, CHN] == pytest.approx(0.1)
    assert found.friction[sensitive, 3, USA, DEU] == 0.0
    assert found.friction[KINDS.index("open_basic"), 3, USA, CHN] == 0.0
    assert found.protection_place[WAYS.index("deception"), USA].tolist() == [0.0, pytest.approx(0.25), 0.0, 0.0]
    assert found.protection_place[WAYS.index("theft"), USA, CHN] == 0.0


def test_a_further_policy_refuses_no_less() -> None:
    """Half screened and all of these refused, and half screened and none refused: half is refused, not 3/8."""

    def refused(*policies: Policy) -> float:
        line = Timeline({str(k): given for k, given in enumerate(policies)}, DATA)
        return float(line.channels(2020).friction[0, 0, USA, CHN])

    def screening(share: float, refusal: float | None) -> Policy:
        qualifier = [] if refusal is None else [use("screening_refusal", refusal)]
        return policy(use("project_screening", share, partners=("CHN",)), *qualifier)

    alone, mild, bare = screening(0.5, 1.0), screening(0.5, 0.2), screening(0.5, None)
    assert refused(alone) == refused(alone, bare) == pytest.approx(0.5)
    assert refused(alone, mild) == pytest.approx(1.0 - 0.5 * 0.9)
    assert refused(bare) == 0.0


@pytest.mark.parametrize(
    ("lever", "scope"),
    [("project_screening", "partners"), ("outflow_restriction", "destinations"), ("investigations", "origins")],
)
def test_what_is_aimed_at_one_place_protects_towards_that_place_only(lever: str, scope: str) -> None:
    found = channels(use(lever, 0.001, **{scope: ("IND",)})).protection_place
    assert {tuple(cell) for cell in np.argwhere(found.any(axis=0))} == {(USA, IND)}


def test_help_and_programmes_protect_towards_everybody() -> None:
    assert (channels(use("awareness", 1.0)).protection_place[0, USA] > 0.0).all()


def test_ban_on_second_affiliations_is_for_the_named_partners() -> None:
    found = channels(use("programme_ban", 0.4, partners=("CHN",))).dual_banned
    assert np.argwhere(found).tolist() == [[USA, CHN]]
    assert np.flatnonzero(channels(use("programme_ban", 0.4)).dual_banned[USA]).tolist() == [CHN, DEU, IND]


def test_refusals_bind_the_screening_of_their_own_policy() -> None:
    def screening(partner: str, refused: float) -> Policy:
        return policy(use("project_screening", 0.5, partners=(partner,)), use("screening_refusal", refused))

    friction = Timeline({"a": screening("CHN", 0.2), "b": screening("IND", 0.0)}, DATA).channels(2020).friction
    assert friction[0, 0, USA].tolist() == [0.0, pytest.approx(0.1), 0.0, 0.0]


def test_scopes_narrow_each_axis() -> None:
    visas = channels(use("visa_refusal", 0.1, origins=("CHN",), fields=("engineering",), stages=("early",)))
    assert np.argwhere(visas.entry_refused).tolist() == [[3, CHN, USA]]
    assert not visas.move_refused.any()
    late = channels(use("visa_refusal", 0.1, origins=("CHN",), stages=("senior",)))
    assert not late.entry_refused.any()
    assert late.move_refused[:, CHN, USA].tolist() == [0.1] * 6
    ban = channels(use("partner_ban", 1.0, partners=("CHN",), research_type=("applied",), fields=("computing",)))
    assert {tuple(cell) for cell in np.argwhere(ban.friction)} == {(1, 4, USA, CHN), (3, 4, USA, CHN)}
    closed = channels(use("outflow_restriction", 0.2, destinations=("IND",)))
    assert np.argwhere(closed.openness != 1.0).tolist() == [[IND, USA]]
    covered = channels(use("disclosure", 1.0, institution_threshold_musd=50.0))
    assert np.flatnonzero(covered.cost_fixed_musd).tolist() == [0]


def test_everywhere_means_everyone_but_the_issuer() -> None:
    found = channels(use("rhetoric", 1.0))
    assert found.hostility[USA].tolist() == [0.0, 1.0, 1.0, 1.0]
    named = channels(use("rhetoric", 1.0, origins=("USA", "CHN")))
    assert named.hostility[USA].tolist() == [0.0, 1.0, 0.0, 0.0]


def test_talent_programme_calls_its_own_diaspora_unless_others_are_named() -> None:
    own = channels(use("talent_programme", 0.5))
    assert np.argwhere(own.programme_pull).tolist() == [[USA, USA]]
    assert own.programme_slots.tolist() == [1000.0, 0.0, 0.0, 0.0]  # 0.5 per 1,000 of 2 million
    others = channels(use("talent_programme", 0.5, origins=("CHN", "IND")))
    assert np.argwhere(others.programme_pull).tolist() == [[CHN, USA], [IND, USA]]
    assert others.programme_slots[USA] == 1000.0


def test_joint_programme_serves_both_sides() -> None:
    found = channels(use("joint_programme", 0.2, partners=("DEU",)))
    assert found.joint[USA, DEU] == found.joint[DEU, USA] == 0.2
    assert np.count_nonzero(found.joint) == 2


def test_alliance_condition_bites_where_the_partner_protects_less_than_the_standard() -> None:
    condition = policy(use("alliance_condition", 0.5, partners=("DEU", "IND")))
    careful = policy(use("cybersecurity", 1.0), use("disclosure", 1.0), use("awareness", 1.0), issuer=("DEU",))
    found = Timeline({"a": condition, "b": careful}, DATA).channels(2020)
    assert found.friction[KINDS.index("sensitive_basic"), 0, USA, IND] == 0.5
    assert found.friction[KINDS.index("sensitive_basic"), 0, USA, DEU] == 0.0
    assert not found.friction[: KINDS.index("sensitive_basic")].any()


def test_an_alliances_standard_is_about_the_issuers_threats() -> None:
    """An ally that screens partners in India does not meet a standard that is about China."""
    threat = np.zeros((4, 4))
    threat[USA, CHN] = 1.0
    condition = policy(use("alliance_condition", 0.5, partners=("DEU",)))

    def refused(towards: str) -> float:
        screening = policy(use("outflow_restriction", 1.0, destinations=(towards,)), issuer=("DEU",))
        line = Timeline({"a": condition, "b": screening}, DATA, threat=threat)
        return float(line.channels(2020).friction[KINDS.index("sensitive_basic"), 0, USA, DEU])

    assert refused("IND") == 0.5 > refused("CHN")


def test_order_of_policies_changes_no_bit() -> None:
    a, b = policy(use("visa_refusal", 0.13), use("rhetoric", 0.3)), policy(use("visa_refusal", 0.29))
    one, other = (Timeline(both, DATA).channels(2020) for both in ({"a": a, "b": b}, {"b": b, "a": a}))
    assert all(np.array_equal(getattr(one, f.name), getattr(other, f.name)) for f in fields(Channels))


def test_a_policy_leaves_cells_outside_its_scope_bit_for_bit_as_they_were() -> None:
    first = use("visa_refusal", 0.13, origins=("CHN",))
    one = channels(first).entry_refused
    both = channels(first, use("visa_refusal", 0.29, origins=("IND",))).entry_refused
    assert np.array_equal(one[:, CHN], both[:, CHN])
    assert not np.array_equal(one, both)


def test_effects_are_swept_without_touching_policies() -> None:
    strong = timeline(use("disclosure", 1.0), effects={"disclosure": {"deception": 0.9}}).channels(2020)
    assert strong.protection_institution[WAYS.index("deception"), 0] == 0.9
    assert strong.protection_institution[WAYS.index("reward"), 0] == LEVERS["disclosure"].defaults()["reward"]


def test_levers_that_never_bite_are_named() -> None:
    late = timeline(use("rhetoric", 1.0, when=date(2030, 1, 1)), use("visa_delay", 1.0), end=2025)
    assert late.levers_never_read() == ["policies.p.levers.l0"]
    assert late.first_date == 2020
    nobody = timeline(use("rhetoric", 1.0, origins=("USA",)), use("disclosure", 1.0, institution_threshold_musd=9e9))
    assert nobody.empty_scopes() == ["policies.p.levers.l0", "policies.p.levers.l1"]
    assert nobody.first_date is None
    assert nobody.channels(2020).is_neutral()


def test_several_issuers_each_act_for_themselves() -> None:
    found = Timeline({"p": policy(use("visa_delay", 0.5, origins=("CHN",)), issuer=("USA", "DEU"))}, DATA).channels(
        2020
    )
    assert {tuple(cell) for cell in np.argwhere(found.visa_delay)} == {(CHN, USA), (CHN, DEU)}
