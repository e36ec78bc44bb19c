"""Places as the command line names them: code, name, group, or the world."""

from __future__ import annotations

from sim.analysis.outcomes import WORLD
from sim.core.read import ConfigError, near, show
from sim.data.places import group, group_names, index_of
from sim.data.tables import WorldData


def named_place(word: str, data: WorldData) -> tuple[str, str, tuple[str, ...]]:
    """Code, name in words and members (ISO3) of a place, a group or the world.

    Raises
    ------
    ConfigError : there is no such place; names the nearest.
    """
    if word.lower() == WORLD.lower():
        return WORLD, "the world", tuple(data.iso3)
    if word.upper() in group_names():
        return word.upper(), word.upper(), tuple(data.iso3[i] for i in group(data, word))
    by_name = {name.lower(): code for code, name in zip(data.iso3, data.names)}
    code = by_name.get(word.lower(), word.upper())
    if code not in data.iso3:
        meant = near(word, [WORLD, *group_names(), *data.iso3, *data.names])
        known = f"{WORLD}, {', '.join(group_names())}, codes and names of talent-circulation list places"
        raise ConfigError([f"command line: --place: no place {show(word)}; {meant}allowed: {known}"])
    return code, data.names[index_of(data, code)], (code,)
