"""Numbers of the comparison: every scenario against its paired baseline, issuers and world, one line an outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from typing import Any

import pandas as pd

from experiments.common.numbers import share
from experiments.common.store import amounts
from sim import load_config
from sim.analysis.leak_account import LEAKS
from sim.analysis.pairs import estimate
from sim.core.axes import BASELINE
from sim.running.model import RealModel
from sim.store.frames import Frames

FIRST = 2018  # first year of the means, unless a scenario begins earlier
OLD_YEARS = 10  # years that are looked at of a scenario that begins earlier
PLACE = (
    "n_researchers papers_fractional papers_whole papers_international top1_fractional_at_baseline_threshold "
    "top1_fractional leaks_prevented compliance_musd compliance_researcher_years"
).split()
WORLD = ("n_researchers", "papers", "papers_international", "leaks")
COLUMNS = "scenario mode area outcome unit first last reference mean se lo hi n".split()
KEYS = ["scenario", "mode", "replicate"]


@dataclass(frozen=True)
class Window:
    """Issuers of a scenario and the years that are looked at; `old`: it begins before `FIRST`."""

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
    return Window(issuers, FIRST, end) if begin >= FIRST else Window(issuers, begin, min(begin + OLD_YEARS - 1, end))


def numbers_of(frames: Frames) -> pd.DataFrame:
    """All outcomes of all scenarios; columns `COLUMNS`."""
    settings = frames.manifest["settings"]
    place = frames.read("place_year", [*KEYS, "draw", "year", "place", *PLACE, *LEAKS])
    place = amounts(place, [*PLACE, *LEAKS])
    top = "top1_fractional_at_baseline_threshold"
    place[top] = place[top].fillna(place["top1_fractional"])  # the baseline has no other threshold than its own
    world = amounts(frames.read("world_year", [*KEYS, "draw", "year", *WORLD]), WORLD)
    rows: list[tuple[Any, ...]] = []
    for scenario in frames.manifest["scenarios"]:
        window = window_of(scenario, settings)
        arms = [frame[frame["scenario"].isin([scenario, BASELINE])] for frame in (place, world)]
        for mode in sorted(set(arms[1]["mode"]), reverse=True):  # scripted first
            parts = [
                frame[(frame["mode"] == mode) & frame["year"].between(window.first, window.last)] for frame in arms
            ]
            rows += ((scenario, mode, *row) for row in _rows(*parts, scenario, window))
    return pd.DataFrame(rows, columns=COLUMNS)


def _rows(place: pd.DataFrame, world: pd.DataFrame, scenario: str, window: Window) -> Iterator[tuple[Any, ...]]:
    years = window.last - window.first + 1
    issuers = _totals(place[place["place"].isin(window.issuers)], PLACE, window)
    everyone = _totals(place, [*PLACE, "leaks"], window)
    once = _totals(world, WORLD, window)
    tops = "top1_fractional_at_baseline_threshold"
    lines: tuple[tuple[str, str, str, pd.DataFrame, Callable[[pd.DataFrame], pd.Series], bool], ...] = (
        ("issuers", "researchers", "% of those at the end", issuers, lambda t: t["last"], True),
        ("issuers", "researchers", "people at the end", issuers, lambda t: t["last"], False),
        ("issuers", "papers", "%", issuers, lambda t: t["papers_fractional"], True),
        ("issuers", "international share", "% points", issuers, _international("papers_whole"), False),
        ("issuers", "top-1 % papers", "%", issuers, lambda t: t[tops], True),
        ("issuers", "compliance", "M$ a year", issuers, lambda t: t["compliance_musd"] / years, False),
        ("world", "researchers", "% of those at the end", once, lambda t: t["last"], True),
        ("world", "papers", "%", once, lambda t: t["papers"], True),
        ("world", "papers", "papers a year", once, lambda t: t["papers"] / years, False),
        ("world", "international share", "% points", once, _international("papers"), False),
        ("world", "top-1 % papers", "%", everyone, lambda t: t[tops], True),
        ("world", "leaks", "%", once, lambda t: t["leaks"], True),
        ("world", "leaks", "leaks a year", once, lambda t: t["leaks"] / years, False),
        ("world", "leaks prevented", "leaks a year", everyone, lambda t: t["leaks_prevented"] / years, False),
        ("world", "researcher time", "person-years a year", everyone,
         lambda t: t["compliance_researcher_years"] / years, False),
    )  # fmt: skip
    for area, outcome, unit, table, value, percent in lines:
        levels = value(table).unstack("scenario")
        base = levels[BASELINE].astype(float)
        effect = levels[scenario].astype(float) - base
        found = estimate(share(100 * effect, base) if percent else effect.to_numpy())
        yield area, outcome, unit, window.first, window.last, float(base.to_numpy().mean()), *astuple(found)


def _totals(frame: pd.DataFrame, columns: Any, window: Window) -> pd.DataFrame:
    """Sums over places and years by run; ``last``: researchers of the last year."""
    table = frame.groupby(["scenario", "replicate"])[list(columns)].sum()
    last = frame[frame["year"] == window.last].groupby(["scenario", "replicate"])["n_researchers"].sum()
    return table.assign(last=last)


def _international(whole: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda t: 100 * t["papers_international"] / t[whole]
