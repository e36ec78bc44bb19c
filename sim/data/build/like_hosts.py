"""Groups of like hosts: by first language where it is English, else by sub-region; rests each by themselves.

English-speaking hosts outside Asia teach in one language and draw the same students from everywhere, whatever lies
between them; elsewhere hosts are alike that lie near each other (docs/decisions/like-hosts.md).
"""

from __future__ import annotations

import pandas as pd

from sim.data.build.codes import SUBREGION
from sim.data.build.sources import RESTS, Sources

ENGLISH = "english"


def host_groups(sources: Sources, places: list[str]) -> pd.Series:
    """Name of the group of each place, index place: a country's language (CEPII) and sub-region (United Nations)."""
    cepii = sources.table("gravity/cepii_geo_countries.csv").query("cap == 1").drop_duplicates("iso3").set_index("iso3")
    anglophone = cepii.index[(cepii.lang20_1 == "English") & (cepii.continent != "Asia")]
    missing = [place for place in places if place not in RESTS and place not in SUBREGION]
    if missing:
        raise ValueError(f"no sub-region for {missing}: add them to SUBREGIONS")
    return pd.Series(
        {p: p if p in RESTS else ENGLISH if p in anglophone else SUBREGION[p] for p in places}, name="host_group"
    )
