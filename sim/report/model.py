"""The page as numbers and words: what the template prints, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from sim.analysis.summary import Period
from sim.report.words import Effect


@dataclass(frozen=True)
class Scenario:
    """A scenario as the page speaks of it; `title` ends before the first colon of `full`."""

    label: str
    title: str
    full: str


@dataclass(frozen=True)
class Row:
    """One line: what it is about, its effect in per cent (or points) and in its own unit."""

    label: str
    relative: Effect
    absolute: Effect | None = None


@dataclass(frozen=True)
class Panel:
    """Lines that share one linear axis."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Certainty:
    """How sure one thing is: dots of four and why."""

    what: str
    dots: int
    why: str
    effect: Effect


@dataclass(frozen=True)
class Card:
    """One number of the page's four."""

    title: str
    row: Row
    note: str = ""


@dataclass(frozen=True)
class Flow:
    """What a place gains: the change of its stock, and the flows that add up to it, in persons."""

    place: str
    stock: Effect
    entrants: float
    moves: float
    exits: float


@dataclass(frozen=True)
class Money:
    """One line of the bill; `told` stands where there is no number."""

    label: str
    effect: Effect | None
    told: str = ""


@dataclass(frozen=True)
class Lost:
    """Papers a year lost for want of partners, to rules and to fear."""

    rule: Effect
    fear: Effect

    @property
    def share_fear(self) -> float:
        """Share of the loss that is fear's, 0-1; NaN if nothing is lost."""
        rule, fear = max(self.rule.central, 0.0), max(self.fear.central, 0.0)
        return fear / (rule + fear) if rule + fear > 0.0 else float("nan")


@dataclass(frozen=True)
class Step:
    """A step of another government: in how many of the worlds with and without the scenario it is taken."""

    government: str
    what: str
    answering: str
    taken: int
    without: int
    of: int


@dataclass(frozen=True)
class Detail:
    """All that is said of one scenario alone."""

    scenario: Scenario
    gains: tuple[Flow, ...]
    losses: tuple[Flow, ...]
    map: Mapping[str, tuple[float, float]]  # place -> change of the stock in %, how strongly it is coloured, 0-1
    origin: str  # the origin whose entrants are followed; empty: no origin is targeted
    instead: tuple[Row, ...]
    payers: tuple[Panel, ...]
    money: tuple[Money, ...]
    unpriced: str  # levers in force whose money the model does not know, in words
    lost: Lost | None
    refused: tuple[Effect, Effect] | None  # slots refused by rule, for fear
    victim: str  # the one place whose exposure is told
    exposure: tuple[Row, ...]
    protected: Row | None
    leaks: Row | None
    steps: tuple[Step, ...]
    worlds: str  # in which steps were counted
    reacted: bool  # reactive runs are there
    total: tuple[Row, ...]  # outcomes whose total effect departs from the direct one, which is `absolute` here
    table: pd.DataFrame  # all effects on the subject, tidy


@dataclass(frozen=True)
class Flip:
    """An assumption that could turn the answer, and where."""

    words: str
    span: str
    documented: str
    turns: str


@dataclass(frozen=True)
class Flips:
    """What a run of `flip` found, or the command that finds it."""

    about: str
    rows: tuple[Flip, ...]
    command: str


@dataclass(frozen=True)
class Checked:
    """One thing that the model was held against."""

    what: str
    model: str
    goal: str
    verdict: str
    kind: str


@dataclass(frozen=True)
class PolicyLine:
    """One strength of one lever while it holds."""

    scenario: str
    policy: str
    issuer: str
    lever: str
    since: str
    until: str
    strength: str
    whom: str
    source: str
    grounds: str  # source of the policy as a whole


@dataclass(frozen=True)
class Reference:
    """A source: its id, what it says, where it is."""

    name: str
    fact: str
    source: str


@dataclass(frozen=True)
class Repeat:
    """How to get the same page again."""

    command: str
    version: str
    revision: str
    seed: str
    key: str
    size: str


@dataclass(frozen=True)
class Series:
    """Effect by year in per cent: year -> (central, low end, high end), for each scenario; dates of policies."""

    title: str
    lines: Mapping[str, Mapping[int, Effect]]
    dates: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Report:
    """The whole page."""

    title: str
    asked: str
    subject: str
    places: tuple[str, ...]  # ISO3 codes of the subject
    reference: str
    period: Period
    scenarios: tuple[Scenario, ...]
    answer: tuple[str, ...]
    ranges: str
    caution: str  # of a subject of few agents
    draws: int
    certainty: tuple[Certainty, ...]
    cards: tuple[Card, ...]
    shared: tuple[Panel, ...]
    details: tuple[Detail, ...]
    flips: Flips
    checked: tuple[Checked, ...]
    misses: tuple[str, ...]  # of what was checked, those about the subject first
    policies: tuple[PolicyLine, ...]
    references: tuple[Reference, ...]
    repeat: Repeat
    series: tuple[Series, ...]
    glossary: tuple[tuple[str, str], ...]
    limits: tuple[str, ...]
    numbers: pd.DataFrame  # every effect of the page's subject, tidy: for tables
