"""Phase 5: mobility. Utilities of the year, vacancies, proposals, and the moves carried out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.core.columns import Columns
from sim.core.randomness import Stream
from sim.data.inputs import YearInputs
from sim.engines import mobility, retry
from sim.engines.mobility import MoveBounds, MoveFactors, MoveKeys, Movers
from sim.engines.move_plan import N_ELITE, N_STAGES, Recruiting, Utilities, plan_moves
from sim.phases.setting import Setting, YearContext, funding_change, log_change, relative

ELITE_MEAN = 1.75  # standard deviations by which the elite stand above the mean of ln talent


@dataclass(frozen=True)
class Moves:
    """Everyone who moved, as parallel arrays over movers, field by field."""

    field: np.ndarray
    row: np.ndarray
    place_from: np.ndarray
    place_to: np.ndarray
    origin: np.ndarray
    stage: np.ndarray
    with_tie: np.ndarray


def home_factor(setting: Setting, inputs: YearInputs) -> np.ndarray:
    """Factor on moves to the own origin [P]: rises with the origin's income in the world (M18, U6), never below 1."""
    m = setting.params.mobility
    income = relative(np.log(inputs.income), inputs.reference.size_share)
    return np.exp(np.maximum(m.home + m.home_income * income, 0.0))


def move_factors(setting: Setting) -> MoveFactors:
    """Personal factors on the intensity of moving."""
    m = setting.params.mobility
    return MoveFactors(
        age=np.array([1.0, m.age_established, m.age_senior]),
        permanent=m.permanent,
        talent=m.talent,
        fear_leave=m.fear_leave,
        tie=m.tie,
        home_early=float(np.exp(m.home_early)),
        vacancy_talent=m.fit,
    )


def drift(setting: Setting, ctx: YearContext) -> tuple[np.ndarray, np.ndarray]:
    """Utility of destinations and of places of work [3, 2, P] that has drifted from the references, policy left out."""
    m, y, macro = setting.params.mobility, ctx.inputs, ctx.macro
    ref = y.reference
    freedom = y.freedom - ref.freedom
    income = relative(log_change(y.income, ref.income), ref.size_share)
    early = m.post_early * ctx.tenure + m.freedom_early * freedom
    late = m.post_late * ctx.tenure + m.freedom_late * freedom
    by_stage = np.stack([early, 0.5 * (early + late), late])[:, None, :]
    weight = np.array([m.prestige, m.prestige + ELITE_MEAN * m.prestige_talent])[None, :, None]
    both = by_stage + weight * log_change(macro.prestige, ref.prestige, 0.002)
    destination = (
        both
        + m.funding * (funding_change(ctx) - np.log(ctx.channels.funding))
        + m.income * income
        + m.size * log_change(macro.size_share, ref.size_share)
        + m.students * log_change(macro.students, ref.students, 0.05)
    )
    return destination, both + m.origin_income * income


def year_effect(setting: Setting, ctx: YearContext, destination: np.ndarray, here: np.ndarray) -> float:
    """Factor that keeps the world's mean intensity where the references put it (M1: mobility has no trend).

    The elasticities of M26 come with year effects, so drift moves people towards some places, not more people.
    Taken from the macro state without policy: what a policy changes is not levelled out.
    """
    base, n = ctx.inputs.move_base, ctx.macro.researchers
    plain = base.sum(axis=1)
    reach = (base * np.exp(destination[1, 0])[None, :]).sum(axis=1)
    ratio = np.divide(reach, plain, out=np.ones_like(plain), where=plain > 0)
    drifted = n * np.exp(-here[1, 0]) * plain * ratio**setting.params.mobility.spread
    return float((n * plain).sum() / max(drifted.sum(), 1e-300))


def utilities(setting: Setting, ctx: YearContext) -> Utilities:
    """Pull of destinations, push of places of work and openness, policy included (ODD 7.4)."""
    m, ch = setting.params.mobility, ctx.channels
    destination, here = drift(setting, ctx)
    push = np.exp(-here) * (1.0 - ch.outmove_refused) * year_effect(setting, ctx, destination, here)
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
    """Arrivals that places can take, relative to their inflow at neutral utilities [P]: posts follow budgets."""
    budget = np.clip(np.exp(funding_change(ctx)), 0.2, 5.0)
    return setting.params.mobility.vacancy_slack * budget * (1.0 + ctx.channels.permanent_offer)


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
    ch, factors = ctx.channels, move_factors(setting)
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
    plan = plan_moves(
        ctx.inputs.move_base,
        home_factor(setting, ctx.inputs),
        utilities(setting, ctx),
        Recruiting(np.exp(ch.programme_pull), ch.programme_slots),
        Recruiting(np.exp(ch.chairs_pull), ch.chairs_slots),
        total,
        vacancies(setting, ctx),
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
    return Moves(field, *(np.concatenate(column) for column in zip(*found)))
