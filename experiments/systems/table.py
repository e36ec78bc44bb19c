"""The systems of the model: what defines each, what it moves, where the number comes from, and its tests."""

from __future__ import annotations

from experiments.systems.system import Outcome, Pull, System

STEM = ("life", "physical", "engineering", "computing")
PEOPLE, PROJECTS, SECURITY, PROMOTE, OPENNESS = (
    f"sim/policy/levers/{name}.py" for name in ("people", "projects", "security", "promote", "openness")
)
DOWN = (("params.government.down", (0.01, 0.1)),)
DOWN_PROMOTE = (("params.government.down_promote", (0.02, 0.1)),)
NEUTRAL_BITS = "unit/test_policy_timeline.py::test_lever_changes_its_own_channels_and_nothing_before_its_date"
PULLS = "unit/test_phase_mobility.py::test_promotion_pulls_to_the_place_that_promotes"
ALONE = "statistical/test_systems.py::test_each_lever_alone_moves_its_outcome_as_stated"
TERMS = "statistical/test_mechanisms.py::test_the_term_moves_its_outcome"


def _us(column: str, sign: int) -> Outcome:
    return Outcome(f"place_year.{column}", "USA", sign)


def _lever(
    name: str,
    strength: float,
    file: str,
    mechanism: str,
    outcomes: tuple[Outcome, ...],
    label: str,
    source: str,
    *tests: str,
    title: str = "",
    nearest: tuple[tuple[str, tuple[float, ...]], ...] = (),
    issuer: str = "USA",
    **scope: object,
) -> System:
    """A system that is one lever."""
    pull = Pull(name, strength, tuple(scope.items()))
    words = title or name.replace("_", " ").capitalize()
    return System(words, file, mechanism, outcomes, label, source, tests or (NEUTRAL_BITS,), (pull,), 0, issuer,
                  nearest=nearest)  # fmt: skip


_PROMOTE = (
    _lever("research_funding", 0.1, PROMOTE, "new money: research money a head raises output (lagged), entry, stay",
           (_us("papers_fractional", 1), _us("rd_spending_musd", 1)), "emergent", "F1, P24; strength: assumption",
           "unit/test_phases.py::test_output_follows_budgets_with_a_lag_and_recruits_follow_programmes", TERMS,
           nearest=(("params.publication.funding", (0.0, 0.6)),)),
    _lever("recruit_funding", 0.1, PROMOTE, "money moved from incumbents to recruits",
           (_us("budget_recruits_musd", 1), _us("budget_grants_musd", -1)), "input", "P30 (sign); assumption",
           "unit/test_phases.py::test_output_follows_budgets_with_a_lag_and_recruits_follow_programmes",
           nearest=(("params.publication.funding", (0.0, 0.6)),)),
    _lever("recruit_income", 0.05, PROMOTE, "log net income of recruits pulls movers",
           (_us("new_moves_in", 1), _us("exposed_coercion", 1)), "emergent", "U1, U2", PULLS, TERMS,
           nearest=(("params.mobility.spread", (0.0, 1.0)),)),
    # As many come as are paid for, at any pull: how many is put in.
    _lever("prestige_chairs", 0.05, PROMOTE, "chairs pull the top decile of talent, as far as chairs go",
           (_us("new_moves_in", 1), _us("recruitment_musd", 1)), "input", "U0; assumption",
           NEUTRAL_BITS, PULLS, nearest=(("effects.prestige_chairs.pull", (0.2, 2.0)),)),
    _lever("permanent_posts", 0.01, PROMOTE, "added yearly chance of a post; posts tie down and call",
           (_us("new_exits", -1), _us("new_moves_in", 1)), "emergent", "U3; assumption",
           "unit/test_phases.py::test_posts_offered_raise_the_rate_of_that_place",
           nearest=(("params.careers.exit_permanent", (0.1, 1.0)),)),
    _lever("student_places", 0.1, PROMOTE, "doctoral places for foreigners enter the odds of entry",
           (_us("new_entrants_foreign", 1), _us("exposed_coercion", 1)), "emergent", "F9, P1; assumption",
           "unit/test_phases.py::test_student_places_are_for_foreigners",
           nearest=(("params.entry.dissimilarity", (0.2, 1.0)),)),
    _lever("student_allocation", 0.1, PROMOTE, "students given to recruits by incumbents, which calls movers",
           (_us("new_moves_in", 1), _us("papers_fractional", 1)), "emergent", "P30; assumption", PULLS, TERMS,
           nearest=(("params.mobility.spread", (0.0, 1.0)),)),
    _lever("talent_programme", 0.36, PROMOTE, "programme calls people abroad home (or named origins) up to its places",
           (_us("new_moves_in", 1), _us("recruitment_musd", 1)), "input", "S2, P30",
           "unit/test_policy_timeline.py::test_talent_programme_calls_its_own_diaspora_unless_others_are_named", PULLS,
           nearest=(("effects.talent_programme.pull", (0.2, 3.0)),), origins=("ALL",)),
    _lever("startup_grant", 0.61, PROMOTE, "start-up money from incumbents raises the output of recent recruits",
           (_us("budget_recruits_musd", 1), _us("papers_fractional", -1)), "input", "P30 (sign); assumption",
           "unit/test_phases.py::test_output_follows_budgets_with_a_lag_and_recruits_follow_programmes"),
    _lever("visa_openness", 0.2, PROMOTE, "easier visas enter the odds of entry and moves",
           (_us("new_entrants_foreign", 1), _us("exposed_coercion", 1)), "emergent", "P29 (sign); assumption", PULLS,
           nearest=(("params.entry.dissimilarity", (0.2, 1.0)),)),
    _lever("joint_programme", 0.1, PROMOTE, "association raises the weight of partners on both sides",
           (_us("papers_international", 1), _us("exposed_deception", 1)), "emergent", "C6, C9 (signs)",
           "unit/test_policy_timeline.py::test_joint_programme_serves_both_sides", TERMS,
           nearest=(("params.collaboration.repeat", (0.0, 0.9)),)),
)  # fmt: skip

_VISAS = (
    _lever("visa_refusal", 0.16, PEOPLE, "refused entrants and movers choose again: home or another host",
           (_us("new_entrants_foreign", -1), _us("papers_fractional", -1)), "emergent", "P17, P19",
           "unit/test_phases.py::test_entry_is_changed_for_one_origin_at_one_host",
           "invariants/test_frozen.py::test_visa_rules_of_one_place_divert_only_foreigners_and_few",
           nearest=(("params.entry.dissimilarity", (0.2, 1.0)),), origins=("CHN",), fields=STEM),
    _lever("visa_delay", 0.25, PEOPLE, "years of waiting count against a host",
           (_us("new_entrants_foreign", -1), _us("papers_fractional", -1)), "emergent", "P19", PULLS, TERMS,
           nearest=(("params.entry.dissimilarity", (0.2, 1.0)),), origins=("CHN",)),
    _lever("exit_restriction", 0.2, PEOPLE, "moves out of the issuer's place are stopped",
           (Outcome("place_year.new_moves_out", "CHN", -1), Outcome("place_year.papers_international", "CHN", -1)),
           "input", "assumption", "unit/test_phase_mobility.py::test_a_ban_on_leaving_holds_people_where_it_is",
           issuer="CHN"),
)  # fmt: skip

_PROFILE = Pull("investigations", 0.0033, (("origins", ("CHN",)),))

_ENFORCEMENT = (
    _lever("investigations", 0.0033, PEOPLE, "cases aimed by risk deter leaks; the investigated may lose their job",
           (_us("share_protected", 1), _us("new_exits", 1)), "input", "P13-P16; deterrence: assumption",
           "unit/test_policy_timeline.py::test_only_cases_aimed_by_risk_deter",
           nearest=(("effects.investigations.deterrence", (0.0, 0.5)),), origins=("CHN",)),
    System("Precision of enforcement", PEOPLE, "what goes by profile finds less, and frightens an origin",
           (_us("fear_target_mean", 1), _us("share_protected", -1)), "fitted", "S3, P13; chi fitted to P8, P16",
           ("unit/test_policy_timeline.py::test_precision_is_weighted_by_cases_and_belongs_to_its_policy",
            "unit/test_enforcement.py::test_a_crackdown_frightens_some_forty_for_each_investigated"),
           (_PROFILE, Pull("enforcement_precision", 0.0)), 1,
           nearest=(("params.security.chi", (0.0, 1000.0)),)),
    _lever("rhetoric", 0.3, PEOPLE, "perceived hostility deters entrants and movers, drives people and partners off",
           (_us("new_entrants_foreign", -1), _us("papers_international", -1)), "fitted",
           "P1 (fitted: entry.hostility), P8, P9", TERMS, ALONE,
           nearest=(("params.entry.hostility", (0.0, 4.0)),), origins=("CHN",)),
    _lever("programme_ban", 0.8, PEOPLE, "second affiliations end, and with them leaks by reward",
           (_us("leaks_reward", -1), _us("papers_fractional", -1)), "input", "S2, P15",
           "unit/test_phases.py::test_a_ban_on_second_affiliations_binds_people_who_work_there"),
)  # fmt: skip


def _element(name: str, way: str, mechanism: str, source: str, strength: float = 1.0, place: bool = False) -> System:
    scope: dict[str, object] = {} if place else {"institution_threshold_musd": 50}
    cost = ("compliance_researcher_years",) if place else ("compliance_musd", "compliance_researcher_years")
    outcomes = (_us(f"leaks_{way}", -1), *(_us(column, 1) for column in cost), _us("papers_fractional", -1))
    tests = ("unit/test_phases.py::test_protection_is_the_mean_over_researchers_of_place_and_institutions",
             "unit/test_compliance.py::test_a_fixed_part_makes_the_cost_regressive", NEUTRAL_BITS)  # fmt: skip
    return _lever(name, strength, SECURITY, mechanism, outcomes, "input", source, *tests, **scope)


_PROGRAMMES = (
    _element("disclosure", "deception", "ties are stated with every application: deception and reward fall", "S5, S6"),
    _element("cybersecurity", "theft", "OSTP element 1: theft from networks falls", "S6; share: assumption"),
    _element("travel_security", "coercion", "OSTP element 2: travel is prepared", "S6; share: assumption"),
    _element("security_training", "coercion", "OSTP element 3: less is given away", "S6; share: assumption"),
    _element("export_training", "deception", "OSTP element 4: staff decide on exports", "S6; share: assumption"),
    _element("self_assessment", "theft", "checklist: institutions judge their own risks", "S9; share: assumption", 0.8,
             place=True),
    _element("awareness", "coercion", "outreach and advice to everyone", "S8; share: assumption", place=True),
)  # fmt: skip

_SENSITIVE_TOGETHER = Outcome("field_year.papers_international_sensitive", "USA", -1)
_SENSITIVE = (("sensitivity", ("sensitive",)),)

_PROJECTS = (
    _lever("project_screening", 0.6, PROJECTS, "screened projects deceive less, and cost their leads time",
           (_us("leaks_deception", -1), _us("papers_fractional", -1)), "input", "P20, S7; share: assumption",
           NEUTRAL_BITS, TERMS, partners=("CHN", "RUS"), sensitivity=("sensitive",)),
    System("Refusal of screened projects", PROJECTS, "screened projects lose their partner, or are refilled",
           (_SENSITIVE_TOGETHER, _us("exposed_deception", -1)), "emergent", "P19",
           ("unit/test_policy_timeline.py::test_refused_share_of_screened_projects",
            "unit/test_phases.py::test_rules_of_either_side_bind_both"),
           (Pull("project_screening", 1.0, (("partners", ("CHN", "RUS")), *_SENSITIVE)),
            Pull("screening_refusal", 0.2)),
           1, nearest=(("params.collaboration.refill", (0.0, 1.0)),)),
    _lever("partner_ban", 0.3, PROJECTS, "slots with the named partners are refused, and refilled with probability rho",
           (_SENSITIVE_TOGETHER, _us("exposed_deception", -1)), "emergent", "S8, P33",
           "unit/test_phases.py::test_rules_of_either_side_bind_both",
           nearest=(("params.collaboration.refill", (0.0, 1.0)),), partners=("CHN",), sensitivity=("sensitive",)),
    _lever("outflow_restriction", 0.3, PROJECTS, "others reach less of the issuer's knowledge; theft falls",
           (Outcome("place_year.leaks_theft", "CHN", -1), Outcome("place_year.papers_fractional", "CHN", -1)),
           "input", "S10 (dates); strength: assumption",
           "unit/test_phases.py::test_openness_bounds_what_others_reach_of_ones_knowledge", issuer="CHN"),
    _lever("open_access", 0.25, OPENNESS,
           "depositing takes time; reach counts against the world's mean, so open to all gains nobody",
           (_us("papers_fractional", -1),), "input",
           "P28 (sign); strength: assumption",
           "unit/test_policy_scenarios.py::test_open_access_widens_reach_and_outflow_restriction_narrows_it"),
    _lever("military_direction", 0.2, PROJECTS, "open basic research becomes sensitive",
           (Outcome("field_year.papers_sensitive", "CHN", 1), Outcome("place_year.exposed_theft", "CHN", 1)), "input",
           "assumption", NEUTRAL_BITS, issuer="CHN"),
    _lever("alliance_condition", 0.5, PROJECTS, "joint sensitive projects only with partners that meet the standard",
           (_SENSITIVE_TOGETHER, _us("exposed_deception", -1)), "emergent",
           "S6; strength: assumption",
           "unit/test_policy_timeline.py::test_alliance_condition_bites_where_the_partner_protects_less_than_the_standard",
           nearest=(("params.collaboration.refill", (0.0, 1.0)),), partners=("G7",)),
)  # fmt: skip


def _term(
    name: str,
    file: str,
    mechanism: str,
    outcomes: tuple[Outcome, ...],
    label: str,
    source: str,
    scenario: str,
    *neutral: tuple[str, float],
    mode: str = "scripted",
    tests: tuple[str, ...] = (TERMS,),
    nearest: tuple[tuple[str, tuple[float, ...]], ...] = (),
) -> System:
    """A system that is a mechanism, not a lever: default against neutral."""
    return System(name, file, mechanism, outcomes, label, source, tests, neutral=neutral, scenario=scenario, mode=mode,
                  nearest=nearest)  # fmt: skip


_MECHANISMS = (
    _term("Fear from cases", "sim/engines/fear.py", "cases that find nothing frighten those like the person; it decays",
          (_us("fear_target_mean", 1), _us("new_entrants_foreign", -1), _us("papers_international", -1)), "fitted",
          "P8, P16", "restrictive", ("params.security.chi", 0.0),
          tests=(TERMS, "unit/test_enforcement.py::test_fear_dies_out_without_cases_over_the_whole_sweep")),
    _term("Spill-over of fear", "sim/engines/fear.py", "others of the place hear of it",
          (_us("fear_mean", 1),), "input", "P9; swept", "restrictive", ("params.security.fear_spill", 0.0)),
    _term("Fear and collaboration", "sim/engines/teams.py", "the fearful avoid partners they fear for",
          (_us("papers_international", -1), _us("exposed_deception", -1)), "input", "P9; assumption", "restrictive",
          ("params.collaboration.fear", 0.0)),
    _term("Fear and leaving", "sim/engines/mobility.py", "the fearful move away and leave research",
          (_us("n_researchers", -1),), "input", "P8, M17; assumption", "restrictive",
          ("params.mobility.fear_leave", 0.0), ("params.careers.exit_fear", 0.0)),
    # The crackdown leaves fewer incidents than its baseline has, so that what is left is trusted more.
    _term("Trust and incidents", "sim/engines/trust.py",
          "incidents cost trust, which weighs on partners as far as it departs from the baseline's",
          (Outcome("pair_year.trust", "", -1), Outcome("world_year.papers_international", "", 1)), "input",
          "assumption", "restrictive", ("params.trust.incident", 0.0),
          tests=(TERMS, "unit/test_trust.py::test_joint_work_builds_and_incidents_cost_trust")),
    _term("Time that rules cost", "sim/engines/compliance.py", "researchers' hours for disclosure, training, screening",
          (_us("compliance_researcher_years", 1),), "input", "S5", "restrictive",
          ("params.compliance.hour_share", 0.0),
          tests=(TERMS,
                 "unit/test_compliance.py::test_time_of_place_and_institution_compound_and_never_exceed_the_people")),
    _term("Time that screening costs", "sim/phases/publication.py", "a screened project costs its lead working days",
          (_us("papers_fractional", -1),), "input", "assumption", "restrictive",
          ("params.compliance.screening_time", 0.0)),
    _term("Governments that promote", "sim/agents/governments/council.py",
          "steps of a ladder of packages, each 1 % of academic money",
          (Outcome("place_year.rung_promote", "", 1), Outcome("place_year.recruitment_musd", "", 1)), "input",
          "ADOPTIONS; assumption", "", ("params.government.promote_level", 0.0), mode="reactive", nearest=DOWN_PROMOTE,
          tests=(TERMS, "invariants/test_levers_only.py::test_reactive_governments_decide_and_it_matters")),
    _term("Governments that protect", "sim/agents/governments/council.py",
          "steps from advice over programmes in institutions to screening",
          (Outcome("place_year.rung_protect", "", 1), Outcome("place_year.compliance_musd", "", 1)), "input",
          "assumption", "restrictive", ("params.government.protect_level", 0.0), mode="reactive", nearest=DOWN,
          tests=(TERMS, "invariants/test_levers_only.py::test_decisions_act_through_levers_only")),
    _term("Governments that restrict", "sim/agents/governments/council.py",
          "a step towards one place of concern, drawn by threat and by who restricts whom",
          (Outcome("place_year.n_restricted", "", 1),), "input", "assumption", "restrictive",
          ("params.government.restrict_level", 0.0), mode="reactive", nearest=DOWN,
          tests=("unit/test_governments.py::test_whom_it_restricts_is_drawn_by_weights",)),
    _term("Allies follow", "sim/agents/governments/hazards.py", "allies' protection raises the probability of a step",
          (Outcome("place_year.rung_protect", "", 1),), "input", "assumption", "restrictive",
          ("params.government.beta_allies_protect", 0.0), mode="reactive", nearest=DOWN,
          tests=("unit/test_hazards.py::test_each_signal_presses_as_designed",)),
    _term("Consultation", "sim/agents/governments/government.py",
          "opposition softens packages; what was conceded is recorded",
          (Outcome("decisions.conceded", "", 1),), "input", "assumption", "restrictive",
          ("params.government.softening", 0.0), mode="reactive", nearest=DOWN,
          tests=("unit/test_governments.py::test_opposition_softens_and_the_record_says_so",)),
)  # fmt: skip

SYSTEMS: tuple[System, ...] = (*_PROMOTE, *_VISAS, *_ENFORCEMENT, *_PROGRAMMES, *_PROJECTS, *_MECHANISMS)
