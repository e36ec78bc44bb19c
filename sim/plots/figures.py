"""All figures of one command with their notes; `sim.plots.writing` writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.analysis.outcomes import WORLD
from sim.core.axes import BASELINE
from sim.data.clock import FIRST_YEAR
from sim.plots import captions, decisions, effects, net_flows, stock_change
from sim.plots.decisions import decision_figure, marks_of
from sim.plots.international import NEAR, compare_shares, international_share, mean_absolute_error
from sim.plots.levels import sources, world_over_time
from sim.plots.material import Material
from sim.plots.outcomes import most_affected, outcome_bands, place_bands
from sim.plots.policy_lines import policy_periods
from sim.plots.promote_protect import plane_points, price_notes, promote_protect
from sim.plots.style import joined
from sim.plots.world_map import map_notes

FIRST_OBSERVED = {"researchers": 1996, "moves": 1998, "papers": 1996, "international": 1981}  # earlier: back-cast
PLACES_SHOWN = 4


class Drawing(NamedTuple):
    """A figure, what a reader who cannot see it should know, and what its marks mean at length."""

    name: str
    figure: Figure
    alt: str
    notes: Sequence[str]


def _draw_net_flows(m: Material) -> Iterator[Drawing]:
    """Map of the level over the last five years with data."""
    years = (max(m.data_end - 4, m.years[0]), m.data_end)
    frame = m.place_year[m.place_year["scenario"] == m.level_scenario]
    frame = frame[frame["mode"] == effects.headline_mode(frame)]
    rows = slice(years[0] - FIRST_YEAR, years[1] - FIRST_YEAR + 1)
    net = (m.data.moves_in[rows].astype(float) - m.data.moves_out[rows]).mean(axis=0)
    bars = net_flows.NOTES if m.cfg.replicates > 1 else net_flows.NOTES[1:]
    chance = "Black lines: chance; bars are pale where it reaches zero. " if m.cfg.replicates > 1 else ""
    yield Drawing(
        "net_flows",
        net_flows.net_flow_map(
            frame, m.data, years, dict(zip(m.data.iso3, net)),
            caption=f"Bars: the model ({m.size}); diamonds: data. {chance}Grey: countries held together in regional "
            "aggregates.",
        ),
        "World map of net moves of researchers by place, orange where more leave than come and purple where more come; "
        "below it bars of the largest gains and losses beside the data.",
        [m.run_sentence(m.level_scenario), *bars, *map_notes(m.data, False)],
    )  # fmt: skip


def _draw_changes(m: Material) -> Iterator[Drawing]:
    """Map of the change of the stock at the end, and what it is the sum of, one for each scenario."""
    if not m.compared:
        return
    for scenario in m.scenarios:
        frame = m.place_year[m.place_year["scenario"].isin([scenario, BASELINE])]
        mode = effects.headline_mode(frame[frame["scenario"] == scenario])
        yield Drawing(
            f"stock_change_{scenario}" if len(m.scenarios) > 1 else "stock_change",
            stock_change.stock_change_map(
                frame[frame["mode"] == mode], m.data, m.policy_years, m.cfg.scale,
                title=f"Who has more researchers, who fewer: {m.titles[scenario]}",
                caption=f"Hatched: no change beyond chance. Grey: countries held together in regional aggregates. ± is "
                f"chance alone ({m.size}).",
            ),
            "World map of the change in the number of researchers by place, orange for fewer and purple for more; "
            "below it bars that split the largest gains and losses into entrants, moves and exits.",
            [m.run_sentence(scenario), captions.mode_sentence([mode]), *stock_change.NOTES, *map_notes(m.data, True)],
        )  # fmt: skip


def _draw_outcomes(m: Material) -> Iterator[Drawing]:
    """Differences over time for the world and for the places most affected."""
    if not m.compared:
        return
    years = (max(m.policy_years[0] - 2, m.years[0]), m.years[1])
    modes = [mode for _, mode in effects.series_of(m.place_year)]
    caption = captions.assemble(captions.band_sentence(m.place_year, m.cfg), captions.total_sentence(modes))
    notes = [
        m.run_sentence(), captions.mode_sentence(modes), captions.YEARS_NOTE, captions.TOP1_NOTE,
    ]  # fmt: skip
    name = joined(m.titles[scenario] for scenario in m.scenarios)
    yield Drawing(
        "outcomes_world",
        outcome_bands(
            m.world_year, m.place_year, years, events=m.events, titles=m.titles, title=f"Effects on the world: {name}",
            caption=caption,
        ),
        "Six small charts over time for the world: change from the baseline in researchers, moves, papers, "
        "international share, top papers and investigations, with dotted lines where policies begin or change.",
        notes,
    )  # fmt: skip
    places = most_affected(m.place_year, m.policy_years[0], PLACES_SHOWN, m.issuers, m.cfg.scale)
    if places:
        shown = joined(m.names[place] for place in places)
        yield Drawing(
            "outcomes_places",
            place_bands(
                m.place_year, places, years, names=m.names, events=m.events, titles=m.titles,
                title=f"Effects on places: {name}", caption=caption,
            ),
            f"Small charts over time for {shown}: change from the baseline in researchers, net moves, papers, "
            "international share, top papers and what is protected.",
            [*notes, captions.PLACES_NOTE, captions.PROTECTED_NOTE],
        )  # fmt: skip


def _draw_international(m: Material) -> Iterator[Drawing]:
    """International share of the last year with data."""
    seen = m.data.intl_share[m.data_end - FIRST_YEAR]
    if not np.isfinite(seen).any():
        return
    years = (m.data_end, m.data_end)
    table = compare_shares(m.place_year, dict(zip(m.data.iso3, seen)), years)
    if table.empty:
        return
    within = int(((table["simulated"] - table["observed"]).abs() <= NEAR).sum())
    lines = "Lines: chance. " if m.cfg.replicates >= effects.BAND_RUNS else ""
    error = (
        f"Mean error {mean_absolute_error(table):.1f} percentage points over the {len(table)} places with data; "
        f"{within} lie within {NEAR:g} points (grey strip)."
    )
    yield Drawing(
        "international_share",
        international_share(
            table, m.names, title=f"International share of papers, {m.data_end}: model and data",
            caption=f"{error} Large dots: many papers. {lines}{m.size}.",
        ),
        f"Scatter plot of the international share of papers by place, model against data. {error}",
        [
            m.run_sentence(m.level_scenario),
            "Data: NSF, Science and Engineering Indicators. Vertical lines: 90 % of further runs, chance alone.",
        ],
    )  # fmt: skip


def _draw_levels(m: Material) -> Iterator[Drawing]:
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
    yield Drawing(
        "world_over_time",
        world_over_time(
            m.world_year, m.place_year, m.years, observed, data_end=data.end,
            since=m.policy_years[0] if m.compared else None, titles=m.titles,
            caption=f"{captions.band_sentence(m.place_year, m.cfg)} Shaded: years without data.",
        ),
        "Six small charts of the world over time, lines for the model and dots for data: researchers, moves, papers, "
        "international share, researchers of foreign origin and authors per paper.",
        [m.run_sentence(), sources()],
    )  # fmt: skip


def _draw_plane(m: Material) -> Iterator[Drawing]:
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
    banded = m.cfg.replicates >= effects.BAND_RUNS
    price = price_notes(points) if len(m.issuers) == 1 and banded else ""
    crosses = "Crosses: chance alone, 90 % of further runs. " if banded else ""
    yield Drawing(
        "promote_protect",
        promote_protect(
            panels, title=f"Promote and protect: {joined(m.titles[scenario] for scenario in m.scenarios)}",
            subtitle=f"Change from the baseline, yearly means {years[0]}–{years[1]}",
            caption=f"Shaded: more papers and more protected. {crosses}{m.size}. How many leaks "
            "protection stops depends on a rate that nobody knows.",
        ),
        "Charts with papers gained or lost across and the share of possible leaks that protection stops upwards, a "
        "point for each scenario; the baseline is the origin.",
        [
            m.run_sentence(), captions.mode_sentence(point.mode for point in points), price, captions.TOP1_NOTE,
            captions.PROTECTED_NOTE,
        ],
    )  # fmt: skip


def _draw_decisions(m: Material) -> Iterator[Drawing]:
    """Steps of governments in the first replicate of each scenario, beside what is imposed on them."""
    if m.decisions.empty or not m.compared:
        return
    ours = m.decisions[m.decisions["replicate"] == m.decisions["replicate"].min()]
    ours = ours[ours["effective_year"] <= m.years[1]]  # later ones never act in the run
    size = np.argsort(-m.data.researchers[m.data_end - FIRST_YEAR], kind="stable")
    names = {m.data.iso3[p]: m.names[m.data.iso3[p]] for p in size}
    years = (min(m.data.end + 1, m.years[1]), m.years[1])
    for scenario in m.scenarios:
        marks = marks_of(ours[ours["scenario"].isin([scenario, BASELINE])], names)
        if marks:
            yield Drawing(
                f"decisions_{scenario}",
                decision_figure(
                    marks, names, policy_periods(m.cfg.policies, years[1], m.names), years,
                    title="Who takes which step, when and why",
                    subtitle=f"Governments that react to: {m.titles[scenario]}",
                ),
                "Time line with a row for each government and a triangle for each step it takes, labelled with the "
                "step and its reason.",
                [m.run_sentence(scenario), *decisions.NOTES],
            )  # fmt: skip


DRAWINGS: tuple[Callable[[Material], Iterator[Drawing]], ...] = (
    _draw_net_flows, _draw_changes, _draw_outcomes, _draw_international, _draw_levels, _draw_plane, _draw_decisions,
)  # fmt: skip
