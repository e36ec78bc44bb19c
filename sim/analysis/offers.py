"""What of policies' offers could be paid, told by the year in which least was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from sim.analysis.summary import Period
from sim.analysis.text import GOVERNMENTS
from sim.core.axes import BASELINE, MODES
from sim.store.frames import Frames

COLUMN = "share_affordable"
ALL = 0.995  # prints as 100 %
SHOWN = 6  # places in a line


class Shortest(NamedTuple):
    """The year in which least of a place's offers was paid; `share` of them, 0-1."""

    place: str
    year: int
    share: float


def shortest(means: pd.Series) -> list[Shortest]:
    """One entry a place that could not pay all its offers, the shortest of money first.

    Parameters
    ----------
    means : shares by place and year, means of replicates.
    """
    cut = means[means < ALL].sort_values(kind="stable")
    found: dict[str, Shortest] = {}
    for place, year, share in cut.reset_index().itertuples(index=False, name=None):
        found.setdefault(str(place), Shortest(str(place), int(year), float(share)))
    return list(found.values())


def lines(frames: Frames, period: Period, names: Mapping[str, str]) -> list[str]:
    """One line a mode in which some place could not pay all that its policies offered; `names` of places by code."""
    years = [("year", ">=", period.first), ("year", "<=", period.last)]
    table = frames.read("place_year", ["scenario", "mode", "place", "year", COLUMN], years)
    own = table[table["scenario"] != BASELINE]
    means = (table if own.empty else own).groupby(["mode", "place", "year"], observed=True)[COLUMN].mean()
    modes = [mode for mode in MODES if mode in means.index.get_level_values("mode")]
    found = {mode: shortest(means.xs(mode, level="mode")) for mode in modes}
    return [_line(mode, short, len(modes) > 1, names) for mode, short in found.items() if short]


def _line(mode: str, found: list[Shortest], named: bool, names: Mapping[str, str]) -> str:
    mode = f", {GOVERNMENTS[mode]}" if named else ""
    told = ", ".join(
        f"{names.get(one.place, one.place)} {100 * one.share:.0f} % in {one.year}" for one in found[:SHOWN]
    )
    more = f" and {len(found) - SHOWN} places more" if len(found) > SHOWN else ""
    return (
        f"Offers paid{mode}: {told}{more} (the year in which least was; the rest was cut, since grants keep "
        "params.money.floor)."
    )
