"""Phase 4, careers: fear, ageing, tenure, second affiliations and exits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.core.columns import Columns
from sim.core.randomness import Stream
from sim.core.ties import forget
from sim.engines import careers, constituencies
from sim.engines.careers import CareerKeys, CareerRates, Leavers
from sim.engines.constituencies import members_by_kind
from sim.phases.setting import Setting, YearContext


@dataclass(frozen=True)
class Exits:
    """Who leaves: rows and reasons by field (not yet freed), and agents by [origin, place, reason - 1].

    `by_member` : agents by [place, member] (`sim.engines.constituencies`); `norm` : [P], mean personal factor that the
    places' rates were divided by.
    """

    rows: list[np.ndarray]
    reasons: list[np.ndarray]
    counts: np.ndarray
    by_member: np.ndarray
    norm: np.ndarray


def career_rates(setting: Setting, ctx: YearContext, norm: np.ndarray) -> CareerRates:
    """What the year sets for careers, policy included; `norm` : [P], see `exit_norm`."""
    c, s, ch = setting.params.careers, setting.params.security, ctx.channels
    collaboration = setting.params.collaboration
    tenure = np.array([c.permanent_early, c.permanent_established, c.permanent_established])[None, :]
    programme = 1.0 + np.diag(ch.programme_pull)[None, :] + np.zeros_like(ctx.hostility)
    return CareerRates(
        hostility=ctx.hostility,
        hostility_tie=ctx.hostility_tie,
        threat=setting.threat,
        spill=collaboration.fear_exposure_other,
        nearness=collaboration.fear_nearness_tie,
        exit_base=ctx.inputs.exit_base / norm * np.exp(-c.exit_funding * ctx.ln_funding),
        exit_by_stage=exit_by_stage(setting),
        exit_permanent=c.exit_permanent,
        exit_fear=c.exit_fear,
        case_exit=ctx.case_exit,
        tenure=np.broadcast_to(tenure, (setting.data.n_places, 3)).copy(),
        offered=np.clip(tenure + ch.permanent_offer[:, None], 0.0, 1.0),
        kept=ctx.posts_kept,
        talent_permanent=c.talent_permanent,
        dual_gain=s.dual_rate * programme * (1.0 - ch.dual_banned),
        dual_loss=1.0 - (1.0 - s.dual_end) * (1.0 - ch.dual_banned),
    )


def exit_by_stage(setting: Setting) -> np.ndarray:
    """Personal factor on the hazard of exit by stage [4]; the last is retirement."""
    c = setting.params.careers
    return np.array([c.exit_early, c.exit_established, c.exit_senior, c.exit_retirement])


def mean_exit_factor(setting: Setting, year: int, columns: Columns) -> np.ndarray:
    """Mean personal factor on the hazard of exit of the people of each place [P], 1 where nobody is."""
    by_stage, permanent = exit_by_stage(setting), setting.params.careers.exit_permanent
    total, number = np.zeros((2, setting.data.n_places))
    for block in columns:
        careers.mean_exit_factor(year, block.rows.people, by_stage, permanent, total, number)
    return np.divide(total, number, out=np.ones_like(total), where=number > 0)


def exit_norm(setting: Setting, ctx: YearContext, columns: Columns) -> np.ndarray:
    """Mean personal factor that rates of exit are divided by [P]: the paired baseline's, 1 while rates are fitted."""
    if ctx.inputs.fitted:
        return np.ones(setting.data.n_places)
    return mean_exit_factor(setting, ctx.year, columns) if ctx.baseline is None else ctx.baseline.exit_norm


def age_and_exit(setting: Setting, ctx: YearContext, columns: Columns) -> Exits:
    """Set fear, age everyone, give tenure and second affiliations, and mark who leaves."""
    n_places = setting.data.n_places
    norm = exit_norm(setting, ctx, columns)
    rates = career_rates(setting, ctx, norm)
    streams = (Stream.EXIT, Stream.PERMANENT, Stream.DUAL, Stream.POST_LAPSE)
    keys = CareerKeys(*(setting.key(stream, ctx.year) for stream in streams))
    leaving = np.zeros((len(columns.blocks), n_places, n_places, 3), np.int64)
    by_member = np.zeros((len(columns.blocks), n_places, sum(members_by_kind(n_places))), np.int64)

    def work(f: int) -> tuple[np.ndarray, np.ndarray]:
        rows = columns.blocks[f].rows
        n_rows = len(rows.people)
        leavers = Leavers(np.empty(n_rows, np.int64), np.empty(n_rows, np.uint8), leaving[f])
        n = careers.step(ctx.year, rows.people, rows.ties, rates, keys, leavers)
        row, reason = leavers.row[:n].copy(), leavers.reason[:n].copy()  # copies, so that the long arrays can go
        constituencies.count_leaving(rows.people, row, f, setting.institutions.size_class, by_member[f])
        return row, reason

    found = setting.each_field(work, columns.n_rows)
    rows, reasons = [r for r, _ in found], [r for _, r in found]
    return Exits(rows, reasons, leaving.sum(axis=0), by_member.sum(axis=0), norm)


def retire(setting: Setting, columns: Columns, exits: Exits) -> None:
    """Free the rows of those who left, and have their co-authors forget them."""

    def work(f: int) -> None:
        block = columns.blocks[f]
        gone = np.zeros(block.n_rows, np.bool_)
        gone[exits.rows[f]] = True
        forget(block.rows.ties, gone)
        block.retire(exits.rows[f])

    setting.each_field(work, columns.n_rows)
