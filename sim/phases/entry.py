"""Phase 4, entry: the year's cohort, its choice of a host, who is turned away, and its institutions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from sim.core.columns import Columns
from sim.core.randomness import Stream, keyed_round
from sim.data.clock import FIRST_YEAR
from sim.data.fields import same_rules
from sim.data.inputs import Inputs, YearInputs
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


class Pulls(NamedTuple):
    """What policy changes in the choice of a place of entry, however alike hosts are.

    Attributes
    ----------
    level : [P], change of utility of a place for everybody; delay, hostility : [O, P], losses of a host's utility.
    ln_admitted : [G, O, P], ln of the share not refused; ln_odds : [O, P], of a host by its places and visas.
    group : [F], of each field: fields that the same share of entrants is refused in share one.
    """

    level: np.ndarray
    delay: np.ndarray
    hostility: np.ndarray
    ln_admitted: np.ndarray
    ln_odds: np.ndarray
    group: np.ndarray


@dataclass(frozen=True)
class Changes:
    """What policy changes in the choice of a place of entry, if hosts are alike as a nest says.

    Attributes
    ----------
    pulls : what is changed; like : lambda between hosts of a group.
    """

    pulls: Pulls
    like: float

    @cached_property
    def bars(self) -> np.ndarray:
        """Change of utility by refusal and delay [G, O, P].

        Refusals, places and visas are shares and odds of a host: they enter times lambda, so that a refusal of 10 %
        takes exactly 10 % off the host's weight in its group whatever lambda is.
        """
        return self.like * self.pulls.ln_admitted - self.pulls.delay[None]

    @cached_property
    def host(self) -> np.ndarray:
        """Change of utility of host d for origin o [G, O, P]."""
        other = self.home[None, :] - self.pulls.hostility + self.like * self.pulls.ln_odds
        return self.bars + other[None]

    @property
    def home(self) -> np.ndarray:
        """Change of utility of staying at home [O]."""
        return self.pulls.level

    @cached_property
    def barred(self) -> np.ndarray:
        """Share of refusal and delay in the losses of weight of a host [G, O, P]."""
        bars, (level, _, hostility, *_) = self.bars, self.pulls
        against = self.like * np.maximum(-self.pulls.ln_odds, 0.0)
        lost = -bars + np.maximum(-level, 0.0) + hostility[None] + against[None]
        found: np.ndarray = np.divide(
            -bars, lost, out=(bars < 0.0).astype(float), where=np.isfinite(lost) & (lost > 0.0)
        )
        return found

    @cached_property
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


def entry_pulls(setting: Setting, ctx: YearContext) -> Pulls:
    """Changes against the paired baseline; all 0 in a world without policy."""
    e, ch = setting.params.entry, ctx.channels
    level = (
        e.funding * funding_change(ctx)
        + e.prestige * log_change(ctx.macro.prestige, ctx.paired.prestige, 0.002)
        - e.students * log_change(ctx.macro.students, ctx.paired.students, 0.05)
    )
    group, refused = same_rules(ch.entry_refused)
    with np.errstate(divide="ignore"):
        ln_admitted = np.log(1.0 - refused)
    hostility = e.hostility * (1.0 - np.exp(-ctx.hostility.T))
    return Pulls(
        level, e.delay * ch.visa_delay, hostility, ln_admitted, ch.student_places[None, :] + ch.visa_open, group
    )


def direct_only(pulls: Pulls, setting: Setting, ctx: YearContext) -> Pulls:
    """Only what policy and hostility change this year.

    What they made of prestige, students and heads is left out, which at coarse scale is mostly chance.
    """
    return pulls._replace(level=setting.params.entry.funding * np.log(ctx.channels.funding))


def enter(setting: Setting, ctx: YearContext, columns: Columns) -> Entries:
    """The year's cohort: identities by origin and field, choice of host, institution."""
    y, e, nests = ctx.inputs, setting.params.entry, (nest_of(setting), *nests_at_ends(setting))
    n_places, sigma = setting.data.n_places, setting.params.careers.talent_sigma
    counts = entry.cohort_counts(
        setting.seed, setting.replicate, y.cohort_before, y.cohort_after, setting.scale
    )  # [F, O]
    pulls = entry_pulls(setting, ctx)
    changes, base = Changes(pulls, nests[0].like), hosts.base_odds(y.home_share)
    odds, host = hosts.entry_choice(y.home_share, y.abroad_share, changes.host, changes.home, nests[0])
    changed, barred = changes.changed, changes.barred
    key_talent = setting.key(Stream.TALENT, 0)
    keys = EntryKeys(*(setting.key(stream, ctx.year) for stream in STREAMS))
    number, waiting = np.zeros((2, len(columns.blocks), n_places, n_places), np.int64)

    def work(f: int) -> np.ndarray:
        block, g = columns.blocks[f], pulls.group[f]
        rows = entry.create_cohort(block, f, counts[f], ctx.year, sigma, key_talent)
        choice = EntryChoice(base, y.abroad_share, odds[g], host[g], changed[g], barred[g], e.talent_abroad, sigma)
        shares = setting.institutions.shares
        hosts.choose_entry(rows, block.rows.people, choice, shares, keys, number[f], waiting[f])
        return rows

    rows = setting.each_field(work, columns.n_rows)
    direct = direct_only(pulls, setting, ctx)
    chosen = [choice_now(y, direct, nest) for nest in nests]
    usual = hosts.probabilities(base, y.abroad_share)
    own, low, high = (who_is_deterred(usual, choice, nest) for choice, nest in zip(chosen, nests))
    now = entrants(y, usual, chosen[0])
    places = doctoral_places(setting, ctx, usual, now)
    return Entries(rows, number.sum(axis=0), waiting.sum(axis=0), own, (low, high), places, usual, now)


class Choice(NamedTuple):
    """Expected choice of a place of entry under this year's policy and hostility.

    Attributes
    ----------
    persons : [G, O], real ones; changed : [G, O], where anything changes; probability : [G, O, P].
    """

    persons: np.ndarray
    changed: np.ndarray
    probability: np.ndarray


def choice_now(inputs: YearInputs, pulls: Pulls, nest: Nest) -> Choice | None:
    """Expected choice of a place of entry if hosts are alike as `nest` says; None if nothing changes it.

    Utilities are those of that nest, so that refusals take their share off a host at every lambda.
    """
    changes = Changes(pulls, nest.like)
    if not any(change.any() for change in pulls[:-1]) or not changes.changed.any():
        return None
    persons = np.zeros(changes.changed.shape)
    np.add.at(persons, pulls.group, inputs.cohort_after - inputs.cohort_before)
    choice = hosts.entry_choice(inputs.home_share, inputs.abroad_share, changes.host, changes.home, nest)
    return Choice(persons, changes.changed, hosts.probabilities(*choice))


def entrants(inputs: YearInputs, usual: np.ndarray, choice: Choice | None) -> np.ndarray:
    """Entrants by origin and place of entry [O, P], expected real persons; `usual` : [O, P], base probabilities."""
    if choice is None:
        cohort = inputs.cohort_after - inputs.cohort_before  # [F, O]
        found: np.ndarray = cohort.sum(axis=0)[:, None] * usual
        return found
    return np.asarray(np.einsum("go,gop->op", choice.persons, choice.probability))


def who_is_deterred(usual: np.ndarray, choice: Choice | None, nest: Nest) -> Deterred:
    """Whom hosts lose to this year's policy and hostility, and to where; `usual` : [O, P], base probabilities."""
    if choice is None:
        return Deterred(*np.zeros((3, *usual.shape)))
    persons = np.where(choice.changed, choice.persons, 0.0)
    return hosts.deterred(persons, usual, choice.probability, nest.group)


def doctoral_places(setting: Setting, ctx: YearContext, usual: np.ndarray, now: np.ndarray) -> np.ndarray:
    """Doctoral places that policy adds and foreigners take up [P], expected real persons.

    Parameters
    ----------
    usual : [O, P], base probabilities of places of entry; now : [O, P], expected entrants.
    """
    offered = ctx.channels.student_places
    if not offered.any():
        return np.zeros(setting.data.n_places)
    without = replace(ctx, channels=replace(ctx.channels, student_places=np.zeros_like(offered)))
    pulls = direct_only(entry_pulls(setting, without), setting, without)
    more = now - entrants(ctx.inputs, usual, choice_now(ctx.inputs, pulls, nest_of(setting)))
    np.fill_diagonal(more, 0.0)
    return np.where(offered != 0.0, more.sum(axis=0), 0.0)


def deterred(setting: Setting, ctx: YearContext, nest: Nest) -> Deterred:
    """Whom hosts lose to a year's policy and hostility, and to where, if hosts are alike as `nest` says."""
    usual = hosts.probabilities(hosts.base_odds(ctx.inputs.home_share), ctx.inputs.abroad_share)
    pulls = direct_only(entry_pulls(setting, ctx), setting, ctx)
    return who_is_deterred(usual, choice_now(ctx.inputs, pulls, nest), nest)


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
