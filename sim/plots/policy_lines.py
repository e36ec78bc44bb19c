"""Dates of policies as thin vertical lines with a number; the key to the numbers goes into the caption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from matplotlib.axes import Axes

from sim.plots.style import GREY
from sim.policy.levers import LEVERS

MAX_LINES = 6


@dataclass(frozen=True)
class PolicyDate:
    """One dated change of one or several policies.

    Parameters
    ----------
    when : year with fraction, e.g. 2018.83.
    label : what changes, for the caption.
    """

    when: float
    label: str


def _as_date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def _switches(policy: Any) -> dict[date, list[tuple[str, bool]]]:
    """Levers that are in force (or no longer) from each date of one policy; neutral counts as not in force."""
    out: dict[date, list[tuple[str, bool]]] = {}
    for name, lever in policy.levers.items():
        known = LEVERS.get(lever.lever)
        for when, value in lever.values.items():
            idle = value is None or (known is not None and value == known.neutral)
            out.setdefault(_as_date(when), []).append((str(name), not idle))
    return out


def _events_of(policy: Any, name: str) -> list[tuple[date, str]]:
    """Begin, changes and end of one policy."""
    title = str(getattr(policy, "title", "") or name)
    dated = _switches(policy)
    alive: set[str] = set()
    events: list[tuple[date, str]] = []
    for when in sorted(dated):
        began = bool(alive)
        for lever, in_force in dated[when]:
            (alive.add if in_force else alive.discard)(lever)
        verb = "ends" if not alive else "changes" if began else "begins" if not events else "resumes"
        if began or alive:
            events.append((when, f"{title} {verb}"))
    return events


def policy_dates(policies: Mapping[str, Any], end: float = 9999.0) -> list[PolicyDate]:
    """Dates at which policies begin, change or end, in order; changes of one day share a line.

    Parameters
    ----------
    policies : name -> policy with ``title`` and ``levers`` (name -> object with ``values``: date -> strength or None).
    end : last year of the run; later dates are left out.
    """
    by_day: dict[date, list[str]] = {}
    for name, policy in policies.items():
        for when, label in _events_of(policy, name):
            by_day.setdefault(when, []).append(label)
    days = [d for d in sorted(by_day) if d.year <= end]
    events = [
        PolicyDate(d.year + (d.timetuple().tm_yday - 1) / 365.25, f"{'; '.join(by_day[d])} ({d:%Y-%m})") for d in days
    ]
    return events if len(events) <= MAX_LINES else _begins_and_ends(events)


def _begins_and_ends(events: Sequence[PolicyDate]) -> list[PolicyDate]:
    """Too many dates for a small panel: keep those on which something begins or ends, the first `MAX_LINES`."""
    strong = [e for e in events if " begins" in e.label or " ends" in e.label]
    return (strong or list(events))[:MAX_LINES]


def draw_policy_dates(ax: Axes, events: Sequence[PolicyDate], numbers: bool = True) -> None:
    """Vertical lines in one panel, numbered at the top edge if `numbers`."""
    low, high = ax.get_xlim()
    last = -1e9
    for number, event in enumerate(events, start=1):
        if not low <= event.when <= high:
            continue
        ax.axvline(event.when, color=GREY, lw=0.6, ls=(0, (1, 1.5)), zorder=0.5)
        if not numbers:
            continue
        # Numbers closer than 3 % of the panel would print over each other: shift the later one to the right.
        at = max(event.when, last + 0.04 * (high - low))
        last = at
        ax.annotate(
            str(number), (at, 1), xycoords=("data", "axes fraction"), xytext=(0, 1), textcoords="offset points",
            ha="center", va="bottom", size=5.5, color=GREY,
        )  # fmt: skip


def key_to_lines(events: Sequence[PolicyDate]) -> str:
    """Sentence for the caption that explains the numbered lines; empty without lines."""
    if not events:
        return ""
    return "Dotted lines: " + "; ".join(f"{i} {e.label}" for i, e in enumerate(events, start=1)) + "."
