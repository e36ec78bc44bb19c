"""Columns that several tables have, and how counts of papers are declared."""

from __future__ import annotations

from sim.record.declaration import PLACE, Column

YEAR = Column("year", "calendar year", "year", "year in which it happened, or at whose end it was counted")
FIELD = Column("field", "name", "field", "broad field of research")
STAGE = Column("stage", "name", "stage", "career stage")
ORIGIN = Column("origin", "ISO3", PLACE, "where the person grew up")
HERE = Column("place", "ISO3", PLACE, "where the person works")
PAIR = (
    Column("place_a", "ISO3", PLACE, "place of the pair that comes first in the list of places"),
    Column("place_b", "ISO3", PLACE, "the other place"),
)


def papers_column(name: str, meaning: str, counting: str = "whole", **more: str) -> Column:
    """Papers of a year: a count if whole, an amount if shared out or expected."""
    kind = "count" if counting == "whole" and name.startswith("papers") else "amount"
    return Column(name, "papers", kind, meaning, counting, **more)  # type: ignore[arg-type]


TOP = "expected papers in the top 1 % of their field and year"
TOP10 = "expected papers in the top 10 % of their field and year"
TOP_BASE = "expected papers in the top 1 % by readers and threshold of the paired baseline; without one, of the own run"
COSTS = (
    Column("compliance_musd", "million $", "amount", "spent on complying with rules"),
    Column("compliance_researcher_years", "person-years", "amount", "researchers' time spent on complying with rules"),
)
_USES = {
    "public": "academic money: R&D that universities and part of government perform, whoever pays for it (not public "
    "money alone); without new money",
    "new": "added to academic money by policy, negative where it is cut",
    "grants": "left for research grants to everybody: public + new less all other uses",
    "recruits": "research money for recruits alone: programme places, chairs, start-up money",
    "joint": "research money for joint projects with programmes, this side",
    "pay": "pay of recruits above the going rate, never negative",
    "posts": "permanent posts beyond the place's own",
    "students": "doctoral places beyond the place's own",
    "security": "rules: compliance_musd, as far as there is academic money",
}
BUDGET = (
    *(Column(f"budget_{use}_musd", "million $", "amount", meaning, type="double") for use, meaning in _USES.items()),
    Column("share_affordable", "0-1", "share", "of the year's offers that could be paid; 1 if none"),
)
