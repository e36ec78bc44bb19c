"""Every recorded column, declared once: what its file, its type, ``docs/outcomes.md`` and the lists are made from.

Counts are of real persons, papers and cases. A column that is not declared here is not recorded, but an error.
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.record.constituency_columns import CONSTITUENCY_YEAR
from sim.record.decisions_table import DECISIONS, RUNGS
from sim.record.declaration import NAMED, PLACE, Column, Table
from sim.record.panel_table import PANEL
from sim.record.security_columns import BY_WAY, CASES, EXPOSURE_YEAR
from sim.record.shared_columns import (
    BUDGET,
    COSTS,
    FIELD,
    HERE,
    ORIGIN,
    PAIR,
    STAGE,
    TOP,
    TOP10,
    TOP_BASE,
    YEAR,
    papers_column,
)

DETERRED = "expected to enter here without policy, but enter with it"
LAMBDAS = {  # ends of names of columns: lambda of groups of the run, and both ends of its sampling interval
    "": "",
    "_lambda_low": "; with lambda of groups at the low end of its 90 % sampling interval",
    "_lambda_high": "; with lambda of groups at the high end of its 90 % sampling interval, at most 1",
}
DETERRED_WORLD = tuple(
    Column(
        f"deterred_to_{where}{end}",
        "persons",
        "amount",
        f"expected to enter abroad without policy, but enter with it {meaning}{at}",
    )
    for end, at in LAMBDAS.items()
    for where, meaning in (("home", "at home"), ("like", "at a host of the same group"), ("other", "elsewhere"))
)
PLACE_YEAR = Table(
    "place_year",
    "a place and year",
    "the place; exposure and leaks to the place whose knowledge it is",
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
        Column("new_returns", "persons", "count", "moved here, back to their origin"),
        papers_column("papers_whole", "papers with an author here"),
        papers_column("papers_fractional", "papers by their authors' shares", "fractional"),
        papers_column("papers_international", "papers with authors here and in another country"),
        papers_column("top1_whole", TOP),
        papers_column("top1_fractional", TOP, "fractional"),
        papers_column("top10_whole", TOP10),
        papers_column("top10_fractional", TOP10, "fractional"),
        papers_column("top1_at_baseline_threshold", TOP_BASE),
        Column("impact_mean", "z", "mean", "impact z of its papers, not normalised, whole counting"),
        Column("impact_sum", "z", "amount", "sum of impact z over papers, whole counting"),
        Column(
            "share_top_cited_international", "0-1", "share", "share of top-1 % papers with authors in another country"
        ),
        Column("applications", "applications", "count", "applications for project funding"),
        Column("applications_funded", "applications", "count", "applications that were funded"),
        Column(
            "share_projects_international", "0-1", "share", "of projects that led to a paper, with a co-author abroad"
        ),
        *BY_WAY,
        Column(
            "share_protected",
            "0-1",
            "share",
            "of what could still leak from its sensitive projects, that protection stops",
        ),
        *CASES,
        Column("fear_mean", "0-1", "mean", "mean fear of researchers, as a share of its maximum"),
        Column("fear_target_mean", "0-1", "mean", "mean fear of the origins in params.security.target_origins"),
        *COSTS,
        Column("rd_spending_musd", "million $", "amount", "research and development, firms' included"),
        Column(
            "recruitment_musd",
            "million $",
            "amount",
            "spent on promotion: recruits, joint, pay, posts and students",
            type="double",
        ),
        papers_column("papers_international_fractional", "international papers by their authors' shares", "fractional"),
        papers_column("top1_fractional_at_baseline_threshold", TOP_BASE, "fractional"),
        Column("citations", "citations", "amount", "citations its papers are expected to draw", "whole"),
        Column(
            "citations_international",
            "citations",
            "amount",
            "citations its international papers are expected to draw",
            "whole",
        ),
        Column("authors_per_paper_mean", "authors", "mean", "authors of its papers, abroad or not"),
        Column("countries_per_international_paper", "countries", "mean", "countries of its international papers"),
        Column("slots_refused_by_rule", "slots", "count", "partners of leads here that rules refused"),
        Column("slots_refused_by_fear", "slots", "count", "partners of leads here refused for fear"),
        papers_column("papers_lost_rule", "not completed because rules refused partners", "shared"),
        papers_column("papers_lost_fear", "not completed because partners were refused out of fear", "shared"),
        *BUDGET,
        *RUNGS,
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
        Column("new_moves", "persons", "count", "people who moved"),
        Column("new_moves_with_tie_at_destination", "persons", "count", "moved to a place where they had a co-author"),
    ),
)
ENTRY_YEAR = Table(
    "entry_year",
    "a year, origin and place with entrants, or that policy keeps entrants from",
    "the place",
    (
        YEAR,
        ORIGIN,
        HERE,
        Column("new_entrants", "persons", "count", "entered research"),
        Column(
            "waiting",
            "persons",
            "count",
            "refused or delayed here, entered at home, may come next year instead",
        ),
        Column("deterred_to_home", "persons", "amount", f"{DETERRED} at home"),
        Column("deterred_to_like", "persons", "amount", f"{DETERRED} at a host of the same group"),
        Column("deterred_to_other", "persons", "amount", f"{DETERRED} elsewhere"),
    ),
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
    (YEAR, *PAIR, FIELD, papers_column("papers_whole", "papers with authors in both")),
)
CITATION_YEAR = Table(
    "citation_year",
    "a year and two places with citations",
    "the pair",
    (
        YEAR,
        Column("citing_place", "ISO3", PLACE, "place of the citing papers"),
        Column("cited_place", "ISO3", PLACE, "place of the cited papers"),
        Column("citations", "citations", "amount", "citations that this year's papers give", rounded=True),
        Column(
            "citations_to_top10", "citations", "amount", "citations to the world's top 10 % of papers", rounded=True
        ),
    ),
)
PAIR_YEAR = Table(
    "pair_year",
    "a year and pair of the 20 largest places, or with friction or hostility",
    "the pair",
    (
        YEAR,
        *PAIR,
        Column("trust", "0-1", "mean", "trust of a in b"),
        Column(
            "friction",
            "0-1",
            "share",
            "share of joint work led by one of the two that the rules of either refuse, mean over kinds and fields",
        ),
        Column("hostility", "h", "amount", "hostility that people of one feel in the other, the larger of both"),
    ),
)
FIELD_YEAR = Table(
    "field_year",
    "a place, field and year",
    "the place; leaks to the place whose knowledge it is",
    (
        YEAR,
        Column("place", "ISO3", PLACE, "place that the row is about"),
        FIELD,
        papers_column("papers_whole", "papers with an author here"),
        papers_column("papers_international", "papers with authors here and in another country"),
        papers_column("papers_basic", "papers of basic research"),
        papers_column("papers_sensitive", "papers of sensitive projects"),
        papers_column("papers_international_sensitive", "both international and sensitive"),
        papers_column("top1_whole", TOP),
        Column("leaks", "project-years", "amount", "leaks of all ways, if leak_rate is right"),
    ),
)
INSTITUTION_YEAR = Table(
    "institution_year",
    "a year, place and size class of institutions; and a year and institution of the United States",
    "the institutions",
    (
        YEAR,
        Column(
            "size_class",
            "name",
            "size class",
            "size by federal research money: below 15, below 50, below 250 M$ a year, or more",
        ),
        Column("n_institutions", "institutions", "count", "institutions"),
        Column("federal_musd", "million $", "amount", "federal research money offered"),
        Column("covered", "institutions", "count", "institutions to which the rules in force apply"),
        *COSTS,
        papers_column("papers_whole", "papers by the institution of the lead author"),
        Column("place", "ISO3", PLACE, "place of the institutions", extra=True),
        Column("institution", "index", "identity", "institution, null in rows of a class", extra=True),
        Column("federal_mean_musd", "million $", "amount", "mean over the three years before", extra=True),
        Column(
            "declined_musd", "million $", "amount", "money given up to stay below a threshold of the rules", extra=True
        ),
    ),
    by=("place", "size_class", "institution"),
)
WORLD_YEAR = Table(
    "world_year",
    "a year",
    "the world",
    (
        YEAR,
        Column("n_researchers", "persons", "count", "researchers at the end of the year"),
        papers_column("papers", "papers, each once"),
        papers_column("papers_international", "papers with authors in two countries or more, each once"),
        Column("authors_per_paper_mean", "authors", "mean", "authors of a paper"),
        Column("countries_per_international_paper", "countries", "mean", "countries of an international paper"),
        Column("new_moves", "persons", "count", "moved between places"),
        Column("compliance_musd", "million $", "amount", "spent on complying with rules"),
        Column("impact_sum", "z", "amount", "impact of all papers, each once, not normalised"),
        *DETERRED_WORLD,
    ),
    precise=True,
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
        INSTITUTION_YEAR, CONSTITUENCY_YEAR, EXPOSURE_YEAR, WORLD_YEAR, PANEL, DECISIONS, EXIT_YEAR,
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
