"""Every recorded column, declared once: what its file, its type, ``docs/outcomes.md`` and the lists are made from.

Counts are of real persons, papers and cases. A column that is not declared here is not recorded, but an error.
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.record.declaration import ANY, NAMED, PLACE, Column, Table

YEAR = Column("year", "calendar year", "year", "year in which it happened, or at whose end it was counted")
FIELD = Column("field", "name", "field", "broad field of research")
STAGE = Column("stage", "name", "stage", "career stage")
ORIGIN = Column("origin", "ISO3", PLACE, "where the person grew up")
HERE = Column("place", "ISO3", PLACE, "where the person works")
PAIR = (
    Column("place_a", "ISO3", PLACE, "place of the pair that comes first in the list of places"),
    Column("place_b", "ISO3", PLACE, "the other place"),
)


def _papers(name: str, meaning: str, counting: str = "whole", **more: str) -> Column:
    """Papers of a year: a count if whole, an amount if shared out or expected."""
    kind = "count" if counting == "whole" and name.startswith("papers") else "amount"
    return Column(name, "papers", kind, meaning, counting, **more)  # type: ignore[arg-type]


_TOP = "expected papers in the top 1 % of their field and year"
_TOP10 = "expected papers in the top 10 % of their field and year"
_TOP_BASE = "expected papers above the paired baseline's threshold of the top 1 %; null without one"
_COSTS = (
    Column("compliance_musd", "million $", "amount", "spent on complying with rules"),
    Column("compliance_researcher_years", "person-years", "amount", "researchers' time spent on complying with rules"),
)

PLACE_YEAR = Table(
    "place_year",
    "a place and year",
    "the place; leaks to the place they come from",
    (
        YEAR,
        Column("place", "ISO3", PLACE, "place that the row is about"),
        Column("n_researchers", "persons", "count", "researchers at the end of the year"),
        Column("n_foreign_origin", "persons", "count", "researchers here whose origin is another place"),
        Column("new_entrants", "persons", "count", "entered research"),
        Column("new_entrants_foreign", "persons", "count", "entered research here from another origin"),
        Column("new_exits", "persons", "count", "left research"),
        Column("new_moves_in", "persons", "count", "moved here from another place"),
        Column("new_moves_out", "persons", "count", "moved away"),
        Column("new_returns", "persons", "count", "of those who moved here, back to their origin"),
        _papers("papers_whole", "papers with an author here"),
        _papers("papers_fractional", "papers by their authors' shares", "fractional"),
        _papers("papers_international", "papers with authors here and in another country"),
        _papers("top1_whole", _TOP),
        _papers("top1_fractional", _TOP, "fractional"),
        _papers("top10_whole", _TOP10),
        _papers("top10_fractional", _TOP10, "fractional"),
        _papers("top1_at_baseline_threshold", _TOP_BASE),
        Column("impact_mean", "z", "mean", "impact z of its papers, not normalised, whole counting"),
        Column("impact_sum", "z", "amount", "sum of impact z over papers, whole counting"),
        Column(
            "share_top_cited_international", "0-1", "share", "share of top-1 % papers with authors in another country"
        ),
        Column("applications", "applications", "count", "for project funding"),
        Column("applications_funded", "applications", "count", "applications that were funded"),
        Column(
            "share_projects_international", "0-1", "share", "of projects that led to a paper, with a co-author abroad"
        ),
        Column("leaks_reward", "project-years", "amount", "leaked through a team member's second affiliation abroad"),
        Column("leaks_deception", "project-years", "amount", "leaked to a foreign partner who deceived the team"),
        Column(
            "leaks_coercion",
            "project-years",
            "amount",
            "leaked by a team member put under pressure by the state of origin",
        ),
        Column("leaks_theft", "project-years", "amount", "stolen by a foreign partner"),
        Column("leaks_prevented", "project-years", "amount", "would have leaked without the protection in force"),
        Column(
            "leaks_avoided_by_lost_activity",
            "project-years",
            "amount",
            "would have leaked from work with partners that rules or fear stopped",
        ),
        Column("new_cases", "cases", "count", "investigations opened"),
        Column("new_false_cases", "cases", "count", "investigations opened because of origin rather than risk"),
        Column("fear_mean", "0-1", "mean", "mean fear of researchers, as a share of its maximum"),
        Column("fear_target_mean", "0-1", "mean", "mean fear of the origins in params.security.target_origins"),
        *_COSTS,
        Column("rd_spending_musd", "million $", "amount", "research and development, firms' included"),
        Column("recruitment_musd", "million $", "amount", "spent on recruiting researchers"),
        _papers("papers_international_fractional", "international papers by their authors' shares", "fractional"),
        _papers("top1_fractional_at_baseline_threshold", _TOP_BASE, "fractional"),
    ),
)
FLOW_YEAR = Table(
    "flow_year",
    "a year, two places, an origin and a stage with moves",
    "the pair",
    (
        YEAR,
        Column("place_from", "ISO3", PLACE, "place left"),
        Column("place_to", "ISO3", PLACE, "place moved to"),
        ORIGIN,
        STAGE,
        Column("new_moves", "persons", "count", "moved"),
        Column("new_moves_with_tie_at_destination", "persons", "count", "moved to a place where they had a co-author"),
    ),
)
ENTRY_YEAR = Table(
    "entry_year",
    "a year, origin and place with entrants",
    "the place",
    (YEAR, ORIGIN, HERE, Column("new_entrants", "persons", "count", "entered research")),
)
STOCK_YEAR = Table(
    "stock_year",
    "a year, origin, place and stage with researchers",
    "the place",
    (YEAR, ORIGIN, HERE, STAGE, Column("n_researchers", "persons", "count", "researchers at the end of the year")),
)
COPUB_YEAR = Table(
    "copub_year",
    "a year, pair of places and field with joint papers",
    "the pair",
    (YEAR, *PAIR, FIELD, _papers("papers_whole", "papers with authors in both")),
)
CITATION_YEAR = Table(
    "citation_year",
    "a year and two places with citations",
    "the pair",
    (
        YEAR,
        Column("citing_place", "ISO3", PLACE, "place of the citing papers"),
        Column("cited_place", "ISO3", PLACE, "place of the cited papers"),
        Column("citations", "citations", "amount", "given by this year's papers"),
        Column("citations_to_top10", "citations", "amount", "citations to the world's top 10 % of papers"),
    ),
)
PAIR_YEAR = Table(
    "pair_year",
    "a year and pair of the 20 largest places, or with friction or hostility",
    "the pair",
    (
        YEAR,
        *PAIR,
        Column("trust", "0-1", "mean", "of a in b"),
        Column("friction", "0-1", "share", "of joint work refused by the rules of either, mean over kinds and fields"),
        Column("hostility", "h", "amount", "felt by the people of one in the other, the larger of both"),
    ),
)
FIELD_YEAR = Table(
    "field_year",
    "a place, field and year",
    "the place; leaks to the place they come from",
    (
        YEAR,
        Column("place", "ISO3", PLACE, "place that the row is about"),
        FIELD,
        _papers("papers_whole", "papers with an author here"),
        _papers("papers_international", "papers with authors here and in another country"),
        _papers("papers_basic", "papers of basic research"),
        _papers("papers_sensitive", "papers of sensitive projects"),
        _papers("papers_international_sensitive", "both international and sensitive"),
        _papers("top1_whole", _TOP),
        Column("leaks", "project-years", "amount", "leaked, all ways"),
    ),
)
INSTITUTION_YEAR = Table(
    "institution_year",
    "a year, place and size class of institutions; and a year and institution of the United States",
    "the institutions",
    (
        YEAR,
        Column("size_class", "name", "size class", "by federal research money: below 15, 50, 250 M$ a year, above"),
        Column("n_institutions", "institutions", "count", "institutions"),
        Column("federal_musd", "million $", "amount", "federal research money offered"),
        Column("covered", "institutions", "count", "to which the rules in force apply"),
        *_COSTS,
        _papers("papers_whole", "papers by the institution of the lead author"),
        Column("place", "ISO3", PLACE, "place of the institutions", extra=True),
        Column("institution", "index", "identity", "institution, null in rows of a class", extra=True),
        Column("federal_mean_musd", "million $", "amount", "mean over the three years before", extra=True),
        Column("declined_musd", "million $", "amount", "given up to stay below a threshold of the rules", extra=True),
    ),
)
WORLD_YEAR = Table(
    "world_year",
    "a year",
    "the world",
    (
        YEAR,
        Column("n_researchers", "persons", "count", "researchers at the end of the year"),
        _papers("papers", "papers, each once"),
        _papers("papers_international", "papers with authors in two countries or more, each once"),
        Column("authors_per_paper_mean", "authors", "mean", "authors of a paper"),
        Column("new_moves", "persons", "count", "moved between places"),
        Column("leaks", "project-years", "amount", "leaked, summed over places they come from"),
        Column("compliance_musd", "million $", "amount", "spent on complying with rules"),
        Column("impact_sum", "z", "amount", "impact of all papers, each once, not normalised"),
    ),
    precise=True,
)
PANEL = Table(
    "panel",
    "a researcher of a fixed sample and year, from panel.start on",
    "the person",
    (
        Column("uid", "number", "identity", "identity of the person, the same in all years", type="uint64"),
        Column("weight", "persons", "amount", "real persons that the row stands for"),
        YEAR,
        ORIGIN,
        HERE,
        Column("entry_place", "ISO3", PLACE, "where the person entered research"),
        Column("entry_year", "calendar year", "year", "when the person entered research"),
        FIELD,
        Column("institution", "index", "identity", "institution at which the person works"),
        STAGE,
        Column("permanent", "0/1", "flag", "holds a permanent post", type="uint8"),
        Column("talent", "mean 1", "amount", "constant over life"),
        Column("fear", "0-1", "share", "the person's fear, as a share of its maximum"),
        _papers("papers", "papers of the year", type="uint16"),
        _papers("papers_international", "papers of the person with authors in another country", type="uint16"),
        _papers("papers_basic", "papers of the person that are basic research", type="uint16"),
        Column("citations", "citations", "amount", "drawn by the year's papers"),
        Column("top1", "papers", "amount", _TOP, "whole"),
        Column("partner_talent_mean", "mean 1", "mean", "talent of the co-authors"),
        Column("frontier_reliance_top1", "0-1", "share", "of the place's citations, to the world's top 1 %"),
        Column("frontier_reliance_top3", "0-1", "share", "of the place's citations, to the world's top 3 %"),
        Column("coauthors_moved_abroad", "persons", "count", "recent co-authors who moved elsewhere", type="uint8"),
        Column("dual_affiliation", "yes/no", "flag", "holds a second affiliation elsewhere"),
        Column("moved_to", "ISO3", PLACE, "place moved to this year; null: stayed"),
        Column("exited", "yes/no", "flag", "left research this year"),
        Column("exit_reason", "name", "reason", "why; null: stayed"),
        Column(
            f"papers_with_{ANY}", "papers", "count", "papers with authors in a place of panel.partners", "whole", True
        ),
        Column(f"citations_with_{ANY}", "citations", "amount", "drawn by these papers", extra=True),
    ),
)
DECISIONS = Table(
    "decisions",
    "a decision of a reactive government",
    "the government",
    (
        YEAR,
        Column("place", "ISO3", PLACE, "place whose government decides"),
        Column("lever", "name", "text", "lever pulled (docs/levers.md)"),
        Column("draft", "unit of the lever", "amount", "change put to consultation"),
        Column("opposition", "0-1", "share", "of the research community, against it"),
        Column("conceded", "unit of the lever", "amount", "part of the draft given up in consultation"),
        Column("before", "unit of the lever", "amount", "strength in force"),
        Column("after", "unit of the lever", "amount", "strength agreed: before + draft − conceded"),
        Column("trigger", "name", "text", "leading indicator, or ally_demand", extra=True),
        Column(
            "trigger_value",
            "sd",
            "amount",
            "the indicator's deviation; of a demand, its worth (1 = worth it)",
            extra=True,
        ),
        Column("effective_year", "calendar year", "year", "when it comes into force", extra=True, type="int32"),
        Column("partner", "index", "identity", "ally whose demand it answers; 255: none", extra=True),
        Column("answer", "word", "text", "to that demand; empty: none", extra=True),
        Column("unfunded", "unit of the lever", "amount", "cut from the proposal for want of money", extra=True),
    ),
)
EXIT_YEAR = Table(
    "exit_year",
    "a year, origin, place and reason with exits",
    "the place",
    (
        YEAR,
        ORIGIN,
        HERE,
        Column("reason", "name", "reason", "why people left"),
        Column("new_exits", "persons", "count", "left research"),
    ),
)
TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        PLACE_YEAR, FLOW_YEAR, ENTRY_YEAR, STOCK_YEAR, COPUB_YEAR, CITATION_YEAR, PAIR_YEAR, FIELD_YEAR,
        INSTITUTION_YEAR, WORLD_YEAR, PANEL, DECISIONS, EXIT_YEAR,
    )
}  # fmt: skip
COLUMN_NAMES = frozenset(column.name for table in TABLES.values() for column in table.columns)
PLACE_COLUMNS = frozenset(c.name for table in TABLES.values() for c in table.columns if c.kind == PLACE)


def declared(name: str) -> Table:
    """Declaration of a table; `ValueError` if there is none."""
    if name not in TABLES:
        raise ValueError(f"table {name} is not declared; declare it in sim/record/tables.py")
    return TABLES[name]


def sql_type(column: str) -> str:
    """SQL type of a column of this name, for tables that have no file."""
    kinds = {c.kind for table in TABLES.values() for c in table.columns if c.name == column}
    return "VARCHAR" if kinds & {*NAMED, "text"} else "SMALLINT" if column == "year" else "DOUBLE"
