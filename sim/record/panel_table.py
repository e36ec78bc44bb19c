"""The columns of table `panel`."""

from __future__ import annotations

from sim.record.declaration import ANY, PLACE, Column, Table
from sim.record.shared_columns import FIELD, HERE, ORIGIN, STAGE, TOP, YEAR, papers_column

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
        Column("talent", "mean 1", "amount", "constant over life", rounded=True),
        Column("fear", "0-1", "share", "the person's fear, as a share of its maximum", rounded=True),
        papers_column("papers", "papers of the year", type="uint16"),
        papers_column("papers_international", "papers of the person with authors in another country", type="uint16"),
        papers_column("papers_basic", "papers of the person that are basic research", type="uint16"),
        Column("citations", "citations", "amount", "citations that the year's papers draw", rounded=True),
        Column(
            "citations_at_baseline",
            "citations",
            "amount",
            "as drawn from the paired baseline's readers; without one, as citations",
            rounded=True,
        ),
        Column("top1", "papers", "amount", TOP, "whole", rounded=True),
        Column("partner_talent_mean", "mean 1", "mean", "talent of the co-authors", rounded=True),
        Column(
            "frontier_reliance_top1",
            "0-1",
            "share",
            "share of the place's citations that go to the world's top 1 %",
            rounded=True,
        ),
        Column(
            "frontier_reliance_top3",
            "0-1",
            "share",
            "share of the place's citations that go to the world's top 3 %",
            rounded=True,
        ),
        Column("coauthors_moved_abroad", "persons", "count", "recent co-authors who moved elsewhere", type="uint8"),
        Column("dual_affiliation", "yes/no", "flag", "holds a second affiliation elsewhere"),
        Column("moved_to", "ISO3", PLACE, "place the person moved to this year; null: stayed"),
        Column("exited", "yes/no", "flag", "left research this year"),
        Column("exit_reason", "name", "reason", "why; null: stayed"),
        Column(
            f"papers_with_{ANY}", "papers", "count", "papers with authors in a place of panel.partners", "whole", True
        ),
        Column(
            f"citations_with_{ANY}", "citations", "amount", "citations that these papers draw", extra=True, rounded=True
        ),
    ),
    by=("uid",),
)
