"""Answer, figure and page of the published effects, from ``numbers.csv``: ``python -m experiments.doses.page``."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from experiments.common.made import write_from_numbers
from experiments.common.page import ANSWER, NONE, estimated, markdown
from experiments.doses.table import EFFECTS, Effect
from sim.analysis.text import number
from sim.plots.style import GREY, INK, PALE, SERIES, joined, page, styled, wrapped

HERE = Path(__file__).parent
ROW, LEFT, RIGHT = 0.36, 2.9, 1.2  # inches


def found_of(numbers: pd.DataFrame, effect: Effect) -> Any:
    """Line of an effect."""
    return next(numbers[numbers["outcome"] == effect.id].itertuples())


def verdict(effect: Effect, value: float) -> str:
    """Whether a value lies in the range."""
    return "met" if effect.off(value) == 0.0 else "**missed**"


def span(effect: Effect, to: str = "to") -> str:
    """Published range with the unit."""
    lo, hi = (f"{value:g}".replace("-", "−") for value in (effect.lo, effect.hi))
    return f"{lo} {to} {hi}{' %' if effect.unit == '%' else ''}"


def value(effect: Effect, found: Any) -> str:
    """The model's number with the unit."""
    return f"{estimated(found.mean, found.se)}{' %' if effect.unit == '%' else ''}"


def told(effect: Effect, found: Any) -> str:
    """``“name”: −15.5 ± 0.6 % (published −19 to −11 %)``."""
    return f"“{effect.name}” at {value(effect, found)} (published {span(effect)})"


def answer(numbers: pd.DataFrame) -> str:
    """Three sentences."""
    found = {effect: found_of(numbers, effect) for effect in EFFECTS}
    met = {effect: effect.off(line.mean) == 0.0 for effect, line in found.items()}
    fitted, free = ([e for e in EFFECTS if bool(e.fitted) == wanted] for wanted in (True, False))
    tests = joined(f"{told(e, found[e])} {'is met' if met[e] else _missed(e, found[e])}" for e in free)
    off = [effect.off(effect.none) for effect in EFFECTS]
    near = [effect.name for effect, widths in zip(EFFECTS, off) if widths < 0.25]
    return (
        f"With one set of parameters the model gives {sum(met.values())} of {len(EFFECTS)} published effects of "
        f"hostility and investigations on scientists, among them {told(EFFECTS[0], found[EFFECTS[0]])}. To "
        f"{len(fitted)} of them a parameter was fitted, so that it is no test that {sum(met[e] for e in fitted)} of "
        f"these come out; of the other {len(free)}, {tests}. A model without fear and hostility would give "
        f"{len(EFFECTS) - off.count(0.0)} of the {len(EFFECTS)} wrong, but “{'” and “'.join(near)}” by less than a "
        "quarter of the width of the published range, so that meeting these says little."
    )


def finding(numbers: pd.DataFrame) -> str:
    """The answer in a sentence."""
    found = {effect: found_of(numbers, effect) for effect in EFFECTS}
    missed = [told(effect, line) for effect, line in found.items() if effect.off(line.mean) > 0.0]
    fitted = sum(bool(effect.fitted) for effect in EFFECTS)
    said = f"{len(EFFECTS) - len(missed)} of {len(EFFECTS)}, to {fitted} of which a parameter was fitted"
    return f"{said}; missed: {joined(missed)}." if missed else f"{said}."


def _missed(effect: Effect, found: Any) -> str:
    gap = max(effect.lo - found.mean, found.mean - effect.hi)
    chance = " (less than the error of chance)" if gap < found.se else ""
    return f"is missed by {number(gap, 2)}{chance}"


def table(numbers: pd.DataFrame) -> str:
    """All effects."""
    rows = []
    for effect in EFFECTS:
        found = found_of(numbers, effect)
        rows.append([
            f"[{effect.id}](../../docs/evidence.md#{effect.id.lower()}): {effect.what}",
            span(effect, "…"),
            value(effect, found),
            verdict(effect, found.mean),
            f"`{effect.fitted}`" if effect.fitted else NONE,
        ])  # fmt: skip
    return markdown(("effect", "published", "model", "", "fitted by it"), rows)


def misses(numbers: pd.DataFrame) -> str:
    """Why effects that are missed are, each in a paragraph."""
    missed = [effect for effect in EFFECTS if effect.off(found_of(numbers, effect).mean) > 0.0]
    return "\n".join(f"- *{e.id} is missed*: {e.cause or 'the cause is not known.'}" for e in missed) or "- None."


def figure(numbers: pd.DataFrame, settings: str) -> Figure:
    """A row an effect, in widths of its published range."""
    caption = (
        "Rows are stretched so that all published ranges are equally wide. Lines: two standard errors of chance. "
        "Hollow: a model without the effect, at the edge if beyond it."
    )
    with styled():
        sheet = page("Published effects and the model's", f"In widths of the published range. {settings}.", caption,
                     ROW * len(EFFECTS) + 0.75)  # fmt: skip
        ax = sheet.axes(LEFT, 0.3, sheet.width - LEFT - RIGHT, ROW * len(EFFECTS))
        _rows(ax, numbers)
        names = ["\n".join(wrapped(e.name[:1].upper() + e.name[1:], 7, LEFT - 0.3)) for e in EFFECTS]
        ax.set_yticks(range(len(EFFECTS)), names)
        keys = [Patch(color=PALE), *(Line2D([], [], ls="", marker="o", color=c, ms=5) for c in SERIES[:2])]
        keys.append(Line2D([], [], ls="", marker="o", color=GREY, mfc="white", ms=5))
        sheet.legend(keys, ["published", "model, fitted to it", "model, not fitted to it", "without fear"])
    return sheet.figure


def _rows(ax: Axes, numbers: pd.DataFrame) -> None:
    lo, hi = -1.0, 2.0
    ax.axvspan(0, 1, color=PALE, lw=0, zorder=0)
    for y, effect in enumerate(EFFECTS):
        found, width = found_of(numbers, effect), effect.hi - effect.lo
        at = (found.mean - effect.lo) / width
        none = min(max((effect.none - effect.lo) / width, lo + 0.05), hi - 0.05)
        color = SERIES[0 if effect.fitted else 1]
        ax.plot(none, y, "o", color=GREY, mfc="white", ms=5, zorder=2)
        ax.hlines(y, at - 2 * found.se / width, at + 2 * found.se / width, color=INK, lw=1.0, zorder=3)
        ax.plot(at, y, "o", color=color, ms=5, zorder=4)
        words = f"{value(effect, found)}\n({span(effect)})"
        ax.annotate(words, (1, y), (6, 0), ("axes fraction", "data"), textcoords="offset points", va="center", size=6.5)
    ax.set(xlim=(lo, hi), ylim=(len(EFFECTS) - 0.5, -0.5))
    ax.set_xticks([0, 1], ["lower end", "upper end"])
    ax.tick_params(axis="y", length=0)
    ax.spines[["left", "bottom"]].set_visible(False)


def blocks(numbers: pd.DataFrame) -> dict[str, str]:
    """What the page has from the numbers, by place."""
    return {ANSWER: answer(numbers), "effects": table(numbers), "misses": misses(numbers)}


def write(folder: Path = HERE) -> list[Path]:
    """Figure and, here, the page anew from the numbers; returns what was written."""
    return write_from_numbers(
        HERE, folder, blocks, finding, lambda numbers, line: {"effects": partial(figure, numbers, line)}
    )


if __name__ == "__main__":
    for path in write():
        print(path)
