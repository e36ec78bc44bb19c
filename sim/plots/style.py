"""Look of all figures: page with title, subtitle and caption; colours safe for colour-blind readers; saving.

Only the object API of matplotlib is used: no figure is registered anywhere, nothing has to be closed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

WIDTH = 7.1  # inches: text width of an A4 report with 15 mm margins
DPI = 160
MARGIN = 0.08  # inches
INK, GREY, PALE = "#222222", "#6b6b6b", "#d9d9d9"
TITLE, TEXT, KEY = 11.0, 9.0, 7.5  # points: title, subtitle and caption, keys to numbered lines
# Okabe & Ito 2008, "Color universal design", without yellow (too pale for lines) and black.
SERIES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
MODE_NAMES = {"scripted": "direct effects", "reactive": "total effects"}
MODE_LINES: dict[str, Any] = {"scripted": "-", "reactive": (0, (4, 1.6))}

RC: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 7.5,
    "axes.titlesize": 8,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 7.5,
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.formatter.useoffset": False,
    "grid.color": "#ececec",
    "grid.linewidth": 0.6,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 7.5,
    "hatch.linewidth": 0.5,
    "svg.fonttype": "path",  # the same picture on machines without the font
    "svg.hashsalt": "talent-circulation",  # the same bytes each time
    "text.color": INK,
    "text.parse_math": False,  # a $ in a title is a dollar
}


@dataclass(frozen=True)
class Page:
    """A figure with its head and caption drawn, and the free area between them (inches from lower left)."""

    figure: Figure
    left: float
    bottom: float
    width: float
    height: float

    def axes(self, left: float, bottom: float, width: float, height: float, **options: Any) -> Axes:
        """Axes placed in inches within the free area."""
        total_w, total_h = self.figure.get_size_inches()
        box = (
            (self.left + left) / total_w,
            (self.bottom + bottom) / total_h,
            width / total_w,
            height / total_h,
        )
        return self.figure.add_axes(box, **options)

    def legend(self, handles: Sequence[Any], labels: Sequence[str]) -> None:
        """One row of keys at the top left of the free area."""
        total_w, total_h = self.figure.get_size_inches()
        self.figure.legend(
            handles,
            labels,
            loc="upper left",
            bbox_to_anchor=(self.left / total_w, (self.bottom + self.height) / total_h),
            ncols=max(len(labels), 1),
            handlelength=2.4,
            columnspacing=1.6,
            borderaxespad=0,
            borderpad=0,
        )


@cache
def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Width of one line of text in inches."""
    font = FontProperties(family=RC["font.family"], size=size, weight=weight)
    return _ruler().get_text_width_height_descent(text, font, ismath=False)[0] / 72


@cache
def _ruler() -> RendererAgg:
    """A renderer that nothing is drawn on; it knows how wide text is, in points."""
    return FigureCanvasAgg(Figure(dpi=72)).get_renderer()


def wrapped(text: str, size: float, width: float, weight: str = "normal") -> list[str]:
    """Text broken into lines that fit `width` inches; line breaks in the text are kept, numbers keep their %."""
    lines: list[str] = []
    space = text_width("n n", size, weight) - text_width("nn", size, weight)
    for paragraph in text.replace(" %", "\u00a0%").split("\n"):
        line, used = "", 0.0
        for word in paragraph.split(" "):
            extent = text_width(word, size, weight)
            if line and used + space + extent > width:
                lines.append(line)
                line, used = word, extent
            else:
                used += extent + (space if line else 0)
                line = f"{line} {word}" if line else word
        lines.append(line)
    return lines


def page(
    title: str, subtitle: str, caption: str, body_height: float, width: float = WIDTH, key: Sequence[str] = ()
) -> Page:
    """New figure with head and caption; head, caption and key decide the height.

    Parameters
    ----------
    caption : what a reader has to know, best in two lines.
    body_height : inches kept free between head and key.
    width : inches.
    key : lines between body and caption, such as the dates that numbers in the body stand for.
    """
    inner = width - 2 * MARGIN
    titles = wrapped(title, TITLE, inner, "bold")
    heads = wrapped(subtitle, TEXT, inner) if subtitle else []
    keys = [line for text in key for line in wrapped(text, KEY, inner)]
    notes = wrapped(caption, TEXT, inner) if caption else []
    title_line, text_line, key_line = 0.21, 0.165, 0.14
    top = MARGIN + 0.01 + title_line * len(titles)
    head = top + text_line * len(heads) + 0.06
    below = MARGIN + text_line * len(notes)
    foot = below + key_line * len(keys) + 0.06 * (1 + bool(keys))
    height = foot + body_height + head
    figure = Figure(figsize=(width, height), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    x = MARGIN / width
    for i, text in enumerate(titles):
        figure.text(x, 1 - (MARGIN + i * title_line) / height, text, size=TITLE, weight="bold", va="top")
    for i, text in enumerate(heads):
        figure.text(x, 1 - (top + i * text_line) / height, text, size=TEXT, color=GREY, va="top")
    for i, text in enumerate(reversed(keys)):
        figure.text(x, (below + 0.06 + i * key_line) / height, text, size=KEY, va="bottom")
    for i, text in enumerate(reversed(notes)):
        figure.text(x, (MARGIN + i * text_line) / height, text, size=TEXT, va="bottom", gid="caption")
    figure.set_label(title)
    return Page(figure, MARGIN, foot, inner, body_height)


def styled() -> Any:
    """Context in which figures are drawn and saved."""
    return matplotlib.rc_context(RC)  # type: ignore[arg-type]


def save(figure: Figure, folder: Path, name: str, svg: bool = True) -> list[Path]:
    """Write PNG, and SVG if wanted, without dates, so that the same figure gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.{kind}" for kind in ("png", "svg")[: 1 + svg]]
    title = str(figure.get_label())
    with styled():
        figure.savefig(paths[0], dpi=DPI, metadata={"Title": title, "Software": None})
        for path in paths[1:]:
            figure.savefig(path, metadata={"Title": title, "Date": None, "Creator": None})
    return paths


def joined(words: Iterable[str]) -> str:
    """'a, b and c'."""
    items = list(words)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def signed(value: float, digits: int = 0) -> str:
    """Number with sign, thousands separator and a true minus."""
    text = f"{value:+,.{digits}f}"
    return (text[1:] if float(text.replace(",", "")) == 0 else text).replace("-", "−")


def signed_tick(value: float, _position: float | None = None) -> str:
    """Tick label with sign and as many decimals as it needs, at most three."""
    if abs(value) < 1e-9:
        return "0"
    digits = next((d for d in range(3) if abs(round(value, d) - value) < 1e-6 * abs(value)), 3)
    return signed(value, digits)


def short(value: float) -> str:
    """Number to three significant digits, without exponent."""
    digits = max(0, 2 - math.floor(math.log10(abs(value)))) if value and math.isfinite(value) else 0
    return f"{value:,.{digits}f}"


def signed_short(value: float) -> str:
    """`short` with sign."""
    return ("+" if value > 0 else "") + short(value).replace("-", "−")
