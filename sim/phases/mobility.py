"""Phase 5: mobility. Utilities of the year, vacancies, proposals, and the moves carried out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.core.columns import Block, Columns
from sim.core.randomness import Stream
from sim.data.inputs import YearInputs
from sim.engines import mobility
from sim.engines.move_plan import N_ELITE, N_STAGES, plan_moves
from sim.phases.setting import Setting, YearContext, funding_change, log_change, relative


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


def micro_arguments(setting: Setting) -> tuple[np.ndarray, float, float, float]:
    """Arguments of the personal factor, in the order kernels take them."""
    m = setting.params.mobility
    return np.array([1.0, m.age_established, m.age_senior]), m.permanent, m.talent, m.fear_leave


def drift(setting: Setting, ctx: YearContext) -> tuple[np.ndarray, np.ndarray]:
    """Utility of destinations and of places of work [3, 2, P] that has drifted from the references, policy left out."""
    m, y, macro = setting.params.mobility, ctx.inputs, ctx.macro
    ref = y.reference
    freedom = y.freedom - ref.freedom
    income = relative(log_change(y.income, ref.income), ref.size_share)
    early = m.post_early * ctx.posts + m.freedom_early * freedom
    late = m.post_late * ctx.posts + m.freedom_late * freedom
    by_stage = np.stack([early, 0.5 * (early + late), late])[:, None, :]
    # the elite stand about 1.75 standard deviations above the mean of ln talent (mean of the top decile)
    weight = np.array([m.prestige, m.prestige + 1.75 * m.prestige_talent])[None, :, None]
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


def utilities(setting: Setting, ctx: YearContext) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pull of destinations and push of places of work [3, 2, P], and openness [F, O, P] (ODD 7.4)."""
    m, ch = setting.params.mobility, ctx.channels
    destination, here = drift(setting, ctx)
    push = np.exp(-here) * (1.0 - ch.outmove_refused) * year_effect(setting, ctx, destination, here)
    post = np.array([m.post_early, 0.5 * (m.post_early + m.post_late), m.post_late])[:, None, None]
    offered = post * ch.permanent_offer
    pull = destination + offered + m.funding * np.log(ch.funding) + m.net_income * ch.income_recruits
    pull = pull + 0.5 * m.students * ch.students_to_recruits
    felt = 1.0 - np.exp(-ctx.hostility.T)  # [origin, host]
    log_open = ch.visa_open - m.delay * ch.visa_delay - m.hostility * felt
    np.fill_diagonal(log_open, 0.0)  # nobody needs a visa for home
    refused = ch.move_refused * (1.0 - np.eye(setting.data.n_places))
    return np.exp(pull), push * np.exp(-offered), np.exp(log_open)[None] * (1.0 - refused)


def vacancies(setting: Setting, ctx: YearContext) -> np.ndarray:
    """Arrivals that places can take, relative to their inflow at neutral utilities [P]: posts follow budgets."""
    budget = np.clip(np.exp(funding_change(ctx)), 0.2, 5.0)
    return setting.params.mobility.vacancy_slack * budget * (1.0 + ctx.channels.permanent_offer)


def move(setting: Setting, ctx: YearContext, columns: Columns) -> Moves:
    """Who moves and where; changes the columns and returns the movers."""
    m, ch = setting.params.mobility, ctx.channels
    n_places, n_rows = setting.data.n_places, columns.n_rows
    micro, home_early = micro_arguments(setting), float(np.exp(m.home_early))
    keys = [setting.key(stream, ctx.year) for stream in (Stream.MOVE, Stream.DESTINATION, Stream.CAP)]
    key_institution = setting.key(Stream.INSTITUTION, ctx.year)
    people = np.zeros((len(columns.blocks), n_places, n_places, N_STAGES, N_ELITE))

    def count(f: int) -> tuple[np.ndarray, np.ndarray]:
        b = columns.blocks[f]
        cell, needed = np.empty(b.n_rows, np.int32), np.empty(b.n_rows, np.float32)
        view = b.used("uid", "origin", "place", "stage", "permanent", "talent", "fear")
        mobility.sum_people(
            *view, setting.elite_talent, *micro, home_early, setting.scale, keys[0], people[f], cell, needed
        )
        return cell, needed

    counted = setting.each_field(count, n_rows)
    pull, push, openness = utilities(setting, ctx)
    plan = plan_moves(
        ctx.inputs.move_base, home_factor(setting, ctx.inputs), pull, push, openness,
        (np.exp(ch.programme_pull), np.exp(ch.chairs_pull)), (ch.programme_slots, ch.chairs_slots),
        people, vacancies(setting, ctx), m.spread,
    )  # fmt: skip

    def propose(f: int) -> list[np.ndarray]:
        b = columns.blocks[f]
        row, to, tie = np.empty(b.n_rows, np.int64), np.empty(b.n_rows, np.uint8), np.empty(b.n_rows, np.uint8)
        names = "uid origin place entry_place entry_year stage permanent talent fear ties"
        n = mobility.propose(
            ctx.year, *b.used(*names.split()), *counted[f], *micro, m.tie, home_early,
            plan.base, *plan.of(f), plan.accept, m.fit, *keys, row, to, tie,
        )  # fmt: skip
        # copies, so that the long arrays can go
        left = _carry_out(setting, ctx.year, key_institution, b, row[:n].copy(), to[:n].copy())
        return [np.full(n, f), *left, tie[:n].copy()]

    found = setting.each_field(propose, n_rows)
    return Moves(*(np.concatenate(column) for column in zip(*found)))


def _carry_out(
    setting: Setting, year: int, key: np.uint64, block: Block, row: np.ndarray, to: np.ndarray
) -> tuple[np.ndarray, ...]:
    """Move the people of one field; their row, place before and after, origin and stage."""
    inst = setting.institutions
    place_from, origin, stage = (np.empty(len(row), np.uint8) for _ in range(3))
    names = "uid origin place stage prev_place moved_year permanent institution"
    mobility.apply_moves(
        year, row, to, *block.used(*names.split()), inst.first, inst.cumulative, key, place_from, origin, stage
    )
    return row, place_from, to, origin, stage
