"""Phase 4, careers: fear felt, ageing, posts, second affiliations and exits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.core.columns import Columns
from sim.core.randomness import Stream
from sim.engines import careers
from sim.phases.setting import Setting, YearContext


@dataclass(frozen=True)
class Exits:
    """Who leaves: rows and reasons by field (not yet freed), and agents by [origin, place, reason - 1]."""

    rows: list[np.ndarray]
    reasons: list[np.ndarray]
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

    found = setting.each_field(work, columns.n_rows)
    return Exits([r for r, _ in found], [r for _, r in found], leaving.sum(axis=0))


def retire(columns: Columns, exits: Exits) -> None:
    """Free the rows of those who left."""
    for block, rows in zip(columns, exits.rows):
        block.retire(rows)
