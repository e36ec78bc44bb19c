"""Phase 4, entry: the year's cohort, its choice of a host, and its institutions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.core.columns import Columns
from sim.core.randomness import Stream, keyed_round
from sim.data.clock import FIRST_YEAR
from sim.data.fields import same_rules
from sim.data.inputs import Inputs
from sim.engines import entry
from sim.engines.entry import EntryChoice, EntryKeys, FirstKeys, FirstPeople
from sim.phases.setting import FIELD_SHARE, Setting, YearContext, funding_change, log_change


@dataclass(frozen=True)
class Entries:
    """Who enters: rows by field, and agents by [origin, place]."""

    rows: list[np.ndarray]
    counts: np.ndarray


def entry_utilities(setting: Setting, ctx: YearContext) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Change of utility of host d for origin o [G, O, P] and of staying at home [O], and the group of each field [F].

    Fields that the same share of entrants is refused in share a group.
    """
    e, ch, paired = setting.params.entry, ctx.channels, ctx.paired
    level = (
        e.funding * funding_change(ctx)
        + e.prestige * log_change(ctx.macro.prestige, paired.prestige, 0.002)
        - e.students * log_change(ctx.macro.students, paired.students, 0.05)
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
    n_places, sigma = setting.data.n_places, setting.params.careers.talent_sigma
    counts = entry.cohort_counts(
        setting.seed, setting.replicate, y.cohort_before, y.cohort_after, setting.scale
    )  # [F, O]
    change, home_change, group = entry_utilities(setting, ctx)
    odds, weight = entry.entry_choice(y.home_share, y.abroad_share, change, home_change, e.dissimilarity)
    streams = (Stream.ENTRY_HOME, Stream.ENTRY_HOST, Stream.INSTITUTION)
    keys = EntryKeys(*(setting.key(stream, ctx.year) for stream in streams))
    key_talent = setting.key(Stream.TALENT, 0)
    number = np.zeros((len(columns.blocks), n_places, n_places), np.int64)

    def work(f: int) -> np.ndarray:
        block, g = columns.blocks[f], group[f]
        rows = entry.create_cohort(block, f, counts[f], ctx.year, sigma, key_talent)
        choice = EntryChoice(odds[g], weight[g], e.talent_abroad, sigma)
        entry.choose_entry(rows, block.rows.people, choice, setting.institutions.shares, keys, number[f])
        return rows

    return Entries(setting.each_field(work, columns.n_rows), number.sum(axis=0))


def first_people(setting: Setting, inputs: Inputs, columns: Columns, start: int) -> np.ndarray:
    """People of the year before the first simulated one, `start` (ODD 5); persons by place [P]."""
    at, stocks = start - FIRST_YEAR, setting.data.researchers
    stock = stocks[at - 1] if at > 0 else stocks[0] ** 2 / stocks[1]
    by_field = FIELD_SHARE[:, None] * stock[None, :] / setting.scale
    number = keyed_round(setting.key(Stream.STOCK, 0), by_field)
    mix, turnover = inputs.entry_mix(start), inputs.entries(start) / stock
    key_talent, key_institution = setting.key(Stream.TALENT, 0), setting.key(Stream.INSTITUTION, start - 1)
    for f, block in enumerate(columns):
        first = FirstPeople(number[f], mix, turnover, start, setting.params.careers.talent_sigma)
        keys = FirstKeys(setting.key(Stream.INITIAL, f), key_talent, key_institution)
        entry.create_first_people(block, f, first, setting.institutions.shares, keys)
    return stock
