"""Names that users type and that earlier editions had: parameters by key, columns by table, and what replaces them."""

from __future__ import annotations

from collections.abc import Iterable

GONE = {
    "params.impact.home_bias": "now reading_abroad and reading_floor",
    "params.impact.place_best": "now team_quality (best or ces)",
    "params.mobility.income": "incomes of places are in the fitted rates; net_income weighs what policy offers",
    "params.mobility.origin_income": "incomes of origins are in the fitted rates; home_income weighs them at home",
    "params.mobility.freedom_early": "academic freedom is in the fitted rates, and no policy changes it",
    "params.mobility.freedom_late": "academic freedom is in the fitted rates, and no policy changes it",
    "world_year.leaks": "leaks of different victims are not added; now leaks_reward … leaks_theft of place_year",
    "place_year.new_false_cases": "now cases_that_found, of new_cases",
    "place_year.leaks_prevented": "now avoided_by_protection of exposure_year, by way",
    "place_year.leaks_avoided_by_lost_activity": "now avoided_by_lost_work of exposure_year, by way",
    "decisions.lever": "now ladder, target, rung_before and rung_after",
    "decisions.draft": "now p_up and p_down",
    "decisions.before": "now rung_before",
    "decisions.after": "now rung_after",
    "decisions.trigger_value": "now a column for each signal",
    "decisions.unfunded": "now share_affordable",
    **{
        f"params.government.{name}": "governments climb ladders by hazards now: protect_level, beta_… and others"
        for name in (
            "band",
            "relax_factor",
            "smoothing",
            "adaptation",
            "step",
            "wait_years",
            "weight_net_talent",
            "weight_top1_rank",
            "weight_incidents",
            "weight_rivals_growth",
            "weight_ally_standard",
            "alliance_gap",
            "trust_weight",
            "alliance_stake",
        )
    },
    "params.government.promotion_budget": "now promote_cap, a share of academic money",
    "params.government.security_budget": "now protect_cap, a share of academic money",
    "params.government.concern": "now params.security.concern, a threat of 0.05 to 0.2",
    "effects.prestige_chairs.cost_musd": "now params.money.chair, in GDP per head",
    "effects.talent_programme.cost_musd": "now params.money.programme_place, in GDP per head",
    **{
        f"params.security.threat_{name}": "threats are a table now: threat=rivalry, votes, rivals or a CSV file"
        for name in ("democracy_from", "democracy_full", "ideal_from", "ideal_full", "ally", "floor")
    },
}


def gone_columns(names: Iterable[str], table: str = "") -> str:
    """What replaces columns of an earlier edition, in words; nothing if none of the names is one.

    Parameters
    ----------
    table : that they were asked of; any if empty.
    """
    found = {name: text for name in names for path, text in GONE.items() if _is_column(path, name, table)}
    return "; ".join(f"column {name} is gone, {text}" for name, text in found.items())


def _is_column(path: str, name: str, table: str) -> bool:
    where, _, column = path.rpartition(".")
    return column == name and (where == table if table else "." not in where)


def gone(path: str) -> str:
    """``gone, now …; `` for a name of an earlier edition, else nothing."""
    return f"gone, {GONE[path]}; " if path in GONE else ""
