"""What the figures of one command are drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from sim.analysis.outcomes import columns
from sim.analysis.pairs import RUN, plain
from sim.core.axes import BASELINE
from sim.data.tables import load_world_data
from sim.plots import captions, effects, stock_change
from sim.plots.gazetteer import issuing_places
from sim.plots.policy_lines import PolicyDate, policy_dates

PLACE_COLUMNS = list(
    dict.fromkeys(
        [
            *RUN,
            "year",
            "place",
            "n_foreign_origin",
            *stock_change.COLUMNS,
            *columns("place_year", effects.PLACE.values()),
        ]
    )
)


@dataclass(frozen=True)
class Material:
    """What the figures of one command are drawn from.

    Parameters
    ----------
    world_year, place_year : tidy frames of the recorder.
    decisions : steps of reactive governments, empty if there are none.
    cfg : `sim.config.load.Config`.
    data : `sim.data.tables.WorldData` of the world that was run.
    """

    world_year: pd.DataFrame
    place_year: pd.DataFrame
    decisions: pd.DataFrame
    cfg: Any
    data: Any

    @cached_property
    def scenarios(self) -> list[str]:
        """Scenarios other than the baseline."""
        return sorted(s for s in self.place_year["scenario"].unique() if s != BASELINE)

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """Short titles of the scenarios by name."""
        return {s: captions.title_of(self.cfg, s, self.names) for s in self.scenarios}

    @cached_property
    def compared(self) -> bool:
        """True if scenario runs have baseline runs to be paired with."""
        return bool(self.scenarios) and BASELINE in set(self.place_year["scenario"])

    @cached_property
    def years(self) -> tuple[int, int]:
        """First and last year recorded."""
        return int(self.place_year["year"].min()), int(self.place_year["year"].max())

    @cached_property
    def data_end(self) -> int:
        """Last year with data that the run reaches."""
        return min(self.data.end, self.years[1])

    @cached_property
    def events(self) -> list[PolicyDate]:
        """Dated policy lines."""
        return policy_dates(self.cfg.policies, self.years[1], self.names)

    @cached_property
    def policy_years(self) -> tuple[int, int]:
        """From the first policy date (or the first year that differs) to the end."""
        first = int(self.events[0].when) if self.events else min(self.data_end + 1, self.years[1])
        return min(max(first, self.years[0]), self.years[1]), self.years[1]

    @cached_property
    def level_scenario(self) -> str:
        """The baseline if it was run, else the first scenario."""
        return BASELINE if BASELINE in set(self.place_year["scenario"]) else self.scenarios[0]

    @cached_property
    def issuers(self) -> list[str]:
        """Places that issue the policies, in the order of the policies."""
        return issuing_places(self.cfg.policies, self.data)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Short place names by code."""
        return captions.short_names(self.data)

    @cached_property
    def size(self) -> str:
        """How much was run, for captions: '5 runs, one agent for 100 researchers'."""
        return f"{self.cfg.replicates} run{'s' * (self.cfg.replicates > 1)}, {captions.agent_words(self.cfg)}"

    def run_sentence(self, scenario: str | None = None) -> str:
        """What was run: all scenarios, or one of them."""
        shown = self.scenarios if scenario is None else [scenario]
        return captions.run_sentence(self.cfg, shown, self.data.end)


def material_of(frames: Mapping[str, pd.DataFrame], cfg: Any, data: Any = None) -> Material:
    """What the figures need of the recorder's frames."""
    place_year = plain(frames["place_year"][PLACE_COLUMNS])
    decisions = plain(frames["decisions"]) if "decisions" in frames else pd.DataFrame()
    return Material(plain(frames["world_year"]), place_year, decisions, cfg, data or load_world_data(cfg.world))
