"""The shipped scenarios: sources, dates, and what the evidence says they must look like."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from sim.config.folders import config_root, options
from sim.config.load import load_config
from sim.config.schema import Config
from sim.config.timeline import timeline_of
from sim.core.axes import KINDS
from sim.data.fields import FIELDS
from sim.data.places import group
from sim.data.tables import load_world_data
from sim.pages.scenarios import first_date
from sim.policy.timeline import Timeline
from sim.policy.words import short_title
from sim.running.model import RealModel
from sim.running.plan import make_plan

DOCS = Path(__file__).parent.parent.parent / "docs"
SCENARIOS = sorted(options("scenario", [config_root()]))
POLICIES = sorted(options("policy", [config_root()]))
# Year of the first date, 2018 if not named; those of the history must branch before it.
FIRST = {
    "alliance_condition": 2025, "brexit_2016": 2016, "china_outflow": 2019, "chips_act": 2022, "covid_travel": 2020,
    "g7_principles": 2022, "hostility_2016": 2016, "japan_checklist": 2021, "nspm33": 2021, "open_science": 2021,
    "ostp_2024": 2025, "ostp_draft": 2025, "proclamation_10043": 2020, "project_screening": 2020,
    "russia_sanctions_2022": 2022, "visas_mantis_2002": 2002,
}  # fmt: skip
EVIDENCE = re.compile(r"\b[PS]\d{1,2}[ab]?\b|GAO-\d\d-\d+")
SOURCE = re.compile(r"\b[MPCFSU]\d{1,2}[ab]?\b|GAO-\d\d-\d+|section \d+|assumption")


def timeline(cfg: Config) -> Timeline:
    return timeline_of(cfg, load_world_data(cfg.world))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_number_has_a_source_or_is_called_an_assumption(scenario: str) -> None:
    for policy in load_config(f"+scenario={scenario}").policies.values():
        for name, use in policy.levers.items():
            assert SOURCE.search(use.source), f"{policy.title}: {name}"


@pytest.mark.parametrize("world", ["full", "g20"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_exactly_neutral_before_the_first_date_and_every_lever_bites_after(scenario: str, world: str) -> None:
    cfg = load_config(f"+scenario={scenario}", f"world={world}")
    line = timeline(cfg)
    first = first_date(use for policy in cfg.policies.values() for use in policy.levers.values()).year
    assert line.first_date == first == FIRST.get(scenario, 2018), (
        "first years other than 2018 are listed in FIRST above"
    )
    assert all(line.channels(year).is_neutral() for year in (1980, first - 1))
    assert not line.channels(first).is_neutral()
    assert line.levers_never_read() == []


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_history_branches_before_the_first_date(scenario: str) -> None:
    cfg = load_config(f"+scenario={scenario}")
    first = FIRST.get(scenario, 2018)
    branch = make_plan(cfg, RealModel()).branch
    assert branch == min(2017, first - 1)
    assert (scenario in ("hostility_2016", "visas_mantis_2002", "brexit_2016")) == (first < 2018)


def test_names_of_scenarios_and_policies_differ() -> None:
    assert not set(SCENARIOS) & set(POLICIES)


def test_every_policy_is_part_of_a_scenario_under_its_own_name_or_taken_over_by_others() -> None:
    found = [item for scenario in SCENARIOS for item in load_config(f"+scenario={scenario}").policies.items()]
    assert {name for name, policy in found if not policy.reissued_from} == set(POLICIES)
    assert not {name for name, policy in found if policy.reissued_from} & set(POLICIES)


def strengths_of(name: str, scenario: str) -> dict[str, list[tuple[date, float | None]]]:
    levers = load_config(f"+scenario={scenario}").policies[name].levers
    return {local: list(use.values.items()) for local, use in levers.items()}


def test_allies_are_the_nine_with_a_pact_and_most_researchers_and_follow_to_the_letter() -> None:
    data = load_world_data()
    usa = data.iso3.index("USA")
    order = np.argsort(-data.researchers[-1], kind="stable")
    pacts = [data.iso3[i] for i in order if data.alliance[usa, i] >= 1.0 and not data.is_rest[i] and i != usa]
    assert {data.iso3[i] for i in group(data, "US_ALLIES")} == set(pacts[:9])
    comment = (config_root() / "scenario" / "ally_follows.yaml").read_text(encoding="utf-8").replace("\n#", "")
    for i in group(data, "US_ALLIES"):
        assert data.names[i].removeprefix("South ") in comment
    for part in ("enforcement", "visas", "ties"):
        ours, theirs = (strengths_of(f"{who}_crackdown_{part}", "ally_follows") for who in ("us", "allies"))
        assert ours == theirs == strengths_of(f"us_crackdown_{part}", "restrictive")
    channels = timeline(load_config("+scenario=ally_follows")).channels(2025)
    chn, deu = data.iso3.index("CHN"), data.iso3.index("DEU")
    assert channels.case_rate[deu, chn] == channels.case_rate[usa, chn] > 0.0
    assert np.count_nonzero(channels.case_rate) == 10


def test_china_answers_alike_a_year_later_and_only_against_the_us() -> None:
    data = load_world_data()
    usa, chn = data.iso3.index("USA"), data.iso3.index("CHN")
    line = timeline(load_config("+scenario=retaliation"))
    before, after = line.channels(2018), line.channels(2025)
    assert before.case_rate[chn].max() == 0.0 < before.case_rate[usa, chn]
    assert after.case_rate[chn, usa] == after.case_rate[usa, chn] and np.count_nonzero(after.case_rate[chn]) == 1
    assert after.entry_refused[:, usa, chn].max() == after.entry_refused[:, chn, usa].max() == 0.16
    assert np.flatnonzero(after.dual_banned[usa]).tolist() == [chn] and after.dual_banned[usa, chn] == 0.8
    assert np.flatnonzero(after.dual_banned[chn]).tolist() == [usa] and after.dual_banned[chn, usa] == 0.8
    for part in ("enforcement", "visas", "ties"):
        ours, answer = (
            strengths_of(f"us_crackdown_{part}", "retaliation"),
            strengths_of(f"chn_answer_{part}", "retaliation"),
        )
        assert answer == {
            local: [(day.replace(year=day.year + 1), value) for day, value in steps] for local, steps in ours.items()
        }


def test_compensate_is_restriction_with_recruiting_and_nothing_else() -> None:
    parts = {**load_config("+scenario=restrictive").policies, **load_config("+policy=us_talent").policies}
    assert load_config("+scenario=compensate").policies == parts


def test_japan_returns_with_twice_the_money_and_open_doors() -> None:
    data = load_world_data()
    jpn = data.iso3.index("JPN")
    policy = load_config("+scenario=japan_returns").policies["jpn_returns"]
    assert policy.levers["money"].values == {date(2018, 11, 1): 1.0}
    channels = timeline(load_config("+scenario=japan_returns")).channels(2025)
    assert channels.visa_open[:, jpn].max() > 0 and channels.permanent_offer[jpn] == 0.02
    assert np.exp(channels.student_places[jpn]) == pytest.approx(1.5)


ANALOGUES = (
    "us_china_initiative", "us_nih_letters", "us_hostility_2016", "us_proclamation_10043", "us_visas_mantis",
    "gbr_referendum_2016", "gbr_leaves_eu", "russia_sanctions", "russia_funding", "covid_borders",
    "covid_exit_australia", "covid_long_closures", "chn_talent", "chn_outflow", "chn_military", "us_nspm33",
    "us_ostp_2024", "us_chips_act", "can_project_screening", "gbr_project_screening", "jpn_checklist",
    "jpn_legislation", "jpn_multilateral",
)  # fmt: skip


@pytest.mark.parametrize("name", ANALOGUES)
def test_every_dose_of_a_historical_analogue_is_fitted_sourced_or_assumed_within_a_range(name: str) -> None:
    for local, use in load_config(f"+policy={name}").policies[name].levers.items():
        assert use.dose is not None, local
        assert use.dose.range[0] < use.dose.range[1]
        assert use.dose.kind != "sourced" or EVIDENCE.search(use.source), f"{local}: sourced, but by what?"


def test_the_dose_of_hostility_2016_is_that_of_p1() -> None:
    dose = load_config("+scenario=hostility_2016").policies["us_hostility_2016"].levers["rhetoric"].dose
    assert dose is not None and dose.range == (0.2, 0.43)


def test_what_consultation_conceded_is_a_later_and_weaker_rule_for_the_same_institutions() -> None:
    draft, final = (timeline(load_config(f"+scenario={s}")) for s in ("ostp_draft", "ostp_2024"))
    data = load_world_data()
    covered = (data.institution_federal_musd >= 50) & (data.institution_place == data.iso3.index("USA"))
    for year in (2024, 2026, 2028):
        asked, got = draft.channels(year), final.channels(year)
        assert (asked.cost_fixed_musd[covered] > got.cost_fixed_musd[covered]).all() == (year > 2024)
        assert (asked.protection_institution >= got.protection_institution).all()
        assert not asked.cost_fixed_musd[~covered].any() and not got.cost_fixed_musd[~covered].any()
    in_force = [final.channels(year).cost_share[covered].mean() for year in (2024, 2025, 2026, 2027, 2028)]
    assert in_force[0] == 0.0 and all(a < b for a, b in pairwise(in_force))  # 6 + 6 + 18 months (S6)


def test_as_it_was_takes_the_measures_over_unchanged() -> None:
    whole = load_config("+scenario=as_it_was").policies
    parts = (
        "china_initiative", "nspm33", "chips_act", "ostp_2024", "g7_principles", "proclamation_10043",
        "project_screening", "china_outflow", "open_science", "russia_sanctions_2022", "covid_travel",
    )  # fmt: skip
    for part in parts:
        policies = load_config(f"+scenario={part}").policies
        assert policies == {name: whole[name] for name in policies}


def test_decoupling_takes_one_more_discipline_each_year() -> None:
    data = load_world_data()
    line = timeline(load_config("+scenario=decoupling"))
    usa, chn = data.iso3.index("USA"), data.iso3.index("CHN")
    closed = [
        np.count_nonzero(line.channels(year).friction[KINDS.index("open_basic"), :, usa, chn])
        for year in range(2018, 2026)
    ]
    assert closed == [0, 1, 2, 3, 4, 5, 6, 6]


def test_the_cold_war_norm_leaves_basic_research_alone() -> None:
    friction = timeline(load_config("+scenario=cold_war_norm")).channels(2025).friction
    basic = [k for k, kind in enumerate(KINDS) if kind.endswith("basic")]
    assert not friction[basic].any()
    assert friction[KINDS.index("sensitive_applied")].max() > 0.9


def test_open_access_widens_reach_and_outflow_restriction_narrows_it() -> None:
    data = load_world_data()
    usa, chn = data.iso3.index("USA"), data.iso3.index("CHN")
    wide = timeline(load_config("+scenario=open_science")).channels(2030)
    narrow = timeline(load_config("+scenario=china_outflow")).channels(2030)
    assert wide.openness[chn, usa] == pytest.approx(1.08) and wide.openness[usa, chn] == 1.0
    assert narrow.openness[usa, chn] == pytest.approx(0.8) and narrow.openness[chn, usa] == 1.0
    assert wide.burden_place[usa] > 0.0 and narrow.burden_place[chn] > 0.0


def test_china_initiative_is_repealed_and_the_crackdown_stays() -> None:
    china_initiative, restrictive = (
        timeline(load_config(f"+scenario={s}")) for s in ("china_initiative", "restrictive")
    )
    assert not china_initiative.channels(2022).is_neutral()
    assert all(china_initiative.channels(year).is_neutral() for year in (2023, 2035))
    assert not restrictive.channels(2035).is_neutral()


def test_china_initiative_has_the_rate_of_the_evidence_and_goes_by_profile() -> None:
    data = load_world_data()
    usa, chn = data.iso3.index("USA"), data.iso3.index("CHN")
    line = timeline(load_config("+scenario=china_initiative"))
    years = [line.channels(year) for year in range(2018, 2023)]
    cases = sum(channels.case_rate[usa, chn] for channels in years) * 32_000  # P16: exposed principal investigators
    assert 0.85 * 396 < cases < 1.15 * 396  # P14: 150, P16: 246
    assert all(channels.precision[usa, chn] == 0.0 for channels in years)  # P13, P15
    assert all(np.count_nonzero(channels.case_rate) == 1 for channels in years)


def test_proportionate_screens_two_to_six_percent_of_projects_and_leaves_open_basic_research_alone() -> None:
    data = load_world_data()
    channels = timeline(load_config("+scenario=proportionate")).channels(2025)
    shares = np.zeros((len(KINDS), len(FIELDS)))
    for f, entry in enumerate(FIELDS):
        basic, applied = entry.basic, 1 - entry.basic
        sensitive = (basic * entry.dual_use_basic, applied * entry.dual_use_applied)
        shares[:, f] = entry.share * np.array([basic - sensitive[0], applied - sensitive[1], *sensitive])
    usa = data.iso3.index("USA")
    assert shares.sum() == pytest.approx(1.0)
    assert 0.02 <= (shares * channels.screened[:, :, usa].max(axis=2)).sum() <= 0.06  # S7
    assert not channels.screened[KINDS.index("open_basic")].any()
    assert not channels.friction[KINDS.index("open_basic")].any()
    assert channels.precision[usa, data.iso3.index("CHN")] >= 0.8


def test_open_refuses_nobody() -> None:
    channels = timeline(load_config("+scenario=open")).channels(2025)
    for name in ("entry_refused", "move_refused", "friction", "screened", "case_rate", "hostility", "dual_banned"):
        assert not getattr(channels, name).any()
    assert (channels.visa_open >= 0).all() and channels.visa_open.any()


def test_scenario_with_every_lever_at_neutral_is_the_baseline() -> None:
    good = Path(__file__).parent.parent / "policy_yaml" / "good"
    cfg = load_config("+scenario=neutral", config_dir=str(good))
    line = timeline(cfg)
    assert cfg.policies
    assert line.first_date is None
    assert all(line.channels(year).is_neutral() for year in range(cfg.start, cfg.end + 1, 5))


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Canada: twice the student places", "Canada: twice the student places"),
        ("Canada, Australia and Japan: more posts", "Canada, Australia and Japan: more posts"),
        ("G7: shared rules", "G7: shared rules"),
        ("Open doors of Canada: easier visas", "Open doors of Canada"),
        ("Open doors", "Open doors"),
    ],
)
def test_a_place_is_no_short_title(title: str, short: str) -> None:
    assert short_title(title) == short


def test_short_titles_tell_scenarios_apart_and_fit_into_a_figure() -> None:
    titles = {name: short_title(load_config(f"+scenario={name}").titles[name]) for name in SCENARIOS}
    assert len(set(titles.values())) == len(SCENARIOS)
    assert max(map(len, titles.values())) <= 35
    assert not set(titles.values()) & set(SCENARIOS)
