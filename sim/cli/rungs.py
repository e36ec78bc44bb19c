"""Rungs that imposed policies put places on, by years and countries: what other governments see of a scenario."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sim.config.schema import Config
from sim.data.tables import WorldData
from sim.policy.ladder import Ladders
from sim.policy.rungs import Rungs
from sim.policy.timeline import Timeline


@dataclass(frozen=True)
class State:
    """Rungs of one place in one year; `restrict` names the places by index."""

    protect: int
    promote: int
    restrict: tuple[int, ...]


@dataclass(frozen=True)
class Span:
    """Years in which a place's rungs stay the same."""

    first: int
    last: int
    state: State


NOTHING = State(0, 0, ())


def rung_words(step: tuple[str, int] | None, ladders: Ladders) -> str:
    """A rung in words: ``protect, rung 3: screening by risk of its own list``, ``restrict``; empty for none."""
    if step is None:
        return ""
    ladder, rung = step
    rungs = getattr(ladders, ladder).rungs
    return ladder if len(rungs) == 1 else f"{ladder}, rung {rung}: {rungs[rung - 1].title}"


def rung_rows(cfg: Config, data: WorldData, year: int | None = None) -> list[tuple[str, ...]]:
    """Years, countries, and their rungs of protect, restrict and promote, in order of time.

    Parameters
    ----------
    year : this one only; None for the whole clock.
    """
    years = [year] if year is not None else list(range(cfg.start, cfg.end + 1))
    line = Timeline(cfg.policies, data, cfg.start, cfg.end, ladders=cfg.ladder)
    imposed = [line.rungs(each) for each in years]
    places: dict[Span, list[int]] = {}
    for place in range(data.n_places):
        for span in _spans([_state(one, place) for one in imposed], years):
            places.setdefault(span, []).append(place)
    ordered = sorted(places.items(), key=lambda item: (item[0].first, item[0].last, item[1]))
    return [_row(span, held, data, cfg.end) for span, held in ordered]


def _state(imposed: Rungs, place: int) -> State:
    restricted = tuple(np.flatnonzero(imposed.restrict[place]).tolist())
    return State(int(imposed.protect[place]), int(imposed.promote[place]), restricted)


def _spans(states: Sequence[State], years: Sequence[int]) -> Iterator[Span]:
    """Runs of years with the same rungs, without those on none."""
    first = 0
    for i, state in enumerate(states):
        if i + 1 == len(states) or states[i + 1] != state:
            if state != NOTHING:
                yield Span(years[first], years[i], state)
            first = i + 1


def _row(span: Span, places: Sequence[int], data: WorldData, end: int) -> tuple[str, ...]:
    when = f"{span.first} on" if span.last == end > span.first else f"{span.first} to {span.last}"
    return (
        f"{span.first}" if span.first == span.last else when,
        ", ".join(data.names[place] for place in places),
        str(span.state.protect or ""),
        ", ".join(data.names[place] for place in span.state.restrict),
        str(span.state.promote or ""),
    )
