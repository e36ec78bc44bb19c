"""Dates of policies as thin vertical lines with a number, and the key to the numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from matplotlib.axes import Axes

from sim.plots.style import GREY, joined
from sim.policy.levers import LEVERS
from sim.policy.words import short_title

MAX_LINES = 6
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
NUMBER_WIDTH = 0.075  # inches that a number and the space beside it take


@dataclass(frozen=True)
class PolicyDate:
    """One dated change of one or several policies.

    Parameters
    ----------
    when : year with fraction, e.g. 2018.83.
    label : what changes, for the key.
    """

    when: float
    label: str


@dataclass(frozen=True)
class Period:
    """Years with fraction from which until which a policy is in force, and its title."""

    begin: float
    end: float
    title: str


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


def _events_of(policy: Any) -> list[tuple[date, str]]:
    """Dates at which one policy begins, changes or ends, each with that verb."""
    dated = _switches(policy)
    alive: set[str] = set()
    events: list[tuple[date, str]] = []
    for when in sorted(dated):
        began = bool(alive)
        for lever, in_force in dated[when]:
            (alive.add if in_force else alive.discard)(lever)
        verb = "ends" if not alive else "changes" if began else "begins" if not events else "resumes"
        if began or alive:
            events.append((when, verb))
    return events


def policy_title(policy: Any, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """Short title of a policy, and by whom it is issued if not by those that its file names.

    Parameters
    ----------
    names : place names by code, for these issuers.
    """
    issuers = [names.get(code, code) for code in policy.issuer] if getattr(policy, "reissued_from", ()) else []
    return short_title(policy.title) + (f", as issued by {joined(issuers)}" if issuers else "")


def policy_dates(
    policies: Mapping[str, Any], end: float = 9999.0, names: Mapping[str, str] = MappingProxyType({})
) -> list[PolicyDate]:
    """Dates at which policies begin, change or end, in order; changes of one day share a line.

    Parameters
    ----------
    policies : name -> policy with ``title`` and ``levers`` (name -> object with ``values``: date -> strength or None).
    end : last year of the run; later dates are left out.
    names : place names by code.
    """
    by_day: dict[date, dict[str, list[str]]] = {}
    for policy in policies.values():
        for when, verb in _events_of(policy):
            by_day.setdefault(when, {}).setdefault(verb, []).append(policy_title(policy, names))
    days = [day for day in sorted(by_day) if day.year <= end]
    if len(days) > MAX_LINES:  # too many for a small panel: only those on which something begins or ends
        days = ([day for day in days if set(by_day[day]) & {"begins", "ends"}] or days)[:MAX_LINES]
    return [PolicyDate(_year_of(day), _label(day, by_day[day])) for day in days]


def policy_periods(
    policies: Mapping[str, Any], end: float, names: Mapping[str, str] = MappingProxyType({})
) -> list[Period]:
    """Each policy from its first date to its last, or beyond `end` if it stays; in the order in which they begin."""
    found = []
    for policy in policies.values():
        events = _events_of(policy)
        if events and _year_of(events[0][0]) <= end:
            until = _year_of(events[-1][0]) if events[-1][1] == "ends" else float("inf")
            found.append(Period(_year_of(events[0][0]), until, policy_title(policy, names)))
    return sorted(found, key=lambda period: period.begin)


def _year_of(day: date) -> float:
    return day.year + (day.timetuple().tm_yday - 1) / 365.25


def _label(day: date, titles: Mapping[str, list[str]]) -> str:
    """Such as 'November 2018, begins: visa refusals; partner ban'."""
    told = ", ".join(f"{verb}: {'; '.join(names)}" for verb, names in titles.items())
    return f"{MONTHS[day.month - 1]} {day.year}, {told}"


def draw_policy_dates(ax: Axes, events: Sequence[PolicyDate], numbers: bool = True) -> None:
    """Vertical lines in one panel, numbered at the top edge if `numbers`."""
    low, high = ax.get_xlim()
    figure = ax.get_figure(root=True)
    width = ax.get_position().width * figure.get_size_inches()[0] if figure is not None else 1.0
    gap = NUMBER_WIDTH / width * (high - low)
    shown = [(number, event) for number, event in enumerate(events, start=1) if low <= event.when <= high]
    for (number, event), at in zip(shown, _apart([event.when for _, event in shown], gap, high)):
        ax.axvline(event.when, color=GREY, lw=0.6, ls=(0, (1, 1.5)), zorder=0.5)
        if not numbers:
            continue
        ax.annotate(
            str(number), (at, 1), xycoords=("data", "axes fraction"), xytext=(0, 1), textcoords="offset points",
            ha="center", va="bottom", size=5.5, color=GREY,
        )  # fmt: skip


def _apart(dates: Sequence[float], gap: float, high: float) -> list[float]:
    """Positions of numbers: dates close to each other move the later number right, and the panel's edge all left."""
    at: list[float] = []
    for when in dates:
        at.append(max(when, at[-1] + gap) if at else when)
    edge = high
    for i in reversed(range(len(at))):
        at[i] = min(at[i], edge)
        edge = at[i] - gap
    return at


def key_to_lines(events: Sequence[PolicyDate]) -> list[str]:
    """What the numbered lines are, one each."""
    return [f"{i}  {event.label}" for i, event in enumerate(events, start=1)]
