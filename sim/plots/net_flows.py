"""World map of net flows of researchers, or of their change, with the places that gain and lose most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PathCollection
from matplotlib.colors import BoundaryNorm, Colormap, LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.plots import effects, geo
from sim.plots.captions import short_names
from sim.plots.style import GREY, INK, PALE, Page, page, signed_tick, styled

LOSS, GAIN = "#b35806", "#542788"  # ends of ColorBrewer PuOr, safe for colour-blind readers
NEUTRAL = "#f2f2ef"
BORDER = "#a8a8a8"
NOTHING = 1e-9  # persons a year, or per 1,000: less is rounding
ROWS = 8  # places named on each side of the bars
HATCH_WITHIN = 4  # with five replicates (t, 4 degrees of freedom) one place in 60 is coloured by chance
BODY = 3.12 + 1.62  # inches: map and bars
EUROPE = (-12.0, 42.0, 34.0, 66.5)  # west, east, south, north of the inset, degrees


class Places(Protocol):
    """What the map needs to know of the places; `sim.data.tables.WorldData` has it."""

    iso3: tuple[str, ...]
    names: tuple[str, ...]
    is_rest: np.ndarray
    lat: np.ndarray
    lon: np.ndarray


def diverging() -> Colormap:
    """Orange (loss) to purple (gain) through near-white."""
    return LinearSegmentedColormap.from_list(
        "loss_gain", [LOSS, "#f1a340", "#fbe3c6", NEUTRAL, "#dcd9ec", "#998ec3", GAIN]
    )


def class_bounds(values: np.ndarray, inner: float = 0.0) -> np.ndarray:
    """Symmetric class bounds on a 1-2-5 ladder that suit the bulk of the values.

    Parameters
    ----------
    values : [n]; NaN ignored.
    inner : half-width below which nothing should be told apart (0: decided by the data).
    """
    size = np.abs(values[np.isfinite(values)])
    top = max(float(np.quantile(size, 0.93)) if len(size) else 0.0, inner, 1e-9)
    ladder = np.array([m * 10.0**e for e in range(-9, 7) for m in (1, 2, 5)])
    last = int(np.searchsorted(ladder, top * 0.999))
    steps = ladder[max(last - 3, 0) : last + 1]
    return np.concatenate([-steps[::-1], steps])


def net_rates(place_year: pd.DataFrame, years: tuple[int, int], change_from: str | None = None) -> pd.DataFrame:
    """Net moves by place: per 1,000 researchers and year, and persons a year, mean over `years` (inclusive).

    Parameters
    ----------
    change_from : name of the baseline; None for the level of the frame's only scenario.

    Returns
    -------
    Columns place, rate, rate_se, persons, persons_se (standard errors of the means).
    """
    table = effects.place_outcomes(place_year)
    table = table[table["year"].between(*years)]
    run = [*effects.keys(table), "place"]
    sums = table.groupby(run, as_index=False)[["net_moves", "researchers"]].sum()
    sums["rate"] = 1000 * sums["net_moves"] / sums["researchers"].where(sums["researchers"] > 0)
    sums["persons"] = sums["net_moves"] / (years[1] - years[0] + 1)
    if change_from is not None:
        sums = effects.paired(sums, ["rate", "persons"], ["place"])
    rate = effects.band(sums, "rate", ["place"]).rename(columns={"mean": "rate", "se": "rate_se"})
    persons = effects.band(sums, "persons", ["place"]).rename(columns={"mean": "persons", "se": "persons_se"})
    return rate[["place", "rate", "rate_se"]].merge(persons[["place", "persons", "persons_se"]], on="place")


def _colour_map(
    ax: Axes, fill: Mapping[str, tuple[str, bool]], places: Places, members: Mapping[str, str], dot: float
) -> None:
    """Countries filled by their place's colour; places too small to see as dots.

    Parameters
    ----------
    fill : place -> (colour, uncertain); uncertain places are hatched.
    members : country (alpha-3) -> regional rest it belongs to.
    dot : diameter of the dots in points.
    """
    shapes = geo.country_paths()
    blank = (PALE, False)
    fills = {code: fill.get(code) or fill.get(members.get(code, ""), blank) for code in shapes}
    colors = [color for color, _ in fills.values()]
    ax.add_collection(PathCollection(list(shapes.values()), facecolors=colors, edgecolors=BORDER, linewidths=0.25))
    unsure = [shapes[code] for code, (_, uncertain) in fills.items() if uncertain]
    ax.add_collection(PathCollection(unsure, facecolors="none", edgecolors="#cfcfcf", linewidths=0, hatch="/////"))
    for i, code in enumerate(places.iso3):
        if code in shapes or places.is_rest[i] or code not in fill:
            continue
        x, y = geo.equal_earth(geo.around_centre(places.lon[i : i + 1]), places.lat[i : i + 1])
        ax.plot(x, y, "o", ms=dot, mfc=fill[code][0], mec=INK, mew=0.5, zorder=3)
    ax.set_aspect("equal")
    ax.set_axis_off()


def _draw_maps(sheet: Page, fill: Mapping[str, tuple[str, bool]], places: Places, members: Mapping[str, str]) -> None:
    """World map and the inset of Europe, in the upper part of the free area."""
    base, height = BODY - 3.12, 3.12
    world = sheet.axes(0, base, sheet.width, height)
    _colour_map(world, fill, places, members, dot=4.5)
    x, _ = geo.equal_earth(np.array([geo.CENTRE - 180, geo.CENTRE + 180]), np.array([0.0, 0.0]))
    _, y = geo.equal_earth(np.zeros(2), np.array([geo.SOUTH, geo.NORTH]))
    world.set(xlim=(x[0] * 0.93, x[1] * 0.93), ylim=(y[0], y[1]))
    inset = sheet.axes(0.0, base + 0.04, 1.56, 1.46)
    _colour_map(inset, fill, places, members, dot=4.5)
    west, east, south, north = EUROPE
    ex, _ = geo.equal_earth(np.array([west, east]), np.array([50.0, 50.0]))
    _, ey = geo.equal_earth(np.zeros(2), np.array([south, north]))
    inset.set(xlim=ex, ylim=ey)
    inset.add_patch(
        Rectangle((0, 0), 1, 1, transform=inset.transAxes, fill=False, ec=GREY, lw=0.7, clip_on=False, zorder=5)
    )
    world.add_patch(Rectangle((ex[0], ey[0]), ex[1] - ex[0], ey[1] - ey[0], fill=False, ec=GREY, lw=0.6, zorder=4))


def _draw_key(sheet: Page, norm: BoundaryNorm, cmap: Colormap) -> None:
    """Classed colour bar under the map; its unit stands in the subtitle."""
    ax = sheet.axes(2.3, 1.62 + 0.03, 2.9, 0.09)
    bar = sheet.figure.colorbar(ScalarMappable(norm, cmap), cax=ax, orientation="horizontal", extend="both")
    bar.outline.set_visible(False)
    bounds = [float(bound) for bound in norm.boundaries]
    bar.set_ticks(bounds, labels=[signed_tick(b) for b in bounds])
    ax.tick_params(labelsize=6.5, length=0, pad=1.5)


def _draw_bars(
    ax: Axes, rows: pd.DataFrame, names: Mapping[str, str], color: str, title: str, data: Mapping[str, float] | None
) -> None:
    """Horizontal bars of persons a year, paler within two standard errors of zero, and the data as diamonds."""
    if rows.empty:
        ax.text(0.5, 0.5, "none", transform=ax.transAxes, ha="center", size=7, color=GREY)
        ax.set_title(title, size=7.5)
        ax.set_axis_off()
        return
    at = np.arange(len(rows))[::-1]
    values, reach = rows["persons"].to_numpy(), 2 * rows["persons_se"].fillna(0.0).to_numpy()
    for y, value, error in zip(at, values, reach):
        ax.barh(y, value, color=color, height=0.62, alpha=0.8 if abs(value) >= error else 0.3)
    ax.hlines(at, values - reach, values + reach, color=INK, lw=0.9)
    if data is not None:
        ax.plot([data.get(p, np.nan) for p in rows["place"]], at, "D", ms=3.2, mfc="white", mec=INK, mew=0.8)
    ax.set_yticks(at, labels=[names.get(p, p) for p in rows["place"]])
    ax.tick_params(axis="y", length=0)
    ax.axvline(0, color=GREY, lw=0.6)
    ax.set_title(title, size=7.5)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.grid(axis="x")
    ax.set_ylim(-0.6, ROWS - 0.4)
    ax.locator_params(axis="x", nbins=4)
    ax.xaxis.set_major_formatter(signed_tick)


def _fills(rates: pd.DataFrame, norm: BoundaryNorm, cmap: Colormap, mark_noise: bool) -> dict[str, tuple[str, bool]]:
    """Colour of each place; hatched where a change is within `HATCH_WITHIN` paired standard errors of zero."""
    out = {}
    for place, rate, se in zip(rates["place"], rates["rate"].to_numpy(), rates["rate_se"].to_numpy()):
        noise = mark_noise and bool(np.isfinite(se)) and abs(rate) <= HATCH_WITHIN * se
        out[str(place)] = (NEUTRAL if noise else to_hex(cmap(norm(rate))), noise)
    return out


def net_flow_map(
    place_year: pd.DataFrame,
    places: Places,
    years: tuple[int, int],
    change_from: str | None = None,
    *,
    title: str | None = None,
    caption: str = "",
    members: Mapping[str, str] | None = None,
    data: Mapping[str, float] | None = None,
) -> Figure:
    """Map of net moves per 1,000 researchers, or of the change from a baseline, and the largest gains and losses.

    Parameters
    ----------
    place_year : one scenario and mode; with `change_from`, that baseline too.
    places : names and positions; `WorldData` will do.
    years : first and last year of the mean, inclusive.
    change_from : name of the baseline scenario; None for the level.
    members : country (alpha-3) -> regional rest, to shade the members of a rest.
    data : persons a year by place as observed, drawn as diamonds on the bars.
    """
    rates = net_rates(place_year, years, change_from)
    span = f"{years[0]}–{years[1]}" if years[1] > years[0] else str(years[0])
    what = "Change in net flows of researchers" if change_from else "Net flows of researchers"
    subtitle = "Moves in minus moves out per 1,000 researchers and year" + (
        ", scenario minus baseline" if change_from else ""
    )
    bounds = class_bounds(rates["rate"].to_numpy())
    cmap = diverging()
    norm = BoundaryNorm(bounds, cmap.N, extend="both")
    names = short_names(places)
    with styled():
        sheet = page(title or f"{what}, {span}", subtitle, caption, BODY)
        _draw_maps(sheet, _fills(rates, norm, cmap, change_from is not None), places, members or {})
        if rates["rate"].abs().max() > NOTHING:
            _draw_key(sheet, norm, cmap)
        else:
            sheet.axes(2.3, 1.62, 2.9, 0.2, frameon=False, xticks=[], yticks=[]).text(
                0.5, 0.5, "no change in any place", ha="center", va="center", color=GREY
            )
        rest = {c for c, is_rest in zip(places.iso3, places.is_rest) if is_rest}
        named = rates[~rates["place"].isin(rest)].sort_values("persons")
        losers = named[named["persons"] < -NOTHING].head(ROWS)
        winners = named[named["persons"] > NOTHING].iloc[::-1].head(ROWS)
        for left, rows, color, word in ((1.1, winners, GAIN, "gains"), (4.68, losers, LOSS, "losses")):
            heading = f"Largest {word}, persons a year"
            _draw_bars(sheet.axes(left, 0.18, 2.2, 1.05), rows, names, color, heading, data)
    return sheet.figure


def caption_notes(places: Places, rests_shaded: bool, change: bool, with_data: bool, several: bool) -> Sequence[str]:
    """Sentences that explain the marks of the map."""
    notes = []
    if change and several:
        notes.append(
            f"Hatched: no change, or one within {HATCH_WITHIN} standard errors of zero, as one of so many places would "
            "often pass two by chance."
        )
    if several:
        notes.append(
            "Bars: mean over runs, each side on its own scale; black lines: two standard errors each way; "
            "pale: zero is within them."
        )
    if with_data:
        notes.append("Diamonds: data (Scopus, Akbaritabar et al. 2024).")
    names, shapes = short_names(places), geo.country_paths()
    small = [names[c] for c, is_rest in zip(places.iso3, places.is_rest) if not is_rest and c not in shapes]
    if small:
        notes.append(f"Dots: {', '.join(small)}.")
    notes.append(
        "Countries outside the list of places carry the colour of their regional rest."
        if rests_shaded
        else "Grey: countries that the model holds in regional rests."
    )
    notes.append("Equal Earth projection; shapes: Natural Earth; no position is taken on the status of any territory.")
    return notes
