"""The columns of table `constituency_year`."""

from __future__ import annotations

from sim.record.declaration import MEMBER, PLACE, Column, Table
from sim.record.shared_columns import YEAR, papers_column

CONSTITUENCY_YEAR = Table(
    "constituency_year",
    "a year, place, kind of constituency and member of it with researchers, papers or exits",
    "people who work in the place; each kind adds up to the place",
    (
        YEAR,
        Column("place", "ISO3", PLACE, "where the people work"),
        Column("kind", "name", "constituency", "what people are told apart by"),
        Column("member", "name", MEMBER, "an origin (ISO3), career stage, size class of institutions or field"),
        Column("n_researchers", "persons", "count", "researchers at the end of the year"),
        papers_column("papers_fractional", "papers by shares of their authors who belong to the member", "fractional"),
        Column("new_exits", "persons", "count", "left research"),
        Column("fear_mean", "0-1", "mean", "mean fear of researchers, as a share of its maximum; null: nobody is left"),
    ),
)
