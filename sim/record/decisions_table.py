"""Table of the decisions of reactive governments."""

from __future__ import annotations

from sim.record.declaration import PLACE, Column, Table
from sim.record.shared_columns import YEAR

_SIGNALS = (
    ("restriction_received", "0-1", "share of its joint work and people that is with places that restrict it, weighed"),
    ("allies_protect", "rungs", "allies' rungs of protect, by their share of its joint papers"),
    ("allies_restrict", "0-1", "share of its joint papers with allies that restrict the same place or put conditions"),
    ("salience", "log", "public cases per 10,000 people tied, own and allies'"),
    ("cost", "% of output", "time, money and papers given to rules since 2017, and the community's opposition"),
    ("talent_account", "sd", "three-year mean against 2015-17, net of the change of others' median"),
    ("recruiting_received", "rungs", "others' rungs of promote, by their share of its joint work and people"),
    (
        "people_available",
        "0-1",
        "people turned away elsewhere who by base shares fall to it, over arrivals from abroad",
    ),
)
RUNGS = (
    Column(
        "rung_protect", "rungs", "identity", "highest rung of protect in force, 0-3: its own, imposed, or that of 2017"
    ),
    Column(
        "rung_promote", "rungs", "identity", "highest rung of promote in force, 0-3: its own, imposed, or that of 2017"
    ),
    Column("n_restricted", "places", "identity", "places that it restricts, by itself or by imposed policy"),
)
DECISIONS = Table(
    "decisions",
    "a step of a reactive government, or an ally's condition that it refuses",
    "the government",
    (
        YEAR,
        Column("place", "ISO3", PLACE, "place whose government decides"),
        Column("ladder", "name", "text", "protect, restrict or promote (docs/ladders.md)"),
        Column("target", "ISO3", "text", "place that is restricted, or no more; empty on other ladders"),
        Column("rung_before", "rungs", "identity", "own rung before; of restrict 0 or 1, towards the target"),
        Column("rung_after", "rungs", "identity", "own rung agreed"),
        *(Column(name, unit, "amount", f"signal: {meaning}") for name, unit, meaning in _SIGNALS),
        Column(
            "trigger",
            "name",
            "text",
            "signal that pressed most for the step up or down; chance: none raised its hazard by a tenth",
        ),
        Column("p_up", "0-1", "share", "probability of a step up of this ladder this year"),
        Column("p_down", "0-1", "share", "probability of a step down"),
        Column("opposition", "0-1", "share", "opposition of the research community to the step"),
        Column("opposed_for", "word", "text", "main ground: time lost to rules, fear, or the draft itself"),
        Column("conceded", "0-1", "share", "share of the package given up in consultation"),
        Column("share_affordable", "0-1", "share", "share of the package that the cap of its ladder let through"),
        Column(
            "cost_musd", "million $", "amount", "yearly cost of the step as taken; null where the model has no price"
        ),
        Column("partner", "ISO3", "text", "ally whose condition it answers; empty: none"),
        Column("answer", "word", "text", "to that condition: adopted, adopted in part, refused; empty: none"),
        Column("effective_year", "calendar year", "year", "when it comes into force", type="int32"),
    ),
    by=(),
)
