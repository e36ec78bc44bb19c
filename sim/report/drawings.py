"""Marks of the page as HTML and SVG without text: strips on a shared linear axis, lines by year, the map."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from markupsafe import Markup, escape
from matplotlib.colors import BoundaryNorm, to_hex, to_rgb
from matplotlib.path import Path

from sim.plots import geo
from sim.plots.style import SERIES, signed_tick
from sim.plots.world_map import BORDER, NEUTRAL, class_bounds, diverging
from sim.report.model import Flow, Series
from sim.report.words import Effect, both

LEAST = 1e-6  # per cent: smaller classes are those of no change at all
STEPS = (1, 2, 5)  # of a decade between ticks
ROOM = 0.05  # of the width, beyond the outermost end
FULL = 300.0  # per cent beyond which a whisker is cut off
# How SVG looks stands on its elements: WeasyPrint applies no style sheet of the page to them.
FONTS = "Source Sans 3, Segoe UI, Roboto, Helvetica Neue, Arial, sans-serif"  # those of page.css
GRID = 'class="grid" fill="none" stroke="#e3e7ec" stroke-width="1"'
DATE = 'class="date" fill="none" stroke="#8a949f" stroke-width="1" stroke-dasharray="3 3"'
TEXT = f'font-family="{FONTS}" font-size="13" fill="#56616e"'
# Viewers of PDF draw no line thinner than a dot, so borders are made faint by opacity rather than by width.
BORDERS = f'stroke="{BORDER}" stroke-width="1" stroke-opacity=".35"'


@dataclass(frozen=True)
class Axis:
    """A linear axis that holds zero, with its ticks."""

    lo: float
    hi: float
    step: float

    def at(self, value: float) -> float:
        """Position in per cent of the width, cut off at the ends."""
        return 100.0 * (min(max(value, self.lo), self.hi) - self.lo) / (self.hi - self.lo)

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Position and label of each tick."""
        first, last = math.ceil(self.lo / self.step - 1e-9), math.floor(self.hi / self.step + 1e-9)
        return [(self.at(k * self.step), signed_tick(k * self.step)) for k in range(first, last + 1)]


def axis_of(effects: Iterable[Effect], most: int = 5) -> Axis:
    """Axis that ends where central values and ranges of all do, with some `most` steps between its ticks.

    Ranges that reach three times as far as all central values are cut off, lest nothing be seen of the others.
    """
    several = [effect for effect in effects if effect.known]
    centre = max((abs(effect.central) for effect in several), default=0.0)
    reach = [end for effect in several for end in (*effect.ends, effect.central) if math.isfinite(end)]
    limit = min(FULL, 3.0 * centre) if centre else FULL
    lo, hi = max(min([0.0, *reach]), -limit), min(max([0.0, *reach]), limit)
    hi = hi if hi > lo else 1.0
    room = ROOM * (hi - lo)
    wanted = min((hi - lo) / most, max(-lo, hi))
    size = 10.0 ** math.floor(math.log10(wanted))
    step = next(size * m for m in (*STEPS, 10) if size * m >= wanted * (1.0 - 1e-9))
    if step > max(-lo, hi) + room:  # no tick beside zero
        step = next(size * m for m in reversed(STEPS) if size * m <= wanted * (1.0 + 1e-9))
    return Axis(lo - room, hi + room, step)


def strip(effect: Effect, axis: Axis) -> Markup:
    """Dot at the documented values, thick bar of chance, pale bar of chance and assumptions."""
    parts = [f'<i class="zero" style="left:{axis.at(0.0):.2f}%"></i>']
    for name, lo, hi in (("wide", effect.lo, effect.hi), ("chance", effect.chance_lo, effect.chance_hi)):
        if math.isfinite(lo) and math.isfinite(hi):
            left = axis.at(lo)
            parts.append(f'<i class="{name}" style="left:{left:.2f}%;width:{max(axis.at(hi) - left, 0.4):.2f}%"></i>')
    if effect.known:
        parts.append(f'<b style="left:{axis.at(effect.central):.2f}%"></b>')
    return Markup(f'<span class="strip" role="img" aria-label="{escape(both(effect))}">{"".join(parts)}</span>')


def two_bars(effect: Effect) -> Markup:
    """How wide chance alone is, and chance and assumptions together: two bars on one scale."""
    widths = [hi - lo for lo, hi in ((effect.chance_lo, effect.chance_hi), (effect.lo, effect.hi))]
    most = max((width for width in widths if math.isfinite(width)), default=0.0)
    rows = []
    for name, words, width in zip(("chance", "wide"), ("chance", "chance and assumptions"), widths):
        if math.isfinite(width) and most > 0.0:
            share = 100.0 * width / most
            rows.append(f'<span class="bar"><i class="{name}" style="width:{max(share, 1.0):.0f}%"></i></span>')
        else:
            rows.append(f'<span class="bar none">{"none" if width == 0.0 else "not known"}</span>')
        rows[-1] = f'<span class="key">{words}</span>{rows[-1]}'
    return Markup(f'<span class="bars">{"".join(rows)}</span>')


def stacked(flow: Flow, most: float) -> Markup:
    """Entrants, moves and exits to both sides of zero; `most` is the longest side of all places."""
    parts, ends = [], {1: 50.0, -1: 50.0}
    for name, value in (("entrants", flow.entrants), ("moves", flow.moves), ("exits", flow.exits)):
        if not math.isfinite(value) or value == 0.0:
            continue
        width, sign = 50.0 * abs(value) / most, 1 if value > 0 else -1
        left = ends[sign] if sign > 0 else ends[sign] - width
        ends[sign] += sign * width
        parts.append(f'<i class="{name}" style="left:{left:.2f}%;width:{width:.2f}%"></i>')
    told = f"entrants {flow.entrants:+,.0f}, moves {flow.moves:+,.0f}, exits {flow.exits:+,.0f}"
    return Markup(
        f'<span class="strip flow" role="img" aria-label="{told}"><i class="zero" style="left:50%"></i>'
        f"{''.join(parts)}</span>"
    )


def longest(flows: Sequence[Flow]) -> float:
    """Longest side of all stacks, for `stacked`."""
    sides = [
        sum(max(sign * part, 0.0) for part in (flow.entrants, flow.moves, flow.exits) if math.isfinite(part))
        for flow in flows
        for sign in (1, -1)
    ]
    return max(sides, default=0.0) or 1.0


def world_map(change: Mapping[str, tuple[float, float]]) -> tuple[Markup, list[tuple[str, str]]]:
    """World with places coloured by class of their change, grey where it may be chance; colours and words of the key.

    Parameters
    ----------
    change : place -> (per cent, share of the class's colour that it gets, 0-1).
    """
    values = np.array([value for value, shade in change.values() if shade] or [0.0])
    bounds, cmap = class_bounds(values), diverging()
    norm = BoundaryNorm(bounds, cmap.N, extend="both")
    colours = {place: _shaded(cmap(norm(value)), shade) for place, (value, shade) in change.items()}
    lines: dict[str, list[str]] = {}
    for code, path in geo.country_paths().items():
        colour = colours.get(code, NEUTRAL)  # countries of a regional rest stay neutral
        lines.setdefault(colour, []).append(_outline(path))
    shapes = "".join(f'<path fill="{colour}" d="{"".join(d)}"/>' for colour, d in lines.items())
    return Markup(f"<g {BORDERS}>{shapes}</g>"), _key(norm, cmap, bounds)


def _shaded(colour: tuple[float, float, float, float], shade: float) -> str:
    """A colour, towards grey."""
    red, green, blue = (shade * a + (1.0 - shade) * b for a, b in zip(colour, to_rgb(NEUTRAL)))
    return to_hex((red, green, blue))


def _key(norm: BoundaryNorm, cmap: object, bounds: np.ndarray) -> list[tuple[str, str]]:
    """Colour and words of each class, the ends open; none where nothing changes."""
    if bounds[-1] < LEAST:
        return []
    classes = [(bounds[0] * 1.5, f"below {signed_tick(bounds[0])}")]
    classes += [((a + b) / 2, f"{signed_tick(a)} to {signed_tick(b)}") for a, b in pairwise(bounds)]
    classes += [(bounds[-1] * 1.5, f"above {signed_tick(bounds[-1])}")]
    return [(to_hex(cmap(norm(value))), words) for value, words in classes]  # type: ignore[operator]


def _outline(path: Path) -> str:
    """A country as SVG, in units of a 720 wide map, to a tenth."""
    at, codes = np.asarray(path.vertices), np.asarray(path.codes)
    parts = []
    for px, py, code in zip(at[:, 0] * 128 + 350, -at[:, 1] * 128 + 168, codes):
        parts.append("Z" if code == Path.CLOSEPOLY else f"{'M' if code == Path.MOVETO else 'L'}{px:.1f} {py:.1f}")
    return "".join(parts)


WIDE, HIGH, LEFT, BELOW = 640.0, 200.0, 44.0, 22.0  # drawing of lines: whole size, room for labels


def lines(series: Series) -> Markup:
    """Lines by year with their ranges, dates of policies as thin verticals with numbers."""
    drawn = [(title, line) for title, line in series.lines.items() if line]
    if not drawn:
        return Markup("")
    years = sorted({year for _, line in drawn for year in line})
    axis = axis_of(effect for _, line in drawn for effect in line.values())
    first, last = years[0], max(years[-1], years[0] + 1)

    def at(year: float, value: float) -> str:
        return f"{_x(year, first, last):.1f},{_y(value, axis):.1f}"

    parts = []
    for place, words in axis.ticks:
        y = _height(place)
        parts.append(f'<line {GRID} x1="{LEFT}" x2="{WIDE}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{words}</text>')
    for year in _labelled(first, last):
        parts.append(f'<text x="{_x(year, first, last):.1f}" y="{HIGH - 5}" text-anchor="middle">{year}</text>')
    for n, (when, _) in enumerate(series.dates, start=1):
        if first <= when <= last:
            x = _x(when, first, last)
            parts.append(f'<line {DATE} x1="{x:.1f}" x2="{x:.1f}" y1="8" y2="{HIGH - BELOW}"/>')
            parts.append(f'<text x="{x + 3:.1f}" y="14">{n}</text>')
    for k, (_, line) in enumerate(drawn):
        colour, known = SERIES[k % len(SERIES)], [(year, e) for year, e in sorted(line.items()) if e.known]
        ranged = [(year, e) for year, e in known if all(map(math.isfinite, e.ends))]
        top, bottom = ([at(y, e.ends[i]) for y, e in ranged] for i in (1, 0))
        if len(ranged) > 1:
            parts.append(f'<polygon fill="{colour}" fill-opacity=".16" points="{" ".join([*top, *bottom[::-1]])}"/>')
        points = " ".join(at(year, effect.central) for year, effect in known)
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{points}"/>')
    told = "; ".join(f"{title}: {both(line[max(line)])} in {max(line)}" for title, line in drawn)
    head = f'<svg class="lines" {TEXT} viewBox="0 0 {WIDE:g} {HIGH:g}" role="img" aria-label="{escape(series.title)}. '
    return Markup(f'{head}{escape(told)}">{"".join(parts)}</svg>')


def _x(year: float, first: int, last: int) -> float:
    return LEFT + (WIDE - LEFT - 20) * (year - first) / (last - first)


def _y(value: float, axis: Axis) -> float:
    return _height(axis.at(value))


def _height(percent: float) -> float:
    return HIGH - BELOW - percent / 100 * (HIGH - BELOW - 8)


def _labelled(first: int, last: int) -> list[int]:
    """Years with room for a label: at most seven."""
    step = next(step for step in (1, 2, 5, 10) if (last - first) / step <= 7)
    return [year for year in range(first, last + 1) if year % step == 0]
