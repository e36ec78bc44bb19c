"""Phase 4: fear felt, ageing, posts and exits, then the entry of the new cohort."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.agents import population
from sim.columns import Columns
from sim.engines import careers
from sim.fields import same_rules
from sim.phases.setting import Setting, YearContext, funding_change, log_change
from sim.randomness import Stream


@dataclass(frozen=True)
class Exits:
    """Who leaves: rows and reasons by field (not yet freed), and agents by [origin, place, reason - 1]."""

    rows: list[np.ndarray]
    reasons: list[np.ndarray]
    counts: np.ndarray


@dataclass(frozen=True)
class Entries:
    """Who enters: rows by field, and agents by [origin, place]."""

    rows: list[np.ndarray]
    counts: np.ndarray


def age_and_exit(setting: Setting, ctx: YearContext, columns: Columns) -> Exits:
    """Set fear, age everyone, give posts and second affiliations, and mark who leaves."""
    c, s, ch = setting.params.careers, setting.params.security, ctx.channels
    n_places = setting.data.n_places
    funding = np.exp(-c.exit_funding * ctx.ln_funding)
    exit_scale = ctx.inputs.exit_scale * funding
    stage_factor = np.array([c.exit_early, c.exit_established, c.exit_senior])
    permanent_rate = np.array([c.permanent_early, c.permanent_established, c.permanent_established])[None, :]
    permanent_rate = np.clip(permanent_rate + ch.permanent_offer[:, None], 0.0, 1.0)
    programme = 1.0 + np.diag(ch.programme_pull)[None, :] + np.zeros((n_places, n_places))
    dual_gain = s.dual_rate * programme * (1.0 - ch.dual_banned)
    dual_loss = 1.0 - (1.0 - s.dual_end) * (1.0 - ch.dual_banned)
    collaboration = setting.params.collaboration
    keys = [setting.key(stream, ctx.year) for stream in (Stream.EXIT, Stream.PERMANENT, Stream.DUAL)]

    leaving = np.zeros((len(columns.blocks), n_places, n_places, 3), np.int64)

    def work(f: int) -> tuple[np.ndarray, np.ndarray]:
        b = columns.blocks[f]
        rows, reasons = np.empty(b.n_rows, np.int64), np.empty(b.n_rows, np.uint8)
        names = "uid origin place entry_year stage permanent talent fear dual ties"
        n = careers.step(
            ctx.year, *b.used(*names.split()), ctx.hostility, setting.threat,
            collaboration.fear_exposure_other, collaboration.fear_nearness_tie,
            exit_scale, stage_factor, c.exit_permanent, c.exit_fear, ctx.case_exit,
            permanent_rate, c.talent_permanent, dual_gain, dual_loss, *keys, rows, reasons, leaving[f],
        )  # fmt: skip
        return rows[:n].copy(), reasons[:n].copy()  # copies, so that the long arrays can go

    found = setting.each_field(work, _n_rows(columns))
    return Exits([r for r, _ in found], [r for _, r in found], leaving.sum(axis=0))


def _n_rows(columns: Columns) -> int:
    """Rows of all fields, free ones included: what says whether threads pay."""
    return sum(block.n_rows for block in columns)


def retire(columns: Columns, exits: Exits) -> None:
    """Free the rows of those who left."""
    for block, rows in zip(columns, exits.rows):
        block.retire(rows)


def entry_utilities(setting: Setting, ctx: YearContext) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Change of utility of host d for origin o [G, O, P] and of staying at home [O], and the group of each field [F].

    Fields that the same share of entrants is refused in share a group.
    """
    e, ch, ref = setting.params.entry, ctx.channels, ctx.inputs.reference
    level = (
        e.funding * funding_change(ctx)
        + e.prestige * log_change(ctx.macro.prestige, ref.prestige, 0.002)
        - e.students * log_change(ctx.macro.students, ref.students, 0.05)
    )
    pair = level[None, :] - e.delay * ch.visa_delay - e.hostility * (1.0 - np.exp(-ctx.hostility.T))
    group, refused = same_rules(ch.entry_refused)
    # refusals, places and visas are shares and odds of a host: they enter times lambda, so that a refusal of 10 %
    # takes exactly 10 % off the host's weight whatever lambda is
    with np.errstate(divide="ignore"):
        odds = np.log(1.0 - refused) + (ch.student_places[None, :] + ch.visa_open)[None]
    return pair[None] + e.dissimilarity * odds, level, group


def enter(setting: Setting, ctx: YearContext, columns: Columns) -> Entries:
    """The year's cohort: identities by origin and field, choice of host, institution."""
    y, e = ctx.inputs, setting.params.entry
    n_places = setting.data.n_places
    counts = population.cohort_counts(
        setting.seed, setting.replicate, y.cohort_before, y.cohort_after, setting.scale
    )  # [F, O]
    change, home_change, group = entry_utilities(setting, ctx)
    odds, weight = population.entry_choice(y.home_share, y.abroad_share, change, home_change, e.dissimilarity)
    sigma = setting.params.careers.talent_sigma
    keys = [setting.key(stream, ctx.year) for stream in (Stream.ENTRY_HOME, Stream.ENTRY_HOST, Stream.INSTITUTION)]
    key_talent = setting.key(Stream.TALENT, 0)
    inst = setting.institutions
    number = np.zeros((len(columns.blocks), n_places, n_places), np.int64)

    def work(f: int) -> np.ndarray:
        b, g = columns.blocks[f], group[f]
        rows = population.bear(b, f, counts[f], ctx.year, key_talent, sigma)
        population.choose_entry(
            rows, *b.used("uid", "origin", "talent"), sigma, odds[g], weight[g], e.talent_abroad,
            inst.first, inst.cumulative, *keys, *b.used("place", "entry_place", "institution"), number[f],
        )  # fmt: skip
        return rows

    return Entries(setting.each_field(work, _n_rows(columns)), number.sum(axis=0))
