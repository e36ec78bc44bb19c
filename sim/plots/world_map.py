"""World map with places in classed colours, an inset of Europe and the key, as several figures share it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PathCollection
from matplotlib.colors import BoundaryNorm, Colormap, LinearSegmentedColormap, to_hex
from matplotlib.patches import Rectangle

from sim.analysis.text import FEW, few
from sim.plots import geo
from sim.plots.captions import short_names
from sim.plots.style import GREY, INK, PALE, Page, signed_tick

LOSS, GAIN = "#b35806", "#542788"  # ends of ColorBrewer PuOr, safe for colour-blind readers
NEUTRAL = "#f2f2ef"
BORDER = "#a8a8a8"
NOTHING = 1e-9  # persons a year, per 1,000, or per cent: less is rounding
HATCH_WITHIN = 4  # with five replicates (t, 4 degrees of freedom) one place in 60 is coloured by chance
MAP = 3.12  # inches
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


def _colour_map(ax: Axes, fill: Mapping[str, tuple[str, bool]], places: Places, dot: float) -> None:
    """Countries filled by their place's colour; places too small to see as dots.

    Countries of a regional rest stay grey: what is known of all of them together is true of none.

    Parameters
    ----------
    fill : place -> (colour, uncertain); uncertain places are hatched.
    dot : diameter of the dots in points.
    """
    shapes = geo.country_paths()
    fills = {code: fill.get(code, (PALE, False)) for code in shapes}
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


def draw_map(
    sheet: Page,
    below: float,
    values: pd.DataFrame,
    places: Places,
    noise: Collection[str] = (),
) -> None:
    """World map, inset of Europe and key in the upper part of the free area; the unit stands in the subtitle.

    Parameters
    ----------
    below : inches that are kept free under the map.
    values : columns place, mean, se.
    noise : places that are hatched (`within_noise`).
    """
    cmap = diverging()
    coloured = values[~values["place"].isin(rests(places))]
    norm = BoundaryNorm(class_bounds(coloured["mean"].to_numpy()), cmap.N, extend="both")
    _draw_maps(sheet, below, fills(coloured, norm, cmap, noise), places)
    if values["mean"].abs().max() > NOTHING:
        _draw_key(sheet, below, norm, cmap)
        return
    sheet.axes(2.3, below, 2.9, 0.2, frameon=False, xticks=[], yticks=[]).text(
        0.5, 0.5, "no change in any place", ha="center", va="center", color=GREY
    )


def rests(places: Places) -> set[str]:
    """Codes of the regional rests."""
    return {code for code, is_rest in zip(places.iso3, places.is_rest) if is_rest}


def _draw_maps(sheet: Page, base: float, fill: Mapping[str, tuple[str, bool]], places: Places) -> None:
    """World map and the inset of Europe, from `base` inches up."""
    world = sheet.axes(0, base, sheet.width, MAP)
    _colour_map(world, fill, places, dot=4.5)
    x, _ = geo.equal_earth(np.array([geo.CENTRE - 180, geo.CENTRE + 180]), np.array([0.0, 0.0]))
    _, y = geo.equal_earth(np.zeros(2), np.array([geo.SOUTH, geo.NORTH]))
    world.set(xlim=(x[0] * 0.93, x[1] * 0.93), ylim=(y[0], y[1]))
    inset = sheet.axes(0.0, base + 0.04, 1.56, 1.46)
    _colour_map(inset, fill, places, dot=4.5)
    west, east, south, north = EUROPE
    ex, _ = geo.equal_earth(np.array([west, east]), np.array([50.0, 50.0]))
    _, ey = geo.equal_earth(np.zeros(2), np.array([south, north]))
    inset.set(xlim=ex, ylim=ey)
    inset.add_patch(
        Rectangle((0, 0), 1, 1, transform=inset.transAxes, fill=False, ec=GREY, lw=0.7, clip_on=False, zorder=5)
    )
    world.add_patch(Rectangle((ex[0], ey[0]), ex[1] - ex[0], ey[1] - ey[0], fill=False, ec=GREY, lw=0.6, zorder=4))


def _draw_key(sheet: Page, base: float, norm: BoundaryNorm, cmap: Colormap) -> None:
    """Classed colour bar under the map."""
    ax = sheet.axes(2.3, base + 0.03, 2.9, 0.09)
    bar = sheet.figure.colorbar(ScalarMappable(norm, cmap), cax=ax, orientation="horizontal", extend="both")
    bar.outline.set_visible(False)
    bounds = [float(bound) for bound in norm.boundaries]
    bar.set_ticks(bounds, labels=[signed_tick(b) for b in bounds])
    ax.tick_params(labelsize=6.5, length=0, pad=1.5)


def within_noise(change: pd.DataFrame, agents: pd.Series) -> pd.Series:
    """True where a change may be chance: within `HATCH_WITHIN` paired standard errors of zero, or of few agents.

    Parameters
    ----------
    change : columns mean, se; agents : the same changes as so many agents, which count where no error shows them up.
    """
    return (change["mean"].abs() <= HATCH_WITHIN * change["se"].fillna(0.0) + NOTHING) | agents.map(few)


def fills(
    values: pd.DataFrame, norm: BoundaryNorm, cmap: Colormap, noise: Collection[str] = ()
) -> dict[str, tuple[str, bool]]:
    """Colour of each place, and whether it is hatched instead, as those of `noise` are."""
    means = zip(map(str, values["place"]), values["mean"].to_numpy())
    return {place: (NEUTRAL if place in noise else to_hex(cmap(norm(mean))), place in noise) for place, mean in means}


def map_notes(places: Places, hatched: bool) -> Sequence[str]:
    """Sentences that explain the marks of the map."""
    notes = []
    if hatched:
        notes.append(
            f"Hatched: no change beyond chance, which is one of fewer than {FEW} agents or within {HATCH_WITHIN} "
            "standard errors of zero; with so many places, some would pass two by chance."
        )
    names, shapes = short_names(places), geo.country_paths()
    small = [names[c] for c, is_rest in zip(places.iso3, places.is_rest) if not is_rest and c not in shapes]
    if small:
        notes.append(f"Dots: {', '.join(small)}.")
    notes.append(
        "Grey: countries that the model holds together in regional aggregates; in the bars each of these is one place."
    )
    notes.append("Equal Earth projection; shapes: Natural Earth; no position is taken on the status of any territory.")
    return notes
