"""Columns of exposure, leaks and cases, and table `exposure_year` (ODD 7.8)."""

from __future__ import annotations

from sim.record.declaration import PLACE, Column, Table
from sim.record.shared_columns import FIELD, YEAR

HOW = {  # what exposes a sensitive project, by way
    "reward": "a member's second affiliation in a threat",
    "deception": "partners in a threat whose ties are undisclosed (expected)",
    "coercion": "a member from a threat with an active tie to it",
    "theft": "a threat's capability, without any tie",
}
BY_WAY = (
    *(
        Column(f"exposed_{way}", "project-years", "amount", f"sensitive project-years exposed through {how}, each once")
        for way, how in HOW.items()
    ),
    *(
        Column(f"leaks_{way}", "project-years", "amount", f"leaked through {how}, if leak_rate is right")
        for way, how in HOW.items()
    ),
    Column("leaks_unprotected", "project-years", "amount", "would leak in all ways without the protection in force"),
)
ACCOUNT = {  # of leaks, by column of exposure_year
    "leaks": "leaked, members in third places included",
    "avoided_by_protection": "would leak without the protection in force",
    "avoided_by_lost_work": "would leak from work that rules or fear stopped",
}
CASES = (
    Column("new_cases", "cases", "count", "investigations opened"),
    Column("cases_that_found", "cases", "count", "investigations that find an undisclosed tie"),
    Column("leaks_found", "cases", "amount", "investigations expected to find somebody who leaks"),
)
EXPOSURE_YEAR = Table(
    "exposure_year",
    "a place, threat to it, field and way, with exposure or leaks",
    "the place whose knowledge it is",
    (
        YEAR,
        Column("place", "ISO3", PLACE, "place whose projects are exposed"),
        Column("threat", "ISO3", PLACE, "place that they are exposed to"),
        FIELD,
        Column("way", "name", "way", "way of influence"),
        Column("exposed", "project-years", "amount", "sensitive project-years exposed, each once a threat and way"),
        Column(
            "protected", "project-years", "amount", "exposed project-years that protection covers, counted in full ones"
        ),
        *(Column(name, "project-years", "amount", f"{what}, if leak_rate is right") for name, what in ACCOUNT.items()),
    ),
)
