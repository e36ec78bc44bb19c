"""Places by code and by named group, as used in policy scopes and on the command line."""

from __future__ import annotations

import difflib

from sim.data.tables import WorldData

# Membership as of 2017, the last year of data. ISO 3166-1 alpha-3.
GROUPS: dict[str, str] = {
    # G7 members; https://g7.utoronto.ca
    "G7": "CAN DEU FRA GBR ITA JPN USA",
    # European Union of 28 (the United Kingdom left in 2020); https://european-union.europa.eu
    "EU": "AUT BEL BGR CYP CZE DEU DNK ESP EST FIN FRA GBR GRC HRV HUN IRL ITA LTU LUX LVA MLT NLD POL PRT ROU SVK "
    "SVN SWE",
    # European Free Trade Association; https://www.efta.int
    "EFTA": "CHE ISL LIE NOR",
    # Origins under the visa checks "Condor" of the US in 2002, as the press reported them (the list was not published)
    "CONDOR": "AFG ARE BHR DJI DZA EGY ERI IDN IRN IRQ JOR KWT LBN LBY MAR MYS OMN PAK QAT SAU SDN SOM SYR TUN TUR YEM",
    # The nine defence allies of the US with most researchers in 2017 (pairs.csv: a pact in force in all of 2013-17)
    "US_ALLIES": "BRA CAN DEU ESP FRA GBR ITA JPN KOR",
    # UKUSA agreement
    "FIVE_EYES": "AUS CAN GBR NZL USA",
    # 35 members in 2017; https://www.oecd.org/about/members-and-partners
    "OECD": "AUS AUT BEL CAN CHE CHL CZE DEU DNK ESP EST FIN FRA GBR GRC HUN IRL ISL ISR ITA JPN KOR LUX LVA MEX NLD "
    "NOR NZL POL PRT SVK SVN SWE TUR USA",
    # the nineteen countries of the G20; https://g20.org
    "G20": "ARG AUS BRA CAN CHN DEU FRA GBR IDN IND ITA JPN KOR MEX RUS SAU TUR USA ZAF",
}
ALL, RESTS = "ALL", "RESTS"


def index_of(data: WorldData, code: str) -> int:
    """Index of one place; KeyError with suggestions if the world has none of that code."""
    wanted = code.upper()
    if wanted in data.iso3:
        return data.iso3.index(wanted)
    known = [*data.iso3, *data.names]
    near = difflib.get_close_matches(code, known, n=3, cutoff=0.6) or difflib.get_close_matches(wanted, known, n=3)
    near = [data.iso3[data.names.index(name)] if name in data.names else name for name in near]
    hint = f"; did you mean {', '.join(dict.fromkeys(near))}?" if near else ""
    raise KeyError(f"unknown place {code!r} in world {data.world!r}{hint}")


def group(data: WorldData, name: str) -> list[int]:
    """Indices of a group's members that are places of this world, ascending.

    Members that are only part of a regional rest are left out: a rest is not a member.
    """
    wanted = name.upper()
    if wanted == ALL:
        return list(range(data.n_places))
    if wanted == RESTS:
        return [i for i, rest in enumerate(data.is_rest) if rest]
    if wanted not in GROUPS:
        near = difflib.get_close_matches(wanted, group_names(), n=3, cutoff=0.5)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        raise KeyError(f"unknown group {name!r}; there are {', '.join(group_names())}{hint}")
    return sorted(data.iso3.index(code) for code in GROUPS[wanted].split() if code in data.iso3)


def group_names() -> list[str]:
    """Names of all groups."""
    return [ALL, RESTS, *GROUPS]


def resolve(data: WorldData, names: str | list[str]) -> list[int]:
    """Codes and group names, mixed, as place indices, ascending, without doubles."""
    wanted = [names] if isinstance(names, str) else list(names)
    found: set[int] = set()
    for name in wanted:
        if name.upper() in group_names():
            found.update(group(data, name))
            continue
        try:
            found.add(index_of(data, name))
        except KeyError as error:
            near = difflib.get_close_matches(name.upper(), group_names(), n=2, cutoff=0.5)
            hint = f" (or group {', '.join(near)})" if near else ""
            raise KeyError(error.args[0] + hint) from None
    return sorted(found)
