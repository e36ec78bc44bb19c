"""Phase 4, entry: the year's cohort, its choice of a host, and its institutions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.core.columns import Columns
from sim.core.randomness import Stream
from sim.data.fields import same_rules
from sim.engines import entry
from sim.phases.setting import Setting, YearContext, funding_change, log_change


@dataclass(frozen=True)
class Entries:
    """Who enters: rows by field, and agents by [origin, place]."""

    rows: list[np.ndarray]
    counts: np.ndarray


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
    counts = entry.cohort_counts(
        setting.seed, setting.replicate, y.cohort_before, y.cohort_after, setting.scale
    )  # [F, O]
    change, home_change, group = entry_utilities(setting, ctx)
    odds, weight = entry.entry_choice(y.home_share, y.abroad_share, change, home_change, e.dissimilarity)
    sigma = setting.params.careers.talent_sigma
    keys = [setting.key(stream, ctx.year) for stream in (Stream.ENTRY_HOME, Stream.ENTRY_HOST, Stream.INSTITUTION)]
    key_talent = setting.key(Stream.TALENT, 0)
    inst = setting.institutions
    number = np.zeros((len(columns.blocks), n_places, n_places), np.int64)

    def work(f: int) -> np.ndarray:
        b, g = columns.blocks[f], group[f]
        rows = entry.bear(b, f, counts[f], ctx.year, key_talent, sigma)
        entry.choose_entry(
            rows, *b.used("uid", "origin", "talent"), sigma, odds[g], weight[g], e.talent_abroad,
            inst.first, inst.cumulative, *keys, *b.used("place", "entry_place", "institution"), number[f],
        )  # fmt: skip
        return rows

    return Entries(setting.each_field(work, columns.n_rows), number.sum(axis=0))
