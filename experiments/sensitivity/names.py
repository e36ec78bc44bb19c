"""Parameters of the screening in plain words, and those that it leaves out, with the reason."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "params.careers.exit_funding": "money keeps people in research",
    "params.careers.exit_fear": "the fearful leave research",
    "params.entry.dissimilarity": "deterred entrants choose like hosts",
    "params.entry.retry": "the refused try again",
    "params.entry.prestige": "prestige draws entrants",
    "params.entry.delay": "visa delay deters entrants",
    "params.entry.hostility": "hostility deters entrants",
    "params.mobility.fear_leave": "the fearful move away",
    "params.mobility.tie": "co-authors draw movers",
    "params.mobility.prestige": "prestige draws movers",
    "params.mobility.hostility": "hostility deters movers",
    "params.mobility.delay": "visa delay deters movers",
    "params.mobility.spread": "barred moves are given up",
    "params.mobility.vacancy_slack": "room for more arrivals",
    "params.collaboration.size": "large places draw partners",
    "params.collaboration.trust": "trust draws partners",
    "params.collaboration.tie_memory": "unused ties give way",
    "params.collaboration.openness_personal": "openness is personal",
    "params.collaboration.lost_partner": "a lost partner costs the paper",
    "params.collaboration.replaced_partner": "a replaced partner costs it too",
    "params.collaboration.fear": "the fearful avoid partners",
    "params.collaboration.refill": "refused partners are replaced",
    "params.collaboration.joint_funding": "joint funds bring partners",
    "params.collaboration.fear_nearness_tie": "ties make fear stronger",
    "params.collaboration.fear_exposure_other": "others with the same ties are afraid",
    "params.publication.fear_output": "the fearful write less",
    "params.impact.access": "access to others' knowledge counts",
    "params.impact.reading_floor": "readers abroad need no ties",
    "params.security.leak_rate": "leaks are common",
    "params.security.share_reward": "leaks go by reward",
    "params.security.share_deception": "leaks go by deception",
    "params.security.share_coercion": "leaks go by coercion",
    "params.security.share_theft": "leaks go by theft",
    "params.security.undisclosed": "undisclosed ties are common",
    "params.security.active_years": "ties stay active",
    "params.security.profile_sensitivity": "the profile catches the guilty",
    "params.security.chi": "a case frightens",
    "params.security.fear_decay": "fear fades",
    "params.security.fear_spill": "fear spills over to others",
    "params.security.fear_max": "fear has a high cap",
    "params.security.dual_rate": "second affiliations are taken",
    "params.security.dual_end": "second affiliations end",
    "params.security.concern": "few places are of concern",
    "params.trust.reversion": "trust comes back",
    "params.trust.joint": "joint work builds trust",
    "params.trust.incident": "incidents cost trust",
    "params.trust.ideal_scale": "distant states trust each other",
    "params.trust.ally": "pacts build trust",
    "params.trust.floor": "lowest trust",
    "params.compliance.hour_share": "hours that rules take (all rules)",
    "params.compliance.screening_time": "time a review takes",
    "params.money.government_share": "academies' money is academic",
    "params.money.joint_project": "joint projects are dear",
    "params.money.price_level": "prices follow own income",
    "params.money.floor": "money that stays in grants",
    "effects.disclosure.deception": "disclosure stops deception",
    "effects.disclosure.reward": "disclosure stops reward",
    "effects.disclosure.time": "time disclosure takes",
    "effects.project_screening.sensitivity": "reviews catch deception",
}
FITTED = (  # on which the effect hangs most directly, from half to twice their value
    "params.entry.hostility",
    "params.publication.fear_output",
    "params.collaboration.fear_exposure_other",
    "params.security.chi",
)
_SAME_IN_BOTH = "who is where at which age or stage: the same in both arms"
_CITATIONS = "which papers are cited: none of the outcomes"
_NOT_BOUGHT = "price of what the scenario does not buy"
_NOT_IN_FORCE = "the scenario's investigations go by profile, and its rules have no threshold"
LEFT_OUT: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "careers.exit_early", "careers.exit_established", "careers.exit_senior", "careers.exit_permanent",
            "careers.exit_retirement", "careers.permanent_early", "careers.permanent_established",
            "careers.talent_permanent", "entry.students", "entry.talent_abroad", "mobility.age_established",
            "mobility.age_senior", "mobility.permanent", "mobility.talent", "mobility.prestige_talent",
            "mobility.post_early", "mobility.post_late", "mobility.students", "mobility.fit", "publication.age_early",
            "publication.age_established", "publication.age_senior", "publication.apply_share", "publication.success",
            "publication.students_output", "publication.team_fade", "publication.team_tail",
        ),
        _SAME_IN_BOTH,
    ),
    **dict.fromkeys(
        (
            "impact.talent_mean", "impact.talent_best", "impact.team", "impact.reputation", "impact.ces_exponent",
            "impact.discount", "impact.citations_mean",
        ),
        _CITATIONS,
    ),
    **dict.fromkeys(
        ("money.programme_place", "money.chair", "money.doctoral_place", "money.post", "money.pay"), _NOT_BOUGHT
    ),
    **dict.fromkeys(
        ("security.risk_sensitivity", "security.risk_specificity", "compliance.bunching"), _NOT_IN_FORCE
    ),
    "security.detection": "leaks found: none of the outcomes",
    "feedback": "a choice, not a number",
    "impact.team_quality": "a choice, not a number",
    "security.target_origins": "whom tables are about",
    "paths.draw": "a draw of errors, not an unknown value",
    "paths.spread": "acts on such draws only",
}  # fmt: skip
LEFT_OUT_GROUPS: Mapping[str, str] = {"government": "governments are scripted"}
