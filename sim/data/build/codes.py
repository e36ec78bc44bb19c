"""Codes that the sources lack: ISO 3166-1 numbers of the 60 places and the regions of small areas."""

from __future__ import annotations

# World Bank region -> rest. South Asia joins East Asia, the Middle East and North Africa join Africa,
# so that every rest has enough researchers to be simulated.
REGION_OF_WB = {
    "East Asia & Pacific": "X_AP",
    "South Asia": "X_AP",
    "Europe & Central Asia": "X_EU",
    "Middle East & North Africa": "X_AF",
    "Sub-Saharan Africa": "X_AF",
    "Latin America & Caribbean": "X_AM",
    "North America": "X_AM",
}

# Areas without a World Bank region, by geography (EUE: affiliation "European Union").
REGION_OTHER = {
    **dict.fromkeys("AIA FLK GLP GUF MSR MTQ SPM".split(), "X_AM"),
    **dict.fromkeys("ATA CCK IOT NFK NIU SGS TKL TWN WLF".split(), "X_AP"),
    **dict.fromkeys("REU SHN".split(), "X_AF"),
    **dict.fromkeys("EUE SJM VAT".split(), "X_EU"),
}

# ISO 3166-1 numeric, ids of the map shapes.
ISO_NUMERIC = {
    "ARG": 32, "AUS": 36, "AUT": 40, "BEL": 56, "BGD": 50, "BRA": 76, "CAN": 124, "CHE": 756, "CHL": 152, "CHN": 156,
    "COL": 170, "CZE": 203, "DEU": 276, "DNK": 208, "DZA": 12, "EGY": 818, "ESP": 724, "FIN": 246, "FRA": 250,
    "GBR": 826, "GRC": 300, "HKG": 344, "HRV": 191, "HUN": 348, "IDN": 360, "IND": 356, "IRL": 372, "IRN": 364,
    "IRQ": 368, "ISR": 376, "ITA": 380, "JPN": 392, "KAZ": 398, "KOR": 410, "MAR": 504, "MEX": 484, "MYS": 458,
    "NGA": 566, "NLD": 528, "NOR": 578, "NZL": 554, "PAK": 586, "POL": 616, "PRT": 620, "ROU": 642, "RUS": 643,
    "SAU": 682, "SGP": 702, "SRB": 688, "SVK": 703, "SVN": 705, "SWE": 752, "THA": 764, "TUN": 788, "TUR": 792,
    "TWN": 158, "UKR": 804, "USA": 840, "VNM": 704, "ZAF": 710,
}  # fmt: skip

# Sub-regions of the UN Statistics Division (https://unstats.un.org/unsd/methodology/m49), those that hold one or
# two of the 60 places joined to a neighbour: Latin America and Sub-Saharan Africa are its regions, Kazakhstan
# (Central Asia) goes with Eastern Europe, whose Russian it shares. Taiwan, for which it has no row: Eastern Asia.
SUBREGIONS = {
    "america_north": "CAN USA", "oceania": "AUS NZL",
    "america_latin": "ARG BRA CHL COL MEX",
    "europe_north": "DNK EST FIN GBR IRL ISL LTU LVA NOR SWE", "europe_west": "AUT BEL CHE DEU FRA LUX NLD",
    "europe_south": "ESP GRC HRV ITA PRT SRB SVN", "europe_east": "CZE HUN KAZ POL ROU RUS SVK UKR",
    "asia_east": "CHN HKG JPN KOR TWN", "asia_southeast": "IDN MYS SGP THA VNM", "asia_south": "BGD IND IRN PAK",
    "asia_west": "IRQ ISR SAU TUR", "africa_north": "DZA EGY MAR TUN", "africa_south": "NGA ZAF",
}  # fmt: skip
SUBREGION = {iso: name for name, members in SUBREGIONS.items() for iso in members.split()}
