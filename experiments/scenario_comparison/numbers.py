"""Numbers of the comparison: every scenario against its paired baseline, issuers and world, one line an outcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

import pandas as pd

from experiments.common.numbers import share
from experiments.common.store import amounts
from sim import load_config
from sim.analysis.outcomes import add, columns, value
from sim.analysis.pairs import estimate
from sim.core.axes import BASELINE
from sim.policy.words import short_title
from sim.running.model import RealModel
from sim.store.frames import Frames

FIRST = 2018  # scenarios that begin earlier are analogues, which are over
OLD_YEARS = 10  # years that are looked at of these
PLACE = ("n_researchers", "papers_fractional", "international_share", "top1_once", "protected",
         "compliance_musd", "compliance_researcher_years")  # fmt: skip
WORLD = ("n_researchers", "papers", "international_share_world")
# Area, outcome, unit of the effect, rows that are summed up, name of what is taken of their totals.
LINES = (
    ("issuers", "researchers", "% of those at the end", "issuers", "last"),
    ("issuers", "researchers", "people at the end", "issuers", "last"),
    ("issuers", "papers", "%", "issuers", "papers_fractional"),
    ("issuers", "papers", "papers a year", "issuers", "papers_fractional"),
    ("issuers", "international share", "% points", "issuers", "international_share"),
    ("issuers", "top-1 % papers", "%", "issuers", "top1_once"),
    ("issuers", "protected", "% points", "each", "protected"),
    ("issuers", "compliance", "M$ a year", "issuers", "compliance_musd"),
    ("world", "researchers", "% of those at the end", "world", "last"),
    ("world", "papers", "%", "world", "papers"),
    ("world", "papers", "papers a year", "world", "papers"),
    ("world", "international share", "% points", "world", "international_share_world"),
    ("world", "top-1 % papers", "%", "places", "top1_once"),
    ("world", "researcher time", "person-years a year", "places", "compliance_researcher_years"),
)
COLUMNS = "scenario title case mode area outcome unit first last reference mean se lo hi n".split()
KEYS = ["scenario", "mode", "draw", "replicate"]


@dataclass(frozen=True)
class Window:
    """Title and issuers of a scenario and the years that are looked at; `old`: it begins before `FIRST`."""

    title: str
    issuers: tuple[str, ...]
    first: int
    last: int

    @property
    def old(self) -> bool:
        return self.first < FIRST


def window_of(scenario: str, settings: dict[str, Any]) -> Window:
    """From the scenario's own configuration: who issues it, and when it begins."""
    keys = [f"{key}={settings[key]}" for key in ("world", "start", "end") if key in settings]
    cfg, model = load_config(f"+scenario={scenario}", *keys), RealModel()
    issuers = model.members(cfg, dict.fromkeys(w for policy in cfg.policies.values() for w in policy.issuer))
    begin, end = model.first_policy_year(cfg) or FIRST, cfg.end
    title = short_title(cfg.titles.get(scenario, scenario))
    last = end if begin >= FIRST else min(begin + OLD_YEARS - 1, end)
    return Window(title, issuers, begin, last)


def numbers_of(frames: Frames, ends: Frames | None = None) -> pd.DataFrame:
    """All outcomes of all scenarios, and of some at the ends of their nearest parameters; columns `COLUMNS`.

    Parameters
    ----------
    ends : of a sweep whose draws are named by the axis ``case``.
    """
    rows = list(_compared(frames, {0: ""}))
    if ends is not None:
        draws = ends["draws"]
        rows += _compared(ends, dict(zip(draws["draw"], draws["case"])))
    return pd.DataFrame(rows, columns=COLUMNS)


def _compared(frames: Frames, cases: Mapping[int, str]) -> Iterator[tuple[Any, ...]]:
    """Lines of one store; `cases`: names of its draws."""
    settings = frames.manifest["settings"]
    place = _read(frames, "place_year", [*KEYS, "year", "place"], PLACE)
    world = _read(frames, "world_year", [*KEYS, "year"], WORLD)
    for scenario in frames.manifest["scenarios"]:
        window = window_of(scenario, settings)
        arms = [
            frame[frame["scenario"].isin([scenario, BASELINE]) & frame["year"].between(window.first, window.last)]
            for frame in (place, world)
        ]
        for draw, case in cases.items():
            for mode in sorted(set(arms[1]["mode"]), reverse=True):  # scripted first
                parts = [frame[(frame["mode"] == mode) & (frame["draw"] == draw)] for frame in arms]
                yield from ((scenario, window.title, case, mode, *row) for row in _rows(*parts, scenario, window))


def _read(frames: Frames, table: str, keys: Sequence[str], names: Sequence[str]) -> pd.DataFrame:
    """Rows of a table with these outcomes."""
    recorded = columns(table, names)
    return add(amounts(frames.read(table, [*keys, *recorded]), recorded), names)


def _rows(place: pd.DataFrame, world: pd.DataFrame, scenario: str, window: Window) -> Iterator[tuple[Any, ...]]:
    own = place[place["place"].isin(window.issuers)]
    totals = {"issuers": _totals(own, window), "places": _totals(place, window), "world": _totals(world, window)}
    totals["each"] = _mean_protected(own)
    years = window.last - window.first + 1
    for area, outcome, unit, rows, name in LINES:
        levels = value(totals[rows], name).astype(float).unstack("scenario")
        levels = levels / years if unit.endswith(" a year") else 100 * levels if unit == "% points" else levels
        base, effect = levels[BASELINE], levels[scenario] - levels[BASELINE]
        found = estimate(share(100 * effect, base) if unit.split(" of ")[0] == "%" else effect.to_numpy())
        yield area, outcome, unit, window.first, window.last, float(base.to_numpy().mean()), *astuple(found)


def _totals(frame: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Sums over places and years by run; ``last``: researchers of the last year."""
    table = frame.groupby(["scenario", "replicate"])[list(frame.select_dtypes("float64"))].sum()
    last = frame[frame["year"] == window.last].groupby(["scenario", "replicate"])["n_researchers"].sum()
    return table.assign(last=last)


def _mean_protected(place: pd.DataFrame) -> pd.DataFrame:
    """Share of the hazard that protection stops, of each place its own, as the mean over places that have a hazard."""
    names = columns("place_year", ["protected"])
    each = value(place.groupby(["scenario", "replicate", "place"])[names].sum(), "protected")
    return each.groupby(["scenario", "replicate"]).mean().to_frame("protected")
