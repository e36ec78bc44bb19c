"""One year's numbers on places, as plain lists: the reference rewrites what people do, not what places are.

Simple ones are worked out here from the year's context; those that are models of their own (moves, entry, partner
places, openness of papers, team sizes) are handed over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, log, sqrt
from typing import Any

import numpy as np

from benchmarks.reference.keyed import Stream, stream_key
from sim.data.fields import FIELDS
from sim.params import Params


@dataclass(frozen=True)
class Constants:
    """What stays the same over a run.

    Attributes
    ----------
    seed, replicate : name of the random world; scale : people whom an agent stands for.
    elite_talent : talent of the top decile.
    threat : [P, P]; border_share : [P], share of joint papers inside a place that cross a border.
    institution_first : [P + 1]; institution_cumulative : [I], shares summed within each place.
    """

    seed: int
    replicate: int
    scale: float
    params: Params
    elite_talent: float
    threat: list[list[float]]
    border_share: list[float]
    institution_first: list[int]
    institution_cumulative: list[float]

    @property
    def same(self) -> float:
        """Probability that one agent drawn twice is one person."""
        return 1.0 / self.scale

    def key(self, stream: Stream, year: int) -> int:
        """Key of a stream in a year of this run."""
        return stream_key(self.seed, self.replicate, stream, year)


@dataclass(frozen=True)
class Plans:
    """Handed over: the place-level models of a year.

    Attributes
    ----------
    base : [P, P]; attract : [F, P origin, 3, 2, P to]; total, leaving : [F, P from, P origin, 3, 2]; accept : [P].
    entry_odds : [F, O]; entry_host : [F, O, P]; the same `_now`; entry_changed : [F, O]; entry_barred : [F, O, P].
    foreign : [P, P], partner places abroad, cumulative; teams : [F, sizes], cumulative.
    openness : [F, P, 64], how open papers are, by quantile.
    """

    base: np.ndarray
    attract: np.ndarray
    total: np.ndarray
    leaving: np.ndarray
    accept: np.ndarray
    entry_odds: np.ndarray
    entry_host: np.ndarray
    entry_odds_now: np.ndarray
    entry_host_now: np.ndarray
    entry_changed: np.ndarray
    entry_barred: np.ndarray
    foreign: np.ndarray
    openness: np.ndarray
    teams: np.ndarray


@dataclass(frozen=True)
class Readers:
    """Who reads: `weight` [P], citations of a place per unit of z in its reach; `reach` [reader, read]."""

    weight: list[float]
    reach: list[list[float]]
    known: dict[frozenset[int], float] = field(default_factory=dict)


@dataclass
class Given:
    """One year as people see it; indices as in `Plans`, friction and screened by [kind, field, lead's place,
    partner's place].

    Attributes
    ----------
    readers, readers_baseline : of this run and of the paired baseline, None if this is it.
    z1 : thresholds of the top 1 % if they are the baseline's in all, else None; z1_baseline : the baseline's.
    exit_norm : mean personal factors that rates of exit are divided by, None for those of the people themselves.
    lost : (field, place, partner's place) -> refused sensitive projects; ended : (field, place) -> sensitive projects
        without a completed paper.
    refused, unwritten : (why, place of the lead) -> refused slots, and papers that these prevented.
    """

    year: int
    params: Params
    constants: Constants
    key: dict[Stream, int]
    hostility: list[list[float]]
    hostility_tie: list[list[float]]
    hostile: list[bool]
    case_exit: list[list[float]]
    home_early: list[float]
    exit_base: list[float]
    exit_norm: list[float] | None
    permanent_rate: list[list[float]]
    permanent_offered: list[list[float]]
    posts_kept: list[float]
    dual_gain: list[list[float]]
    dual_loss: list[list[float]]
    cohort_before: list[list[float]]
    cohort_after: list[list[float]]
    base: list[list[float]]
    attract: list[Any]
    total: list[Any]
    leaving: list[Any]
    accept: list[float]
    entry_odds: list[list[float]]
    entry_host: list[Any]
    entry_odds_now: list[list[float]]
    entry_host_now: list[Any]
    entry_changed: list[list[bool]]
    entry_barred: list[Any]
    entry_refused: list[Any]
    origin_link: list[float]
    foreign: list[list[float]]
    openness: list[Any]
    teams: list[list[float]]
    team_mean: list[float]
    rate: list[float]
    recruits: list[float]
    success: list[float]
    burden: list[float]
    burden_institution: list[float]
    military: list[float]
    friction: list[Any]
    screened: list[Any]
    level: list[list[float]]
    readers: Readers
    readers_baseline: Readers | None
    z1: list[float] | None
    z1_baseline: list[float] | None
    lost: dict[tuple[int, int, int], float] = field(default_factory=dict)
    ended: dict[tuple[int, int], float] = field(default_factory=dict)
    refused: dict[tuple[int, int], float] = field(default_factory=dict)
    unwritten: dict[tuple[int, int], float] = field(default_factory=dict)

    @property
    def n_places(self) -> int:
        """Number of places."""
        return len(self.accept)


def give(constants: Constants, context: Any, plans: Plans, baseline: Any) -> Given:
    """The year's numbers from its context (`sim.phases.setting.YearContext`) and the handed-over plans.

    `baseline` : what the paired baseline left of the year (`sim.phases.macro.Macro`), None if this is it.
    """
    params, year = constants.params, context.year
    handed = {name: getattr(plans, name).tolist() for name in Plans.__dataclass_fields__}
    fitted = np.ones(len(handed["accept"])) if context.inputs.fitted else None
    norm = fitted if fitted is not None or baseline is None else baseline.exit_norm
    handed |= _careers(params, context, norm) | _publication(params, context)
    return Given(
        year=year,
        params=params,
        constants=constants,
        key={stream: constants.key(stream, year) for stream in Stream},
        entry_refused=context.channels.entry_refused.tolist(),
        cohort_before=context.inputs.cohort_before.tolist(),
        cohort_after=context.inputs.cohort_after.tolist(),
        readers=Readers(context.macro.readers.tolist(), reach(params, context.access)),
        readers_baseline=Readers(baseline.readers.tolist(), baseline.known.T.tolist())
        if baseline is not None
        else None,
        z1=baseline.z1.tolist() if params.feedback == "frozen" and baseline is not None else None,
        z1_baseline=baseline.z1.tolist() if baseline is not None else None,
        **handed,
    )


def reach(params: Params, access: np.ndarray) -> list[list[float]]:
    """How far readers of a place are reached by papers of another [reader, read]: at home wholly, else by access."""
    floor = params.impact.reading_floor
    height = params.impact.reading_abroad / (floor + (1.0 - floor) / 2.0)
    return [
        [1.0 if a == b else min(1.0, height * (floor + (1.0 - floor) * reached)) for b, reached in enumerate(row)]
        for a, row in enumerate(access.tolist())
    ]


def _careers(params: Params, context: Any, norm: np.ndarray | None) -> dict[str, Any]:
    """Fear, posts, second affiliations and exits; `norm` : None if this is the baseline, after the data."""
    c, s, ch = params.careers, params.security, context.channels
    rates = np.array([c.permanent_early, c.permanent_established, c.permanent_established])
    ban = ch.dual_banned
    gain = s.dual_rate * (1.0 - ban) * (1.0 + ch.programme_pull.diagonal())[None, :]  # [place, origin]
    return {
        "hostility": context.hostility.tolist(),
        "hostility_tie": context.hostility_tie.tolist(),
        "hostile": ((context.hostility > 0.0) | (context.hostility_tie > 0.0)).any(axis=1).tolist(),
        "case_exit": context.case_exit.tolist(),
        "home_early": (context.inputs.home_early**params.mobility.home_early).tolist(),
        "exit_norm": None if norm is None else norm.tolist(),
        "exit_base": (context.inputs.exit_base * np.exp(-c.exit_funding * context.ln_funding)).tolist(),
        "permanent_rate": np.tile(rates, (len(ch.permanent_offer), 1)).tolist(),
        "permanent_offered": np.clip(rates + ch.permanent_offer[:, None], 0.0, 1.0).tolist(),
        "posts_kept": context.posts_kept.tolist(),
        "dual_gain": gain.tolist(),
        "dual_loss": (1.0 - (1.0 - s.dual_end) * (1.0 - ban)).tolist(),
    }


def _publication(params: Params, context: Any) -> dict[str, Any]:
    """Output, projects, rules of either side, worth of places."""
    p, i, ch = params.publication, params.impact, context.channels
    students, others = _students(params, context)
    rate = context.inputs.output * np.exp(p.funding * context.ln_funding) * others**p.students_output
    recruits = np.exp(p.funding * context.ln_recruits) * (students / others) ** p.students_output
    refused = 1.0 - (1.0 - ch.friction) * (1.0 - ch.friction.swapaxes(2, 3))
    level = i.place_quality * context.inputs.quality[None, :] + i.access * context.frontier
    years = min(context.year, 2017) - 2000 + sum(p.team_fade**n for n in range(1, context.year - 2017 + 1))
    world = p.team_2000 * np.exp(p.team_growth * years)
    mean = sum(x.team * x.share for x in FIELDS)
    return {
        "origin_link": _origin_links(params, context),
        "rate": rate.tolist(),
        "recruits": recruits.tolist(),
        "success": np.clip(p.success * np.exp(context.ln_funding), 0.02, 0.95).tolist(),
        "burden": ch.burden_place.tolist(),
        "burden_institution": ch.burden_institution.tolist(),
        "military": ch.military.tolist(),
        "friction": refused.tolist(),
        "screened": ch.screened.tolist(),
        "level": level.tolist(),
        "team_mean": [float(np.clip(world * x.team / mean, 1.3, 14.0)) for x in FIELDS],
    }


def _students(params: Params, context: Any) -> tuple[np.ndarray, np.ndarray]:
    """Students of a recruit and of an incumbent over those of the mean person [P]: what one gains, the other loses."""
    gains, losses = [], []
    for change, share in zip(context.channels.students_to_recruits.tolist(), context.recruits.tolist(), strict=True):
        most = 1.0 + (1.0 - params.money.floor) * (1.0 - share) / share if share else 1.0
        gain = min(exp(change), most) if share else 1.0
        gains.append(gain)
        losses.append((1.0 - share * gain) / (1.0 - share) if share < 1.0 else 1.0)
    return np.array(gains), np.array(losses)


def _origin_links(params: Params, context: Any) -> list[float]:
    """Share of new partners whom people abroad look for in their origin: by compatriots there, and by its border."""
    home, papers = context.inputs.home_weight.tolist(), context.macro.size.tolist()
    usual = exp(sum(n * log(h) for n, h in zip(papers, home, strict=True)) / sum(papers))
    there = context.macro.at_origin.tolist()
    return [params.collaboration.origin * s * min(1.0, sqrt(usual / h)) for s, h in zip(there, home, strict=True)]
