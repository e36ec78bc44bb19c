"""All figures of one command, written as PNG and SVG: `write_figures`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.analysis.outcomes import WORLD, columns
from sim.analysis.pairs import RUN, plain
from sim.analysis.text import FEW
from sim.core.axes import BASELINE
from sim.data.clock import FIRST_YEAR
from sim.data.tables import load_world_data
from sim.plots import captions, effects, net_flows, stock_change
from sim.plots.decisions import decision_figure, marks_of
from sim.plots.gazetteer import issuing_places, rest_of_country
from sim.plots.international import NEAR, compare_shares, international_share, mean_absolute_error
from sim.plots.levels import sources, world_over_time
from sim.plots.outcomes import most_affected, outcome_bands, place_bands
from sim.plots.policy_lines import PolicyDate, key_to_lines, policy_dates, policy_periods
from sim.plots.promote_protect import plane_points, price_notes, promote_protect
from sim.plots.style import joined, save
from sim.plots.world_map import map_notes

FIRST_OBSERVED = {"researchers": 1996, "moves": 1998, "papers": 1996, "international": 1981}  # earlier: back-cast
PLACES_SHOWN = 4
TOP1_NOTE = (
    "Top-1 % papers: papers above the baseline's threshold of the same year, by the baseline's readers, so that they "
    "need not add to zero."
)
PROTECTED_NOTE = (
    "Protected: of what could still leak from the issuer's sensitive projects, the share that protection stops, "
    "weighted by threat and way; how many leaks that is depends on a leak rate that nobody knows."
)
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
        return {s: captions.title_of(self.cfg, s) for s in self.scenarios}

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
        return policy_dates(self.cfg.policies, self.years[1])

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
    def members(self) -> Mapping[str, str]:
        """Countries held in a regional rest -> that rest."""
        return rest_of_country(self.data.iso3)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Short place names by code."""
        return captions.short_names(self.data)

    def caption(self, *sentences: str, scenarios: list[str] | None = None) -> str:
        """Caption that begins with what was run."""
        return captions.assemble(
            captions.run_sentence(self.cfg, self.scenarios if scenarios is None else scenarios, self.data.end),
            *sentences,
        )


def _draw_net_flows(m: Material) -> Iterator[tuple[str, Figure]]:
    """Map of the level over the last five years with data."""
    years = (max(m.data_end - 4, m.years[0]), m.data_end)
    frame = m.place_year[m.place_year["scenario"] == m.level_scenario]
    frame = frame[frame["mode"] == effects.headline_mode(frame)]
    rows = slice(years[0] - FIRST_YEAR, years[1] - FIRST_YEAR + 1)
    net = (m.data.moves_in[rows].astype(float) - m.data.moves_out[rows]).mean(axis=0)
    bars = net_flows.NOTES if m.cfg.replicates > 1 else net_flows.NOTES[1:]
    notes = [*bars, *map_notes(m.data, m.members, False)]
    yield "net_flows", net_flows.net_flow_map(
        frame, m.data, years, dict(zip(m.data.iso3, net)), members=m.members,
        caption=m.caption(*notes, scenarios=[m.level_scenario]),
    )  # fmt: skip


def _draw_changes(m: Material) -> Iterator[tuple[str, Figure]]:
    """Map of the change of the stock at the end, and what it is the sum of, one for each scenario."""
    if not m.compared:
        return
    for scenario in m.scenarios:
        frame = m.place_year[m.place_year["scenario"].isin([scenario, BASELINE])]
        mode = effects.headline_mode(frame[frame["scenario"] == scenario])
        frame = frame[frame["mode"] == mode]
        notes = [*stock_change.NOTES, *map_notes(m.data, m.members, True)]
        yield (
            f"stock_change_{scenario}" if len(m.scenarios) > 1 else "stock_change",
            stock_change.stock_change_map(
                frame, m.data, m.policy_years, m.cfg.scale, members=m.members,
                title=f"Who has more researchers, who fewer: {m.titles[scenario]}",
                caption=m.caption(captions.mode_sentence([mode]), *notes, scenarios=[scenario]),
            ),
        )  # fmt: skip


def _draw_outcomes(m: Material) -> Iterator[tuple[str, Figure]]:
    """Differences over time for the world and for the places most affected."""
    if not m.compared:
        return
    years = (max(m.policy_years[0] - 2, m.years[0]), m.years[1])
    shown = effects.series_of(m.place_year)
    modes = captions.mode_sentence(mode for _, mode in shown)
    common = [captions.band_sentence(m.place_year), modes, key_to_lines(m.events)]
    name = joined(m.titles[scenario] for scenario in m.scenarios)
    yield "outcomes_world", outcome_bands(
        m.world_year, m.place_year, years, events=m.events, titles=m.titles, title=f"Effects on the world: {name}",
        caption=m.caption(*common, TOP1_NOTE),
    )  # fmt: skip
    places = most_affected(m.place_year, m.policy_years[0], PLACES_SHOWN, m.issuers, m.cfg.scale)
    choice = (
        "Places: issuers of the policy first, then those whose number of papers changes most; a change of fewer than "
        f"{FEW} papers of agents, or within two standard errors of zero, counts as none."
    )
    yield "outcomes_places", place_bands(
        m.place_year, places, years, names=m.names, events=m.events, titles=m.titles,
        title=f"Effects on places: {name}",
        caption=m.caption(*common, TOP1_NOTE, choice),
    )  # fmt: skip


def _draw_international(m: Material) -> Iterator[tuple[str, Figure]]:
    """International share of the last year with data."""
    seen = m.data.intl_share[m.data_end - FIRST_YEAR]
    if not np.isfinite(seen).any():
        return
    years = (m.data_end, m.data_end)
    table = compare_shares(m.place_year, dict(zip(m.data.iso3, seen)), years)
    if table.empty:
        return
    within = int(((table["simulated"] - table["observed"]).abs() <= NEAR).sum())
    error = (
        f"Mean absolute error {mean_absolute_error(table):.1f} percentage points over the {len(table)} places "
        f"with data; {within} of them within {NEAR:g} points (grey strip)."
    )
    marks = "Size of a dot: papers; vertical line: 90 % band. Data: NSF, S&E Indicators."
    yield "international_share", international_share(
        table, m.names, title=f"International share of papers, {m.data_end}: simulated and observed",
        caption=m.caption(error, marks, scenarios=[m.level_scenario]),
    )  # fmt: skip


def _draw_levels(m: Material) -> Iterator[tuple[str, Figure]]:
    """World over time, with data as dots and the projection shaded."""
    data, span = m.data, np.arange(FIRST_YEAR, m.data.end + 1)
    paper_years = np.arange(data.end + 1 - len(data.world_papers), data.end + 1)
    observed = {
        "researchers": pd.Series(data.researchers.sum(axis=1) / 1e6, index=span),
        "moves": pd.Series(data.moves_in.sum(axis=1) / 1e3, index=span),
        "papers": pd.Series(data.world_papers / 1e6, index=paper_years),
        "international": pd.Series(100 * data.intl_share_world, index=span),
    }
    observed = {
        k: v[(v.index >= max(FIRST_OBSERVED[k], m.years[0])) & (v.index <= m.years[1])] for k, v in observed.items()
    }
    yield "world_over_time", world_over_time(
        m.world_year, m.place_year, m.years, observed, data_end=data.end,
        since=m.policy_years[0] if m.compared else None, titles=m.titles,
        caption=m.caption(captions.band_sentence(m.place_year, paired=False), sources()),
    )  # fmt: skip


def _draw_plane(m: Material) -> Iterator[tuple[str, Figure]]:
    """Promote/protect plane: papers of the world and of an issuer, or of each of several, against its own hazard."""
    if not m.compared:
        return
    years = m.policy_years
    own = effects.place_outcomes(m.place_year[m.place_year["place"].isin(m.issuers)])
    exposed = set(own.loc[own["hazard"] > 0, "place"])
    victims = [place for place in m.issuers if place in exposed][:PLACES_SHOWN]
    if not victims:
        return
    each = {place: own[own["place"] == place] for place in victims}
    panels = [(m.names[place], plane_points(part, part, years, m.titles)) for place, part in each.items()]
    if len(m.issuers) == 1:
        world = plane_points(effects.world_outcomes(m.world_year, m.place_year), own, years, m.titles)
        panels.insert(0, (WORLD, world))
    points = panels[0][1]
    price = price_notes(points) if len(m.issuers) == 1 else ""
    modes = captions.mode_sentence(point.mode for point in points)
    crosses = "Crosses: 90 % bands of a further run." if m.cfg.replicates > 1 else ""
    span = f"Scenario minus baseline, yearly means {years[0]}–{years[1]}; shaded: more papers and more protected"
    yield "promote_protect", promote_protect(
        panels, subtitle=span,
        caption=m.caption(crosses, modes, price, TOP1_NOTE, PROTECTED_NOTE),
    )  # fmt: skip


def _draw_decisions(m: Material) -> Iterator[tuple[str, Figure]]:
    """Steps of governments in the first replicate of each scenario, beside what is imposed on them."""
    if m.decisions.empty or not m.compared:
        return
    ours = m.decisions[m.decisions["replicate"] == m.decisions["replicate"].min()]
    size = np.argsort(-m.data.researchers[m.data_end - FIRST_YEAR], kind="stable")
    names = {m.data.iso3[p]: m.names[m.data.iso3[p]] for p in size}
    years = (m.data.end + 1, m.years[1] + 1)
    for scenario in m.scenarios:
        marks = marks_of(ours[ours["scenario"].isin([scenario, BASELINE])], names)
        if marks:
            yield f"decisions_{scenario}", decision_figure(
                marks, names, policy_periods(m.cfg.policies, years[1]), years,
                title="Who takes which step, when and why",
                subtitle=f"Governments that react to: {m.titles[scenario]}", caption=m.caption(scenarios=[scenario]),
            )  # fmt: skip


DRAWINGS: tuple[Callable[[Material], Iterator[tuple[str, Figure]]], ...] = (
    _draw_net_flows, _draw_changes, _draw_outcomes, _draw_international, _draw_levels, _draw_plane, _draw_decisions,
)  # fmt: skip


def material_of(frames: Mapping[str, pd.DataFrame], cfg: Any, data: Any = None) -> Material:
    """What the figures need of the recorder's frames."""
    place_year = plain(frames["place_year"][PLACE_COLUMNS])
    decisions = plain(frames["decisions"]) if "decisions" in frames else pd.DataFrame()
    return Material(plain(frames["world_year"]), place_year, decisions, cfg, data or load_world_data(cfg.world))


def write_figures(frames: Mapping[str, pd.DataFrame], cfg: Any, folder: Path, data: Any = None) -> list[Path]:
    """Draw every figure that the frames allow and write each as PNG and SVG.

    Parameters
    ----------
    frames : table name -> tidy frame; `place_year`, `world_year` and, if there are any, `decisions` are read.
    cfg : `sim.config.load.Config` of the command.
    folder : where to write; made if missing.
    data : world data to compare with; the package's own by default.

    Returns
    -------
    Paths written, in the order of drawing.
    """
    material = material_of(frames, cfg, data)
    if material.place_year.empty:
        return []
    return [path for draw in DRAWINGS for name, figure in draw(material) for path in save(figure, folder, name)]
