"""Phase 4, entry: the year's cohort, its choice of a host, who is turned away, and its institutions."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sim.core.columns import Columns
from sim.core.randomness import Stream, keyed_round
from sim.data.clock import FIRST_YEAR
from sim.data.fields import same_rules
from sim.data.inputs import Inputs
from sim.engines import entry, hosts
from sim.engines.entry import FirstKeys, FirstPeople
from sim.engines.hosts import Deterred, EntryChoice, EntryKeys, Nest
from sim.phases.setting import FIELD_SHARE, Setting, YearContext, funding_change, log_change

STREAMS = (  # in the order of `EntryKeys`
    Stream.ENTRY_HOME, Stream.ENTRY_HOST, Stream.ENTRY_TURNED, Stream.ENTRY_THEN, Stream.ENTRY_BARRED,
    Stream.INSTITUTION,
)  # fmt: skip


@dataclass(frozen=True)
class Entries:
    """Who enters: rows by field, and agents by [origin, place].

    Attributes
    ----------
    waiting : agents by [origin, host] who stay at home and wait for a host that refused or delayed them.
    deterred : expected real persons whom hosts lose to policy, and where they go.
    deterred_at_ends : the same at the low and the high end of the interval of lambda.
    places : [P], doctoral places that policy adds and foreigners take up, expected real persons.
    base : [O, P], probabilities of places of entry without policy; expected : [O, P], entrants, expected real persons.
    """

    rows: list[np.ndarray]
    counts: np.ndarray
    waiting: np.ndarray
    deterred: Deterred
    deterred_at_ends: tuple[Deterred, Deterred]
    places: np.ndarray
    base: np.ndarray
    expected: np.ndarray


@dataclass(frozen=True)
class Changes:
    """What policy changes in the choice of a place of entry.

    Attributes
    ----------
    host : [G, O, P], change of utility of host d for origin o; home : [O], of staying at home.
    barred : [G, O, P], share of refusal and delay in the losses of weight of a host.
    group : [F], of each field: fields that the same share of entrants is refused in share one.
    """

    host: np.ndarray
    home: np.ndarray
    barred: np.ndarray
    group: np.ndarray

    @property
    def changed(self) -> np.ndarray:
        """Where anything changes for an origin [G, O]."""
        found: np.ndarray = (self.host != 0.0).any(axis=2) | (self.home != 0.0)[None]
        return found


def nest_of(setting: Setting) -> Nest:
    """Groups of like hosts; hosts of a group are at least as alike as groups are."""
    return _nest(setting, setting.params.entry.dissimilarity)


def nests_at_ends(setting: Setting) -> tuple[Nest, Nest]:
    """The same with lambda at both ends of its interval from student flows, at most 1."""
    low, high = (setting.data.constants[f"lambda_groups_{end}"] for end in ("low", "high"))
    return _nest(setting, low), _nest(setting, min(high, 1.0))


def _nest(setting: Setting, groups: float) -> Nest:
    return Nest(setting.data.host_group, groups, groups * setting.params.entry.dissimilarity_like)


def entry_utilities(setting: Setting, ctx: YearContext, nest: Nest | None = None, direct: bool = False) -> Changes:
    """Changes of utility against the paired baseline; all 0 in a world without policy.

    Parameters
    ----------
    nest : of hosts; that of the run by default.
    direct : only what policy and hostility change this year; what they made of prestige, students and heads is left
        out, which at coarse scale is mostly chance.
    """
    e, ch, like = setting.params.entry, ctx.channels, (nest or nest_of(setting)).like
    level = e.funding * np.log(ch.funding)
    if not direct:
        level = (
            e.funding * funding_change(ctx)
            + e.prestige * log_change(ctx.macro.prestige, ctx.paired.prestige, 0.002)
            - e.students * log_change(ctx.macro.students, ctx.paired.students, 0.05)
        )
    delay, hostility = e.delay * ch.visa_delay, e.hostility * (1.0 - np.exp(-ctx.hostility.T))
    group, refused = same_rules(ch.entry_refused)
    # refusals, places and visas are shares and odds of a host: they enter times lambda, so that a refusal of 10 %
    # takes exactly 10 % off the host's weight in its group whatever lambda is
    odds = ch.student_places[None, :] + ch.visa_open
    with np.errstate(divide="ignore"):
        bars = like * np.log(1.0 - refused) - delay[None]
    other = level[None, :] - hostility + like * odds
    lost = -bars + np.maximum(-level, 0.0) + hostility[None] + like * np.maximum(-odds, 0.0)[None]
    barred = np.divide(-bars, lost, out=(bars < 0.0).astype(float), where=np.isfinite(lost) & (lost > 0.0))
    return Changes(bars + other[None], level, barred, group)


def enter(setting: Setting, ctx: YearContext, columns: Columns) -> Entries:
    """The year's cohort: identities by origin and field, choice of host, institution."""
    y, e, nest = ctx.inputs, setting.params.entry, nest_of(setting)
    n_places, sigma = setting.data.n_places, setting.params.careers.talent_sigma
    counts = entry.cohort_counts(
        setting.seed, setting.replicate, y.cohort_before, y.cohort_after, setting.scale
    )  # [F, O]
    changes = entry_utilities(setting, ctx)
    odds, host = hosts.entry_choice(y.home_share, y.abroad_share, changes.host, changes.home, nest)
    changed, base = changes.changed, hosts.base_odds(y.home_share)
    key_talent = setting.key(Stream.TALENT, 0)
    keys = EntryKeys(*(setting.key(stream, ctx.year) for stream in STREAMS))
    number, waiting = np.zeros((2, len(columns.blocks), n_places, n_places), np.int64)

    def work(f: int) -> np.ndarray:
        block, g = columns.blocks[f], changes.group[f]
        rows = entry.create_cohort(block, f, counts[f], ctx.year, sigma, key_talent)
        choice = EntryChoice(
            base, y.abroad_share, odds[g], host[g], changed[g], changes.barred[g], e.talent_abroad, sigma
        )
        shares = setting.institutions.shares
        hosts.choose_entry(rows, block.rows.people, choice, shares, keys, number[f], waiting[f])
        return rows

    rows = setting.each_field(work, columns.n_rows)
    own, low, high = (deterred(setting, ctx, at) for at in (nest, *nests_at_ends(setting)))
    usual, now = hosts.probabilities(base, y.abroad_share), expected_entrants(setting, ctx)
    places = doctoral_places(setting, ctx, now)
    return Entries(rows, number.sum(axis=0), waiting.sum(axis=0), own, (low, high), places, usual, now)


def doctoral_places(setting: Setting, ctx: YearContext, now: np.ndarray) -> np.ndarray:
    """Doctoral places that policy adds and foreigners take up [P], expected real persons; `now` : expected entrants."""
    offered = ctx.channels.student_places
    if not offered.any():
        return np.zeros(setting.data.n_places)
    without = replace(ctx, channels=replace(ctx.channels, student_places=np.zeros_like(offered)))
    more = now - expected_entrants(setting, without)
    np.fill_diagonal(more, 0.0)
    return np.where(offered != 0.0, more.sum(axis=0), 0.0)


def expected_entrants(setting: Setting, ctx: YearContext) -> np.ndarray:
    """Entrants by origin and place of entry [O, P] under this year's policy and hostility, expected real persons."""
    y, nest = ctx.inputs, nest_of(setting)
    changes = entry_utilities(setting, ctx, nest, direct=True)
    cohort = y.cohort_after - y.cohort_before  # [F, O]
    if not changes.changed.any():
        usual: np.ndarray = cohort.sum(axis=0)[:, None] * hosts.probabilities(
            hosts.base_odds(y.home_share), y.abroad_share
        )
        return usual
    persons = np.zeros(changes.changed.shape)  # [G, O]
    np.add.at(persons, changes.group, cohort)
    choice = hosts.entry_choice(y.home_share, y.abroad_share, changes.host, changes.home, nest)
    found: np.ndarray = np.einsum("go,gop->op", persons, hosts.probabilities(*choice))
    return found


def deterred(setting: Setting, ctx: YearContext, nest: Nest) -> Deterred:
    """Whom hosts lose to this year's policy and hostility, and to where, if hosts are alike as `nest` says.

    Utilities are those of that nest, so that refusals take their share off a host at every lambda.
    """
    y, changes = ctx.inputs, entry_utilities(setting, ctx, nest, direct=True)
    changed = changes.changed
    if not changed.any():
        return Deterred(*np.zeros((3, *changes.host.shape[1:])))
    persons = np.zeros(changed.shape)  # [G, O]
    np.add.at(persons, changes.group, y.cohort_after - y.cohort_before)
    before = hosts.probabilities(hosts.base_odds(y.home_share), y.abroad_share)
    choice = hosts.entry_choice(y.home_share, y.abroad_share, changes.host, changes.home, nest)
    return hosts.deterred(np.where(changed, persons, 0.0), before, hosts.probabilities(*choice), nest.group)


def rows_needed(setting: Setting, inputs: Inputs, first: int, last: int) -> list[int]:
    """Rows by field that people of these years take at most, with a margin for chance and policy.

    Too many cost nothing (`sim.core.columns.Block`); with too few, all rows are copied when they are used up.
    """
    most = inputs.most_people(first, last) / setting.scale
    return [int(1.1 * share * most) + 1000 for share in FIELD_SHARE]


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
