"""Phase 5: mobility. Utilities of the year, vacancies, proposals, and the moves carried out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.core.columns import N_TIES, Columns
from sim.core.randomness import Stream
from sim.data.inputs import YearInputs
from sim.engines import mobility, retry
from sim.engines.mobility import MoveBounds, MoveFactors, MoveKeys, Movers
from sim.engines.move_plan import N_ELITE, N_STAGES, Recruiting, Utilities, Vacancies, plan_moves
from sim.engines.pull_of_ties import tie_factors
from sim.engines.teams import rank_shares
from sim.phases.setting import Setting, YearContext, funding_change, log_change

ELITE_MEAN = 1.75  # standard deviations by which the elite stand above the mean of ln talent


@dataclass(frozen=True)
class Moves:
    """Everyone who moved, as parallel arrays over movers, field by field.

    `norm` : [P, P], mean personal factors that the places' rates were divided by; `arrivals` : [P], moves that these
    rates bring to each place; `recruited` : [2, P], expected persons whom programmes and chairs brought;
    `expected` : [2, P], expected persons who move in and out.
    """

    field: np.ndarray
    row: np.ndarray
    place_from: np.ndarray
    place_to: np.ndarray
    origin: np.ndarray
    stage: np.ndarray
    with_tie: np.ndarray
    norm: np.ndarray
    arrivals: np.ndarray
    recruited: np.ndarray
    expected: np.ndarray


def home_factor(setting: Setting, inputs: YearInputs) -> np.ndarray:
    """Factor on moves to the own origin [P]: rises with the origin's income in the world (M18, U6), never below 1."""
    m = setting.params.mobility
    return np.exp(np.maximum(m.home + m.home_income * inputs.relative_income, 0.0))


def move_factors(setting: Setting, inputs: YearInputs) -> MoveFactors:
    """Personal factors on the intensity of moving.

    A tie draws by the share of repeated work that goes to it, 1 on average over a person's ties (P27).
    """
    m = setting.params.mobility
    ranks = rank_shares(setting.params.collaboration.repeat_preference)
    strength = N_TIES * np.diff(ranks, prepend=0.0, append=1.0)
    return MoveFactors(
        age=np.array([1.0, m.age_established, m.age_senior]),
        permanent=m.permanent,
        talent=m.talent,
        fear_leave=m.fear_leave,
        tie=tie_factors(strength, m.tie),
        home_early=inputs.home_early**m.home_early,
        vacancy_talent=m.fit,
    )


def drift(setting: Setting, ctx: YearContext) -> tuple[np.ndarray, np.ndarray]:
    """Utility of destinations and of places of work [3, 2, P] that differs from the paired baseline's.

    What earlier years of policy did to prestige, posts, sizes and students; nothing without policy, since the fitted
    rates contain what places are (docs/decisions/paired-norms.md).
    """
    m, macro, paired = setting.params.mobility, ctx.macro, ctx.paired
    posts = macro.permanent_share - paired.permanent_share
    early, late = m.post_early * posts, m.post_late * posts
    by_stage = np.stack([early, 0.5 * (early + late), late])[:, None, :]
    weight = np.array([m.prestige, m.prestige + ELITE_MEAN * m.prestige_talent])[None, :, None]
    both = by_stage + weight * log_change(macro.prestige, paired.prestige, 0.002)
    destination = (
        both
        + m.funding * (funding_change(ctx) - np.log(ctx.channels.funding))
        + m.size * log_change(macro.size_share, paired.size_share)
        + m.students * log_change(macro.students, paired.students, 0.05)
    )
    return destination, both


def utilities(setting: Setting, ctx: YearContext) -> Utilities:
    """Pull of destinations, push of places of work and openness, policy included (ODD 7.4)."""
    m, ch = setting.params.mobility, ctx.channels
    destination, here = drift(setting, ctx)
    push = np.exp(-here) * (1.0 - ch.outmove_refused)
    tenure = np.array([m.post_early, 0.5 * (m.post_early + m.post_late), m.post_late])[:, None, None]
    offered = tenure * ch.permanent_offer
    pull = destination + offered + m.funding * np.log(ch.funding) + m.net_income * ch.income_recruits
    pull = pull + 0.5 * m.students * ch.students_to_recruits
    perceived = 1.0 - np.exp(-ctx.hostility.T)  # [origin, host]
    log_open = ch.visa_open - m.delay * ch.visa_delay - m.hostility * perceived
    np.fill_diagonal(log_open, 0.0)  # nobody needs a visa for home
    refused = ch.move_refused * (1.0 - np.eye(setting.data.n_places))
    return Utilities(np.exp(pull), push * np.exp(-offered), np.exp(log_open)[None] * (1.0 - refused))


def vacancies(setting: Setting, ctx: YearContext) -> np.ndarray:
    """Arrivals that places can take, relative to the paired baseline's [P]: posts follow budgets."""
    budget = np.clip(np.exp(funding_change(ctx)), 0.2, 5.0)
    return setting.params.mobility.vacancy_slack * budget * (1.0 + ctx.channels.permanent_offer)


def mean_move_factor(setting: Setting, ctx: YearContext, columns: Columns) -> np.ndarray:
    """Mean over the people of a place of their factors on moves to each other place [P, P], 1 where nobody is.

    Personal factor, home and ties; policy left out, but for fear.
    """
    n = setting.data.n_places
    home, factors = home_factor(setting, ctx.inputs), move_factors(setting, ctx.inputs)

    def work(f: int) -> tuple[np.ndarray, np.ndarray]:
        (people, ties, _), total, number = columns.blocks[f].rows, np.zeros((n, n)), np.zeros(n)
        mobility.exposure(ctx.year, people, people["place"].copy(), ties, factors, home, total, number)
        return total, number

    totals, numbers = zip(*setting.each_field(work, columns.n_rows))
    total, people = sum(totals), sum(numbers)
    return np.where(total > 0.0, total / np.maximum(people, 1.0)[:, None], 1.0)


def move_norm(setting: Setting, ctx: YearContext, columns: Columns) -> np.ndarray:
    """Mean factors that rates of moving are divided by [P, P]: the paired baseline's, 1 while rates are fitted."""
    if ctx.inputs.fitted:
        return np.ones((setting.data.n_places,) * 2)
    return mean_move_factor(setting, ctx, columns) if ctx.baseline is None else ctx.baseline.move_norm


def second_tries(setting: Setting, ctx: YearContext, columns: Columns) -> Callable[[int], Movers] | None:
    """Moves, by field, of last year's entrants to the host they wait for; None if nobody waits.

    They have places at the host, so vacancies do not bind them; who has moved elsewhere this year waits no longer.
    """
    if not ctx.waiting.any():
        return None
    key, key_institution = (setting.key(s, ctx.year) for s in (Stream.ENTRY_RETRY, Stream.INSTITUTION))
    refused, share = ctx.channels.entry_refused, setting.params.entry.retry

    def again(f: int) -> Movers:
        people, ties, _ = columns.blocks[f].rows
        movers = Movers.empty(len(people))
        movers = movers.first(retry.try_again(ctx.year, people, ties, refused[f], share, key, movers))
        mobility.apply_moves(ctx.year, people, movers, setting.institutions.shares, key_institution)
        return movers

    return again


def move(setting: Setting, ctx: YearContext, columns: Columns) -> Moves:
    """Who moves and where; changes the columns and returns the movers."""
    ch, factors = ctx.channels, move_factors(setting, ctx.inputs)
    n_places, n_rows = setting.data.n_places, columns.n_rows
    keys = MoveKeys(*(setting.key(stream, ctx.year) for stream in (Stream.MOVE, Stream.DESTINATION, Stream.CAP)))
    key_institution = setting.key(Stream.INSTITUTION, ctx.year)
    total = np.zeros((len(columns.blocks), n_places, n_places, N_STAGES, N_ELITE))

    def count(f: int) -> MoveBounds:
        people = columns.blocks[f].rows.people
        bounds = MoveBounds(np.empty(len(people), np.int32), np.empty(len(people), np.float32))
        mobility.sum_people(people, setting.elite_talent, factors, setting.scale, keys.move, total[f], bounds)
        return bounds

    bounds = setting.each_field(count, n_rows)
    norm = move_norm(setting, ctx, columns)
    plan = plan_moves(
        ctx.inputs.move_base / norm,
        home_factor(setting, ctx.inputs),
        utilities(setting, ctx),
        Recruiting(np.exp(ch.programme_pull), ch.programme_slots),
        Recruiting(np.exp(ch.chairs_pull), ch.chairs_slots),
        total,
        Vacancies(vacancies(setting, ctx), None if ctx.baseline is None else ctx.baseline.arrivals),
        setting.params.mobility.spread,
    )

    def propose(f: int) -> Movers:
        people, ties, _ = columns.blocks[f].rows
        movers = Movers.empty(len(people))
        n = mobility.propose(ctx.year, people, ties, bounds[f], factors, plan.of(f), keys, movers)
        movers = movers.first(n)
        mobility.apply_moves(ctx.year, people, movers, setting.institutions.shares, key_institution)
        return movers if again is None else Movers(*(np.concatenate(both) for both in zip(movers, again(f))))

    again = second_tries(setting, ctx, columns)
    found = setting.each_field(propose, n_rows)
    field = np.repeat(np.arange(len(found)), [len(movers.row) for movers in found])
    row, start, end, origin, stage, tied = (np.concatenate(column) for column in zip(*found))
    return Moves(field, row, start, end, origin, stage, tied, norm, plan.arrivals, plan.recruited, plan.expected)
